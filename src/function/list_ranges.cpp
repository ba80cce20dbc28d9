#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "function/session_constants.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

/// Elements a list may have: what a mistyped bound would otherwise ask for is refused at once.
constexpr uint64_t kMostElements = uint64_t{1} << 28;

/// How many steps lead from `begin` to `end`, which counts itself where `inclusive`.
uint64_t steps_between(int64_t begin, int64_t end, int64_t step, bool inclusive) {
  if (step == 0 || (step > 0 ? end < begin : end > begin)) return 0;
  const auto distance = step > 0 ? static_cast<uint64_t>(end) - static_cast<uint64_t>(begin)
                                 : static_cast<uint64_t>(begin) - static_cast<uint64_t>(end);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  return inclusive ? distance / stride + 1 : distance / stride + (distance % stride != 0);
}

template <bool kInclusive>
Column integer_range_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<int64_t> first(arguments[0]);
  const Argument<int64_t> second(arguments[arguments.size() > 1 ? 1 : 0]);
  const Argument<int64_t> third(arguments[arguments.size() > 2 ? 2 : 0]);
  const auto begin_of = [&](uint32_t row) { return arguments.size() > 1 ? first[row] : 0; };
  const auto step_of = [&](uint32_t row) { return arguments.size() > 2 ? third[row] : 1; };
  uint64_t total = 0;
  std::vector<uint64_t> counts(call.row_count, 0);
  call.active.for_each([&](uint32_t row) {
    const uint64_t count = steps_between(begin_of(row), second[row], step_of(row), kInclusive);
    if (count > kMostElements) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [&] { return fmt::format("a list cannot have {} elements", count); });
    }
    counts[row] = count;
    total += count;
  });
  if (total > UINT32_MAX) {
    throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk", UINT32_MAX)
        .hint("FROM range(…) yields rows instead");
  }
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  BufferRef values = Buffer::allocate(total * sizeof(int64_t));
  auto* const out = values->as<int64_t>();
  uint32_t at = 0;
  call.active.for_each([&](uint32_t row) {
    const auto count = static_cast<uint32_t>(counts[row]);
    entries->as<ListEntry>()[row] = {at, count};
    auto value = static_cast<uint64_t>(begin_of(row));
    const auto step = static_cast<uint64_t>(step_of(row));
    for (uint32_t i = 0; i < count; ++i, value += step) out[at + i] = static_cast<int64_t>(value);
    at += count;
  });
  return Column::list(call.result_type, call.row_count, std::move(entries),
                      Column::flat(Type::int64(), at, std::move(values)));
}

/// Steps of time. A step of months is added to the begin as a whole, so that 31 January does not
/// drift.
template <bool kInclusive>
Column time_range_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<int64_t> begins(arguments[0]);
  const Argument<int64_t> ends(arguments[1]);
  const Argument<Interval> steps(arguments[2]);
  const bool zoned = arguments[0].type()->is(TypeKind::kTimestampTz);
  const bool is_own = arguments[0].type()->zone_or(nullptr) != nullptr;
  ZoneCursor zone(zoned ? arguments[0].type()->zone_or(call.session.zone) : nullptr);
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  ChargedVector<int64_t> values;
  call.active.for_each([&](uint32_t row) {
    const Interval step = steps[row];
    const int signs = int{step.months < 0 || step.days < 0 || step.micros < 0} * 2 +
                      int{step.months > 0 || step.days > 0 || step.micros > 0};
    const auto fail = [&](const char* why) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] { return std::string(why); });
    };
    if (signs == 3) return fail("the step of a range goes both forward and back");
    if (!is_finite_timestamp(begins[row]) || !is_finite_timestamp(ends[row])) {
      return fail("a range from or to infinity has no end");
    }
    const size_t before = values.size();
    const auto push = [&](int64_t local) {
      values.push_back(is_own  ? instant_near(zone, local, begins[row])
                       : zoned ? zone.to_utc(local)
                               : local);
    };
    const int64_t end = zone.to_local(ends[row]);
    int64_t at = zone.to_local(begins[row]);
    while (signs != 0 && (signs == 1 ? at < end : at > end || (kInclusive && at == end))) {
      push(at);
      if (values.size() - before > kMostElements) return fail("the range has too many elements");
      if (!add_interval(at, step, at)) break;
    }
    if (signs == 1 && kInclusive && at == end) push(at);
    entries->as<ListEntry>()[row] = {static_cast<uint32_t>(before),
                                     static_cast<uint32_t>(values.size() - before)};
  });
  if (values.size() > UINT32_MAX) {
    throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk", UINT32_MAX);
  }
  Column elements = Column::flat(call.result_type->element(), static_cast<uint32_t>(values.size()),
                                 Buffer::copy_of(std::as_bytes(std::span(values))));
  return Column::list(call.result_type, call.row_count, std::move(entries), std::move(elements));
}

template <bool kInclusive>
std::vector<ScalarOverload> range_overloads() {
  const TypeRef integer = Type::int64();
  std::vector<ScalarOverload> overloads;
  std::vector<TypePattern> parameters;
  for (int count = 1; count <= 3; ++count) {
    parameters.emplace_back(integer);
    overloads.push_back({.parameters = parameters,
                         .result = Type::list(integer),
                         .kernel = integer_range_kernel<kInclusive>,
                         .can_fail = true,
                         .cost = 20});
  }
  const auto add = [&](TypeRef argument, TypeRef type, void (*bind)(FunctionBinding&)) {
    overloads.push_back({.parameters = {argument, argument, Type::interval()},
                         .result = Type::list(type),
                         .kernel = time_range_kernel<kInclusive>,
                         .bind = bind,
                         .can_fail = true,
                         .cost = 20});
  };
  add(Type::timestamp(), Type::timestamp(), nullptr);
  add(Type::timestamp_tz(), Type::timestamp_tz(), nullptr);
  for (const TypeRef type :
       {Type::date(), Type::timestamp_s(), Type::timestamp_ms(), Type::timestamp_ns()}) {
    add(type, Type::timestamp(), [](FunctionBinding& binding) {
      binding.cast_to[0] = binding.cast_to[1] = Type::timestamp();
    });
  }
  return overloads;
}

}  // namespace

void register_list_ranges(FunctionRegistry& registry) {
  registry.add({"range",
                {},
                "list",
                "The numbers or times from a begin up to an end that is left out, by a step.",
                "range(1, 7, 2)",
                "[1, 3, 5]",
                range_overloads<false>()});
  registry.add({"generate_series",
                {},
                "list",
                "As range, the end included.",
                "generate_series(1, 3)",
                "[1, 2, 3]",
                range_overloads<true>()});
}

}  // namespace doline
