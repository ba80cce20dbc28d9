#include "exec/window/counted_rows.h"

#include <algorithm>

namespace doline {

void CountedRows::begin(RowRange partition) {
  partition_ = partition;
  bits_.assign(words_for_bits(partition.size()), 0);
}

void CountedRows::finish() {
  before_.resize(bits_.size() + 1);
  total_ = 0;
  for (size_t word = 0; word < bits_.size(); ++word) {
    before_[word] = total_;
    total_ += static_cast<uint64_t>(std::popcount(bits_[word]));
  }
  before_[bits_.size()] = total_;
  all_ = total_ == partition_.size();
}

uint64_t CountedRows::row_of(uint64_t k) const {
  if (all_) return partition_.begin + k;
  const auto found = std::upper_bound(before_.begin(), before_.end(), k) - 1;
  const auto word = static_cast<size_t>(found - before_.begin());
  uint64_t bits = bits_[word];
  for (uint64_t left = k - *found; left > 0; --left) bits &= bits - 1;
  return partition_.begin + word * 64 + static_cast<uint64_t>(std::countr_zero(bits));
}

}  // namespace doline
