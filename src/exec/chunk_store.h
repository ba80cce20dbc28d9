#pragma once

#include <atomic>
#include <deque>
#include <span>
#include <vector>

#include "column/column_builder.h"
#include "exec/pipeline.h"
#include "memory/spill.h"

namespace doline {

/// Chunks kept in order, in memory or on disk: what a CTE, a LIMIT or a result that waits holds.
/// Written by one thread at a time; read by any number once sealed, while segments may still go to
/// disk.
class ChunkStore final : public Spillable {
 public:
  static constexpr size_t kSegmentChunks = 64;
  /// A segment has at most `segment_chunks` chunks.
  ChunkStore(Schema schema, QueryContext& context, size_t segment_chunks = kSegmentChunks);

  /// `chunk` is lent. Spills the oldest segments where memory is short. Small chunks are put
  /// together: each column of a chunk takes a page at least.
  void append(const Chunk& chunk);
  void seal();
  /// Nobody reads it: forgets its rows, and takes others.
  void clear();
  uint64_t row_count() const { return row_count_; }
  const Schema& schema() const { return schema_; }
  size_t segment_count() const { return segments_.size(); }
  uint64_t segment_rows(size_t index) const { return segments_[index].rows; }
  /// A segment's chunks, read back where they were spilled. Thread-safe once sealed.
  std::vector<Chunk> segment(size_t index) const;
  /// The same one after another: of what was spilled, only the chunk in hand is unpacked. Used by
  /// one thread.
  class SegmentChunks {
   public:
    SegmentChunks() = default;
    SegmentChunks(const ChunkStore& store, size_t index);
    /// False: there are no more.
    bool next(Chunk& out);

   private:
    const std::vector<TypeRef>* types_ = nullptr;
    std::vector<Chunk> chunks_;  // of a segment in memory
    size_t next_ = 0;
    BufferRef buffer_;  // or what was read
    std::span<const std::byte> rest_;
  };

  size_t spillable_bytes() const noexcept override {
    return held_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override;

 private:
  struct Segment {
    std::vector<Chunk> chunks;
    size_t bytes = 0;
    bool is_spilled = false;
    SpillExtent extent;
    size_t chunk_count = 0;
    uint64_t rows = 0;
  };

  const Schema schema_;
  const size_t segment_chunks_;
  const size_t segment_bytes_;
  std::vector<TypeRef> types_;
  QueryContext& context_;
  std::deque<Segment> segments_;
  void spill_oldest(size_t wanted);
  void keep(Chunk chunk);
  void keep_small();

  std::vector<ColumnBuilder> small_;  // rows of small chunks that are not kept yet
  uint32_t small_rows_ = 0;
  std::atomic<size_t> held_bytes_{0};
  size_t first_held_ = 0;
  uint64_t row_count_ = 0;
  const Enrolled enrolled_;
};

/// Reads a sealed store in order, a segment a morsel; rows [skip, skip + take).
std::unique_ptr<Source> make_store_source(std::shared_ptr<const ChunkStore> store,
                                          uint64_t skip = 0, uint64_t take = ~uint64_t{0});

}  // namespace doline
