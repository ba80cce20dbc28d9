#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

struct ZoneData final : FunctionData {
  explicit ZoneData(const ZoneOffsets* z) : zone(z) {}
  const ZoneOffsets* const zone;
};

/// Clock time to instant, or back: the type of the second argument says which.
template <bool kToInstant>
Column at_time_zone_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> in(arguments[1]);
  int64_t* const out = writer.values<int64_t>();
  const auto convert = [](ZoneCursor& zone, int64_t value) {
    return kToInstant ? zone.to_utc(value) : zone.to_local(value);
  };
  if (call.data) {
    ZoneCursor zone(static_cast<const ZoneData*>(call.data)->zone);
    call.active.for_each([&](uint32_t row) { out[row] = convert(zone, in[row]); });
    return writer.seal(call.row_count);
  }
  const Argument<StringView> names(arguments[0]);
  call.active.for_each([&](uint32_t row) {
    const ZoneOffsets* const found = find_zone(names[row].view());
    if (!found) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("no time zone is called \"{}\"", names[row].view());
      });
    }
    ZoneCursor zone(found);
    out[row] = convert(zone, in[row]);
  });
  return writer.seal(call.row_count);
}

void bind_zone(FunctionBinding& binding) {
  if (!binding.constants[0] || binding.constants[0]->is_null()) return;
  const std::string& name = binding.constants[0]->as_text();
  const ZoneOffsets* const zone = find_zone(name);
  if (!zone) {
    Error error(ErrorCode::kInvalidArgument, binding.span, "no time zone is called \"{}\"", name);
    const std::string near = nearest_name(name, zone_names());
    throw std::move(error).hint(near.empty()
                                    ? "a zone looks like 'Europe/Berlin', 'UTC' or '+05:30'"
                                    : "did you mean '" + near + "'?");
  }
  binding.data = make_ref<ZoneData>(zone);
}

/// timezone(x): the zone's offset in seconds.
Column offset_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> in(arguments[0]);
  int64_t* const out = writer.values<int64_t>();
  ZoneCursor zone(arguments[0].type()->zone_or(call.session.zone));
  call.active.for_each([&](uint32_t row) {
    out[row] = zone.offset_seconds(in[row]);
    if (!is_finite_timestamp(in[row])) writer.set_null(row);
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_time_zones(FunctionRegistry& registry) {
  ScalarFunction function{
      "timezone",
      {},
      "date",
      "AT TIME ZONE: the instant at which clocks of the zone show a TIMESTAMP, or what they show "
      "at a TIMESTAMPTZ.",
      "timezone('Europe/Berlin', TIMESTAMPTZ '2020-07-01 00:00:00+00')",
      "2020-07-01 02:00:00",
      {}};
  const auto add = [&](TypeRef type, TypeRef result, ScalarKernel kernel,
                       void (*bind)(FunctionBinding&)) {
    function.overloads.push_back({.parameters = {Type::varchar(), type},
                                  .result = result,
                                  .kernel = kernel,
                                  .bind = bind,
                                  .can_fail = true,
                                  .cost = 5});
  };
  add(Type::timestamp(), Type::timestamp_tz(), at_time_zone_kernel<true>, bind_zone);
  add(Type::timestamp_tz(), Type::timestamp(), at_time_zone_kernel<false>, bind_zone);
  for (const TypeRef type :
       {Type::date(), Type::timestamp_s(), Type::timestamp_ms(), Type::timestamp_ns()}) {
    add(type, Type::timestamp_tz(), at_time_zone_kernel<true>, [](FunctionBinding& binding) {
      binding.cast_to[1] = Type::timestamp();
      bind_zone(binding);
    });
  }
  function.overloads.push_back(
      {.parameters = {Type::timestamp_tz()}, .result = Type::int64(), .kernel = offset_kernel});
  registry.add(std::move(function));
}

}  // namespace doline
