#pragma once

#include "column/column.h"

namespace doline {

/// Runs of equal values among the active rows of a flat column without NULLs: the first row of each
/// into `firsts`, which has room for one more than there are rows, and of each active row the
/// number of its run into `numbers`. Returns how many there are; of types other than integers as
/// many as rows, with nothing written.
uint32_t key_runs(const Column& key, const Selection& active, uint16_t* firsts, uint16_t* numbers);

}  // namespace doline
