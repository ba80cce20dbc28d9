#include "memory/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>

#include "memory/budget.h"
#include "memory/page_pool.h"

namespace doline {

namespace {

constexpr int64_t kIntervalNs = 10'000'000;
/// Giving the allocator's free memory back takes milliseconds.
constexpr int64_t kTrimIntervalNs = 500'000'000;
/// From this limit on, what huge pages take beside what is used is a small part.
constexpr size_t kLeastLimitForHugePages = size_t{192} << 20;

std::atomic<size_t> granted_bytes{0};  // 0: nobody has set it, and the budget's own default holds
std::atomic<int64_t> next_look_ns{0};
std::atomic<int64_t> next_trim_ns{0};

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// As resident_anonymous_bytes(), by the file that is read fastest; 0 when it cannot be.
size_t anonymous_bytes() noexcept {
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[128];
  const ssize_t size = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  if (size <= 0) return 0;
  text[size] = '\0';
  unsigned long all = 0;
  unsigned long resident = 0;
  unsigned long shared = 0;
  if (std::sscanf(text, "%lu %lu %lu", &all, &resident, &shared) != 3 || shared > resident)
    return 0;
  return (resident - shared) * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

size_t outside_bytes() noexcept {
  // Idle blocks that are given back before others are touched stand in nobody's way.
  const size_t known = Budget::process().used_bytes() + PagePool::instance().releasable_bytes();
  const size_t resident = anonymous_bytes();
  return resident > known ? resident - known : 0;
}

void apply(size_t granted, size_t outside) noexcept {
  // However much lies outside, half is left to work with.
  Budget::process().set_limit(std::max(granted - std::min(granted, outside), granted / 2));
}

/// One thread at a time gets through, once an interval.
bool is_time(std::atomic<int64_t>& next, int64_t now, int64_t interval) noexcept {
  int64_t due = next.load(std::memory_order_relaxed);
  return now >= due && next.compare_exchange_strong(due, now + interval, std::memory_order_relaxed);
}

void trim() noexcept {
  ::malloc_trim(0);
  PagePool::instance().trim();
}

}  // namespace

void set_process_memory(size_t bytes) {
  granted_bytes.store(bytes, std::memory_order_relaxed);
  PagePool::instance().set_huge_pages(bytes >= kLeastLimitForHugePages);
  apply(bytes, outside_bytes());
}

void watch_process_memory() noexcept {
  const size_t granted = granted_bytes.load(std::memory_order_relaxed);
  if (granted == 0) return;
  const int64_t now = now_ns();
  if (!is_time(next_look_ns, now, kIntervalNs)) return;
  size_t outside = outside_bytes();
  if (outside > granted / 8 && is_time(next_trim_ns, now, kTrimIntervalNs)) {
    trim();
    outside = outside_bytes();
  }
  apply(granted, outside);
}

void look_at_process_memory() noexcept {
  const size_t granted = granted_bytes.load(std::memory_order_relaxed);
  if (granted == 0) return;
  if (is_time(next_trim_ns, now_ns(), kIntervalNs)) trim();
  apply(granted, outside_bytes());
}

}  // namespace doline
