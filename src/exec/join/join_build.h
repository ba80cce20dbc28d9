#pragma once

#include "exec/join/join_spill.h"
#include "exec/join/join_table.h"
#include "exec/runtime_filters.h"

namespace doline {

/// What the sink, the probes and the rest of one hash join share. Either the build side fits and
/// left chunks are matched as they come, or both sides go to disk by bucket and are joined bucket
/// by bucket in the end. A table that waits for its probes to begin may still go to disk.
struct HashJoinState final : Spillable {
  HashJoinState(const JoinNode& node, QueryContext& its_context, RuntimeFilters& filters,
                std::vector<bool> outputs);

  QueryContext& context;
  const JoinShape shape;
  JoinTable table;               // when it all fits
  bool is_probed_again = false;  // set when made
  std::atomic<bool> external{false};
  std::atomic<bool> has_null_key{false};
  std::atomic<bool> has_rows{false};
  BucketPages build_buckets;
  BucketChunks probe_buckets;
  std::vector<std::pair<size_t, RuntimeFilterRef>> published;  // key, filter

  BuildFacts facts() const { return {has_rows.load(), has_null_key.load()}; }

  size_t spillable_bytes() const noexcept override {
    return idle_bytes.load(std::memory_order_relaxed);
  }
  bool spill() override;
  /// From now on the table stays what it is. Any number of times.
  void begin_probing();

  OperatorMetrics* metrics = nullptr;  // the build's
  // Under the claim:
  std::atomic<size_t> idle_bytes{0};  // of the table, from its completion to the first probe
  std::vector<RowPageRef> leaving;    // pages on their way to disk
  const Enrolled enrolled;
};

std::shared_ptr<Sink> make_join_build(std::shared_ptr<HashJoinState> state);

}  // namespace doline
