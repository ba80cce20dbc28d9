#include "exec/query_arbiter.h"

#include <time.h>

#include <algorithm>

#include "base/executor.h"

namespace doline {

namespace {

/// A query of which nobody asked for so long stands still: its reader is elsewhere.
constexpr int64_t kStandsStillMs = 500;

/// By the kernel's last tick, as every chunk asks: a few milliseconds off, at a fifth of the cost.
int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// Arbiters of the queries that run, so that each can look at the others' memory.
struct Running {
  Mutex mutex;
  std::vector<const QueryArbiter*> arbiters GUARDED_BY(mutex);
};
Running& running() {
  static auto* all = new Running();  // outlives static destructors
  return *all;
}

}  // namespace

QueryArbiter::QueryArbiter(BudgetRef budget, SpillWriterRef spill, Timers* timers)
    : budget_(std::move(budget)), spill_(std::move(spill)), timers_(timers) {
  Running& all = running();
  MutexLock lock(all.mutex);
  all.arbiters.push_back(this);
}

QueryArbiter::~QueryArbiter() {
  Running& all = running();
  MutexLock lock(all.mutex);
  std::erase(all.arbiters, this);
}

void QueryArbiter::enroll(Spillable& state) {
  MutexLock lock(mutex_);
  states_.push_back(&state);
}

void QueryArbiter::withdraw(Spillable& state) {
  {
    MutexLock lock(mutex_);
    std::erase(states_, &state);
  }
  const Claim nobody_works_on_it(state);
}

void QueryArbiter::spilling_ends() noexcept {
  spilling_.fetch_sub(1);
  waiting_.wake_all();
}

Spillable* QueryArbiter::claim_idle() {
  MutexLock lock(mutex_);
  // Claimed ones fall out one by one; there are a few dozen at most.
  std::vector<Spillable*> worth;
  for (Spillable* state : states_) {
    if (state->spillable_bytes() >= kWorthSpillingBytes) worth.push_back(state);
  }
  std::sort(worth.begin(), worth.end(), [](const Spillable* a, const Spillable* b) {
    return a->spillable_bytes() > b->spillable_bytes();
  });
  for (Spillable* state : worth) {
    if (!state->try_claim()) continue;
    // Its owner may just have let it go.
    if (state->spillable_bytes() >= kWorthSpillingBytes) return state;
    state->release();
  }
  return nullptr;
}

bool QueryArbiter::spill_idle() {
  if (!spill_) return false;
  Spillable* const idle = claim_idle();
  if (!idle) return false;
  struct Release {
    Spillable& state;
    ~Release() { state.release(); }
  };
  const Release release{*idle};
  const SpillingNow now(this);
  const MakesRoomScope scope;
  idle->spill();
  return true;
}

Arbiter::Room QueryArbiter::make_room(Budget& budget, size_t bytes, const Waker& waker) {
  asked_at_ms_.store(now_ms(), std::memory_order_relaxed);
  if (!spill_ || budget.available_bytes() >= bytes) {
    if (waits_for_others_.load(std::memory_order_relaxed)) waits_for_others_.store(false);
    if (waited_ms_.load(std::memory_order_relaxed) != 0) waited_ms_.store(0);
    return Room::kEnough;
  }
  if (spill_idle()) return Room::kAgain;
  if (spilling_.load() > 0) {
    waiting_.add(waker);
    wake_soon(waker);
    return Room::kWait;
  }
  if (waited_ms_.load(std::memory_order_relaxed) <
          std::chrono::milliseconds(kLongestWait).count() &&
      others_may_let_go()) {
    waits_for_others_.store(true);
    waited_ms_.fetch_add(kPoll.count());
    wake_soon(waker);
    return Room::kWait;
  }
  waits_for_others_.store(false);
  return Room::kEnough;
}

/// Some other query holds memory and goes on.
bool QueryArbiter::others_may_let_go() const {
  const int64_t lately = now_ms() - kStandsStillMs;
  Running& all = running();
  MutexLock lock(all.mutex);
  return std::any_of(all.arbiters.begin(), all.arbiters.end(), [&](const QueryArbiter* other) {
    return other != this && !other->waits_for_others_.load(std::memory_order_relaxed) &&
           other->asked_at_ms_.load(std::memory_order_relaxed) >= lately &&
           other->budget_->used_bytes() >= kWorthSpillingBytes;
  });
}

void QueryArbiter::wake_soon(const Waker& waker) {
  (timers_ ? *timers_ : Executor::shared().timers()).post_after(kPoll, waker);
}

}  // namespace doline
