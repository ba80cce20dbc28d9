#include "column/number_format.h"
#include "column/temporal_format.h"
#include "kernel/cast_job.h"

namespace doline {

namespace {

/// format(value, buffer) writes at most kBytes and returns how many.
template <class T, size_t kBytes, class Format>
Column format_rows(const CastJob& job, Format format) {
  ColumnWriter writer = make_cast_writer(job);
  const T* from = job.input.values<T>();
  StringView* to = writer.values<StringView>();
  char buffer[kBytes];
  for_each_valid(job.active, job.input,
                 [&](uint32_t row) { to[row] = writer.keep({buffer, format(from[row], buffer)}); });
  return writer.seal(job.rows());
}

template <class T>
Column format_integers(const CastJob& job) {
  return format_rows<T, kNumberTextBytes>(
      job, [](T value, char* out) { return format_integer(out, value); });
}

template <class T>
Column format_unsigneds(const CastJob& job) {
  return format_rows<T, kNumberTextBytes>(
      job, [](T value, char* out) { return format_unsigned(out, value); });
}

template <class T>
Column format_decimals(const CastJob& job) {
  const int width = job.input.type()->width();
  const int scale = job.input.type()->scale();
  return format_rows<T, kNumberTextBytes>(
      job, [=](T value, char* out) { return format_decimal(out, value, width, scale); });
}

Column format_bools(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  StringView* to = writer.values<StringView>();
  const StringView words[] = {StringView(std::string_view("false")),
                              StringView(std::string_view("true"))};
  for (uint32_t row = 0; row < job.rows(); ++row) to[row] = words[test_bit(job.input.bits(), row)];
  return writer.seal(job.rows());
}

/// Views into the type's own list of values, which lives as long as the process.
Column enum_texts(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  StringView* to = writer.values<StringView>();
  const auto& values = job.input.type()->enum_values();
  const uint32_t* codes = job.input.values<uint32_t>();
  for_each_valid(job.active, job.input,
                 [&](uint32_t row) { to[row] = StringView(values[codes[row]]); });
  return writer.seal(job.rows());
}

/// Blobs and nested values, through the one formatter of single values.
Column append_rows(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  std::string text;
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    text.clear();
    append_text(text, job.input, row, job.zone);
    writer.set_text(row, text);
  });
  return writer.seal(job.rows());
}

}  // namespace

Column cast_to_text(const CastJob& job) {
  const TypeKind kind = job.input.type()->kind();
  switch (kind) {
    case TypeKind::kNull:
      return Column::null(job.target, job.rows());
    case TypeKind::kBool:
      return format_bools(job);
    case TypeKind::kInt8:
      return format_integers<int8_t>(job);
    case TypeKind::kInt16:
      return format_integers<int16_t>(job);
    case TypeKind::kInt32:
      return format_integers<int32_t>(job);
    case TypeKind::kInt64:
      return format_integers<int64_t>(job);
    case TypeKind::kUInt8:
      return format_unsigneds<uint8_t>(job);
    case TypeKind::kUInt16:
      return format_unsigneds<uint16_t>(job);
    case TypeKind::kUInt32:
      return format_unsigneds<uint32_t>(job);
    case TypeKind::kUInt64:
      return format_unsigneds<uint64_t>(job);
    case TypeKind::kHugeInt:
      return format_rows<int128_t, kNumberTextBytes>(
          job, [](int128_t value, char* out) { return format_hugeint(out, value); });
    case TypeKind::kFloat:
      return format_rows<float, kNumberTextBytes>(
          job, [](float value, char* out) { return format_float(out, value); });
    case TypeKind::kDouble:
      return format_rows<double, kNumberTextBytes>(
          job, [](double value, char* out) { return format_double(out, value); });
    case TypeKind::kDecimal:
      return job.input.physical() == PhysicalType::kInt64 ? format_decimals<int64_t>(job)
                                                          : format_decimals<int128_t>(job);
    case TypeKind::kDate:
      return format_rows<int32_t, kTemporalTextBytes>(
          job, [](int32_t days, char* out) { return format_date(out, days); });
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kDuration: {
      const ZoneOffsets* const zone = job.input.type()->zone_or(job.zone);
      return format_rows<int64_t, kTemporalTextBytes>(
          job, [&](int64_t value, char* out) { return format_temporal(out, kind, value, zone); });
    }
    case TypeKind::kInterval:
      return format_rows<Interval, kTemporalTextBytes>(
          job, [](const Interval& value, char* out) { return format_interval(out, value); });
    case TypeKind::kUuid:
      return format_rows<int128_t, kNumberTextBytes>(
          job, [](int128_t value, char* out) { return format_uuid(out, value); });
    case TypeKind::kVarchar:
    case TypeKind::kJson:
      return job.input.with_type(job.target);
    case TypeKind::kEnum:
      return enum_texts(job);
    case TypeKind::kBlob:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return append_rows(job);
  }
  UNREACHABLE();
}

}  // namespace doline
