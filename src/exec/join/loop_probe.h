#pragma once

#include <atomic>

#include "exec/join/join_shape.h"

namespace doline {

/// The build side of a join without keys: its chunks, in order. Filled by one thread, then shared
/// and only read, but for the bits that tell which rows were matched.
class LoopTable {
 public:
  explicit LoopTable(const JoinShape& shape) : shape_(shape) {}

  /// `chunk` is dense and owned.
  void add(Chunk chunk);
  void finish();

  uint32_t row_count() const { return static_cast<uint32_t>(rows_.size()); }
  /// The right columns of these rows.
  std::vector<Column> gather(const uint32_t* positions, uint32_t count) const;
  /// The only row, where there is one, as constant columns.
  std::vector<Column> only_row(uint32_t count) const;
  void mark_matched(uint32_t position) const { matched_[position].store(true, std::memory_order_relaxed); }
  bool is_matched(uint32_t position) const { return matched_[position].load(std::memory_order_relaxed); }

 private:
  const JoinShape& shape_;
  std::vector<Chunk> chunks_;
  std::vector<const Chunk*> chunk_pointers_;
  std::vector<uint32_t> rows_;  // chunk << 11 | row
  mutable std::vector<std::atomic<bool>> matched_;
};

/// One left chunk against every build row, giving a chunk of output at a time. Used by one thread.
class LoopProbe {
 public:
  explicit LoopProbe(const JoinShape& shape) : shape_(shape) {}

  /// `left` is dense and stays alive until the walk ends.
  void begin(const Chunk& left, const LoopTable& table);
  bool is_open() const { return table_ != nullptr; }
  /// The next output rows, at most `most_rows`, perhaps none; false once there are no more.
  bool next(Chunk& out, uint32_t most_rows);

 private:
  void beside_only_row(Chunk& out);
  void pairs(Chunk& out, uint32_t most_rows);
  void note(const Chunk& pairs, const uint32_t* left_rows, const uint32_t* positions);

  const JoinShape& shape_;
  const LoopTable* table_ = nullptr;
  Chunk left_;
  std::vector<uint64_t> matched_;  // bits by left row
  uint32_t row_ = 0;
  uint32_t position_ = 0;
  Program::Scratch scratch_;
};

}  // namespace doline
