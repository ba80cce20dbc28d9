#include <algorithm>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// A relation to which columns are added for what is computed of its rows.
class Beside {
 public:
  explicit Beside(PlanRef input) : input_(std::move(input)) {
    exprs_ = output_columns(input_);
    names_ = names_of(input_->schema);
  }

  uint32_t width() const { return static_cast<uint32_t>(input_->schema.size()); }
  bool is_changed() const { return exprs_.size() > width(); }
  /// The expression, or a column for it where it calls what the program brought.
  ExprRef column_for(const ExprRef& expr) {
    if (!expr || !calls_program_functions(expr)) return expr;
    const auto place = static_cast<uint32_t>(exprs_.size());
    exprs_.push_back(expr);
    names_.push_back(expr->to_string());
    return ColumnExpr::create(place, expr->type, names_.back(), expr->span);
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
  PlanRef relation() const { return ProjectNode::create(input_, exprs_, names_); }
  /// Without the added columns, which stand behind the input's; `behind` stand behind them.
  PlanRef without(const PlanRef& plan, size_t behind = 0) const {
    std::vector<ExprRef> kept = output_columns(plan, 0, width());
    std::vector<std::string> names = names_of(input_->schema);
    const size_t first = plan->schema.size() - behind;
    for (ExprRef& column : output_columns(plan, first, behind)) {
      names.push_back(plan->schema[first + names.size() - width()].name);
      kept.push_back(std::move(column));
    }
    return ProjectNode::create(plan, std::move(kept), std::move(names));
  }

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
  return beside.without(SortNode::create(beside.relation(), std::move(keys), node.skip, node.take));
}

PlanRef separated(const WindowingNode& node) {
  Beside beside(node.input);
  std::vector<WindowExprRef> windows;
  for (const WindowExprRef& window : node.windows) windows.push_back(beside.columns_within(window));
  if (!beside.is_changed()) return {};
  return beside.without(WindowingNode::create(beside.relation(), std::move(windows), node.names,
                                              node.ranking, node.most),
                        node.names.size());
}

}  // namespace

PlanRef separate_calls(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    if (const auto* filter = dynamic_cast<const FilterNode*>(node.get()))
      return calls_program_functions(filter->predicate) ? separated(*filter) : PlanRef();
    if (const auto* aggregation = dynamic_cast<const AggregationNode*>(node.get()))
      return separated(*aggregation);
    if (const auto* sort = dynamic_cast<const SortNode*>(node.get())) return separated(*sort);
    if (const auto* windowing = dynamic_cast<const WindowingNode*>(node.get()))
      return separated(*windowing);
    return {};
  });
}

}  // namespace doline
