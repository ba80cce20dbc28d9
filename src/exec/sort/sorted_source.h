#pragma once

#include <memory>

#include "exec/sort/sort_run.h"
#include "plan/source.h"

namespace doline {

/// Gives the rows of ranges that are cut and partitioned in order, `skip` rows left out and at
/// most `take` given. A morsel is a range; where rows are counted off and some lie on disk, all
/// ranges are one morsel, since a range's size shows only when it is read.
/// `by_group`: a morsel is a group, all of whose ranges its reader takes in order; who has no
/// morsel of its own meanwhile loads ranges for it.
std::unique_ptr<Source> make_sorted_source(std::shared_ptr<const SortRanges> ranges,
                                           std::shared_ptr<const SortShape> shape,
                                           QueryContext& context, uint64_t skip, uint64_t take,
                                           bool by_group = false);

}  // namespace doline
