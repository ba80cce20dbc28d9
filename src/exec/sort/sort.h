#pragma once

#include <optional>
#include <vector>

#include "exec/pipeline.h"

namespace doline {

/// Stable sort, or top-N where the node has a `take`, which tells the scans in `filters` what it has
/// no use for any more. Spills sorted runs.
/// `group_keys`: the first so many keys make groups (none: all rows are one), and the source's
/// morsels are whole groups, however many rows they have; a morsel may hold several.
KeptRows make_sort(const SortNode& node, QueryContext& context,
                   std::optional<size_t> group_keys = std::nullopt,
                   std::vector<RuntimeFilterRef> filters = {});

}  // namespace doline
