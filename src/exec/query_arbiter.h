#pragma once

#include <atomic>
#include <chrono>
#include <vector>

#include "base/thread_safety.h"
#include "base/timers.h"
#include "memory/spill.h"

namespace doline {

/// Who makes room for a query, in this order: an operator spills itself (it does so on its own,
/// between chunks); then state that nobody works on at the moment, the largest first, a few
/// milliseconds at a time; then the asking task waits, for tasks of the query that are spilling, or
/// for other queries to let memory go. A thread that meets the hard limit between two such
/// questions asks for idle state once more (Budget::grow).
///
/// Waiting ends: tasks ask again every few milliseconds, nobody waits for queries that wait
/// themselves or stand still, and a query waits at most kLongestWait for others until it has had
/// room again. Then it goes on beyond the soft limit, and the hard limit is an error that says what
/// to change.
///
/// Made and destroyed with its query; outlives all that is enrolled.
class QueryArbiter final : public Arbiter {
 public:
  static constexpr std::chrono::milliseconds kPoll{5};
  static constexpr std::chrono::seconds kLongestWait{10};
  /// Less state than this is not worth a file's attention.
  static constexpr size_t kWorthSpillingBytes = size_t{1} << 20;

  /// `timers`: null for those of the shared executor.
  QueryArbiter(BudgetRef budget, SpillWriterRef spill, Timers* timers = nullptr);
  ~QueryArbiter() override;

  void enroll(Spillable& state) override;
  void withdraw(Spillable& state) override;
  Room make_room(Budget& budget, size_t bytes, const Waker& waker) override;
  bool spill_idle() override;
  void spilling_begins() noexcept override { spilling_.fetch_add(1); }
  void spilling_ends() noexcept override;

 private:
  /// The largest state nobody works on, claimed; null when none is worth it.
  Spillable* claim_idle();
  bool others_may_let_go() const;
  void wake_soon(const Waker& waker);

  const BudgetRef budget_;
  const SpillWriterRef spill_;
  Timers* const timers_;
  std::atomic<int> spilling_{0};
  std::atomic<bool> waits_for_others_{false};
  std::atomic<int64_t> waited_ms_{0};  // for other queries, since there was room
  std::atomic<int64_t> asked_at_ms_{0};
  WakerList waiting_;
  Mutex mutex_;
  std::vector<Spillable*> states_ GUARDED_BY(mutex_);
};

}  // namespace doline
