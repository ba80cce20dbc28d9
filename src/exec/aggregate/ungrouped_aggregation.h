#pragma once

#include "exec/aggregate/aggregate_plan.h"

namespace doline {

/// Aggregates without GROUP BY: each task has one row of states; combined under a lock, they give
/// exactly one row. States that keep values grow with their input and cannot be divided, so that
/// they have to fit into memory: Error(kMemoryLimit) names the aggregate where they do not.
class UngroupedAggregation final : public Sink {
 public:
  UngroupedAggregation(AggregatePlanRef plan, const AggregationNode& node);

  std::unique_ptr<LocalState> local(QueryContext& context) override;
  Flow consume(const Chunk& chunk, LocalState& local, const Waker& waker) override;
  void combine(LocalState& local) override;
  void begin_input(uint32_t branch) override;

  /// The result, once finished.
  Chunk result() const;

 private:
  class Local;
  template <class Body>
  void within_memory(const Local& local, Body&& body) const;

  const AggregatePlanRef plan_;
  const AggregationNode& node_;
  mutable Mutex mutex_;
  RowPages row_ GUARDED_BY(mutex_);
  std::byte* all_ GUARDED_BY(mutex_);
  ArenaRef arena_ GUARDED_BY(mutex_);
  bool is_begun_ GUARDED_BY(mutex_) = false;  // some task's states are in
  uint64_t most_morsel_ GUARDED_BY(mutex_) = 0;
  uint64_t first_morsel_ = 0;
};

/// Its one row.
std::unique_ptr<Source> make_single_row_source(std::shared_ptr<UngroupedAggregation> sink);

}  // namespace doline
