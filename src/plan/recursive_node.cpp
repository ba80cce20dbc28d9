#include "plan/recursive_node.h"

#include <algorithm>

namespace doline {

namespace {

const NodeRegistration<RecursiveNode> kRegisterRecursive(NodeTag::kRecursive);
const NodeRegistration<WorkingTableNode> kRegisterWorkingTable(NodeTag::kWorkingTable);

void require(bool holds, const char* what) {
  if (!holds) throw Error(ErrorCode::kCorrupt, "plan bytes: {}", what);
}

}  // namespace

PlanRef RecursiveNode::create(PlanRef base, PlanRef step, int64_t id, std::string name,
                              bool distinct, std::vector<uint32_t> keys) {
  auto node = make_ref<RecursiveNode>();
  node->base = std::move(base);
  node->step = std::move(step);
  node->id = id;
  node->name = std::move(name);
  node->distinct = distinct;
  node->keys = std::move(keys);
  node->complete();
  return node;
}

void RecursiveNode::complete() {
  require(base && step && base->schema.size() == step->schema.size(),
          "a recursion of different widths");
  schema = base->schema;
  for (size_t i = 0; i < schema.size(); ++i)
    require(step->schema[i].type == schema[i].type, "a recursion of different types");
  for (const uint32_t key : keys) require(key < schema.size(), "a key that is no column");
  // A table of another type than its readers take it for would be read past its end.
  std::function<void(const PlanRef&)> check = [&](const PlanRef& node) {
    if (const auto* table = dynamic_cast<const WorkingTableNode*>(node.get());
        table && table->id == id) {
      bool fits = table->schema.size() == schema.size();
      for (size_t i = 0; fits && i < schema.size(); ++i)
        fits = table->schema[i].type == schema[i].type;
      require(fits, "a working table of other types");
    }
  };
  std::unordered_map<const PlanNode*, bool> seen;
  std::function<void(const PlanRef&)> walk = [&](const PlanRef& node) {
    if (!seen.emplace(node.get(), true).second) return;
    check(node);
    const auto* inner = dynamic_cast<const RecursiveNode*>(node.get());
    if (inner && inner->id == id) return walk(inner->base);
    for (const PlanRef& child : node->children()) walk(child);
  };
  walk(step);
}

std::string RecursiveNode::describe() const {
  std::string text = fmt::format("Recursive {}", name);
  if (!keys.empty()) {
    text += " by key ";
    for (size_t i = 0; i < keys.size(); ++i) text += (i ? ", " : "") + schema[keys[i]].name;
  } else if (distinct) {
    text += " distinct";
  }
  return text;
}

PlanRef WorkingTableNode::create(Schema schema, int64_t id, std::string name, bool is_whole) {
  auto node = make_ref<WorkingTableNode>();
  node->schema = std::move(schema);
  node->id = id;
  node->name = std::move(name);
  node->is_whole = is_whole;
  return node;
}

std::string WorkingTableNode::describe() const {
  return (is_whole ? "All rows of " : "Last rows of ") + name;
}

const std::vector<int64_t>& WorkingTables::read_by(const PlanRef& plan) {
  if (const auto found = known_.find(plan.get()); found != known_.end()) return found->second;
  std::vector<int64_t> ids;
  const auto add = [&](int64_t id) {
    const auto at = std::lower_bound(ids.begin(), ids.end(), id);
    if (at == ids.end() || *at != id) ids.insert(at, id);
  };
  if (const auto* table = dynamic_cast<const WorkingTableNode*>(plan.get())) add(table->id);
  const auto* recursive = dynamic_cast<const RecursiveNode*>(plan.get());
  for (const PlanRef& child : plan->children()) {
    for (const int64_t id : read_by(child)) {
      const bool is_own = recursive && child.get() == recursive->step.get() && id == recursive->id;
      if (!is_own) add(id);
    }
  }
  return known_.emplace(plan.get(), std::move(ids)).first->second;
}

}  // namespace doline
