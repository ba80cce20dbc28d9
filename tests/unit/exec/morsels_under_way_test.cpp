#include "exec/morsels_under_way.h"

#include <gtest/gtest.h>

namespace doline {
namespace {

struct CountingTarget final : WakeTarget {
  void wake() noexcept override { ++count; }
  int count = 0;
};

TEST(MorselsUnderWay, AreAsManyAsThreadsWhereMemoryIsScarce) {
  const BudgetRef budget = Budget::create("query", Budget::process(), size_t{48} << 20);
  MorselsUnderWay under_way(2);
  const auto woken = std::make_shared<CountingTarget>();
  const Waker waker(woken);
  under_way.begin();
  EXPECT_TRUE(under_way.may_begin(*budget, waker));
  under_way.begin();
  // Who is told to wait is woken once one of them has ended, or waits itself.
  EXPECT_FALSE(under_way.may_begin(*budget, waker));
  EXPECT_EQ(woken->count, 0);
  under_way.end();
  EXPECT_EQ(woken->count, 1);
  EXPECT_TRUE(under_way.may_begin(*budget, waker));
}

TEST(MorselsUnderWay, AreAnyNumberWhereMemoryIsPlenty) {
  const BudgetRef budget = Budget::create("query", Budget::process(), size_t{1} << 30);
  MorselsUnderWay under_way(1);
  under_way.begin();
  EXPECT_TRUE(under_way.may_begin(*budget, Waker()));
}

}  // namespace
}  // namespace doline
