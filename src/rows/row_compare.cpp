#include "rows/row_compare.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/bits.h"
#include "column/physical.h"
#include "kernel/calendar.h"
#include "rows/row_pages.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// As views are equal, without a call for texts of up to twenty bytes, and without asking whether
/// they are short.
bool equal_texts(const StringView& a, const StringView& b) {
  if (a.head() != b.head()) return false;  // the length, and the first four bytes
  const uint32_t size = a.size();
  const char* const x = a.data();
  const char* const y = b.data();
  if (size > 20) return std::memcmp(x + 4, y + 4, size - 4) == 0;
  const uint32_t last = std::max(size, StringView::kInlineBytes) - 8;
  const uint64_t others = (load_unaligned<uint64_t>(x + 4) ^ load_unaligned<uint64_t>(y + 4)) |
                          (load_unaligned<uint64_t>(x + last) ^ load_unaligned<uint64_t>(y + last));
  return others == 0;
}

template <class T>
bool equal_values(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, StringView>) {
    return equal_texts(a, b);
  } else if constexpr (std::is_floating_point_v<T>) {
    return a == b || (a != a && b != b);
  } else if constexpr (std::is_same_v<T, Interval>) {
    return a == b || normalized_micros(a) == normalized_micros(b);
  } else {
    return a == b;
  }
}

/// `get(row)` gives the column's value. Without branches on the outcome: both lists are written,
/// one of them advances.
template <class T, bool kNulls, class Get>
uint32_t split(const RowLayout& layout, size_t key, const Column& column, Get get,
               const uint32_t* source, std::byte* const* rows, uint32_t* same, uint32_t count,
               uint32_t* different, uint32_t& different_count) {
  const uint32_t offset = layout.slot(key).offset;
  uint32_t kept = 0;
  uint32_t left = different_count;
  for (uint32_t k = 0; k < count; ++k) {
    const uint32_t i = same[k];
    const std::byte* row = rows[i];
    bool equal;
    if constexpr (kNulls) {
      const bool null = column.is_null(source[i]);
      equal = null == layout.is_null(row, key);
      if (equal && !null) equal = equal_values<T>(get(source[i]), load_unaligned<T>(row + offset));
    } else {
      equal = !layout.is_null(row, key) &&
              equal_values<T>(get(source[i]), load_unaligned<T>(row + offset));
    }
    same[kept] = i;
    different[left] = i;
    kept += equal;
    left += !equal;
  }
  different_count = left;
  return kept;
}

}  // namespace

uint32_t split_by_key(const RowLayout& layout, size_t key, const Column& column,
                      const uint32_t* source, std::byte* const* rows, uint32_t* same,
                      uint32_t count, uint32_t* different, uint32_t& different_count) {
  const auto with = [&]<class T>(auto get) {
    return column.validity() ? split<T, true>(layout, key, column, get, source, rows, same, count,
                                              different, different_count)
                             : split<T, false>(layout, key, column, get, source, rows, same, count,
                                               different, different_count);
  };
  if (layout.slot(key).shape == RowLayout::Shape::kNested) {
    std::vector<std::byte> bytes;
    return with.template operator()<StringView>([&](uint32_t row) {
      bytes.clear();
      append_value_bytes(bytes, column, row, ValueForm::kCanonical);
      return StringView(reinterpret_cast<const char*>(bytes.data()),
                        static_cast<uint32_t>(bytes.size()));
    });
  }
  const Column& from = column.is_dictionary() ? column.dictionary()->values() : column;
  return dispatch_physical(column.physical(), [&]<class T>() -> uint32_t {
    if constexpr (std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else if constexpr (std::is_same_v<T, bool>) {
      const uint64_t* bits = from.bits();
      return with.template operator()<bool>(
          [&](uint32_t row) { return test_bit(bits, column.index_of(row)); });
    } else {
      const T* values = from.values<T>();
      if (column.is_flat()) {
        return with.template operator()<T>(
            [values](uint32_t row) -> const T& { return values[row]; });
      }
      return with.template operator()<T>(
          [&, values](uint32_t row) -> const T& { return values[column.index_of(row)]; });
    }
  });
}

bool same_keys(const RowLayout& layout, const std::byte* a, const std::byte* b) {
  if (layout.stores_hash() && stored_hash(a) != stored_hash(b)) return false;
  for (size_t key = 0; key < layout.key_count(); ++key) {
    const bool null = layout.is_null(a, key);
    if (null != layout.is_null(b, key)) return false;
    if (null) continue;
    const RowLayout::Slot& slot = layout.slot(key);
    if (slot.shape != RowLayout::Shape::kFixed) {
      if (!equal_texts(load_unaligned<StringView>(a + slot.offset),
                       load_unaligned<StringView>(b + slot.offset)))
        return false;
      continue;
    }
    const bool equal = dispatch_physical(slot.type->physical(), [&]<class T>() -> bool {
      if constexpr (std::is_same_v<T, ListEntry>) {
        UNREACHABLE();
      } else {
        return equal_values(load_unaligned<T>(a + slot.offset), load_unaligned<T>(b + slot.offset));
      }
    });
    if (!equal) return false;
  }
  return true;
}

}  // namespace doline
