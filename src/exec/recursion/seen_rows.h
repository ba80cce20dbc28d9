#pragma once

#include <array>
#include <optional>
#include <vector>

#include "exec/chunk_store.h"
#include "rows/group_table.h"

namespace doline {

/// The rows a recursion with UNION has given, so that none comes twice. Taken in by one thread at a
/// time.
///
/// While they fit, each row is looked up as it comes. Where memory is short they go to disk, in
/// buckets by hash, and there they stay: what comes later is looked up among what came since, and
/// at the end of the round, where a Bloom filter says that it may be there, among what is on disk.
class SeenRows final : public Spillable {
 public:
  SeenRows(const std::vector<TypeRef>& types, QueryContext& context);

  /// `chunk` is lent. Rows that are new go to `fresh`, at once or at the end of the round.
  void add(const Chunk& chunk, ChunkStore& fresh);
  void end_round(ChunkStore& fresh);
  void clear();

  size_t spillable_bytes() const noexcept override {
    return held_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override;

 private:
  static constexpr uint32_t kBucketBits = 6;
  static constexpr uint32_t kBuckets = 1U << kBucketBits;
  using Rows = std::vector<std::byte*>;
  using Pages = std::vector<SpilledPage>;

  /// How far a row in the table is.
  enum class Mark : uint64_t { kFresh, kGiven, kAsked };  // given: or known to be on disk
  Mark mark_of(const std::byte* row) const;
  void set_mark(std::byte* row, Mark mark) const;
  void to_disk();
  void write(const Rows& rows, Pages& pages) const;
  /// `rows`: of the bucket, in the table, asked for in this round.
  void end_bucket(uint32_t bucket, const Rows& rows, ChunkStore& fresh);
  void note_on_disk(uint64_t hash);
  bool may_be_on_disk(uint64_t hash) const;
  static uint32_t bucket_of(uint64_t hash) {
    return static_cast<uint32_t>(hash >> (64 - kBucketBits));
  }
  /// Of `rows` those that equal none on the pages.
  Rows unknown_among(Rows rows, const Pages& pages) const;
  void give(const Rows& rows, ChunkStore& fresh) const;

  QueryContext& context_;
  const RowLayoutRef layout_;
  // Under the claim:
  std::optional<GroupTable> table_;
  bool is_on_disk_ = false;
  std::array<Pages, kBuckets> given_;
  std::array<Pages, kBuckets> asked_;  // of this round
  Rows asked_rows_;                    // of this round, in the table
  BufferRef on_disk_;                  // bits of the hashes on disk; null: there are none
  std::atomic<size_t> held_bytes_{0};
  const Enrolled enrolled_;
};

}  // namespace doline
