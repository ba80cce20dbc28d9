// What a subquery in an expression becomes: a join of the rows around it with the subquery's.

#include <algorithm>

#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

ExprRef last_column(const PlanRef& plan) {
  return output_column(plan, static_cast<uint32_t>(plan->schema.size() - 1));
}

/// One row: whether `plan` has any.
PlanRef has_rows(const PlanRef& plan) {
  // A limit would be one for each value that is read further out: rows numbered for nothing.
  const PlanRef rows = is_correlated(plan) ? plan : LimitNode::create(plan, 0, 1);
  PlanRef counted = AggregationNode::create(rows, {}, {}, {aggregate_of("count", {})}, {"count"});
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

ExprRef any_null(const std::vector<ExprRef>& exprs) {
  std::vector<ExprRef> nulls;
  for (const ExprRef& expr : exprs) nulls.push_back(IsNullExpr::create(expr, false));
  return ConjunctionExpr::create(false, std::move(nulls));
}

/// A mark join being put together.
struct Matching {
  PlanRef right;
  std::vector<ExprRef> left_keys, right_keys;
  std::vector<ExprRef> residual;  // over both sides
  bool nulls_equal = false;

  /// This with the condition over a left side that has become wider: `now` instead of `before`.
  Matching behind(uint32_t before, uint32_t now) const {
    Matching out = *this;
    for (ExprRef& term : out.residual) {
      term = rewrite(term, [&](const ExprRef& at) -> ExprRef {
        const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
        if (!column || column->index < before) return nullptr;
        return ColumnExpr::create(column->index + now - before, column->type, column->name);
      });
    }
    return out;
  }
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
  /// Where nothing of the plan is read it is what it is, whatever queries further out it reads.
  std::optional<Matching> pulled_up(const PlanRef& subquery) const;
  /// Whose values the subquery gives, and these as expressions over the rows that are compared.
  struct Members {
    PlanRef rows;
    std::vector<ExprRef> values;
  };
  Members members() const;
  /// Marks the plan by whether a row's values equal the keys.
  ExprRef marked_equal(Matching rows, const std::vector<ExprRef>& keys,
                       const std::vector<ExprRef>& values);
  /// … or would, but for NULLs.
  ExprRef marked_unknown(Matching rows, const std::vector<ExprRef>& keys,
                         const std::vector<ExprRef>& values);
  /// As columns of the plan.
  std::vector<ExprRef> computed_once(const std::vector<ExprRef>& exprs);
  uint32_t width() const { return static_cast<uint32_t>(plan_->schema.size()); }

  const SubqueryExpr& subquery_;
  PlanRef& plan_;
};

std::optional<Matching> Correlated::pulled_up(const PlanRef& subquery) const {
  Matching out;
  if (subquery_.outers.empty() || !is_correlated(subquery)) {
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
  out.right_keys = pushed.outside_columns();
  out.nulls_equal = !pushed.never_null;
  return out;
}

ExprRef Correlated::exists() {
  const PlanRef subquery = bare(subquery_.plan);
  if (gives_one_row(*subquery)) return ConstantExpr::create(Value::boolean(true), subquery_.span);
  matching(subquery).mark(plan_);
  return last_column(plan_);
}

Correlated::Members Correlated::members() const {
  Members out{subquery_.plan, output_columns(subquery_.plan)};
  while (const auto* project = dynamic_cast<const ProjectNode*>(out.rows.get())) {
    for (ExprRef& value : out.values) value = through_projection(value, project->exprs);
    out.rows = project->input;
  }
  const bool is_pullable =
      std::none_of(out.values.begin(), out.values.end(),
                   [](const ExprRef& value) { return is_correlated(value) || is_volatile(value); });
  if (is_pullable && pulled_up(out.rows)) return out;
  return {subquery_.plan, output_columns(subquery_.plan)};
}

ExprRef Correlated::marked_equal(Matching rows, const std::vector<ExprRef>& keys,
                                 const std::vector<ExprRef>& values) {
  std::vector<ExprRef> not_null;
  for (size_t i = 0; i < values.size(); ++i) {
    rows.left_keys.push_back(keys[i]);
    rows.right_keys.push_back(values[i]);
    if (rows.nulls_equal) not_null.push_back(IsNullExpr::create(values[i], true));
  }
  rows.right = filtered(rows.right, std::move(not_null));
  rows.mark(plan_);
  return last_column(plan_);
}

ExprRef Correlated::marked_unknown(Matching rows, const std::vector<ExprRef>& keys,
                                   const std::vector<ExprRef>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    const ExprRef value = shift_columns(values[i], static_cast<int64_t>(width()));
    rows.residual.push_back(ConjunctionExpr::create(
        false, {CallExpr::create("=", {keys[i], value}), any_null({keys[i], value})}));
  }
  rows.mark(plan_);
  return last_column(plan_);
}

ExprRef Correlated::member(bool unknown_is_false) {
  std::vector<ExprRef> keys = subquery_.keys;
  if (!unknown_is_false) keys = computed_once(keys);
  const auto [subquery, values] = members();
  Matching rows = matching(subquery);
  const uint32_t before = width();
  if (unknown_is_false) return marked_equal(std::move(rows), keys, values);

  rows.right = SharedInputNode::create(rows.right, "members");
  const ExprRef found = marked_equal(rows, keys, values);
  // Where none is equal, the answer is unknown if a row differs in no column but for NULLs on
  // either side: each row outside beside the few rows with NULLs, then the few rows outside with
  // NULLs beside each row.
  Matching with_nulls = rows.behind(before, width());
  with_nulls.right = filtered(rows.right, {any_null(values)});
  const ExprRef by_values = marked_unknown(std::move(with_nulls), keys, values);
  Matching all = rows.behind(before, width());
  all.residual.push_back(any_null(keys));
  const ExprRef by_keys = marked_unknown(std::move(all), keys, values);
  return CaseExpr::create({found, ConjunctionExpr::create(false, {by_values, by_keys})},
                          {ConstantExpr::create(Value::boolean(true)),
                           ConstantExpr::create(Value::null(Type::boolean()))},
                          ConstantExpr::create(Value::boolean(false)), subquery_.span);
}

std::vector<ExprRef> Correlated::computed_once(const std::vector<ExprRef>& exprs) {
  const uint32_t before = width();
  plan_ = with_columns(plan_, exprs, "key");
  return output_columns(plan_, before, exprs.size());
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
  std::vector<ExprRef> keys = pushed.outside_columns();
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

/// The same with columns of the plan for keys that may come out differently each time: a join that
/// spills computes its keys again.
ExprRef with_keys_computed(const SubqueryExpr& subquery, PlanRef& plan) {
  if (std::none_of(subquery.keys.begin(), subquery.keys.end(), is_volatile))
    return ExprRef(&subquery);
  std::vector<ExprRef> inputs = subquery.inputs();
  for (size_t i = 0; i < subquery.keys.size(); ++i) {
    if (!is_volatile(inputs[i])) continue;
    plan = with_columns(plan, {inputs[i]}, "key");
    inputs[i] = last_column(plan);
  }
  return subquery.with_inputs(std::move(inputs));
}

ExprRef attached(const SubqueryExpr& given, PlanRef& plan, bool unknown_is_false) {
  const ExprRef over = with_keys_computed(given, plan);
  const auto& subquery = static_cast<const SubqueryExpr&>(*over);
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
                            output_columns(subquery.plan, 0, subquery.keys.size()), {}, true);
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
  // What was bound once may stand in several places (BETWEEN, a CASE's operand): it joins once.
  std::vector<std::pair<ExprRef, ExprRef>> known;
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* subquery = dynamic_cast<const SubqueryExpr*>(at.get());
    if (!subquery) return nullptr;
    for (const auto& [other, value] : known) {
      if (subquery->is_same(static_cast<const SubqueryExpr&>(*other))) return value;
    }
    known.emplace_back(at, attached(*subquery, plan, false));
    return known.back().second;
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
