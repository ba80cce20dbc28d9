#pragma once

#include <optional>

#include "exec/pipeline.h"
#include "exec/runtime_filters.h"

namespace doline {

/// Stable sort, or top-N where the node has a `take`, which tells the scans that listen in
/// `filters` (null: none do) what it has no use for any more. Spills sorted runs.
///
/// `group_keys`: the first so many keys make groups (none: all rows are one), and the source's
/// morsels are whole groups, however many rows they have; a morsel may hold several.
KeptRows make_sort(const SortNode& node, QueryContext& context, RuntimeFilters* filters = nullptr,
                   std::optional<size_t> group_keys = std::nullopt);

}  // namespace doline
