#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "engine/session.h"

namespace doline {
namespace {

/// Queries whose tasks wait for each other, keep rows together, spill and put rows in order again.
constexpr const char* kQueries[] = {
    "SELECT k, count(*), string_agg(v, ',' ORDER BY v) FROM t GROUP BY k",
    "SELECT a.k, count(*) FROM t a LEFT JOIN t b ON a.k = b.k + 1 GROUP BY ALL ORDER BY ALL",
    "SELECT v, row_number() OVER (PARTITION BY k ORDER BY v) FROM t ORDER BY 1, 2 LIMIT 40",
    "SELECT DISTINCT k FROM t UNION ALL SELECT k FROM t WHERE k > 5",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION SELECT i + 1 FROM r, t WHERE i < 20 AND k = 1) FROM r",
    "SELECT count(*), max(i) FROM range(1000) r(i) JOIN t ON i % 13 = k",
};

class Scheduling : public testing::Test {
 protected:
  Scheduling() {
    session_.run(
        "CREATE TABLE t AS SELECT i % 17 AS k, hash(i)::VARCHAR AS v FROM range(300) r(i)");
    session_.run("SET threads = 4");
    session_.run("SET chunk_size = 4");
  }

  struct Run {
    std::vector<std::string> rows;
    std::string schedule;
  };
  Run run(const std::string& text, uint64_t seed) {
    session_.run(fmt::format("SET scheduling_seed = {}", seed));
    Run run;
    auto query = session_.run(text);
    while (const auto given = query->next()) {
      const Chunk chunk = given->dense();
      for (uint32_t row = 0; row < chunk.row_count; ++row) {
        std::string& told = run.rows.emplace_back();
        for (const Column& column : chunk.columns)
          told += Value::of(column, row).to_literal() + " ";
      }
    }
    for (const std::string& note : query->profile().notes) run.schedule += note;
    return run;
  }

  Session session_{std::make_shared<Database>(AccessPolicy::open())};
};

TEST_F(Scheduling, ASeedRepeatsItsSteps) {
  for (const bool spills : {false, true}) {
    session_.run(spills ? "SET force_spill = true" : "SET force_spill = false");
    for (const char* const text : kQueries) {
      std::vector<std::string> expected = run(text, 0).rows;
      std::sort(expected.begin(), expected.end());
      std::set<std::string> schedules;
      for (uint64_t seed = 1; seed <= 4; ++seed) {
        Run first = run(text, seed);
        const Run again = run(text, seed);
        EXPECT_TRUE(first.schedule.starts_with(fmt::format("scheduled from seed {}: ", seed)));
        EXPECT_EQ(first.schedule, again.schedule) << text;
        EXPECT_EQ(first.rows, again.rows) << text;
        std::sort(first.rows.begin(), first.rows.end());
        EXPECT_EQ(first.rows, expected) << text;
        schedules.insert(first.schedule.substr(first.schedule.find(':')));
      }
      EXPECT_GE(schedules.size(), 3U) << text;
    }
  }
}

TEST_F(Scheduling, AStreamThatAnotherThreadReadsRepeatsToo) {
  std::string path = (std::filesystem::temp_directory_path() / "doline-seeded-XXXXXX").string();
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  {
    std::ofstream file(path + "/a.csv");
    for (int i = 0; i < 200'000; ++i) file << i % 97 << ',' << i << '\n';
  }
  const std::string text =
      fmt::format("SELECT column0, sum(column1) FROM '{}/a.csv' GROUP BY ALL ORDER BY ALL", path);
  for (uint64_t seed = 1; seed <= 3; ++seed)
    EXPECT_EQ(run(text, seed).schedule, run(text, seed).schedule);
  std::filesystem::remove_all(path);
}

TEST_F(Scheduling, TheSameErrorEndsEveryOrder) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    try {
      run("SELECT CAST(CASE WHEN i >= 1000 THEN 'x' || i ELSE '1' END AS INTEGER) FROM range(4000) "
          "r(i)",
          seed);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("x1000"), std::string::npos) << seed << error.message();
    }
  }
}

TEST_F(Scheduling, CancellingAndLeavingEndIt) {
  session_.run("SET scheduling_seed = 5");
  const size_t before = Budget::process().used_bytes();
  const std::string text =
      "SELECT count(*) FROM range(100000) a(i) JOIN range(100000) b(j) ON i % 7 = j % 7";
  session_.run(text);
  session_.run("SELECT i FROM range(1000000) r(i)")->next();
  auto query = session_.run(text);
  std::thread stopper([&] { query->cancel(); });
  try {
    query->next();
    ADD_FAILURE() << "it came to an end";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
  stopper.join();
  query.reset();
  EXPECT_EQ(Budget::process().used_bytes(), before);
}

}  // namespace
}  // namespace doline
