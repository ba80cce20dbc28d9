#pragma once

#include "exec/account_spill.h"
#include "plan/plan_node.h"
#include "plan/query_context.h"

namespace doline {

/// What one node of a plan holds and spills, under the query's account; and the context that its
/// operators work with, the query's but for these two.
struct NodeAccount {
  NodeAccount(const PlanNode& its_node, QueryContext& query);
  const PlanNode& node;
  const Ref<AccountSpill> spill;  // null where the query has none
  QueryContext context;
};

}  // namespace doline
