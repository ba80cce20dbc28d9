#include "memory/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"

namespace doline {
namespace {

constexpr size_t kMega = size_t{1} << 20;

// Symptom: "4 KiB more do not fit" with room for more, as another task just asked for much in vain.
TEST(Budget, WhatDoesNotFitIsInNobodysWay) {
  const BudgetRef all = Budget::create("all", Budget::process(), 64 * kMega);  // soft limit: 56
  const BudgetRef mine = Budget::create("mine", *all);
  const BudgetRef other = Budget::create("other", *all);
  std::atomic<bool> stop{false};
  std::atomic<bool> begun{false};
  std::thread greedy([&] {
    while (!stop) begun = !other->try_grow(60 * kMega);
  });
  while (!begun) {
  }
  int refused = 0;
  for (int i = 0; i < 2'000'000; ++i) {
    try {
      mine->grow(8 * kMega);
      mine->shrink(8 * kMega);
    } catch (const Error&) {
      ++refused;
    }
  }
  stop = true;
  greedy.join();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(all->used_bytes(), 0U);
  EXPECT_EQ(other->peak_bytes(), 0U);
}

TEST(Budget, LimitsAndPeaksAreExact) {
  const BudgetRef all = Budget::create("all", Budget::process(), 64 * kMega);
  const BudgetRef query = Budget::create("query", *all);
  EXPECT_FALSE(query->try_grow(56 * kMega + 1));
  EXPECT_TRUE(query->try_grow(56 * kMega));
  EXPECT_EQ(query->available_bytes(), 0U);
  EXPECT_FALSE(query->try_grow(1));
  query->grow(8 * kMega);  // what is in flight may take the rest
  EXPECT_THROW(query->grow(1), Error);
  EXPECT_THROW(query->grow(~size_t{0}), Error);
  EXPECT_EQ(query->peak_bytes(), 64 * kMega);
  query->shrink(64 * kMega);
  EXPECT_EQ(all->used_bytes(), 0U);
}

}  // namespace
}  // namespace doline
