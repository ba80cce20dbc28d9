#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <vector>

#include "base/thread_safety.h"
#include "exec/aggregate/aggregate_plan.h"
#include "rows/direct_index.h"

namespace doline {

/// Rows of groups that share a bucket, from wherever they were left: what one reader turns into
/// results. Order: what was spilled came first, then `parts`, then `rows`.
struct BucketInput {
  uint32_t level = 0;  // of the bits that split it next
  /// No group twice: nothing to merge.
  bool is_unique = false;
  std::vector<SpilledPage> spilled;
  std::vector<RowPages> parts;
  /// Rows in pages that the sink keeps.
  std::vector<std::byte*> rows;
  std::vector<PinRef> pins;  // of `rows`
};

/// How many groups the rows of a bucket will be, as those of the buckets before were. Thread-safe.
class GroupShare {
 public:
  size_t expected(size_t rows) const {
    const size_t told = rows_.load(std::memory_order_relaxed);
    // Half: what was grouped before meets again in its bucket.
    if (told == 0) return std::min(rows / 2, kMostUntold);
    const auto share =
        static_cast<double>(groups_.load(std::memory_order_relaxed)) / static_cast<double>(told);
    return static_cast<size_t>(static_cast<double>(rows) * std::min(share, 1.0));
  }
  void tell(size_t rows, size_t groups) {
    groups_.fetch_add(groups, std::memory_order_relaxed);
    rows_.fetch_add(rows, std::memory_order_relaxed);
  }

 private:
  static constexpr size_t kMostUntold = size_t{1} << 16;
  std::atomic<size_t> rows_{0}, groups_{0};  // off by a bucket for a moment, which costs slots
};

/// GROUP BY. Each task groups what it gets, in one of three forms chosen as rows come in:
///
/// * array: small keys lead to their groups without hashing (DirectIndex); a layer over the others;
/// * local: a hash table of its own, while the table stays small or most rows meet a known group;
/// * buckets: a small table before 256 buckets by hash; full, it is emptied into them. Where it
///   spares little it is passed by for a while: every row becomes a group of its own, and the
///   buckets' readers put them together.
///
/// At the end tasks' local tables are put together bucket by bucket, in parallel, by the readers
/// of AggregationSource, each bucket in a table that fits the cache. Where memory is short a task
/// writes all its groups to disk, by bucket, and starts anew. Groups that wait for their reader to
/// begin may go to disk as well (Spillable).
class GroupedAggregation final : public Sink, public Spillable {
 public:
  GroupedAggregation(AggregatePlanRef plan, QueryContext& context);
  ~GroupedAggregation() override;

  std::unique_ptr<LocalState> local(QueryContext& context) override;
  Flow consume(const Chunk& chunk, LocalState& local, const Waker& waker) override;
  void combine(LocalState& local) override;
  TaskSet finish() override;
  void begin_input(uint32_t branch, bool in_order) override;

  /// Once finished; each input is to be read once, while the arenas live.
  std::vector<BucketInput> take_inputs(std::vector<ArenaRef>& arenas);
  const AggregatePlanRef& plan() const { return plan_; }
  /// What its readers tell each other.
  GroupShare& group_share() { return group_share_; }

  size_t spillable_bytes() const noexcept override {
    return idle_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override;

 private:
  void becomes_idle() REQUIRES(mutex_);
  void move_to_disk(BucketInput& input, SpillWriter& writer);

  class Local;
  friend class Local;

  const AggregatePlanRef plan_;
  QueryContext& context_;
  Mutex mutex_;
  /// Whole tables of tasks that ended in the local form.
  std::vector<RowPages> tables_ GUARDED_BY(mutex_);
  std::vector<BucketInput> buckets_ GUARDED_BY(mutex_);  // empty, or one a bucket
  std::vector<ArenaRef> arenas_ GUARDED_BY(mutex_);      // of all rows kept in memory
  uint64_t most_morsel_ GUARDED_BY(mutex_) = 0;
  uint64_t first_morsel_ = 0;
  std::vector<BucketInput> inputs_;    // under the claim, once idle
  std::atomic<size_t> idle_bytes_{0};  // once finished, until the readers begin
  size_t next_idle_ = 0;
  GroupShare group_share_;
  const Enrolled enrolled_;
};

/// Reads the groups of a finished aggregation: a bucket a morsel.
std::unique_ptr<Source> make_group_source(std::shared_ptr<GroupedAggregation> sink);

}  // namespace doline
