#pragma once

#include "exec/pipeline.h"

namespace doline {

/// Grouped or ungrouped aggregation. The form (array, local table, buckets) is chosen at run time.
KeptRows make_aggregation(const AggregationNode& node, QueryContext& context);

}  // namespace doline
