#pragma once

#include "column/column.h"

namespace doline {

/// Computing every lane and ignoring some costs less than picking the active ones.
inline bool prefers_dense(const Selection& active, uint32_t rows) {
  return active.is_all() || active.size() * 4 >= rows;
}

/// The validity bitmap of a flat column; null for constants, whose one bit the caller has looked
/// at.
inline const uint64_t* lane_validity(const Column& column) {
  return column.is_constant() ? nullptr : column.validity();
}

/// body(row) for each active row whose bit is set in both bitmaps (null: all set), ascending.
template <class Body>
void for_each_valid(const Selection& active, const uint64_t* a, const uint64_t* b, Body&& body) {
  if (!a && !b) return active.for_each(body);
  if (!active.is_all()) {
    active.for_each([&](uint32_t row) {
      if ((!a || test_bit(a, row)) && (!b || test_bit(b, row))) body(row);
    });
    return;
  }
  const uint32_t rows = active.size();
  for (uint32_t begin = 0; begin < rows; begin += 64) {
    const uint32_t word = begin / 64;
    const uint64_t all = low_mask(rows - begin);
    uint64_t bits = all & (a ? a[word] : all) & (b ? b[word] : all);
    if (bits == all) {
      const uint32_t end = std::min(rows, begin + 64);
      for (uint32_t row = begin; row < end; ++row) body(row);
    } else {
      for (; bits != 0; bits &= bits - 1)
        body(begin + static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
}

/// body(row) for each active row at which none of the columns (flat or constant) is NULL.
template <class Body>
void for_each_valid(const Selection& active, const Column& a, Body&& body) {
  if (a.is_null_constant()) return;
  for_each_valid(active, lane_validity(a), nullptr, body);
}
template <class Body>
void for_each_valid(const Selection& active, const Column& a, const Column& b, Body&& body) {
  if (a.is_null_constant() || b.is_null_constant()) return;
  for_each_valid(active, lane_validity(a), lane_validity(b), body);
}

}  // namespace doline
