#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "optimizer/cost.h"
#include "optimizer/passes.h"
#include "plan/repeatable.h"

namespace doline {

namespace {

/// What is kept has to be this much cheaper than what is computed again.
constexpr double kWorthwhile = 0.8;

/// Finds plans that occur several times in one, and has them computed once.
class Sharing {
 public:
  PlanRef shared(const PlanRef& plan) {
    const PlanRef merged = canonical(plan);
    if (has_recursion_) return plan;
    count(merged, false);
    return rewritten(plan);
  }

 private:
  /// The plan with what occurs several times in it as one node.
  PlanRef canonical(const PlanRef& plan) {
    if (const auto done = canonical_.find(plan.get()); done != canonical_.end())
      return done->second;
    has_recursion_ |= plan->tag() == NodeTag::kRecursive;
    std::vector<PlanRef> children = plan->children();
    bool changed = false;
    for (PlanRef& child : children) {
      PlanRef next = canonical(child);
      changed |= next.get() != child.get();
      child = std::move(next);
    }
    PlanRef node = changed ? plan->with_children(children) : plan;
    // Nodes that are equal describe themselves alike.
    std::vector<PlanRef>& alike = by_text_[node->describe()];
    const auto known = std::find_if(alike.begin(), alike.end(), [&](const PlanRef& other) {
      return is_same(other->children(), children) && equal(*other, *node);
    });
    if (known != alike.end()) {
      node = *known;
    } else {
      alike.push_back(node);
    }
    canonical_.emplace(plan.get(), node);
    kept_.push_back(plan);  // so that no address comes back as another's
    return node;
  }

  static bool is_same(const std::vector<PlanRef>& a, const std::vector<PlanRef>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const PlanRef& x, const PlanRef& y) { return x.get() == y.get(); });
  }

  /// Counts from how many places each node is read. Those whose rows a join above may filter while
  /// it runs do not count: they may read far less.
  void count(const PlanRef& node, bool is_filtered) {
    if (!is_filtered) ++readers_[node.get()];
    if (!seen_.insert(node.get()).second) return;
    // Joins are not ordered yet: either side may become the one that is probed.
    const auto* join = dynamic_cast<const JoinNode*>(node.get());
    const bool filters = join && !join->left_keys.empty() && join->kind != JoinKind::kAnti &&
                         join->kind != JoinKind::kMark;
    static constexpr NodeTag kTransparent[] = {NodeTag::kFilter, NodeTag::kProject, NodeTag::kUnion,
                                               NodeTag::kAggregation};
    const bool passes = join || std::find(std::begin(kTransparent), std::end(kTransparent),
                                          node->tag()) != std::end(kTransparent);
    for (const PlanRef& child : node->children()) count(child, filters || (is_filtered && passes));
  }

  static bool works(const PlanRef& plan) {
    return plan->tag() == NodeTag::kJoin || plan->tag() == NodeTag::kAggregation ||
           plan->tag() == NodeTag::kWindowing;
  }

  bool is_worth_keeping(const PlanRef& plan) const {
    const auto readers = readers_.find(plan.get());
    if (readers == readers_.end() || readers->second < 2 ||
        every_node(plan, [](const PlanRef& node) { return !works(node); }) || !is_repeatable(plan))
      return false;
    const auto times = static_cast<double>(readers->second);
    const double once = cost_of(plan);
    return once + keeping_cost(plan) + rereading_cost(plan) * times < kWorthwhile * once * times;
  }

  /// What is not kept stays as many nodes as it was.
  PlanRef rewritten(const PlanRef& plan) {
    if (const auto done = rewritten_.find(plan.get()); done != rewritten_.end())
      return done->second;
    const PlanRef& same = canonical_.at(plan.get());
    auto kept = shared_.find(same.get());
    if (kept == shared_.end())
      kept = shared_.emplace(same.get(), Shared{is_worth_keeping(same), nullptr}).first;
    if (kept->second.is_kept && kept->second.plan) return kept->second.plan;
    std::vector<PlanRef> children = plan->children();
    bool changed = false;
    for (PlanRef& child : children) {
      PlanRef next = rewritten(child);
      changed |= next.get() != child.get();
      child = std::move(next);
    }
    PlanRef result = changed ? plan->with_children(std::move(children)) : plan;
    Shared& shared = shared_.at(same.get());
    if (shared.is_kept) result = shared.plan = SharedInputNode::create(std::move(result), "rows");
    rewritten_.emplace(plan.get(), result);
    return result;
  }

  struct Shared {
    bool is_kept;
    PlanRef plan;
  };

  bool has_recursion_ = false;
  std::unordered_map<std::string, std::vector<PlanRef>> by_text_;
  std::unordered_map<const PlanNode*, PlanRef> canonical_;
  std::vector<PlanRef> kept_;
  std::unordered_map<const PlanNode*, int> readers_;
  std::unordered_set<const PlanNode*> seen_;
  std::unordered_map<const PlanNode*, Shared> shared_;      // by canonical node
  std::unordered_map<const PlanNode*, PlanRef> rewritten_;  // by node as it was
};

}  // namespace

PlanRef share_repeated_inputs(const PlanRef& plan) { return Sharing().shared(plan); }

}  // namespace doline
