#pragma once

#include <atomic>
#include <memory>

#include "exec/join/join_shape.h"
#include "memory/spill.h"

namespace doline {

/// The build side of a join without a hash table: its chunks, in order, in memory or on disk. Tasks
/// add to it; then it is shared and only read, but for the bits that tell which rows were matched.
/// What is on disk is read in segments.
class LoopTable final : public Spillable {
 public:
  LoopTable(const JoinShape& shape, QueryContext& context);

  /// `chunk` is dense and owned. Any thread.
  void add(Chunk chunk);
  /// All is there. Until begin_probing() it may still go to disk; it does at once where there is
  /// no room to put its rows side by side, with `bytes_per_row` more.
  void finish(size_t bytes_per_row = 0);
  /// From now on every chunk stays where it is. Any number of times. `segment_bytes`: what a
  /// segment of chunks on disk takes once it is read, with `bytes_per_row` more for each of its
  /// rows.
  void begin_probing(size_t segment_bytes = kSegmentBytes, size_t bytes_per_row = 0);
  /// Nobody probes any more: lets the memory go.
  void release();
  static constexpr size_t kSegmentBytes = size_t{4} << 20;

  size_t spillable_bytes() const noexcept override {
    return idle_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override;
  bool is_spilled() const { return next_to_spill_ > 0; }

  // Once probing has begun:
  uint64_t row_count() const { return row_count_; }
  /// In memory, and therefore one segment.
  bool is_in_memory() const { return !is_on_disk_; }
  size_t segment_count() const { return segments_.size(); }
  /// Rows that are in memory together, side by side.
  struct Segment {
    std::vector<Column> columns;
    uint32_t rows = 0;
    uint64_t first_row = 0;  // of the table
  };
  using SegmentRef = std::shared_ptr<const Segment>;  // the only segment is shared by all probes
  SegmentRef segment(size_t index) const;
  /// A segment's first row alone.
  Chunk first_row(size_t index) const;
  void mark_matched(uint64_t row) const;
  bool is_matched(uint64_t row) const { return test_bit(matched_->as<uint64_t>(), row); }
  /// The rows of a segment that nothing matched, with NULLs on the left; at most kChunkRows from
  /// `begin` on, which is moved forward.
  Chunk unmatched(const Segment& segment, uint32_t& begin) const;

 private:
  struct Kept {
    MorselSequence sequence;
    Chunk chunk;  // empty once on disk, or side by side with others
    uint32_t rows;
    size_t bytes;
    SpillExtent extent;
  };
  struct Range {
    size_t begin;  // of chunks_
    size_t end;
    uint64_t first_row;
  };
  SegmentRef load(const Range& range) const;
  Chunk chunk(const Kept& kept) const;
  void join_in_memory();

  const JoinShape& shape_;
  QueryContext& context_;
  // Under the claim until probing begins:
  std::vector<Kept> chunks_;
  size_t next_to_spill_ = 0;
  bool is_on_disk_ = false;
  bool is_probing_ = false;
  std::atomic<size_t> idle_bytes_{0};
  uint64_t row_count_ = 0;
  std::vector<Range> segments_;
  SegmentRef only_segment_;
  BufferRef matched_;  // bits by row
  const Enrolled enrolled_;
};

}  // namespace doline
