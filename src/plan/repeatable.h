#pragma once

#include "plan/plan_node.h"

namespace doline {

/// Whether the plan, computed twice, gives the same rows to whoever looks at them.
bool is_repeatable(const PlanRef& plan);

}  // namespace doline
