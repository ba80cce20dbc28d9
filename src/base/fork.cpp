#include "base/fork.h"

#include <pthread.h>

#include <atomic>

#include "base/error.h"

namespace doline {

namespace {

std::atomic<uint64_t> generation{0};

void count_fork() { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

uint64_t fork_generation() noexcept {
  static const int registered = pthread_atfork(nullptr, nullptr, count_fork);
  (void)registered;
  return generation.load(std::memory_order_relaxed);
}

void refuse_after_fork(uint64_t born, const char* what) {
  if (born == fork_generation()) return;
  throw Error(ErrorCode::kNotSupported, "{} was started before this process was forked", what)
      .note("a fork copies memory but no threads, so nothing could go on here")
      .hint("open a new session in the child, or start it with \"spawn\" instead of \"fork\"");
}

}  // namespace doline
