#pragma once

#include "plan/plan_node.h"

namespace doline {

/// The plan made better, pass by pass. Each pass has a name that `disabled_optimizers` may list;
/// results do not depend on which are on.
PlanRef optimize(PlanRef plan, const Settings& settings, const SessionConstants& session);

/// Names of all passes, in order.
std::vector<std::string> optimizer_passes();

}  // namespace doline
