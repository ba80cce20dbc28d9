#include "exec/aggregate/aggregation.h"

#include "exec/aggregate/grouped_aggregation.h"
#include "exec/aggregate/ungrouped_aggregation.h"

namespace doline {

KeptRows make_aggregation(const AggregationNode& node, QueryContext& context) {
  const auto plan = make_ref<const AggregatePlan>(node, context);
  if (node.keys.empty()) {
    const auto sink = std::make_shared<UngroupedAggregation>(plan, node, context);
    return {sink, [sink] { return make_single_row_source(sink); }};
  }
  const auto sink = std::make_shared<GroupedAggregation>(plan, context);
  return {sink, [sink] { return make_group_source(sink); }};
}

}  // namespace doline
