#include "plan/aggregate_parts.h"

#include "plan/plan_expressions.h"

namespace doline {

std::optional<AggregateParts> AggregateParts::of(const std::vector<AggregateExprRef>& aggregates) {
  AggregateParts out;
  for (const AggregateExprRef& aggregate : aggregates) {
    if (aggregate->distinct || !aggregate->order_by.empty()) return std::nullopt;
    out.wholes_.push_back(
        {aggregate->name, static_cast<uint32_t>(out.parts_.size()), aggregate->type});
    if (aggregate->name == "avg" && aggregate->type->is(TypeKind::kDouble)) {
      out.parts_.push_back(aggregate_of("sum", aggregate->arguments, aggregate->filter));
      out.parts_.push_back(aggregate_of("count", aggregate->arguments, aggregate->filter));
      continue;
    }
    const bool is_part = aggregate->name == "sum" || aggregate->name == "count" ||
                         aggregate->name == "count_star" ||
                         (aggregate->arguments.size() == 1 &&
                          (aggregate->name == "min" || aggregate->name == "max"));
    if (!is_part) return std::nullopt;
    out.parts_.push_back(aggregate);
  }
  return out;
}

std::vector<AggregateExprRef> AggregateParts::combined(const PlanRef& input, uint32_t begin) const {
  std::vector<AggregateExprRef> out;
  for (uint32_t i = 0; i < parts_.size(); ++i) {
    const std::string& name = parts_[i]->name;
    const char* again = name == "min" || name == "max" ? name.c_str() : "sum";
    out.push_back(aggregate_of(again, {output_column(input, begin + i)}));
  }
  return out;
}

std::vector<ExprRef> AggregateParts::results(const PlanRef& input, uint32_t begin) const {
  std::vector<ExprRef> out;
  for (const Whole& whole : wholes_) {
    ExprRef value = output_column(input, begin + whole.part);
    if (whole.name.starts_with("count"))  // of no groups at all
      value = CoalesceExpr::create(
          {CastExpr::create(value, Type::int64()), ConstantExpr::create(Value::integer(0))});
    if (whole.name == "avg") {
      value = CallExpr::create(
          "/", {CastExpr::create(value, Type::float64()),
                CastExpr::create(output_column(input, begin + whole.part + 1), Type::float64())});
    }
    out.push_back(CastExpr::create(std::move(value), whole.type));
  }
  return out;
}

}  // namespace doline
