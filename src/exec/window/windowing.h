#pragma once

#include "exec/pipeline.h"

namespace doline {

/// Window calls over one partitioning and order: partition, sort, walk. Spills by partition.
/// Output: rows of a partition together, in the window's order.
KeptRows make_windowing(const WindowingNode& node, QueryContext& context);

}  // namespace doline
