#pragma once

#include <memory>

#include "exec/pipeline.h"
#include "plan/sample_node.h"

namespace doline {

/// `branch`: of the inputs of a union, each of which numbers its morsels from 0.
std::unique_ptr<Operator> make_sample(const SampleNode& node, uint64_t branch);

}  // namespace doline
