#include "optimizer/passes.h"
#include "optimizer/shared_readers.h"

namespace doline {

PlanRef filter_shared_inputs(const PlanRef& plan) {
  PlanRef result = plan;
  // What one is told becomes filters over those that it reads: they come later, and are looked at
  // anew; or it turns out to read nothing, and they are gone.
  for (size_t i = 0;; ++i) {
    const SharedReaders readers(result);
    if (i >= readers.shared().size()) return result;
    const PlanRef& shared = readers.shared()[i];
    std::vector<ExprRef> terms = readers.common_terms(*shared);
    if (terms.empty()) continue;
    result = rewrite_plan(result, [&](const PlanRef& node) -> PlanRef {
      if (node.get() != shared.get()) return nullptr;
      const auto& old = static_cast<const SharedInputNode&>(*node);
      return SharedInputNode::create(push_terms(old.input, std::move(terms)), old.name);
    });
  }
}

}  // namespace doline
