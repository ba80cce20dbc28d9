#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "expr/program.h"
#include "memory/spill.h"
#include "plan/query_context.h"

namespace doline {

/// Sorted rows between the first that a window call may still look at and the last that was
/// read. Rows are numbered through all partitions of a reader. Where memory is short, chunks go
/// to disk, oldest first, and those looked at last are kept in memory. Used by one thread, under
/// the claim.
class WindowRows final : public Spillable {
 public:
  WindowRows(const Schema& schema, QueryContext& context);

  /// Dense.
  void add(Chunk chunk);
  /// Forgets all chunks before `chunk`.
  void drop_before(size_t chunk);
  uint64_t end_row() const { return end_row_; }
  size_t end_chunk() const { return first_chunk_ + slots_.size(); }
  uint64_t begin_of(size_t chunk) const { return slots_[chunk - first_chunk_].begin; }
  uint32_t size_of(size_t chunk) const { return slots_[chunk - first_chunk_].rows; }
  size_t chunk_of(uint64_t row) const;
  /// Cheap to copy; read back where it was spilled.
  Chunk chunk(size_t index);

  size_t spillable_bytes() const noexcept override {
    return spillable_bytes_.load(std::memory_order_relaxed);
  }
  bool spill(SpillWriter& writer) override;

 private:
  struct Slot {
    Chunk chunk;
    uint64_t begin;
    uint32_t rows;
    size_t bytes;
    bool is_spilled = false;
    SpillExtent extent = {};
  };
  void make_room();
  bool is_worth_keeping(size_t chunk) const;
  /// The oldest chunk in memory, which is there; returns the bytes written.
  size_t spill_next(SpillWriter& writer);
  std::vector<TypeRef> types_;
  QueryContext& context_;
  std::deque<Slot> slots_;
  size_t first_chunk_ = 0;
  size_t next_to_spill_ = 0;                // chunks before it are on disk
  std::atomic<size_t> spillable_bytes_{0};  // of chunks in memory, but for the youngest
  std::vector<std::byte> image_;            // of a chunk that is being written
  uint64_t end_row_ = 0;
  mutable size_t last_chunk_ = 0;
  const Enrolled enrolled_;
};

/// Columns of expressions over WindowRows, chunk by chunk; those of the chunks asked for last are
/// kept, since calls walk through their rows.
class WindowColumns {
 public:
  /// `filter`: rows for which it does not hold do not count; may be null.
  WindowColumns(const std::vector<ExprRef>& exprs, const ExprRef& filter, WindowRows& rows,
                const QueryContext& context);

  const std::vector<Column>& of(size_t chunk) { return slot(chunk).columns; }
  /// The rows of `range` that pass the filter.
  Selection passing(size_t chunk, const Selection& range);
  bool is_null(uint64_t row, size_t column);
  WindowRows& rows() { return rows_; }
  /// body(chunk, first row within it, count) for the rows [begin, end), front to back.
  template <class Body>
  void for_range(uint64_t begin, uint64_t end, Body&& body) {
    while (begin < end) {
      const size_t chunk = rows_.chunk_of(begin);
      const auto row = static_cast<uint32_t>(begin - rows_.begin_of(chunk));
      const auto count =
          static_cast<uint32_t>(std::min<uint64_t>(end - begin, rows_.size_of(chunk) - row));
      body(chunk, row, count);
      begin += count;
    }
  }

 private:
  struct Slot {
    size_t chunk = ~size_t{0};
    std::vector<Column> columns;
    std::vector<uint64_t> passing;
  };
  static constexpr size_t kSlots = 4;  // where a frame begins and ends, the row, and one more
  Slot& slot(size_t chunk);

  WindowRows& rows_;
  ProgramRef program_;
  ProgramRef filter_;
  Program::Scratch scratch_;
  Program::Scratch filter_scratch_;
  Slot slots_[kSlots];
  size_t last_ = 0;
  size_t oldest_ = 0;
};

}  // namespace doline
