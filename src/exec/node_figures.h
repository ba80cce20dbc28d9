#pragma once

#include <unordered_map>
#include <vector>

#include "exec/pipeline.h"

namespace doline {

struct PipelineGraph;

/// An operator, a source or a sink of a pipeline.
struct PlacedOperator {
  enum class Role : uint8_t { kSource, kOperator, kSink };
  const OperatorMetrics* metrics;
  size_t pipeline;
  Role role;
};

/// The operators of a graph by the plan node whose work they do: a join has a build, probes and a
/// rest, an aggregation a sink and the source of what it kept.
class OperatorsOfNodes {
 public:
  explicit OperatorsOfNodes(const PipelineGraph& graph);

  /// In the order of their pipelines.
  const std::vector<PlacedOperator>& of(const PlanNode& node) const;
  /// Rows that the node has given and taken yet, over all its operators.
  uint64_t rows_out(const PlanNode& node) const;
  uint64_t rows_in(const PlanNode& node) const;
  /// Pipelines that the node's rows come out of.
  std::vector<size_t> gives_in(const PlanNode& node) const;

 private:
  /// Of each pipeline that the node's rows come out of, the last of its operators.
  std::vector<PlacedOperator> givers(const PlanNode& node) const;

  const PipelineGraph& graph_;
  std::unordered_map<const PlanNode*, std::vector<PlacedOperator>> by_node_;
};

}  // namespace doline
