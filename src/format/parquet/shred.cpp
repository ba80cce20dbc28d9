#include "format/parquet/shred.h"

#include <cstring>
#include <numeric>

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"

namespace doline::parquet {

namespace {

/// Places where a node has a value, a NULL, or is cut off by a NULL or empty list above it.
struct Slots {
  static constexpr uint32_t kCut = ~uint32_t{0};
  std::vector<uint8_t> definition;  // reached so far
  std::vector<uint8_t> repetition;
  std::vector<uint32_t> rows;  // of the node's column; kCut: nothing more to come

  void reserve(size_t count) {
    definition.reserve(count);
    repetition.reserve(count);
    rows.reserve(count);
  }
  void push(uint8_t d, uint8_t r, uint32_t row) {
    definition.push_back(d);
    repetition.push_back(r);
    rows.push_back(row);
  }
  size_t size() const { return rows.size(); }
};

[[noreturn]] void does_not_fit(const WriteLeaf& leaf, const char* why) {
  throw Error(ErrorCode::kConversion,
              "a value of the {} column \"{}\" cannot be written to Parquet: {}", leaf.type->name(),
              leaf.path.front(), why);
}

int128_t power_of_ten_38() {
  int128_t value = 1;
  for (int i = 0; i < 38; ++i) value *= 10;
  return value;
}

void store_big_endian(uint128_t value, std::byte* out) {
  store_unaligned(out, __builtin_bswap64(static_cast<uint64_t>(value >> 64)));
  store_unaligned(out + 8, __builtin_bswap64(static_cast<uint64_t>(value)));
}

/// Appends the values of `rows` as they are stored.
class LeafAppender {
 public:
  LeafAppender(const WriteLeaf& leaf, const Column& column, LeafData& out)
      : leaf_(leaf), column_(column), out_(out) {}

  void append(const uint32_t* rows, size_t count) {
    switch (leaf_.type->kind()) {
      case TypeKind::kNull:
        return;  // never a value
      case TypeKind::kBool:
        return each<uint8_t>(rows, count,
                             [&](uint32_t row) { return uint8_t{test_bit(column_.bits(), row)}; });
      case TypeKind::kInt8:
        return copy<int8_t, int32_t>(rows, count);
      case TypeKind::kInt16:
        return copy<int16_t, int32_t>(rows, count);
      case TypeKind::kUInt8:
        return copy<uint8_t, uint32_t>(rows, count);
      case TypeKind::kUInt16:
        return copy<uint16_t, uint32_t>(rows, count);
      case TypeKind::kInt32:
      case TypeKind::kDate:
      case TypeKind::kUInt32:
      case TypeKind::kFloat:
        return copy<uint32_t, uint32_t>(rows, count);
      case TypeKind::kInt64:
      case TypeKind::kUInt64:
      case TypeKind::kDouble:
      case TypeKind::kTime:
      case TypeKind::kTimestampMs:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNs:
      case TypeKind::kTimestampTz:
      case TypeKind::kDuration:
        return copy<uint64_t, uint64_t>(rows, count);
      case TypeKind::kTimestampS:
        return each<int64_t>(rows, count, [&](uint32_t row) {
          int64_t millis = 0;
          if (__builtin_mul_overflow(column_.values<int64_t>()[row], int64_t{1000}, &millis)) {
            does_not_fit(leaf_, "it lies outside the range of milliseconds");
          }
          return millis;
        });
      case TypeKind::kDecimal:
        if (leaf_.physical == Physical::kInt32) return copy<int64_t, int32_t>(rows, count);
        if (leaf_.physical == Physical::kInt64) return copy<int64_t, int64_t>(rows, count);
        return wide(rows, count);
      case TypeKind::kHugeInt: {
        static const int128_t limit = power_of_ten_38();
        for (size_t i = 0; i < count; ++i) {
          const int128_t value = column_.values<int128_t>()[rows[i]];
          if (value >= limit || value <= -limit) does_not_fit(leaf_, "it has more than 38 digits");
        }
        return wide(rows, count);
      }
      case TypeKind::kUuid:
        return fixed(rows, count, [&](uint32_t row, std::byte* to) {
          store_big_endian(
              static_cast<uint128_t>(column_.values<int128_t>()[row]) ^ (uint128_t{1} << 127), to);
        });
      case TypeKind::kInterval:
        return fixed(rows, count, [&](uint32_t row, std::byte* to) { interval(row, to); });
      case TypeKind::kVarchar:
      case TypeKind::kBlob:
      case TypeKind::kJson:
        for (size_t i = 0; i < count; ++i)
          out_.texts.push_back(column_.values<StringView>()[rows[i]]);
        return;
      case TypeKind::kEnum:
        for (size_t i = 0; i < count; ++i) {
          out_.texts.emplace_back(leaf_.type->enum_values()[column_.values<uint32_t>()[rows[i]]]);
        }
        return;
      case TypeKind::kList:
      case TypeKind::kArray:
      case TypeKind::kStruct:
      case TypeKind::kMap:
        break;
    }
    UNREACHABLE();
  }

 private:
  template <class T, class Get>
  void each(const uint32_t* rows, size_t count, Get get) {
    std::byte* to = grow(count * sizeof(T));
    for (size_t i = 0; i < count; ++i, to += sizeof(T))
      store_unaligned(to, static_cast<T>(get(rows[i])));
  }
  template <class From, class To>
  void copy(const uint32_t* rows, size_t count) {
    const From* const values = column_.values<From>();
    each<To>(rows, count, [&](uint32_t row) { return static_cast<To>(values[row]); });
  }
  template <class Put>
  void fixed(const uint32_t* rows, size_t count, Put put) {
    std::byte* to = grow(count * leaf_.type_length);
    for (size_t i = 0; i < count; ++i, to += leaf_.type_length) put(rows[i], to);
  }
  void wide(const uint32_t* rows, size_t count) {
    fixed(rows, count, [&](uint32_t row, std::byte* to) {
      store_big_endian(static_cast<uint128_t>(column_.values<int128_t>()[row]), to);
    });
  }
  void interval(uint32_t row, std::byte* to) const {
    const Interval& value = column_.values<Interval>()[row];
    if (value.months < 0 || value.days < 0 || value.micros < 0)
      does_not_fit(leaf_, "Parquet has no negative intervals");
    if (value.micros % 1000 != 0)
      does_not_fit(leaf_, "Parquet's intervals count whole milliseconds");
    if (value.micros / 1000 > ~uint32_t{0})
      does_not_fit(leaf_, "it has more than 2^32 milliseconds");
    store_unaligned(to, value.months);
    store_unaligned(to + 4, value.days);
    store_unaligned(to + 8, static_cast<uint32_t>(value.micros / 1000));
  }
  std::byte* grow(size_t bytes) {
    const size_t at = out_.fixed.size();
    out_.fixed.resize(at + bytes);
    return out_.fixed.data() + at;
  }

  const WriteLeaf& leaf_;
  const Column& column_;
  LeafData& out_;
};

class Shredder {
 public:
  Shredder(const WriteSchema& schema, size_t column, std::vector<LeafData>& out)
      : schema_(schema), first_leaf_(schema.first_leaf(column)), out_(out) {}

  /// `optional`: the field may be NULL and has a definition level of its own.
  void node(TypeRef type, const Column& given, const Slots& slots, bool optional, uint8_t level) {
    const Column column = given.flatten();
    if (type->physical() == PhysicalType::kList) return list(type, column, slots, level);
    if (type->physical() == PhysicalType::kStruct) {
      return structure(type, column, slots, optional, level);
    }
    leaf(column, slots, optional);
  }

 private:
  void leaf(const Column& column, const Slots& slots, bool optional) {
    const WriteLeaf& description = schema_.leaves()[first_leaf_ + next_leaf_];
    LeafData& out = out_[next_leaf_++];
    std::vector<uint32_t> present;
    present.reserve(slots.size());
    const size_t at = out.definition.size();
    out.definition.insert(out.definition.end(), slots.definition.begin(), slots.definition.end());
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slots.rows[i] == Slots::kCut) continue;
      if (column.is_null(slots.rows[i])) {
        if (!optional) does_not_fit(description, "the key of a map is NULL");
        continue;
      }
      out.definition[at + i] = static_cast<uint8_t>(out.definition[at + i] + optional);
      present.push_back(slots.rows[i]);
    }
    if (description.greatest_repetition > 0) {
      out.repetition.insert(out.repetition.end(), slots.repetition.begin(), slots.repetition.end());
    }
    LeafAppender(description, column, out).append(present.data(), present.size());
  }

  void structure(TypeRef type, const Column& column, const Slots& slots, bool optional,
                 uint8_t level) {
    Slots inside = slots;
    if (optional) {
      for (size_t i = 0; i < slots.size(); ++i) {
        if (slots.rows[i] == Slots::kCut) continue;
        if (column.is_null(slots.rows[i])) {
          inside.rows[i] = Slots::kCut;
        } else {
          ++inside.definition[i];
        }
      }
    }
    for (size_t field = 0; field < type->fields().size(); ++field) {
      node(type->fields()[field].type, column.child(field), inside, true, level);
    }
  }

  void list(TypeRef type, const Column& column, const Slots& slots, uint8_t level) {
    Slots inside;
    inside.reserve(slots.size());
    const auto deeper = static_cast<uint8_t>(level + 1);
    const ListEntry* const entries = column.values<ListEntry>();
    for (size_t i = 0; i < slots.size(); ++i) {
      const uint32_t row = slots.rows[i];
      const uint8_t d = slots.definition[i], r = slots.repetition[i];
      if (row == Slots::kCut || column.is_null(row)) {
        inside.push(d, r, Slots::kCut);
      } else if (entries[row].size == 0) {
        inside.push(static_cast<uint8_t>(d + 1), r, Slots::kCut);
      } else {
        for (uint32_t k = 0; k < entries[row].size; ++k) {
          inside.push(static_cast<uint8_t>(d + 2), k == 0 ? r : deeper, entries[row].begin + k);
        }
      }
    }
    if (!type->is(TypeKind::kMap))
      return node(type->element(), column.child(), inside, true, deeper);
    // The entries of a map are never NULL themselves, nor are keys.
    const Column pairs = column.child().flatten();
    node(type->fields()[0].type, pairs.child(0), inside, false, deeper);
    node(type->fields()[1].type, pairs.child(1), inside, true, deeper);
  }

  const WriteSchema& schema_;
  const size_t first_leaf_;
  std::vector<LeafData>& out_;
  size_t next_leaf_ = 0;
};

}  // namespace

void LeafData::reserve(const WriteLeaf& leaf, size_t rows) {
  definition.reserve(rows);
  if (leaf.is_text()) {
    texts.reserve(rows);
  } else {
    fixed.reserve(rows * leaf.width());
  }
}

/// A column that is a leaf itself has one entry a row.
static void shred_flat(const WriteLeaf& leaf, const Column& given, LeafData& out) {
  const Column column = given.flatten();
  const uint32_t count = column.size();
  std::vector<uint32_t> present(count);
  if (column.validity() == nullptr) {
    std::iota(present.begin(), present.end(), 0U);
    out.definition.insert(out.definition.end(), count, 1);
  } else {
    size_t kept = 0;
    for (uint32_t row = 0; row < count; ++row) {
      const bool is_present = test_bit(column.validity(), row);
      out.definition.push_back(is_present);
      present[kept] = row;
      kept += is_present;
    }
    present.resize(kept);
  }
  LeafAppender(leaf, column, out).append(present.data(), present.size());
}

void shred(const WriteSchema& schema, size_t column, const Column& rows,
           std::vector<LeafData>& out) {
  if (!schema.schema()[column].type->is_nested()) {
    out[0].row_count += rows.size();
    return shred_flat(schema.leaves()[schema.first_leaf(column)], rows, out[0]);
  }
  Slots slots;
  slots.reserve(rows.size());
  for (uint32_t row = 0; row < rows.size(); ++row) slots.push(0, 0, row);
  Shredder(schema, column, out).node(schema.schema()[column].type, rows, slots, true, 0);
  for (LeafData& leaf : out) leaf.row_count += rows.size();
}

}  // namespace doline::parquet
