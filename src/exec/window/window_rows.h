#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "exec/window/window_batch.h"
#include "exec/window/window_shape.h"
#include "memory/spill.h"
#include "plan/query_context.h"

namespace doline {

/// Sorted rows between the first that a window call may still look at and the last that was
/// read. Rows are numbered through all partitions of a reader. Where memory is short, chunks go
/// to disk, oldest first, and those looked at last are kept in memory; where groups of equal rows
/// begin always stays there. Used by one thread, under the claim.
class WindowRows final : public Spillable {
 public:
  WindowRows(const WindowShape& shape, QueryContext& context);

  /// Dense rows of the input. Computes their other columns and where groups begin.
  void add(Chunk chunk);
  /// Forgets all chunks before `chunk`.
  void drop_before(size_t chunk);
  uint64_t end_row() const { return end_row_; }
  size_t end_chunk() const { return first_chunk_ + slots_.size(); }
  uint64_t begin_of(size_t chunk) const { return slots_[chunk - first_chunk_].begin; }
  uint32_t size_of(size_t chunk) const { return slots_[chunk - first_chunk_].rows; }
  size_t chunk_of(uint64_t row) const;
  /// Read back where it was spilled. Valid until kLoaded others were asked for.
  const Chunk& chunk(size_t index);
  const Column& column(size_t chunk_index, uint32_t column) {
    return chunk(chunk_index).columns[column];
  }
  /// body(chunk, first row within it, count) for the rows of a range, front to back.
  template <class Body>
  void for_range(RowRange range, Body&& body) const {
    while (range.begin < range.end) {
      const size_t chunk = chunk_of(range.begin);
      const auto row = static_cast<uint32_t>(range.begin - begin_of(chunk));
      const auto count =
          static_cast<uint32_t>(std::min<uint64_t>(range.size(), size_of(chunk) - row));
      body(chunk, row, count);
      range.begin += count;
    }
  }
  /// The rows' values side by side, flat.
  Column gather(RowRange range, uint32_t column);

  // Groups of rows that are equal by a level's keys.
  /// One bit a row of the chunk: whether a group begins there.
  const uint64_t* starts(size_t chunk, uint32_t level) const;
  /// The first row of the group that `row` is of, and the one behind its last.
  uint64_t group_begin(uint32_t level, uint64_t row) const;
  uint64_t group_end(uint32_t level, uint64_t row) const;
  /// Groups are numbered as rows are. How many begin before `row`, and where one begins.
  uint64_t groups_before(uint32_t level, uint64_t row) const;
  uint64_t begin_of_group(uint32_t level, uint64_t group) const;
  const WindowShape& shape() const { return shape_; }

  size_t spillable_bytes() const noexcept override {
    return spillable_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override;

 private:
  struct Slot {
    Chunk chunk;
    uint64_t begin;
    uint32_t rows;
    size_t bytes;
    bool is_spilled = false;
    SpillExtent extent = {};
    std::vector<uint64_t> starts;         // level after level
    std::vector<uint64_t> groups_before;  // by level
  };
  static constexpr size_t kLoaded = 8;
  struct Loaded {
    size_t index = ~size_t{0};
    Chunk chunk;
  };
  void mark_starts(Slot& slot);
  void make_room();
  bool is_worth_keeping(size_t chunk) const;
  /// The oldest chunk in memory, which is there; returns the bytes written.
  size_t spill_next();

  const WindowShape& shape_;
  QueryContext& context_;
  Program::Scratch scratch_;
  std::deque<Slot> slots_;
  size_t first_chunk_ = 0;
  size_t next_to_spill_ = 0;                // chunks before it are on disk
  std::atomic<size_t> spillable_bytes_{0};  // of chunks in memory, but for the youngest
  std::vector<std::byte> image_;            // of a chunk that is being written
  uint64_t end_row_ = 0;
  std::vector<uint64_t> groups_;   // by level, all that began
  std::vector<Column> last_keys_;  // of the chunk added last: partition_by, then order_by
  mutable size_t last_chunk_ = 0;
  Loaded loaded_[kLoaded];
  size_t next_loaded_ = 0;
  const Enrolled enrolled_;
};

/// Columns over WindowRows, chunk by chunk, and which rows a filter lets through; those of the
/// chunks asked for last are kept, since calls walk through their rows.
class WindowColumns {
 public:
  /// `filter`: rows for which it does not hold do not count; may be kNone.
  WindowColumns(std::vector<uint32_t> columns, uint32_t filter, WindowRows& rows);

  const std::vector<Column>& of(size_t chunk) { return slot(chunk).columns; }
  /// Of the rows [begin, begin + count) those that count.
  Selection passing(size_t chunk, uint32_t begin, uint32_t count);
  /// One bit a row of the chunk; null: all count.
  const uint64_t* passing_bits(size_t chunk) {
    return filter_ == CallColumns::kNone ? nullptr : slot(chunk).passing.data();
  }
  WindowRows& rows() { return rows_; }

 private:
  struct Slot {
    size_t chunk = ~size_t{0};
    std::vector<Column> columns;
    std::vector<uint64_t> passing;
    Selection passing_rows;
  };
  static constexpr size_t kSlots = 4;  // where a frame begins and ends, the row, and one more
  Slot& slot(size_t chunk);

  const std::vector<uint32_t> columns_;
  const uint32_t filter_;
  WindowRows& rows_;
  Selection all_rows_;  // as a list, which is cheap to cut
  Slot slots_[kSlots];
  size_t last_ = 0;
  size_t oldest_ = 0;
};

}  // namespace doline
