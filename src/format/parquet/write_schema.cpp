#include "format/parquet/write_schema.h"

#include "base/assert.h"
#include "base/error.h"
#include "format/parquet/value_decoder.h"

namespace doline::parquet {

namespace {

LogicalType logical_of(LogicalKind kind) {
  LogicalType type;
  type.kind = kind;
  return type;
}
LogicalType moment(LogicalKind kind, TimeUnit unit, bool utc) {
  LogicalType type = logical_of(kind);
  type.unit = unit;
  type.utc = utc;
  return type;
}
LogicalType integer(int bits, bool is_signed) {
  LogicalType type = logical_of(LogicalKind::kInteger);
  type.bit_width = static_cast<uint8_t>(bits);
  type.is_signed = is_signed;
  return type;
}
LogicalType decimal(int precision, int scale) {
  LogicalType type = logical_of(LogicalKind::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

struct Stored {
  Physical physical;
  uint32_t type_length;
  LeafOrder order;
  LogicalType logical;
};

Stored stored_as(TypeRef type) {
  switch (type->kind()) {
    case TypeKind::kNull:
      return {Physical::kInt32, 0, LeafOrder::kNone, logical_of(LogicalKind::kNull)};
    case TypeKind::kBool:
      return {Physical::kBoolean, 0, LeafOrder::kBool, {}};
    case TypeKind::kInt8:
      return {Physical::kInt32, 0, LeafOrder::kSigned32, integer(8, true)};
    case TypeKind::kInt16:
      return {Physical::kInt32, 0, LeafOrder::kSigned32, integer(16, true)};
    case TypeKind::kInt32:
      return {Physical::kInt32, 0, LeafOrder::kSigned32, {}};
    case TypeKind::kInt64:
      return {Physical::kInt64, 0, LeafOrder::kSigned64, {}};
    case TypeKind::kUInt8:
      return {Physical::kInt32, 0, LeafOrder::kUnsigned32, integer(8, false)};
    case TypeKind::kUInt16:
      return {Physical::kInt32, 0, LeafOrder::kUnsigned32, integer(16, false)};
    case TypeKind::kUInt32:
      return {Physical::kInt32, 0, LeafOrder::kUnsigned32, integer(32, false)};
    case TypeKind::kUInt64:
      return {Physical::kInt64, 0, LeafOrder::kUnsigned64, integer(64, false)};
    // Parquet has no 128-bit integers: the widest decimal holds all but the outermost values.
    case TypeKind::kHugeInt:
      return {Physical::kFixed, 16, LeafOrder::kBigEndianSigned, decimal(38, 0)};
    case TypeKind::kFloat:
      return {Physical::kFloat, 0, LeafOrder::kFloat, {}};
    case TypeKind::kDouble:
      return {Physical::kDouble, 0, LeafOrder::kDouble, {}};
    case TypeKind::kDecimal: {
      const LogicalType logical = decimal(type->width(), type->scale());
      if (type->width() <= 9) return {Physical::kInt32, 0, LeafOrder::kSigned32, logical};
      if (type->width() <= 18) return {Physical::kInt64, 0, LeafOrder::kSigned64, logical};
      return {Physical::kFixed, 16, LeafOrder::kBigEndianSigned, logical};
    }
    case TypeKind::kDate:
      return {Physical::kInt32, 0, LeafOrder::kSigned32, logical_of(LogicalKind::kDate)};
    case TypeKind::kTime:
      return {Physical::kInt64, 0, LeafOrder::kSigned64,
              moment(LogicalKind::kTime, TimeUnit::kMicros, false)};
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
      return {Physical::kInt64, 0, LeafOrder::kSigned64,
              moment(LogicalKind::kTimestamp, TimeUnit::kMillis, false)};
    case TypeKind::kTimestamp:
      return {Physical::kInt64, 0, LeafOrder::kSigned64,
              moment(LogicalKind::kTimestamp, TimeUnit::kMicros, false)};
    case TypeKind::kTimestampNs:
      return {Physical::kInt64, 0, LeafOrder::kSigned64,
              moment(LogicalKind::kTimestamp, TimeUnit::kNanos, false)};
    case TypeKind::kTimestampTz:
      return {Physical::kInt64, 0, LeafOrder::kSigned64,
              moment(LogicalKind::kTimestamp, TimeUnit::kMicros, true)};
    case TypeKind::kInterval:
      return {Physical::kFixed, 12, LeafOrder::kNone, logical_of(LogicalKind::kInterval)};
    case TypeKind::kDuration:
      return {Physical::kInt64, 0, LeafOrder::kSigned64, {}};  // microseconds
    case TypeKind::kVarchar:
    case TypeKind::kEnum:
      return {Physical::kByteArray, 0, LeafOrder::kBytes, logical_of(LogicalKind::kString)};
    case TypeKind::kBlob:
      return {Physical::kByteArray, 0, LeafOrder::kBytes, {}};
    case TypeKind::kJson:
      return {Physical::kByteArray, 0, LeafOrder::kBytes, logical_of(LogicalKind::kJson)};
    case TypeKind::kUuid:
      return {Physical::kFixed, 16, LeafOrder::kBytes, logical_of(LogicalKind::kUuid)};
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      break;
  }
  UNREACHABLE();
}

/// The older annotation that says the same, for readers that know nothing newer.
std::optional<int32_t> converted_of(const LogicalType& type) {
  switch (type.kind) {
    case LogicalKind::kString:
      return 0;
    case LogicalKind::kMap:
      return 1;
    case LogicalKind::kList:
      return 3;
    case LogicalKind::kDecimal:
      return 5;
    case LogicalKind::kDate:
      return 6;
    case LogicalKind::kInteger: {
      const int32_t step = type.bit_width == 8    ? 0
                           : type.bit_width == 16 ? 1
                           : type.bit_width == 32 ? 2
                                                  : 3;
      return (type.is_signed ? 15 : 11) + step;
    }
    case LogicalKind::kJson:
      return 19;
    case LogicalKind::kInterval:
      return 21;
    // The old types of moments mean UTC.
    case LogicalKind::kTimestamp:
      if (type.utc && type.unit == TimeUnit::kMicros) return 10;
      return std::nullopt;
    case LogicalKind::kNone:
    case LogicalKind::kEnum:
    case LogicalKind::kTime:
    case LogicalKind::kNull:
    case LogicalKind::kBson:
    case LogicalKind::kUuid:
    case LogicalKind::kFloat16:
    case LogicalKind::kUnknown:
      return std::nullopt;
  }
  UNREACHABLE();
}

/// Field number in the union LogicalType; 0 where only the converted type exists.
int16_t arm_of(LogicalKind kind) {
  switch (kind) {
    case LogicalKind::kString:
      return 1;
    case LogicalKind::kMap:
      return 2;
    case LogicalKind::kList:
      return 3;
    case LogicalKind::kEnum:
      return 4;
    case LogicalKind::kDecimal:
      return 5;
    case LogicalKind::kDate:
      return 6;
    case LogicalKind::kTime:
      return 7;
    case LogicalKind::kTimestamp:
      return 8;
    case LogicalKind::kInteger:
      return 10;
    case LogicalKind::kNull:
      return 11;
    case LogicalKind::kJson:
      return 12;
    case LogicalKind::kBson:
      return 13;
    case LogicalKind::kUuid:
      return 14;
    case LogicalKind::kFloat16:
      return 15;
    case LogicalKind::kNone:
    case LogicalKind::kInterval:
    case LogicalKind::kUnknown:
      return 0;
  }
  UNREACHABLE();
}

void write_logical(ThriftWriter& out, const LogicalType& type) {
  out.write_struct(arm_of(type.kind), [&] {
    if (type.kind == LogicalKind::kDecimal) {
      out.i32(1, type.scale);
      out.i32(2, type.precision);
    } else if (type.kind == LogicalKind::kInteger) {
      out.i8(1, static_cast<int8_t>(type.bit_width));
      out.boolean(2, type.is_signed);
    } else if (type.kind == LogicalKind::kTime || type.kind == LogicalKind::kTimestamp) {
      out.boolean(1, type.utc);
      out.write_struct(
          2, [&] { out.empty_struct(static_cast<int16_t>(static_cast<int>(type.unit) + 1)); });
    }
  });
}

}  // namespace

size_t WriteLeaf::width() const { return LeafType{physical, type_length}.width(); }

WriteSchema::WriteSchema(const Schema& schema) : schema_(schema) {
  Element root;
  root.name = "schema";
  root.child_count = static_cast<int32_t>(schema.size());
  elements_.push_back(root);
  if (schema.empty())
    throw Error(ErrorCode::kNotSupported, "a Parquet file needs a column at least");
  for (const Field& field : schema) {
    first_leaf_.push_back(leaves_.size());
    add(field.name, field.type, Repetition::kOptional, {}, 0, 0);
  }
  first_leaf_.push_back(leaves_.size());
}

void WriteSchema::add_leaf(Element element, TypeRef type, std::vector<std::string> path,
                           uint8_t definition, uint8_t level) {
  const Stored stored = stored_as(type);
  element.physical = stored.physical;
  element.type_length = stored.type_length;
  element.logical = stored.logical;
  elements_.push_back(std::move(element));
  leaves_.push_back({type, std::move(path), stored.physical, stored.type_length, stored.order,
                     definition, level});
}

void WriteSchema::add(const std::string& name, TypeRef type, Repetition repetition,
                      std::vector<std::string> path, uint8_t definition, uint8_t level) {
  if (path.size() > 40)
    throw Error(ErrorCode::kNotSupported,
                "a type that nests deeper than 20 levels cannot be written to Parquet");
  path.push_back(name);
  definition = static_cast<uint8_t>(definition + (repetition == Repetition::kOptional));
  Element element;
  element.name = name;
  element.repetition = repetition;
  const auto repeated = [&](const char* group, int32_t children) {
    Element middle;
    middle.name = group;
    middle.repetition = Repetition::kRepeated;
    middle.child_count = children;
    elements_.push_back(middle);
    path.emplace_back(group);
  };
  const auto inside = static_cast<uint8_t>(definition + 1);
  const auto deeper = static_cast<uint8_t>(level + 1);
  switch (type->kind()) {
    case TypeKind::kList:
    case TypeKind::kArray:
      element.child_count = 1;
      element.logical = logical_of(LogicalKind::kList);
      elements_.push_back(element);
      repeated("list", 1);
      return add("element", type->element(), Repetition::kOptional, path, inside, deeper);
    case TypeKind::kMap:
      element.child_count = 1;
      element.logical = logical_of(LogicalKind::kMap);
      elements_.push_back(element);
      repeated("key_value", 2);
      add("key", type->fields()[0].type, Repetition::kRequired, path, inside, deeper);
      return add("value", type->fields()[1].type, Repetition::kOptional, path, inside, deeper);
    case TypeKind::kStruct:
      if (type->fields().empty())
        throw Error(ErrorCode::kNotSupported,
                    "a struct without fields cannot be written to Parquet");
      element.child_count = static_cast<int32_t>(type->fields().size());
      elements_.push_back(element);
      for (const Field& field : type->fields())
        add(field.name, field.type, Repetition::kOptional, path, definition, level);
      return;
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kHugeInt:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kVarchar:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
      return add_leaf(std::move(element), type, std::move(path), definition, level);
  }
}

void WriteSchema::write(ThriftWriter& out, const Element& element) {
  out.write_struct(0, [&] {
    if (element.physical) out.i32(1, static_cast<int32_t>(*element.physical));
    if (element.physical == Physical::kFixed) out.i32(2, static_cast<int32_t>(element.type_length));
    if (element.repetition) out.i32(3, static_cast<int32_t>(*element.repetition));
    out.binary(4, element.name);
    if (!element.physical) out.i32(5, element.child_count);
    if (const auto converted = converted_of(element.logical)) out.i32(6, *converted);
    if (element.logical.kind == LogicalKind::kDecimal) {
      out.i32(7, element.logical.scale);
      out.i32(8, element.logical.precision);
    }
    if (arm_of(element.logical.kind) != 0)
      out.write_struct(10, [&] { write_logical(out, element.logical); });
  });
}

void WriteSchema::write(ThriftWriter& out) const {
  out.list(2, ThriftType::kStruct, elements_.size());
  for (const Element& element : elements_) write(out, element);
}

}  // namespace doline::parquet
