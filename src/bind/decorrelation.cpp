#include "bind/decorrelation.h"

#include <algorithm>
#include <numeric>

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

}  // namespace

std::vector<ExprRef> Decorrelated::outside_columns() const {
  std::vector<ExprRef> columns;
  for (uint32_t place : domain) columns.push_back(output_column(plan, place));
  return columns;
}

std::vector<uint32_t> places(size_t from, size_t count) {
  std::vector<uint32_t> all(count);
  std::iota(all.begin(), all.end(), static_cast<uint32_t>(from));
  return all;
}

Decorrelated arranged(const PlanRef& plan, const std::vector<uint32_t>& own,
                      const std::vector<uint32_t>& domain, bool never_null) {
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (const std::vector<uint32_t>* part : {&own, &domain}) {
    for (uint32_t place : *part) {
      exprs.push_back(output_column(plan, place));
      names.push_back(plan->schema[place].name);
    }
  }
  return {ProjectNode::create(plan, std::move(exprs), std::move(names)),
          places(own.size(), domain.size()), never_null, std::nullopt};
}

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

namespace {

ExprRef replace_outers(const ExprRef& expr, const std::function<ExprRef(uint32_t ordinal)>& by) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* outer = dynamic_cast<const OuterColumnExpr*>(at.get());
    return outer ? by(outer->ordinal) : nullptr;
  });
}

}  // namespace

ExprRef replace_outers(const ExprRef& expr, const std::vector<ExprRef>& by) {
  return replace_outers(expr, [&](uint32_t ordinal) { return by[ordinal]; });
}

PlanRef replace_outers(const PlanRef& plan, const std::vector<ExprRef>& by) {
  return replace_outers(plan, [&](uint32_t ordinal) { return by[ordinal]; });
}

PlanRef replace_outers(const PlanRef& plan, const std::function<ExprRef(uint32_t ordinal)>& by) {
  return rewrite_plan(plan, [&](const PlanRef& node) {
    return map_expressions(node, [&](const ExprRef& expr) { return replace_outers(expr, by); });
  });
}

const PlanRef& Decorrelation::domain() {
  if (domain_) return domain_;
  outside_ = SharedInputNode::create(outside_, "outside");
  const PlanRef values =
      ProjectNode::create(outside_, outers_, std::vector<std::string>(outers_.size(), "outer"));
  domain_ = SharedInputNode::create(distinct_rows(values), "domain");
  return domain_;
}

Decorrelated Decorrelation::crossed(const PlanRef& plan) {
  const size_t width = plan->schema.size();
  if (is_single_row_without_columns(*plan)) return {domain(), places(0, outers_.size())};
  return {JoinNode::create(plan, domain(), JoinKind::kCross, {}, {}),
          places(width, outers_.size())};
}

Decorrelated Decorrelation::push(const PlanRef& plan) {
  if (const auto known = done_.find(plan.get()); known != done_.end()) return known->second.pushed;
  Decorrelated pushed = reads_outside(plan) ? push_anew(plan) : crossed(plan);
  done_.emplace(plan.get(), Done{plan, pushed});
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
      const std::vector<ExprRef> by = pushed.outside_columns();
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
    case NodeTag::kSample:
      return sample(static_cast<const SampleNode&>(*plan));
    case NodeTag::kRecursive:
      return recursive(static_cast<const RecursiveNode&>(*plan));
    case NodeTag::kWorkingTable: {
      const auto& table = static_cast<const WorkingTableNode&>(*plan);
      Schema wide = table.schema;
      for (const ExprRef& outer : outers_) wide.push_back({"outer", outer->type});
      return {WorkingTableNode::create(std::move(wide), table.id, table.name, table.is_whole),
              places(table.schema.size(), outers_.size())};
    }
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
  if (reads_outside(node.input)) return std::nullopt;
  std::vector<ExprRef> values(outers_.size());
  std::vector<ExprRef> terms;
  bool never_null = true;
  for (const ExprRef& term : conjuncts_of(node.predicate)) {
    const auto* call = dynamic_cast<const CallExpr*>(term.get());
    const bool is_equality = call && call->name == "=";
    const bool is_same = call && call->name == "is_not_distinct_from";
    bool is_taken = false;
    for (size_t side = 0; (is_equality || is_same) && side < 2 && !is_taken; ++side) {
      const auto* outer = dynamic_cast<const OuterColumnExpr*>(call->arguments[side].get());
      const ExprRef& value = call->arguments[1 - side];
      if (!outer || values[outer->ordinal] || is_correlated(value) || is_volatile(value)) continue;
      values[outer->ordinal] = value;
      if (is_equality) terms.push_back(not_null(value));
      never_null &= is_equality;
      is_taken = true;
    }
    if (!is_taken) terms.push_back(term);
  }
  if (std::any_of(values.begin(), values.end(), [](const ExprRef& value) { return !value; }))
    return std::nullopt;
  for (ExprRef& term : terms) term = replace_outers(term, values);
  const PlanRef plan = filtered(node.input, std::move(terms));
  return Decorrelated{with_columns(plan, values, "outer"),
                      places(plan->schema.size(), values.size()), never_null, std::nullopt};
}

Decorrelated Decorrelation::filter(const FilterNode& node) {
  if (auto pushed = read_off(node)) return *std::move(pushed);
  Decorrelated pushed = push_whole(node.input);
  pushed.plan =
      FilterNode::create(pushed.plan, replace_outers(node.predicate, pushed.outside_columns()));
  return pushed;
}

Decorrelated Decorrelation::project(const ProjectNode& node) {
  Decorrelated pushed = push(node.input);
  const std::vector<ExprRef> by = pushed.outside_columns();
  std::vector<ExprRef> exprs;
  for (const ExprRef& expr : node.exprs) exprs.push_back(replace_outers(expr, by));
  std::vector<std::string> names = node.names;
  for (const ExprRef& column : by) {
    exprs.push_back(column);
    names.push_back("outer");
  }
  Decorrelated out{ProjectNode::create(pushed.plan, std::move(exprs), std::move(names)),
                   places(node.exprs.size(), by.size()), pushed.never_null, std::nullopt};
  if (pushed.absent) {
    out.absent.emplace();
    for (const ExprRef& expr : node.exprs)
      out.absent->push_back(through_projection(expr, *pushed.absent));
  }
  return out;
}

Decorrelated Decorrelation::aggregation(const AggregationNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = pushed.outside_columns();
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
  std::vector<uint32_t> own = places(0, node.keys.size());
  for (uint32_t place : places(node.keys.size() + by.size(), node.aggregates.size()))
    own.push_back(place);
  Decorrelated out = arranged(grouped, own, places(node.keys.size(), by.size()), pushed.never_null);
  if (node.keys.empty()) {
    out.absent.emplace();
    for (const AggregateExprRef& aggregate : node.aggregates)
      out.absent->push_back(over_nothing(*aggregate));
  }
  return out;
}

Decorrelated Decorrelation::limited(const PlanRef& input, const std::vector<SortKeyRef>& order,
                                    int64_t skip, int64_t take, double percent) {
  Decorrelated pushed = push_whole(input);
  const std::vector<ExprRef> by = pushed.outside_columns();
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
    const auto real = [](double value) { return ConstantExpr::create(Value::real(value)); };
    const ExprRef count = CastExpr::create(output_column(plan, place + 1), Type::float64());
    const ExprRef share =
        CallExpr::create("/", {CallExpr::create("*", {count, real(percent)}), real(100)});
    const ExprRef last = CallExpr::create(
        "+", {CallExpr::create("floor", {share}), real(static_cast<double>(skip))});
    terms.push_back(CallExpr::create("<=", {CastExpr::create(row, Type::float64()), last}));
  }
  return arranged(filtered(std::move(plan), std::move(terms)), places(0, input->schema.size()),
                  pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::unite(const UnionNode& node) {
  const std::vector<uint32_t> own = places(0, node.schema.size());
  std::vector<PlanRef> inputs;
  bool never_null = true;
  for (const PlanRef& input : node.inputs) {
    const Decorrelated pushed = push_whole(input);
    inputs.push_back(arranged(pushed.plan, own, pushed.domain, pushed.never_null).plan);
    never_null &= pushed.never_null;
  }
  return {UnionNode::create(std::move(inputs)), places(own.size(), outers_.size()), never_null};
}

Decorrelated Decorrelation::unnest(const UnnestNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = pushed.outside_columns();
  std::vector<ExprRef> lists;
  for (const ExprRef& list : node.lists) lists.push_back(replace_outers(list, by));
  std::vector<uint32_t> own = places(0, node.input->schema.size());
  for (uint32_t place : places(pushed.plan->schema.size(), lists.size())) own.push_back(place);
  return arranged(UnnestNode::create(pushed.plan, std::move(lists), node.names, node.keep_empty),
                  own, pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::windowing(const WindowingNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = pushed.outside_columns();
  std::vector<WindowExprRef> windows;
  for (const WindowExprRef& window : node.windows) {
    const ExprRef over = replace_outers(window, by);
    WindowExpr wider(static_cast<const WindowExpr&>(*over));
    wider.partition_by.insert(wider.partition_by.end(), by.begin(), by.end());
    windows.push_back(WindowExpr::create(wider));
  }
  std::vector<uint32_t> own = places(0, node.input->schema.size());
  for (uint32_t place : places(pushed.plan->schema.size(), windows.size())) own.push_back(place);
  return arranged(WindowingNode::create(pushed.plan, std::move(windows), node.names), own,
                  pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::counted(const SingleRowNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const std::vector<ExprRef> by = pushed.outside_columns();
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
      arranged(grouped, places(by.size(), width), places(0, by.size()), pushed.never_null);
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
          places(width, rows.domain.size()), rows.never_null};
}

Decorrelated Decorrelation::without_absent(Decorrelated pushed) {
  if (!pushed.absent) return pushed;
  const std::vector<ExprRef> absent = *std::move(pushed.absent);
  const PlanRef right =
      with_columns(pushed.plan, {ConstantExpr::create(Value::boolean(true))}, "present");
  const size_t count = outers_.size();
  const PlanRef joined =
      JoinNode::create(domain(), right, JoinKind::kLeft, output_columns(domain()),
                       pushed.outside_columns(), {}, false, !pushed.never_null);
  const std::vector<ExprRef> by = output_columns(joined, 0, count);
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
          places(absent.size(), count)};
}

}  // namespace doline
