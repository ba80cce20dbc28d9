#include <algorithm>

#include "function/registry.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// What is asked of a plan's output.
struct Need {
  std::vector<bool> columns;
  bool counts = true;  // it matters how often a row comes

  static Need all(const PlanRef& plan) { return {std::vector<bool>(plan->schema.size(), true)}; }
  void add(const ExprRef& expr) {
    for (const uint32_t column : columns_of(expr)) columns[column] = true;
  }
  void add(const std::vector<ExprRef>& exprs) {
    for (const ExprRef& expr : exprs) add(expr);
  }
  /// Whether that asks for more than before.
  bool merge(const Need& other) {
    bool grew = other.counts && !counts;
    counts |= other.counts;
    for (size_t i = 0; i < columns.size(); ++i) {
      grew |= other.columns[i] && !columns[i];
      columns[i] = columns[i] || other.columns[i];
    }
    return grew;
  }
};

bool ignores_duplicates(const AggregateExpr& aggregate) {
  const AggregateDeclaration* declaration = FunctionRegistry::instance().aggregate(aggregate.name);
  // max(x, n) is of n values, equal ones among them.
  const bool is_of_values =
      declaration && declaration->ignores_distinct && aggregate.arguments.size() == 1;
  return (aggregate.distinct || is_of_values) && aggregate.order_by.empty() &&
         !aggregate.function->is_order_sensitive();
}

/// What a plan asks of each of its children, being asked for `need` itself.
std::vector<Need> needs_below(const PlanRef& plan, const Need& need) {
  const std::vector<PlanRef> children = plan->children();
  switch (plan->tag()) {
    case NodeTag::kFilter: {
      Need input = need;
      const ExprRef& predicate = static_cast<const FilterNode&>(*plan).predicate;
      input.add(predicate);
      input.counts |= is_volatile(predicate);
      return {std::move(input)};
    }
    case NodeTag::kProject: {
      const auto& project = static_cast<const ProjectNode&>(*plan);
      Need input{std::vector<bool>(project.input->schema.size()), need.counts};
      for (size_t i = 0; i < project.exprs.size(); ++i) {
        input.counts |= is_volatile(project.exprs[i]);
        if (need.columns[i]) input.add(project.exprs[i]);
      }
      return {std::move(input)};
    }
    case NodeTag::kJoin: {
      const auto& join = static_cast<const JoinNode&>(*plan);
      if (join.is_asof() || join.kind == JoinKind::kPositional || !join.gives_left()) break;
      const size_t left_width = join.left->schema.size();
      const size_t width = left_width + join.right->schema.size();
      const bool left_alone = !join.gives_right();
      Need both = need;
      both.columns.resize(left_width + (left_alone ? 0 : width - left_width));
      both.columns.resize(width);
      if (join.residual) both.add(join.residual);
      Need left{{both.columns.begin(), both.columns.begin() + static_cast<ptrdiff_t>(left_width)},
                need.counts};
      Need right{{both.columns.begin() + static_cast<ptrdiff_t>(left_width), both.columns.end()},
                 need.counts && !left_alone};
      left.add(join.left_keys);
      right.add(join.right_keys);
      return {std::move(left), std::move(right)};
    }
    case NodeTag::kAggregation: {
      const auto& node = static_cast<const AggregationNode&>(*plan);
      Need input{std::vector<bool>(node.input->schema.size()), false};
      input.add(node.keys);
      for (const AggregateExprRef& aggregate : node.aggregates) {
        input.add(aggregate);
        input.counts |= !ignores_duplicates(*aggregate);
      }
      return {std::move(input)};
    }
    case NodeTag::kSort: {
      const auto& sort = static_cast<const SortNode&>(*plan);
      Need input = need;
      input.counts |= sort.take >= 0;
      for (const SortKeyRef& key : sort.keys) input.add(key->expr);
      return {std::move(input)};
    }
    case NodeTag::kUnnest: {
      const auto& unnest = static_cast<const UnnestNode&>(*plan);
      Need input = need;
      input.columns.resize(unnest.input->schema.size());
      input.add(unnest.lists);
      return {std::move(input)};
    }
    case NodeTag::kUnion:
      return std::vector<Need>(children.size(), need);
    case NodeTag::kSharedInput:
      return {need};
    case NodeTag::kScan:
    case NodeTag::kLimit:
    case NodeTag::kValues:
    case NodeTag::kWindowing:
    case NodeTag::kSingleRow:
    case NodeTag::kRecursive:
    case NodeTag::kWorkingTable:
    case NodeTag::kSample:
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
      break;
  }
  std::vector<Need> needs;
  for (const PlanRef& child : children) needs.push_back(Need::all(child));
  return needs;
}

class Reduction {
 public:
  PlanRef reduced(const PlanRef& plan) {
    const Need need = Need::all(plan);
    note(plan, need);
    return rewritten(plan, need);
  }

 private:
  /// Finds out what all readers of each shared input ask for together.
  void note(const PlanRef& plan, const Need& need) {
    if (plan->tag() == NodeTag::kSharedInput) {
      const auto [at, added] = shared_needs_.try_emplace(plan.get(), need);
      if (!added && !at->second.merge(need)) return;
      const Need merged = at->second;
      return note(plan->children()[0], merged);
    }
    const std::vector<PlanRef> children = plan->children();
    const std::vector<Need> needs = needs_below(plan, need);
    for (size_t i = 0; i < children.size(); ++i) note(children[i], needs[i]);
  }

  PlanRef rewritten(const PlanRef& plan, const Need& asked) {
    const bool is_shared = plan->tag() == NodeTag::kSharedInput;
    if (is_shared) {
      if (const auto known = shared_.find(plan.get()); known != shared_.end()) return known->second;
    }
    const Need& need = is_shared ? shared_needs_.at(plan.get()) : asked;
    std::vector<PlanRef> children = plan->children();
    const std::vector<Need> needs = needs_below(plan, need);
    bool changed = false;
    for (size_t i = 0; i < children.size(); ++i) {
      PlanRef next = rewritten(children[i], needs[i]);
      changed |= next.get() != children[i].get();
      children[i] = std::move(next);
    }
    PlanRef result = changed ? plan->with_children(std::move(children)) : plan;
    const auto* join = dynamic_cast<const JoinNode*>(result.get());
    if (join && join->is_inner() && !join->left_keys.empty() && !need.counts)
      result = with_semi(result, *join, need);
    if (is_shared) shared_.emplace(plan.get(), result);
    return result;
  }

  /// An inner join of which only one side's columns are read, and not how often.
  static PlanRef with_semi(const PlanRef& plan, const JoinNode& join, const Need& need) {
    const auto left_width = static_cast<uint32_t>(join.left->schema.size());
    const auto is_needed = [&](size_t begin, size_t end) {
      return std::find(need.columns.begin() + static_cast<ptrdiff_t>(begin),
                       need.columns.begin() + static_cast<ptrdiff_t>(end),
                       true) != need.columns.begin() + static_cast<ptrdiff_t>(end);
    };
    const bool left_is_needed = is_needed(0, left_width);
    const bool right_is_needed = is_needed(left_width, need.columns.size());
    if (left_is_needed && right_is_needed) return plan;
    const bool keeps_left = !right_is_needed;
    const PlanRef& kept = keeps_left ? join.left : join.right;
    const PlanRef& tested = keeps_left ? join.right : join.left;
    Ref<JoinNode> semi = keeps_left ? join.copy() : join.turned();
    semi->kind = JoinKind::kSemi;
    semi->complete();
    if (!is_cheaper(plan, kept, tested, semi)) return plan;
    // The other side's columns are there, for whoever counts them; nobody reads them.
    std::vector<ExprRef> exprs;
    const uint32_t kept_begin = keeps_left ? 0 : left_width;
    for (uint32_t i = 0; i < plan->schema.size(); ++i) {
      const bool is_kept = i >= kept_begin && i - kept_begin < kept->schema.size();
      exprs.push_back(is_kept ? output_column(semi, i - kept_begin)
                              : ConstantExpr::create(Value::null(plan->schema[i].type)));
    }
    return ProjectNode::create(std::move(semi), std::move(exprs), names_of(plan->schema));
  }

  /// A semi join has its tested side in the table, be it somewhat larger; but it gives fewer rows.
  static bool is_cheaper(const PlanRef& inner, const PlanRef& kept, const PlanRef& tested,
                         const PlanRef& semi) {
    constexpr double kBuildCost = 0.6;
    constexpr double kProbeCost = 0.1;
    constexpr double kRowCost = 2;  // on the way out, and where it is read
    const double kept_rows = estimated_rows(kept);
    const double tested_rows = estimated_rows(tested);
    const double larger = std::max(kept_rows, tested_rows);
    const double smaller = std::min(kept_rows, tested_rows);
    const bool is_turned = builds_left(kept_rows, tested_rows);
    return (is_turned ? kept_rows : tested_rows) * kBuildCost +
               (is_turned ? tested_rows : kept_rows) * kProbeCost +
               estimated_rows(semi) * kRowCost <
           smaller * kBuildCost + larger * kProbeCost + estimated_rows(inner) * kRowCost;
  }

  std::unordered_map<const PlanNode*, Need> shared_needs_;
  std::unordered_map<const PlanNode*, PlanRef> shared_;
};

}  // namespace

PlanRef joins_to_semi(const PlanRef& plan) { return Reduction().reduced(plan); }

}  // namespace doline
