#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "exec/morsels_under_way.h"
#include "exec/node_account.h"
#include "exec/pipeline.h"
#include "exec/runtime_filters.h"
#include "exec/work_model.h"

namespace doline {

/// The pipelines of one query and the sink that holds its result.
struct PipelineGraph {
  PlanRef plan;
  std::deque<NodeAccount> accounts;               // outlive the operators; in the order of lowering
  std::shared_ptr<const RuntimeFilters> filters;  // shared with what is made anew in a loop
  std::deque<Pipeline> pipelines;                 // stable addresses
  /// Pipelines that run again and again, as often as another pipeline asks for it: the step of a
  /// recursion.
  std::vector<std::vector<size_t>> loops;
  std::shared_ptr<const void> renewed_by;  // what the pipelines' renew() refers to

  /// Null for nodes without operators of their own.
  const NodeAccount* account(const PlanNode& node) const;
};

/// Runs a graph: starts each pipeline's tasks when what it waits for is complete, finishes its
/// sink, and so on. Owned by the query; its tasks hold it. Thread-safe after start().
class QueryRun {
 public:
  QueryRun(PipelineGraph graph, QueryContext& context, TaskGroup& tasks);
  ~QueryRun();

  void start();
  /// Long steps of operators look at it. Any thread.
  void cancel() noexcept;
  /// Nothing of the query has left that could not be taken back.
  bool may_start_over() const;
  bool is_complete() const { return pipelines_left_.load(std::memory_order_acquire) == 0; }
  /// The share of the work that is done (WorkModel); 0 … 1, never falls.
  double progress(const RowEstimates& estimates) const;
  const PipelineGraph& graph() const { return graph_; }

 private:
  friend class PipelineTask;
  friend class FinishTask;
  struct State;
  std::vector<PipelineState> states() const;
  struct Loop;
  /// Rounds are short and many: whoever wants one does it himself, as far as it has one task at a
  /// time. That task is left in `carried`; null, or taken already: it is spawned as any other.
  using Carried = std::unique_ptr<Task>*;
  void start_pipeline(size_t index, Carried carried);
  void task_ended(size_t index, Carried carried);
  void advance_finish(size_t index, Carried carried);
  void pipeline_complete(size_t index, Carried carried);
  bool in_round(size_t loop) const;
  /// The waker fires when the round is over.
  std::unique_ptr<Task> begin_round(size_t loop, const Waker& waker);

  PipelineGraph graph_;
  QueryContext& context_;
  TaskGroup& tasks_;
  MorselsUnderWay under_way_;
  std::vector<std::unique_ptr<State>> states_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<size_t> pipelines_left_;  // but those in loops
  mutable std::atomic<double> shown_progress_{0};
};

}  // namespace doline
