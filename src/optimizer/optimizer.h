#pragma once

#include <unordered_map>

#include "plan/plan_node.h"
#include "plan/table_sample.h"

namespace doline {

/// The plan made better, pass by pass. Each pass has a name that `disabled_optimizers` may list;
/// results do not depend on which are on. Null: estimates go without samples.
PlanRef optimize(PlanRef plan, const Settings& settings, const SessionConstants& session,
                 Sampler* sampler = nullptr);

/// Rows that each node of a plan is expected to give, as the passes reckon them.
std::unordered_map<const PlanNode*, double> estimate_all(const PlanRef& plan);

/// Names of all passes, in order.
std::vector<std::string> optimizer_passes();

}  // namespace doline
