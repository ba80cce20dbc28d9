#include "exec/work_model.h"

#include <algorithm>
#include <cmath>

#include "exec/query_run.h"
#include "memory/budget.h"

namespace doline {

namespace {

// What a row costs, in nanoseconds of the machines this was measured on. Only ratios matter.
constexpr double kScanValue = 4;
constexpr double kScanText = 15;
constexpr double kScanFilter = 5;
constexpr double kLearnedFilter = 40;  // what a join looks for, and columns read for the rest only
constexpr double kCallOfText = 60;     // LIKE, substring
constexpr double kKeptRow = 6;         // to give a row that was kept
constexpr double kKeptGroup = 40;
constexpr double kFilterRow = 4;
constexpr double kProjectValue = 2;
constexpr double kProbeRow = 40;
constexpr double kBucketRow = 40;  // to or from a bucket on disk
constexpr double kBucketByte = 3.5;
constexpr double kRebuiltRow = 2;  // times what it took to build in memory: it comes from disk
constexpr double kBuildRow = 30;
constexpr double kBuildValue = 15;
constexpr double kBuildText = 60;
constexpr double kGroupRow = 15;
constexpr double kGroupRowFar = 60;  // where groups are too many for the caches
constexpr double kGroupText = 30;
constexpr double kManyGroups = 300'000;
constexpr double kAggregateValue = 2;
constexpr double kKeepRow = 8;
constexpr double kSortRow = 50;
constexpr double kSortStep = 4;  // a row and a level of merging or partitioning
constexpr double kWindowRow = 60;
constexpr double kWriteValue = 15;
constexpr double kSpillByte = 2;     // of rows as they lie in memory
constexpr double kReadBackByte = 2;  // likewise
constexpr double kSpilledByte = 4;   // as it lies on disk, where rows are compressed

/// Of rows that operators keep: hash, chain and slot; a value; a text.
constexpr double kRowBytes = 32;
constexpr double kBuiltRowBytes = 16;  // until its table is made
constexpr double kValueBytes = 8;
constexpr double kTextBytes = 32;

/// What a join keeps free for the pages of its buckets before it sends rows to disk.
constexpr double kBucketPages = 16 << 20;

/// Of a running pipeline this much tells what the rest costs.
constexpr double kTellingShare = 0.15;
/// A correction beyond this says that the estimate was no estimate.
constexpr double kMostCorrection = 1e4;

bool is_text(TypeRef type) { return type->physical() == PhysicalType::kString; }

/// Of all columns; texts cost another sum than other values.
double of_columns(const Schema& schema, double value, double text) {
  double sum = 0;
  for (const Field& field : schema) sum += is_text(field.type) ? text : value;
  return sum;
}

/// What is called on texts costs more than all else in an expression.
double calls_of_texts(const ExprRef& expr) {
  double calls = 0;
  visit(expr, [&](const Expr& at) {
    if (at.tag() != NodeTag::kCall) return;
    const auto& call = static_cast<const CallExpr&>(at);
    calls += call.name != "=" && call.name != "<>" && !call.arguments.empty() &&
             is_text(call.arguments[0]->type);
  });
  return calls;
}

double scan_units(const ScanNode& scan) {
  double units = 1 + of_columns(scan.schema, kScanValue, kScanText);
  for (const ExprRef& filter : scan.filters)
    units += kScanFilter + kCallOfText * calls_of_texts(filter);
  return units;
}

/// `groups`: how many come of it.
double aggregate_units(const AggregationNode& node, double groups) {
  double units = kAggregateValue * static_cast<double>(node.aggregates.size());
  if (node.keys.empty()) return units;
  units += groups < kManyGroups ? kGroupRow : kGroupRowFar;
  for (const ExprRef& key : node.keys) units += is_text(key->type) ? kGroupText : 0;
  return units;
}

/// What gives the rows that a node's sink keeps; null: it keeps none, or few.
const PlanNode* kept_by(const PlanNode& node) {
  if (node.tag() == NodeTag::kJoin) return static_cast<const JoinNode&>(node).right.get();
  if (node.tag() == NodeTag::kAggregation)
    return static_cast<const AggregationNode&>(node).keys.empty() ? nullptr : &node;
  const bool is_sorted =
      node.tag() == NodeTag::kWindowing ||
      (node.tag() == NodeTag::kSort && static_cast<const SortNode&>(node).take < 0);
  return is_sorted ? node.children()[0].get() : nullptr;
}

bool tells_scans(const JoinNode& join) {
  return std::any_of(join.runtime_filters.begin(), join.runtime_filters.end(),
                     [](int64_t id) { return id >= 0; });
}

bool tells(const JoinNode& join, const ScanNode& scan) {
  return std::any_of(scan.runtime_filters.begin(), scan.runtime_filters.end(), [&](int64_t id) {
    return std::find(join.runtime_filters.begin(), join.runtime_filters.end(), id) !=
           join.runtime_filters.end();
  });
}

/// Bytes a row of operators' takes while it is kept.
double row_bytes(const Schema& schema) {
  return kRowBytes + of_columns(schema, kValueBytes, kTextBytes);
}

/// Of a left row whose join has its right rows on disk: to write it there, or to read it again and
/// probe.
double bucket_units(const JoinNode& join) {
  return kBucketRow + kBucketByte * of_columns(join.left->schema, kValueBytes, kTextBytes);
}

double build_units(const JoinNode& join) {
  return kBuildRow + of_columns(join.right->schema, kBuildValue, kBuildText);
}

/// The join whose rest the pipeline reads; null: it reads something else.
const JoinNode* rest_of(const Pipeline& pipeline) {
  const PlanNode* node = pipeline.source_metrics->node;
  const bool is_rest = pipeline.make_source && node && node->tag() == NodeTag::kJoin;
  return is_rest ? static_cast<const JoinNode*>(node) : nullptr;
}

bool gives_unmatched(const JoinNode& join) {
  return join.kind == JoinKind::kRight || join.kind == JoinKind::kFull;
}

double operator_units(const OperatorMetrics& metrics) {
  const PlanNode* node = metrics.node;
  if (!node) return 1;
  if (node->tag() == NodeTag::kJoin) return kProbeRow;
  if (node->tag() == NodeTag::kProject)
    return kProjectValue * static_cast<double>(node->schema.size());
  return kFilterRow;
}

}  // namespace

double WorkModel::estimate(const PlanNode& node) const {
  const auto found = estimates_.find(&node);
  return found == estimates_.end() ? 1 : std::max(1.0, found->second);
}

double WorkModel::rows(const PlanNode& node) {
  if (const auto known = rows_.find(&node); known != rows_.end()) return known->second;
  rows_.emplace(&node, estimate(node));  // whoever asks again on the way is told that
  double streamed = 1;
  bool is_known = true;
  const std::vector<size_t> pipelines = operators_.gives_in(node);
  for (size_t pipeline : pipelines) {
    const JoinNode* const rest = rest_of(graph_.pipelines[pipeline]);
    if (rest && !gives_rest(*rest)) continue;
    const PipelineState& state = (*states_)[pipeline];
    if (state.phase == PipelineState::Phase::kWaits || !state.is_measured) is_known = false;
    if (state.phase == PipelineState::Phase::kStreams)
      streamed = std::min(streamed, state.streamed);
  }
  double expected = estimate(node);
  for (const PlanRef& child : node.children()) {
    expected *= std::clamp(rows(*child) / estimate(*child), 1 / kMostCorrection, kMostCorrection);
  }
  if (node.tag() == NodeTag::kScan) {
    for (const JoinNode* join : teachers(static_cast<const ScanNode&>(node)))
      expected *= found_share(*join);
  } else if (node.tag() == NodeTag::kJoin) {
    // What its left rows lack already.
    const auto& join = static_cast<const JoinNode&>(node);
    if (tells_scans(join) && !is_on_disk(join)) expected /= found_share(join);
  }
  if (!pipelines.empty() && is_known) {
    const auto given = static_cast<double>(operators_.rows_out(node));
    const double weight = std::min(1.0, streamed / kTellingShare);
    expected = streamed > 0 ? weight * given / streamed + (1 - weight) * expected : expected;
  }
  return rows_[&node] = expected;
}

std::vector<const JoinNode*> WorkModel::teachers(const ScanNode& scan) {
  std::vector<const JoinNode*> all;
  if (scan.runtime_filters.empty()) return all;
  for (const NodeAccount& account : graph_.accounts) {
    if (account.node.tag() != NodeTag::kJoin) continue;
    const auto& join = static_cast<const JoinNode&>(account.node);
    if (tells(join, scan) && !is_on_disk(join)) all.push_back(&join);
  }
  return all;
}

double WorkModel::found_share(const JoinNode& join) {
  const double expected = estimate(join) / estimate(*join.left);
  return std::clamp(expected * rows(*join.right) / estimate(*join.right), 1 / kMostCorrection, 1.0);
}

bool WorkModel::is_on_disk(const JoinNode& join) {
  const NodeAccount* const account = graph_.account(join);
  if (!account || !account->spill) return false;
  if (account->spill->written_bytes() > 0) return true;
  for (size_t i = 0; i < graph_.pipelines.size(); ++i) {
    const Pipeline& pipeline = graph_.pipelines[i];
    if (pipeline.sink->metrics.node == &join && pipeline.finishes_sink &&
        (*states_)[i].phase == PipelineState::Phase::kComplete)
      return false;
  }
  const auto room = static_cast<double>(Budget::process().soft_limit_bytes());
  return rows(*join.right) *
             (kBuiltRowBytes + of_columns(join.right->schema, kValueBytes, kTextBytes)) >
         std::max(room / 2, room - kBucketPages);
}

bool WorkModel::gives_rest(const JoinNode& join) {
  return gives_unmatched(join) || is_on_disk(join);
}

double WorkModel::source_units(const Pipeline& pipeline) {
  const PlanNode* node = pipeline.source_metrics->node;
  if (!node) return 0;
  if (pipeline.own_source && node->tag() == NodeTag::kScan) {
    const auto& scan = static_cast<const ScanNode&>(*node);
    const auto all = static_cast<double>(
        scan.table->statistics().row_count.value_or(static_cast<uint64_t>(estimate(scan))));
    const double learning = teachers(scan).empty() ? 0 : kLearnedFilter;
    return std::max(1.0, all) * (scan_units(scan) + learning);
  }
  if (const JoinNode* const rest = rest_of(pipeline)) {
    return is_on_disk(*rest) ? rows(*rest->left) * bucket_units(*rest) +
                                   rows(*rest->right) * kRebuiltRow * build_units(*rest)
                             : 0;
  }
  return rows(*node) * (node->tag() == NodeTag::kAggregation ? kKeptGroup : kKeptRow);
}

double WorkModel::sink_units(const Pipeline& pipeline, double rows_in) const {
  const PlanNode* node = pipeline.sink->metrics.node;
  if (!node) return rows_in;
  const NodeTag tag = node->tag();
  if (tag == NodeTag::kJoin) return rows_in * build_units(static_cast<const JoinNode&>(*node));
  if (tag == NodeTag::kSort)
    return rows_in * (static_cast<const SortNode&>(*node).take >= 0 ? kFilterRow : kSortRow);
  if (tag == NodeTag::kWindowing) return rows_in * kSortRow;
  if (tag == NodeTag::kWrite)
    return rows_in * kWriteValue * static_cast<double>(node->children()[0]->schema.size());
  return rows_in * kKeepRow;
}

WorkModel::Units WorkModel::units(size_t index) {
  const Pipeline& pipeline = graph_.pipelines[index];
  Units units;
  units.streaming = source_units(pipeline);
  const PlanNode* at = pipeline.source_metrics->node;
  double rows_in = at ? rows(*at) : 1;
  if (const JoinNode* const rest = rest_of(pipeline); rest && !gives_rest(*rest)) rows_in = 0;
  for (const auto& op : pipeline.operators) {
    const PlanNode* node = op->metrics.node;
    // A filter that the scan left to the engine sees more rows than the scan's node gives.
    const double taken = node && node == pipeline.source_metrics->node
                             ? std::max(rows_in, static_cast<double>(op->metrics.rows_in.load()))
                             : rows_in;
    const JoinNode* const join =
        node && node->tag() == NodeTag::kJoin ? static_cast<const JoinNode*>(node) : nullptr;
    if (join && is_on_disk(*join)) {
      units.streaming += taken * bucket_units(*join);
      rows_in = 0;  // the join's rest gives its rows
      continue;
    }
    units.streaming += taken * operator_units(op->metrics);
    if (node && node != at && rows_in > 0) rows_in = rows(*node);
  }
  const PlanNode* into = pipeline.sink->metrics.node;
  units.streaming +=
      into && into->tag() == NodeTag::kAggregation
          ? rows_in * aggregate_units(static_cast<const AggregationNode&>(*into), rows(*into))
          : sink_units(pipeline, rows_in);
  if (pipeline.finishes_sink && pipeline.sink->metrics.node) {
    const NodeTag tag = pipeline.sink->metrics.node->tag();
    const bool is_sorted = tag == NodeTag::kWindowing ||
                           (tag == NodeTag::kSort &&
                            static_cast<const SortNode&>(*pipeline.sink->metrics.node).take < 0);
    if (is_sorted) units.finishing = rows_in * kSortStep * std::log2(std::max(2.0, rows_in));
  }
  const PlanNode* kept = pipeline.source_metrics->node;
  if (kept && pipeline.make_source) {
    if (kept->tag() == NodeTag::kWindowing) units.streaming += rows(*kept) * kWindowRow;
    const NodeAccount* const account = rest_of(pipeline) ? nullptr : graph_.account(*kept);
    if (account && account->spill)
      units.streaming += static_cast<double>(account->spill->written_bytes()) * kSpilledByte;
  }
  return units;
}

double WorkModel::share_done(const std::vector<PipelineState>& states) {
  states_ = &states;
  rows_.clear();
  const size_t count = graph_.pipelines.size();
  std::vector<Units> all(count);
  // Of what sinks keep, the share that finds no room in memory is to be written and read again.
  const auto kept_bytes = [&](const PlanNode& node) {
    const PlanNode* kept = kept_by(node);
    return kept ? rows(*kept) * row_bytes(kept->schema) : 0;
  };
  double bytes = 0;
  for (const Pipeline& pipeline : graph_.pipelines) {
    const PlanNode* node = pipeline.sink->metrics.node;
    if (node && pipeline.finishes_sink && pipeline.loop == Pipeline::kNoLoop)
      bytes += kept_bytes(*node);
  }
  const auto room = static_cast<double>(Budget::process().soft_limit_bytes());
  const double to_disk = bytes > room ? 1 - room / bytes : 0;
  double done_ns = 0;
  double done_units = 0;
  for (size_t i = 0; i < count; ++i) {
    all[i] = units(i);
    if (const Pipeline& pipeline = graph_.pipelines[i]; to_disk > 0) {
      const PlanNode* node = pipeline.sink->metrics.node;
      if (node && pipeline.finishes_sink)
        all[i].streaming += kept_bytes(*node) * to_disk * kSpillByte;
      if (pipeline.make_source && !rest_of(pipeline))
        all[i].streaming += kept_bytes(*pipeline.source_metrics->node) * to_disk * kReadBackByte;
    }
    const PipelineState& state = states[i];
    const auto busy =
        static_cast<double>(graph_.pipelines[i].metrics->busy_ns.load(std::memory_order_relaxed));
    done_ns += busy;
    switch (state.phase) {
      case PipelineState::Phase::kWaits:
        break;
      case PipelineState::Phase::kStreams:
        done_units += all[i].streaming * state.streamed;
        break;
      case PipelineState::Phase::kFinishes:
        done_units += all[i].streaming + all[i].finishing * state.finished;
        break;
      case PipelineState::Phase::kComplete:
        done_units += all[i].streaming + all[i].finishing;
        break;
    }
  }
  if (done_ns <= 0) return 0;
  const double unit_ns = done_units > 0 ? done_ns / done_units : 1;
  double left_ns = 0;
  for (size_t i = 0; i < count; ++i) {
    const PipelineState& state = states[i];
    const auto busy =
        static_cast<double>(graph_.pipelines[i].metrics->busy_ns.load(std::memory_order_relaxed));
    switch (state.phase) {
      case PipelineState::Phase::kWaits:
        left_ns += (all[i].streaming + all[i].finishing) * unit_ns;
        break;
      case PipelineState::Phase::kStreams: {
        const double expected = all[i].streaming * unit_ns;
        const double weight = std::min(1.0, state.streamed / kTellingShare);
        const double whole = state.streamed > 0
                                 ? weight * busy / state.streamed + (1 - weight) * expected
                                 : expected;
        left_ns += std::max(0.0, whole) * (1 - state.streamed) + all[i].finishing * unit_ns;
        break;
      }
      case PipelineState::Phase::kFinishes:
        left_ns += all[i].finishing * unit_ns * (1 - state.finished);
        break;
      case PipelineState::Phase::kComplete:
        break;
    }
  }
  return done_ns / (done_ns + left_ns);
}

}  // namespace doline
