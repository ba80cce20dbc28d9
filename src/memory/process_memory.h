#pragma once

#include <cstddef>

namespace doline {

/// What the process may use in all, in bytes. The limit of Budget::process() follows from it: less
/// by what no account knows (small objects, the allocator's leftovers, stacks, huge pages of which
/// a part is used).
void set_process_memory(size_t bytes);

/// Looks at what the process really uses, at most every few milliseconds, and sets the limit of
/// Budget::process() anew. Call it often: between the steps of tasks. Any thread.
void watch_process_memory() noexcept;

/// The same at once, and gives back what nobody uses: before memory is refused. Any thread.
void look_at_process_memory() noexcept;

}  // namespace doline
