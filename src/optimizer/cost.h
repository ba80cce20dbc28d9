#pragma once

#include <vector>

#include "plan/plan_node.h"

namespace doline {

// What work is thought to take, in nanoseconds of one core, by the estimates of the optimisation
// under way. Rough: it tells plans apart that differ much.

/// A plan with all below it; what several read, once.
double cost_of(const PlanRef& plan);
/// Of grouping the input's rows.
double grouping_cost(const PlanRef& input, const std::vector<ExprRef>& keys, size_t aggregates);
/// Of adding a value of the type, one of `distinct`, to the set of a group.
double set_cost(TypeRef type, double distinct);
/// Of having a set.
constexpr double kSetCost = 400;
/// Of keeping the plan's rows, and of reading them again.
double keeping_cost(const PlanRef& plan);
double rereading_cost(const PlanRef& plan);
/// Of a row on its way through a join.
constexpr double kProbeCost = 12;

}  // namespace doline
