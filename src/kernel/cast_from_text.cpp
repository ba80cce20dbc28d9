#include <cstring>

#include "kernel/cast_job.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

namespace {

/// parse(text, value) says whether the text is a value.
template <class T, class Parse>
Column parse_rows(const CastJob& job, Parse parse) {
  return cast_rows<StringView, T>(
      job, [&](const StringView& text, T& value) { return parse(text.view(), value); });
}

template <class T>
Column parse_integers(const CastJob& job) {
  return parse_rows<T>(job,
                       [](std::string_view text, T& value) { return parse_integer(text, value); });
}

template <class T>
Column parse_decimals(const CastJob& job) {
  const int width = job.target->width();
  const int scale = job.target->scale();
  return parse_rows<T>(job, [=](std::string_view text, T& value) {
    int128_t wide = 0;
    if (!parse_decimal(text, width, scale, wide)) return false;
    value = static_cast<T>(wide);
    return true;
  });
}

Column parse_bools(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  const StringView* texts = job.input.values<StringView>();
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    bool value = false;
    if (!parse_bool(texts[row].view(), value)) return job.fail(row, writer);
    if (value) set_bit(writer.bits(), row);
  });
  return writer.seal(job.rows());
}

Column parse_enums(const CastJob& job) {
  return parse_rows<uint32_t>(job, [&](std::string_view text, uint32_t& code) {
    const int64_t position = job.target->enum_position(text);
    code = static_cast<uint32_t>(position);
    return position >= 0;
  });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// "\xAB" is a byte, any other ASCII byte itself. Returns why not, or null.
const char* unescape_blob(std::string_view text, std::string& bytes) {
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 128) return "bytes outside ASCII are written \\xAB";
    if (c != '\\') {
      bytes += c;
      continue;
    }
    const int high = at + 3 < text.size() && text[at + 1] == 'x' ? hex_digit(text[at + 2]) : -1;
    const int low = high >= 0 ? hex_digit(text[at + 3]) : -1;
    if (low < 0) return "a backslash begins \\x and two hex digits";
    bytes += static_cast<char>(high * 16 + low);
    at += 3;
  }
  return nullptr;
}

Column parse_blobs(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  writer.add_pin(job.input.pin());
  const StringView* texts = job.input.values<StringView>();
  StringView* blobs = writer.values<StringView>();
  std::string bytes;
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    bytes.clear();
    if (const char* reason = unescape_blob(texts[row].view(), bytes))
      return job.fail(row, writer, reason);
    blobs[row] = bytes.size() == texts[row].size() ? texts[row] : writer.keep(bytes);
  });
  return writer.seal(job.rows());
}

constexpr uint128_t kUuidSign = uint128_t{1} << 127;

Column blob_to_uuid(const CastJob& job) {
  return cast_rows<StringView, int128_t>(job, [](const StringView& blob, int128_t& uuid) {
    if (blob.size() != 16) return false;
    uint128_t bits = 0;
    for (const char c : blob.view()) bits = bits << 8 | static_cast<unsigned char>(c);
    uuid = static_cast<int128_t>(bits ^ kUuidSign);
    return true;
  });
}

Column uuid_to_blob(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  const int128_t* uuids = job.input.values<int128_t>();
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    uint128_t bits = static_cast<uint128_t>(uuids[row]) ^ kUuidSign;
    char bytes[16];
    for (int at = 15; at >= 0; --at, bits >>= 8) bytes[at] = static_cast<char>(bits & 0xFF);
    writer.set_text(row, {bytes, sizeof bytes});
  });
  return writer.seal(job.rows());
}

/// The clock time of the text in units of the target; only nanoseconds need their own reading.
Column parse_timestamps(const CastJob& job, int64_t micros_per_unit) {
  return parse_rows<int64_t>(job, [=](std::string_view text, int64_t& value) {
    bool has_offset = false;
    int64_t micros = 0;
    if (!parse_timestamp(text, micros, has_offset)) return false;
    const bool finite = micros != INT64_MAX && micros != -INT64_MAX;
    const int64_t half = micros < 0 ? -micros_per_unit / 2 : micros_per_unit / 2;
    value = finite && micros_per_unit > 1 ? (micros + half) / micros_per_unit : micros;
    return true;
  });
}

}  // namespace

Column cast_from_text(const CastJob& job) {
  if (job.input.type()->is(TypeKind::kUuid)) return uuid_to_blob(job);
  if (job.input.type()->is(TypeKind::kBlob)) return blob_to_uuid(job);
  switch (job.target->kind()) {
    case TypeKind::kBool:
      return parse_bools(job);
    case TypeKind::kInt8:
      return parse_integers<int8_t>(job);
    case TypeKind::kInt16:
      return parse_integers<int16_t>(job);
    case TypeKind::kInt32:
      return parse_integers<int32_t>(job);
    case TypeKind::kInt64:
      return parse_integers<int64_t>(job);
    case TypeKind::kHugeInt:
      return parse_integers<int128_t>(job);
    case TypeKind::kUInt8:
      return parse_integers<uint8_t>(job);
    case TypeKind::kUInt16:
      return parse_integers<uint16_t>(job);
    case TypeKind::kUInt32:
      return parse_integers<uint32_t>(job);
    case TypeKind::kUInt64:
      return parse_integers<uint64_t>(job);
    case TypeKind::kFloat:
      return parse_rows<float>(job, parse_float);
    case TypeKind::kDouble:
      return parse_rows<double>(job, parse_double);
    case TypeKind::kDecimal:
      return job.target->physical() == PhysicalType::kInt64 ? parse_decimals<int64_t>(job)
                                                            : parse_decimals<int128_t>(job);
    case TypeKind::kDate:
      return parse_rows<int32_t>(job, parse_date);
    case TypeKind::kTime:
      return parse_rows<int64_t>(job, parse_time);
    case TypeKind::kTimestampS:
      return parse_timestamps(job, 1'000'000);
    case TypeKind::kTimestampMs:
      return parse_timestamps(job, 1'000);
    case TypeKind::kTimestamp:
      return parse_timestamps(job, 1);
    case TypeKind::kTimestampNs:
      return parse_rows<int64_t>(job, [](std::string_view text, int64_t& nanos) {
        bool has_offset = false;
        return parse_timestamp_ns(text, nanos, has_offset);
      });
    case TypeKind::kTimestampTz: {
      const ZoneOffsets* const zone = job.target->zone_or(job.zone);
      return parse_rows<int64_t>(job, [&](std::string_view text, int64_t& micros) {
        return parse_timestamp_tz(text, zone, micros);
      });
    }
    case TypeKind::kInterval:
      return parse_rows<Interval>(job, parse_interval);
    case TypeKind::kDuration:
      return parse_rows<int64_t>(job, parse_duration);
    case TypeKind::kBlob:
      return parse_blobs(job);
    case TypeKind::kUuid:
      return parse_rows<int128_t>(job, parse_uuid);
    case TypeKind::kEnum:
      return parse_enums(job);
    case TypeKind::kVarchar:
    case TypeKind::kJson:
      return job.input.with_type(job.target);
    case TypeKind::kNull:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      break;
  }
  UNREACHABLE();
}

}  // namespace doline
