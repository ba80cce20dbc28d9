#pragma once

#include "exec/pipeline.h"
#include "exec/runtime_filters.h"

namespace doline {

class ChunkStore;

// `outputs`: which of the node's columns anybody reads (empty: all); the others may come as NULLs.

/// Hash join on the node's equality keys, every kind. Buckets of both sides spill. Publishes the
/// node's runtime filters once the build side is complete. `is_probed_again`: as often as
/// JoinParts::begin_round is called, the table being kept; for kinds without a rest.
JoinParts make_hash_join(const JoinNode& node, QueryContext& context, RuntimeFilters& filters,
                         std::vector<bool> outputs = {}, bool is_probed_again = false);

/// For joins without equality keys: cross products and arbitrary conditions, every kind. Right rows
/// that have to lie before or behind something of the left row are found by it. Both sides spill.
JoinParts make_nested_loop_join(const JoinNode& node, QueryContext& context,
                                std::vector<bool> outputs = {});

/// ASOF join: right rows are sorted, and what comes out of that is the build side. Both sides
/// spill.
struct AsofParts {
  KeptRows sort;  // of the right rows
  JoinParts join;
};
AsofParts make_asof_join(const JoinNode& node, QueryContext& context,
                         std::vector<bool> outputs = {});

/// The rows of both sides side by side, in order; the shorter side goes on with NULLs.
std::unique_ptr<Source> make_positional_join(std::shared_ptr<const ChunkStore> left,
                                             std::shared_ptr<const ChunkStore> right,
                                             const QueryContext& context);

}  // namespace doline
