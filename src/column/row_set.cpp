#include "column/row_set.h"

#include <bit>

#include "base/bits.h"

namespace doline {

void RowSet::settle(Block& block) {
  if (!block.words) return;
  block.count = 0;
  for (uint64_t word : *block.words) block.count += static_cast<uint32_t>(std::popcount(word));
  if (block.count == kBlockRows) block.words.reset();
}

void RowSet::add(uint64_t row) {
  // Rows mostly come in order: the last block is tried first.
  const uint64_t number = row / kBlockRows;
  auto at = blocks_.empty() || std::prev(blocks_.end())->first != number
                ? blocks_.try_emplace(number).first
                : std::prev(blocks_.end());
  Block& block = at->second;
  if (block.count == kBlockRows) return;
  if (!block.words) block.words = std::make_unique<std::array<uint64_t, kWords>>();
  uint64_t& word = (*block.words)[row % kBlockRows / 64];
  const uint64_t bit = uint64_t{1} << (row % 64);
  if ((word & bit) != 0) return;
  word |= bit;
  if (++block.count == kBlockRows) block.words.reset();
}

void RowSet::add(const RowSet& other) {
  for (const auto& [number, theirs] : other.blocks_) {
    const auto [at, is_new] = blocks_.try_emplace(number);
    Block& block = at->second;
    if (!is_new && !block.words) continue;
    if (!theirs.words) {
      block.words.reset();
      block.count = kBlockRows;
      continue;
    }
    if (is_new) {
      block.words = std::make_unique<std::array<uint64_t, kWords>>(*theirs.words);
    } else {
      for (size_t i = 0; i < kWords; ++i) (*block.words)[i] |= (*theirs.words)[i];
    }
    settle(block);
  }
}

void RowSet::cut(uint64_t end) {
  blocks_.erase(blocks_.lower_bound((end + kBlockRows - 1) / kBlockRows), blocks_.end());
  const auto last = blocks_.find(end / kBlockRows);
  if (last == blocks_.end()) return;
  Block& block = last->second;
  if (!block.words) {
    block.words = std::make_unique<std::array<uint64_t, kWords>>();
    block.words->fill(~uint64_t{0});
  }
  for (uint64_t row = end % kBlockRows; row < kBlockRows; ++row)
    clear_bit(block.words->data(), row);
  settle(block);
  if (block.count == 0) blocks_.erase(last);
}

bool RowSet::contains(uint64_t row) const {
  const auto found = blocks_.find(row / kBlockRows);
  return found != blocks_.end() && found->second.has(row % kBlockRows);
}

bool RowSet::intersects(const RowSet& other) const {
  auto mine = blocks_.begin();
  auto theirs = other.blocks_.begin();
  while (mine != blocks_.end() && theirs != other.blocks_.end()) {
    // A few rows are looked for among many without passing all of those.
    if (mine->first < theirs->first) {
      mine = blocks_.lower_bound(theirs->first);
    } else if (theirs->first < mine->first) {
      theirs = other.blocks_.lower_bound(mine->first);
    } else {
      const Block& a = mine->second;
      const Block& b = theirs->second;
      if (!a.words || !b.words) return true;
      for (size_t i = 0; i < kWords; ++i) {
        if (((*a.words)[i] & (*b.words)[i]) != 0) return true;
      }
      ++mine;
      ++theirs;
    }
  }
  return false;
}

}  // namespace doline
