#include "column/selection.h"

#include <bit>

#include "base/assert.h"

namespace doline {

Selection Selection::from_bits(const uint64_t* words, uint32_t row_count) {
  ASSERT(row_count <= kChunkRows);
  size_t count = 0;
  for (size_t word = 0; word * 64 < row_count; ++word) {
    count += static_cast<size_t>(std::popcount(words[word] & low_mask(row_count - word * 64)));
  }
  if (count == row_count) return all(row_count);
  BufferRef rows = Buffer::allocate(count * sizeof(uint16_t));
  auto* out = rows->as<uint16_t>();
  for (size_t word = 0; word * 64 < row_count; ++word) {
    for (uint64_t bits = words[word] & low_mask(row_count - word * 64); bits != 0;
         bits &= bits - 1) {
      *out++ = static_cast<uint16_t>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
    }
  }
  return of(std::move(rows), static_cast<uint32_t>(count));
}

Selection Selection::from_bits(const uint64_t* words, const Selection& base) {
  if (base.is_all()) return from_bits(words, base.size());
  BufferRef rows = Buffer::allocate(base.size() * sizeof(uint16_t));
  auto* out = rows->as<uint16_t>();
  uint32_t count = 0;
  const uint16_t* from = base.rows();
  for (uint32_t i = 0; i < base.size(); ++i) {
    out[count] = from[i];  // written always, kept when the bit is set: no branch
    count += test_bit(words, from[i]);
  }
  if (count == base.size()) return base;
  return of(std::move(rows), count);
}

Selection Selection::slice(uint32_t skip, uint32_t take) const {
  ASSERT(skip <= size_ && take <= size_ - skip);
  if (skip == 0 && take == size_) return *this;
  if (rows_) {
    Selection result(take, rows_);
    result.begin_ = begin_ + skip;
    return result;
  }
  BufferRef rows = Buffer::allocate(take * sizeof(uint16_t));
  for (uint32_t i = 0; i < take; ++i) rows->as<uint16_t>()[i] = static_cast<uint16_t>(skip + i);
  return of(std::move(rows), take);
}

}  // namespace doline
