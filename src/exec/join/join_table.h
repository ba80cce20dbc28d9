#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "column/chunk.h"
#include "expr/program.h"
#include "plan/plan_node.h"
#include "plan/query_context.h"

namespace doline {

/// The build side of a join: its chunks and a chained hash table over their key columns. Filled
/// by add(), which is one thread at a time, sealed by finish(); then shared and only read, but for
/// the bits that tell which rows were matched.
class JoinTable {
 public:
  JoinTable(const JoinNode& node, QueryContext& context);

  /// `chunk` is dense and owned; `keys` are its key columns.
  void add(Chunk chunk, std::vector<Column> keys);
  void finish();

  uint64_t row_count() const { return row_count_; }
  bool has_null_key() const { return has_null_key_; }
  /// Whether the build side has rows at all.
  bool has_rows() const { return has_rows_; }
  /// For the table of one bucket: what holds of the whole build side, which IN asks about.
  void set_whole(bool has_rows, bool has_null_key) {
    has_rows_ = has_rows;
    has_null_key_ = has_null_key;
  }
  size_t held_bytes() const { return held_bytes_; }
  const std::vector<const Chunk*>& chunks() const { return chunk_pointers_; }
  const std::vector<TypeRef>& types() const { return types_; }

  /// A row of the build side: chunk << 11 | row; kNone ends a chain.
  static constexpr uint32_t kNone = ~uint32_t{0};

  /// For each of the `count` probe rows (all of one dense chunk) the first build row that may
  /// match; kNone where there is none. `hashes` is filled.
  void first(const std::vector<Column>& keys, uint32_t count, uint64_t* hashes, uint32_t* positions) const;
  /// The first row from `position` on along its chain whose keys equal the probe row's.
  uint32_t match(const std::vector<Column>& keys, uint32_t row, uint64_t hash, uint32_t position) const;
  uint32_t next(uint32_t position) const { return next_[position]; }
  /// A position as a row for gather_rows.
  uint32_t row_at(uint32_t position) const { return rows_[position]; }

  void mark_matched(uint32_t position) const { matched_[position].store(true, std::memory_order_relaxed); }
  bool is_matched(uint32_t position) const { return matched_[position].load(std::memory_order_relaxed); }

  /// Hashes of all rows, for runtime filters; and the bounds of key `index`.
  const std::vector<uint64_t>& hashes() const { return hashes_; }
  const std::vector<std::vector<Column>>& keys() const { return keys_; }

 private:
  bool equal_keys(const std::vector<Column>& keys, uint32_t row, uint32_t position) const;

  const bool nulls_equal_;
  const bool tracks_matches_;
  std::vector<TypeRef> types_;
  std::vector<Chunk> chunks_;
  std::vector<const Chunk*> chunk_pointers_;
  std::vector<std::vector<Column>> keys_;  // by chunk
  uint64_t row_count_ = 0;
  bool has_null_key_ = false;
  bool has_rows_ = false;
  size_t held_bytes_ = 0;
  // One entry a row with a usable key, in insertion order.
  std::vector<uint32_t> rows_;
  std::vector<uint64_t> hashes_;
  std::vector<int64_t> integers_;          // the key, where it is a single integer
  bool single_integer_ = false;
  std::vector<uint32_t> heads_;
  std::vector<uint32_t> next_;
  uint64_t mask_ = 0;
  mutable std::vector<std::atomic<bool>> matched_;
};

/// Key columns of a dense chunk.
std::vector<Column> evaluate_keys(const Program& program, const Chunk& chunk, Program::Scratch& scratch);

}  // namespace doline
