#pragma once

#include <cstdint>

namespace doline {

/// Rises by one in a child process after fork(). Threads do not survive a fork and locks may be
/// held by threads that are gone, so whoever owns either keeps the number it was born under and
/// refuses to work (and to wait) under another.
uint64_t fork_generation() noexcept;

/// Throws Error(kNotSupported) when `born` is not the present generation. `what` goes on with
/// "was started before this process was forked".
void refuse_after_fork(uint64_t born, const char* what);

}  // namespace doline
