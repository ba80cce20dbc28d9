#pragma once

#include <cstdint>

namespace doline {

/// How many elements the largest call of a lambda's function reached on this thread since it was
/// last asked for: a lambda within a lambda multiplies what is in memory, so whoever evaluates
/// the outer one takes fewer rows at a time.
void note_lambda_elements(uint64_t count);
uint64_t take_lambda_elements();

}  // namespace doline
