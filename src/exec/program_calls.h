#pragma once

#include <memory>

#include "exec/pipeline.h"

namespace doline {

/// A projection that calls functions which the program brought. It keeps up to 64 Ki rows of a
/// morsel for each call: functions that people write take their time by the call, and Python's lock
/// once for it. The first batches are small, so that whoever wants few rows does not wait for many,
/// and so are they where memory is short.
///
/// Calls that not every row reaches (in a branch of CASE, AND, OR, COALESCE, in TRY or a lambda)
/// are made as the projection, or a call whose arguments they stand in, comes to them: for a chunk
/// at a time.
std::unique_ptr<Operator> make_calling_project(const ProjectNode& node,
                                               const QueryContext& context);

}  // namespace doline
