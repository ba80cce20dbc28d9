#pragma once

#include <array>
#include <vector>

#include "base/thread_safety.h"
#include "column/chunk.h"
#include "exec/join/join_table.h"
#include "rows/row_pages.h"

namespace doline {

/// Build rows on disk, by bucket. Thread-safe.
class BucketPages {
 public:
  /// Writes the rows and forgets them; returns the bytes written.
  uint64_t add(uint32_t bucket, RowPages& rows, SpillWriter& writer);
  /// Writes a page's rows, each to its bucket.
  uint64_t add(const RowLayout& layout, const RowPage& page, SpillWriter& writer);
  std::vector<SpilledPage> pages(uint32_t bucket);

 private:
  Mutex mutex_;
  std::array<std::vector<SpilledPage>, JoinBits::kCount> pages_ GUARDED_BY(mutex_);
};

/// Left chunks on disk, by bucket of their keys' hashes. Thread-safe.
class BucketChunks {
 public:
  explicit BucketChunks(std::vector<TypeRef> types);

  /// `chunk` is dense; its rows go to the buckets of `hashes`.
  void add(const Chunk& chunk, const uint64_t* hashes, SpillWriter& writer);
  void finish(SpillWriter& writer);
  void clear();
  std::vector<SpillExtent> blocks(uint32_t bucket);
  const std::vector<TypeRef>& types() const { return types_; }

 private:
  void put(uint32_t bucket, const std::vector<std::byte>& bytes, SpillWriter& writer);

  const std::vector<TypeRef> types_;
  const size_t block_bytes_;
  Mutex mutex_;
  std::array<std::vector<std::byte>, JoinBits::kCount> open_ GUARDED_BY(mutex_);
  std::array<std::vector<SpillExtent>, JoinBits::kCount> blocks_ GUARDED_BY(mutex_);
};

struct HashJoinState;

/// Joins one bucket from disk.
std::unique_ptr<Reader> make_bucket_reader(std::shared_ptr<HashJoinState> state, uint32_t bucket);

}  // namespace doline
