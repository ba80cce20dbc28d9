#pragma once

#include "exec/pipeline.h"
#include "exec/runtime_filters.h"

namespace doline {

/// Hash join on the node's equality keys, every kind. Buckets of both sides spill. Publishes the
/// node's runtime filters once the build side is complete. `outputs`: which of the node's columns
/// anybody reads (empty: all); the others may come as NULLs.
JoinParts make_hash_join(const JoinNode& node, QueryContext& context, RuntimeFilters& filters,
                         std::vector<bool> outputs = {});

/// For joins without equality keys: cross products and arbitrary conditions, every kind.
JoinParts make_nested_loop_join(const JoinNode& node, QueryContext& context);

}  // namespace doline
