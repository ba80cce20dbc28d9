#include <cmath>

#include "bind/query_binder.h"
#include "plan/plan_expressions.h"
#include "plan/sample_node.h"

namespace doline {

PlanRef QueryBinder::sampled(PlanRef plan, const sql::Sample& sample) {
  ExprContext context;
  context.clause = "SAMPLE";
  const SourceSpan span = sample.amount->span;
  const Value amount = constant_value(
      CastExpr::create(expression(*sample.amount, context), Type::float64(), false, span), "SAMPLE",
      span);
  if (amount.is_null()) throw Error(ErrorCode::kBind, span, "SAMPLE of NULL rows");
  const double size = amount.as_real();
  if (sample.percent && !(size >= 0 && size <= 100))
    throw Error(ErrorCode::kBind, span, "SAMPLE takes 0 to 100 percent");
  constexpr double kMostRows = 1e15;
  if (!sample.percent && !(size >= 0 && size <= kMostRows))
    throw Error(ErrorCode::kBind, span, "SAMPLE takes no such number of rows");

  // Another one each time, unless it is said.
  auto seed = static_cast<int64_t>(catalog_.session().seed + ++samples_);
  if (sample.seed) {
    const Value given = constant_value(CastExpr::create(expression(*sample.seed, context),
                                                        Type::int64(), false, sample.seed->span),
                                       "REPEATABLE", sample.seed->span);
    if (given.is_null()) throw Error(ErrorCode::kBind, sample.seed->span, "REPEATABLE (NULL)");
    seed = static_cast<int64_t>(given.as_integer());
  }

  std::string method = folded(sample.method.text);
  if (method.empty()) method = sample.percent ? "system" : "reservoir";
  if (method != "system" && method != "bernoulli" && method != "reservoir") {
    Error error(ErrorCode::kBind, sample.method.span, "no method of sampling \"{}\"",
                sample.method.text);
    const std::string near = nearest_name(method, {"reservoir", "bernoulli", "system"});
    throw std::move(error).hint(near.empty() ? "the methods are reservoir, bernoulli and system"
                                             : "did you mean " + near + "?");
  }
  if (method != "reservoir" && !sample.percent) {
    throw Error(ErrorCode::kBind, span, "{} takes a share, not a number of rows", method)
        .hint(fmt::format("{}(10%), or reservoir({} ROWS)", method, size));
  }

  const auto width = static_cast<uint32_t>(plan->schema.size());
  uint32_t at = width;
  int64_t place = -1;
  if (sample.seed) {
    plan = WindowingNode::create(std::move(plan), {row_number_over({})}, {"place"});
    place = at++;
  }
  if (method != "reservoir") {
    const SampleKind kind = method == "system" ? SampleKind::kChunks : SampleKind::kRows;
    plan = SampleNode::create(std::move(plan), kind, size / 100, seed, place);
    return first_columns(plan, width);
  }
  // Those with the lowest of the numbers drawn, in their old order.
  plan = SampleNode::create(std::move(plan), SampleKind::kNumbers, 1, seed, place);
  const auto sorted = [&](uint32_t column) {
    return SortNode::create(plan, {SortKey::create(output_column(plan, column), false, false)});
  };
  plan = sorted(at);
  plan = sample.percent ? LimitNode::create(plan, 0, -1, size)
                        : LimitNode::create(plan, 0, std::llround(size));
  plan = sorted(at + 1);
  return first_columns(plan, width);
}

}  // namespace doline
