#pragma once

#include <memory>

#include "exec/query_run.h"
#include "exec/sinks.h"

namespace doline {

/// Turns a resolved plan into pipelines that end in `result`.
PipelineGraph lower(const PlanRef& plan, QueryContext& context, std::shared_ptr<ResultSink> result);

}  // namespace doline
