#include "exec/query_arbiter.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/cancellation.h"
#include "base/error.h"

namespace doline {
namespace {

constexpr size_t kMega = size_t{1} << 20;

class NoFile final : public SpillWriter {
 public:
  SpillExtent write(std::span<const std::byte> bytes) override { return {0, bytes.size()}; }
  void read(SpillExtent, std::span<std::byte>) override {}
  uint64_t written_bytes() const noexcept override { return 0; }
};

/// Remembers whom to wake; time passes when the test says so.
class HandTimers final : public Timers {
 public:
  void post_after(Duration, Waker waker) override { due.push_back(std::move(waker)); }
  std::vector<Waker> due;
};

class Counter final : public WakeTarget {
 public:
  void wake() noexcept override { ++count; }
  int count = 0;
};

/// Holds charged bytes, and lets them go in steps.
class Held final : public Spillable {
 public:
  Held(Arbiter& arbiter, Budget& budget, size_t bytes, size_t step_bytes)
      : budget_(budget), bytes_(bytes), step_bytes_(step_bytes), enrolled_(&arbiter, *this) {
    budget_.grow(bytes_);
  }
  ~Held() override { budget_.shrink(bytes_); }
  size_t spillable_bytes() const noexcept override { return bytes_; }
  bool spill() override {
    const size_t freed = std::min(bytes_, step_bytes_);
    budget_.shrink(freed);
    bytes_ -= freed;
    return bytes_ == 0;
  }

 private:
  Budget& budget_;
  size_t bytes_;
  const size_t step_bytes_;
  const Enrolled enrolled_;
};

struct OneQuery {
  explicit OneQuery(Budget& all)
      : budget(Budget::create("query", all)), arbiter(budget, make_ref<NoFile>(), &timers) {}
  Arbiter::Room ask(size_t bytes) { return arbiter.make_room(*budget, bytes, waker); }

  HandTimers timers;
  std::shared_ptr<Counter> woken = std::make_shared<Counter>();
  const Waker waker{woken};
  const BudgetRef budget;
  QueryArbiter arbiter;
};

BudgetRef some_memory() {
  return Budget::create("all", Budget::process(), 64 * kMega);
}  // soft limit: 56

TEST(QueryArbiter, TheLargestIdleStateGoesFirstAndInSteps) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held small(query.arbiter, *query.budget, 16 * kMega, 16 * kMega);
  Held large(query.arbiter, *query.budget, 38 * kMega, 19 * kMega);
  EXPECT_EQ(query.ask(2 * kMega), Arbiter::Room::kEnough);
  EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kAgain);
  EXPECT_EQ(large.spillable_bytes(), 19 * kMega);
  EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kAgain);
  EXPECT_EQ(large.spillable_bytes(), 0U);
  EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kEnough);
  EXPECT_EQ(small.spillable_bytes(), 16 * kMega);
}

TEST(QueryArbiter, StateThatIsInUseStaysAndAloneAQueryGoesOn) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held held(query.arbiter, *query.budget, 50 * kMega, 50 * kMega);
  {
    const Claim in_use(held);
    EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kEnough);
    EXPECT_EQ(held.spillable_bytes(), 50 * kMega);
  }
  EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kAgain);
  EXPECT_EQ(held.spillable_bytes(), 0U);
}

TEST(QueryArbiter, TasksWaitForOneThatSpillsAndAreWoken) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held held(query.arbiter, *query.budget, 50 * kMega, 50 * kMega);
  const Claim in_use(held);
  {
    const SpillingNow now(&query.arbiter);
    EXPECT_EQ(query.ask(30 * kMega), Arbiter::Room::kWait);
    EXPECT_EQ(query.timers.due.size(), 1U);  // nobody waits without a timer
    EXPECT_EQ(query.woken->count, 0);
  }
  EXPECT_EQ(query.woken->count, 1);
}

TEST(QueryArbiter, AQueryWaitsForAnotherThatHoldsTheMemoryAndGoesOn) {
  const BudgetRef all = some_memory();
  OneQuery first(*all);
  OneQuery second(*all);
  {
    Held held(first.arbiter, *first.budget, 50 * kMega, 50 * kMega);
    const Claim in_use(held);
    EXPECT_EQ(first.ask(kMega), Arbiter::Room::kEnough);  // it goes on
    EXPECT_EQ(second.ask(30 * kMega), Arbiter::Room::kWait);
    EXPECT_EQ(second.timers.due.size(), 1U);
  }
  EXPECT_EQ(second.ask(30 * kMega), Arbiter::Room::kEnough);
}

TEST(QueryArbiter, TwoThatWouldWaitForEachOtherDoNot) {
  const BudgetRef all = some_memory();
  OneQuery first(*all);
  OneQuery second(*all);
  first.budget->grow(28 * kMega);
  second.budget->grow(28 * kMega);
  EXPECT_EQ(first.ask(kMega), Arbiter::Room::kEnough);  // the other never asked: it stands still
  EXPECT_EQ(second.ask(kMega), Arbiter::Room::kWait);
  EXPECT_EQ(first.ask(kMega), Arbiter::Room::kEnough);
  EXPECT_EQ(second.ask(kMega), Arbiter::Room::kWait);
  first.budget->shrink(28 * kMega);
  second.budget->shrink(28 * kMega);
}

TEST(QueryArbiter, WaitingForOthersEnds) {
  const BudgetRef all = some_memory();
  OneQuery first(*all);
  OneQuery second(*all);
  first.budget->grow(55 * kMega);
  const auto most = std::chrono::milliseconds(QueryArbiter::kLongestWait) / QueryArbiter::kPoll;
  int waits = 0;
  while (first.ask(0), second.ask(10 * kMega) == Arbiter::Room::kWait) ASSERT_LE(++waits, most);
  EXPECT_EQ(waits, most);
  first.budget->shrink(55 * kMega);
  EXPECT_EQ(second.ask(10 * kMega), Arbiter::Room::kEnough);
  first.budget->grow(55 * kMega);
  first.ask(0);
  EXPECT_EQ(second.ask(10 * kMega), Arbiter::Room::kWait);  // there was room in between
  first.budget->shrink(55 * kMega);
}

// Symptom: a chunk's last 4 KiB failed the query while a sort that nobody worked on held the
// memory.
TEST(QueryArbiter, WhoMeetsTheHardLimitGetsWhatIsIdle) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held held(query.arbiter, *query.budget, 60 * kMega, 10 * kMega);
  EXPECT_THROW(query.budget->grow(5 * kMega), Error);  // no arbiter is this thread's
  EXPECT_EQ(held.spillable_bytes(), 60 * kMega);
  const ArbiterScope asked(&query.arbiter);
  {
    const Claim in_use(held);
    EXPECT_THROW(query.budget->grow(5 * kMega), Error);
    EXPECT_EQ(held.spillable_bytes(), 60 * kMega);
  }
  EXPECT_NO_THROW(query.budget->grow(5 * kMega));
  EXPECT_EQ(held.spillable_bytes(), 50 * kMega);  // no more than was asked for
  EXPECT_NO_THROW(query.budget->grow(25 * kMega));
  EXPECT_EQ(held.spillable_bytes(), 30 * kMega);
  query.budget->shrink(30 * kMega);
}

TEST(QueryArbiter, WhatWouldNeverFitMakesNobodySpill) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held held(query.arbiter, *query.budget, 60 * kMega, 10 * kMega);
  const ArbiterScope asked(&query.arbiter);
  EXPECT_THROW(query.budget->grow(65 * kMega), Error);
  EXPECT_EQ(held.spillable_bytes(), 60 * kMega);
}

// Symptom: a cancelled query went on waiting for others' memory, and for the disk.
TEST(QueryArbiter, WhoWaitsAtTheHardLimitHearsThatItIsCancelled) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  Held held(query.arbiter, *query.budget, 60 * kMega, 1);  // it lets go, a byte at a time
  const ArbiterScope asked(&query.arbiter);
  const std::atomic<bool> cancelled{true};
  const CancellationScope whose(cancelled);
  try {
    query.budget->grow(20 * kMega);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
  EXPECT_EQ(held.spillable_bytes(), 60 * kMega);
}

TEST(QueryArbiter, WhatMakesRoomMayGoALittleBeyondTheLimit) {
  const BudgetRef all = some_memory();
  OneQuery query(*all);
  query.budget->grow(64 * kMega);
  EXPECT_THROW(query.budget->grow(kMega), Error);
  {
    const MakesRoomScope makes_room;
    EXPECT_NO_THROW(query.budget->grow(2 * kMega));
    EXPECT_FALSE(query.budget->try_grow(1));
    EXPECT_THROW(query.budget->grow(kMega), Error);
  }
  EXPECT_THROW(query.budget->grow(1), Error);
  query.budget->shrink(66 * kMega);
}

}  // namespace
}  // namespace doline
