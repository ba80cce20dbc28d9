// What is done with whole plans: printing, rewriting, the way through bytes.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "plan/plan_node.h"

namespace doline {

namespace {

/// Prints a plan, each shared input below the first of its readers: the paths to it may be
/// exponentially many.
class PlanPrinter {
 public:
  explicit PlanPrinter(const std::function<std::string(const PlanNode&)>& annotate)
      : annotate_(annotate) {}

  void print(const PlanRef& node, const std::string& indent) {
    text_ += node->describe();
    if (annotate_) text_ += annotate_(*node);
    if (node->tag() == NodeTag::kSharedInput && !printed_.insert(node.get()).second) {
      text_ += " (see above)";
      return;
    }
    const std::vector<PlanRef> children = node->children();
    for (size_t i = 0; i < children.size(); ++i) {
      const bool last = i + 1 == children.size();
      text_ += "\n" + indent + (last ? "└─ " : "├─ ");
      print(children[i], indent + (last ? "   " : "│  "));
    }
  }
  std::string text() && { return std::move(text_); }

 private:
  const std::function<std::string(const PlanNode&)>& annotate_;
  std::unordered_set<const PlanNode*> printed_;
  std::string text_;
};

using Done = std::unordered_map<const PlanNode*, PlanRef>;

PlanRef rewrite_once(const PlanRef& plan, const std::function<PlanRef(const PlanRef&)>& change,
                     Done& done) {
  if (const auto known = done.find(plan.get()); known != done.end()) return known->second;
  std::vector<PlanRef> children = plan->children();
  bool changed = false;
  for (PlanRef& child : children) {
    PlanRef next = rewrite_once(child, change, done);
    changed |= next.get() != child.get();
    child = std::move(next);
  }
  PlanRef current = changed ? plan->with_children(std::move(children)) : plan;
  if (PlanRef next = change(current)) current = std::move(next);
  done.emplace(plan.get(), current);
  return current;
}

}  // namespace

std::string print_plan(const PlanRef& plan,
                       const std::function<std::string(const PlanNode&)>& annotate) {
  PlanPrinter printer(annotate);
  printer.print(plan, "");
  return std::move(printer).text();
}

PlanRef through_wire(const PlanRef& plan, const AccessPolicy& access) {
  const std::vector<std::byte> bytes = to_bytes(*plan);
  const NodeRef read = node_from_bytes(bytes, &access);
  const auto* node = dynamic_cast<const PlanNode*>(read.get());
  // By bytes again, in which a shared input stands once: the paths to it may be too many to walk.
  ASSERT(node != nullptr && to_bytes(*node) == bytes);
  return PlanRef(node);
}

PlanRef rewrite_plan(const PlanRef& plan, const std::function<PlanRef(const PlanRef&)>& change) {
  Done done;
  return rewrite_once(plan, change, done);
}

bool every_node(const PlanRef& plan, const std::function<bool(const PlanRef&)>& is_so) {
  std::unordered_set<const PlanNode*> asked;
  const std::function<bool(const PlanRef&)> visit = [&](const PlanRef& node) {
    if (!asked.insert(node.get()).second) return true;
    const std::vector<PlanRef> children = node->children();
    return is_so(node) && std::all_of(children.begin(), children.end(), visit);
  };
  return visit(plan);
}

}  // namespace doline
