#include "exec/sort/first_rows.h"

#include "base/bits.h"

namespace doline {

void FirstRows::narrow(uint64_t word, const RowLayout& layout, uint32_t column,
                       const std::byte* row) {
  uint64_t known = greatest_word_.load(std::memory_order_relaxed);
  while (word < known &&
         !greatest_word_.compare_exchange_weak(known, word, std::memory_order_relaxed)) {
  }
  if (!order_) return;
  MutexLock lock(mutex_);
  if (word >= last_word_) return;
  last_word_ = word;
  last_ = Value::of(gather_column(layout, column, &row, 1), 0);
}

std::optional<ValueBounds> FirstRows::bounds() const {
  MutexLock lock(mutex_);
  // Bounds leave out NULL, which comes before a value where NULLs are first.
  if (!last_ || last_->is_null() || order_->nulls_first) return std::nullopt;
  if (order_->descending) return ValueBounds{last_, std::nullopt};
  return ValueBounds{std::nullopt, last_};
}

Selection FirstRows::passing(const Column& values, const Selection& active) const {
  uint32_t source[kChunkRows];
  uint64_t words[kChunkRows];
  ASSERT(active.size() <= kChunkRows);
  uint32_t count = 0;
  active.for_each([&](uint32_t row) { source[count++] = row; });
  shape_->words().first_words(values, source, count, words);
  const uint64_t greatest = greatest_word();
  std::vector<uint64_t> kept(words_for_bits(values.size()));
  for (uint32_t i = 0; i < count; ++i) {
    if (words[i] <= greatest) set_bit(kept.data(), source[i]);
  }
  return Selection::from_bits(kept.data(), active);
}

}  // namespace doline
