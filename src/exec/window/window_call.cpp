#include "exec/window/window_call.h"

#include "exec/window/window_strategy.h"

namespace doline {

std::unique_ptr<WindowCall> WindowCall::create(const CallSetup& setup) {
  if (!setup.window.argument_order.empty()) return make_ordered_call(setup);
  switch (setup.window.kind) {
    case WindowKind::kAggregate:
      return make_window_aggregate(setup);
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
    case WindowKind::kNtile:
      return make_rank_call(setup);
    case WindowKind::kLag:
    case WindowKind::kLead:
      return make_shift_call(setup);
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
    case WindowKind::kNthValue:
      return make_frame_value_call(setup);
    case WindowKind::kFill:
      return make_fill_call(setup);
  }
  UNREACHABLE();
}

bool is_streaming_call(const WindowExpr& window) {
  if (!window.argument_order.empty()) return false;
  switch (window.kind) {
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      return true;
    case WindowKind::kAggregate:
      return window.frame.unit == WindowFrame::Unit::kRows &&
             window.frame.end == WindowFrame::Bound::kCurrentRow &&
             frame_strategy(window) == FrameStrategy::kGrowing;
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
    case WindowKind::kNtile:
    case WindowKind::kLag:
    case WindowKind::kLead:
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
    case WindowKind::kNthValue:
    case WindowKind::kFill:
      return false;
  }
  UNREACHABLE();
}

}  // namespace doline
