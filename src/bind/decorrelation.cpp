#include "bind/decorrelation.h"

#include <algorithm>

#include "column/column_builder.h"
#include "function/aggregate_function.h"
#include "memory/arena.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

constexpr const char* kManyRows = "a subquery that stands for one value gave several rows";

bool is_single_row_without_columns(const PlanNode& plan) {
  const auto* values = dynamic_cast<const ValuesNode*>(&plan);
  return values && values->row_count == 1 && values->schema.empty();
}

std::vector<uint32_t> numbers(size_t from, size_t count) {
  std::vector<uint32_t> all(count);
  for (size_t i = 0; i < count; ++i) all[i] = static_cast<uint32_t>(from + i);
  return all;
}

std::vector<ExprRef> columns_at(const PlanRef& plan, const std::vector<uint32_t>& places) {
  std::vector<ExprRef> columns;
  for (uint32_t place : places) columns.push_back(output_column(plan, place));
  return columns;
}

/// `plan` with the columns `own` in front and the domain behind them.
Decorrelated arranged(const PlanRef& plan, const std::vector<uint32_t>& own,
                      const std::vector<uint32_t>& domain, bool never_null) {
  std::vector<ExprRef> exprs = columns_at(plan, own);
  std::vector<std::string> names;
  for (uint32_t place : own) names.push_back(plan->schema[place].name);
  for (uint32_t place : domain) {
    exprs.push_back(output_column(plan, place));
    names.push_back(plan->schema[place].name);
  }
  return {ProjectNode::create(plan, std::move(exprs), std::move(names)),
          numbers(own.size(), domain.size()), never_null, std::nullopt};
}

/// What the aggregate gives over no rows.
ExprRef over_nothing(const AggregateExpr& aggregate) {
  const AggregateFunction& function = *aggregate.function;
  const StateLayout layout = function.layout();
  Arena arena;
  std::byte* state = arena.allocate(layout.size_bytes, 16);
  function.init(state);
  ColumnBuilder builder(function.result_type(), 1);
  function.result({&state, 1}, builder);
  return ConstantExpr::create(Value::of(builder.seal(), 0));
}

ExprRef not_null(const ExprRef& expr) { return IsNullExpr::create(expr, true); }

ExprRef equality(const ExprRef& left, const ExprRef& right) {
  return CallExpr::create("=", {left, right});
}

/// Joins on equal domains as well as on the node's own keys, with NULLs equal in the domains alone.
PlanRef join_on_domains(const JoinNode& node, Decorrelated left, Decorrelated right,
                        ExprRef residual) {
  std::vector<ExprRef> left_keys = node.left_keys;
  std::vector<ExprRef> right_keys = node.right_keys;
  bool nulls_equal = node.nulls_equal;
  if (!nulls_equal && !left.never_null && !right.never_null) {
    nulls_equal = true;
    if (node.kind == JoinKind::kFull) {
      // Rows whose key is NULL come out on both sides, so they cannot be filtered away.
      std::vector<ExprRef> terms;
      const auto shift = static_cast<int64_t>(left.plan->schema.size());
      for (size_t i = 0; i < left_keys.size(); ++i)
        terms.push_back(equality(left_keys[i], shift_columns(right_keys[i], shift)));
      if (residual) terms.push_back(std::move(residual));
      residual = terms.empty() ? nullptr : ConjunctionExpr::create(true, std::move(terms));
      left_keys.clear();
      right_keys.clear();
    } else {
      const bool keeps_right = node.kind == JoinKind::kRight;
      std::vector<ExprRef> terms;
      for (const ExprRef& key : keeps_right ? left_keys : right_keys)
        terms.push_back(not_null(key));
      PlanRef& side = keeps_right ? left.plan : right.plan;
      side = filtered(std::move(side), std::move(terms));
    }
  }
  for (size_t i = 0; i < left.domain.size(); ++i) {
    left_keys.push_back(output_column(left.plan, left.domain[i]));
    right_keys.push_back(output_column(right.plan, right.domain[i]));
  }
  return JoinNode::create(
      left.plan, right.plan, node.kind == JoinKind::kCross ? JoinKind::kInner : node.kind,
      std::move(left_keys), std::move(right_keys), std::move(residual), false, nulls_equal);
}

}  // namespace

bool gives_one_row(const PlanNode& plan) {
  if (const auto* project = dynamic_cast<const ProjectNode*>(&plan))
    return gives_one_row(*project->input);
  const auto* aggregation = dynamic_cast<const AggregationNode*>(&plan);
  return plan.tag() == NodeTag::kSingleRow || (aggregation && aggregation->keys.empty()) ||
         is_single_row_without_columns(plan);
}

ExprRef the_only(const ExprRef& value, const ExprRef& rows) {
  const ExprRef is_alone =
      CallExpr::create("<=", {rows, ConstantExpr::create(Value::integer(Type::int64(), 1))});
  return CallExpr::create("constraint_or_error",
                          {value, is_alone, ConstantExpr::create(Value::text(kManyRows))});
}

bool is_correlated(const ExprRef& expr) {
  bool found = false;
  visit(expr,
        [&](const Expr& at) { found |= dynamic_cast<const OuterColumnExpr*>(&at) != nullptr; });
  return found;
}

bool is_correlated(const PlanRef& plan) {
  std::unordered_map<const PlanNode*, bool> seen;
  const std::function<bool(const PlanRef&)> look = [&](const PlanRef& node) {
    if (const auto known = seen.find(node.get()); known != seen.end()) return known->second;
    bool found = false;
    map_expressions(node, [&](const ExprRef& expr) {
      found |= is_correlated(expr);
      return expr;
    });
    for (const PlanRef& child : node->children()) found |= look(child);
    seen[node.get()] = found;
    return found;
  };
  return look(plan);
}

ExprRef replace_outers(const ExprRef& expr, const std::vector<ExprRef>& by) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* outer = dynamic_cast<const OuterColumnExpr*>(at.get());
    return outer ? by[outer->ordinal] : nullptr;
  });
}

PlanRef replace_outers(const PlanRef& plan, const std::vector<ExprRef>& by) {
  return rewrite_plan(plan, [&](const PlanRef& node) {
    return map_expressions(node, [&](const ExprRef& expr) { return replace_outers(expr, by); });
  });
}

const PlanRef& Decorrelation::domain() {
  if (domain_) return domain_;
  outside_ = SharedInputNode::create(outside_, "outside");
  std::vector<std::string> names(outers_.size(), "outer");
  const PlanRef values = ProjectNode::create(outside_, outers_, names);
  domain_ = SharedInputNode::create(
      AggregationNode::create(values, columns_at(values, numbers(0, outers_.size())), names, {},
                              {}),
      "domain");
  return domain_;
}

Decorrelated Decorrelation::crossed(const PlanRef& plan) {
  const size_t width = plan->schema.size();
  if (is_single_row_without_columns(*plan)) return {domain(), numbers(0, outers_.size())};
  return {JoinNode::create(plan, domain(), JoinKind::kCross, {}, {}),
          numbers(width, outers_.size())};
}

Decorrelated Decorrelation::push(const PlanRef& plan) {
  if (const auto known = done_.find(plan.get()); known != done_.end()) return known->second;
  Decorrelated pushed = is_correlated(plan) ? push_anew(plan) : crossed(plan);
  done_.emplace(plan.get(), pushed);
  return pushed;
}

Decorrelated Decorrelation::push_anew(const PlanRef& plan) {
  switch (plan->tag()) {
    case NodeTag::kFilter:
      return filter(static_cast<const FilterNode&>(*plan));
    case NodeTag::kProject:
      return project(static_cast<const ProjectNode&>(*plan));
    case NodeTag::kAggregation:
      return aggregation(static_cast<const AggregationNode&>(*plan));
    case NodeTag::kJoin:
      return join(static_cast<const JoinNode&>(*plan));
    case NodeTag::kSort: {
      const auto& node = static_cast<const SortNode&>(*plan);
      if (node.skip > 0 || node.take >= 0)
        return limited(node.input, node.keys, node.skip, node.take, -1);
      Decorrelated pushed = push(node.input);
      const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
      pushed.plan = map_expressions(plan->with_children({pushed.plan}),
                                    [&](const ExprRef& key) { return replace_outers(key, by); });
      return pushed;
    }
    case NodeTag::kLimit: {
      const auto& node = static_cast<const LimitNode&>(*plan);
      const auto* sort = dynamic_cast<const SortNode*>(node.input.get());
      if (sort && sort->skip == 0 && sort->take < 0)
        return limited(sort->input, sort->keys, node.skip, node.take, node.percent);
      return limited(node.input, {}, node.skip, node.take, node.percent);
    }
    case NodeTag::kUnion:
      return unite(static_cast<const UnionNode&>(*plan));
    case NodeTag::kUnnest:
      return unnest(static_cast<const UnnestNode&>(*plan));
    case NodeTag::kWindowing:
      return windowing(static_cast<const WindowingNode&>(*plan));
    case NodeTag::kSingleRow:
      return single_row(static_cast<const SingleRowNode&>(*plan));
    case NodeTag::kSharedInput: {
      Decorrelated pushed = push(static_cast<const SharedInputNode&>(*plan).input);
      pushed.plan = plan->with_children({pushed.plan});
      return pushed;
    }
    default:
      UNREACHABLE();  // scans and constant rows read nothing outside; nothing else is in a query
  }
}

std::optional<Decorrelated> Decorrelation::read_off(const FilterNode& node) {
  if (is_correlated(node.input)) return std::nullopt;
  std::vector<ExprRef> values(outers_.size());
  std::vector<ExprRef> terms;
  for (const ExprRef& term : conjuncts_of(node.predicate)) {
    const auto* call = dynamic_cast<const CallExpr*>(term.get());
    bool is_taken = false;
    for (size_t side = 0; call && call->name == "=" && side < 2 && !is_taken; ++side) {
      const auto* outer = dynamic_cast<const OuterColumnExpr*>(call->arguments[side].get());
      const ExprRef& value = call->arguments[1 - side];
      if (!outer || values[outer->ordinal] || is_correlated(value) || is_volatile(value)) continue;
      values[outer->ordinal] = value;
      terms.push_back(not_null(value));
      is_taken = true;
    }
    if (!is_taken) terms.push_back(term);
  }
  if (std::any_of(values.begin(), values.end(), [](const ExprRef& value) { return !value; }))
    return std::nullopt;
  for (ExprRef& term : terms) term = replace_outers(term, values);
  const PlanRef plan = filtered(node.input, std::move(terms));
  return Decorrelated{with_columns(plan, values, "outer"),
                      numbers(plan->schema.size(), values.size()), true, std::nullopt};
}

Decorrelated Decorrelation::filter(const FilterNode& node) {
  if (auto pushed = read_off(node)) return *std::move(pushed);
  Decorrelated pushed = push_whole(node.input);
  pushed.plan = FilterNode::create(
      pushed.plan, replace_outers(node.predicate, columns_at(pushed.plan, pushed.domain)));
  return pushed;
}

Decorrelated Decorrelation::project(const ProjectNode& node) {
  Decorrelated pushed = push(node.input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<ExprRef> exprs;
  for (const ExprRef& expr : node.exprs) exprs.push_back(replace_outers(expr, by));
  std::vector<std::string> names = node.names;
  for (const ExprRef& column : by) {
    exprs.push_back(column);
    names.push_back("outer");
  }
  Decorrelated out{ProjectNode::create(pushed.plan, std::move(exprs), std::move(names)),
                   numbers(node.exprs.size(), by.size()), pushed.never_null, std::nullopt};
  if (pushed.absent) {
    out.absent.emplace();
    for (const ExprRef& expr : node.exprs)
      out.absent->push_back(through_projection(expr, *pushed.absent));
  }
  return out;
}

Decorrelated Decorrelation::aggregation(const AggregationNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<ExprRef> keys;
  std::vector<std::string> names = node.key_names;
  for (const ExprRef& key : node.keys) keys.push_back(replace_outers(key, by));
  for (const ExprRef& column : by) {
    keys.push_back(column);
    names.push_back("outer");
  }
  std::vector<AggregateExprRef> aggregates;
  for (const AggregateExprRef& aggregate : node.aggregates) {
    const ExprRef over = replace_outers(aggregate, by);
    aggregates.emplace_back(static_cast<const AggregateExpr*>(over.get()));
  }
  const PlanRef grouped = AggregationNode::create(pushed.plan, std::move(keys), std::move(names),
                                                  std::move(aggregates), node.aggregate_names);
  std::vector<uint32_t> own = numbers(0, node.keys.size());
  for (uint32_t place : numbers(node.keys.size() + by.size(), node.aggregates.size()))
    own.push_back(place);
  Decorrelated out =
      arranged(grouped, own, numbers(node.keys.size(), by.size()), pushed.never_null);
  if (node.keys.empty()) {
    out.absent.emplace();
    for (const AggregateExprRef& aggregate : node.aggregates)
      out.absent->push_back(over_nothing(*aggregate));
  }
  return out;
}

Decorrelated Decorrelation::join(const JoinNode& node) {
  const bool by_left = is_correlated(node.left);
  const bool by_right = is_correlated(node.right);
  const auto left_width = static_cast<uint32_t>(node.left->schema.size());
  const auto right_width = static_cast<uint32_t>(node.right->schema.size());
  const bool is_inner = node.kind == JoinKind::kInner || node.kind == JoinKind::kCross;
  bool by_condition = node.residual && is_correlated(node.residual);
  for (size_t i = 0; i < node.left_keys.size(); ++i)
    by_condition |= is_correlated(node.left_keys[i]) || is_correlated(node.right_keys[i]);
  if (is_inner && by_condition) {
    // The condition as a filter, which may say what the domain is.
    std::vector<ExprRef> terms;
    for (size_t i = 0; i < node.left_keys.size(); ++i)
      terms.push_back(equality(node.left_keys[i], shift_columns(node.right_keys[i], left_width)));
    if (node.residual) {
      for (const ExprRef& term : conjuncts_of(node.residual)) terms.push_back(term);
    }
    return push(filtered(JoinNode::create(node.left, node.right, JoinKind::kCross, {}, {}), terms));
  }
  ASSERT(!node.null_aware || !by_right);  // unknowns are per value of the domain: see bind_subquery
  // A side whose rows come out without a partner has to come out for each value of the domain.
  const bool keeps_left = !is_inner && node.kind != JoinKind::kRight;
  const bool keeps_right = node.kind == JoinKind::kRight || node.kind == JoinKind::kFull;
  const bool push_left = by_left || keeps_left;
  const bool push_right = by_right || keeps_right;
  const Decorrelated left = push_left ? push_whole(node.left) : Decorrelated{node.left};
  const Decorrelated right = push_right ? push_whole(node.right) : Decorrelated{node.right};
  const Decorrelated& leading = push_left ? left : right;
  const auto grown = static_cast<uint32_t>(left.plan->schema.size()) - left_width;

  // The condition over the sides as they are now.
  const auto of_left = [&](const ExprRef& expr) {
    return replace_outers(expr, columns_at(leading.plan, leading.domain));
  };
  const auto of_both = [&](const ExprRef& expr) {
    std::vector<ExprRef> by = columns_at(leading.plan, leading.domain);
    if (!push_left) {
      for (ExprRef& column : by) column = shift_columns(column, left_width);
    }
    std::vector<uint32_t> map = numbers(0, left_width);
    for (uint32_t place : numbers(left_width + grown, right_width)) map.push_back(place);
    std::vector<ExprRef> places = columns_at(node.left, numbers(0, left_width));
    return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
      if (const auto* outer = dynamic_cast<const OuterColumnExpr*>(at.get()))
        return by[outer->ordinal];
      const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
      return column ? ColumnExpr::create(map[column->index], column->type, column->name) : nullptr;
    });
  };
  ExprRef residual = node.residual ? of_both(node.residual) : nullptr;
  JoinNode shape;
  shape.kind = node.kind;
  shape.nulls_equal = node.nulls_equal;
  std::vector<ExprRef> terms;
  for (size_t i = 0; i < node.left_keys.size(); ++i) {
    if (is_correlated(node.right_keys[i])) {
      terms.push_back(
          of_both(equality(node.left_keys[i], shift_columns(node.right_keys[i], left_width))));
      continue;
    }
    shape.left_keys.push_back(of_left(node.left_keys[i]));
    shape.right_keys.push_back(node.right_keys[i]);
  }
  if (!terms.empty()) {
    if (residual) terms.push_back(residual);
    residual = ConjunctionExpr::create(true, std::move(terms));
  }
  PlanRef joined =
      push_left && push_right
          ? join_on_domains(shape, left, right, residual)
          : JoinNode::create(left.plan, right.plan, node.kind, shape.left_keys, shape.right_keys,
                             residual, node.null_aware, node.nulls_equal);
  if (node.kind == JoinKind::kSemi || node.kind == JoinKind::kAnti)
    return {joined, left.domain, left.never_null};
  const auto right_begin = static_cast<uint32_t>(left.plan->schema.size());
  std::vector<uint32_t> own = numbers(0, left_width);
  const size_t behind = node.kind == JoinKind::kMark ? 1 : right_width;
  for (uint32_t place : numbers(right_begin, behind)) own.push_back(place);
  std::vector<uint32_t> domain = leading.domain;
  if (!push_left || node.kind == JoinKind::kRight) {
    domain = right.domain;
    for (uint32_t& place : domain) place += right_begin;
  }
  if (node.kind != JoinKind::kFull)
    return arranged(joined, own, domain,
                    node.kind == JoinKind::kRight ? right.never_null : leading.never_null);
  // Either side's domain, whichever row there is.
  std::vector<ExprRef> exprs = columns_at(joined, own);
  std::vector<std::string> names;
  for (uint32_t place : own) names.push_back(joined->schema[place].name);
  for (size_t i = 0; i < outers_.size(); ++i) {
    exprs.push_back(CoalesceExpr::create({output_column(joined, left.domain[i]),
                                          output_column(joined, right_begin + right.domain[i])}));
    names.push_back("outer");
  }
  return {ProjectNode::create(joined, std::move(exprs), std::move(names)),
          numbers(own.size(), outers_.size()), left.never_null && right.never_null};
}

Decorrelated Decorrelation::limited(const PlanRef& input, const std::vector<SortKeyRef>& order,
                                    int64_t skip, int64_t take, double percent) {
  Decorrelated pushed = push_whole(input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<SortKeyRef> keys;
  for (const SortKeyRef& key : order) {
    keys.push_back(
        SortKey::create(replace_outers(key->expr, by), key->descending, key->nulls_first));
  }
  const auto place = static_cast<uint32_t>(pushed.plan->schema.size());
  PlanRef plan =
      WindowingNode::create(pushed.plan, {row_number_over(by, std::move(keys))}, {"number"});
  const ExprRef row = output_column(plan, place);
  const auto integer = [](int64_t value) {
    return ConstantExpr::create(Value::integer(Type::int64(), value));
  };
  std::vector<ExprRef> terms;
  if (skip > 0) terms.push_back(CallExpr::create(">", {row, integer(skip)}));
  if (take >= 0) {
    const int64_t last = take > INT64_MAX - skip ? INT64_MAX : skip + take;
    terms.push_back(CallExpr::create("<=", {row, integer(last)}));
  }
  if (percent >= 0) {
    plan = WindowingNode::create(plan, {count_over(by)}, {"count"});
    const ExprRef share =
        CallExpr::create("*", {CastExpr::create(output_column(plan, place + 1), Type::float64()),
                               ConstantExpr::create(Value::real(percent / 100))});
    terms.push_back(CallExpr::create(
        "<=",
        {CastExpr::create(row, Type::float64()),
         CallExpr::create("+", {CallExpr::create("floor", {share}),
                                ConstantExpr::create(Value::real(static_cast<double>(skip)))})}));
  }
  return arranged(filtered(std::move(plan), std::move(terms)), numbers(0, input->schema.size()),
                  pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::unite(const UnionNode& node) {
  const std::vector<uint32_t> own = numbers(0, node.schema.size());
  std::vector<PlanRef> inputs;
  bool never_null = true;
  for (const PlanRef& input : node.inputs) {
    const Decorrelated pushed = push_whole(input);
    inputs.push_back(arranged(pushed.plan, own, pushed.domain, pushed.never_null).plan);
    never_null &= pushed.never_null;
  }
  return {UnionNode::create(std::move(inputs)), numbers(own.size(), outers_.size()), never_null};
}

Decorrelated Decorrelation::unnest(const UnnestNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<ExprRef> lists;
  for (const ExprRef& list : node.lists) lists.push_back(replace_outers(list, by));
  std::vector<uint32_t> own = numbers(0, node.input->schema.size());
  for (uint32_t place : numbers(pushed.plan->schema.size(), lists.size())) own.push_back(place);
  return arranged(UnnestNode::create(pushed.plan, std::move(lists), node.names, node.keep_empty),
                  own, pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::windowing(const WindowingNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<WindowExprRef> windows;
  for (const WindowExprRef& window : node.windows) {
    const ExprRef over = replace_outers(window, by);
    WindowExpr wider(static_cast<const WindowExpr&>(*over));
    wider.partition_by.insert(wider.partition_by.end(), by.begin(), by.end());
    windows.push_back(WindowExpr::create(wider));
  }
  std::vector<uint32_t> own = numbers(0, node.input->schema.size());
  for (uint32_t place : numbers(pushed.plan->schema.size(), windows.size())) own.push_back(place);
  return arranged(WindowingNode::create(pushed.plan, std::move(windows), node.names), own,
                  pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::counted(const SingleRowNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = columns_at(pushed.plan, pushed.domain);
  std::vector<AggregateExprRef> aggregates;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < node.schema.size(); ++i) {
    aggregates.push_back(aggregate_of("first", {output_column(pushed.plan, i)}));
    names.push_back(node.schema[i].name);
  }
  aggregates.push_back(aggregate_of("count", {}));
  names.emplace_back("rows");
  const std::vector<std::string> by_names(by.size(), "outer");
  const size_t width = aggregates.size();
  const PlanRef grouped =
      AggregationNode::create(pushed.plan, by, by_names, std::move(aggregates), std::move(names));
  Decorrelated out =
      arranged(grouped, numbers(by.size(), width), numbers(0, by.size()), pushed.never_null);
  out.absent.emplace();
  for (const Field& field : node.schema)
    out.absent->push_back(ConstantExpr::create(Value::null(field.type)));
  out.absent->push_back(ConstantExpr::create(Value::integer(0)));
  return out;
}

Decorrelated Decorrelation::single_row(const SingleRowNode& node) {
  if (gives_one_row(*node.input)) return push(node.input);
  // Joined with the domain before it is checked: nobody fails over a value that was not asked for.
  const Decorrelated rows = without_absent(counted(node));
  const auto width = static_cast<uint32_t>(node.schema.size());
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < width; ++i) {
    exprs.push_back(the_only(output_column(rows.plan, i), output_column(rows.plan, width)));
    names.push_back(node.schema[i].name);
  }
  for (uint32_t place : rows.domain) {
    exprs.push_back(output_column(rows.plan, place));
    names.emplace_back("outer");
  }
  return {ProjectNode::create(rows.plan, std::move(exprs), std::move(names)),
          numbers(width, rows.domain.size()), rows.never_null};
}

Decorrelated Decorrelation::without_absent(Decorrelated pushed) {
  if (!pushed.absent) return pushed;
  const std::vector<ExprRef> absent = *std::move(pushed.absent);
  const PlanRef right =
      with_columns(pushed.plan, {ConstantExpr::create(Value::boolean(true))}, "present");
  const size_t count = outers_.size();
  const PlanRef joined =
      JoinNode::create(domain(), right, JoinKind::kLeft, columns_at(domain(), numbers(0, count)),
                       columns_at(right, pushed.domain), {}, false, !pushed.never_null);
  const std::vector<ExprRef> by = columns_at(joined, numbers(0, count));
  const ExprRef is_absent = IsNullExpr::create(
      output_column(joined, static_cast<uint32_t>(joined->schema.size() - 1)), false);
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < absent.size(); ++i) {
    names.push_back(right->schema[i].name);
    exprs.push_back(CaseExpr::create(
        {is_absent}, {CastExpr::create(replace_outers(absent[i], by), right->schema[i].type)},
        output_column(joined, static_cast<uint32_t>(count + i))));
  }
  for (const ExprRef& column : by) {
    exprs.push_back(column);
    names.emplace_back("outer");
  }
  return {ProjectNode::create(joined, std::move(exprs), std::move(names)),
          numbers(absent.size(), count)};
}

}  // namespace doline
