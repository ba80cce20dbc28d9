#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

using CountParts = int64_t (*)(DatePart, int64_t, int64_t);

struct CountData final : FunctionData {
  CountData(CountParts c, std::optional<DatePart> p) : count(c), part(p) {}
  const CountParts count;
  const std::optional<DatePart> part;  // none: named by row
};

bool counts(TypeRef type, DatePart part) {
  return type->is(TypeKind::kTime) ? is_time_part(part) || part == DatePart::kEpoch
                                   : is_countable(part);
}

/// times(row, part) gives begin and end.
template <class Times>
Column count_rows(const KernelCall& call, const Column& names, TypeRef type, Times&& times) {
  const auto& data = *static_cast<const CountData*>(call.data);
  ColumnWriter writer(call.result_type, call.row_count);
  int64_t* const out = writer.values<int64_t>();
  const Argument<StringView> part_names(names);
  call.active.for_each([&](uint32_t row) {
    std::optional<DatePart> part = data.part;
    if (!part) {
      part = date_part_named(part_names[row].view());
      if (!part || !counts(type, *part)) {
        return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
          return fmt::format("{} is not counted in \"{}\"", type->name(), part_names[row].view());
        });
      }
    }
    const auto [begin, end] = times(row, *part);
    if (!is_finite_timestamp(begin) || !is_finite_timestamp(end)) return writer.set_null(row);
    out[row] = data.count(*part, begin, end);
  });
  return writer.seal(call.row_count);
}

Column count_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const TypeRef type = arguments[1].type();
  using Pair = std::pair<int64_t, int64_t>;
  if (type->is(TypeKind::kTime)) {
    const Argument<int64_t> begin(arguments[1]);
    const Argument<int64_t> end(arguments[2]);
    return count_rows(call, arguments[0], type,
                      [&](uint32_t row, DatePart) { return Pair{begin[row], end[row]}; });
  }
  const LocalTimes begin(arguments[1], call);
  const LocalTimes end(arguments[2], call);
  if (!type->is(TypeKind::kTimestampTz)) {
    return count_rows(call, arguments[0], type,
                      [&](uint32_t row, DatePart) { return Pair{begin[row], end[row]}; });
  }
  // Hours and less pass at the same pace everywhere; days are the clocks' own.
  const Argument<int64_t> begin_instant(arguments[1]);
  const Argument<int64_t> end_instant(arguments[2]);
  return count_rows(call, arguments[0], type, [&](uint32_t row, DatePart part) {
    return is_time_part(part) || part == DatePart::kEpoch
               ? Pair{begin_instant[row], end_instant[row]}
               : Pair{begin[row], end[row]};
  });
}

template <CountParts kCount>
void bind_count(FunctionBinding& binding) {
  std::optional<DatePart> part;
  if (binding.constants[0] && !binding.constants[0]->is_null()) {
    part = date_part_argument(binding.constants[0]->as_text(), binding.span);
    if (!counts(binding.cast_to[1], *part)) {
      throw Error(ErrorCode::kInvalidArgument, binding.span, "{} is not counted in {}",
                  binding.cast_to[1]->name(), name_of(*part));
    }
  }
  binding.data = make_ref<CountData>(kCount, part);
}

template <CountParts kCount>
std::vector<ScalarOverload> count_overloads() {
  std::vector<ScalarOverload> overloads;
  const auto add = [&](TypeRef type) {
    overloads.push_back({.parameters = {Type::varchar(), type, type},
                         .result = Type::int64(),
                         .kernel = count_kernel,
                         .bind = bind_count<kCount>,
                         .can_fail = true,
                         .cost = 6});
  };
  for (const TypeRef type : date_and_timestamp_types()) add(type);
  add(Type::time());
  return overloads;
}

Column age_rows(const KernelCall& call, auto&& end, auto&& begin) {
  ColumnWriter writer(call.result_type, call.row_count);
  Interval* const out = writer.values<Interval>();
  call.active.for_each([&](uint32_t row) {
    const int64_t to = end(row);
    const int64_t from = begin(row);
    if (!is_finite_timestamp(to) || !is_finite_timestamp(from)) return writer.set_null(row);
    out[row] = age_between(to, from);
  });
  return writer.seal(call.row_count);
}

Column age_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const LocalTimes end(arguments[0], call);
  const LocalTimes begin(arguments[1], call);
  return age_rows(
      call, [&](uint32_t row) { return end[row]; }, [&](uint32_t row) { return begin[row]; });
}

/// From the midnight that began the current day.
Column age_today_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const ZoneOffsets* const zone = arguments[0].type()->zone_or(call.session.zone);
  const int64_t today = day_of(utc_to_local(zone, call.session.now_micros)) * kMicrosPerDay;
  const LocalTimes begin(arguments[0], call);
  return age_rows(call, [&](uint32_t) { return today; }, [&](uint32_t row) { return begin[row]; });
}

}  // namespace

void register_date_spans(FunctionRegistry& registry) {
  registry.add({"date_diff",
                {"datediff"},
                "date",
                "How many boundaries of the part lie between two times.",
                "date_diff('month', DATE '2020-01-31', DATE '2020-02-01')",
                "1",
                count_overloads<boundaries_between>()});
  registry.add({"date_sub",
                {"datesub"},
                "date",
                "How many whole parts fit between two times.",
                "date_sub('month', DATE '2020-01-31', DATE '2020-02-28')",
                "0",
                count_overloads<complete_parts_between>()});
  ScalarFunction age{"age",
                     {},
                     "date",
                     "The years, months, days and time from the second to the first.",
                     "age(TIMESTAMP '2020-03-31', TIMESTAMP '2020-02-29')",
                     "1 month 2 days",
                     {}};
  for (const TypeRef type : date_and_timestamp_types()) {
    age.overloads.push_back(
        {.parameters = {type, type}, .result = Type::interval(), .kernel = age_kernel, .cost = 6});
    age.overloads.push_back(
        {.parameters = {type}, .result = Type::interval(), .kernel = age_today_kernel, .cost = 6});
  }
  registry.add(std::move(age));
}

}  // namespace doline
