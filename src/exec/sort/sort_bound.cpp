#include "exec/sort/sort_bound.h"

#include "base/bits.h"
#include "kernel/compare.h"

namespace doline {

void SortBound::narrow(const SortEntry& last, const RowLayout& layout, uint32_t column) {
  std::optional<Value> value;
  if (order_) {
    const MakesRoomScope scope;  // it may be the way to disk
    value = Value::of(gather_column(layout, column, &last.row, 1), 0);
  }
  MutexLock lock(mutex_);
  const uint64_t known = greatest_word();
  if (last.word > known || (last.word == known && !(value && is_nearer(*value)))) return;
  greatest_word_.store(last.word, std::memory_order_relaxed);
  last_ = std::move(value);
}

/// For a value whose first word is that of the bound: texts differ further on.
bool SortBound::is_nearer(const Value& value) const {
  if (!last_ || value.is_null() || last_->is_null()) return !last_;
  const int order = compare_rows(value.to_column(1), 0, last_->to_column(1), 0);
  return order_->descending ? order > 0 : order < 0;
}

std::optional<ValueBounds> SortBound::bounds() const {
  MutexLock lock(mutex_);
  // Bounds leave out NULL, which comes before a value where NULLs are first.
  if (!last_ || last_->is_null() || order_->nulls_first) return std::nullopt;
  if (order_->descending) return ValueBounds{last_, std::nullopt};
  return ValueBounds{std::nullopt, last_};
}

Selection SortBound::passing(const Column& values, const Selection& active) const {
  ASSERT(order_ && values.type() == order_->type && active.size() <= kChunkRows);
  uint32_t source[kChunkRows];
  uint64_t words[kChunkRows];
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
