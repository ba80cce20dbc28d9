#include "exec/node_figures.h"

#include <algorithm>

#include "exec/query_run.h"

namespace doline {

OperatorsOfNodes::OperatorsOfNodes(const PipelineGraph& graph) : graph_(graph) {
  const auto place = [&](const OperatorMetrics& metrics, size_t pipeline,
                         PlacedOperator::Role role) {
    if (metrics.node) by_node_[metrics.node].push_back({&metrics, pipeline, role});
  };
  for (size_t i = 0; i < graph.pipelines.size(); ++i) {
    const Pipeline& pipeline = graph.pipelines[i];
    place(*pipeline.source_metrics, i, PlacedOperator::Role::kSource);
    for (const auto& op : pipeline.operators)
      place(op->metrics, i, PlacedOperator::Role::kOperator);
    // Branches of a union share a sink.
    if (pipeline.finishes_sink) place(pipeline.sink->metrics, i, PlacedOperator::Role::kSink);
  }
}

const std::vector<PlacedOperator>& OperatorsOfNodes::of(const PlanNode& node) const {
  static const std::vector<PlacedOperator> kNone;
  const auto found = by_node_.find(&node);
  return found == by_node_.end() ? kNone : found->second;
}

std::vector<PlacedOperator> OperatorsOfNodes::givers(const PlanNode& node) const {
  std::vector<PlacedOperator> last;
  for (const PlacedOperator& one : of(node)) {
    // What stands before the node's own sink only takes.
    if (graph_.pipelines[one.pipeline].sink->metrics.node == &node) continue;
    if (!last.empty() && last.back().pipeline == one.pipeline) last.pop_back();
    last.push_back(one);
  }
  return last;
}

uint64_t OperatorsOfNodes::rows_out(const PlanNode& node) const {
  uint64_t rows = 0;
  for (const PlacedOperator& one : givers(node)) {
    const uint64_t given = one.metrics->rows_out.load(std::memory_order_relaxed);
    // Each reader of a shared input is given all of it.
    rows = node.tag() == NodeTag::kSharedInput ? std::max(rows, given) : rows + given;
  }
  if (node.tag() == NodeTag::kUnion) {
    for (const PlanRef& child : node.children()) rows += rows_out(*child);
  }
  return rows;
}

uint64_t OperatorsOfNodes::rows_in(const PlanNode& node) const {
  uint64_t rows = 0;
  size_t counted = ~size_t{0};  // a pipeline
  for (const PlacedOperator& one : of(node)) {
    const bool is_kept =
        one.role == PlacedOperator::Role::kSource && !graph_.pipelines[one.pipeline].own_source;
    if (is_kept || one.pipeline == counted) continue;
    counted = one.pipeline;
    rows += one.metrics->rows_in.load(std::memory_order_relaxed);
  }
  if (node.tag() == NodeTag::kUnion) rows = rows_out(node);
  return rows;
}

std::vector<size_t> OperatorsOfNodes::gives_in(const PlanNode& node) const {
  std::vector<size_t> pipelines;
  for (const PlacedOperator& one : givers(node)) pipelines.push_back(one.pipeline);
  if (node.tag() == NodeTag::kUnion) {
    for (const PlanRef& child : node.children()) {
      const std::vector<size_t> of_child = gives_in(*child);
      pipelines.insert(pipelines.end(), of_child.begin(), of_child.end());
    }
  }
  return pipelines;
}

}  // namespace doline
