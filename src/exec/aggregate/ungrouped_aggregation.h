#pragma once

#include <optional>

#include "exec/aggregate/aggregate_plan.h"

namespace doline {

/// Aggregates without GROUP BY: each task has one row of states; combined under a lock, they give
/// exactly one row. Where memory is short, states that can leave what they keep on disk do
/// (AggregateFunction::unload); of others Error(kMemoryLimit) names the one that took most.
class UngroupedAggregation final : public Sink {
 public:
  UngroupedAggregation(AggregatePlanRef plan, const AggregationNode& node, QueryContext& context);

  std::unique_ptr<LocalState> local(QueryContext& context) override;
  Flow consume(const Chunk& chunk, LocalState& local, const Waker& waker) override;
  void combine(LocalState& local) override;
  TaskSet finish() override;
  void begin_input(uint32_t branch, bool in_order) override;

  /// Once finished.
  const Chunk& result() const { return result_; }

 private:
  /// One row of states. What each of them points to is in an arena of its own, so that it can go.
  struct Row {
    explicit Row(const AggregatePlan& plan);
    RowPages pages;
    std::byte* row;
    std::vector<ArenaRef> arenas;  // by call
  };
  class Local;

  size_t held_bytes(const Row& row) const;
  /// Of what could go to disk.
  size_t unloadable_bytes(const Row& row) const;
  /// What might be wanted at once, with tables that double.
  size_t bytes_to_grow(const Row& row) const;
  void unload(Row& row);
  /// Memory that is refused to `body` is refused to the call that holds most of it.
  template <class Body>
  void within_memory(const Row& row, Body&& body) const;

  const AggregatePlanRef plan_;
  const AggregationNode& node_;
  QueryContext& context_;
  Mutex mutex_;
  std::optional<Row> all_ GUARDED_BY(mutex_);  // unset until some task's states are in
  uint64_t most_morsel_ GUARDED_BY(mutex_) = 0;
  uint64_t first_morsel_ = 0;
  Chunk result_;
};

/// Its one row.
std::unique_ptr<Source> make_single_row_source(std::shared_ptr<UngroupedAggregation> sink);

}  // namespace doline
