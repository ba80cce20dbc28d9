// The plans that passes of the optimizer make, as EXPLAIN prints them.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/session.h"

namespace doline {
namespace {

class Plans : public testing::Test {
 protected:
  Plans() : session_(std::make_shared<Database>(AccessPolicy{})) {
    run("CREATE TABLE fact AS SELECT i AS id, i % 1000 AS a, i % 50 AS b, i % 7 AS c FROM "
        "range(50000) r(i)");
    run("CREATE TABLE dim_a AS SELECT i AS a, 'name ' || i AS name FROM range(1000) r(i)");
    run("CREATE TABLE dim_b AS SELECT i AS b, i % 5 AS kind FROM range(50) r(i)");
    run("CREATE TABLE tiny AS SELECT i AS c FROM range(2) r(i)");
  }

  void run(const std::string& text) {
    const auto query = session_.run(text);
    while (query->next()) {
    }
  }
  /// The plan's lines, without the lines' pictures.
  std::vector<std::string> plan(const std::string& text) {
    const auto query = session_.run("EXPLAIN " + text);
    std::string all;
    while (const auto chunk = query->next()) {
      chunk->active.for_each(
          [&](uint32_t row) { all += Value::of(chunk->columns.back(), row).to_string() + "\n"; });
    }
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < all.size();) {
      const size_t end = all.find('\n', begin);
      std::string line = all.substr(begin, end - begin);
      const size_t word = line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
      lines.push_back(word == std::string::npos ? line : line.substr(word));
      begin = end + 1;
    }
    return lines;
  }
  /// Where the first line is that holds `part`; lines further down are nearer to the tables.
  static size_t place(const std::vector<std::string>& lines, const std::string& part) {
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].find(part) != std::string::npos) return i;
    }
    ADD_FAILURE() << part << " is not in\n" << fmt::format("{}", fmt::join(lines, "\n"));
    return 0;
  }
  static size_t count(const std::vector<std::string>& lines, const std::string& part) {
    return static_cast<size_t>(std::count_if(
        lines.begin(), lines.end(),
        [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  void disable(const std::string& passes) { run("SET disabled_optimizers = '" + passes + "'"); }

  Session session_;
};

TEST_F(Plans, TheJoinThatDropsMostRowsComesFirst) {
  const std::string text =
      "SELECT count(*) FROM fact JOIN dim_a USING (a) JOIN dim_b USING (b) JOIN tiny USING (c)";
  const auto ordered = plan(text);
  EXPECT_GT(place(ordered, "Scan table tiny"), 0u);
  EXPECT_GT(place(ordered, "on c = c"), place(ordered, "on a = a"));
  EXPECT_GT(place(ordered, "on c = c"), place(ordered, "on b = b"));
  disable("join_order");
  const auto written = plan(text);
  EXPECT_LT(place(written, "on c = c"), place(written, "on b = b"));
}

TEST_F(Plans, ASampleTellsWhatAPatternKeeps) {
  // 'name 99_' is of eleven rows, kind < 4 of four fifths.
  const std::string text =
      "SELECT count(*) FROM fact JOIN dim_b USING (b) JOIN dim_a USING (a) WHERE kind < 4 AND name "
      "LIKE 'name 99%'";
  const auto sampled = plan(text);
  EXPECT_GT(place(sampled, "on a = a"), place(sampled, "on b = b"));
  // Of kind = 1 there is a fifth; of patterns a tenth is guessed, and all names match this one.
  const std::string misleading =
      "SELECT count(*) FROM fact JOIN dim_b USING (b) JOIN dim_a USING (a) WHERE kind = 1 AND name "
      "LIKE '%name%'";
  const auto seen = plan(misleading);
  EXPECT_GT(place(seen, "on b = b"), place(seen, "on a = a"));
  disable("sampling");
  const auto guessed = plan(misleading);
  EXPECT_GT(place(guessed, "on a = a"), place(guessed, "on b = b"));
}

TEST_F(Plans, OuterJoinsDoNotKeepInnerOnesFromBeingOrdered) {
  const auto ordered = plan(
      "SELECT count(*), count(name) FROM fact LEFT JOIN dim_a USING (a) JOIN tiny ON fact.c = "
      "tiny.c");
  EXPECT_GT(place(ordered, "on c = c"), place(ordered, "Left join"));
}

TEST_F(Plans, WhatAsksForTheRightSideOfAnOuterJoinComesAfterIt) {
  const auto ordered = plan(
      "SELECT count(*) FROM fact LEFT JOIN dim_a USING (a) JOIN tiny ON coalesce(length(name), 0) "
      "= "
      "tiny.c");
  EXPECT_GT(place(ordered, "Left join"), place(ordered, "Inner join"));
}

TEST_F(Plans, EqualitiesThatFollowFromOthersAreNotTestedTwice) {
  const auto lines = plan(
      "SELECT count(*) FROM fact f, dim_a x, dim_a y WHERE f.a = x.a AND f.a = y.a AND x.a = y.a");
  EXPECT_EQ(count(lines, "join on"), 2u);
  EXPECT_EQ(count(lines, " and "), 0u);
}

TEST_F(Plans, RelationsMeetOverAColumnThatBothAreEqualTo) {
  // Only fact says so of both, but dim and tiny are joined first where that is less.
  run("CREATE TABLE wide AS SELECT i % 3 AS c, i FROM range(30000) r(i)");
  const auto lines =
      plan("SELECT count(*) FROM wide JOIN fact USING (c) JOIN tiny ON wide.c = tiny.c");
  EXPECT_EQ(count(lines, "Cross"), 0u);
}

TEST_F(Plans, FiltersOfAKeyHoldOfItsPartner) {
  const std::string text =
      "SELECT count(*) FROM fact, dim_a, (SELECT a AS k FROM dim_a) z WHERE fact.a = dim_a.a AND "
      "dim_a.a = z.k AND dim_a.a = 17";
  const auto inferred = plan(text);
  EXPECT_EQ(count(inferred, "where (a = 17)"), 3u);
  disable("filter_inference");
  EXPECT_EQ(count(plan(text), "where (a = 17)"), 1u);
}

TEST_F(Plans, ALeftJoinTeachesItsRightSideOnly) {
  const auto right =
      plan("SELECT count(*) FROM (FROM fact WHERE a < 10) f LEFT JOIN dim_a USING (a)");
  EXPECT_EQ(count(right, "where (a < 10)"), 2u);
  const auto left =
      plan("SELECT count(*) FROM fact LEFT JOIN (FROM dim_a WHERE a < 10) d USING (a)");
  EXPECT_EQ(count(left, "where (a < 10)"), 1u);
}

TEST_F(Plans, PlansOfOneTextAreTheSame) {
  const std::string text =
      "SELECT count(*) FROM fact JOIN dim_a USING (a) JOIN dim_b USING (b) JOIN tiny USING (c) "
      "WHERE "
      "name LIKE '%1%'";
  const auto first = plan(text);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(plan(text), first);
}

}  // namespace
}  // namespace doline
