#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "exec/pipeline.h"

namespace doline {

/// The pipelines of one query and the sink that holds its result.
struct PipelineGraph {
  std::deque<Pipeline> pipelines;  // stable addresses
  PlanRef plan;
  /// Pipelines that run again and again, as often as another pipeline asks for it: the step of a
  /// recursion.
  std::vector<std::vector<size_t>> loops;
  std::shared_ptr<const void> renewed_by;  // what the pipelines' renew() refers to
};

/// Runs a graph: starts each pipeline's tasks when what it waits for is complete, finishes its
/// sink, and so on. Owned by the query; its tasks hold it. Thread-safe after start().
class QueryRun {
 public:
  QueryRun(PipelineGraph graph, QueryContext& context, TaskGroup& tasks);
  ~QueryRun();

  void start();
  bool is_complete() const { return pipelines_left_.load(std::memory_order_acquire) == 0; }
  /// Over the pipelines that have a known amount of work, weighted by it; 0 … 1, never falls.
  double progress() const;
  const PipelineGraph& graph() const { return graph_; }

 private:
  friend class PipelineTask;
  friend class FinishTask;
  struct State;
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
  std::vector<std::unique_ptr<State>> states_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<size_t> pipelines_left_;  // but those in loops
  mutable std::atomic<double> shown_progress_{0};
};

}  // namespace doline
