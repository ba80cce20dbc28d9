#include <algorithm>
#include <bit>

#include "optimizer/join_graph.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// A plan over some of a graph's relations, and which of all columns its own are.
struct Part {
  PlanRef plan;
  RelationSet relations;
  std::vector<uint32_t> columns;
};

/// Makes the plan that was chosen.
class PlanMaking {
 public:
  PlanMaking(const JoinGraph& graph, const JoinPlans& plans) : graph_(graph), plans_(plans) {
    for (const JoinGraph::Relation& relation : graph_.relations)
      width_ = relation.first_column + static_cast<uint32_t>(relation.plan->schema.size());
  }

  PlanRef whole(const Schema& schema) {
    Part part = made(graph_.all());
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    const std::vector<uint32_t> map = places(part);
    PlanRef plan = part.plan;
    if (graph_.outputs == part.columns && plan->schema == schema) return plan;
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      exprs.push_back(output_column(plan, map[graph_.outputs[i]]));
      names.push_back(schema[i].name);
    }
    return ProjectNode::create(std::move(plan), std::move(exprs), std::move(names));
  }

 private:
  Part made(RelationSet set) {
    const JoinPlan& plan = plans_.at(set);
    if (plan.left == 0) {
      const JoinGraph::Relation& relation =
          graph_.relations[static_cast<size_t>(std::countr_zero(set))];
      Part part{relation.plan, set, {}};
      for (uint32_t i = 0; i < relation.plan->schema.size(); ++i)
        part.columns.push_back(relation.first_column + i);
      return part;
    }
    Part left = made(plan.left);
    Part right = made(plan.right);
    return plan.operator_index < 0
               ? inner(left, right)
               : joined(left, right, graph_.operators[static_cast<size_t>(plan.operator_index)]);
  }

  /// Where each of all columns stands in the part's output.
  std::vector<uint32_t> places(const Part& part) const {
    std::vector<uint32_t> map(width_, 0);
    for (uint32_t i = 0; i < part.columns.size(); ++i) map[part.columns[i]] = i;
    return map;
  }
  ExprRef column(const Part& part, const std::vector<uint32_t>& map, uint32_t index) const {
    return output_column(part.plan, map[index]);
  }

  Part inner(Part& left, Part& right) const {
    const std::vector<uint32_t> left_map = places(left), right_map = places(right);
    std::vector<ExprRef> left_keys, right_keys;
    // One equality of each class: on either side all its columns are equal already.
    for (const EqualColumns& all : graph_.classes) {
      const auto* a = member_in(all, left.relations);
      const auto* b = member_in(all, right.relations);
      if (!a || !b) continue;
      left_keys.push_back(column(left, left_map, a->column));
      right_keys.push_back(column(right, right_map, b->column));
    }
    std::vector<ExprRef> left_same, right_same;  // that take NULLs for equal
    std::vector<const JoinGraph::Term*> residual;
    for (const JoinGraph::Term* term : between(left, right)) {
      const int side = side_on(*term, left.relations, right.relations);
      if (side < 0) {
        residual.push_back(term);
        continue;
      }
      auto& to_left = term->nulls_equal ? left_same : left_keys;
      auto& to_right = term->nulls_equal ? right_same : right_keys;
      to_left.push_back(remap_columns(term->sides[side], left_map));
      to_right.push_back(remap_columns(term->sides[1 - side], right_map));
    }
    const bool nulls_equal = !left_same.empty();
    if (nulls_equal && !right_keys.empty()) {
      // The join takes NULLs for equal in all its keys: those of the others go before.
      std::vector<ExprRef> not_null;
      for (const ExprRef& key : right_keys) not_null.push_back(IsNullExpr::create(key, true));
      right.plan = filtered(right.plan, std::move(not_null));
    }
    left_keys.insert(left_keys.end(), left_same.begin(), left_same.end());
    right_keys.insert(right_keys.end(), right_same.begin(), right_same.end());
    Part made{nullptr, left.relations | right.relations, left.columns};
    made.columns.insert(made.columns.end(), right.columns.begin(), right.columns.end());
    std::vector<ExprRef> terms = placed(residual, made);
    const bool is_cross = left_keys.empty() && terms.empty();
    made.plan = JoinNode::create(
        left.plan, right.plan, is_cross ? JoinKind::kCross : JoinKind::kInner, std::move(left_keys),
        std::move(right_keys), terms.empty() ? nullptr : ConjunctionExpr::create(true, terms),
        false, nulls_equal);
    return made;
  }

  Part joined(Part& left, Part& right, const JoinGraph::Operator& by) const {
    const std::vector<uint32_t> left_map = places(left), right_map = places(right);
    std::vector<ExprRef> left_keys, right_keys;
    for (const ExprRef& key : by.left_keys) left_keys.push_back(remap_columns(key, left_map));
    for (const ExprRef& key : by.right_keys) right_keys.push_back(remap_columns(key, right_map));
    Part both{nullptr, left.relations | right.relations, left.columns};
    both.columns.insert(both.columns.end(), right.columns.begin(), right.columns.end());
    const ExprRef residual = by.residual ? remap_columns(by.residual, places(both)) : nullptr;
    Part made{JoinNode::create(left.plan, right.plan, by.kind, std::move(left_keys),
                               std::move(right_keys), residual, false, by.nulls_equal),
              both.relations, by.kind == JoinKind::kLeft ? both.columns : left.columns};
    made.plan = filtered(made.plan, placed(between(left, right), made));
    return made;
  }

  static const EqualColumns::Member* member_in(const EqualColumns& all, RelationSet relations) {
    const auto found =
        std::find_if(all.members.begin(), all.members.end(),
                     [&](const auto& member) { return (relations >> member.relation & 1) != 0; });
    return found == all.members.end() ? nullptr : &*found;
  }
  /// Terms for which all is there once the two are together.
  std::vector<const JoinGraph::Term*> between(const Part& left, const Part& right) const {
    std::vector<const JoinGraph::Term*> found;
    for (const JoinGraph::Term& term : graph_.terms) {
      const auto is_in = [&](RelationSet set) { return (term.needed & ~set) == 0; };
      if (is_in(left.relations | right.relations) && !is_in(left.relations) &&
          !is_in(right.relations))
        found.push_back(&term);
    }
    return found;
  }
  /// Which side of an equality is over the left relations, its other one being over the right; -1:
  /// neither.
  static int side_on(const JoinGraph::Term& term, RelationSet left, RelationSet right) {
    if (!term.sides[0]) return -1;
    for (int side = 0; side < 2; ++side) {
      if ((term.side_relations[side] & ~left) == 0 && (term.side_relations[1 - side] & ~right) == 0)
        return side;
    }
    return -1;
  }
  std::vector<ExprRef> placed(const std::vector<const JoinGraph::Term*>& terms,
                              const Part& part) const {
    const std::vector<uint32_t> map = places(part);
    std::vector<ExprRef> exprs;
    for (const JoinGraph::Term* term : terms) exprs.push_back(remap_columns(term->expr, map));
    return exprs;
  }

  const JoinGraph& graph_;
  const JoinPlans& plans_;
  uint32_t width_ = 0;
};

/// Orders the trees of joins in a plan; shared inputs once.
class Ordering {
 public:
  PlanRef ordered(const PlanRef& plan) {
    if (plan->tag() != NodeTag::kSharedInput) return anew(plan);
    if (const auto known = shared_.find(plan.get()); known != shared_.end()) return known->second;
    PlanRef made = anew(plan);
    // One node for all its readers: else each would compute the input anew.
    shared_.emplace(plan.get(), made);
    return made;
  }

 private:
  PlanRef anew(const PlanRef& plan) {
    const auto below = [this](const PlanRef& relation) { return ordered(relation); };
    if (auto graph = JoinGraph::of(plan, below)) {
      const JoinPlans plans = best_join_plans(*graph);
      if (!plans.empty()) return PlanMaking(*graph, plans).whole(plan->schema);
    }
    std::vector<PlanRef> children = plan->children();
    bool changed = false;
    for (PlanRef& child : children) {
      PlanRef next = ordered(child);
      changed |= next.get() != child.get();
      child = std::move(next);
    }
    return changed ? plan->with_children(std::move(children)) : plan;
  }

  std::unordered_map<const PlanNode*, PlanRef> shared_;  // by what the plan had, which lives on
};

}  // namespace

PlanRef order_joins(const PlanRef& plan) {
  const EstimateScope scope;
  return Ordering().ordered(plan);
}

}  // namespace doline
