#include <fmt/format.h>

#include <bit>
#include <limits>

#include "function/lanes.h"
#include "function/numeric_types.h"
#include "function/operators.h"
#include "kernel/wrapping.h"

namespace doline {

namespace {

enum class BitOp : uint8_t { kAnd, kOr, kXor };

template <BitOp kOp, class T>
Column bit_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1], [](T a, T b) -> T {
    if constexpr (kOp == BitOp::kAnd) return a & b;
    if constexpr (kOp == BitOp::kOr) return a | b;
    return a ^ b;
  });
}

template <class T>
Column not_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0], [](T value) -> T { return static_cast<T>(~value); });
}

template <class T>
constexpr int kBits = static_cast<int>(sizeof(T)) * 8;

/// Why a << b is no T, or null.
template <class T>
const char* shift_fault(T a, T b) {
  constexpr bool kSigned = static_cast<T>(-1) < static_cast<T>(0);
  if (a < T{0}) return "a negative number cannot be shifted left";
  if (b < T{0}) return "the shift is negative";
  if (a == T{0}) return nullptr;
  const int room = kBits<T> - (kSigned ? 1 : 0);
  if (b >= static_cast<T>(room)) return "the result is out of range";
  return a > (std::numeric_limits<T>::max() >> b) ? "the result is out of range" : nullptr;
}

template <class T>
Column shift_left_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<T, T, T>(
      call, arguments[0], arguments[1], ErrorCode::kOverflow,
      [](T a, T b, T& out) {
        const bool failed = shift_fault(a, b) != nullptr;
        out = failed || a == T{0} ? T{0} : static_cast<T>(static_cast<WrappingType<T>>(a) << b);
        return static_cast<unsigned>(failed);
      },
      [](T a, T b) {
        return fmt::format("{} << {}: {}", number_text(a), number_text(b), shift_fault(a, b));
      });
}

template <class T>
Column shift_right_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1], [](T a, T b) -> T {
    return b < T{0} || b >= static_cast<T>(kBits<T>) ? T{0} : static_cast<T>(a >> b);
  });
}

template <class T>
Column bit_count_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, int8_t>(call, arguments[0], [](T value) {
    const auto bits = static_cast<uint128_t>(static_cast<std::make_unsigned_t<T>>(value));
    return static_cast<int8_t>(std::popcount(static_cast<uint64_t>(bits)) +
                               std::popcount(static_cast<uint64_t>(bits >> 64)));
  });
}

/// Overloads over the integer types; the kernel is chosen by make.template operator()<T>().
template <class Kernel>
std::vector<ScalarOverload> integer_overloads(size_t parameters, bool can_fail, Kernel kernel,
                                              TypeRef result = nullptr) {
  std::vector<ScalarOverload> overloads;
  add_overloads(overloads, integer_types(), [&]<class T>(TypeRef type) {
    ScalarOverload overload{.parameters = std::vector<TypePattern>(parameters, type),
                            .result = result ? result : type,
                            .can_fail = can_fail};
    if constexpr (!std::is_floating_point_v<T>) overload.kernel = kernel.template operator()<T>();
    return overload;
  });
  return overloads;
}

}  // namespace

void register_bit_operators(FunctionRegistry& registry) {
  registry.add({"&",
                {},
                "operator",
                "The bits set in both.",
                "6 & 3",
                "2",
                integer_overloads(2, false, []<class T>() -> ScalarKernel {
                  return bit_kernel<BitOp::kAnd, T>;
                })});
  registry.add({"|",
                {},
                "operator",
                "The bits set in either.",
                "6 | 3",
                "7",
                integer_overloads(2, false, []<class T>() -> ScalarKernel {
                  return bit_kernel<BitOp::kOr, T>;
                })});
  registry.add({"xor",
                {},
                "numeric",
                "The bits set in one of the two.",
                "xor(6, 3)",
                "5",
                integer_overloads(2, false, []<class T>() -> ScalarKernel {
                  return bit_kernel<BitOp::kXor, T>;
                })});
  registry.add(
      {"~",
       {},
       "operator",
       "Every bit turned over; of two texts: whether the second, a regular expression, matches all "
       "of the first.",
       "~5",
       "-6",
       integer_overloads(1, false, []<class T>() -> ScalarKernel { return not_kernel<T>; })});
  registry.add(
      {"<<",
       {"shiftleft"},
       "operator",
       "The bits moved up; overflow is an error.",
       "1 << 4",
       "16",
       integer_overloads(2, true, []<class T>() -> ScalarKernel { return shift_left_kernel<T>; })});
  registry.add({">>",
                {"shiftright"},
                "operator",
                "The bits moved down, the sign kept.",
                "16 >> 2",
                "4",
                integer_overloads(
                    2, false, []<class T>() -> ScalarKernel { return shift_right_kernel<T>; })});
  registry.add(
      {"bit_count",
       {},
       "numeric",
       "How many bits are set.",
       "bit_count(31)",
       "5",
       integer_overloads(
           1, false, []<class T>() -> ScalarKernel { return bit_count_kernel<T>; }, Type::int8())});
}

}  // namespace doline
