#include "memory/budget.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

#include "base/assert.h"
#include "base/cancellation.h"
#include "base/cgroup.h"
#include "base/error.h"
#include "memory/page_pool.h"
#include "memory/process_memory.h"
#include "memory/spill.h"

namespace doline {

namespace {

/// Spillable state leaves this much of a limit to chunks in flight.
size_t soft_limit_of(size_t limit) {
  if (limit == Budget::kNoLimit) return limit;
  const size_t headroom = std::clamp<size_t>(limit / 8, size_t{8} << 20, size_t{256} << 20);
  return limit - std::min(headroom, limit / 2);
}

/// The number behind `key` in a /proc or cgroup file, in its own unit; 0 when absent.
size_t read_number(const char* path, const char* key) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path, "re"), &std::fclose);
  if (!file) return 0;
  char line[256];
  const size_t length = std::strlen(key);
  while (std::fgets(line, sizeof line, file.get())) {
    if (std::strncmp(line, key, length) != 0) continue;
    unsigned long long value = 0;
    if (std::sscanf(line + length, "%llu", &value) == 1) return value;
  }
  return 0;
}

thread_local Budget* thread_budget = nullptr;
thread_local Arbiter* thread_arbiter = nullptr;
thread_local bool thread_makes_room = false;

/// Beyond its limit, what moves state to disk may take so much of it.
constexpr size_t kShareToMakeRoom = 32;
/// How long to wait for others while nothing of theirs moves: on a busy machine a thread that is
/// about to let go of something may not run for a while.
constexpr int kStillWaits = 500;
constexpr int kMostWaits = 2000;
constexpr std::chrono::milliseconds kWait{1};

}  // namespace

Budget::Budget(std::string name, Budget* parent, size_t limit_bytes)
    : name_(std::move(name)),
      parent_(parent),
      limit_(limit_bytes),
      soft_limit_(soft_limit_of(limit_bytes)) {}

Budget::~Budget() {
  // What is still charged here was charged above as well.
  if (parent_) parent_->shrink(used_bytes());
}

Budget& Budget::process() {
  static const BudgetRef root = [] {
    const size_t limit = granted_memory_bytes() / 10 * 8;
    const size_t before = resident_anonymous_bytes();
    // Who has set no limit wants speed: what one query leaves, the next one takes.
    PagePool::instance().set_slack(std::min(limit / 8, size_t{2} << 30));
    return make_ref<Budget>("process", nullptr, limit > before ? limit - before : limit / 2);
  }();
  return *root;
}

BudgetRef Budget::create(std::string name, Budget& parent, size_t limit_bytes) {
  return make_ref<Budget>(std::move(name), &parent, limit_bytes);
}

namespace {
/// Beyond what any machine has: sums of such sizes must not wrap.
constexpr size_t kAbsurdBytes = size_t{1} << 47;
}  // namespace

bool Budget::add(size_t bytes, bool soft) noexcept {
  if (bytes > kAbsurdBytes) return false;
  size_t limit = (soft ? soft_limit_ : limit_).load(std::memory_order_relaxed);
  if (thread_makes_room && !soft && limit != kNoLimit) limit += limit / kShareToMakeRoom;
  // What does not fit is never counted, not even for a moment: others would be refused by it.
  size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (used + bytes > limit) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (parent_ && !parent_->add(bytes, soft)) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  const size_t now = used + bytes;
  size_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return true;
}

bool Budget::try_grow(size_t bytes) noexcept { return add(bytes, true); }

void Budget::grow(size_t bytes) {
  if (add(bytes, false)) return;
  const auto find_tight = [&] {
    const Budget* at = this;
    while (at->parent_ && at->used_bytes() + bytes <= at->limit_bytes()) at = at->parent_.get();
    return at;
  };
  const Budget* tight = find_tight();
  if (thread_arbiter && bytes <= tight->limit_bytes()) {
    Arbiter& arbiter = *thread_arbiter;
    const ArbiterScope not_from_within(nullptr);
    look_at_process_memory();
    size_t used = 0;
    for (int waits = 0, still = 0; waits < kMostWaits && still < kStillWaits; ++waits, ++still) {
      if (add(bytes, false)) return;
      poll_cancellation();
      if (arbiter.spill_idle()) {
        still = 0;
        continue;
      }
      std::this_thread::sleep_for(kWait);
      watch_process_memory();
      tight = find_tight();
      if (std::exchange(used, tight->used_bytes()) != tight->used_bytes()) still = 0;
    }
  }
  // Small limits in the smaller unit: "0 of 0 MiB" says nothing.
  const bool is_small = tight->limit_bytes() < size_t{16} << 20;
  const unsigned shift = is_small ? 10 : 20;
  throw Error(ErrorCode::kMemoryLimit, "{} KiB more do not fit: {} of {} {} are in use",
              (bytes + 1023) >> 10, tight->used_bytes() >> shift, tight->limit_bytes() >> shift,
              is_small ? "KiB" : "MiB")
      .hint("raise memory_limit (SET memory_limit = '…'), or lower threads");
}

void Budget::shrink(size_t bytes) noexcept {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_) parent_->shrink(bytes);
}

void Budget::move_to(Budget& other, size_t bytes) noexcept {
  // The receiving side is charged without regard to its limit: the bytes exist already.
  for (Budget* at = &other; at; at = at->parent_.get())
    at->used_.fetch_add(bytes, std::memory_order_relaxed);
  shrink(bytes);
}

size_t Budget::available_bytes() const noexcept {
  const size_t used = used_bytes();
  const size_t limit = soft_limit_bytes();
  const size_t here = used < limit ? limit - used : 0;
  return parent_ ? std::min(here, parent_->available_bytes()) : here;
}

void Budget::set_limit(size_t bytes) noexcept {
  limit_.store(bytes, std::memory_order_relaxed);
  soft_limit_.store(soft_limit_of(bytes), std::memory_order_relaxed);
  if (parent_) return;
  // What one spilling operator lets go, the next pages take: first touch costs more than reading.
  PagePool::instance().set_slack(bytes);
  PagePool::instance().set_resident_limit(bytes);
}

Budget& current_budget() noexcept { return thread_budget ? *thread_budget : Budget::process(); }

BudgetScope::BudgetScope(Budget& budget) noexcept : outer_(thread_budget) {
  thread_budget = &budget;
}
BudgetScope::~BudgetScope() { thread_budget = outer_; }

ArbiterScope::ArbiterScope(Arbiter* arbiter) noexcept : outer_(thread_arbiter) {
  thread_arbiter = arbiter;
}
ArbiterScope::~ArbiterScope() { thread_arbiter = outer_; }

MakesRoomScope::MakesRoomScope() noexcept : outer_(thread_makes_room) { thread_makes_room = true; }
MakesRoomScope::~MakesRoomScope() { thread_makes_room = outer_; }

size_t granted_memory_bytes() {
  size_t granted = read_number("/proc/meminfo", "MemTotal:") << 10;
  if (granted == 0)  // in a chroot without /proc
    granted = static_cast<size_t>(::sysconf(_SC_PHYS_PAGES)) *
              static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t limit = read_cgroup_limits().memory_bytes;
  return limit == 0 ? granted : std::min(granted, limit);
}

size_t resident_anonymous_bytes() {
  return (read_number("/proc/self/status", "RssAnon:") +
          read_number("/proc/self/status", "RssShmem:"))
         << 10;
}

}  // namespace doline
