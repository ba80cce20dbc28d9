#include "column/unique_names.h"

#include <gtest/gtest.h>

namespace doline {

namespace {

using Names = std::vector<std::string>;

TEST(UniqueNames, WhoComesFirstKeepsItsName) {
  const std::pair<Names, Names> cases[] = {
      {{}, {}},
      {{"a", "b"}, {"a", "b"}},
      {{"a", "A", "a"}, {"a", "A_1", "a_2"}},
      {{"a", "a", "a_1"}, {"a", "a_1", "a_1_1"}},
      {{"a_1", "a", "a"}, {"a_1", "a", "a_2"}},
      {{"", "", "É", "é"}, {"", "_1", "É", "é"}},
  };
  for (const auto& [given, unique] : cases) EXPECT_EQ(unique_names(given), unique);
}

// As many names as there are take no longer than others.
TEST(UniqueNames, ManyOfOneName) {
  const Names names = unique_names(Names(200'000, "x"));
  EXPECT_EQ(names.front(), "x");
  EXPECT_EQ(names.back(), "x_199999");
}

}  // namespace

}  // namespace doline
