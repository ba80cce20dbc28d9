#include "exec/node_account.h"

namespace doline {

NodeAccount::NodeAccount(const PlanNode& its_node, QueryContext& query)
    : node(its_node), spill(query.spill ? make_ref<AccountSpill>(query.spill) : nullptr) {
  context.settings = query.settings;
  context.session = query.session;
  if (query.budget) context.budget = Budget::create("operator", *query.budget);
  context.arbiter = query.arbiter;
  context.spill = spill;
  context.access = query.access;
  context.cancelled.store(query.cancelled.load());
  context.learned = query.learned;
  context.rejects = query.rejects;
  context.changes = query.changes;
  context.threads = query.threads;
  context.chunk_rows = query.chunk_rows;
}

}  // namespace doline
