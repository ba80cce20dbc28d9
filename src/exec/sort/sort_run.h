#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "exec/sort/entry_sort.h"
#include "exec/sort/sort_shape.h"

namespace doline {

/// Entries in the order they came in, later by range.
struct EntryBlock {
  BufferRef buffer;
  uint32_t count = 0;
  uint64_t first_place = 0;    // of carried rows: of the first one, the others follow it
  std::vector<uint32_t> ends;  // by range, once partitioned
  uint32_t capacity() const {
    return static_cast<uint32_t>(buffer->size_bytes() / sizeof(SortEntry));
  }
  SortEntry* entries() { return buffer->as<SortEntry>(); }
  const SortEntry* entries() const { return static_cast<const Buffer&>(*buffer).as<SortEntry>(); }
};

/// Rows one task took in, in no order, and an entry for each. Used by one thread; once given to
/// SortRanges, only read.
class SortRun {
 public:
  SortRun(const SortShape& shape, QueryContext& context);

  /// Rows source[0 .. count) of the layout's columns; `words[i]` is the first word of the i-th.
  void append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
              const uint64_t* words);
  uint64_t row_count() const { return rows_.row_count(); }
  /// Charged bytes.
  size_t held_bytes() const { return rows_.held_bytes() + entry_bytes_; }
  /// Keeps the `count` first rows in the sort's order; returns the last of them, with its first
  /// word.
  SortEntry keep_first(uint64_t count);

  static constexpr uint32_t kBlockEntries = (1U << 16) - 8;  // with padding, a megabyte

 private:
  friend class SortRanges;
  const SortShape& shape_;
  QueryContext& context_;
  RowPages rows_;
  std::vector<EntryBlock> blocks_;
  size_t entry_bytes_ = 0;
};

/// As SortRun, of rows that are carried in their entries. A row's place is not kept: a block's
/// rows follow one another in the source, and ranges put blocks together in their order.
class CarriedRun {
 public:
  CarriedRun(const SortShape& shape, QueryContext& context) : shape_(shape), context_(context) {}

  /// `place`: of the first of these rows. False, with nothing done, where one of them does not fit
  /// its entry.
  bool append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
              uint64_t place);
  uint64_t row_count() const { return row_count_; }
  size_t held_bytes() const { return held_bytes_; }
  /// Whether blocks hold so little that pages serve better.
  bool is_scattered() const {
    return blocks_.size() > 64 && row_count_ / blocks_.size() < 2 * kChunkRows;
  }
  /// Moves rows to pages, all or about `most_rows` of them; the blocks are let go one by one. Also
  /// once they are partitioned: rows that agree still follow one another as they came.
  std::unique_ptr<SortRun> to_pages(uint64_t most_rows = ~uint64_t{0});

 private:
  friend class SortRanges;
  const SortShape& shape_;
  QueryContext& context_;
  std::vector<EntryBlock> blocks_;
  uint64_t row_count_ = 0;
  size_t held_bytes_ = 0;
};

/// A run on disk: its rows in order, in pages; where each page begins is kept.
struct SpilledRun {
  std::vector<SpilledPage> pages;
  RowPages boundaries;
  std::vector<SortEntry> begins;  // by page; rows are boundaries
  uint64_t row_count = 0;
  uint64_t memory_bytes = 0;  // of all its pages, once read back
};

/// Cuts the rows of several runs into ranges of the sort's order, each of which is sorted by
/// itself: runs are never merged. In memory, blocks of entries are partitioned by range; on disk,
/// the pages that a range touches are read.
///
/// Use: add runs, cut(), partition() until it says so, then load ranges from any thread.
class SortRanges {
 public:
  SortRanges(const SortShape& shape, QueryContext& context)
      : shape_(shape), context_(context), cuts_(shape.boundary_layout, *context.budget) {}

  void add(std::unique_ptr<SortRun> run);
  /// Carried rows come by themselves: not with runs of other kinds.
  void add(std::unique_ptr<CarriedRun> run);
  void add(std::unique_ptr<SpilledRun> run);
  /// What is in memory.
  struct Held {
    std::vector<std::unique_ptr<SortRun>> runs;
    std::vector<std::unique_ptr<CarriedRun>> carried;
  };
  /// Takes all runs in memory out again, and forgets where ranges begin.
  Held take_held();
  /// Charged bytes of runs in memory.
  size_t held_bytes() const;
  uint64_t row_count() const { return row_count_; }
  bool is_spilled() const { return !spilled_.empty(); }
  bool is_carried() const { return !carried_.empty(); }
  size_t spilled_runs() const { return spilled_.size(); }
  uint64_t spilled_memory_bytes() const;

  /// Picks where ranges of about `range_rows` rows begin. Rows that agree in their first
  /// `group_columns` keys share a range or lie in neighbouring ones, of which only the first
  /// begins a group; 0: there are no groups.
  void cut(uint64_t range_rows, size_t group_columns);
  /// Sorts one more block of entries into ranges; false when none was left. Any thread; `spare`
  /// is the thread's own.
  bool partition_next(BufferRef& spare);
  size_t range_count() const { return cuts_at_.size() + 1; }
  /// Whether the range's first rows begin a group (the first range does).
  bool begins_group(size_t range) const { return range == 0 || cuts_at_[range - 1].begins_group; }
  /// Only where nothing is spilled.
  uint64_t rows_in(size_t range) const;

  /// A range's rows in order.
  struct Range {
    std::vector<RowPageRef> pages;  // those read back
    BufferRef buffer;
    std::span<const SortEntry> rows;
  };
  /// Reads and sorts a range, a few pages at a time. Used by one thread.
  class Loader;

 private:
  struct Cut {
    uint64_t word;
    const std::byte* row;  // of boundary_layout
    uint64_t place;        // of carried rows, in the row's stead
    uint32_t columns;      // how many keys count
    bool begins_group;
  };
  void cut_carried(uint64_t range_rows, size_t ranges, size_t group_columns);
  void ranges_of(const EntryBlock& block, uint16_t* ranges) const;
  /// Among the cuts that have the entry's word, the first of which is `at`.
  size_t range_among_ties(const SortEntry& entry, uint64_t place, size_t at) const;
  bool lies_before(const std::byte* row, uint64_t word, const KeyWords& words,
                   const Cut& cut) const;
  size_t first_page_from(const SpilledRun& run, const Cut& cut) const;
  std::vector<SortEntry> samples(uint64_t range_rows);

  const SortShape& shape_;
  QueryContext& context_;
  std::vector<std::unique_ptr<SortRun>> runs_;
  std::vector<std::unique_ptr<CarriedRun>> carried_;
  std::vector<std::unique_ptr<SpilledRun>> spilled_;
  uint64_t row_count_ = 0;
  RowPages cuts_;
  std::vector<Cut> cuts_at_;
  std::vector<uint64_t> cut_words_;  // padded for halving
  std::vector<EntryBlock*> blocks_;  // of all runs; of carried rows, in their places' order
  std::atomic<size_t> next_block_{0};
};

class SortRanges::Loader {
 public:
  Loader(const SortRanges& ranges, size_t range);
  /// Some milliseconds of work; true once the range is there.
  bool advance();
  Range take() { return std::move(loaded_); }

 private:
  struct Piece {
    const SortEntry* entries;  // or, of a page read back:
    const RowPage* page;
    uint32_t begin;
    uint32_t count;
  };
  void add(const Piece& piece) {
    if (piece.count == 0) return;
    pieces_.push_back(piece);
    rows_ += piece.count;
  }
  bool is_last_range() const { return range_ == ranges_.cuts_at_.size(); }
  void read_page(const SpilledRun& run);
  void sort();

  const SortRanges& ranges_;
  const size_t range_;
  Range loaded_;
  std::vector<Piece> pieces_;
  uint64_t rows_ = 0;
  size_t run_ = 0;  // the spilled run in work, and of it:
  bool is_run_open_ = false;
  size_t first_page_ = 0;
  size_t end_page_ = 0;
  size_t page_ = 0;
};

/// Writes a run to disk in order, its first `most_rows` rows at most, a few milliseconds' work at a
/// time. Its memory goes with the spiller. Used by one thread.
class RunSpiller {
 public:
  RunSpiller(std::unique_ptr<SortRun> run, const SortShape& shape, QueryContext& context,
             uint64_t most_rows = ~uint64_t{0});
  /// True once all is written. Throws Error(kCancelled).
  bool advance();
  std::unique_ptr<SpilledRun> take() { return std::move(spilled_); }
  /// Of the last row written the first word, and its keys in the boundaries' layout; where there
  /// were rows enough, and once all is written.
  const std::optional<SortEntry>& last() const { return last_; }

 private:
  void write(const SortRanges::Range& range);
  void write_page();

  const SortShape& shape_;
  QueryContext& context_;
  SortRanges ranges_;
  const size_t page_bytes_;
  const uint64_t most_rows_;
  std::optional<SortEntry> last_;
  std::unique_ptr<SpilledRun> spilled_;
  std::vector<uint32_t> texts_;  // offsets in a row
  BufferRef spare_;
  size_t next_range_ = 0;
  std::vector<const std::byte*> page_;  // rows of the page to be written
  size_t reached_bytes_ = 0;            // of their texts
};

}  // namespace doline
