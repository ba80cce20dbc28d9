#include <algorithm>
#include <set>
#include <unordered_map>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

using Columns = std::set<uint32_t>;

constexpr uint32_t kGone = ~uint32_t{0};

/// A plan with fewer columns, and where each old column now stands.
struct Pruned {
  PlanRef plan;
  std::vector<uint32_t> map;
};

void need(Columns& columns, const ExprRef& expr) {
  for (uint32_t column : columns_of(expr)) columns.insert(column);
}

std::vector<uint32_t> identity(size_t width) {
  std::vector<uint32_t> map(width);
  for (uint32_t i = 0; i < width; ++i) map[i] = i;
  return map;
}

class Pruning {
 public:
  /// The plan with at least the wanted columns.
  Pruned prune(const PlanRef& plan, const Columns& wanted) {
    switch (plan->tag()) {
      case NodeTag::kScan:
        return scan(static_cast<const ScanNode&>(*plan), wanted);
      case NodeTag::kFilter: {
        const auto& node = static_cast<const FilterNode&>(*plan);
        Columns below = wanted;
        need(below, node.predicate);
        Pruned input = prune(node.input, below);
        return {FilterNode::create(input.plan, remap_columns(node.predicate, input.map)),
                input.map};
      }
      case NodeTag::kProject:
        return project(static_cast<const ProjectNode&>(*plan), wanted);
      case NodeTag::kAggregation:
        return aggregation(static_cast<const AggregationNode&>(*plan), wanted);
      case NodeTag::kJoin:
        return join(static_cast<const JoinNode&>(*plan), wanted);
      case NodeTag::kSort: {
        const auto& node = static_cast<const SortNode&>(*plan);
        Columns below = wanted;
        for (const SortKeyRef& key : node.keys) need(below, key->expr);
        Pruned input = prune(node.input, below);
        std::vector<SortKeyRef> keys;
        for (const SortKeyRef& key : node.keys) {
          keys.push_back(SortKey::create(remap_columns(key->expr, input.map), key->descending,
                                         key->nulls_first));
        }
        return {SortNode::create(input.plan, std::move(keys), node.skip, node.take), input.map};
      }
      case NodeTag::kLimit: {
        const auto& node = static_cast<const LimitNode&>(*plan);
        Pruned input = prune(node.input, wanted);
        return {node.with_children({input.plan}), input.map};
      }
      case NodeTag::kUnnest:
        return unnest(static_cast<const UnnestNode&>(*plan), wanted);
      case NodeTag::kWindowing:
        return windowing(static_cast<const WindowingNode&>(*plan), wanted);
      case NodeTag::kUnion:
        return all_inputs(plan, wanted);
      case NodeTag::kValues:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
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
        return whole(plan);
    }
    return whole(plan);
  }

 private:
  /// Every column of the node stays; its inputs are pruned for themselves.
  Pruned whole(const PlanRef& plan) {
    const auto known = done_.find(plan.get());
    if (known != done_.end()) return {known->second, identity(plan->schema.size())};
    std::vector<PlanRef> children = plan->children();
    for (PlanRef& child : children) child = complete(child);
    PlanRef made = children.empty() ? plan : plan->with_children(std::move(children));
    done_.emplace(plan.get(), made);
    return {made, identity(plan->schema.size())};
  }

  /// The child with all its columns in their places.
  PlanRef complete(const PlanRef& plan) {
    Columns all;
    for (uint32_t i = 0; i < plan->schema.size(); ++i) all.insert(i);
    return placed(prune(plan, all), plan->schema);
  }

  /// Columns back where the schema has them.
  static PlanRef placed(const Pruned& pruned, const Schema& schema) {
    if (pruned.plan->schema.size() == schema.size() && pruned.map == identity(schema.size()))
      return pruned.plan;
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    for (uint32_t i = 0; i < schema.size(); ++i) {
      exprs.push_back(output_column(pruned.plan, pruned.map[i]));
      names.push_back(schema[i].name);
    }
    return ProjectNode::create(pruned.plan, std::move(exprs), std::move(names));
  }

  static Pruned scan(const ScanNode& node, const Columns& wanted) {
    Columns kept = wanted;
    for (const ExprRef& filter : node.filters) need(kept, filter);
    if (kept.size() == node.columns.size()) return {PlanRef(&node), identity(node.columns.size())};
    std::vector<uint32_t> map(node.columns.size(), kGone);
    std::vector<uint32_t> columns;
    for (uint32_t column : kept) {
      map[column] = static_cast<uint32_t>(columns.size());
      columns.push_back(node.columns[column]);
    }
    std::vector<ExprRef> filters;
    for (const ExprRef& filter : node.filters) filters.push_back(remap_columns(filter, map));
    std::optional<uint64_t> limit;
    if (node.limit >= 0) limit = static_cast<uint64_t>(node.limit);
    return {ScanNode::create(node.table, std::move(columns), std::move(filters), limit),
            std::move(map)};
  }

  Pruned project(const ProjectNode& node, const Columns& wanted) {
    Columns below;
    for (uint32_t column : wanted) need(below, node.exprs[column]);
    Pruned input = prune(node.input, below);
    std::vector<uint32_t> map(node.exprs.size(), kGone);
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    for (uint32_t column : wanted) {
      map[column] = static_cast<uint32_t>(exprs.size());
      exprs.push_back(remap_columns(node.exprs[column], input.map));
      names.push_back(node.names[column]);
    }
    // A projection that only passes its input on is none.
    bool passes = exprs.size() == input.plan->schema.size();
    for (uint32_t i = 0; passes && i < exprs.size(); ++i) {
      const auto* column = dynamic_cast<const ColumnExpr*>(exprs[i].get());
      passes = column && column->index == i && names[i] == input.plan->schema[i].name;
    }
    if (passes) return {input.plan, std::move(map)};
    return {ProjectNode::create(input.plan, std::move(exprs), std::move(names)), std::move(map)};
  }

  Pruned aggregation(const AggregationNode& node, const Columns& wanted) {
    Columns below;
    for (const ExprRef& key : node.keys) need(below, key);
    std::vector<uint32_t> map(node.schema.size(), kGone);
    for (uint32_t i = 0; i < node.keys.size(); ++i) map[i] = i;
    std::vector<AggregateExprRef> aggregates;
    std::vector<std::string> names;
    std::vector<uint32_t> kept;
    for (uint32_t i = 0; i < node.aggregates.size(); ++i) {
      const auto column = static_cast<uint32_t>(node.keys.size() + i);
      if (!wanted.contains(column)) continue;
      map[column] = static_cast<uint32_t>(node.keys.size() + kept.size());
      kept.push_back(i);
      need(below, node.aggregates[i]);
    }
    Pruned input = prune(node.input, below);
    std::vector<ExprRef> keys;
    for (const ExprRef& key : node.keys) keys.push_back(remap_columns(key, input.map));
    for (uint32_t i : kept) {
      const ExprRef moved = remap_columns(node.aggregates[i], input.map);
      aggregates.emplace_back(static_cast<const AggregateExpr*>(moved.get()));
      names.push_back(node.aggregate_names[i]);
    }
    return {AggregationNode::create(input.plan, std::move(keys), node.key_names,
                                    std::move(aggregates), std::move(names)),
            std::move(map)};
  }

  Pruned join(const JoinNode& node, const Columns& wanted) {
    const auto left_width = static_cast<uint32_t>(node.left->schema.size());
    const bool has_right = node.gives_right();
    Columns left, right;
    for (uint32_t column : wanted) {
      if (column < left_width) {
        left.insert(column);
      } else if (has_right) {
        right.insert(column - left_width);
      }
    }
    if (node.residual) {
      for (uint32_t column : columns_of(node.residual)) {
        if (column < left_width) {
          left.insert(column);
        } else {
          right.insert(column - left_width);
        }
      }
    }
    for (const ExprRef& key : node.left_keys) need(left, key);
    for (const ExprRef& key : node.right_keys) need(right, key);
    if (node.is_asof()) {
      need(left, node.asof_left);
      need(right, node.asof_right);
    }
    Pruned a = prune(node.left, left);
    Pruned b = prune(node.right, right);
    const auto new_width = static_cast<uint32_t>(a.plan->schema.size());
    std::vector<uint32_t> both = a.map;
    for (uint32_t at : b.map) both.push_back(at == kGone ? kGone : new_width + at);
    Ref<JoinNode> made = node.copy();
    made->left = a.plan;
    made->right = b.plan;
    for (ExprRef& key : made->left_keys) key = remap_columns(key, a.map);
    for (ExprRef& key : made->right_keys) key = remap_columns(key, b.map);
    if (node.residual) made->residual = remap_columns(node.residual, both);
    if (node.is_asof()) {
      made->asof_left = remap_columns(node.asof_left, a.map);
      made->asof_right = remap_columns(node.asof_right, b.map);
    }
    made->complete();
    std::vector<uint32_t> map = a.map;
    if (has_right) {
      map = both;
    } else if (node.kind == JoinKind::kMark) {
      map.push_back(new_width);
    }
    return {made, std::move(map)};
  }

  Pruned unnest(const UnnestNode& node, const Columns& wanted) {
    const auto width = static_cast<uint32_t>(node.input->schema.size());
    Columns below;
    for (uint32_t column : wanted) {
      if (column < width) below.insert(column);
    }
    for (const ExprRef& list : node.lists) need(below, list);
    Pruned input = prune(node.input, below);
    std::vector<ExprRef> lists;
    for (const ExprRef& list : node.lists) lists.push_back(remap_columns(list, input.map));
    std::vector<uint32_t> map = input.map;
    for (uint32_t i = 0; i < lists.size(); ++i)
      map.push_back(static_cast<uint32_t>(input.plan->schema.size()) + i);
    return {UnnestNode::create(input.plan, std::move(lists), node.names, node.keep_empty),
            std::move(map)};
  }

  Pruned windowing(const WindowingNode& node, const Columns& wanted) {
    const auto width = static_cast<uint32_t>(node.input->schema.size());
    Columns below;
    for (uint32_t column : wanted) {
      if (column < width) below.insert(column);
    }
    for (const WindowExprRef& window : node.windows) need(below, window);
    Pruned input = prune(node.input, below);
    std::vector<WindowExprRef> windows;
    for (const WindowExprRef& window : node.windows) {
      const ExprRef moved = remap_columns(window, input.map);
      windows.emplace_back(static_cast<const WindowExpr*>(moved.get()));
    }
    std::vector<uint32_t> map = input.map;
    for (uint32_t i = 0; i < windows.size(); ++i)
      map.push_back(static_cast<uint32_t>(input.plan->schema.size()) + i);
    return {
        WindowingNode::create(input.plan, std::move(windows), node.names, node.ranking, node.most),
        std::move(map)};
  }

  /// A union's inputs all keep just the wanted columns, in one order.
  Pruned all_inputs(const PlanRef& plan, const Columns& wanted) {
    if (wanted.size() == plan->schema.size()) return whole(plan);
    std::vector<uint32_t> map(plan->schema.size(), kGone);
    uint32_t next = 0;
    for (uint32_t column : wanted) map[column] = next++;
    std::vector<PlanRef> inputs;
    for (const PlanRef& child : plan->children()) {
      const Pruned pruned = prune(child, wanted);
      std::vector<ExprRef> exprs;
      std::vector<std::string> names;
      for (uint32_t column : wanted) {
        exprs.push_back(output_column(pruned.plan, pruned.map[column]));
        names.push_back(plan->schema[column].name);
      }
      inputs.push_back(ProjectNode::create(pruned.plan, std::move(exprs), std::move(names)));
    }
    return {UnionNode::create(std::move(inputs)), std::move(map)};
  }

  std::unordered_map<const PlanNode*, PlanRef> done_;

 public:
  PlanRef root(const PlanRef& plan) { return complete(plan); }
};

}  // namespace

PlanRef prune_columns(const PlanRef& plan) { return Pruning().root(plan); }

}  // namespace doline
