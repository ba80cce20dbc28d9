#include "exec/window/window_strategy.h"

#include <algorithm>

#include "function/aggregate_function.h"
#include "function/registry.h"

namespace doline {

AggregateExprRef plain_aggregate(const AggregateExpr& aggregate) {
  return AggregateExpr::create(*FunctionRegistry::instance().aggregate(aggregate.name),
                               aggregate.arguments, false, {}, {}, aggregate.span);
}

FrameStrategy frame_strategy(const WindowExpr& window) {
  const AggregateExpr& aggregate = *window.aggregate;
  const AggregateFunction& function = *aggregate.function;
  const WindowFrame& frame = window.frame;
  const bool excludes = frame.exclusion != WindowFrame::Exclusion::kNone;
  const bool from_start = frame.begin == WindowFrame::Bound::kUnboundedPreceding;
  const auto moves_on = [](const ExprRef& distance) { return !distance || is_constant(distance); };
  const bool is_monotone = !excludes && moves_on(window.frame_begin) && moves_on(window.frame_end);
  if (from_start && !excludes &&
      (frame.end == WindowFrame::Bound::kUnboundedFollowing ||
       (frame.end == WindowFrame::Bound::kCurrentRow && window.order_by.empty() &&
        frame.unit != WindowFrame::Unit::kRows))) {
    return FrameStrategy::kWhole;
  }
  if (function.is_ranked()) return FrameStrategy::kRanked;
  if (aggregate.distinct) {
    if (from_start && is_monotone) return FrameStrategy::kGrowing;
    if (aggregate.name == "count" && aggregate.arguments.size() == 1 && !excludes)
      return FrameStrategy::kDistinctCount;
    const bool has_tree = is_monotone && aggregate.arguments.size() == 1 &&
                          !function.is_order_sensitive() &&
                          !plain_aggregate(aggregate)->function->has_variable_state();
    return has_tree ? FrameStrategy::kDistinctTree : FrameStrategy::kAnew;
  }
  if (aggregate.name == "mode") return is_monotone ? FrameStrategy::kMode : FrameStrategy::kAnew;
  if (from_start && is_monotone) return FrameStrategy::kGrowing;
  if (is_monotone && function.invertible()) return FrameStrategy::kTakingOut;
  if (function.result_grows() || !aggregate.order_by.empty()) return FrameStrategy::kAnew;
  return is_monotone && !function.has_variable_state() ? FrameStrategy::kSliding
                                                       : FrameStrategy::kTree;
}

}  // namespace doline
