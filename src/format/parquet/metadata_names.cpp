#include <fmt/format.h>

#include "base/assert.h"
#include "format/parquet/metadata.h"

namespace doline::parquet {

std::string_view name_of(Physical physical) {
  switch (physical) {
    case Physical::kBoolean:
      return "BOOLEAN";
    case Physical::kInt32:
      return "INT32";
    case Physical::kInt64:
      return "INT64";
    case Physical::kInt96:
      return "INT96";
    case Physical::kFloat:
      return "FLOAT";
    case Physical::kDouble:
      return "DOUBLE";
    case Physical::kByteArray:
      return "BYTE_ARRAY";
    case Physical::kFixed:
      return "FIXED_LEN_BYTE_ARRAY";
  }
  UNREACHABLE();
}

std::string_view name_of(Repetition repetition) {
  switch (repetition) {
    case Repetition::kRequired:
      return "REQUIRED";
    case Repetition::kOptional:
      return "OPTIONAL";
    case Repetition::kRepeated:
      return "REPEATED";
  }
  UNREACHABLE();
}

std::string name_of(PageEncoding encoding) {
  switch (encoding) {
    case PageEncoding::kPlain:
      return "PLAIN";
    case PageEncoding::kPlainDictionary:
      return "PLAIN_DICTIONARY";
    case PageEncoding::kRle:
      return "RLE";
    case PageEncoding::kBitPacked:
      return "BIT_PACKED";
    case PageEncoding::kDeltaBinaryPacked:
      return "DELTA_BINARY_PACKED";
    case PageEncoding::kDeltaLengthByteArray:
      return "DELTA_LENGTH_BYTE_ARRAY";
    case PageEncoding::kDeltaByteArray:
      return "DELTA_BYTE_ARRAY";
    case PageEncoding::kRleDictionary:
      return "RLE_DICTIONARY";
    case PageEncoding::kByteStreamSplit:
      return "BYTE_STREAM_SPLIT";
  }
  return fmt::format("encoding {}", static_cast<int32_t>(encoding));  // from a newer writer
}

std::string name_of(Codec codec) {
  switch (codec) {
    case Codec::kUncompressed:
      return "UNCOMPRESSED";
    case Codec::kSnappy:
      return "SNAPPY";
    case Codec::kGzip:
      return "GZIP";
    case Codec::kLzo:
      return "LZO";
    case Codec::kBrotli:
      return "BROTLI";
    case Codec::kLz4Hadoop:
      return "LZ4";
    case Codec::kZstd:
      return "ZSTD";
    case Codec::kLz4Raw:
      return "LZ4_RAW";
  }
  return fmt::format("codec {}", static_cast<int32_t>(codec));  // from a newer writer
}

std::string name_of(const LogicalType& type) {
  const char* const units[] = {"MILLIS", "MICROS", "NANOS"};
  const auto moment = [&](const char* name) {
    return fmt::format("{}({}{})", name, units[static_cast<size_t>(type.unit)],
                       type.utc ? ", UTC" : "");
  };
  switch (type.kind) {
    case LogicalKind::kNone:
      return "";
    case LogicalKind::kString:
      return "STRING";
    case LogicalKind::kMap:
      return "MAP";
    case LogicalKind::kList:
      return "LIST";
    case LogicalKind::kEnum:
      return "ENUM";
    case LogicalKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", type.precision, type.scale);
    case LogicalKind::kDate:
      return "DATE";
    case LogicalKind::kTime:
      return moment("TIME");
    case LogicalKind::kTimestamp:
      return moment("TIMESTAMP");
    case LogicalKind::kInteger:
      return fmt::format("INTEGER({}, {})", type.bit_width, type.is_signed ? "signed" : "unsigned");
    case LogicalKind::kNull:
      return "NULL";
    case LogicalKind::kJson:
      return "JSON";
    case LogicalKind::kBson:
      return "BSON";
    case LogicalKind::kUuid:
      return "UUID";
    case LogicalKind::kFloat16:
      return "FLOAT16";
    case LogicalKind::kInterval:
      return "INTERVAL";
    case LogicalKind::kUnknown:
      return "UNKNOWN";
  }
  UNREACHABLE();
}

}  // namespace doline::parquet
