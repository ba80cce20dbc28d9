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
  void start_pipeline(size_t index);
  void task_ended(size_t index);
  void advance_finish(size_t index);
  void pipeline_complete(size_t index);

  PipelineGraph graph_;
  QueryContext& context_;
  TaskGroup& tasks_;
  std::vector<std::unique_ptr<State>> states_;
  std::atomic<size_t> pipelines_left_;
  mutable std::atomic<double> shown_progress_{0};
};

}  // namespace doline
