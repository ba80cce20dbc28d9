// Values that several places of a SELECT read by one name.
#include <algorithm>

#include "bind/select_binder.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

struct NamedValue {
  int64_t name;
  ExprRef value;
  size_t uses;
};

/// The names in the expression, those within others' values before these.
void add_names(const ExprRef& expr, std::vector<NamedValue>& names) {
  if (const auto* named = dynamic_cast<const NamedValueExpr*>(expr.get())) {
    const auto known = std::find_if(names.begin(), names.end(), [&](const NamedValue& other) {
      return other.name == named->name;
    });
    if (known != names.end()) {
      ++known->uses;
      return;
    }
    add_names(named->value, names);
    names.push_back({named->name, named->value, 1});
    return;
  }
  for (const ExprRef& input : expr->inputs()) add_names(input, names);
}

bool waits(const ExprRef& value) {
  bool found = false;
  visit(value, [&](const Expr& at) {
    found |= at.tag() == NodeTag::kWindow || dynamic_cast<const UnnestExpr*>(&at);
  });
  return found;
}

/// Whether the value is there before rows are grouped.
bool is_of_rows(const ExprRef& value) {
  bool found = waits(value);
  visit(value, [&](const Expr& at) {
    found |= at.tag() == NodeTag::kAggregate || dynamic_cast<const GroupingExpr*>(&at);
  });
  return !found;
}

/// The value as a column behind those of the plan.
ExprRef as_column(const ExprRef& value, PlanRef& plan) {
  const ExprRef attached = attach_subqueries(value, plan);
  plan = with_columns(plan, {attached}, value->to_string());
  return output_column(plan, static_cast<uint32_t>(plan->schema.size()) - 1);
}

}  // namespace

ExprRef with_names(const ExprRef& expr, const std::map<int64_t, ExprRef>& meant) {
  if (meant.empty()) return expr;
  return rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* named = dynamic_cast<const NamedValueExpr*>(at.get());
    const auto found = named ? meant.find(named->name) : meant.end();
    return found == meant.end() ? nullptr : found->second;
  });
}

ExprRef SelectBinder::without_names(const ExprRef& expr) const {
  return rewrite(with_names(expr, settled_names_), [](const ExprRef& at) -> ExprRef {
    const auto* named = dynamic_cast<const NamedValueExpr*>(at.get());
    return named ? named->value : nullptr;
  });
}

ExprRef SelectBinder::with_names_settled(const ExprRef& expr, std::map<int64_t, ExprRef>& settled) {
  std::vector<NamedValue> names;
  add_names(expr, names);
  for (const NamedValue& named : names) {
    if (settled.contains(named.name) || !is_of_rows(named.value)) continue;
    settled[named.name] = as_column(with_names(named.value, settled), plan_);
  }
  return with_names(expr, settled);
}

void SelectBinder::settle_names() {
  std::vector<NamedValue> names;
  for_each_named([&](const ExprRef& expr) { add_names(expr, names); });
  std::map<int64_t, ExprRef> meant;
  for (const NamedValue& named : names) {
    const ExprRef value = with_names(named.value, meant);
    if (named.uses == 1) {
      meant[named.name] = value;
    } else if (!waits(value)) {
      meant[named.name] = as_column(value, plan_);
    }
  }
  for_each_named([&](ExprRef& expr) { expr = with_names(expr, meant); });
}

}  // namespace doline
