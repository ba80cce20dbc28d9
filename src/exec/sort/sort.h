#pragma once

#include "exec/pipeline.h"

namespace doline {

/// Stable sort, or top-N where the node has a `take`. Spills sorted runs.
KeptRows make_sort(const SortNode& node, QueryContext& context);

}  // namespace doline
