#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "expr/node_places.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Walks down with the terms that are to hold of a node's output, and leaves each as low as it
/// can go. A term that may fail stays above what could spare it rows (limits, other filters keep
/// their order).
class FilterPushing {
 public:
  explicit FilterPushing(bool into_shared) : into_shared_(into_shared) {}

  PlanRef push(const PlanRef& plan, std::vector<ExprRef> terms) {
    if (std::any_of(terms.begin(), terms.end(), is_never_true)) return empty_relation(plan->schema);
    switch (plan->tag()) {
      case NodeTag::kFilter: {
        const auto& node = static_cast<const FilterNode&>(*plan);
        std::vector<ExprRef> all = conjuncts_of(node.predicate);
        all.insert(all.end(), terms.begin(), terms.end());
        return push(node.input, std::move(all));
      }
      case NodeTag::kProject:
        return project(static_cast<const ProjectNode&>(*plan), std::move(terms));
      case NodeTag::kScan:
        return scan(plan, std::move(terms));
      case NodeTag::kJoin:
        return join(static_cast<const JoinNode&>(*plan), std::move(terms));
      case NodeTag::kAggregation:
        return aggregation(static_cast<const AggregationNode&>(*plan), std::move(terms));
      case NodeTag::kUnion: {
        std::vector<PlanRef> inputs;
        for (const PlanRef& input : plan->children()) inputs.push_back(push(input, terms));
        return UnionNode::create(std::move(inputs));
      }
      case NodeTag::kSort: {
        const auto& node = static_cast<const SortNode&>(*plan);
        if (node.take >= 0) return stop(plan, std::move(terms));
        return SortNode::create(push(node.input, std::move(terms)), node.keys);
      }
      case NodeTag::kUnnest: {
        const auto& node = static_cast<const UnnestNode&>(*plan);
        auto [below, above] = split(std::move(terms), node.input->schema.size());
        return filtered(plan->with_children({push(node.input, std::move(below))}),
                        std::move(above));
      }
      case NodeTag::kSharedInput:
        return into_shared_ ? stop(plan, std::move(terms)) : filtered(plan, std::move(terms));
      case NodeTag::kWindowing:
        return windowing(static_cast<const WindowingNode&>(*plan), std::move(terms));
      case NodeTag::kLimit:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
      case NodeTag::kValues:
      case NodeTag::kSingleRow:
      case NodeTag::kWrite:
      case NodeTag::kConstant:
      case NodeTag::kColumn:
      case NodeTag::kCall:
      case NodeTag::kCast:
      case NodeTag::kCase:
      case NodeTag::kConjunction:
      case NodeTag::kIsNull:
      case NodeTag::kInList:
      case NodeTag::kCoalesce:
      case NodeTag::kTry:
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kLet:
      case NodeTag::kLetValue:
        return stop(plan, std::move(terms));
    }
    return stop(plan, std::move(terms));
  }

 private:
  /// The children on their own, the terms above.
  PlanRef stop(const PlanRef& plan, std::vector<ExprRef> terms) {
    PlanRef node = plan;
    if (const auto known = done_.find(plan.get()); known != done_.end()) {
      node = known->second;
    } else {
      std::vector<PlanRef> children = plan->children();
      bool changed = false;
      for (PlanRef& child : children) {
        PlanRef next = push(child, {});
        changed |= next.get() != child.get();
        child = std::move(next);
      }
      if (changed) node = plan->with_children(std::move(children));
      done_.emplace(plan.get(), node);
    }
    return filtered(std::move(node), std::move(terms));
  }

  /// Terms that read only the first `width` columns, and the others.
  static std::pair<std::vector<ExprRef>, std::vector<ExprRef>> split(std::vector<ExprRef> terms,
                                                                     size_t width) {
    std::pair<std::vector<ExprRef>, std::vector<ExprRef>> parts;
    for (ExprRef& term : terms) {
      const std::vector<uint32_t> columns = columns_of(term);
      const bool low = !columns.empty() && columns.back() < width && !is_volatile(term);
      (low ? parts.first : parts.second).push_back(std::move(term));
    }
    return parts;
  }

  PlanRef project(const ProjectNode& node, std::vector<ExprRef> terms) {
    std::vector<ExprRef> below, above;
    for (ExprRef& term : terms) {
      bool moves = !is_volatile(term);
      for (uint32_t column : columns_of(term)) {
        // What is dear or may fail is computed once, above.
        const ExprRef& source = node.exprs[column];
        moves &= !is_volatile(source) && (source->tag() == NodeTag::kColumn ||
                                          source->tag() == NodeTag::kConstant || !can_fail(source));
      }
      if (moves) {
        // Constants of the projection may settle it.
        ExprRef moved = fold_constants(through_projection(term, node.exprs),
                                       EstimateScope::current().session());
        if (!is_true(moved)) below.push_back(std::move(moved));
      } else {
        above.push_back(std::move(term));
      }
    }
    return filtered(ProjectNode::create(push(node.input, std::move(below)), node.exprs, node.names),
                    std::move(above));
  }

  PlanRef scan(const PlanRef& plan, std::vector<ExprRef> terms) {
    if (terms.empty()) return plan;
    const auto& node = static_cast<const ScanNode&>(*plan);
    if (node.limit >= 0) return stop(plan, std::move(terms));
    std::vector<ExprRef> filters = node.filters;
    std::vector<ExprRef> above;
    NodePlaces known;
    for (uint32_t i = 0; i < filters.size(); ++i) known.add(filters[i], i);
    for (ExprRef& term : terms) {
      if (is_volatile(term)) {
        above.push_back(std::move(term));
      } else if (!known.find(*term)) {
        known.add(term, static_cast<uint32_t>(filters.size()));
        filters.push_back(std::move(term));
      }
    }
    // Terms that cannot fail go first: they keep rows from those that can; and cheap ones from
    // dear.
    std::vector<ExprRef> safe, dear, failing;
    for (ExprRef& term : filters)
      (can_fail(term) ? failing : is_dear(term) ? dear : safe).push_back(std::move(term));
    filters = std::move(safe);
    for (const auto& more : {dear, failing})
      filters.insert(filters.end(), more.begin(), more.end());
    return filtered(ScanNode::create(node.table, node.columns, std::move(filters)),
                    std::move(above));
  }

  /// Whether a term over the keys holds of all rows of a group or of none, and below the groups
  /// fails for no row that it would not have met. Of keys whose equal values may differ that is
  /// known of comparisons with constants.
  static bool is_same_within_groups(const ExprRef& term, const std::vector<ExprRef>& keys) {
    for (const uint32_t column : columns_of(term)) {
      const ExprRef& key = keys[column];
      if (is_volatile(key) || can_fail(key)) return false;
      if (!equal_means_same(key->type) && !compares_bare_columns(term)) return false;
    }
    return true;
  }
  static bool compares_bare_columns(const ExprRef& term) {
    if (term->tag() == NodeTag::kConjunction) {
      const std::vector<ExprRef> inputs = term->inputs();
      return std::all_of(inputs.begin(), inputs.end(), compares_bare_columns);
    }
    const auto is_bare = [](const ExprRef& input) {
      return input->tag() == NodeTag::kColumn || input->tag() == NodeTag::kConstant;
    };
    if (const auto* call = dynamic_cast<const CallExpr*>(term.get())) {
      static constexpr std::string_view kComparisons[] = {"=", "<>", "<", "<=", ">", ">="};
      if (std::find(std::begin(kComparisons), std::end(kComparisons), call->name) ==
          std::end(kComparisons))
        return false;
    } else if (term->tag() != NodeTag::kIsNull && term->tag() != NodeTag::kInList) {
      return false;
    }
    const std::vector<ExprRef> inputs = term->inputs();
    return std::all_of(inputs.begin(), inputs.end(), is_bare);
  }

  PlanRef aggregation(const AggregationNode& node, std::vector<ExprRef> terms) {
    if (node.keys.empty()) return stop(PlanRef(&node), std::move(terms));
    const auto width = static_cast<uint32_t>(node.keys.size());
    auto [candidates, above] = split(std::move(terms), width);
    for (const ExprRef& term : above) {
      for (ExprRef& weaker : implied_by(term, 0, width)) candidates.push_back(std::move(weaker));
    }
    std::vector<ExprRef> below;
    for (ExprRef& term : candidates)
      (is_same_within_groups(term, node.keys) ? below : above).push_back(std::move(term));
    for (ExprRef& term : below) term = through_projection(term, node.keys);
    return filtered(node.with_children({push(node.input, std::move(below))}), std::move(above));
  }

  /// What holds of all rows of a partition or of none keeps whole partitions from being sorted.
  PlanRef windowing(const WindowingNode& node, std::vector<ExprRef> terms) {
    std::vector<ExprRef> keys(node.input->schema.size());  // by column, where it is a key
    for (const ExprRef& key : node.windows[0]->partition_by) {
      if (key->tag() == NodeTag::kColumn) keys[static_cast<const ColumnExpr&>(*key).index] = key;
    }
    std::vector<ExprRef> below, above;
    for (ExprRef& term : terms) {
      const std::vector<uint32_t> columns = columns_of(term);
      const bool moves =
          !columns.empty() && !is_volatile(term) && !can_fail(term) &&
          std::all_of(columns.begin(), columns.end(),
                      [&](uint32_t column) { return column < keys.size() && keys[column]; }) &&
          is_same_within_groups(term, keys);
      (moves ? below : above).push_back(std::move(term));
    }
    if (below.empty()) return stop(PlanRef(&node), std::move(above));
    return filtered(node.with_children({push(node.input, std::move(below))}), std::move(above));
  }

  PlanRef join(const JoinNode& node, std::vector<ExprRef> terms) {
    const auto left_width = static_cast<uint32_t>(node.left->schema.size());
    std::vector<ExprRef> left, right, above;
    std::vector<ExprRef> left_keys = node.left_keys;
    std::vector<ExprRef> right_keys = node.right_keys;
    std::vector<ExprRef> residual;
    const bool inner = node.is_inner();
    // Not of an ASOF join: without some of the right rows, others are the nearest.
    const bool keeps_right = inner || (node.kind == JoinKind::kRight && !node.is_asof());
    for (ExprRef& term : terms) {
      const std::vector<uint32_t> columns = columns_of(term);
      const bool only_left = !columns.empty() && columns.back() < left_width;
      const bool only_right = !columns.empty() && columns.front() >= left_width;
      if (is_volatile(term)) {
        above.push_back(std::move(term));
      } else if (only_left && node.keeps_left()) {
        left.push_back(std::move(term));
      } else if (only_right && keeps_right) {
        right.push_back(shift_columns(term, -static_cast<int64_t>(left_width)));
      } else if (inner && !columns.empty()) {
        residual.push_back(std::move(term));
      } else {
        above.push_back(std::move(term));
      }
    }
    if (inner && node.residual) {
      for (const ExprRef& term : conjuncts_of(node.residual)) {
        const std::vector<uint32_t> columns = columns_of(term);
        if (!columns.empty() && columns.back() < left_width) {
          left.push_back(term);
        } else if (!columns.empty() && columns.front() >= left_width) {
          right.push_back(shift_columns(term, -static_cast<int64_t>(left_width)));
        } else {
          residual.push_back(term);
        }
      }
    }
    Ref<JoinNode> made = node.copy();
    if (!inner && node.residual && !node.is_asof()) {
      // What asks of one side alone which of its rows are partners at all takes the others from
      // that side, where rows without a partner do not come out of it. What may fail does so for
      // pairs alone.
      const bool filters_right = node.kind == JoinKind::kLeft || node.kind == JoinKind::kSemi ||
                                 node.kind == JoinKind::kAnti;
      const bool filters_left = node.kind == JoinKind::kRight || node.kind == JoinKind::kSemi;
      for (const ExprRef& term : conjuncts_of(node.residual)) {
        const std::vector<uint32_t> columns = columns_of(term);
        const bool may_move = !columns.empty() && !is_volatile(term) && !can_fail(term);
        if (may_move && filters_left && columns.back() < left_width) {
          left.push_back(term);
        } else if (may_move && filters_right && columns.front() >= left_width) {
          right.push_back(shift_columns(term, -static_cast<int64_t>(left_width)));
        } else {
          residual.push_back(term);
        }
      }
      made->residual =
          residual.empty() ? nullptr : ConjunctionExpr::create(true, std::move(residual));
    }
    if (inner) {
      for (const ExprRef& term : residual) {
        for (ExprRef& weaker : implied_by(term, 0, left_width)) left.push_back(std::move(weaker));
        for (ExprRef& weaker : implied_by(term, left_width, ~uint32_t{0})) {
          right.push_back(shift_columns(weaker, -static_cast<int64_t>(left_width)));
        }
      }
      std::vector<ExprRef> kept;
      for (const ExprRef& term : residual) {
        // Where keys match NULL with NULL, what matches no NULL cannot become one.
        if (node.nulls_equal || !add_key(term, left_width, left_keys, right_keys))
          kept.push_back(term);
      }
      made->residual = kept.empty() ? nullptr : ConjunctionExpr::create(true, std::move(kept));
      made->kind = left_keys.empty() && !made->residual ? JoinKind::kCross : JoinKind::kInner;
      made->left_keys = std::move(left_keys);
      made->right_keys = std::move(right_keys);
    }
    made->left = push(node.left, std::move(left));
    made->right = push(node.right, std::move(right));
    made->runtime_filters.clear();
    made->complete();
    return filtered(std::move(made), std::move(above));
  }

  static bool add_key(const ExprRef& term, uint32_t left_width, std::vector<ExprRef>& left_keys,
                      std::vector<ExprRef>& right_keys) {
    const auto* call = dynamic_cast<const CallExpr*>(term.get());
    if (!call || call->name != "=" || call->arguments.size() != 2) return false;
    const auto side = [&](const ExprRef& expr) {
      const std::vector<uint32_t> columns = columns_of(expr);
      return columns.empty()                 ? 0
             : columns.back() < left_width   ? 1
             : columns.front() >= left_width ? 2
                                             : 3;
    };
    const int a = side(call->arguments[0]);
    const int b = side(call->arguments[1]);
    if (!((a == 1 && b == 2) || (a == 2 && b == 1))) return false;
    left_keys.push_back(call->arguments[a == 1 ? 0 : 1]);
    right_keys.push_back(
        shift_columns(call->arguments[a == 1 ? 1 : 0], -static_cast<int64_t>(left_width)));
    return true;
  }

  const bool into_shared_;
  std::unordered_map<const PlanNode*, PlanRef> done_;  // shared inputs stay shared
};

}  // namespace

bool equal_means_same(TypeRef type) {
  if (type->is_floating() || type->is(TypeKind::kInterval)) return false;
  if (type->is(TypeKind::kList) || type->is(TypeKind::kArray))
    return equal_means_same(type->element());
  if (!type->is(TypeKind::kStruct) && !type->is(TypeKind::kMap)) return true;
  return std::all_of(type->fields().begin(), type->fields().end(),
                     [](const Field& field) { return equal_means_same(field.type); });
}

PlanRef push_filters(const PlanRef& plan) {
  const EstimateScope scope;
  return drop_empty(FilterPushing(true).push(plan, {}));
}

PlanRef push_terms(const PlanRef& plan, std::vector<ExprRef> terms) {
  const EstimateScope scope;
  return drop_empty(FilterPushing(false).push(plan, std::move(terms)));
}

}  // namespace doline
