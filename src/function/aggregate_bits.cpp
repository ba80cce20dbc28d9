#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

namespace {

enum class BitOperation : uint8_t { kAnd, kOr, kXor };

template <BitOperation kOperation, class T>
T combined(T a, T b) {
  if constexpr (kOperation == BitOperation::kAnd) return static_cast<T>(a & b);
  if constexpr (kOperation == BitOperation::kOr) return static_cast<T>(a | b);
  if constexpr (kOperation == BitOperation::kXor) return static_cast<T>(a ^ b);
}

template <BitOperation kOperation, class T>
struct BitFold {
  struct State {
    Stored<T> bits = {};
    uint64_t seen = 0;
  };
  using Input = T;
  void add(State& state, T value) const {
    state.bits.set(state.seen == 0 ? value : combined<kOperation, T>(state.bits.get(), value));
    state.seen = 1;
  }
  void merge(const State& from, State& into) const {
    if (from.seen != 0) add(into, from.bits.get());
  }
  TypeRef result_type = nullptr;
  TypeRef type() const { return result_type; }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.seen == 0) return out.append_null();
    if constexpr (std::is_same_v<T, bool>) {
      out.append_bool(state.bits.get());
    } else {
      out.append(state.bits.get());
    }
  }
};

template <BitOperation kOperation>
void bind_bits(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  dispatch_numeric(type->physical(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      UNREACHABLE();
    } else {
      BitFold<kOperation, T> op;
      op.result_type = type;
      binding.function = fixed_aggregate(op);
    }
  });
}

template <BitOperation kOperation>
void bind_bool(AggregateBinding& binding) {
  BitFold<kOperation, bool> op;
  op.result_type = Type::boolean();
  binding.function = fixed_aggregate(op);
}

}  // namespace

void register_bit_aggregates(FunctionRegistry& registry) {
  const auto add = [&](const char* name, const char* summary, const char* example,
                       const char* result, std::vector<AggregateOverload> overloads,
                       bool ignores_distinct) {
    registry.add(AggregateDeclaration{.name = name,
                                      .aliases = {},
                                      .summary = summary,
                                      .example = example,
                                      .example_result = result,
                                      .overloads = std::move(overloads),
                                      .ignores_distinct = ignores_distinct,
                                      .merging = merges_by(name, name)});
  };
  add("bool_and", "True when every value is true.", "bool_and(x > 1)", "false",
      {{{Type::boolean()}, {}, bind_bool<BitOperation::kAnd>}}, true);
  add("bool_or", "True when some value is true.", "bool_or(x > 1)", "true",
      {{{Type::boolean()}, {}, bind_bool<BitOperation::kOr>}}, true);
  add("bit_and", "The bitwise AND of all values.", "bit_and(x)", "0",
      overloads_for(integer_patterns(), bind_bits<BitOperation::kAnd>), true);
  add("bit_or", "The bitwise OR of all values.", "bit_or(x)", "3",
      overloads_for(integer_patterns(), bind_bits<BitOperation::kOr>), true);
  add("bit_xor", "The bitwise exclusive OR of all values.", "bit_xor(x)", "0",
      overloads_for(integer_patterns(), bind_bits<BitOperation::kXor>), false);
}

}  // namespace doline
