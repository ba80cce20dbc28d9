#pragma once

#include "exec/node_figures.h"

namespace doline {

/// Rows that the optimizer expects a node to give.
using RowEstimates = std::unordered_map<const PlanNode*, double>;

/// How far a pipeline is.
struct PipelineState {
  enum class Phase : uint8_t { kWaits, kStreams, kFinishes, kComplete };
  Phase phase = Phase::kWaits;
  double streamed = 0;      // share of its source that is through
  bool is_measured = true;  // false: its source does not know how much there is
  double finished = 0;      // share of its sink's finishing tasks that are done, in this round
};

/// What share of a query's work is done, in processor time of all its threads.
///
/// What is done was measured. What is to come is expected: rows, as estimated, times what a row
/// costs each operator, in the units of costs_of_…; both are corrected by what came of complete and
/// running pipelines, rows by how many there were, units by how long they took. Bytes that
/// operators have on disk are to be read again.
class WorkModel {
 public:
  WorkModel(const PipelineGraph& graph, const RowEstimates& estimates)
      : graph_(graph), estimates_(estimates), operators_(graph) {}

  /// 0 … 1. One state a pipeline.
  double share_done(const std::vector<PipelineState>& states);

 private:
  struct Units {
    double streaming = 0;
    double finishing = 0;
  };
  /// Rows the node will have given in the end.
  double rows(const PlanNode& node);
  double estimate(const PlanNode& node) const;
  /// Joins that tell the scan what they look for, as long as all of their right rows are at hand.
  std::vector<const JoinNode*> teachers(const ScanNode& scan);
  /// Of a join's left rows, the share that finds right ones.
  double found_share(const JoinNode& join);
  /// Whether right rows lie on disk; before they are all there, whether they are expected to.
  bool is_on_disk(const JoinNode& join);
  /// Whether rows come out once all left rows were seen.
  bool gives_rest(const JoinNode& join);
  double source_units(const Pipeline& pipeline);
  double sink_units(const Pipeline& pipeline, double rows_in) const;
  Units units(size_t pipeline);

  const PipelineGraph& graph_;
  const RowEstimates& estimates_;
  const OperatorsOfNodes operators_;
  const std::vector<PipelineState>* states_ = nullptr;
  std::unordered_map<const PlanNode*, double> rows_;
};

}  // namespace doline
