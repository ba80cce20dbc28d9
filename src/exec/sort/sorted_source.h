#pragma once

#include <memory>
#include <vector>

#include "exec/sort/sort_run.h"
#include "plan/source.h"

namespace doline {

/// Merges sorted runs: rows [skip, skip + take) of their order. Runs in memory are cut into key
/// ranges that are merged in parallel, each a morsel; with runs on disk there is one morsel.
std::unique_ptr<Source> make_sorted_source(std::vector<std::shared_ptr<const SortRun>> runs, std::vector<TypeRef> types,
                                           QueryContext& context, uint64_t skip = 0, uint64_t take = ~uint64_t{0});

}  // namespace doline
