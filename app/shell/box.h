#pragma once

#include "shell/output.h"

namespace doline::shell {

/// Results as a table of lines: names and types above, of many rows the first and the last, of many
/// columns those that fit, and below how many there are. Keeps no more rows than it shows.
uint64_t print_box(Query& query, const OutputOptions& options, OutputStream& out,
                   const ZoneOffsets* zone, const Palette& palette);

}  // namespace doline::shell
