#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"
#include "kernel/time_format.h"

namespace doline {

namespace {

struct FormatData final : FunctionData {
  std::vector<TimeFormat> formats;  // tried in this order
};

// strftime

/// Reads a date or timestamp of one kind as what its clocks show.
class Moments {
 public:
  Moments(const Column& column, const SessionConstants& session)
      : column_(column),
        kind_(column.type()->kind()),
        zone_name_(column.type()->zone_name().empty() ? session.time_zone
                                                      : column.type()->zone_name()),
        zone_(column.type()->zone_or(session.zone)) {}

  /// False for infinite values; `positive` says which.
  bool read(uint32_t row, TimeFormat::Moment& moment, bool& positive) {
    if (kind_ == TypeKind::kDate) {
      moment.days = column_.value<int32_t>(row);
      positive = moment.days > 0;
      return is_finite_date(moment.days);
    }
    const int64_t value = column_.value<int64_t>(row);
    positive = value > 0;
    if (!is_finite_timestamp(value)) return false;
    if (kind_ == TypeKind::kTimestampNs) {
      moment.days = static_cast<int32_t>(floor_divide(value, kNanosPerDay));
      moment.nanos = floor_modulo(value, kNanosPerDay);
      return true;
    }
    int64_t micros = stored_micros(kind_, value);
    if (kind_ == TypeKind::kTimestampTz) {
      moment.zoned = true;
      moment.offset_seconds = zone_.offset_seconds(micros);
      moment.zone_name = zone_name_;
      micros = zone_.to_local(micros);
    }
    moment.days = day_of(micros);
    moment.nanos = time_of(micros) * kNanosPerMicro;
    return true;
  }

 private:
  const Column& column_;
  const TypeKind kind_;
  const std::string& zone_name_;
  ZoneCursor zone_;
};

template <bool kFormatFirst>
Column format_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column& times = arguments[kFormatFirst ? 1 : 0];
  const Argument<StringView> formats(arguments[kFormatFirst ? 0 : 1]);
  ColumnWriter writer(call.result_type, call.row_count);
  Moments moments(times, call.session);
  const auto* const data = static_cast<const FormatData*>(call.data);
  std::optional<TimeFormat> own;  // the last row's, where formats differ by row
  std::string text;
  call.active.for_each([&](uint32_t row) {
    TimeFormat::Moment moment;
    bool positive = false;
    if (!moments.read(row, moment, positive))
      return writer.set_text(row, positive ? "infinity" : "-infinity");
    const TimeFormat* format = data ? &data->formats[0] : nullptr;
    if (!format) {
      const std::string_view wanted = formats[row].view();
      if (!own || own->text() != wanted) {
        try {
          own = TimeFormat::compile(wanted);
        } catch (const Error& error) {
          return call.errors.fail(row, error.code(), [&] { return error.message(); });
        }
      }
      format = &*own;
    }
    text.clear();
    format->append(text, moment);
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

template <bool kFormatFirst>
void bind_format(FunctionBinding& binding) {
  const auto& format = binding.constants[kFormatFirst ? 0 : 1];
  if (!format || format->is_null()) return;
  auto data = make_ref<FormatData>();
  try {
    data->formats.push_back(TimeFormat::compile(format->as_text()));
  } catch (Error& error) {
    error.set_span_if_empty(binding.span);
    throw;
  }
  binding.data = std::move(data);
}

// strptime

/// As the stored value of `kind`; false where it is out of range.
bool to_stored(const TimeFormat::Parsed& parsed, TypeKind kind, const SessionConstants& session,
               int64_t& out) {
  if (parsed.special == 2) return out = 0, true;
  if (parsed.special != 0) return out = parsed.special * kInfiniteTimestamp, true;
  if (kind == TypeKind::kTimestampNs) {
    const int128_t nanos = int128_t{parsed.days} * kNanosPerDay + parsed.nanos;
    out = static_cast<int64_t>(nanos);
    return out == nanos && is_finite_timestamp(out);
  }
  if (!timestamp_from_parts(parsed.days, parsed.nanos / kNanosPerMicro, out)) return false;
  if (kind != TypeKind::kTimestampTz) return true;
  if (parsed.has_offset) {
    out -= parsed.offset_seconds * kMicrosPerSecond;  // years 0 to 9999: far from any end
  } else {
    out = local_to_utc(parsed.zone ? parsed.zone : session.zone, out);
  }
  return true;
}

template <bool kTry>
Column parse_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto& formats = static_cast<const FormatData*>(call.data)->formats;
  const TypeKind kind = call.result_type->kind();
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  int64_t* const out = writer.values<int64_t>();
  call.active.for_each([&](uint32_t row) {
    const std::string_view text = texts[row].view();
    for (const TimeFormat& format : formats) {
      TimeFormat::Parsed parsed;
      if (format.parse(text, parsed) && to_stored(parsed, kind, call.session, out[row])) return;
    }
    out[row] = 0;
    if (kTry) return writer.set_null(row);
    call.errors.fail(row, ErrorCode::kConversion, [&] {
      return fmt::format("\"{}\" does not follow the time format \"{}\"{}", text, formats[0].text(),
                         formats.size() > 1 ? " or one of the others" : "");
    });
  });
  return writer.seal(call.row_count);
}

void bind_parse(FunctionBinding& binding) {
  const auto& constant = binding.constants[1];
  if (!constant) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "the format of strptime must be constant");
  }
  auto data = make_ref<FormatData>();
  bool zoned = false;
  bool nanos = false;
  const auto add = [&](const Value& format) {
    if (format.is_null()) return;
    data->formats.push_back(TimeFormat::compile(format.as_text()));
    zoned |= data->formats.back().has_zone();
    nanos |= data->formats.back().has_nanoseconds();
  };
  try {
    if (constant->is_null()) {
      // The result is NULL, whatever the format.
    } else if (constant->type()->is(TypeKind::kVarchar)) {
      add(*constant);
    } else {
      for (const Value& format : constant->as_nested()) add(format);
      if (data->formats.empty())
        throw Error(ErrorCode::kInvalidArgument, "strptime has no formats to try");
      binding.cast_to[1] = Type::list(Type::varchar());
    }
  } catch (Error& error) {
    error.set_span_if_empty(binding.span);
    throw;
  }
  binding.result = zoned ? Type::timestamp_tz() : nanos ? Type::timestamp_ns() : Type::timestamp();
  binding.data = std::move(data);
}

std::vector<ScalarOverload> parse_overloads(ScalarKernel kernel) {
  const auto overload = [&](TypePattern format) {
    return ScalarOverload{.parameters = {Type::varchar(), format},
                          .result = TypePattern::any(),
                          .kernel = kernel,
                          .bind = bind_parse,
                          .can_fail = true,
                          .cost = 40};
  };
  return {overload(Type::varchar()), overload(TypePattern::list_of('T'))};
}

}  // namespace

void register_date_formats(FunctionRegistry& registry) {
  ScalarFunction format{"strftime",
                        {},
                        "date",
                        "The date or timestamp in a format such as '%d.%m.%Y %H:%M'.",
                        "strftime(DATE '2020-05-17', '%A, %-d %B %Y')",
                        "Sunday, 17 May 2020",
                        {}};
  for (const TypeRef type : date_and_timestamp_types()) {
    format.overloads.push_back({.parameters = {type, Type::varchar()},
                                .result = Type::varchar(),
                                .kernel = format_kernel<false>,
                                .bind = bind_format<false>,
                                .can_fail = true,
                                .cost = 40});
    format.overloads.push_back({.parameters = {Type::varchar(), type},
                                .result = Type::varchar(),
                                .kernel = format_kernel<true>,
                                .bind = bind_format<true>,
                                .can_fail = true,
                                .cost = 40});
  }
  registry.add(std::move(format));
  registry.add({"strptime",
                {},
                "date",
                "The timestamp that a text says in a format such as '%d/%b/%Y:%H:%M:%S %z'; of "
                "several formats the first that fits.",
                "strptime('3.1.2021 05:07', '%d.%m.%Y %H:%M')",
                "2021-01-03 05:07:00",
                parse_overloads(parse_kernel<false>)});
  registry.add({"try_strptime",
                {},
                "date",
                "As strptime, NULL where the text does not follow the format.",
                "try_strptime('x', '%Y')",
                "NULL",
                parse_overloads(parse_kernel<true>)});
}

}  // namespace doline
