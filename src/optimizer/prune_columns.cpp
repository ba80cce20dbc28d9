#include <algorithm>
#include <set>
#include <unordered_map>

#include "optimizer/passes.h"
#include "optimizer/shared_readers.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"
#include "plan/sample_node.h"

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
  Pruning() = default;
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
      case NodeTag::kSample:
        return sample(static_cast<const SampleNode&>(*plan), wanted);
      case NodeTag::kUnnest:
        return unnest(static_cast<const UnnestNode&>(*plan), wanted);
      case NodeTag::kWindowing:
        return windowing(static_cast<const WindowingNode&>(*plan), wanted);
      case NodeTag::kUnion:
        return all_inputs(plan, wanted);
      case NodeTag::kRecursive:
        return recursive(static_cast<const RecursiveNode&>(*plan), wanted);
      case NodeTag::kWorkingTable:
        return working_table(static_cast<const WorkingTableNode&>(*plan), wanted);
      case NodeTag::kSharedInput:
        return shared(plan, wanted);
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
        return whole(plan);
    }
    return whole(plan);
  }

 private:
  /// Every column of the node stays; its inputs are pruned for themselves.
  Pruned whole(const PlanRef& plan) {
    // What a step reads of others is pruned once for all.
    if (outer_ && !working_.any(plan)) return outer_->whole(plan);
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
    return {projected(input.plan, std::move(exprs), std::move(names)), std::move(map)};
  }
  /// A projection that only passes its input on is none.
  static PlanRef projected(const PlanRef& input, std::vector<ExprRef> exprs,
                           std::vector<std::string> names) {
    bool passes = exprs.size() == input->schema.size();
    for (uint32_t i = 0; passes && i < exprs.size(); ++i) {
      const auto* column = dynamic_cast<const ColumnExpr*>(exprs[i].get());
      passes = column && column->index == i && names[i] == input->schema[i].name;
    }
    if (passes) return input;
    return ProjectNode::create(input, std::move(exprs), std::move(names));
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
    const bool has_left = node.gives_left();
    const bool has_right = node.gives_right();
    Columns left, right;
    for (uint32_t column : wanted) {
      if (!has_left) {
        right.insert(column);
      } else if (column < left_width) {
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
    if (!has_left) {
      map = b.map;
    } else if (has_right) {
      map = both;
    } else if (node.kind == JoinKind::kMark) {
      map.push_back(new_width);
    }
    return {made, std::move(map)};
  }

  Pruned sample(const SampleNode& node, const Columns& wanted) {
    const auto width = static_cast<uint32_t>(node.input->schema.size());
    Columns below(wanted.begin(), wanted.lower_bound(width));
    if (node.place >= 0) below.insert(static_cast<uint32_t>(node.place));
    Pruned input = prune(node.input, below);
    std::vector<uint32_t> map = input.map;
    for (uint32_t i = width; i < node.schema.size(); ++i)
      map.push_back(static_cast<uint32_t>(input.plan->schema.size()) + i - width);
    const int64_t place = node.place < 0 ? -1 : int64_t{map[static_cast<size_t>(node.place)]};
    return {SampleNode::create(input.plan, node.kind, node.share, node.seed, place),
            std::move(map)};
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
    std::vector<PlanRef> inputs;
    for (const PlanRef& child : plan->children()) inputs.push_back(narrowed(child, wanted, *plan));
    return {UnionNode::create(std::move(inputs)), places_of(wanted, plan->schema.size())};
  }
  /// `input` with the wanted columns alone, in order, as `plan` calls them.
  PlanRef narrowed(const PlanRef& input, const Columns& wanted, const PlanNode& plan) {
    const Pruned pruned = prune(input, wanted);
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    for (uint32_t column : wanted) {
      exprs.push_back(output_column(pruned.plan, pruned.map[column]));
      names.push_back(plan.schema[column].name);
    }
    return projected(pruned.plan, std::move(exprs), std::move(names));
  }
  static std::vector<uint32_t> places_of(const Columns& wanted, size_t width) {
    std::vector<uint32_t> map(width, kGone);
    uint32_t next = 0;
    for (uint32_t column : wanted) map[column] = next++;
    return map;
  }

  /// What is wanted of a recursion is also what its step wants of the rows before, to make that.
  Pruned recursive(const RecursiveNode& node, const Columns& wanted) {
    Columns needed = wanted;
    if (node.distinct || !node.keys.empty()) {
      for (uint32_t i = 0; i < node.schema.size(); ++i) needed.insert(i);
    }
    while (needed.size() < node.schema.size()) {
      Pruning trial(this);
      trial.tables_[node.id];
      trial.prune(node.step, needed);
      const size_t before = needed.size();
      const Columns& read = trial.tables_[node.id].read;
      needed.insert(read.begin(), read.end());
      if (needed.size() == before) break;
    }
    if (needed.empty()) needed.insert(0);
    Pruning step(this);
    step.tables_[node.id].kept = needed;
    return {RecursiveNode::create(narrowed(node.base, needed, node),
                                  step.narrowed(node.step, needed, node), node.id, node.name,
                                  node.distinct, node.keys),
            places_of(needed, node.schema.size())};
  }
  Pruned working_table(const WorkingTableNode& node, const Columns& wanted) {
    for (Pruning* at = this; at; at = at->outer_) {
      const auto table = at->tables_.find(node.id);
      if (table == at->tables_.end()) continue;
      table->second.read.insert(wanted.begin(), wanted.end());
      if (table->second.kept.empty()) break;
      Schema schema;
      for (uint32_t column : table->second.kept) schema.push_back(node.schema[column]);
      return {WorkingTableNode::create(std::move(schema), node.id, node.name, node.is_whole),
              places_of(table->second.kept, node.schema.size())};
    }
    return {PlanRef(&node), identity(node.schema.size())};
  }

  /// What one reader reads of a shared input is noted at first; then all get the same columns.
  Pruned shared(const PlanRef& plan, const Columns& wanted) {
    const auto at = shares_.find(plan.get());
    if (at == shares_.end()) return whole(plan);
    Share& share = at->second;
    if (share.made) return {share.made, places_of(share.read, plan->schema.size())};
    share.read.insert(wanted.begin(), wanted.end());
    return {plan, identity(plan->schema.size())};
  }

  struct Share {
    Columns read;  // by all readers
    PlanRef made;  // null, while they are asked
  };

  /// Of steps: what is known of the working table.
  struct WorkingTable {
    Columns read;  // of it
    Columns kept;  // empty: all of them, so far
  };
  explicit Pruning(Pruning* outer) : outer_(outer) {}
  Pruning* const outer_ = nullptr;  // of what the step is in
  std::unordered_map<int64_t, WorkingTable> tables_;
  WorkingTables working_;
  std::unordered_map<const PlanNode*, PlanRef> done_;
  std::unordered_map<const PlanNode*, Share> shares_;

 public:
  PlanRef root(const PlanRef& plan) {
    const SharedReaders readers(plan);
    // What a step reads again and again has all its columns.
    if (readers.has_recursion() || readers.shared().empty()) return complete(plan);
    for (const PlanRef& share : readers.shared()) shares_[share.get()];
    complete(plan);
    for (const PlanRef& share : readers.shared()) {
      Columns& read = shares_[share.get()].read;
      // Whoever counts rows reads no column.
      if (read.empty() && !share->schema.empty()) read.insert(0);
      prune(share->children()[0], read);
    }
    done_.clear();
    for (size_t i = readers.shared().size(); i-- > 0;) {
      const auto& node = static_cast<const SharedInputNode&>(*readers.shared()[i]);
      Share& share = shares_[&node];
      share.made = SharedInputNode::create(narrowed(node.input, share.read, node), node.name);
    }
    return complete(plan);
  }
};

}  // namespace

PlanRef prune_columns(const PlanRef& plan) { return Pruning().root(plan); }

}  // namespace doline
