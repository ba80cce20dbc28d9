#include "plan/aggregate_parts.h"

#include <algorithm>

#include "function/registry.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

const AggregateDeclaration& declaration_of(const AggregateExpr& aggregate) {
  const AggregateDeclaration* found = FunctionRegistry::instance().aggregate(aggregate.name);
  ASSERT(found);
  return *found;
}

/// Nothing where the aggregate needs every row.
std::span<const AggregatePart> merging_of(const AggregateExpr& aggregate) {
  if (aggregate.distinct || !aggregate.order_by.empty() || aggregate.arguments.size() > 1)
    return {};
  const AggregateMerging& merging = declaration_of(aggregate).merging;
  if (merging.holds_for != nullptr && !aggregate.arguments.empty() &&
      !merging.holds_for(*aggregate.arguments[0]->type)) {
    return {};
  }
  const bool is_float =
      aggregate.type->is(TypeKind::kDouble) || aggregate.type->is(TypeKind::kFloat);
  if (merging.parts.size() > 1 && !is_float) return {};
  return merging.parts;
}

}  // namespace

bool AggregateParts::adds_up(const AggregateExpr& aggregate) {
  return declaration_of(aggregate).adds_up;
}

uint32_t AggregateParts::place_of(const Part& part, const ExprRef& guard) {
  uint32_t at = 0;
  while (at < parts_.size() && !equal(*parts_[at], *part.aggregate)) ++at;
  if (at == parts_.size()) parts_.push_back(part.aggregate);
  const auto is_same = [&](const Combination& known) {
    return known.part == at && known.again == std::string_view(part.again) &&
           (known.guard && guard ? equal(*known.guard, *guard) : known.guard == guard);
  };
  const auto found = std::find_if(combinations_.begin(), combinations_.end(), is_same);
  const auto place = static_cast<uint32_t>(found - combinations_.begin());
  if (found == combinations_.end()) combinations_.push_back({at, part.again, guard});
  return place;
}

std::optional<AggregateParts> AggregateParts::of(const std::vector<AggregateExprRef>& aggregates,
                                                 const std::vector<ExprRef>& guards) {
  AggregateParts out;
  for (size_t i = 0; i < aggregates.size(); ++i) {
    const AggregateExpr& aggregate = *aggregates[i];
    const std::span<const AggregatePart> merging = merging_of(aggregate);
    if (merging.empty()) return std::nullopt;
    Whole whole{{}, aggregate.type};
    for (const AggregatePart& step : merging) {
      const bool is_itself = aggregate.name == step.name;
      whole.of.push_back(
          out.place_of({is_itself ? aggregates[i]
                                  : aggregate_of(step.name, aggregate.arguments, aggregate.filter),
                        step.again},
                       guards.empty() ? nullptr : guards[i]));
    }
    out.wholes_.push_back(std::move(whole));
  }
  return out;
}

std::vector<AggregateExprRef> AggregateParts::combined(
    const PlanRef& input, uint32_t begin,
    const std::function<ExprRef(const ExprRef&)>& guard) const {
  std::vector<AggregateExprRef> out;
  for (const Combination& one : combinations_) {
    out.push_back(aggregate_of(one.again, {output_column(input, begin + one.part)},
                               one.guard ? guard(one.guard) : nullptr));
  }
  return out;
}

std::vector<ExprRef> AggregateParts::results(const PlanRef& input, uint32_t begin) const {
  std::vector<ExprRef> out;
  for (const Whole& whole : wholes_) {
    ExprRef value = output_column(input, begin + whole.of[0]);
    if (whole.of.size() > 1) {
      value = CallExpr::create(
          "/", {CastExpr::create(value, Type::float64()),
                CastExpr::create(output_column(input, begin + whole.of[1]), Type::float64())});
    }
    out.push_back(CastExpr::create(std::move(value), whole.type));
  }
  return out;
}

}  // namespace doline
