#include <algorithm>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// The OR-ed terms of a predicate; itself alone when it is no OR.
std::vector<ExprRef> disjuncts_of(const ExprRef& predicate) {
  const auto* conjunction = dynamic_cast<const ConjunctionExpr*>(predicate.get());
  if (!conjunction || conjunction->is_and) return {predicate};
  std::vector<ExprRef> terms;
  for (const ExprRef& term : conjunction->terms) {
    for (ExprRef& inner : disjuncts_of(term)) terms.push_back(std::move(inner));
  }
  return terms;
}

bool same(const ExprRef& a, const ExprRef& b) { return a.get() == b.get() || equal(*a, *b); }

/// `input = value` or `input IN (values)`.
struct Choice {
  ExprRef input;  // null: the term is neither
  std::vector<Value> values;
};
Choice choice_of(const ExprRef& term) {
  if (const auto* list = dynamic_cast<const InListExpr*>(term.get()))
    return {list->input, list->values};
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  if (!call || call->name != "=") return {};
  for (const size_t side : {0, 1}) {
    const auto* constant = dynamic_cast<const ConstantExpr*>(call->arguments[side].get());
    if (constant && !is_constant(call->arguments[1 - side]))
      return {call->arguments[1 - side], {constant->value}};
  }
  return {};
}

/// The branches OR-ed: choices of one input's values are one list, of which bounds and numbers of
/// values are known.
ExprRef any_of(std::vector<ExprRef> branches) {
  constexpr size_t kMostCompared = 64;  // of more values some may be twice in the list
  Choice all;
  for (const ExprRef& branch : branches) {
    Choice one = choice_of(branch);
    if (!one.input || (all.input && !same(one.input, all.input)))
      return ConjunctionExpr::create(false, std::move(branches));
    all.input = std::move(one.input);
    for (Value& value : one.values) {
      if (all.values.size() > kMostCompared ||
          std::find(all.values.begin(), all.values.end(), value) == all.values.end())
        all.values.push_back(std::move(value));
    }
  }
  return InListExpr::create(all.input, std::move(all.values), branches[0]->span);
}

}  // namespace

// Behind what is common the others see fewer rows, so they may be of the kind that fails; what is
// common, which now sees all of them, may not.
std::vector<ExprRef> factored(const ExprRef& term) {
  const std::vector<ExprRef> branches = disjuncts_of(term);
  if (branches.size() < 2 || is_volatile(term)) return {term};
  std::vector<std::vector<ExprRef>> parts;
  for (const ExprRef& branch : branches) parts.push_back(conjuncts_of(branch));
  const auto holds = [](const std::vector<ExprRef>& part, const ExprRef& wanted) {
    return std::any_of(part.begin(), part.end(),
                       [&](const ExprRef& own) { return same(own, wanted); });
  };
  std::vector<ExprRef> common;
  for (const ExprRef& candidate : parts[0]) {
    if (can_fail(candidate)) continue;
    const bool everywhere = std::all_of(parts.begin() + 1, parts.end(),
                                        [&](const auto& part) { return holds(part, candidate); });
    if (everywhere && !holds(common, candidate)) common.push_back(candidate);
  }
  if (common.empty()) {
    ExprRef list = any_of(branches);
    return {list->tag() == NodeTag::kInList ? std::move(list) : term};
  }
  std::vector<ExprRef> rest;
  for (const auto& part : parts) {
    std::vector<ExprRef> own;
    for (const ExprRef& inner : part) {
      if (!holds(common, inner)) own.push_back(inner);
    }
    if (own.empty()) return common;  // this branch asks no more than all do
    rest.push_back(ConjunctionExpr::create(true, std::move(own)));
  }
  common.push_back(any_of(std::move(rest)));
  return common;
}

PlanRef factor_or(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* filter = dynamic_cast<const FilterNode*>(node.get());
    if (!filter) return nullptr;
    std::vector<ExprRef> terms;
    bool changed = false;
    for (const ExprRef& term : conjuncts_of(filter->predicate)) {
      for (ExprRef& part : factored(term)) {
        changed |= part.get() != term.get();
        terms.push_back(std::move(part));
      }
    }
    return changed ? filtered(filter->input, std::move(terms)) : nullptr;
  });
}

std::vector<ExprRef> implied_by(const ExprRef& term, uint32_t begin, uint32_t end) {
  if (can_fail(term) || is_volatile(term)) return {};
  const std::vector<ExprRef> branches = disjuncts_of(term);
  if (branches.size() < 2) return {};
  std::vector<ExprRef> either;
  for (const ExprRef& branch : branches) {
    std::vector<ExprRef> own;
    for (const ExprRef& inner : conjuncts_of(branch)) {
      const std::vector<uint32_t> columns = columns_of(inner);
      if (!columns.empty() && columns.front() >= begin && columns.back() < end)
        own.push_back(inner);
    }
    if (own.empty()) return {};
    either.push_back(ConjunctionExpr::create(true, std::move(own)));
  }
  return {any_of(std::move(either))};
}

}  // namespace doline
