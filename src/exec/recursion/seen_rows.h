#pragma once

#include <array>
#include <vector>

#include "exec/chunk_store.h"
#include "rows/group_table.h"

namespace doline {

/// The rows a recursion with UNION has given, so that none comes twice. Taken in by one thread at a
/// time.
///
/// While they fit, each row is looked up as it comes. Where memory is short they go to disk, in
/// buckets by hash, and there they stay: what comes later is looked up among what came since, and
/// at the end of the round, bucket by bucket, among what is on disk.
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
  enum class Mark : uint64_t { kFresh, kGiven, kAsked };
  Mark mark_of(const std::byte* row) const;
  void set_mark(std::byte* row, Mark mark) const;
  void to_disk();
  void write(const Rows& rows, Pages& pages) const;
  void end_bucket(uint32_t bucket, ChunkStore& fresh);
  /// Of `rows` those that equal none on the pages.
  Rows unknown_among(Rows rows, const Pages& pages) const;
  void give(const Rows& rows, ChunkStore& fresh) const;

  QueryContext& context_;
  const RowLayoutRef layout_;
  // Under the claim:
  GroupTable table_;
  bool is_on_disk_ = false;
  std::array<Pages, kBuckets> given_;
  std::array<Pages, kBuckets> asked_;  // of this round
  std::atomic<size_t> held_bytes_{0};
  const Enrolled enrolled_;
};

}  // namespace doline
