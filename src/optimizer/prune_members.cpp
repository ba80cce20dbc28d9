#include <algorithm>
#include <map>
#include <set>

#include "optimizer/passes.h"

namespace doline {

namespace {

using Path = std::vector<std::string>;

/// What is read of one column of a plan's output.
struct Use {
  bool is_whole = false;
  std::set<Path> members;

  void add(const Use& other) {
    is_whole |= other.is_whole;
    members.insert(other.members.begin(), other.members.end());
  }
};
using Uses = std::vector<Use>;

/// The column and the members that `expr` leads to, outermost first; false where it is no such
/// expression.
bool member_of(const Expr& expr, uint32_t& column, Path& path) {
  if (const auto* leaf = dynamic_cast<const ColumnExpr*>(&expr)) {
    column = leaf->index;
    return true;
  }
  const auto* call = dynamic_cast<const CallExpr*>(&expr);
  if (call == nullptr || call->name != "struct_extract" || call->arguments.size() != 2)
    return false;
  const auto* name = dynamic_cast<const ConstantExpr*>(call->arguments[1].get());
  if (name == nullptr || name->value.is_null() || !name->value.type()->is(TypeKind::kVarchar))
    return false;
  const TypeRef type = call->arguments[0]->type;
  if (!type->is(TypeKind::kStruct) || !member_of(*call->arguments[0], column, path)) return false;
  const std::vector<Field>& fields = type->fields();
  // A name in another case reads a field that it does not tell here: then all of them count.
  const bool is_known = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
    return field.name == name->value.as_text();
  });
  if (!is_known) return false;
  path.push_back(name->value.as_text());
  return true;
}

void read_by(const ExprRef& expr, Uses& uses) {
  uint32_t column = 0;
  Path path;
  if (member_of(*expr, column, path)) {
    if (path.empty()) {
      uses[column].is_whole = true;
    } else {
      uses[column].members.insert(std::move(path));
    }
    return;
  }
  for (const ExprRef& input : expr->inputs()) read_by(input, uses);
}

/// Goes down a plan with what is read of each node's output. A node that is reached twice is read
/// by both.
class MemberUses {
 public:
  void whole(const PlanRef& plan) {
    Uses all(plan->schema.size());
    for (Use& use : all) use.is_whole = true;
    go(plan, all);
  }

  void go(const PlanRef& plan, const Uses& uses) {
    switch (plan->tag()) {
      case NodeTag::kScan:
        return scan(static_cast<const ScanNode&>(*plan), uses);
      case NodeTag::kFilter: {
        const auto& node = static_cast<const FilterNode&>(*plan);
        Uses below = uses;
        read_by(node.predicate, below);
        return go(node.input, below);
      }
      case NodeTag::kLimit:
        return go(static_cast<const LimitNode&>(*plan).input, uses);
      case NodeTag::kSort: {
        const auto& node = static_cast<const SortNode&>(*plan);
        Uses below = uses;
        for (const SortKeyRef& key : node.keys) read_by(key->expr, below);
        return go(node.input, below);
      }
      case NodeTag::kProject:
        return project(static_cast<const ProjectNode&>(*plan), uses);
      case NodeTag::kAggregation:
        return aggregation(static_cast<const AggregationNode&>(*plan));
      case NodeTag::kUnnest: {
        const auto& node = static_cast<const UnnestNode&>(*plan);
        Uses below(uses.begin(), uses.begin() + static_cast<ptrdiff_t>(node.input->schema.size()));
        for (const ExprRef& list : node.lists) read_by(list, below);
        return go(node.input, below);
      }
      case NodeTag::kSharedInput:
        // All of it again is nothing new, and would be exponentially often.
        if (!shared_.insert(plan.get()).second) return;
        return whole(static_cast<const SharedInputNode&>(*plan).input);
      case NodeTag::kJoin:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
      case NodeTag::kWindowing:
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kSingleRow:
      case NodeTag::kWrite:
      case NodeTag::kConstant:
      case NodeTag::kColumn:
      case NodeTag::kCall:
      case NodeTag::kCast:
      case NodeTag::kCase:
      case NodeTag::kConjunction:
      case NodeTag::kIsNull:
      case NodeTag::kInList:
      case NodeTag::kCoalesce:
      case NodeTag::kTry:
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kLet:
      case NodeTag::kLetValue:
        for (const PlanRef& child : plan->children()) whole(child);
        return;
    }
  }

  /// The scan with its members, or null where there are none.
  PlanRef told(const PlanRef& plan) const {
    const auto known = scans_.find(plan.get());
    if (known == scans_.end()) return nullptr;
    const auto& node = static_cast<const ScanNode&>(*plan);
    Ref<ScanNode> made;
    for (uint32_t i = 0; i < known->second.size(); ++i) {
      const Use& use = known->second[i];
      if (use.is_whole || use.members.empty() || !plan->schema[i].type->is(TypeKind::kStruct))
        continue;
      if (!made) made = node.copy();
      for (const Path& path : use.members) {
        made->member_columns.push_back(i);
        made->member_names.push_back(path);
      }
    }
    if (!made) return nullptr;
    made->complete();
    return made;
  }

 private:
  void scan(const ScanNode& node, const Uses& uses) {
    Uses& known = scans_[&node];
    known.resize(node.schema.size());
    for (size_t i = 0; i < known.size(); ++i) known[i].add(uses[i]);
    for (const ExprRef& filter : node.filters) read_by(filter, known);
    for (const uint32_t column : node.runtime_columns) known[column].is_whole = true;
  }

  void project(const ProjectNode& node, const Uses& uses) {
    Uses below(node.input->schema.size());
    for (size_t i = 0; i < node.exprs.size(); ++i) {
      const auto* column = dynamic_cast<const ColumnExpr*>(node.exprs[i].get());
      if (column != nullptr) {
        below[column->index].add(uses[i]);
      } else {
        read_by(node.exprs[i], below);
      }
    }
    go(node.input, below);
  }

  void aggregation(const AggregationNode& node) {
    Uses below(node.input->schema.size());
    for (const ExprRef& key : node.keys) read_by(key, below);
    for (const AggregateExprRef& aggregate : node.aggregates) read_by(aggregate, below);
    go(node.input, below);
  }

  std::map<const PlanNode*, Uses> scans_;
  std::set<const PlanNode*> shared_;
};

}  // namespace

PlanRef prune_members(const PlanRef& plan) {
  MemberUses uses;
  uses.whole(plan);
  return rewrite_plan(plan, [&](const PlanRef& node) { return uses.told(node); });
}

}  // namespace doline
