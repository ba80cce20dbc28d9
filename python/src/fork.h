#pragma once

#include <mutex>

namespace doline_python {

/// From now on a fork waits for the mutex, which the child would otherwise find held for ever where
/// another thread had it. Then `in_child`, if there is one, puts what it guards right in the child.
/// Precondition: it lives for ever, and no thread holds two of them.
void hold_in_forks(std::mutex& mutex, void (*in_child)() = nullptr);

}  // namespace doline_python
