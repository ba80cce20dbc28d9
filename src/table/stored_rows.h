#pragma once

#include <memory>
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

/// Rows of a table. Deleted ones keep their places, so that the others keep theirs. Immutable: a
/// change is another StoredChunk, which shares the columns that are as they were.
class StoredChunk {
 public:
  explicit StoredChunk(Chunk dense);

  uint32_t row_count() const { return row_count_; }  // deleted ones included
  uint32_t alive_count() const { return alive_count_; }
  /// A bit a row; null: none is deleted.
  const uint64_t* alive() const { return alive_ ? alive_->as<uint64_t>() : nullptr; }
  bool is_alive(uint32_t row) const { return !alive_ || test_bit(alive(), row); }
  Selection alive_rows() const;
  /// Of all rows, the deleted ones too; nothing where every row is deleted. Read back where they
  /// were spilled: a segment as a whole may be a tight limit's all.
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
  /// Without the rows whose bit is clear in `alive`.
  StoredChunkRef kept(BufferRef alive) const;
  /// The chunks' rows as one chunk; none of theirs is deleted or on disk.
  static StoredChunkRef joined(std::span<const StoredChunkRef> chunks);

 private:
  StoredChunk() = default;

  uint32_t row_count_ = 0;
  uint32_t alive_count_ = 0;
  BufferRef alive_;
  std::vector<std::shared_ptr<StoredColumn>> columns_;
};

/// Chunks that one task reads one after another. Immutable once shared.
struct Segment {
  std::vector<StoredChunkRef> chunks;
  std::vector<uint32_t> begins;  // of each chunk: the rows before it
  uint32_t row_count = 0;        // deleted ones included
  uint32_t alive_count = 0;

  void add(StoredChunkRef chunk);
  void replace(size_t index, StoredChunkRef chunk);
  /// The chunk that has the row.
  size_t chunk_of(uint32_t row) const;
  bool has_rows_in_memory() const;
  void spill(const SpillWriterRef& file) const;
};
using SegmentRef = std::shared_ptr<const Segment>;  // shared by versions of a table and their scans

/// Puts small chunks at the end together, so that tables filled row by row do not consist of
/// chunks of one row: as often as rows double, so that each row is copied a few times only.
void pack_end(Segment& segment);

}  // namespace doline
