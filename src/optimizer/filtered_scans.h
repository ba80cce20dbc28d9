#pragma once

#include <functional>

#include "plan/plan_node.h"

namespace doline {

/// When a runtime filter is there: before the rows it is for are read, or while they are,
/// narrowing.
enum class Comes : uint8_t { kBefore, kMeanwhile };

/// Whether a join tells the scans that feed its left side which keys its right side has: where left
/// rows without a partner do not come out, and that is worth it.
bool filters_left(const JoinNode& join);

/// `plan` with `at_scan`'s result in the place of the scan that column `column` comes from
/// unchanged, which is told that column of its own; null when there is none that may lose rows
/// without a change of what the filter's node gives, or `at_scan` wants none.
///
/// Where the filter comes meanwhile the scan may hand its rows out in another order: nothing lies
/// between that takes all its rows in before it gives one, nor an OrderedGate.
using AtScan = std::function<PlanRef(const ScanNode& scan, uint32_t column)>;
PlanRef with_filtered_scan(const PlanRef& plan, uint32_t column, Comes comes,
                           const AtScan& at_scan);

}  // namespace doline
