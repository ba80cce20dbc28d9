#include <algorithm>

#include "base/ascii.h"
#include "kernel/cast.h"

namespace doline {

namespace {

/// How willingly a type is cast to: the widest common ones first.
int target_cost(TypeRef to) {
  switch (to->kind()) {
    case TypeKind::kInt64:
      return 101;
    case TypeKind::kInt32:
      return 102;
    case TypeKind::kHugeInt:
      return 103;
    case TypeKind::kDouble:
      return 104;
    case TypeKind::kDecimal:
      return 105;
    case TypeKind::kTimestamp:
      return 119;
    case TypeKind::kTimestampNs:
      return 120;
    case TypeKind::kTimestampMs:
      return 121;
    case TypeKind::kTimestampS:
      return 122;
    case TypeKind::kTimestampTz:  // a date has no zone, so this is the last that comes to mind
      return 123;
    case TypeKind::kVarchar:
      return 149;
    case TypeKind::kStruct:
    case TypeKind::kMap:
    case TypeKind::kList:
    case TypeKind::kArray:
      return 160;
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
      return 110;
  }
  UNREACHABLE();
}

/// Whole digits of a BOOLEAN or an integer type.
int digits_of(TypeRef type) {
  if (type->is(TypeKind::kBool)) return 1;
  switch (width_of(type->physical())) {
    case 1:
      return 3;
    case 2:
      return 5;
    case 4:
      return 10;
    case 8:
      return type->is_signed_integer() ? 19 : 20;
    default:
      return 38;  // HUGEINT
  }
}

int bits_of(TypeRef type) {
  return type->is(TypeKind::kHugeInt) ? 128 : 8 * static_cast<int>(width_of(type->physical()));
}

/// Every value of `from` is one of `to`.
bool integer_widens(TypeRef from, TypeRef to) {
  if (!from->is_integer() || !to->is_integer()) return false;
  if (from->is_signed_integer() && !to->is_signed_integer()) return false;
  const bool gains_sign = !from->is_signed_integer() && to->is_signed_integer();
  return gains_sign ? bits_of(to) > bits_of(from) : bits_of(to) >= bits_of(from);
}

bool number_widens(TypeRef from, TypeRef to) {
  if (from->is_integer())
    return integer_widens(from, to) || to->is_floating() || to->is(TypeKind::kDecimal);
  if (from->is(TypeKind::kDecimal)) return to->is_floating() || to->is(TypeKind::kDecimal);
  return from->is(TypeKind::kFloat) && to->is(TypeKind::kDouble);
}

bool time_widens(TypeRef from, TypeRef to) {
  if (from->is(TypeKind::kDate)) return to->is_timestamp();
  if (!from->is_timestamp() || !to->is_timestamp()) return false;
  if (from->is(TypeKind::kTimestampTz)) return false;
  return to->kind() > from->kind();  // declared from coarse to fine, the zoned one last
}

bool is_list(TypeRef type) { return type->is(TypeKind::kList) || type->is(TypeKind::kArray); }

int struct_cost(TypeRef from, TypeRef to) {
  const auto& a = from->fields();
  const auto& b = to->fields();
  if (a.size() != b.size()) return -1;
  int worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].name.empty() && !b[i].name.empty() && a[i].name != b[i].name) return -1;
    const int cost = implicit_cast_cost(a[i].type, b[i].type);
    if (cost < 0) return -1;
    worst = std::max(worst, cost);
  }
  return worst;
}

TypeRef integer_type(bool is_signed, int bits) {
  switch (bits) {
    case 8:
      return is_signed ? Type::int8() : Type::uint8();
    case 16:
      return is_signed ? Type::int16() : Type::uint16();
    case 32:
      return is_signed ? Type::int32() : Type::uint32();
    case 64:
      return is_signed ? Type::int64() : Type::uint64();
    default:
      return Type::hugeint();
  }
}

TypeRef common_number(TypeRef a, TypeRef b) {
  if (a->is_floating() || b->is_floating()) {
    return a->is(TypeKind::kDouble) || b->is(TypeKind::kDouble) ? Type::float64() : Type::float32();
  }
  if (a->is(TypeKind::kDecimal) || b->is(TypeKind::kDecimal)) {
    const TypeRef x = decimal_holding(a);
    const TypeRef y = decimal_holding(b);
    const int scale = std::max(x->scale(), y->scale());
    const int whole = std::max(x->width() - x->scale(), y->width() - y->scale());
    return Type::decimal(std::min(38, whole + scale), scale);
  }
  if (a->is_signed_integer() == b->is_signed_integer()) {
    return bits_of(a) >= bits_of(b) ? a : b;
  }
  const TypeRef with_sign = a->is_signed_integer() ? a : b;
  const TypeRef without = a->is_signed_integer() ? b : a;
  return integer_type(true, std::max(bits_of(with_sign), 2 * bits_of(without)));
}

TypeRef common_time(TypeRef a, TypeRef b) {
  if (a->is(TypeKind::kDate) && b->is_timestamp()) return b;
  if (b->is(TypeKind::kDate) && a->is_timestamp()) return a;
  if (!a->is_timestamp() || !b->is_timestamp()) return nullptr;
  if (differ_in_looks(a, b)) {
    // Either's zone where the other has none; of two zones none is the column's.
    if (a == Type::timestamp_tz() || b == Type::timestamp_tz())
      return a == Type::timestamp_tz() ? b : a;
    return Type::timestamp_tz();
  }
  const bool zoned = a->is(TypeKind::kTimestampTz) || b->is(TypeKind::kTimestampTz);
  const bool nanos = a->is(TypeKind::kTimestampNs) || b->is(TypeKind::kTimestampNs);
  if (zoned && nanos) return Type::timestamp_ns();
  return a->kind() > b->kind() ? a : b;
}

TypeRef common_struct(TypeRef a, TypeRef b, TypeRef (*merge)(TypeRef, TypeRef)) {
  std::vector<Field> fields;
  const auto all_unnamed = [](TypeRef type) {
    return std::all_of(type->fields().begin(), type->fields().end(),
                       [](const Field& f) { return f.name.empty(); });
  };
  if (all_unnamed(a) || all_unnamed(b)) {
    if (a->fields().size() != b->fields().size()) return nullptr;
    for (size_t i = 0; i < a->fields().size(); ++i) {
      const Field& named = a->fields()[i].name.empty() ? b->fields()[i] : a->fields()[i];
      fields.push_back({named.name, merge(a->fields()[i].type, b->fields()[i].type)});
    }
  } else {
    // Fields by name: all of a's, then those only b has.
    const auto find = [](TypeRef type, const std::string& name) {
      return std::find_if(type->fields().begin(), type->fields().end(),
                          [&](const Field& f) { return f.name == name; });
    };
    for (const Field& field : a->fields()) {
      const auto other = find(b, field.name);
      fields.push_back(
          {field.name, other == b->fields().end() ? field.type : merge(field.type, other->type)});
    }
    for (const Field& field : b->fields()) {
      if (find(a, field.name) == a->fields().end()) fields.push_back(field);
    }
  }
  for (const Field& field : fields) {
    if (field.type == nullptr) return nullptr;
  }
  return Type::structure(std::move(fields));
}

/// Both rules but for text against the rest.
TypeRef common_nested_or_plain(TypeRef a, TypeRef b, TypeRef (*merge)(TypeRef, TypeRef)) {
  if (a == b || b->is(TypeKind::kNull)) return a;
  if (a->is(TypeKind::kNull)) return b;
  if (a->is(TypeKind::kJson) || b->is(TypeKind::kJson)) return Type::json();
  if (a->is_numeric() && b->is_numeric()) return common_number(a, b);
  if (a->is(TypeKind::kBool) && b->is_integer()) return b;
  if (b->is(TypeKind::kBool) && a->is_integer()) return a;
  if (a->is_temporal() && b->is_temporal()) return common_time(a, b);
  if (a->is(TypeKind::kEnum) && differ_in_looks(a, b)) return a->is_ordered() ? b : a;
  if (a->is(TypeKind::kEnum) && b->is(TypeKind::kEnum)) return Type::varchar();
  if (is_list(a) && is_list(b)) {
    const TypeRef element = merge(a->element(), b->element());
    if (!element) return nullptr;
    const bool same_length = a->is(TypeKind::kArray) && b->is(TypeKind::kArray) &&
                             a->array_length() == b->array_length();
    return same_length ? Type::array(element, a->array_length()) : Type::list(element);
  }
  if (a->is(TypeKind::kMap) && b->is(TypeKind::kMap)) {
    const TypeRef key = merge(a->fields()[0].type, b->fields()[0].type);
    const TypeRef value = merge(a->fields()[1].type, b->fields()[1].type);
    return key && value ? Type::map(key, value) : nullptr;
  }
  if (a->is(TypeKind::kStruct) && b->is(TypeKind::kStruct)) return common_struct(a, b, merge);
  if ((a->is(TypeKind::kInterval) && b->is(TypeKind::kDuration)) ||
      (b->is(TypeKind::kInterval) && a->is(TypeKind::kDuration))) {
    return Type::interval();
  }
  return nullptr;
}

bool is_text(TypeRef type) { return type->is(TypeKind::kVarchar) || type->is(TypeKind::kEnum); }

bool is_binary_or_nested(TypeRef type) {
  return type->is_nested() || type->is(TypeKind::kBlob) || type->is(TypeKind::kUuid) ||
         type->is(TypeKind::kJson);
}

bool is_number_or_bool(TypeRef type) { return type->is_numeric() || type->is(TypeKind::kBool); }

}  // namespace

bool same_field_name(std::string_view a, std::string_view b) { return equal_ignoring_case(a, b); }

TypeRef decimal_holding(TypeRef type) {
  return type->is(TypeKind::kDecimal) ? type : Type::decimal(digits_of(type), 0);
}

bool differ_in_looks(TypeRef a, TypeRef b) {
  if (a == b || a->kind() != b->kind()) return false;
  return a->is(TypeKind::kTimestampTz) ||
         (a->is(TypeKind::kEnum) && a->enum_values() == b->enum_values());
}

int implicit_cast_cost(TypeRef from, TypeRef to) {
  if (from == to || differ_in_looks(from, to)) return 0;
  if (from->is(TypeKind::kNull)) return target_cost(to);
  if (to->is(TypeKind::kNull)) return -1;
  if (from->is(TypeKind::kDecimal) && to->is(TypeKind::kDecimal)) return 0;
  if (number_widens(from, to) || time_widens(from, to)) return target_cost(to);
  if (from->is(TypeKind::kEnum) && to->is(TypeKind::kVarchar)) return target_cost(to);
  if (from->is(TypeKind::kDuration) && to->is(TypeKind::kInterval)) return target_cost(to);
  // A JSON value is a text, and a text may be read as JSON where a function asks for it.
  if (from->is(TypeKind::kJson) && to->is(TypeKind::kVarchar)) return 1;
  if (from->is(TypeKind::kVarchar) && to->is(TypeKind::kJson)) return 2;
  if (is_list(from) && is_list(to)) {
    if (to->is(TypeKind::kArray) &&
        (from->is(TypeKind::kList) || from->array_length() != to->array_length()))
      return -1;
    const int cost = implicit_cast_cost(from->element(), to->element());
    // An array is as good as a list of its elements, nearly.
    return cost < 0 ? -1 : cost + (from->kind() != to->kind());
  }
  if (from->is(TypeKind::kMap) && to->is(TypeKind::kMap)) {
    const int key = implicit_cast_cost(from->fields()[0].type, to->fields()[0].type);
    const int value = implicit_cast_cost(from->fields()[1].type, to->fields()[1].type);
    return key < 0 || value < 0 ? -1 : std::max(key, value);
  }
  if (from->is(TypeKind::kStruct) && to->is(TypeKind::kStruct)) return struct_cost(from, to);
  return -1;
}

bool cast_always_fits(TypeRef from, TypeRef to) {
  if (from == to || from->is(TypeKind::kNull) || differ_in_looks(from, to)) return true;
  if (to->is(TypeKind::kVarchar)) return !from->is_nested();
  if (to->is_floating())
    return from->is_integer() || from->is(TypeKind::kDecimal) || from->is(TypeKind::kFloat);
  if (!to->is(TypeKind::kDecimal)) return integer_widens(from, to);
  if (from->is(TypeKind::kHugeInt)) return false;  // it has 39 digits
  if (!from->is_integer() && !from->is(TypeKind::kDecimal)) return false;
  const TypeRef held = decimal_holding(from);
  return to->scale() >= held->scale() && to->width() - to->scale() >= held->width() - held->scale();
}

bool can_cast(TypeRef from, TypeRef to) {
  if (from == to || from->is(TypeKind::kNull)) return true;
  if (to->is(TypeKind::kVarchar) || to->is(TypeKind::kJson) || from->is(TypeKind::kJson))
    return true;
  if (from->is(TypeKind::kVarchar) || from->is(TypeKind::kEnum)) return !to->is(TypeKind::kNull);
  if (is_number_or_bool(from)) return is_number_or_bool(to);
  if (from->is(TypeKind::kDate)) return to->is_timestamp();
  // From nanoseconds to whole seconds there is no way, as in DuckDB 2.0.
  if (from->is(TypeKind::kTimestampNs) && to->is(TypeKind::kTimestampS)) return false;
  if (from->is_timestamp())
    return to->is_timestamp() || to->is(TypeKind::kDate) || to->is(TypeKind::kTime);
  if (from->is(TypeKind::kDuration)) return to->is(TypeKind::kInterval);
  if (from->is(TypeKind::kInterval)) return to->is(TypeKind::kDuration);
  if (from->is(TypeKind::kBlob)) return to->is(TypeKind::kUuid);
  if (from->is(TypeKind::kUuid)) return to->is(TypeKind::kBlob);
  if (is_list(from) && is_list(to)) {
    if (from->is(TypeKind::kArray) && to->is(TypeKind::kArray) &&
        from->array_length() != to->array_length())
      return false;
    return can_cast(from->element(), to->element());
  }
  if (from->is(TypeKind::kMap) && to->is(TypeKind::kMap)) {
    return can_cast(from->fields()[0].type, to->fields()[0].type) &&
           can_cast(from->fields()[1].type, to->fields()[1].type);
  }
  if (from->is(TypeKind::kStruct) && to->is(TypeKind::kStruct)) {
    const bool by_place = std::all_of(from->fields().begin(), from->fields().end(),
                                      [](const Field& f) { return f.name.empty(); });
    if (by_place && from->fields().size() != to->fields().size()) return false;
    bool any = from->fields().empty() && to->fields().empty();
    for (size_t i = 0; i < to->fields().size(); ++i) {
      for (size_t j = 0; j < from->fields().size(); ++j) {
        if (by_place ? i != j : !same_field_name(to->fields()[i].name, from->fields()[j].name))
          continue;
        any = true;
        if (!can_cast(from->fields()[j].type, to->fields()[i].type)) return false;
      }
    }
    return any;
  }
  return false;
}

TypeRef common_type(TypeRef a, TypeRef b) {
  if (const TypeRef type = common_nested_or_plain(a, b, common_type)) return type;
  if (is_text(a) || is_text(b)) {
    const TypeRef other = is_text(a) ? b : a;
    return is_binary_or_nested(other) ? other : Type::varchar();
  }
  // BOOLEAN with a fraction: the number, as with integers.
  if (a->is(TypeKind::kBool) && b->is_numeric()) return b;
  if (b->is(TypeKind::kBool) && a->is_numeric()) return a;
  return nullptr;
}

TypeRef comparison_type(TypeRef a, TypeRef b) {
  if (const TypeRef type = common_nested_or_plain(a, b, comparison_type)) return type;
  if (is_text(a) && is_text(b)) return Type::varchar();
  if (is_text(a)) return b;
  if (is_text(b)) return a;
  return common_type(a, b);
}

TypeRef ordering_type(TypeRef a, TypeRef b) {
  const bool is_settled = a->is(TypeKind::kNull) || b->is(TypeKind::kNull) ||
                          a->is(TypeKind::kJson) || b->is(TypeKind::kJson);
  if (!is_settled && is_text(a) != is_text(b)) return nullptr;
  return comparison_type(a, b);
}

}  // namespace doline
