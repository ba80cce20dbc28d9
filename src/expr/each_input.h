#pragma once

#include "expr/expr.h"

namespace doline {

/// Calls see(input) for each direct input, as inputs() has them. Most nodes are calls, columns and
/// constants: those make no list for it.
template <class See>
void each_input(const Expr& expr, See&& see) {
  const NodeTag tag = expr.tag();
  if (tag == NodeTag::kColumn || tag == NodeTag::kConstant) return;
  if (tag == NodeTag::kCall) {
    for (const ExprRef& input : static_cast<const CallExpr&>(expr).arguments) see(input);
    return;
  }
  for (const ExprRef& input : expr.inputs()) see(input);
}

}  // namespace doline
