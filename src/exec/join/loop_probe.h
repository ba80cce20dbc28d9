#pragma once

#include <atomic>
#include <memory>

#include "exec/join/join_shape.h"
#include "memory/spill.h"

namespace doline {

/// The build side of a join without keys: its chunks, in order, in memory or on disk. Tasks add to
/// it; then it is shared and only read, but for the bits that tell which rows were matched. What is
/// on disk is read in segments, by each probe as it comes to them: next to the pairs that are then
/// tested this costs little.
class LoopTable final : public Spillable {
 public:
  LoopTable(const JoinShape& shape, QueryContext& context);

  /// `chunk` is dense and owned. Any thread.
  void add(Chunk chunk);
  /// All is there. Until begin_probing() it may still go to disk.
  void finish();
  /// From now on every chunk stays where it is. Any number of times.
  void begin_probing();

  size_t spillable_bytes() const noexcept override {
    return idle_bytes_.load(std::memory_order_relaxed);
  }
  bool spill(SpillWriter& writer) override;
  uint64_t spilled_bytes() const { return spilled_bytes_; }

  // Once probing has begun:
  uint64_t row_count() const { return row_count_; }
  size_t segment_count() const { return segments_.size(); }
  /// Rows that are in memory together.
  struct Segment {
    std::vector<Chunk> chunks;
    std::vector<const Chunk*> pointers;
    std::vector<uint32_t> rows;  // chunk << 11 | row
    uint64_t first_row = 0;      // of the table
  };
  using SegmentRef = std::shared_ptr<const Segment>;  // the only segment is shared by all probes
  SegmentRef segment(size_t index) const;
  /// The right columns of these rows of a segment.
  std::vector<Column> gather(const Segment& segment, const uint32_t* positions,
                             uint32_t count) const;
  void mark_matched(uint64_t row) const;
  bool is_matched(uint64_t row) const { return test_bit(matched_->as<uint64_t>(), row); }

 private:
  struct Kept {
    MorselSequence sequence;
    Chunk chunk;  // empty once on disk
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

  const JoinShape& shape_;
  QueryContext& context_;
  // Under the claim until probing begins:
  std::vector<Kept> chunks_;
  size_t next_to_spill_ = 0;
  bool is_probing_ = false;
  std::atomic<size_t> idle_bytes_{0};
  std::atomic<uint64_t> spilled_bytes_{0};
  uint64_t row_count_ = 0;
  std::vector<Range> segments_;
  SegmentRef only_segment_;
  BufferRef matched_;  // bits by row
  const Enrolled enrolled_;
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
  bool next_segment();

  const JoinShape& shape_;
  const LoopTable* table_ = nullptr;
  Chunk left_;
  Selection candidates_;           // left rows that may have partners
  std::vector<uint64_t> matched_;  // bits by left row
  size_t next_segment_ = 0;
  LoopTable::SegmentRef segment_;
  uint32_t candidate_ = 0;
  uint32_t position_ = 0;  // within the segment
  Program::Scratch scratch_;
  Program::Scratch left_scratch_;
};

}  // namespace doline
