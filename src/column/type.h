#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/int128.h"

namespace doline {

/// How values lie in memory; what kernels dispatch on.
enum class PhysicalType : uint8_t {
  kBool,  // one bit a row
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kInt128,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat,
  kDouble,
  kString,    // StringView
  kInterval,  // Interval
  kList,      // ListEntry into the one child
  kStruct,    // children only
};

/// What a value means.
enum class TypeKind : uint8_t {
  kNull,  // the type of a bare NULL; physical int8, every row NULL
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kHugeInt,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat,
  kDouble,
  kDecimal,     // int64 up to 18 digits, int128 up to 38
  kDate,        // int32, days since 1970-01-01
  kTime,        // int64, microseconds since midnight
  kTimestampS,  // int64 since 1970-01-01 00:00:00
  kTimestampMs,
  kTimestamp,  // microseconds: the default
  kTimestampNs,
  kTimestampTz,  // microseconds in UTC, shown in the type's own zone or else the session's
  kInterval,
  kDuration,  // int64, microseconds: an exact span of time
  kVarchar,
  kBlob,
  kUuid,  // int128, top bit flipped so that signed order is the text's order
  kEnum,  // uint32, position in the type's list
  kJson,  // string
  kList,
  kArray,  // list of a fixed length
  kStruct,
  kMap,  // list of struct(key, value)
};

class Type;
class ZoneOffsets;
/// Types are interned and live as long as the process: equal types are equal pointers.
using TypeRef = const Type*;

struct Field {
  std::string name;
  TypeRef type;
  bool operator==(const Field&) const = default;
};

/// An immutable, interned logical type. Thread-safe.
class Type {
 public:
  // Types without parameters.
  static TypeRef null();
  static TypeRef boolean();
  static TypeRef int8();
  static TypeRef int16();
  static TypeRef int32();
  static TypeRef int64();
  static TypeRef hugeint();
  static TypeRef uint8();
  static TypeRef uint16();
  static TypeRef uint32();
  static TypeRef uint64();
  static TypeRef float32();
  static TypeRef float64();
  static TypeRef date();
  static TypeRef time();
  static TypeRef timestamp_s();
  static TypeRef timestamp_ms();
  static TypeRef timestamp();
  static TypeRef timestamp_ns();
  static TypeRef timestamp_tz();
  static TypeRef interval();
  static TypeRef duration();
  static TypeRef varchar();
  static TypeRef blob();
  static TypeRef uuid();
  static TypeRef json();
  /// Of a kind that has no parameters.
  static TypeRef simple(TypeKind kind);

  /// 1 <= width <= 38, 0 <= scale <= width; else Error(kTypeMismatch).
  static TypeRef decimal(int width, int scale);
  /// `is_ordered` says that whoever made the type means the order of its values; they compare by
  /// it either way, and the two types are cast to each other freely.
  static TypeRef enumeration(std::vector<std::string> values, bool is_ordered = false);
  /// Instants that `zone` shows, wherever they are; `name` in its one spelling. zoned_timestamp()
  /// of kernel/time_zone.h finds both.
  static TypeRef timestamp_tz(std::string name, const ZoneOffsets* zone);
  static TypeRef list(TypeRef element);
  static TypeRef array(TypeRef element, uint32_t length);
  static TypeRef structure(std::vector<Field> fields);
  static TypeRef map(TypeRef key, TypeRef value);

  TypeKind kind() const { return kind_; }
  PhysicalType physical() const { return physical_; }
  /// As SQL writes it: "DECIMAL(15,2)", "STRUCT(a INTEGER, b VARCHAR[])",
  /// "TIMESTAMPTZ('Europe/Paris')", "ENUM ORDERED('low', 'high')".
  const std::string& name() const { return name_; }

  int width() const { return width_; }  // decimal
  int scale() const { return scale_; }  // decimal
  uint32_t array_length() const { return array_length_; }
  const std::vector<Field>& fields() const {
    return fields_;
  }  // struct; list, array: "element"; map: "key", "value"
  TypeRef element() const { return fields_.front().type; }  // list, array
  /// What the child column of a list, array or map holds.
  TypeRef child() const { return kind_ == TypeKind::kMap ? entry_ : element(); }
  const std::vector<std::string>& enum_values() const { return enum_values_; }
  /// Position in enum_values(), or -1.
  int64_t enum_position(std::string_view value) const;

  bool is_ordered() const { return is_ordered_; }  // enum

  /// Of kTimestampTz: "Europe/Paris"; empty where it has no zone of its own.
  const std::string& zone_name() const { return zone_name_; }
  /// Whose clocks show an instant: those of the type's own zone, or else `otherwise`.
  const ZoneOffsets* zone_or(const ZoneOffsets* otherwise) const {
    return zone_ ? zone_ : otherwise;
  }

  bool is(TypeKind kind) const { return kind_ == kind; }
  bool is_integer() const { return kind_ >= TypeKind::kInt8 && kind_ <= TypeKind::kUInt64; }
  bool is_signed_integer() const { return kind_ >= TypeKind::kInt8 && kind_ <= TypeKind::kHugeInt; }
  bool is_floating() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool is_numeric() const { return is_integer() || is_floating() || kind_ == TypeKind::kDecimal; }
  bool is_timestamp() const {
    return kind_ >= TypeKind::kTimestampS && kind_ <= TypeKind::kTimestampTz;
  }
  bool is_temporal() const { return kind_ >= TypeKind::kDate && kind_ <= TypeKind::kTimestampTz; }
  bool is_string() const { return physical_ == PhysicalType::kString; }
  bool is_nested() const {
    return physical_ == PhysicalType::kList || physical_ == PhysicalType::kStruct;
  }

  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;

 private:
  friend class TypeInterner;
  Type() = default;

  TypeKind kind_ = TypeKind::kNull;
  PhysicalType physical_ = PhysicalType::kInt8;
  uint8_t width_ = 0;
  uint8_t scale_ = 0;
  uint32_t array_length_ = 0;
  std::string name_;
  std::vector<Field> fields_;
  TypeRef entry_ = nullptr;
  std::vector<std::string> enum_values_;
  std::vector<uint32_t> enum_order_;  // positions sorted by value
  bool is_ordered_ = false;
  std::string zone_name_;
  const ZoneOffsets* zone_ = nullptr;  // lives as long as the process
};

/// The type named by a keyword such as "INTEGER", "int4", "text"; null for unknown ones and for
/// those that take parameters.
TypeRef simple_type_named(std::string_view name);
/// Every name `simple_type_named` knows, in lower case; for candidates and completion.
std::vector<std::string> simple_type_names();

/// Named, typed columns.
using Schema = std::vector<Field>;

/// Bytes of one value; 0 for kBool (bits) and kStruct.
size_t width_of(PhysicalType type);

/// Months, days and microseconds are kept apart, as SQL asks; comparison normalises to 30-day
/// months and 24-hour days.
struct Interval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
  bool operator==(const Interval&) const = default;
};

/// Rows [begin, begin + size) of a list's child.
struct ListEntry {
  uint32_t begin = 0;
  uint32_t size = 0;
};

}  // namespace doline
