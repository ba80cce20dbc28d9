#include "base/executor.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/simulated_executor.h"

namespace doline {
namespace {

using namespace std::chrono_literals;
using Caller = TaskGroup::Caller;
using Outcome = TaskGroup::Outcome;

/// A task whose step is a lambda.
class Steps final : public Task {
 public:
  using Body = std::function<Step(Deadline, Waker&)>;
  explicit Steps(Body body, uint64_t order = 0) : body_(std::move(body)), order_(order) {}
  Step step(Deadline deadline, Waker& waker) override { return body_(deadline, waker); }
  uint64_t order() const noexcept override { return order_; }

 private:
  Body body_;
  uint64_t order_;
};

std::unique_ptr<Task> task(Steps::Body body, uint64_t order = 0) {
  return std::make_unique<Steps>(std::move(body), order);
}

ErrorCode code_of(const std::function<void()>& body, std::string* message = nullptr) {
  try {
    body();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.message();
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kInternal;
}

/// Counts down from `rounds`, one a step.
std::unique_ptr<Task> countdown(int rounds, std::atomic<int>& total) {
  return task([rounds, &total](Deadline, Waker&) mutable {
    ++total;
    return --rounds == 0 ? Step::kDone : Step::kYield;
  });
}

class OnThreads : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Executor, OnThreads, testing::Values(1, 2, 4, 16));

TEST_P(OnThreads, EveryStepOfEveryTaskRuns) {
  const auto executor = Executor::create(GetParam());
  for (const Caller caller : {Caller::kWorks, Caller::kAbsent}) {
    std::atomic<int> total{0};
    TaskGroup group(*executor, caller);
    for (int i = 1; i <= 40; ++i) group.spawn(countdown(i, total));
    group.wait_all();
    EXPECT_EQ(total, 40 * 41 / 2);
  }
}

TEST_P(OnThreads, NoWakeIsLostBetweenLookingAndParking) {
  const auto executor = Executor::create(GetParam());
  constexpr int kPlayers = 6;
  constexpr int kTurns = 12'000;
  std::atomic<int> turn{0};
  WakerList waiting;
  TaskGroup group(*executor);
  for (int player = 0; player < kPlayers; ++player) {
    group.spawn(task([&turn, &waiting, player](Deadline, Waker& waker) {
      waiting.add(waker);
      const int now = turn.load();
      if (now >= kTurns) {
        waiting.wake_all();
        return Step::kDone;
      }
      if (now % kPlayers != player) return Step::kBlocked;
      turn.store(now + 1);
      waiting.wake_all();
      return Step::kYield;
    }));
  }
  group.wait_all();
  EXPECT_EQ(turn, kTurns);
}

TEST_P(OnThreads, WakersFromForeignThreadsMeetTasksInEveryPhase) {
  const auto executor = Executor::create(GetParam());
  constexpr int kItems = 20'000;
  std::atomic<int> produced{0};
  std::mutex mutex;
  Waker consumer;
  TaskGroup group(*executor);
  int consumed = 0;
  group.spawn(task([&](Deadline, Waker& waker) {
    {
      const std::lock_guard lock(mutex);
      consumer = waker;
    }
    if (produced.load(std::memory_order_relaxed) == consumed) return Step::kBlocked;
    ++consumed;
    return consumed == kItems ? Step::kDone : Step::kYield;
  }));
  std::thread producer([&] {
    for (int i = 0; i < kItems; ++i) {
      produced.fetch_add(1, std::memory_order_relaxed);
      Waker waker;
      {
        const std::lock_guard lock(mutex);
        waker = consumer;
      }
      waker.wake();
    }
  });
  group.wait_all();
  producer.join();
  EXPECT_EQ(consumed, kItems);
}

TEST_P(OnThreads, StepsAtOnceNeverExceedTheThreads) {
  const auto executor = Executor::create(GetParam());
  std::atomic<size_t> now{0};
  std::atomic<size_t> peak{0};
  const auto busy = [&](int rounds) {
    return task([&now, &peak, rounds](Deadline, Waker&) mutable {
      const size_t running = now.fetch_add(1) + 1;
      for (size_t seen = peak; seen < running && !peak.compare_exchange_weak(seen, running);) {
      }
      std::this_thread::yield();
      now.fetch_sub(1);
      return --rounds == 0 ? Step::kDone : Step::kYield;
    });
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      TaskGroup group(*executor);
      for (int t = 0; t < 8; ++t) group.spawn(busy(50));
      group.wait_all();
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_LE(peak, GetParam());
}

TEST_P(OnThreads, TheLowestFailureIsKeptAndTasksBeyondItAreDropped) {
  const auto executor = Executor::create(GetParam());
  for (int round = 0; round < 50; ++round) {
    TaskGroup group(*executor);
    for (uint64_t order = 20; order-- > 0;) {
      group.spawn(task(
          [order, left = 3](Deadline, Waker&) mutable -> Step {
            if (--left > 0) return Step::kYield;
            if (order >= 7) throw Error(ErrorCode::kConversion, "row {}", order);
            return Step::kDone;
          },
          order));
    }
    std::string message;
    EXPECT_EQ(code_of([&] { group.wait_all(); }, &message), ErrorCode::kConversion);
    EXPECT_EQ(message, "row 7");
    EXPECT_EQ(group.failed_order(), 7u);
  }
}

TEST_P(OnThreads, CancelEndsRunningParkedAndQueuedTasks) {
  const auto executor = Executor::create(GetParam());
  const auto alive = std::make_shared<int>();
  TaskGroup group(*executor);
  std::atomic<bool> looping{false};
  group.spawn(task([alive](Deadline, Waker&) { return Step::kBlocked; }));
  for (int i = 0; i < 20; ++i) {
    group.spawn(task([alive, &looping](Deadline deadline, Waker&) {
      while (!deadline.cancelled()) looping = true;
      return Step::kYield;
    }));
  }
  std::thread canceller([&] {
    while (!looping) std::this_thread::yield();
    group.cancel();
  });
  EXPECT_EQ(code_of([&] { group.wait_all(); }), ErrorCode::kCancelled);
  canceller.join();
  EXPECT_EQ(alive.use_count(), 1) << "a task outlived wait_all()";
}

TEST(Executor, AShortQueryRunsOnItsCaller) {
  const auto executor = Executor::create(8);
  std::thread::id ran_on;
  TaskGroup group(*executor);
  group.spawn(task([&](Deadline, Waker&) {
    ran_on = std::this_thread::get_id();
    return Step::kDone;
  }));
  group.wait_all();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(Executor, AChainOfTasksAndOfStepsStaysOnItsCaller) {
  const auto executor = Executor::create(8);
  std::set<std::thread::id> ran_on;  // one task at a time
  TaskGroup group(*executor);
  constexpr int kTasks = 200;
  std::function<void(int)> link = [&](int left) {
    group.spawn(task([&, left, steps = 3](Deadline, Waker&) mutable {
      ran_on.insert(std::this_thread::get_id());
      if (--steps > 0) return Step::kYield;
      if (left > 0) link(left - 1);
      return Step::kDone;
    }));
  };
  link(kTasks);
  group.wait_all();
  EXPECT_EQ(ran_on, std::set{std::this_thread::get_id()});
}

TEST(Executor, OfTasksThatAStepSpawnsOthersTakeAllButOne) {
  const auto executor = Executor::create(2);
  std::atomic<int> at_once{0};
  TaskGroup group(*executor);
  const auto wait_for_other = [&](Deadline, Waker&) {
    ++at_once;
    const TimePoint give_up = Clock::system().now() + 30s;
    while (at_once < 2 && Clock::system().now() < give_up) std::this_thread::yield();
    return Step::kDone;
  };
  group.spawn(task([&](Deadline, Waker&) {
    group.spawn(task(wait_for_other));
    group.spawn(task(wait_for_other));
    return Step::kDone;
  }));
  group.wait_all();
  EXPECT_EQ(at_once, 2);
}

TEST(Executor, AGroupWithoutCallerIsServedByThePool) {
  const auto executor = Executor::create(1);
  std::mutex mutex;
  std::condition_variable changed;
  bool ran = false;
  TaskGroup group(*executor, Caller::kAbsent);
  group.spawn(task([&](Deadline, Waker&) {
    const std::lock_guard lock(mutex);
    ran = true;
    changed.notify_one();
    return Step::kDone;
  }));
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 30s, [&] { return ran; }));
}

TEST(Executor, GroupsTakeTurns) {
  const auto executor = Executor::create(1);
  std::atomic<int> crowd{0};
  TaskGroup crowded(*executor, Caller::kAbsent);
  TaskGroup lone(*executor, Caller::kAbsent);
  std::atomic<bool> stop{false};
  for (int i = 0; i < 30; ++i) {
    crowded.spawn(task([&](Deadline, Waker&) {
      ++crowd;
      return stop ? Step::kDone : Step::kYield;
    }));
  }
  std::atomic<int> worst{0};
  std::atomic<bool> over{false};
  lone.spawn(task([&, last = -1, rounds = 200](Deadline, Waker&) mutable {
    const int now = crowd;
    if (last >= 0 && now - last > worst) worst = now - last;
    last = now;
    if (--rounds > 0) return Step::kYield;
    over = true;
    return Step::kDone;
  }));
  lone.wait_all();
  stop = true;
  crowded.wait_all();
  EXPECT_TRUE(over);
  EXPECT_LE(worst, 2) << "30 tasks of another group went between two steps";
}

TEST(Executor, RunUntilReturnsWhenReadyAndOnTimeout) {
  const auto executor = Executor::create(2);
  TaskGroup group(*executor);
  std::atomic<bool> ready{false};
  group.spawn(task([](Deadline, Waker&) { return Step::kBlocked; }));
  EXPECT_EQ(group.run_until([&] { return ready.load(); }, 2ms), Outcome::kTimeout);
  std::thread other([&, waker = group.caller_waker()] {
    ready = true;
    waker.wake();
  });
  EXPECT_EQ(group.run_until([&] { return ready.load(); }), Outcome::kReady);
  other.join();
}

TEST(Executor, WhatATaskThrowsBecomesAnError) {
  struct Case {
    std::function<void()> thrower;
    ErrorCode code;
  };
  const Case cases[] = {
      {[] { throw Error(ErrorCode::kOverflow, "too big"); }, ErrorCode::kOverflow},
      {[] { throw std::bad_alloc(); }, ErrorCode::kMemoryLimit},
      {[] { throw std::runtime_error("x"); }, ErrorCode::kInternal},
      {[] { throw 7; }, ErrorCode::kInternal},
  };
  const auto executor = Executor::create(2);
  for (const auto& row : cases) {
    TaskGroup group(*executor);
    group.spawn(task([&row](Deadline, Waker&) -> Step {
      row.thrower();
      return Step::kDone;
    }));
    EXPECT_EQ(code_of([&] { group.wait_all(); }), row.code);
  }
}

TEST(Executor, AStepMustNotWait) {
  const auto executor = Executor::create(2);
  TaskGroup outer(*executor);
  TaskGroup inner(*executor);
  outer.spawn(task([&](Deadline, Waker&) {
    inner.wait_all();
    return Step::kDone;
  }));
  std::string message;
  EXPECT_EQ(code_of([&] { outer.wait_all(); }, &message), ErrorCode::kInternal);
}

TEST(Executor, WakersOutliveTaskGroupAndExecutor) {
  Waker kept;
  Waker caller;
  {
    const auto executor = Executor::create(2);
    TaskGroup group(*executor);
    caller = group.caller_waker();
    group.spawn(task([&](Deadline, Waker& waker) {
      kept = waker;
      return Step::kBlocked;
    }));
    EXPECT_EQ(group.run_until([&] { return bool(kept); }), Outcome::kReady);
  }
  kept.wake();
  caller.wake();
}

TEST(Executor, TasksBeforeAFailureThatNobodyWakesAreGivenUp) {
  for (const bool simulated : {false, true}) {
    const auto executor = simulated
                              ? std::unique_ptr<Executor>(std::make_unique<SimulatedExecutor>(1))
                              : Executor::create(2);
    TaskGroup group(*executor);
    group.spawn(task([](Deadline, Waker&) { return Step::kBlocked; }, 1));
    group.spawn(task([](Deadline, Waker&) -> Step { throw Error(ErrorCode::kFormat, "five"); }, 5));
    EXPECT_EQ(code_of([&] { group.wait_all(); }), ErrorCode::kFormat);
  }
}

TEST(Executor, TimersWakeTasks) {
  const auto executor = Executor::create(2);
  TaskGroup group(*executor);
  const TimePoint start = Clock::system().now();
  group.spawn(task([&, posted = false](Deadline, Waker& waker) mutable {
    if (!posted) executor->timers().post_after(3ms, waker);
    return std::exchange(posted, true) ? Step::kDone : Step::kBlocked;
  }));
  group.wait_all();
  EXPECT_GE(Clock::system().now() - start, 3ms);
}

TEST(Executor, TasksMaySpawnTasks) {
  const auto executor = Executor::create(3);
  std::atomic<int> ran{0};
  TaskGroup group(*executor);
  std::function<void(int)> grow = [&](int depth) {
    group.spawn(task([&, depth](Deadline, Waker&) {
      ++ran;
      if (depth > 0) {
        grow(depth - 1);
        grow(depth - 1);
      }
      return Step::kDone;
    }));
  };
  grow(8);
  group.wait_all();
  EXPECT_EQ(ran, (1 << 9) - 1);
}

TEST(Executor, AForkedChildRefusesInsteadOfHanging) {
  const auto executor = Executor::create(2);
  auto group = std::make_unique<TaskGroup>(*executor);
  for (int i = 0; i < 3; ++i) {
    group->spawn(task([](Deadline, Waker&) { return Step::kBlocked; }));
  }
  EXPECT_EQ(group->run_until([] { return false; }, 2ms), Outcome::kTimeout);  // the pool runs
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    bool refused = false;
    try {
      group->wait_all();
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::kNotSupported && !error.hint().empty();
    }
    group.reset();
    int ran = 0;
    TaskGroup fresh(Executor::shared());
    fresh.spawn(task([&](Deadline, Waker&) {
      ++ran;
      return Step::kDone;
    }));
    fresh.wait_all();
    _exit(refused && ran == 1 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

/// What order a group of tasks that wait, wake and sleep ran in.
struct Replay {
  std::vector<int> order;
  uint64_t trace;
  uint64_t steps;
};
Replay simulate(uint64_t seed) {
  Replay run;
  SimulatedExecutor executor(seed);
  TaskGroup background(executor, Caller::kAbsent);
  TaskGroup group(executor);
  WakerList waiting;
  int turn = 0;
  for (int id = 0; id < 5; ++id) {
    auto body = [&, id, left = 20](Deadline deadline, Waker& waker) mutable {
      run.order.push_back(id);
      for (int chunk = 0; chunk < 30 && !deadline.passed(); ++chunk) run.order.push_back(-chunk);
      ++turn;
      waiting.wake_all();
      if (--left == 0) return Step::kDone;
      if (left % 3 == 0) executor.timers().post_after(std::chrono::milliseconds(id + 1), waker);
      if (left % 3 == 1) waiting.add(waker);
      return left % 3 == 2 || id == 4 ? Step::kYield : Step::kBlocked;
    };
    (id % 2 == 0 ? group : background).spawn(task(body));
  }
  // The last one to wait for the list is woken by this timer's task.
  background.spawn(task([&, rounds = 200](Deadline, Waker& waker) mutable {
    waiting.wake_all();
    executor.timers().post_after(1ms, waker);
    return --rounds == 0 ? Step::kDone : Step::kBlocked;
  }));
  group.wait_all();
  background.wait_all();
  run.trace = executor.trace();
  run.steps = executor.steps();
  return run;
}

TEST(SimulatedExecutor, ReplaysASeedAndDiffersBetweenSeeds) {
  std::vector<uint64_t> traces;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Replay first = simulate(seed);
    const Replay again = simulate(seed);
    EXPECT_EQ(first.order, again.order) << "seed " << seed;
    EXPECT_EQ(first.trace, again.trace) << "seed " << seed;
    EXPECT_GT(first.steps, 100u);
    traces.push_back(first.trace);
  }
  std::sort(traces.begin(), traces.end());
  EXPECT_EQ(std::unique(traces.begin(), traces.end()), traces.end());
}

TEST(SimulatedExecutor, KeepsTheLowestErrorUnderEverySchedule) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SimulatedExecutor executor(seed);
    TaskGroup group(executor);
    for (uint64_t order = 0; order < 10; ++order) {
      group.spawn(task(
          [order, left = 4](Deadline, Waker& waker) mutable -> Step {
            if (--left == 0) {
              if (order >= 3) throw Error(ErrorCode::kFormat, "{}", order);
              return Step::kDone;
            }
            waker.wake();  // comes before parking
            return Step::kBlocked;
          },
          order));
    }
    std::string message;
    EXPECT_EQ(code_of([&] { group.wait_all(); }, &message), ErrorCode::kFormat);
    EXPECT_EQ(message, "3") << "seed " << seed;
  }
}

/// Tasks that add to a sum in two steps, reading it in one and writing it in the next: right as
/// long as nobody comes between. What they come to under a seed, or how many steps it took in
/// `steps`.
int sum_of_racing_tasks(uint64_t seed, uint64_t* steps = nullptr) {
  constexpr int kTasks = 3;
  SimulatedExecutor executor(seed);
  TaskGroup group(executor);
  WakerList started;
  bool is_open = false;
  int sum = 0;
  for (int id = 0; id < kTasks; ++id) {
    group.spawn(task([&, read = -1](Deadline, Waker& waker) mutable {
      if (!is_open) {  // all wait for the last one
        started.add(waker);
        return Step::kBlocked;
      }
      if (read < 0) {
        read = sum;
        return Step::kYield;
      }
      sum = read + 1;
      return Step::kDone;
    }));
  }
  group.spawn(task([&](Deadline, Waker&) {
    is_open = true;
    started.wake_all();
    return Step::kDone;
  }));
  group.wait_all();
  return sum;
}

TEST(SimulatedExecutor, SomeSeedFindsARaceAndFindsItAgain) {
  int found = 0;
  int missed = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const int sum = sum_of_racing_tasks(seed);
    EXPECT_EQ(sum_of_racing_tasks(seed), sum) << "seed " << seed;
    ++(sum == 3 ? missed : found);
  }
  EXPECT_GT(found, 0);
  EXPECT_GT(missed, 0);
}

TEST(SimulatedExecutor, WaitsForThreadsThatAreNotItsOwn) {
  for (const bool has_timeout : {false, true}) {
    SimulatedExecutor executor(1, 30s);
    TaskGroup group(executor);
    std::thread other;
    std::atomic<bool> ready{false};
    group.spawn(task([&](Deadline, Waker& waker) {
      EXPECT_TRUE(may_wait_in_step());
      if (!other.joinable()) {
        other = std::thread([&ready, waker] {
          ready = true;
          waker.wake();
        });
      }
      return ready ? Step::kDone : Step::kBlocked;
    }));
    const auto timeout = has_timeout ? std::optional<Duration>(20s) : std::nullopt;
    EXPECT_EQ(group.run_until(nullptr, timeout), Outcome::kFinished);
    other.join();
    EXPECT_FALSE(may_wait_in_step());
  }
}

TEST(SimulatedExecutor, SaysWhenNothingCanGoOn) {
  SimulatedExecutor executor(42);
  TaskGroup group(executor);
  group.spawn(task([](Deadline, Waker&) { return Step::kBlocked; }));
  std::string message;
  EXPECT_EQ(code_of([&] { group.wait_all(); }, &message), ErrorCode::kInternal);
  EXPECT_NE(message.find("seed 42"), std::string::npos) << message;
}

TEST(SimulatedExecutor, AnHourPassesAtOnce) {
  SimulatedExecutor executor(1);
  TaskGroup group(executor);
  const TimePoint start = executor.clock().now();
  group.spawn(task([&, posted = false](Deadline, Waker& waker) mutable {
    if (!posted) executor.timers().post_after(1h, waker);
    return std::exchange(posted, true) ? Step::kDone : Step::kBlocked;
  }));
  group.wait_all();
  EXPECT_GE(executor.clock().now() - start, 1h);
}

}  // namespace
}  // namespace doline
