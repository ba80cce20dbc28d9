#include "exec/window/rank_tree.h"

#include <algorithm>
#include <bit>

#include "base/bits.h"
#include "base/cancellation.h"

namespace doline {

void RankTree::build(ChargedVector<uint32_t>& numbers, uint64_t bound) {
  const size_t count = numbers.size();
  levels_ = static_cast<size_t>(std::bit_width(std::max<uint64_t>(bound, 2) - 1));
  words_per_level_ = count / 64 + 1;
  words_.resize(levels_ * words_per_level_);
  zeros_.resize(levels_);
  next_.resize(count);
  for (size_t index = 0; index < levels_; ++index) {
    poll_cancellation();
    Word* words = words_.data() + index * words_per_level_;
    const size_t shift = levels_ - 1 - index;
    uint64_t zeros = 0;
    for (size_t word = 0; word < words_per_level_; ++word) {
      uint64_t bits = 0;
      const size_t end = std::min(count, word * 64 + 64);
      for (size_t i = word * 64; i < end; ++i)
        bits |= uint64_t{(numbers[i] >> shift) & 1U} << (i % 64);
      words[word] = {bits, zeros};
      zeros += end - std::min(end, word * 64) - static_cast<uint64_t>(std::popcount(bits));
    }
    zeros_[index] = zeros;
    // Those with a zero bit first: written to both sides, of which one moves on.
    uint32_t* low = next_.data();
    uint32_t* high = next_.data() + zeros;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t number = numbers[i];
      const bool bit = (number >> shift) & 1U;
      *(bit ? high : low) = number;
      high += bit;
      low += !bit;
    }
    std::swap(numbers, next_);
  }
}

uint64_t RankTree::count_below(uint64_t begin, uint64_t end, uint64_t number) const {
  if (begin >= end) return 0;
  if (number >> levels_ != 0) return end - begin;
  uint64_t below = 0;
  for (size_t index = 0; index < levels_; ++index) {
    const Word* words = level(index);
    const uint64_t zeros_to_begin = zeros_before(words, begin);
    const uint64_t zeros_to_end = zeros_before(words, end);
    if ((number >> (levels_ - 1 - index)) & 1U) {
      below += zeros_to_end - zeros_to_begin;
      begin += zeros_[index] - zeros_to_begin;
      end += zeros_[index] - zeros_to_end;
    } else {
      begin = zeros_to_begin;
      end = zeros_to_end;
    }
  }
  return below;
}

uint64_t RankTree::select(std::span<const RowRange> places, uint64_t k) const {
  RowRange left[3];
  std::copy(places.begin(), places.end(), left);
  uint64_t number = 0;
  for (size_t index = 0; index < levels_; ++index) {
    const Word* words = level(index);
    RowRange zeros[3];
    uint64_t count = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      zeros[i] = {zeros_before(words, left[i].begin), zeros_before(words, left[i].end)};
      count += zeros[i].size();
    }
    number <<= 1;
    if (k < count) {
      std::copy(zeros, zeros + places.size(), left);
      continue;
    }
    k -= count;
    number |= 1;
    for (size_t i = 0; i < places.size(); ++i) {
      left[i] = {zeros_[index] + left[i].begin - zeros[i].begin,
                 zeros_[index] + left[i].end - zeros[i].end};
    }
  }
  return number;
}

void PlaceSet::reset(uint64_t size) {
  bits_.assign(size / 64 + 1, 0);
  for (size_t level = 0; level < kLevels; ++level)
    counts_[level].assign((size >> (kShift * (level + 2))) + 1, 0);
  size_ = 0;
}

uint64_t PlaceSet::select(uint64_t k) const {
  uint64_t at = 0;
  for (size_t level = kLevels; level-- > 0;) {
    at <<= kShift;
    while (counts_[level][at] <= k) k -= counts_[level][at++];
  }
  at <<= kShift;
  for (;; ++at) {
    const auto count = static_cast<uint64_t>(std::popcount(bits_[at]));
    if (k < count) break;
    k -= count;
  }
  uint64_t bits = bits_[at];
  for (; k > 0; --k) bits &= bits - 1;
  return at * 64 + static_cast<uint64_t>(std::countr_zero(bits));
}

}  // namespace doline
