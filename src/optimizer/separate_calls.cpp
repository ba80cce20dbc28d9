#include <algorithm>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

struct Columns {
  size_t first;
  size_t count;
};

/// The plan's columns but for these.
PlanRef without_columns(const PlanRef& plan, std::initializer_list<Columns> left_out) {
  std::vector<ExprRef> kept;
  std::vector<std::string> names;
  for (size_t i = 0; i < plan->schema.size(); ++i) {
    const bool is_left_out = std::any_of(
        left_out.begin(), left_out.end(),
        [i](const Columns& range) { return i >= range.first && i < range.first + range.count; });
    if (is_left_out) continue;
    kept.push_back(output_column(plan, static_cast<uint32_t>(i)));
    names.push_back(plan->schema[i].name);
  }
  return ProjectNode::create(plan, std::move(kept), std::move(names));
}

/// A relation to which columns are added for what is computed of its rows.
class Beside {
 public:
  explicit Beside(PlanRef input) : input_(std::move(input)) {
    exprs_ = output_columns(input_);
    names_ = names_of(input_->schema);
  }

  uint32_t width() const { return static_cast<uint32_t>(input_->schema.size()); }
  bool is_changed() const { return added() > 0; }
  /// The expression, or a column for it where it calls what the program brought.
  ExprRef column_for(const ExprRef& expr) {
    if (!expr || !calls_program_functions(expr)) return expr;
    const bool may_be_shared = !is_volatile(expr);
    const auto known =
        std::find_if(exprs_.begin() + width(), exprs_.end(),
                     [&](const ExprRef& other) { return may_be_shared && equal(*other, *expr); });
    const auto place = static_cast<uint32_t>(known - exprs_.begin());
    std::string name = expr->to_string();
    if (known == exprs_.end()) {
      exprs_.push_back(expr);
      names_.push_back(name);
    }
    return ColumnExpr::create(place, expr->type, std::move(name), expr->span);
  }
  SortKeyRef column_for(const SortKeyRef& key) {
    return SortKey::create(column_for(key->expr), key->descending, key->nulls_first);
  }
  /// The expression with columns in the place of such inputs.
  template <class Expression>
  Ref<const Expression> columns_within(const Ref<const Expression>& expr) {
    std::vector<ExprRef> inputs = expr->inputs();
    if (std::none_of(inputs.begin(), inputs.end(), calls_program_functions)) return expr;
    for (ExprRef& input : inputs) {
      // A window's aggregate is no value of a row: what it is of is.
      const auto* aggregate = dynamic_cast<const AggregateExpr*>(input.get());
      input = aggregate ? ExprRef(columns_within(AggregateExprRef(aggregate))) : column_for(input);
    }
    const ExprRef made = expr->with_inputs(std::move(inputs));
    return Ref<const Expression>(static_cast<const Expression*>(made.get()));
  }
  PlanRef relation() const {
    return is_changed() ? ProjectNode::create(input_, exprs_, names_) : input_;
  }
  size_t added() const { return exprs_.size() - width(); }
  /// Without the added columns, which stand behind the input's.
  PlanRef without(const PlanRef& plan) const { return without_columns(plan, {{width(), added()}}); }

 private:
  const PlanRef input_;
  std::vector<ExprRef> exprs_;
  std::vector<std::string> names_;
};

/// What calls nothing is asked first, then a term at a time.
PlanRef separated(const FilterNode& filter) {
  std::vector<ExprRef> plain, calling;
  for (const ExprRef& term : conjuncts_of(filter.predicate))
    (calls_program_functions(term) ? calling : plain).push_back(term);
  PlanRef plan = filter.input;
  if (!plain.empty())
    plan = FilterNode::create(plan, ConjunctionExpr::create(true, std::move(plain)));
  for (const ExprRef& term : calling) {
    Beside beside(plan);
    const ExprRef column = beside.column_for(term);
    plan = beside.without(FilterNode::create(beside.relation(), column));
  }
  return plan;
}

PlanRef separated(const AggregationNode& node) {
  Beside beside(node.input);
  std::vector<ExprRef> keys;
  for (const ExprRef& key : node.keys) keys.push_back(beside.column_for(key));
  std::vector<AggregateExprRef> aggregates;
  for (const AggregateExprRef& aggregate : node.aggregates)
    aggregates.push_back(beside.columns_within(aggregate));
  if (!beside.is_changed()) return {};
  return AggregationNode::create(beside.relation(), std::move(keys), node.key_names,
                                 std::move(aggregates), node.aggregate_names);
}

PlanRef separated(const SortNode& node) {
  Beside beside(node.input);
  std::vector<SortKeyRef> keys;
  for (const SortKeyRef& key : node.keys) keys.push_back(beside.column_for(key));
  if (!beside.is_changed()) return {};
  return beside.without(SortNode::create(beside.relation(), std::move(keys), node.skip, node.take,
                                         node.runtime_filter));
}

PlanRef separated(const WindowingNode& node) {
  Beside beside(node.input);
  std::vector<WindowExprRef> windows;
  for (const WindowExprRef& window : node.windows) windows.push_back(beside.columns_within(window));
  if (!beside.is_changed()) return {};
  return beside.without(WindowingNode::create(beside.relation(), std::move(windows), node.names,
                                              node.ranking, node.most));
}

PlanRef separated(const UnnestNode& node) {
  Beside beside(node.input);
  std::vector<ExprRef> lists;
  for (const ExprRef& list : node.lists) lists.push_back(beside.column_for(list));
  if (!beside.is_changed()) return {};
  return beside.without(
      UnnestNode::create(beside.relation(), std::move(lists), node.names, node.keep_empty));
}

/// Keys alone: what else a join asks, it asks of pairs of rows.
PlanRef separated(const JoinNode& node) {
  Beside left(node.left);
  Beside right(node.right);
  Ref<JoinNode> join = node.copy();
  for (ExprRef& key : join->left_keys) key = left.column_for(key);
  for (ExprRef& key : join->right_keys) key = right.column_for(key);
  join->asof_left = left.column_for(join->asof_left);
  join->asof_right = right.column_for(join->asof_right);
  if (!left.is_changed() && !right.is_changed()) return {};
  join->left = left.relation();
  join->right = right.relation();
  if (join->residual) {
    std::vector<uint32_t> places(left.width() + right.width());
    for (uint32_t i = 0; i < places.size(); ++i)
      places[i] = i < left.width() ? i : i + static_cast<uint32_t>(left.added());
    join->residual = remap_columns(join->residual, places);
  }
  join->complete();
  const size_t lefts = join->gives_left() ? join->left->schema.size() : 0;
  return without_columns(PlanRef(join),
                         {{left.width(), join->gives_left() ? left.added() : 0},
                          {lefts + right.width(), join->gives_right() ? right.added() : 0}});
}

}  // namespace

PlanRef separate_calls(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    switch (node->tag()) {
      case NodeTag::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(*node);
        return calls_program_functions(filter.predicate) ? separated(filter) : PlanRef();
      }
      case NodeTag::kAggregation:
        return separated(static_cast<const AggregationNode&>(*node));
      case NodeTag::kSort:
        return separated(static_cast<const SortNode&>(*node));
      case NodeTag::kWindowing:
        return separated(static_cast<const WindowingNode&>(*node));
      case NodeTag::kUnnest:
        return separated(static_cast<const UnnestNode&>(*node));
      case NodeTag::kJoin:
        return separated(static_cast<const JoinNode&>(*node));
      case NodeTag::kScan:
      case NodeTag::kProject:
      case NodeTag::kLimit:
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
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
        return {};
    }
    return {};
  });
}

}  // namespace doline
