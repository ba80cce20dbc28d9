#pragma once

#include <memory>
#include <vector>

#include "exec/sort/sort_keys.h"
#include "plan/query_context.h"

namespace doline {

/// Rows of several chunks, picked in any order: rows[i] is chunk << 11 | row.
Chunk gather_rows(const std::vector<TypeRef>& types, const std::vector<const Chunk*>& chunks, const uint32_t* rows,
                  uint32_t count);

/// Rows in key order: chunks as they came and entries that point into them, or, once spilled,
/// blocks on disk. Filled by one thread; then shared and only read.
class SortRun {
 public:
  SortRun(std::vector<SortOrder> orders, std::vector<TypeRef> types, QueryContext& context);

  /// `chunk` is dense and owned.
  void add(Chunk chunk, const std::vector<Column>& keys, uint32_t first_row);
  void sort();
  /// Keeps the first `rows` rows of a sorted run.
  void truncate(size_t rows);
  void spill();

  size_t row_count() const { return is_spilled() ? spilled_rows_ : entries_.size(); }
  size_t held_bytes() const { return held_bytes_; }
  bool is_spilled() const { return !blocks_.empty(); }
  const std::vector<SortEntry>& entries() const { return entries_; }
  const std::vector<Chunk>& chunks() const { return chunks_; }

  /// Walks a sorted run from `begin` to `end`, in memory or block by block from disk.
  class Cursor {
   public:
    Cursor(const SortRun& run, size_t begin, size_t end);
    bool is_done() const { return at_ == end_; }
    const SortEntry& entry() const {
      return (run_->is_spilled() ? loaded_.entries : run_->entries_)[at_ - base_];
    }
    /// The chunk that entry().row points into.
    const Chunk& chunk() const;
    /// Keeps loaded blocks alive that rows already taken point into.
    void advance();
    std::vector<std::shared_ptr<const std::vector<Chunk>>> take_old_blocks();

   private:
    struct Block {
      std::vector<SortEntry> entries;
      std::shared_ptr<const std::vector<Chunk>> chunks;  // outlives the block while rows are gathered
      std::vector<std::byte> bytes;
    };
    void load(size_t block);
    const SortRun* run_;
    size_t at_;
    size_t end_;
    size_t base_ = 0;
    size_t block_ = 0;
    Block loaded_;
    std::vector<std::shared_ptr<const std::vector<Chunk>>> old_;
  };

 private:
  friend class Cursor;
  struct SpilledBlock {
    SpillExtent extent;
    uint32_t rows;
  };

  const std::vector<SortOrder> orders_;
  const std::vector<TypeRef> types_;
  QueryContext& context_;
  std::vector<Chunk> chunks_;
  std::vector<SortEntry> entries_;
  ArenaRef keys_;
  size_t held_bytes_ = 0;
  std::vector<SpilledBlock> blocks_;
  size_t spilled_rows_ = 0;
};

}  // namespace doline
