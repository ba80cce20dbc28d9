#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>

namespace doline {

/// Rows of a table by their numbers: which of them a transaction wrote. Small for few rows and for
/// whole stretches of them, a bit a row between. Used by one thread at a time.
class RowSet {
 public:
  bool empty() const { return blocks_.empty(); }
  void add(uint64_t row);
  void add(const RowSet& other);
  /// Forgets the rows from this number on.
  void cut(uint64_t end);
  bool contains(uint64_t row) const;
  bool intersects(const RowSet& other) const;

 private:
  static constexpr uint64_t kBlockRows = 4096;
  static constexpr size_t kWords = kBlockRows / 64;
  struct Block {
    uint32_t count = 0;                                   // kBlockRows: all of them, no words
    std::unique_ptr<std::array<uint64_t, kWords>> words;  // null: all
    bool has(uint32_t row) const { return !words || ((*words)[row / 64] >> (row % 64) & 1) != 0; }
  };
  static void settle(Block& block);

  std::map<uint64_t, Block> blocks_;  // by row / kBlockRows
};

}  // namespace doline
