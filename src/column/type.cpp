#include "column/type.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <unordered_map>

#include "base/ascii.h"
#include "base/error.h"
#include "base/thread_safety.h"
#include "column/string_view.h"

namespace doline {

namespace {

struct SimpleType {
  TypeKind kind;
  PhysicalType physical;
  std::string_view name;
};

constexpr SimpleType kSimpleTypes[] = {
    {TypeKind::kNull, PhysicalType::kInt8, "\"NULL\""},
    {TypeKind::kBool, PhysicalType::kBool, "BOOLEAN"},
    {TypeKind::kInt8, PhysicalType::kInt8, "TINYINT"},
    {TypeKind::kInt16, PhysicalType::kInt16, "SMALLINT"},
    {TypeKind::kInt32, PhysicalType::kInt32, "INTEGER"},
    {TypeKind::kInt64, PhysicalType::kInt64, "BIGINT"},
    {TypeKind::kHugeInt, PhysicalType::kInt128, "HUGEINT"},
    {TypeKind::kUInt8, PhysicalType::kUInt8, "UTINYINT"},
    {TypeKind::kUInt16, PhysicalType::kUInt16, "USMALLINT"},
    {TypeKind::kUInt32, PhysicalType::kUInt32, "UINTEGER"},
    {TypeKind::kUInt64, PhysicalType::kUInt64, "UBIGINT"},
    {TypeKind::kFloat, PhysicalType::kFloat, "FLOAT"},
    {TypeKind::kDouble, PhysicalType::kDouble, "DOUBLE"},
    {TypeKind::kDate, PhysicalType::kInt32, "DATE"},
    {TypeKind::kTime, PhysicalType::kInt64, "TIME"},
    {TypeKind::kTimestampS, PhysicalType::kInt64, "TIMESTAMP_S"},
    {TypeKind::kTimestampMs, PhysicalType::kInt64, "TIMESTAMP_MS"},
    {TypeKind::kTimestamp, PhysicalType::kInt64, "TIMESTAMP"},
    {TypeKind::kTimestampNs, PhysicalType::kInt64, "TIMESTAMP_NS"},
    {TypeKind::kTimestampTz, PhysicalType::kInt64, "TIMESTAMP WITH TIME ZONE"},
    {TypeKind::kInterval, PhysicalType::kInterval, "INTERVAL"},
    {TypeKind::kDuration, PhysicalType::kInt64, "DURATION"},
    {TypeKind::kVarchar, PhysicalType::kString, "VARCHAR"},
    {TypeKind::kBlob, PhysicalType::kString, "BLOB"},
    {TypeKind::kUuid, PhysicalType::kInt128, "UUID"},
    {TypeKind::kJson, PhysicalType::kString, "JSON"},
};

struct TypeAlias {
  std::string_view name;
  TypeKind kind;
};

constexpr TypeAlias kAliases[] = {
    {"bool", TypeKind::kBool},
    {"boolean", TypeKind::kBool},
    {"logical", TypeKind::kBool},
    {"tinyint", TypeKind::kInt8},
    {"int1", TypeKind::kInt8},
    {"smallint", TypeKind::kInt16},
    {"int2", TypeKind::kInt16},
    {"int16", TypeKind::kInt16},
    {"short", TypeKind::kInt16},
    {"integer", TypeKind::kInt32},
    {"int", TypeKind::kInt32},
    {"int4", TypeKind::kInt32},
    {"int32", TypeKind::kInt32},
    {"signed", TypeKind::kInt32},
    {"bigint", TypeKind::kInt64},
    {"int8", TypeKind::kInt64},
    {"int64", TypeKind::kInt64},
    {"long", TypeKind::kInt64},
    {"hugeint", TypeKind::kHugeInt},
    {"int128", TypeKind::kHugeInt},
    {"utinyint", TypeKind::kUInt8},
    {"uint8", TypeKind::kUInt8},
    {"usmallint", TypeKind::kUInt16},
    {"uint16", TypeKind::kUInt16},
    {"uinteger", TypeKind::kUInt32},
    {"uint32", TypeKind::kUInt32},
    {"ubigint", TypeKind::kUInt64},
    {"uint64", TypeKind::kUInt64},
    {"float", TypeKind::kFloat},
    {"float4", TypeKind::kFloat},
    {"real", TypeKind::kFloat},
    {"double", TypeKind::kDouble},
    {"float8", TypeKind::kDouble},
    {"double precision", TypeKind::kDouble},
    {"date", TypeKind::kDate},
    {"time", TypeKind::kTime},
    {"timestamp", TypeKind::kTimestamp},
    {"datetime", TypeKind::kTimestamp},
    {"timestamp_us", TypeKind::kTimestamp},
    {"timestamp_s", TypeKind::kTimestampS},
    {"timestamp_ms", TypeKind::kTimestampMs},
    {"timestamp_ns", TypeKind::kTimestampNs},
    {"timestamptz", TypeKind::kTimestampTz},
    {"timestamp with time zone", TypeKind::kTimestampTz},
    {"timestamp without time zone", TypeKind::kTimestamp},
    {"time without time zone", TypeKind::kTime},
    {"interval", TypeKind::kInterval},
    {"duration", TypeKind::kDuration},
    {"varchar", TypeKind::kVarchar},
    {"text", TypeKind::kVarchar},
    {"string", TypeKind::kVarchar},
    {"char", TypeKind::kVarchar},
    {"bpchar", TypeKind::kVarchar},
    {"blob", TypeKind::kBlob},
    {"bytea", TypeKind::kBlob},
    {"binary", TypeKind::kBlob},
    {"varbinary", TypeKind::kBlob},
    {"uuid", TypeKind::kUuid},
    {"json", TypeKind::kJson},
    {"null", TypeKind::kNull},
};

/// A name as SQL would need it quoted: plain lower-case identifiers stay bare.
std::string quoted(std::string_view name) {
  const bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_';
                     });
  if (plain) return std::string(name);
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quoted_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

}  // namespace

/// Owns every type. Types are equal exactly when their names are, because names are complete.
class TypeInterner {
 public:
  static TypeInterner& instance() {
    static auto* interner = new TypeInterner();  // types outlive static destructors
    return *interner;
  }

  TypeRef simple(TypeKind kind) const { return simple_[static_cast<size_t>(kind)]; }

  template <class Fill>
  TypeRef intern(std::string name, TypeKind kind, PhysicalType physical, Fill&& fill) {
    MutexLock lock(mutex_);
    auto& slot = types_[name];
    if (!slot) {
      auto type = std::unique_ptr<Type>(new Type());
      type->kind_ = kind;
      type->physical_ = physical;
      type->name_ = std::move(name);
      fill(*type);
      slot = std::move(type);
    }
    return slot.get();
  }

  static void set_decimal(Type& type, int width, int scale) {
    type.width_ = static_cast<uint8_t>(width);
    type.scale_ = static_cast<uint8_t>(scale);
  }
  static void set_fields(Type& type, std::vector<Field> fields) {
    type.fields_ = std::move(fields);
  }
  static void set_entry(Type& type, TypeRef entry) { type.entry_ = entry; }
  static void set_length(Type& type, uint32_t length) { type.array_length_ = length; }
  static void set_zone(Type& type, std::string name, const ZoneOffsets* zone) {
    type.zone_name_ = std::move(name);
    type.zone_ = zone;
  }
  static void set_enum(Type& type, std::vector<std::string> values, bool is_ordered) {
    type.is_ordered_ = is_ordered;
    type.enum_values_ = std::move(values);
    type.enum_order_.resize(type.enum_values_.size());
    std::iota(type.enum_order_.begin(), type.enum_order_.end(), 0U);
    std::sort(type.enum_order_.begin(), type.enum_order_.end(),
              [&](uint32_t a, uint32_t b) { return type.enum_values_[a] < type.enum_values_[b]; });
  }

 private:
  TypeInterner() {
    for (const SimpleType& entry : kSimpleTypes) {
      simple_[static_cast<size_t>(entry.kind)] =
          intern(std::string(entry.name), entry.kind, entry.physical, [](Type&) {});
    }
  }

  Mutex mutex_;
  TypeRef simple_[static_cast<size_t>(TypeKind::kMap) + 1] = {};
  std::unordered_map<std::string, std::unique_ptr<Type>> types_ GUARDED_BY(mutex_);
};

TypeRef Type::simple(TypeKind kind) {
  TypeRef type = TypeInterner::instance().simple(kind);
  ASSERT(type != nullptr);
  return type;
}

TypeRef Type::null() { return simple(TypeKind::kNull); }
TypeRef Type::boolean() { return simple(TypeKind::kBool); }
TypeRef Type::int8() { return simple(TypeKind::kInt8); }
TypeRef Type::int16() { return simple(TypeKind::kInt16); }
TypeRef Type::int32() { return simple(TypeKind::kInt32); }
TypeRef Type::int64() { return simple(TypeKind::kInt64); }
TypeRef Type::hugeint() { return simple(TypeKind::kHugeInt); }
TypeRef Type::uint8() { return simple(TypeKind::kUInt8); }
TypeRef Type::uint16() { return simple(TypeKind::kUInt16); }
TypeRef Type::uint32() { return simple(TypeKind::kUInt32); }
TypeRef Type::uint64() { return simple(TypeKind::kUInt64); }
TypeRef Type::float32() { return simple(TypeKind::kFloat); }
TypeRef Type::float64() { return simple(TypeKind::kDouble); }
TypeRef Type::date() { return simple(TypeKind::kDate); }
TypeRef Type::time() { return simple(TypeKind::kTime); }
TypeRef Type::timestamp_s() { return simple(TypeKind::kTimestampS); }
TypeRef Type::timestamp_ms() { return simple(TypeKind::kTimestampMs); }
TypeRef Type::timestamp() { return simple(TypeKind::kTimestamp); }
TypeRef Type::timestamp_ns() { return simple(TypeKind::kTimestampNs); }
TypeRef Type::timestamp_tz() { return simple(TypeKind::kTimestampTz); }
TypeRef Type::interval() { return simple(TypeKind::kInterval); }
TypeRef Type::duration() { return simple(TypeKind::kDuration); }
TypeRef Type::varchar() { return simple(TypeKind::kVarchar); }
TypeRef Type::blob() { return simple(TypeKind::kBlob); }
TypeRef Type::uuid() { return simple(TypeKind::kUuid); }
TypeRef Type::json() { return simple(TypeKind::kJson); }

TypeRef Type::decimal(int width, int scale) {
  if (width < 1 || width > 38 || scale < 0 || scale > width) {
    throw Error(ErrorCode::kTypeMismatch, "DECIMAL({},{}) is not a type", width, scale)
        .hint("the width lies between 1 and 38, the scale between 0 and the width");
  }
  return TypeInterner::instance().intern(
      fmt::format("DECIMAL({},{})", width, scale), TypeKind::kDecimal,
      width <= 18 ? PhysicalType::kInt64 : PhysicalType::kInt128,
      [&](Type& type) { TypeInterner::set_decimal(type, width, scale); });
}

TypeRef Type::enumeration(std::vector<std::string> values, bool is_ordered) {
  std::string name = is_ordered ? "ENUM ORDERED(" : "ENUM(";
  for (size_t i = 0; i < values.size(); ++i) name += (i ? ", " : "") + quoted_text(values[i]);
  return TypeInterner::instance().intern(
      name + ")", TypeKind::kEnum, PhysicalType::kUInt32,
      [&](Type& type) { TypeInterner::set_enum(type, std::move(values), is_ordered); });
}

TypeRef Type::timestamp_tz(std::string name, const ZoneOffsets* zone) {
  ASSERT(zone != nullptr && !name.empty());
  return TypeInterner::instance().intern(
      "TIMESTAMPTZ(" + quoted_text(name) + ")", TypeKind::kTimestampTz, PhysicalType::kInt64,
      [&](Type& type) { TypeInterner::set_zone(type, std::move(name), zone); });
}

TypeRef Type::list(TypeRef element) {
  return TypeInterner::instance().intern(
      element->name() + "[]", TypeKind::kList, PhysicalType::kList,
      [&](Type& type) { TypeInterner::set_fields(type, {{"element", element}}); });
}

TypeRef Type::array(TypeRef element, uint32_t length) {
  return TypeInterner::instance().intern(fmt::format("{}[{}]", element->name(), length),
                                         TypeKind::kArray, PhysicalType::kList, [&](Type& type) {
                                           TypeInterner::set_fields(type, {{"element", element}});
                                           TypeInterner::set_length(type, length);
                                         });
}

TypeRef Type::structure(std::vector<Field> fields) {
  const bool named = std::any_of(fields.begin(), fields.end(),
                                 [](const Field& field) { return !field.name.empty(); });
  std::string name = named || fields.empty() ? "STRUCT(" : "TUPLE(";
  for (size_t i = 0; i < fields.size(); ++i) {
    name += (i ? ", " : "") + (named ? quoted(fields[i].name) + " " : std::string()) +
            fields[i].type->name();
  }
  return TypeInterner::instance().intern(
      name + ")", TypeKind::kStruct, PhysicalType::kStruct,
      [&](Type& type) { TypeInterner::set_fields(type, std::move(fields)); });
}

TypeRef Type::map(TypeRef key, TypeRef value) {
  const TypeRef entry = structure({{"key", key}, {"value", value}});
  return TypeInterner::instance().intern(fmt::format("MAP({}, {})", key->name(), value->name()),
                                         TypeKind::kMap, PhysicalType::kList, [&](Type& type) {
                                           TypeInterner::set_fields(
                                               type, {{"key", key}, {"value", value}});
                                           TypeInterner::set_entry(type, entry);
                                         });
}

int64_t Type::enum_position(std::string_view value) const {
  const auto found =
      std::lower_bound(enum_order_.begin(), enum_order_.end(), value,
                       [&](uint32_t at, std::string_view v) { return enum_values_[at] < v; });
  return found != enum_order_.end() && enum_values_[*found] == value ? static_cast<int64_t>(*found)
                                                                     : -1;
}

TypeRef simple_type_named(std::string_view name) {
  const std::string lowered = ascii_lower(name);
  for (const TypeAlias& alias : kAliases) {
    if (alias.name == lowered) return Type::simple(alias.kind);
  }
  return nullptr;
}

std::vector<std::string> simple_type_names() {
  std::vector<std::string> names;
  for (const TypeAlias& alias : kAliases) names.emplace_back(alias.name);
  return names;
}

size_t width_of(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
      return 0;
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
      return 4;
    case PhysicalType::kInt64:
      return 8;
    case PhysicalType::kInt128:
      return 16;
    case PhysicalType::kUInt8:
      return 1;
    case PhysicalType::kUInt16:
      return 2;
    case PhysicalType::kUInt32:
      return 4;
    case PhysicalType::kUInt64:
      return 8;
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kString:
      return sizeof(StringView);
    case PhysicalType::kInterval:
      return sizeof(Interval);
    case PhysicalType::kList:
      return sizeof(ListEntry);
    case PhysicalType::kStruct:
      return 0;
  }
  UNREACHABLE();
}

}  // namespace doline
