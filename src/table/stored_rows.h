#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_safety.h"
#include "column/chunk.h"
#include "memory/spill.h"

namespace doline {

/// Columns of the same rows that went to disk together.
struct SpilledColumns {
  SpillWriterRef file;
  SpillExtent extent;
  std::vector<TypeRef> types;

  std::vector<Column> read() const;
};

/// One column of up to kChunkRows rows of a table. Immutable but for where it lies: in memory, or
/// on disk with others of its rows. Shared by all versions of the table that have it; thread-safe.
class StoredColumn {
 public:
  explicit StoredColumn(Column column) : column_(std::move(column)) {}

  struct Place {
    Column column;                                  // while it is in memory
    std::shared_ptr<const SpilledColumns> spilled;  // else; shared with the others
    uint32_t index = 0;                             // among those
  };
  Place place() const;
  bool is_in_memory() const;
  void moved_to(std::shared_ptr<const SpilledColumns> spilled, uint32_t index);

 private:
  mutable Mutex mutex_;
  Column column_ GUARDED_BY(mutex_);
  std::shared_ptr<const SpilledColumns> spilled_ GUARDED_BY(mutex_);
  uint32_t index_ GUARDED_BY(mutex_) = 0;
};

class StoredChunk;
using StoredChunkRef = std::shared_ptr<const StoredChunk>;  // shared by versions of a table

/// Rows of a table. Each has a place, which it keeps. A deleted row leaves a gap among the places,
/// and is at first only marked: compacted() takes such rows out of the columns. Immutable: a change
/// is another StoredChunk, which shares the columns that are as they were.
class StoredChunk {
 public:
  explicit StoredChunk(Chunk dense);

  uint32_t place_count() const { return place_count_; }  // gaps included
  uint32_t kept_count() const { return kept_count_; }    // rows that the columns have
  uint32_t alive_count() const { return alive_count_; }
  bool has_gaps() const { return alive_count_ < place_count_; }
  /// A bit a kept row; null: none of them is deleted.
  const uint64_t* alive() const { return alive_ ? alive_->as<uint64_t>() : nullptr; }
  Selection alive_rows() const;
  uint32_t place_of(uint32_t kept) const { return places_ ? places_->as<uint16_t>()[kept] : kept; }
  /// The kept row at a place; nothing where that is a gap.
  std::optional<uint32_t> find(uint32_t place) const;
  /// Of all kept rows, the deleted ones too; nothing where every row is deleted. Read back where
  /// they were spilled: a segment as a whole may be a tight limit's all.
  std::vector<Column> read(std::span<const uint32_t> columns) const;
  bool has_rows_in_memory() const;
  /// All that is in memory goes to disk.
  void spill(const SpillWriterRef& file) const;

  /// With other values in `columns`.
  StoredChunkRef with(std::span<const uint32_t> columns, std::vector<Column> values) const;
  /// With the columns at these places alone; all NULL for those that are negative.
  StoredChunkRef picked(std::span<const int64_t> columns, std::span<const TypeRef> types) const;
  /// The columns that this and the chunk it came of do not share.
  std::vector<uint32_t> columns_unlike(const StoredChunk& before) const;
  /// Without the kept rows whose bit is clear in `alive`.
  StoredChunkRef without_dead(BufferRef alive) const;
  /// Without rows that are only marked. Null where that is not worth copying the others: while they
  /// are the most, so that no more rows are ever copied than deleted, or where all are on disk.
  StoredChunkRef compacted() const;
  /// The most places of a chunk.
  static constexpr uint32_t kMostPlaces = 1 << 16;
  /// The chunks' rows as one chunk, in their places.
  static StoredChunkRef joined(std::span<const StoredChunkRef> chunks);

 private:
  StoredChunk() = default;

  uint32_t place_count_ = 0;
  uint32_t kept_count_ = 0;
  uint32_t alive_count_ = 0;
  BufferRef places_;  // a uint16_t a kept row, rising; null: they are 0, 1, 2 …
  BufferRef alive_;
  std::vector<std::shared_ptr<StoredColumn>> columns_;
};

/// Chunks that one task reads one after another. Immutable once shared.
struct Segment {
  std::vector<StoredChunkRef> chunks;
  std::vector<uint32_t> begins;  // of each chunk: the places before it
  uint32_t place_count = 0;
  uint32_t alive_count = 0;

  void add(StoredChunkRef chunk);
  void replace(size_t index, StoredChunkRef chunk);
  /// The chunk that has the place.
  size_t chunk_of(uint32_t place) const;
  bool has_rows_in_memory() const;
  void spill(const SpillWriterRef& file) const;
};
using SegmentRef = std::shared_ptr<const Segment>;  // shared by versions of a table and their scans

/// Puts small chunks at the end together, so that tables filled row by row do not consist of
/// chunks of one row: as often as rows double, so that each row is copied a few times only.
void pack_end(Segment& segment);

/// Puts chunks together of which deletions left little, once there are several: rows that come and
/// go would else leave ever more chunks behind, which every change copies and every scan opens.
/// Null where nothing is to be done.
SegmentRef packed(const Segment& segment);

}  // namespace doline
