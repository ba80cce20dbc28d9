// What a subquery in an expression becomes: a join of the rows around it with the subquery's.

#include <algorithm>

#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

std::vector<ExprRef> columns_from(const PlanRef& plan, size_t from, size_t count) {
  std::vector<ExprRef> columns;
  for (size_t i = from; i < from + count; ++i)
    columns.push_back(output_column(plan, static_cast<uint32_t>(i)));
  return columns;
}

ExprRef last_column(const PlanRef& plan) {
  return output_column(plan, static_cast<uint32_t>(plan->schema.size() - 1));
}

/// One row: whether `plan` has any.
PlanRef has_rows(const PlanRef& plan) {
  PlanRef counted = AggregationNode::create(LimitNode::create(plan, 0, 1), {}, {},
                                            {aggregate_of("count", {})}, {"count"});
  const ExprRef positive = CallExpr::create(
      ">", {output_column(counted, 0), ConstantExpr::create(Value::integer(Type::int64(), 0))});
  return ProjectNode::create(std::move(counted), {positive}, {"exists"});
}

/// The plan without what does not change whether it has rows.
PlanRef bare(const PlanRef& plan) {
  if (const auto* project = dynamic_cast<const ProjectNode*>(plan.get()))
    return bare(project->input);
  const auto* sort = dynamic_cast<const SortNode*>(plan.get());
  if (sort && sort->skip == 0 && sort->take != 0) return bare(sort->input);
  const auto* limit = dynamic_cast<const LimitNode*>(plan.get());
  if (limit && limit->skip == 0 && limit->percent < 0 && limit->take != 0)
    return bare(limit->input);
  return plan;
}

/// A mark join being put together.
struct Matching {
  PlanRef right;
  std::vector<ExprRef> left_keys, right_keys;
  std::vector<ExprRef> residual;  // over both sides
  bool nulls_equal = false;

  /// Appends the mark to `plan`.
  void mark(PlanRef& plan) const {
    ExprRef rest;
    if (!residual.empty()) rest = ConjunctionExpr::create(true, residual);
    plan = JoinNode::create(plan, right, JoinKind::kMark, left_keys, right_keys, std::move(rest),
                            false, nulls_equal);
  }
};

/// Correlated subqueries over one plan.
class Correlated {
 public:
  Correlated(const SubqueryExpr& subquery, PlanRef& plan) : subquery_(subquery), plan_(plan) {}

  ExprRef scalar();
  ExprRef exists();
  /// `unknown_is_false`: nobody tells NULL from false.
  ExprRef member(bool unknown_is_false);

 private:
  /// `subquery`'s rows against the plan's, compared in whatever reads the plan's columns.
  Matching matching(const PlanRef& subquery);
  /// As above when it is a filter over what reads nothing outside: its terms are the condition.
  /// Without `outers` it is what it is, whatever queries further out it reads.
  std::optional<Matching> pulled_up(const PlanRef& subquery) const;
  /// As columns of the plan.
  std::vector<ExprRef> computed_once(const std::vector<ExprRef>& exprs);
  uint32_t width() const { return static_cast<uint32_t>(plan_->schema.size()); }

  const SubqueryExpr& subquery_;
  PlanRef& plan_;
};

std::optional<Matching> Correlated::pulled_up(const PlanRef& subquery) const {
  Matching out;
  if (subquery_.outers.empty()) {
    out.right = subquery;
    return out;
  }
  const auto* filter = dynamic_cast<const FilterNode*>(subquery.get());
  if (!filter || is_correlated(filter->input)) return std::nullopt;
  std::vector<ExprRef> own;
  for (const ExprRef& term : conjuncts_of(filter->predicate)) {
    if (!is_correlated(term)) {
      own.push_back(term);
      continue;
    }
    const auto* call = dynamic_cast<const CallExpr*>(term.get());
    bool is_key = false;
    for (size_t side = 0; call && call->name == "=" && side < 2 && !is_key; ++side) {
      const ExprRef& outer = call->arguments[side];
      const ExprRef& inner = call->arguments[1 - side];
      if (is_correlated(inner) || columns_of(inner).empty() || !columns_of(outer).empty()) continue;
      out.left_keys.push_back(replace_outers(outer, subquery_.outers));
      out.right_keys.push_back(inner);
      is_key = true;
    }
    if (!is_key) {
      out.residual.push_back(
          replace_outers(shift_columns(term, static_cast<int64_t>(width())), subquery_.outers));
    }
  }
  out.right = filtered(filter->input, std::move(own));
  return out;
}

Matching Correlated::matching(const PlanRef& subquery) {
  if (auto pulled = pulled_up(subquery)) return *std::move(pulled);
  Decorrelation decorrelation(plan_, subquery_.outers);
  const Decorrelated pushed = decorrelation.without_absent(decorrelation.push(subquery));
  plan_ = decorrelation.outside();
  Matching out;
  out.right = pushed.plan;
  out.left_keys = subquery_.outers;
  for (uint32_t place : pushed.domain) out.right_keys.push_back(output_column(out.right, place));
  out.nulls_equal = !pushed.never_null;
  return out;
}

ExprRef Correlated::exists() {
  const PlanRef subquery = bare(subquery_.plan);
  if (gives_one_row(*subquery)) return ConstantExpr::create(Value::boolean(true), subquery_.span);
  matching(subquery).mark(plan_);
  return last_column(plan_);
}

ExprRef Correlated::member(bool unknown_is_false) {
  std::vector<ExprRef> keys = subquery_.keys;
  if (!unknown_is_false) keys = computed_once(keys);
  // The values as expressions over the rows that are compared.
  PlanRef rows = subquery_.plan;
  std::vector<ExprRef> values = columns_from(rows, 0, keys.size());
  while (const auto* project = dynamic_cast<const ProjectNode*>(rows.get())) {
    for (ExprRef& value : values) value = through_projection(value, project->exprs);
    rows = project->input;
  }
  const bool is_pullable = std::none_of(values.begin(), values.end(), [](const ExprRef& value) {
    return is_correlated(value) || is_volatile(value);
  });
  if (!is_pullable || !pulled_up(rows)) {
    rows = subquery_.plan;
    values = columns_from(rows, 0, keys.size());
  }
  Matching base = matching(rows);
  const uint32_t before = width();
  if (!unknown_is_false) base.right = SharedInputNode::create(base.right, "members");
  Matching equal = base;
  std::vector<ExprRef> terms;
  for (size_t i = 0; i < values.size(); ++i) {
    equal.left_keys.push_back(keys[i]);
    equal.right_keys.push_back(values[i]);
    if (equal.nulls_equal) terms.push_back(IsNullExpr::create(values[i], true));
  }
  equal.right = filtered(equal.right, std::move(terms));
  equal.mark(plan_);
  const ExprRef found = last_column(plan_);
  if (unknown_is_false) return found;

  // Where none is equal, the answer is unknown if a row differs in no column but for NULLs on
  // either side: each row outside beside the few rows with NULLs, then the few rows outside with
  // NULLs beside each row.
  const auto any_null = [](const std::vector<ExprRef>& exprs) {
    std::vector<ExprRef> nulls;
    for (const ExprRef& expr : exprs) nulls.push_back(IsNullExpr::create(expr, false));
    return ConjunctionExpr::create(false, std::move(nulls));
  };
  const auto possible = [&](const PlanRef& right, std::vector<ExprRef> condition) {
    Matching out = base;
    out.right = right;
    // The marks since stand between the columns outside and the rows'.
    for (ExprRef& term : out.residual) {
      term = rewrite(term, [&](const ExprRef& at) -> ExprRef {
        const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
        if (!column || column->index < before) return nullptr;
        return ColumnExpr::create(column->index + width() - before, column->type, column->name);
      });
    }
    for (ExprRef& term : condition) out.residual.push_back(std::move(term));
    for (size_t i = 0; i < values.size(); ++i) {
      const ExprRef other = shift_columns(values[i], static_cast<int64_t>(width()));
      out.residual.push_back(ConjunctionExpr::create(
          false, {CallExpr::create("=", {keys[i], other}), any_null({keys[i], other})}));
    }
    out.mark(plan_);
    return last_column(plan_);
  };
  const ExprRef by_rows = possible(filtered(base.right, {any_null(values)}), {});
  const ExprRef by_keys = possible(base.right, {any_null(keys)});
  return CaseExpr::create({found, ConjunctionExpr::create(false, {by_rows, by_keys})},
                          {ConstantExpr::create(Value::boolean(true)),
                           ConstantExpr::create(Value::null(Type::boolean()))},
                          ConstantExpr::create(Value::boolean(false)), subquery_.span);
}

std::vector<ExprRef> Correlated::computed_once(const std::vector<ExprRef>& exprs) {
  const uint32_t before = width();
  plan_ = with_columns(plan_, exprs, "key");
  return columns_from(plan_, before, exprs.size());
}

ExprRef Correlated::scalar() {
  PlanRef subquery = subquery_.plan;
  const auto* single = dynamic_cast<const SingleRowNode*>(subquery.get());
  const bool is_counted = single && !gives_one_row(*single->input);
  if (single && !is_counted) subquery = single->input;
  if (const auto* project = dynamic_cast<const ProjectNode*>(subquery.get());
      project && project->input->tag() == NodeTag::kValues &&
      gives_one_row(*project->input))  // (SELECT t.a + 1): an expression of the rows around it
    return replace_outers(project->exprs[0], subquery_.outers);

  Decorrelation decorrelation(plan_, subquery_.outers);
  Decorrelated pushed = is_counted ? decorrelation.counted(*single) : decorrelation.push(subquery);
  plan_ = decorrelation.outside();
  const uint32_t before = width();
  std::vector<ExprRef> keys;
  for (uint32_t place : pushed.domain) keys.push_back(output_column(pushed.plan, place));
  ExprRef absent = pushed.absent ? replace_outers((*pushed.absent)[0], subquery_.outers) : nullptr;
  const auto* constant = dynamic_cast<const ConstantExpr*>(absent.get());
  if (constant && constant->value.is_null()) absent = nullptr;  // as a left join has it
  if (absent) {
    pushed.plan =
        with_columns(pushed.plan, {ConstantExpr::create(Value::boolean(true))}, "present");
  }
  plan_ = JoinNode::create(plan_, pushed.plan, JoinKind::kLeft, subquery_.outers, std::move(keys),
                           {}, false, !pushed.never_null);
  ExprRef value = output_column(plan_, before);
  if (is_counted) return the_only(value, output_column(plan_, before + 1));
  if (!absent) return value;
  return CaseExpr::create({IsNullExpr::create(last_column(plan_), false)},
                          {CastExpr::create(absent, value->type)}, value, subquery_.span);
}

ExprRef attached(const SubqueryExpr& subquery, PlanRef& plan, bool unknown_is_false) {
  if (!subquery.outers.empty()) {
    const bool reads_plan =
        std::any_of(subquery.outers.begin(), subquery.outers.end(),
                    [](const ExprRef& outer) { return !columns_of(outer).empty(); });
    if (reads_plan) {
      Correlated correlated(subquery, plan);
      switch (subquery.kind) {
        case SubqueryExpr::Kind::kScalar:
          return correlated.scalar();
        case SubqueryExpr::Kind::kExists:
          return correlated.exists();
        case SubqueryExpr::Kind::kMember:
          return correlated.member(unknown_is_false);
      }
    }
    // Only queries further out are read: to the rows around it, it is the same everywhere.
    auto passed_on = make_ref<SubqueryExpr>();
    passed_on->kind = subquery.kind;
    passed_on->keys = subquery.keys;
    passed_on->plan = replace_outers(subquery.plan, subquery.outers);
    passed_on->type = subquery.type;
    passed_on->span = subquery.span;
    return attached(*passed_on, plan, unknown_is_false);
  }
  const auto width = static_cast<uint32_t>(plan->schema.size());
  if (subquery.kind == SubqueryExpr::Kind::kMember) {
    // One column's NULLs say all that is unknown, in rows that are the same everywhere.
    const bool is_plain = subquery.keys.size() == 1 || unknown_is_false;
    if (!is_plain || is_correlated(subquery.plan))
      return Correlated(subquery, plan).member(unknown_is_false);
    plan = JoinNode::create(std::move(plan), subquery.plan, JoinKind::kMark, subquery.keys,
                            columns_from(subquery.plan, 0, subquery.keys.size()), {}, true);
  } else {
    plan = JoinNode::create(
        std::move(plan),
        subquery.kind == SubqueryExpr::Kind::kExists ? has_rows(subquery.plan) : subquery.plan,
        JoinKind::kCross, {}, {});
  }
  return ColumnExpr::create(width, plan->schema[width].type, plan->schema[width].name,
                            subquery.span);
}

}  // namespace

ExprRef attach_subqueries(const ExprRef& expr, PlanRef& plan) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* subquery = dynamic_cast<const SubqueryExpr*>(at.get());
    return subquery ? attached(*subquery, plan, false) : nullptr;
  });
}

PlanRef filtered_by(PlanRef plan, const ExprRef& condition) {
  std::vector<ExprRef> terms;
  for (const ExprRef& term : conjuncts_of(condition)) {
    const auto* subquery = dynamic_cast<const SubqueryExpr*>(term.get());
    if (!subquery || subquery->kind != SubqueryExpr::Kind::kMember) {
      terms.push_back(attach_subqueries(term, plan));
      continue;
    }
    std::vector<ExprRef> inputs;
    for (const ExprRef& input : subquery->inputs())
      inputs.push_back(attach_subqueries(input, plan));
    const ExprRef over = subquery->with_inputs(std::move(inputs));
    terms.push_back(attached(static_cast<const SubqueryExpr&>(*over), plan, true));
  }
  const ExprRef all = terms.size() == 1 ? terms[0] : ConjunctionExpr::create(true, terms);
  return FilterNode::create(std::move(plan), all);
}

}  // namespace doline
