#include "exec/window/window_strategy.h"

#include <algorithm>

#include "function/aggregate_function.h"
#include "function/registry.h"

namespace doline {

AggregateExprRef plain_aggregate(const AggregateExpr& aggregate) {
  return AggregateExpr::create(*FunctionRegistry::instance().aggregate(aggregate.name),
                               aggregate.arguments, false, {}, {}, aggregate.span);
}

namespace {

/// Whether of two moments the later one stays so when `distance` is taken from both. A month before
/// the 30th and the 31st of March is the same day, and the time of day then decides; where clocks
/// are set back, so does it a day before.
bool keeps_order(const ExprRef& distance, const WindowExpr& window) {
  if (window.frame.unit != WindowFrame::Unit::kRange || !distance->type->is(TypeKind::kInterval))
    return true;
  const TypeRef key = window.order_by[0]->expr->type;
  if (!key->is_timestamp()) return true;
  const auto* constant = dynamic_cast<const ConstantExpr*>(distance.get());
  if (!constant) return false;
  const Interval& span = constant->value.as_interval();
  return span.months == 0 && (span.days == 0 || !key->is(TypeKind::kTimestampTz));
}

}  // namespace

bool edges_are_steady(const WindowExpr& window) {
  const auto is_steady = [](const ExprRef& distance) { return !distance || is_constant(distance); };
  return is_steady(window.frame_begin) && is_steady(window.frame_end);
}

bool edges_move_on(const WindowExpr& window) {
  const auto moves_on = [&](const ExprRef& distance) {
    return !distance || keeps_order(distance, window);
  };
  return edges_are_steady(window) && moves_on(window.frame_begin) && moves_on(window.frame_end);
}

FrameStrategy frame_strategy(const WindowExpr& window) {
  const AggregateExpr& aggregate = *window.aggregate;
  const AggregateFunction& function = *aggregate.function;
  const WindowFrame& frame = window.frame;
  const bool excludes = frame.exclusion != WindowFrame::Exclusion::kNone;
  const bool from_start = frame.begin == WindowFrame::Bound::kUnboundedPreceding;
  const bool is_steady = !excludes && edges_are_steady(window);
  const bool is_monotone = is_steady && edges_move_on(window);
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
    const bool has_tree = is_steady && aggregate.arguments.size() == 1 &&
                          !function.is_order_sensitive() &&
                          !plain_aggregate(aggregate)->function->has_variable_state();
    return has_tree ? FrameStrategy::kDistinctTree : FrameStrategy::kAnew;
  }
  if (aggregate.name == "mode") return is_steady ? FrameStrategy::kMode : FrameStrategy::kAnew;
  if (from_start && is_monotone) return FrameStrategy::kGrowing;
  if (is_steady && function.invertible()) return FrameStrategy::kTakingOut;
  if (function.result_grows() || !aggregate.order_by.empty()) return FrameStrategy::kAnew;
  return is_steady && !from_start && !function.has_variable_state() ? FrameStrategy::kSliding
                                                                    : FrameStrategy::kTree;
}

}  // namespace doline
