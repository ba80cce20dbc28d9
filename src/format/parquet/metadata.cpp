#include "format/parquet/metadata.h"

#include <cstring>
#include <limits>

#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/metadata_checks.h"
#include "format/parquet/thrift.h"

namespace doline::parquet {

namespace {

Physical physical_of(int32_t number) {
  if (number < 0 || number >= kPhysicalCount) {
    throw Error(ErrorCode::kCorrupt, "the Parquet metadata names a physical type {}", number);
  }
  return static_cast<Physical>(number);
}

TimeUnit read_time_unit(ThriftReader& in) {
  TimeUnit unit = TimeUnit::kMicros;
  in.read_struct([&](ThriftField field) {
    if (field.id >= 1 && field.id <= 3) unit = static_cast<TimeUnit>(field.id - 1);
    in.skip(field);
  });
  return unit;
}

void read_logical_arm(ThriftReader& in, LogicalType& type) {
  in.read_struct([&](ThriftField field) {
    switch (type.kind) {
      case LogicalKind::kDecimal:
        if (field.id == 1) return void(type.scale = in.i32(field));
        if (field.id == 2) return void(type.precision = in.i32(field));
        break;
      case LogicalKind::kTime:
      case LogicalKind::kTimestamp:
        if (field.id == 1) return void(type.utc = in.boolean(field));
        if (field.id == 2) {
          in.expect(field, ThriftType::kStruct);
          return void(type.unit = read_time_unit(in));
        }
        break;
      case LogicalKind::kInteger:
        if (field.id == 1) return void(type.bit_width = static_cast<uint8_t>(in.i8(field)));
        if (field.id == 2) return void(type.is_signed = in.boolean(field));
        break;
      case LogicalKind::kNone:
      case LogicalKind::kString:
      case LogicalKind::kMap:
      case LogicalKind::kList:
      case LogicalKind::kEnum:
      case LogicalKind::kDate:
      case LogicalKind::kNull:
      case LogicalKind::kJson:
      case LogicalKind::kBson:
      case LogicalKind::kUuid:
      case LogicalKind::kFloat16:
      case LogicalKind::kInterval:
      case LogicalKind::kUnknown:
        break;
    }
    in.skip(field);
  });
}

LogicalKind logical_kind(int16_t arm) {
  switch (arm) {
    case 1:
      return LogicalKind::kString;
    case 2:
      return LogicalKind::kMap;
    case 3:
      return LogicalKind::kList;
    case 4:
      return LogicalKind::kEnum;
    case 5:
      return LogicalKind::kDecimal;
    case 6:
      return LogicalKind::kDate;
    case 7:
      return LogicalKind::kTime;
    case 8:
      return LogicalKind::kTimestamp;
    case 10:
      return LogicalKind::kInteger;
    case 11:
      return LogicalKind::kNull;
    case 12:
      return LogicalKind::kJson;
    case 13:
      return LogicalKind::kBson;
    case 14:
      return LogicalKind::kUuid;
    case 15:
      return LogicalKind::kFloat16;
    default:
      return LogicalKind::kUnknown;
  }
}

LogicalType read_logical_type(ThriftReader& in) {
  LogicalType type;
  in.read_struct([&](ThriftField field) {
    type.kind = logical_kind(field.id);
    if (field.type != ThriftType::kStruct) return in.skip(field);
    read_logical_arm(in, type);
  });
  return type;
}

LogicalType from_converted(const SchemaElement& element) {
  LogicalType type;
  const auto integer = [&](uint8_t bits, bool is_signed) {
    type.kind = LogicalKind::kInteger;
    type.bit_width = bits;
    type.is_signed = is_signed;
  };
  const auto moment = [&](LogicalKind kind, TimeUnit unit) {
    type.kind = kind;
    type.unit = unit;  // not zoned: files of that age rarely meant UTC, and peers read them so
  };
  switch (*element.converted) {
    case 0:
      type.kind = LogicalKind::kString;
      break;
    case 1:
    case 2:
      type.kind = LogicalKind::kMap;
      break;
    case 3:
      type.kind = LogicalKind::kList;
      break;
    case 4:
      type.kind = LogicalKind::kEnum;
      break;
    case 5:
      type.kind = LogicalKind::kDecimal;
      type.scale = element.scale.value_or(0);
      type.precision = element.precision.value_or(0);
      break;
    case 6:
      type.kind = LogicalKind::kDate;
      break;
    case 7:
      moment(LogicalKind::kTime, TimeUnit::kMillis);
      break;
    case 8:
      moment(LogicalKind::kTime, TimeUnit::kMicros);
      break;
    case 9:
      moment(LogicalKind::kTimestamp, TimeUnit::kMillis);
      break;
    case 10:
      moment(LogicalKind::kTimestamp, TimeUnit::kMicros);
      break;
    case 11:
      integer(8, false);
      break;
    case 12:
      integer(16, false);
      break;
    case 13:
      integer(32, false);
      break;
    case 14:
      integer(64, false);
      break;
    case 15:
      integer(8, true);
      break;
    case 16:
      integer(16, true);
      break;
    case 17:
      integer(32, true);
      break;
    case 18:
      integer(64, true);
      break;
    case 19:
      type.kind = LogicalKind::kJson;
      break;
    case 20:
      type.kind = LogicalKind::kBson;
      break;
    case 21:
      type.kind = LogicalKind::kInterval;
      break;
    default:
      type.kind = LogicalKind::kUnknown;
      break;
  }
  return type;
}

SchemaElement read_schema_element(ThriftReader& in) {
  SchemaElement element;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        element.physical = physical_of(in.i32(field));
        break;
      case 2:
        element.type_length = not_negative(in.i32(field), "type length");
        break;
      case 3: {
        const int32_t repetition = in.i32(field);
        if (repetition < 0 || repetition > 2) {
          throw Error(ErrorCode::kCorrupt, "the Parquet schema has a repetition type {}",
                      repetition);
        }
        element.repetition = static_cast<Repetition>(repetition);
        break;
      }
      case 4:
        element.name = in.binary(field);
        break;
      case 5:
        element.child_count = not_negative(in.i32(field), "number of children");
        break;
      case 6:
        element.converted = in.i32(field);
        break;
      case 7:
        element.scale = in.i32(field);
        break;
      case 8:
        element.precision = in.i32(field);
        break;
      case 9:
        element.field_id = in.i32(field);
        break;
      case 10:
        in.expect(field, ThriftType::kStruct);
        element.logical = read_logical_type(in);
        break;
      default:
        in.skip(field);
    }
  });
  if (element.logical.kind == LogicalKind::kNone && element.converted)
    element.logical = from_converted(element);
  return element;
}

Statistics read_statistics(ThriftReader& in) {
  Statistics statistics;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        statistics.old_max = in.binary(field);
        break;
      case 2:
        statistics.old_min = in.binary(field);
        break;
      case 3:
        statistics.null_count = in.i64(field);
        break;
      case 4:
        statistics.distinct_count = in.i64(field);
        break;
      case 5:
        statistics.max_value = in.binary(field);
        break;
      case 6:
        statistics.min_value = in.binary(field);
        break;
      case 7:
        statistics.max_exact = in.boolean(field);
        break;
      case 8:
        statistics.min_exact = in.boolean(field);
        break;
      default:
        in.skip(field);
    }
  });
  return statistics;
}

std::pair<std::string_view, std::string_view> read_key_value(ThriftReader& in) {
  std::pair<std::string_view, std::string_view> pair;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        pair.first = in.binary(field);
        break;
      case 2:
        pair.second = in.binary(field);
        break;
      default:
        in.skip(field);
    }
  });
  return pair;
}

ColumnMetaData read_column_metadata(ThriftReader& in, MetadataCharge& charge) {
  ColumnMetaData meta;
  bool has_type = false;
  const auto grow = [&](size_t bytes) { charge.grow(bytes); };
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        meta.physical = physical_of(in.i32(field));
        has_type = true;
        break;
      case 2:
        in.read_list_into(field, ThriftType::kI32, meta.encodings, grow,
                          [&] { return static_cast<PageEncoding>(in.element_i32()); });
        break;
      // The path (3) repeats the schema, in whose order the chunks are.
      case 4:
        meta.codec = static_cast<Codec>(in.i32(field));
        break;
      case 5:
        meta.value_count = not_negative(in.i64(field), "number of values");
        break;
      case 6:
        meta.uncompressed_bytes = not_negative(in.i64(field), "uncompressed size");
        break;
      case 7:
        meta.compressed_bytes = not_negative(in.i64(field), "compressed size");
        break;
      case 8:
        in.read_list_into(field, ThriftType::kStruct, meta.key_values, grow,
                          [&] { return read_key_value(in); });
        break;
      case 9:
        meta.data_page_offset = not_negative(in.i64(field), "data page offset");
        break;
      case 10:
        meta.index_page_offset = in.i64(field);
        break;
      case 11:
        meta.dictionary_page_offset = not_negative(in.i64(field), "dictionary page offset");
        break;
      case 12:
        in.expect(field, ThriftType::kStruct);
        meta.statistics = read_statistics(in);
        break;
      case 14:
        if (field.type != ThriftType::kI64) return in.skip(field);
        meta.bloom_filter_offset = in.i64(field);
        break;
      case 15:  // some writers used these numbers before the format did
        if (field.type != ThriftType::kI32) return in.skip(field);
        meta.bloom_filter_bytes = in.i32(field);
        break;
      default:
        in.skip(field);
    }
  });
  if (!has_type)
    throw Error(ErrorCode::kCorrupt, "a column chunk of the Parquet metadata has no type");
  return meta;
}

ColumnChunk read_column_chunk(ThriftReader& in, MetadataCharge& charge) {
  ColumnChunk chunk;
  bool has_meta = false;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        chunk.file_path = in.binary(field);
        break;
      case 2:
        chunk.file_offset = in.i64(field);
        break;
      case 3:
        in.expect(field, ThriftType::kStruct);
        chunk.meta = read_column_metadata(in, charge);
        has_meta = true;
        break;
      case 4:
        chunk.offset_index_offset = in.i64(field);
        break;
      case 5:
        chunk.offset_index_bytes = in.i32(field);
        break;
      case 6:
        chunk.column_index_offset = in.i64(field);
        break;
      case 7:
        chunk.column_index_bytes = in.i32(field);
        break;
      case 8:
      case 9:
        chunk.encrypted = true;
        in.skip(field);
        break;
      default:
        in.skip(field);
    }
  });
  if (!has_meta && !chunk.encrypted) {
    throw Error(ErrorCode::kCorrupt, "a column chunk of the Parquet metadata has no description");
  }
  return chunk;
}

RowGroup read_row_group(ThriftReader& in, MetadataCharge& charge) {
  RowGroup group;
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        in.read_list_into(
            field, ThriftType::kStruct, group.columns, [&](size_t size) { charge.grow(size); },
            [&] { return read_column_chunk(in, charge); });
        break;
      case 2:
        group.total_bytes = in.i64(field);
        break;
      case 3:
        group.row_count = not_negative(in.i64(field), "number of rows");
        break;
      default:
        in.skip(field);
    }
  });
  return group;
}

}  // namespace

size_t footer_bytes(std::span<const std::byte> tail, uint64_t file_bytes) {
  if (tail.size() < kTailBytes || file_bytes < kTailBytes + kMagic.size()) {
    throw Error(ErrorCode::kCorrupt, "too short for a Parquet file ({} bytes)", file_bytes);
  }
  const std::string_view magic(reinterpret_cast<const char*>(tail.data()) + tail.size() - 4, 4);
  if (magic == "PARE") {
    throw Error(ErrorCode::kEncrypted, "the Parquet footer is encrypted")
        .hint("decrypt the file first: Doline has no key for it");
  }
  if (magic != kMagic) throw Error(ErrorCode::kCorrupt, "no Parquet file: it does not end in PAR1");
  const auto length = load_unaligned<uint32_t>(tail.data() + tail.size() - kTailBytes);
  if (length == 0 || length > file_bytes - kTailBytes) {
    throw Error(ErrorCode::kCorrupt, "the Parquet footer claims {} bytes of a file of {}", length,
                file_bytes);
  }
  return length;
}

FileMetaData parse_file_metadata(BufferRef bytes) {
  FileMetaData file;
  ThriftReader in({bytes->data(), bytes->size_bytes()});
  bool encrypted = false;
  const auto grow = [&](size_t size) { file.charge.grow(size); };
  in.read_struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        file.version = in.i32(field);
        break;
      case 2:
        // The schema's tree has a node for each element, of about this size.
        in.read_list_into(
            field, ThriftType::kStruct, file.schema, [&](size_t bytes) { grow(3 * bytes); },
            [&] { return read_schema_element(in); });
        break;
      case 3:
        file.row_count = not_negative(in.i64(field), "number of rows");
        break;
      case 4:
        in.read_list_into(field, ThriftType::kStruct, file.row_groups, grow,
                          [&] { return read_row_group(in, file.charge); });
        break;
      case 5:
        in.read_list_into(field, ThriftType::kStruct, file.key_values, grow,
                          [&] { return read_key_value(in); });
        break;
      case 6:
        file.created_by = in.binary(field);
        break;
      case 8:
        encrypted = true;
        in.skip(field);
        break;
      default:
        in.skip(field);
    }
  });
  if (encrypted) {
    throw Error(ErrorCode::kEncrypted, "the Parquet file has encrypted columns")
        .hint("decrypt the file first: Doline has no key for it");
  }
  if (file.schema.empty()) throw Error(ErrorCode::kCorrupt, "the Parquet footer has no schema");
  file.bytes = std::move(bytes);
  return file;
}

}  // namespace doline::parquet
