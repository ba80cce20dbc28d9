#include "format/parquet/prune.h"

#include <cmath>

#include "base/bits.h"
#include "format/parquet/convert.h"

namespace doline::parquet {

namespace {

/// A bound in the plain encoding of its physical type. Nullopt where its type has no order here.
std::optional<Value> value_of(const SchemaNode& leaf, std::string_view bytes) {
  const TypeRef type = leaf.type;
  const auto integer = [&](int128_t value) { return Value::integer(type, value); };
  const auto scaled = [&](int64_t value) -> std::optional<Value> {
    switch (leaf.conversion) {
      case Conversion::kTimesThousand:
        return integer(int128_t{value} * 1000);
      case Conversion::kThousandth:
        return integer(value / 1000 - (value % 1000 < 0 ? 1 : 0));
      case Conversion::kNone:
      case Conversion::kNarrow:
      case Conversion::kWiden:
        return integer(value);
      case Conversion::kBool:
      case Conversion::kDecimalBytes:
      case Conversion::kDecimalDouble:
      case Conversion::kInt96:
      case Conversion::kFloat16:
      case Conversion::kUuid:
      case Conversion::kInterval:
      case Conversion::kFixedBytes:
      case Conversion::kText:
        break;
    }
    return std::nullopt;
  };
  const bool is_unsigned = type->kind() >= TypeKind::kUInt8 && type->kind() <= TypeKind::kUInt64;
  switch (leaf.stored.physical) {
    case Physical::kBoolean:
      if (bytes.size() != 1) return std::nullopt;
      return Value::boolean(bytes[0] != 0);
    case Physical::kInt32:
      if (bytes.size() != 4) return std::nullopt;
      if (is_unsigned) return integer(load_unaligned<uint32_t>(bytes.data()));
      return scaled(load_unaligned<int32_t>(bytes.data()));
    case Physical::kInt64:
      if (bytes.size() != 8) return std::nullopt;
      if (is_unsigned) return integer(load_unaligned<uint64_t>(bytes.data()));
      return scaled(load_unaligned<int64_t>(bytes.data()));
    case Physical::kFloat:
    case Physical::kDouble: {
      if (bytes.size() != (leaf.stored.physical == Physical::kFloat ? 4U : 8U)) return std::nullopt;
      const double value = bytes.size() == 4
                               ? static_cast<double>(load_unaligned<float>(bytes.data()))
                               : load_unaligned<double>(bytes.data());
      if (std::isnan(value)) return std::nullopt;
      return Value(type, value);
    }
    case Physical::kByteArray:
    case Physical::kFixed:
      if (leaf.conversion == Conversion::kDecimalBytes) {
        int128_t value = 0;
        if (!decimal_of_bytes(std::as_bytes(std::span(bytes)), value)) return std::nullopt;
        return integer(value);
      }
      if (!type->is_string() || type->is(TypeKind::kJson)) return std::nullopt;
      return Value(type, std::string(bytes));
    case Physical::kInt96:
      break;
  }
  return std::nullopt;
}

/// Old writers compared all types as signed numbers or bytes: right for these alone.
bool old_order_is_right(const SchemaNode& leaf) {
  const TypeKind kind = leaf.type->kind();
  const bool is_unsigned = kind >= TypeKind::kUInt8 && kind <= TypeKind::kUInt64;
  return !is_unsigned && leaf.stored.physical != Physical::kByteArray &&
         leaf.stored.physical != Physical::kFixed && leaf.stored.physical != Physical::kInt96;
}

}  // namespace

ColumnBounds bounds_of(const SchemaNode& leaf, const Statistics& statistics) {
  ColumnBounds bounds;
  const bool old = old_order_is_right(leaf);
  const auto& min = statistics.min_value || !old ? statistics.min_value : statistics.old_min;
  const auto& max = statistics.max_value || !old ? statistics.max_value : statistics.old_max;
  if (min) bounds.min = value_of(leaf, *min);
  if (max) bounds.max = value_of(leaf, *max);
  if (statistics.null_count && *statistics.null_count >= 0) {
    bounds.null_count = static_cast<uint64_t>(*statistics.null_count);
  }
  return bounds;
}

ColumnBounds bounds_of(const SchemaNode& leaf, std::string_view min, std::string_view max) {
  return {value_of(leaf, min), value_of(leaf, max), std::nullopt};
}

std::optional<int> compare_values(const Value& a, const Value& b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (a.storage().index() != b.storage().index()) return std::nullopt;
  if (std::holds_alternative<int128_t>(a.storage())) return order(a.as_integer(), b.as_integer());
  if (std::holds_alternative<bool>(a.storage())) return order(a.as_bool(), b.as_bool());
  if (std::holds_alternative<std::string>(a.storage())) return order(a.as_text(), b.as_text());
  if (std::holds_alternative<double>(a.storage()) && !std::isnan(a.as_real()) &&
      !std::isnan(b.as_real())) {
    return order(a.as_real(), b.as_real());
  }
  return std::nullopt;
}

bool may_match(const ValueRange& range, const ColumnBounds& bounds, uint64_t row_count) {
  if (bounds.null_count && *bounds.null_count >= row_count) return false;
  if (range.is_not_null) return true;
  const auto beyond = [](const std::optional<Value>& a, const std::optional<Value>& b,
                         bool inclusive) {
    if (!a || !b || a->type() != b->type()) return false;
    const auto order = compare_values(*a, *b);
    return order && (inclusive ? *order > 0 : *order >= 0);
  };
  if (!range.any_of.empty()) {
    for (const Value& value : range.any_of) {
      if (!beyond(value, bounds.max, true) && !beyond(bounds.min, value, true)) return true;
    }
    return false;
  }
  // NaN is greater than any number, and no bound speaks of it: it may lie above `max`.
  const bool nan_satisfies = bounds.max && bounds.max->type()->is_floating() && !range.upper;
  if (!nan_satisfies && beyond(range.lower, bounds.max, range.lower_inclusive)) return false;
  return !beyond(bounds.min, range.upper, range.upper_inclusive);
}

}  // namespace doline::parquet
