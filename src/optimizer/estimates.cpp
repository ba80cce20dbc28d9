#include "optimizer/estimates.h"

#include <algorithm>
#include <cmath>

#include "base/drawn_values.h"
#include "plan/plan_expressions.h"
#include "plan/sample_node.h"

namespace doline {

namespace {

/// Of a table that cannot say how many rows it has.
constexpr double kUnknownRows = 1'000'000;
/// More than any query gives, and little enough to be multiplied.
constexpr double kMostRows = 1e60;
/// Nothing is known of how long a recursion goes on.
constexpr double kRowsOfRound = 1000;
constexpr double kRowsOfRounds = 10 * kRowsOfRound;
/// What a left row without keys to go by is worth.
constexpr double kUnknownShare = 0.5;

/// Of several keys that are columns; nothing of others.
std::optional<std::vector<uint32_t>> columns_alone(const std::vector<ExprRef>& keys) {
  std::vector<uint32_t> columns;
  for (const ExprRef& key : keys) {
    const auto* column = dynamic_cast<const ColumnExpr*>(key.get());
    if (!column) return std::nullopt;
    columns.push_back(column->index);
  }
  return columns.size() > 1 ? std::optional(std::move(columns)) : std::nullopt;
}

}  // namespace

std::optional<double> place_of(const Value& value) {
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
    case PhysicalType::kInt128:
      return static_cast<double>(value.as_integer());
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
      return std::isfinite(value.as_real()) ? std::optional(value.as_real()) : std::nullopt;
    case PhysicalType::kBool:
      return value.as_bool() ? 1 : 0;
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      return std::nullopt;
  }
  return std::nullopt;
}

Estimates::OfNode& Estimates::of_node(const PlanNode& node) {
  const auto [at, added] = of_nodes_.try_emplace(&node);
  if (added) nodes_.emplace_back(&node);
  return at->second;
}

double Estimates::rows(const PlanRef& plan) {
  if (const auto& known = of_node(*plan).rows) return *known;
  // Products of many tables pass what a double holds; what came of infinity would be no number.
  const double rows = std::min(computed_rows(plan), kMostRows);
  of_node(*plan).rows = rows;
  return rows;
}

double Estimates::all_rows(const PlanRef& plan) {
  const PlanNode* node = plan.get();
  while (node->tag() == NodeTag::kFilter || node->tag() == NodeTag::kProject) {
    node = node->tag() == NodeTag::kFilter ? static_cast<const FilterNode*>(node)->input.get()
                                           : static_cast<const ProjectNode*>(node)->input.get();
  }
  const auto* scan = dynamic_cast<const ScanNode*>(node);
  return scan ? table_rows(scan->table) : rows(plan);
}

ColumnEstimate Estimates::column(const PlanRef& plan, uint32_t index) {
  {
    const OfNode& node = of_node(*plan);
    if (const auto known = node.columns.find(index); known != node.columns.end())
      return known->second;
  }
  ColumnEstimate made = computed_column(plan, index);
  made.distinct = std::max(1.0, made.distinct);
  of_node(*plan).columns.emplace(index, made);
  return made;
}

double Estimates::distinct(const PlanRef& plan, const ExprRef& expr) {
  return std::max(1.0, expression(plan, expr).distinct);
}

double Estimates::combinations(const PlanRef& plan, const std::vector<ExprRef>& exprs) {
  double values = 1;
  for (const ExprRef& expr : exprs) values *= distinct(plan, expr);
  return std::max(1.0, values_shown(values, rows(plan)));
}

const TableStatistics& Estimates::statistics(const TableRef& table) {
  const auto [at, added] = of_tables_.try_emplace(table.get());
  if (added) at->second = table->statistics();
  return at->second;
}

double Estimates::table_rows(const TableRef& table) {
  const auto known = statistics(table).row_count;
  return known ? std::max(1.0, static_cast<double>(*known)) : kUnknownRows;
}

double Estimates::computed_rows(const PlanRef& plan) {
  switch (plan->tag()) {
    case NodeTag::kScan:
      return scan_rows(static_cast<const ScanNode&>(*plan));
    case NodeTag::kFilter: {
      const auto& filter = static_cast<const FilterNode&>(*plan);
      return rows(filter.input) * selectivity(filter.input, conjuncts_of(filter.predicate));
    }
    case NodeTag::kAggregation:
      return aggregation_rows(static_cast<const AggregationNode&>(*plan));
    case NodeTag::kJoin:
      return join_rows(static_cast<const JoinNode&>(*plan));
    case NodeTag::kLimit: {
      const auto& limit = static_cast<const LimitNode&>(*plan);
      const double all = rows(limit.input);
      return limit.take >= 0 ? std::min(all, static_cast<double>(limit.take)) : all;
    }
    case NodeTag::kSort: {
      const auto& sort = static_cast<const SortNode&>(*plan);
      const double all = rows(sort.input);
      return sort.take >= 0 ? std::min(all, static_cast<double>(sort.take)) : all;
    }
    case NodeTag::kUnion: {
      double sum = 0;
      for (const PlanRef& child : plan->children()) sum += rows(child);
      return sum;
    }
    case NodeTag::kValues:
      return static_cast<double>(static_cast<const ValuesNode&>(*plan).row_count);
    case NodeTag::kSingleRow:
    case NodeTag::kWrite:
      return 1;
    case NodeTag::kUnnest:
      return rows(plan->children()[0]) * 4;
    case NodeTag::kRecursive:
      return rows(plan->children()[0]) + kRowsOfRounds;
    case NodeTag::kWorkingTable:
      return kRowsOfRound;
    case NodeTag::kSample: {
      const auto& sample = static_cast<const SampleNode&>(*plan);
      return rows(sample.input) * sample.share;
    }
    case NodeTag::kProject:
    case NodeTag::kWindowing:
    case NodeTag::kSharedInput:
      return rows(plan->children()[0]);
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
      break;
  }
  return 1;
}

double Estimates::scan_rows(const ScanNode& scan) {
  const double all = table_rows(scan.table);
  const PlanRef unfiltered(&scan);
  double share = 1;
  if (!scan.filters.empty()) {
    std::vector<ExprRef> rest;
    if (ScanSample* const sample = sample_of(scan)) {
      std::vector<ExprRef> tested;
      for (size_t i = 0; i < scan.filters.size(); ++i)
        (sample->is_tested()[i] ? tested : rest).push_back(scan.filters[i]);
      if (!tested.empty()) {
        // Where no row was kept: fewer than a row of the sample, and what statistics say.
        share = sample->kept_count() > 0
                    ? sample->kept_count() / sample->row_count()
                    : std::min(selectivity(unfiltered, tested), 0.5 / sample->row_count());
      }
    } else {
      rest = scan.filters;
    }
    if (!rest.empty()) share *= selectivity(unfiltered, rest);
  }
  const double kept = all * share;
  return scan.limit >= 0 ? std::min(kept, static_cast<double>(scan.limit)) : kept;
}

double Estimates::aggregation_rows(const AggregationNode& node) {
  return node.keys.empty() ? 1 : combinations(node.input, node.keys);
}

Estimates::KeyValues Estimates::key_values(const JoinNode& join) {
  KeyValues keys;
  for (size_t i = 0; i < join.left_keys.size(); ++i) {
    const ColumnEstimate left = expression(join.left, join.left_keys[i]);
    const ColumnEstimate right = expression(join.right, join.right_keys[i]);
    keys.left *= std::max(1.0, left.distinct);
    keys.right *= std::max(1.0, right.distinct);
    keys.not_null *= (1 - left.null_share) * (1 - right.null_share);
  }
  // As many combinations as there are rows, at most.
  keys.left = std::min(keys.left, std::max(1.0, rows(join.left)));
  keys.right = std::min(keys.right, std::max(1.0, rows(join.right)));
  return keys;
}

double Estimates::join_rows(const JoinNode& join) {
  const double left = rows(join.left);
  if (join.kind == JoinKind::kMark) return left;
  const double right = rows(join.right);
  if (join.kind == JoinKind::kPositional) return std::max(left, right);
  if (join.is_asof() && join.gives_right()) return join.keeps_left() ? left : left + right;
  const KeyValues keys = key_values(join);
  const double partner = join.nulls_equal ? 1 : keys.not_null;
  double values = std::max(keys.left, keys.right);
  if (const auto left_columns = columns_alone(join.left_keys)) {
    const auto right_columns = columns_alone(join.right_keys);
    if (right_columns)
      values = values_between(join.left, *left_columns, join.right, *right_columns);
  }
  double pairs = left * right * partner / values;
  double residual = 1;
  if (join.residual) {
    const PlanRef both = JoinNode::create(join.left, join.right, JoinKind::kCross, {}, {});
    residual = selectivity(both, conjuncts_of(join.residual));
    pairs *= residual;
  }
  switch (join.kind) {
    case JoinKind::kInner:
    case JoinKind::kCross:
      return pairs;
    case JoinKind::kLeft:
      return std::max(left, pairs);
    case JoinKind::kRight:
      return std::max(right, pairs);
    case JoinKind::kFull:
      return std::max(left + right - std::min(left, right), pairs);
    case JoinKind::kSemi:
    case JoinKind::kAnti:
    case JoinKind::kRightSemi:
    case JoinKind::kRightAnti: {
      const bool is_semi = join.kind == JoinKind::kSemi || join.kind == JoinKind::kRightSemi;
      const double others = join.gives_left() ? keys.right / keys.left : keys.left / keys.right;
      double share = join.left_keys.empty() ? kUnknownShare : partner * std::min(1.0, others);
      if (join.residual) share = std::min(share, std::max(share * kUnknownShare, residual));
      share = std::clamp(share, 0.0, 1.0);
      return (join.gives_left() ? left : right) * (is_semi ? share : std::max(0.05, 1 - share));
    }
    case JoinKind::kMark:
    case JoinKind::kPositional:
      break;
  }
  return left;
}

ColumnEstimate Estimates::computed_column(const PlanRef& plan, uint32_t index) {
  switch (plan->tag()) {
    case NodeTag::kScan:
      return scan_column(static_cast<const ScanNode&>(*plan), index);
    case NodeTag::kFilter: {
      const auto& filter = static_cast<const FilterNode&>(*plan);
      return narrowed(column(filter.input, index), index, conjuncts_of(filter.predicate));
    }
    case NodeTag::kProject: {
      const auto& project = static_cast<const ProjectNode&>(*plan);
      return expression(project.input, project.exprs[index]);
    }
    case NodeTag::kJoin:
      return join_column(static_cast<const JoinNode&>(*plan), index);
    case NodeTag::kAggregation: {
      const auto& node = static_cast<const AggregationNode&>(*plan);
      if (index < node.keys.size()) return expression(node.input, node.keys[index]);
      break;
    }
    case NodeTag::kUnnest:
    case NodeTag::kSample:
    case NodeTag::kWindowing: {
      const PlanRef input = plan->children()[0];
      if (index < input->schema.size()) return column(input, index);
      break;
    }
    case NodeTag::kUnion: {
      ColumnEstimate all;
      bool is_first = true;
      for (const PlanRef& child : plan->children()) {
        const ColumnEstimate one = column(child, index);
        if (is_first) {
          all = one;
        } else {
          all.distinct = std::max(all.distinct, one.distinct);
          all.null_share = std::max(all.null_share, one.null_share);
          all.low = all.low && one.low ? std::optional(std::min(*all.low, *one.low)) : std::nullopt;
          all.high =
              all.high && one.high ? std::optional(std::max(*all.high, *one.high)) : std::nullopt;
        }
        is_first = false;
      }
      return all;
    }
    case NodeTag::kSort:
    case NodeTag::kLimit:
    case NodeTag::kSingleRow:
    case NodeTag::kSharedInput:
      return column(plan->children()[0], index);
    case NodeTag::kValues:
    case NodeTag::kRecursive:
    case NodeTag::kWorkingTable:
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
      break;
  }
  return {.distinct = rows(plan), .null_share = 0, .low = {}, .high = {}};
}

ColumnEstimate Estimates::column_of_table(const ScanNode& scan, uint32_t index) {
  const double all = table_rows(scan.table);
  const uint32_t column = scan.columns[index];
  const TableStatistics& known = statistics(scan.table);
  ColumnEstimate made;
  made.distinct = all;
  const TypeRef type = scan.schema[index].type;
  made.is_whole =
      type->physical() != PhysicalType::kFloat && type->physical() != PhysicalType::kDouble;
  std::optional<double> counted;
  if (column < known.columns.size()) {
    const ColumnStatistics& one = known.columns[column];
    if (one.null_count) made.null_share = std::min(1.0, static_cast<double>(*one.null_count) / all);
    if (one.min) made.low = place_of(*one.min);
    if (one.max) made.high = place_of(*one.max);
    if (one.distinct_count) counted = static_cast<double>(*one.distinct_count);
  }
  const bool is_row_id = column >= scan.table->schema().size();
  if (!counted && !is_row_id) {
    auto& of_table = distinct_of_tables_[scan.table.get()];
    const auto found = of_table.find(column);
    if (found != of_table.end()) {
      counted = found->second;
    } else {
      counted = scan.table->distinct_values(column);
      of_table.emplace(column, counted.value_or(all));
    }
  }
  made.distinct = std::min(all * (1 - made.null_share), counted.value_or(all));
  if (made.is_whole && made.low && made.high)
    made.distinct = std::min(made.distinct, *made.high - *made.low + 1);
  made.distinct = std::max(1.0, made.distinct);
  return made;
}

ColumnEstimate Estimates::scan_column(const ScanNode& scan, uint32_t index) {
  return narrowed(column_of_table(scan, index), index, scan.filters);
}

ColumnEstimate Estimates::join_column(const JoinNode& join, uint32_t index) {
  const auto left_width = static_cast<uint32_t>(join.left->schema.size());
  const bool on_left = join.gives_left() && index < left_width;
  if (join.kind == JoinKind::kMark && !on_left)
    return {.distinct = 2, .null_share = 0, .low = {}, .high = {}};
  const PlanRef& side = on_left ? join.left : join.right;
  const uint32_t own = on_left || !join.gives_left() ? index : index - left_width;
  ColumnEstimate made = column(side, own);
  const bool keeps_all = join.kind == JoinKind::kFull || join.kind == JoinKind::kAnti ||
                         join.kind == JoinKind::kMark || join.kind == JoinKind::kPositional ||
                         join.kind == JoinKind::kRightAnti ||
                         join.kind == (on_left ? JoinKind::kLeft : JoinKind::kRight);
  if (keeps_all) return made;
  if (join.kind == (on_left ? JoinKind::kRight : JoinKind::kLeft)) {
    // Where a row of the side that is kept whole has no partner, this side's columns are NULL.
    const KeyValues keys = key_values(join);
    const double alone =
        1 - std::min(1.0, on_left ? keys.left / keys.right : keys.right / keys.left);
    made.null_share = 1 - (1 - made.null_share) * (1 - alone);
    return made;
  }
  // Of a key only the values that the other side has too.
  const std::vector<ExprRef>& keys = on_left ? join.left_keys : join.right_keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto* key = dynamic_cast<const ColumnExpr*>(keys[i].get());
    if (!key || key->index != own) continue;
    const ColumnEstimate other = on_left ? expression(join.right, join.right_keys[i])
                                         : expression(join.left, join.left_keys[i]);
    made.distinct = std::min(made.distinct, other.distinct);
    if (!join.nulls_equal) made.null_share = 0;
  }
  return made;
}

ColumnEstimate Estimates::expression(const PlanRef& input, const ExprRef& expr) {
  if (const auto* at = dynamic_cast<const ColumnExpr*>(expr.get())) return column(input, at->index);
  if (expr->tag() == NodeTag::kConstant) return {};
  if (const auto* cast = dynamic_cast<const CastExpr*>(expr.get())) {
    ColumnEstimate of = expression(input, cast->input);
    of.low = of.high = std::nullopt;  // on another line
    return of;
  }
  ColumnEstimate made;
  made.distinct = 1;
  for (const uint32_t read : columns_of(expr)) made.distinct *= column(input, read).distinct;
  made.distinct = std::max(1.0, std::min(made.distinct, rows(input)));
  if (expr->type->is(TypeKind::kBool)) made.distinct = std::min(made.distinct, 2.0);
  return made;
}

namespace {

thread_local Estimates* current_estimates = nullptr;

}  // namespace

EstimateScope::EstimateScope(const SessionConstants& session) {
  if (current_estimates) return;
  own_ = std::make_unique<Estimates>(session);
  current_estimates = own_.get();
}

EstimateScope::EstimateScope()
    : EstimateScope([]() -> const SessionConstants& {
        static const auto* const none = new SessionConstants();
        return *none;
      }()) {}

EstimateScope::~EstimateScope() {
  if (own_) current_estimates = nullptr;
}

Estimates& EstimateScope::current() {
  ASSERT(current_estimates);
  return *current_estimates;
}

double estimated_rows(const PlanRef& plan) {
  const EstimateScope scope;
  return EstimateScope::current().rows(plan);
}

}  // namespace doline
