#pragma once

#include <string_view>

namespace doline {

/// Throws Error(kInternal): the session it reaches is poisoned, the process lives on.
/// With DOLINE_ABORT_ON_ASSERT set in the environment (tests, server) it aborts instead.
[[noreturn]] void assertion_failed(std::string_view condition, const char* file, int line);

}  // namespace doline

/// Always on; use it per chunk, never per row.
#define ASSERT(condition)             \
  (__builtin_expect(!!(condition), 1) \
       ? void(0)                      \
       : ::doline::assertion_failed(#condition, __FILE__, __LINE__))

/// On in debug builds only; use it per row.
#ifdef DOLINE_DEBUG
#define DCHECK(condition) ASSERT(condition)
#else
#define DCHECK(condition) (void)sizeof(!(condition))
#endif

#define UNREACHABLE() ::doline::assertion_failed("unreachable", __FILE__, __LINE__)
