#include "plan/aggregate_parts.h"

#include <algorithm>

#include "plan/plan_expressions.h"

namespace doline {

uint32_t AggregateParts::place_of(const AggregateExprRef& part, const ExprRef& guard) {
  uint32_t at = 0;
  while (at < parts_.size() && !equal(*parts_[at], *part)) ++at;
  if (at == parts_.size()) parts_.push_back(part);
  const auto is_same = [&](const Combination& known) {
    return known.part == at &&
           (known.guard && guard ? equal(*known.guard, *guard) : known.guard == guard);
  };
  const auto found = std::find_if(combinations_.begin(), combinations_.end(), is_same);
  const auto place = static_cast<uint32_t>(found - combinations_.begin());
  if (found == combinations_.end()) combinations_.push_back({at, guard});
  return place;
}

std::optional<AggregateParts> AggregateParts::of(const std::vector<AggregateExprRef>& aggregates,
                                                 const std::vector<ExprRef>& guards) {
  AggregateParts out;
  for (size_t i = 0; i < aggregates.size(); ++i) {
    const AggregateExprRef& aggregate = aggregates[i];
    const ExprRef guard = guards.empty() ? nullptr : guards[i];
    if (aggregate->distinct || !aggregate->order_by.empty()) return std::nullopt;
    if (aggregate->name == "avg" && aggregate->type->is(TypeKind::kDouble)) {
      const auto part = [&](const char* name) {
        return out.place_of(aggregate_of(name, aggregate->arguments, aggregate->filter), guard);
      };
      const uint32_t sum = part("sum");
      out.wholes_.push_back({aggregate->name, sum, part("count"), aggregate->type});
      continue;
    }
    const bool is_part = aggregate->name == "sum" || aggregate->name == "count" ||
                         aggregate->name == "count_star" ||
                         (aggregate->arguments.size() == 1 &&
                          (aggregate->name == "min" || aggregate->name == "max"));
    if (!is_part) return std::nullopt;
    const uint32_t place = out.place_of(aggregate, guard);
    out.wholes_.push_back({aggregate->name, place, place, aggregate->type});
  }
  return out;
}

std::vector<AggregateExprRef> AggregateParts::combined(
    const PlanRef& input, uint32_t begin,
    const std::function<ExprRef(const ExprRef&)>& guard) const {
  std::vector<AggregateExprRef> out;
  for (const Combination& one : combinations_) {
    const std::string& name = parts_[one.part]->name;
    const char* again = name == "min" || name == "max" ? name.c_str() : "sum";
    out.push_back(aggregate_of(again, {output_column(input, begin + one.part)},
                               one.guard ? guard(one.guard) : nullptr));
  }
  return out;
}

std::vector<ExprRef> AggregateParts::results(const PlanRef& input, uint32_t begin) const {
  std::vector<ExprRef> out;
  for (const Whole& whole : wholes_) {
    ExprRef value = output_column(input, begin + whole.first);
    if (whole.name.starts_with("count"))  // of no groups at all
      value = CoalesceExpr::create(
          {CastExpr::create(value, Type::int64()), ConstantExpr::create(Value::integer(0))});
    if (whole.name == "avg") {
      value = CallExpr::create(
          "/", {CastExpr::create(value, Type::float64()),
                CastExpr::create(output_column(input, begin + whole.count), Type::float64())});
    }
    out.push_back(CastExpr::create(std::move(value), whole.type));
  }
  return out;
}

}  // namespace doline
