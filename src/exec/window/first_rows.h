#pragma once

#include "exec/pipeline.h"

namespace doline {

/// In front of a windowing of which only each partition's first rows are wanted: leaves out rows
/// that cannot be among these, as far as it knows. Each task remembers, for each partition it met,
/// the first words of the best sort keys, and lets go what comes behind all of them; once that does
/// not pay, or takes much memory, it lets everything through.
std::unique_ptr<Operator> make_first_rows(const WindowingNode& node, const QueryContext& context);

}  // namespace doline
