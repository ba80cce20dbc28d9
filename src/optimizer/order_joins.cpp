#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"
#include "plan/sample_node.h"

namespace doline {

/// What is known of shared inputs. A plan that reads one input twice, and that twice again, has
/// few nodes but exponentially many paths.
struct SharedFacts {
  std::unordered_map<const PlanNode*, double> base, estimated;
  std::unordered_map<const PlanNode*, PlanRef> ordered;
  std::vector<PlanRef> kept;  // so that no address comes back as another node's
};

namespace {

/// Nothing is known of how long a recursion goes on. What it says of its rounds is said of no
/// table: distinct values, sizes that others are measured by.
constexpr double kRowsOfRound = 1000;
constexpr double kRowsOfRounds = 10 * kRowsOfRound;

/// Share of rows a filter term keeps, without statistics of values: the classic guesses
/// (Selinger and others, SIGMOD 1979).
double selectivity(const ExprRef& term) {
  if (const auto* call = dynamic_cast<const CallExpr*>(term.get())) {
    if (call->name == "=") return 0.05;
    if (call->name == "<" || call->name == "<=" || call->name == ">" || call->name == ">=")
      return 0.35;
    if (call->name == "~~" || call->name == "contains" || call->name == "prefix") return 0.15;
    if (call->name == "not") return 0.8;
  }
  if (const auto* list = dynamic_cast<const InListExpr*>(term.get())) {
    return std::min(0.5, 0.05 * static_cast<double>(list->values.size()));
  }
  if (const auto* conjunction = dynamic_cast<const ConjunctionExpr*>(term.get())) {
    double share = conjunction->is_and ? 1 : 0;
    for (const ExprRef& inner : conjunction->terms) {
      share = conjunction->is_and ? share * selectivity(inner)
                                  : std::min(1.0, share + selectivity(inner));
    }
    return share;
  }
  return 0.5;
}

/// A bound as a number, where differences of its type count values.
std::optional<double> as_number(const Value& value) {
  if (value.is_null()) return std::nullopt;
  switch (value.type()->physical()) {
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kUInt8:
    case PhysicalType::kUInt16:
    case PhysicalType::kUInt32:
    case PhysicalType::kUInt64:
      if (value.type()->is(TypeKind::kDecimal)) return std::nullopt;
      return static_cast<double>(value.as_integer());
    case PhysicalType::kBool:
    case PhysicalType::kInt128:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      return std::nullopt;
  }
  return std::nullopt;
}

thread_local SharedFacts* shared_facts = nullptr;

/// What `compute` says of the node, once where it is shared and a pass is under way.
template <class Compute>
double fact(const PlanRef& plan, std::unordered_map<const PlanNode*, double> SharedFacts::* facts,
            Compute&& compute) {
  if (!shared_facts || plan->tag() != NodeTag::kSharedInput) return compute();
  if (const auto known = (shared_facts->*facts).find(plan.get());
      known != (shared_facts->*facts).end())
    return known->second;
  const double value = compute();
  (shared_facts->*facts).emplace(plan.get(), value);
  shared_facts->kept.push_back(plan);
  return value;
}

double computed_base_rows(const PlanRef& plan);
double computed_estimate(const PlanRef& plan);
double base_rows(const PlanRef& plan) {
  return fact(plan, &SharedFacts::base, [&] { return computed_base_rows(plan); });
}

double computed_base_rows(const PlanRef& plan) {
  if (plan->tag() == NodeTag::kScan) {
    return static_cast<double>(
        static_cast<const ScanNode&>(*plan).table->statistics().row_count.value_or(1'000'000));
  }
  if (plan->tag() == NodeTag::kWorkingTable) return kRowsOfRound;
  double most = 1;
  for (const PlanRef& child : plan->children()) most = std::max(most, base_rows(child));
  return most;
}

/// At most how many values an expression over a plan's output has: by the range of an integer or
/// date column, and no more than its table has rows.
double distinct_values(const PlanRef& plan, const ExprRef& expr) {
  const auto* column = dynamic_cast<const ColumnExpr*>(expr.get());
  if (!column) return std::max(1.0, base_rows(plan));
  if (plan->tag() == NodeTag::kFilter) return distinct_values(plan->children()[0], expr);
  if (const auto* project = dynamic_cast<const ProjectNode*>(plan.get())) {
    return distinct_values(project->input, project->exprs[column->index]);
  }
  if (const auto* join = dynamic_cast<const JoinNode*>(plan.get())) {
    const auto left_width = static_cast<uint32_t>(join->left->schema.size());
    if (column->index < left_width) return distinct_values(join->left, expr);
    if (column->index - left_width >= join->right->schema.size()) return 2;  // a mark
    return distinct_values(join->right, shift_columns(expr, -static_cast<int64_t>(left_width)));
  }
  const auto* scan = dynamic_cast<const ScanNode*>(plan.get());
  if (!scan) return std::max(1.0, estimated_rows(plan));
  const double rows = std::max(1.0, base_rows(plan));
  const TableStatistics statistics = scan->table->statistics();
  const uint32_t of_table = scan->columns[column->index];
  if (of_table >= statistics.columns.size()) return rows;
  const ColumnStatistics& one = statistics.columns[of_table];
  if (one.distinct_count) return std::max(1.0, static_cast<double>(*one.distinct_count));
  const std::optional<double> low = one.min ? as_number(*one.min) : std::nullopt;
  const std::optional<double> high = one.max ? as_number(*one.max) : std::nullopt;
  return low && high ? std::clamp(*high - *low + 1, 1.0, rows) : rows;
}

/// Inputs of a tree of inner joins, and the terms between them, over all inputs side by side.
struct JoinTree {
  std::vector<PlanRef> inputs;
  std::vector<uint32_t> begins;  // first column of each input
  std::vector<ExprRef> terms;
  std::vector<uint64_t> masks;  // of the inputs that each term reads
  std::vector<double> values;   // see values_of
  uint32_t width = 0;
};

bool is_inner(const PlanRef& plan) {
  const auto* join = dynamic_cast<const JoinNode*>(plan.get());
  return join && join->is_inner() && !join->nulls_equal;
}

void flatten(const PlanRef& plan, JoinTree& tree) {
  if (!is_inner(plan)) {
    tree.begins.push_back(tree.width);
    tree.inputs.push_back(order_joins(plan));
    tree.width += static_cast<uint32_t>(plan->schema.size());
    return;
  }
  const auto& join = static_cast<const JoinNode&>(*plan);
  const uint32_t begin = tree.width;
  flatten(join.left, tree);
  const uint32_t middle = tree.width;
  flatten(join.right, tree);
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    tree.terms.push_back(CallExpr::create(
        "=", {shift_columns(join.left_keys[i], begin), shift_columns(join.right_keys[i], middle)}));
  }
  if (join.residual) {
    for (const ExprRef& term : conjuncts_of(join.residual))
      tree.terms.push_back(shift_columns(term, begin));
  }
}

uint64_t inputs_of(const JoinTree& tree, const ExprRef& term) {
  uint64_t mask = 0;
  for (uint32_t column : columns_of(term)) {
    const auto after = std::upper_bound(tree.begins.begin(), tree.begins.end(), column);
    mask |= uint64_t{1} << (after - tree.begins.begin() - 1);
  }
  return mask;
}

struct Part {
  PlanRef plan;
  uint64_t mask;
  double rows;
  double base;  // rows of the largest table in it: how many distinct keys it may have
  std::vector<uint32_t> columns;  // of the whole tree, in the part's order
  bool is_again = false;          // in a recursion's step: read anew in each round
};

bool is_equality(const ExprRef& term) {
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  return call && call->name == "=" && call->arguments.size() == 2;
}

/// Rows of joining two parts whose keys have `values` combinations (0: there are no keys), each of
/// which is taken to occur on both sides.
double joined_rows(const Part& a, const Part& b, double values) {
  if (values == 0) return a.rows * b.rows;
  return std::max(
      1.0, a.rows * b.rows / std::clamp(values, 1.0, std::max(1.0, std::min(a.base, b.base))));
}

/// The values of an equality's poorer side, over the inputs themselves; 0 for other terms.
double values_of(const JoinTree& tree, const ExprRef& term) {
  if (!is_equality(term)) return 0;
  double least = INFINITY;
  for (const ExprRef& side : static_cast<const CallExpr&>(*term).arguments) {
    const uint64_t mask = inputs_of(tree, side);
    if (!std::has_single_bit(mask)) continue;
    const auto input = static_cast<size_t>(std::countr_zero(mask));
    least = std::min(least, distinct_values(tree.inputs[input],
                                            shift_columns(side, -int64_t{tree.begins[input]})));
  }
  return std::isinf(least) ? 1000 : least;
}

/// Combinations of values of the unused equalities between two parts; 0 where there are none.
double values_between(const JoinTree& tree, const Part& a, const Part& b,
                      const std::vector<bool>& used) {
  double values = 0;
  for (size_t i = 0; i < tree.terms.size(); ++i) {
    if (used[i] || tree.values[i] == 0) continue;
    const uint64_t mask = tree.masks[i];
    if (!(mask & a.mask) || !(mask & b.mask) || (mask & ~(a.mask | b.mask)) != 0) continue;
    values = std::max(values, 1.0) * tree.values[i];
  }
  return values;
}

Part join_parts(const Part& a, const Part& b, const JoinTree& tree, std::vector<bool>& used) {
  // The larger side streams by; the smaller one is built into a table. What every round of a
  // recursion reads is built once.
  const bool swap = a.is_again != b.is_again ? b.is_again : a.rows < b.rows;
  const Part& probe = swap ? b : a;
  const Part& build = swap ? a : b;
  Part made;
  made.mask = a.mask | b.mask;
  made.is_again = a.is_again || b.is_again;
  made.columns = probe.columns;
  made.columns.insert(made.columns.end(), build.columns.begin(), build.columns.end());
  std::vector<uint32_t> map(tree.width, 0);
  for (uint32_t i = 0; i < made.columns.size(); ++i) map[made.columns[i]] = i;
  std::vector<uint32_t> probe_map(tree.width, 0), build_map(tree.width, 0);
  for (uint32_t i = 0; i < probe.columns.size(); ++i) probe_map[probe.columns[i]] = i;
  for (uint32_t i = 0; i < build.columns.size(); ++i) build_map[build.columns[i]] = i;
  const double values = values_between(tree, a, b, used);
  std::vector<ExprRef> probe_keys, build_keys, residual;
  for (size_t i = 0; i < tree.terms.size(); ++i) {
    if (used[i] || (inputs_of(tree, tree.terms[i]) & ~made.mask) != 0) continue;
    used[i] = true;
    const ExprRef& term = tree.terms[i];
    if (is_equality(term)) {
      const auto& arguments = static_cast<const CallExpr&>(*term).arguments;
      const uint64_t first = inputs_of(tree, arguments[0]);
      const uint64_t second = inputs_of(tree, arguments[1]);
      const auto within = [](uint64_t mask, const Part& part) {
        return mask != 0 && (mask & ~part.mask) == 0;
      };
      if (within(first, probe) && within(second, build)) {
        probe_keys.push_back(remap_columns(arguments[0], probe_map));
        build_keys.push_back(remap_columns(arguments[1], build_map));
        continue;
      }
      if (within(first, build) && within(second, probe)) {
        probe_keys.push_back(remap_columns(arguments[1], probe_map));
        build_keys.push_back(remap_columns(arguments[0], build_map));
        continue;
      }
    }
    residual.push_back(remap_columns(term, map));
  }
  made.rows = joined_rows(a, b, values);
  made.base = std::max(a.base, b.base);
  const ExprRef rest = residual.empty() ? nullptr : ConjunctionExpr::create(true, residual);
  const JoinKind kind = probe_keys.empty() && !rest ? JoinKind::kCross : JoinKind::kInner;
  made.plan = JoinNode::create(probe.plan, build.plan, kind, std::move(probe_keys),
                               std::move(build_keys), rest);
  return made;
}

PlanRef ordered_tree(const PlanRef& plan) {
  JoinTree tree;
  flatten(plan, tree);
  std::vector<Part> parts;
  WorkingTables working;
  for (size_t i = 0; i < tree.inputs.size(); ++i) {
    Part part{tree.inputs[i],
              uint64_t{1} << i,
              std::max(1.0, estimated_rows(tree.inputs[i])),
              std::max(1.0, base_rows(tree.inputs[i])),
              {},
              working.any(tree.inputs[i])};
    for (uint32_t c = 0; c < part.plan->schema.size(); ++c)
      part.columns.push_back(tree.begins[i] + c);
    parts.push_back(std::move(part));
  }
  for (const ExprRef& term : tree.terms) {
    tree.masks.push_back(inputs_of(tree, term));
    tree.values.push_back(values_of(tree, term));
  }
  std::vector<bool> used(tree.terms.size(), false);
  while (parts.size() > 1) {
    // The pair with the fewest rows next; pairs without a term only when there is no other.
    size_t best_a = 0, best_b = 1;
    double best = INFINITY;
    for (size_t a = 0; a < parts.size(); ++a) {
      for (size_t b = a + 1; b < parts.size(); ++b) {
        const double values = values_between(tree, parts[a], parts[b], used);
        const double rows = joined_rows(parts[a], parts[b], values);
        const double cost =
            values != 0 ? rows + std::min(parts[a].rows, parts[b].rows) : rows * 1e6 + 1e12;
        if (cost < best) {
          best = cost;
          best_a = a;
          best_b = b;
        }
      }
    }
    Part made = join_parts(parts[best_a], parts[best_b], tree, used);
    parts.erase(parts.begin() + static_cast<ptrdiff_t>(best_b));
    parts[best_a] = std::move(made);
  }
  Part& done = parts[0];
  std::vector<uint32_t> map(tree.width, 0);
  for (uint32_t i = 0; i < done.columns.size(); ++i) map[done.columns[i]] = i;
  std::vector<ExprRef> left_over;
  for (size_t i = 0; i < tree.terms.size(); ++i) {
    if (!used[i]) left_over.push_back(remap_columns(tree.terms[i], map));
  }
  PlanRef result = filtered(done.plan, std::move(left_over));
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < tree.width; ++i) {
    exprs.push_back(output_column(result, map[i]));
    names.push_back(plan->schema[i].name);
  }
  return ProjectNode::create(std::move(result), std::move(exprs), std::move(names));
}

}  // namespace

EstimateScope::EstimateScope() {
  if (shared_facts) return;
  own_ = std::make_unique<SharedFacts>();
  shared_facts = own_.get();
}
EstimateScope::~EstimateScope() {
  if (own_) shared_facts = nullptr;
}

double estimated_rows(const PlanRef& plan) {
  return fact(plan, &SharedFacts::estimated, [&] { return computed_estimate(plan); });
}

namespace {

double computed_estimate(const PlanRef& plan) {
  switch (plan->tag()) {
    case NodeTag::kScan: {
      const auto& scan = static_cast<const ScanNode&>(*plan);
      double rows = base_rows(plan);
      for (const ExprRef& filter : scan.filters) rows *= selectivity(filter);
      return scan.limit >= 0 ? std::min(rows, static_cast<double>(scan.limit)) : rows;
    }
    case NodeTag::kFilter: {
      double rows = estimated_rows(plan->children()[0]);
      for (const ExprRef& term : conjuncts_of(static_cast<const FilterNode&>(*plan).predicate))
        rows *= selectivity(term);
      return rows;
    }
    case NodeTag::kAggregation: {
      const auto& node = static_cast<const AggregationNode&>(*plan);
      return node.keys.empty() ? 1 : std::max(1.0, estimated_rows(node.input) / 4);
    }
    case NodeTag::kJoin: {
      const auto& join = static_cast<const JoinNode&>(*plan);
      const double left = estimated_rows(join.left);
      if (join.kind == JoinKind::kSemi || join.kind == JoinKind::kAnti) return left / 2;
      if (join.kind == JoinKind::kMark) return left;
      const double right = estimated_rows(join.right);
      if (join.kind == JoinKind::kPositional) return std::max(left, right);
      if (join.is_asof()) return join.keeps_left() ? left : left + right;
      if (join.left_keys.empty()) return left * right;
      return std::max(
          1.0, left * right / std::max(1.0, std::min(base_rows(join.left), base_rows(join.right))));
    }
    case NodeTag::kLimit: {
      const auto& limit = static_cast<const LimitNode&>(*plan);
      const double rows = estimated_rows(limit.input);
      return limit.take >= 0 ? std::min(rows, static_cast<double>(limit.take)) : rows;
    }
    case NodeTag::kSort: {
      const auto& sort = static_cast<const SortNode&>(*plan);
      const double rows = estimated_rows(sort.input);
      return sort.take >= 0 ? std::min(rows, static_cast<double>(sort.take)) : rows;
    }
    case NodeTag::kUnion: {
      double rows = 0;
      for (const PlanRef& child : plan->children()) rows += estimated_rows(child);
      return rows;
    }
    case NodeTag::kValues:
      return static_cast<double>(static_cast<const ValuesNode&>(*plan).row_count);
    case NodeTag::kSingleRow:
    case NodeTag::kWrite:
      return 1;
    case NodeTag::kUnnest:
      return estimated_rows(plan->children()[0]) * 4;
    case NodeTag::kRecursive:
      return estimated_rows(plan->children()[0]) + kRowsOfRounds;
    case NodeTag::kWorkingTable:
      return kRowsOfRound;
    case NodeTag::kSample: {
      const auto& sample = static_cast<const SampleNode&>(*plan);
      return estimated_rows(sample.input) * sample.share;
    }
    case NodeTag::kProject:
    case NodeTag::kWindowing:
    case NodeTag::kSharedInput:
      return estimated_rows(plan->children()[0]);
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
      break;
  }
  return 1;
}

}  // namespace

PlanRef order_joins(const PlanRef& plan) {
  const EstimateScope scope;
  const bool is_shared = plan->tag() == NodeTag::kSharedInput;
  if (is_shared) {
    if (const auto known = shared_facts->ordered.find(plan.get());
        known != shared_facts->ordered.end())
      return known->second;
  }
  if (is_inner(plan)) {
    // More inputs than a mask has bits stay as they were written.
    std::function<size_t(const PlanRef&)> count = [&](const PlanRef& node) -> size_t {
      return is_inner(node) ? count(node->children()[0]) + count(node->children()[1]) : 1;
    };
    if (count(plan) <= 60) return ordered_tree(plan);
  }
  std::vector<PlanRef> children = plan->children();
  bool changed = false;
  for (PlanRef& child : children) {
    PlanRef next = order_joins(child);
    changed |= next.get() != child.get();
    child = std::move(next);
  }
  PlanRef result = changed ? plan->with_children(std::move(children)) : plan;
  if (is_shared) {
    // One node for all its readers: else each would compute the input anew.
    shared_facts->ordered.emplace(plan.get(), result);
    shared_facts->kept.push_back(plan);
  }
  return result;
}

}  // namespace doline
