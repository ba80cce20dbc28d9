#pragma once

#include <bit>
#include <span>

#include "base/bits.h"
#include "exec/window/window_batch.h"
#include "memory/charged_vector.h"

namespace doline {

/// A sequence of numbers that answers, of any ranges of its places, how many are below a number and
/// which is the k-th smallest, in as many steps as the numbers have bits: a wavelet matrix (Claude,
/// Navarro, Ordóñez: The wavelet matrix, 2015). It takes about a bit and a half for each bit.
class RankTree {
 public:
  /// Numbers less than `bound`; `numbers` is used up.
  void build(ChargedVector<uint32_t>& numbers, uint64_t bound);

  /// How many of the places [begin, end) hold less than `number`.
  uint64_t count_below(uint64_t begin, uint64_t end, uint64_t number) const;
  /// The k-th smallest number at the places of up to three ranges, from 0 on; there are more.
  uint64_t select(std::span<const RowRange> places, uint64_t k) const;

 private:
  /// Of a level: the numbers' bits, the order being that of the bits above; and the zeros before
  /// each word of them.
  struct Word {
    uint64_t bits;
    uint64_t zeros_before;
  };
  static uint64_t zeros_before(const Word* level, uint64_t place) {
    const Word& word = level[place / 64];
    return word.zeros_before +
           static_cast<uint64_t>(std::popcount(~word.bits & low_mask(place % 64)));
  }
  const Word* level(size_t index) const { return words_.data() + index * words_per_level_; }

  size_t levels_ = 0;
  size_t words_per_level_ = 0;
  ChargedVector<Word> words_;  // from the highest bit on
  ChargedVector<uint64_t> zeros_;
  ChargedVector<uint32_t> next_;
};

/// A set of places [0, size) that grows and shrinks, and says which is its k-th and how many are
/// below one: bits, and how many are set in 64 of them, in 64 of these, and so on.
class PlaceSet {
 public:
  /// Empty.
  void reset(uint64_t size);
  void add(uint64_t place) {
    set_bit(bits_.data(), place);
    for (size_t level = 0; level < kLevels; ++level)
      ++counts_[level][place >> (kShift * (level + 2))];
    ++size_;
  }
  void remove(uint64_t place) {
    clear_bit(bits_.data(), place);
    for (size_t level = 0; level < kLevels; ++level)
      --counts_[level][place >> (kShift * (level + 2))];
    --size_;
  }
  uint64_t size() const { return size_; }
  uint64_t select(uint64_t k) const;

 private:
  static constexpr size_t kShift = 6;
  static constexpr size_t kLevels = 2;
  ChargedVector<uint64_t> bits_;
  ChargedVector<uint32_t> counts_[kLevels];
  uint64_t size_ = 0;
};

}  // namespace doline
