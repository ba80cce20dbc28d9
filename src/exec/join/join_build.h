#pragma once

#include "exec/join/join_spill.h"
#include "exec/join/join_table.h"
#include "exec/runtime_filters.h"

namespace doline {

/// What the sink, the probes and the rest of one hash join share. Either the build side fits and
/// left chunks are matched as they come, or both sides go to disk by bucket and are joined bucket
/// by bucket in the end.
struct HashJoinState {
  HashJoinState(const JoinNode& node, QueryContext& its_context, RuntimeFilters& filters, std::vector<bool> outputs);

  QueryContext& context;
  const JoinShape shape;
  JoinTable table;  // when it all fits
  std::atomic<bool> external{false};
  std::atomic<bool> has_null_key{false};
  std::atomic<bool> has_rows{false};
  BucketPages build_buckets;
  BucketChunks probe_buckets;
  std::vector<std::pair<size_t, RuntimeFilterRef>> published;  // key, filter

  BuildFacts facts() const { return {has_rows.load(), has_null_key.load()}; }
};

std::shared_ptr<Sink> make_join_build(std::shared_ptr<HashJoinState> state);

}  // namespace doline
