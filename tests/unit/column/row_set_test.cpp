#include "column/row_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace doline {
namespace {

TEST(RowSet, IsTheSetOfWhatWasAdded) {
  std::mt19937 random(20261130);
  for (int round = 0; round < 6; ++round) {
    RowSet rows, other;
    std::set<uint64_t> wanted, wanted_other;
    for (int i = 0; i < 50; ++i) {
      const uint64_t begin = random() % 40000;
      const uint64_t count = i % 5 == 0 ? random() % 9000 : random() % 4;
      for (uint64_t row = begin; row < begin + count; ++row) {
        rows.add(row);
        wanted.insert(row);
      }
      const uint64_t one = random() % 60000;
      other.add(one);
      wanted_other.insert(one);
    }
    const uint64_t end = random() % 50000;
    rows.cut(end);
    wanted.erase(wanted.lower_bound(end), wanted.end());
    bool meets = false;
    for (uint64_t row = 0; row < 70000; ++row) {
      ASSERT_EQ(rows.contains(row), wanted.contains(row)) << row;
      meets |= wanted.contains(row) && wanted_other.contains(row);
    }
    EXPECT_EQ(rows.intersects(other), meets);
    EXPECT_EQ(other.intersects(rows), meets);
    EXPECT_EQ(rows.empty(), wanted.empty());
    rows.add(other);
    wanted.insert(wanted_other.begin(), wanted_other.end());
    for (uint64_t row = 0; row < 70000; ++row)
      ASSERT_EQ(rows.contains(row), wanted.contains(row)) << row;
  }
}

TEST(RowSet, CutAtABordersBlock) {
  RowSet rows;
  for (uint64_t row = 0; row < 8192; ++row) rows.add(row);
  rows.cut(4096);
  EXPECT_TRUE(rows.contains(4095));
  EXPECT_FALSE(rows.contains(4096));
  rows.cut(0);
  EXPECT_TRUE(rows.empty());
}

}  // namespace
}  // namespace doline
