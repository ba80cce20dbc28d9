#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "engine/session.h"
#include "io/spill_file.h"

namespace doline {
namespace {

std::shared_ptr<Database> database() { return std::make_shared<Database>(AccessPolicy{}); }

/// Every operator that keeps rows, over enough of them to be caught in any of its phases.
constexpr const char* kHeavy[] = {
    "SELECT i % 100003 AS k, count(*), sum(i), string_agg(i::VARCHAR, ',') FROM range(400000) r(i) "
    "GROUP BY k",
    "SELECT * FROM range(600000) r(i) ORDER BY hash(i), i",
    "SELECT hash(i)::VARCHAR AS t FROM range(400000) r(i) ORDER BY t DESC LIMIT 100000 OFFSET 7",
    "SELECT count(*) FROM range(300000) a(i) JOIN range(300000) b(j) ON hash(i) % 50000 = hash(j) "
    "% 50000",
    "SELECT sum(i) OVER w, min(hash(i)) OVER w FROM range(300000) r(i) WINDOW w AS (PARTITION BY i "
    "% 3 ROWS 999 PRECEDING)",
    "SELECT DISTINCT hash(i) % 200000 FROM range(500000) r(i)",
    "SELECT quantile_cont(hash(i)::DOUBLE, 0.5), count(DISTINCT i) FROM range(400000) r(i)",
};

TEST(Cancellation, LeavesNeitherBytesNorFiles) {
  std::mt19937 random(20260529);
  for (const bool spill : {false, true}) {
    Session session(database());
    session.run(spill ? "SET force_spill = true" : "SET force_spill = false");
    const size_t before = Budget::process().used_bytes();
    for (int round = 0; round < 4; ++round) {
      for (const char* const text : kHeavy) {
        auto query = session.run(text);
        const auto delay = std::chrono::microseconds(random() % 120'000);
        std::thread stopper([&] {
          std::this_thread::sleep_for(delay);
          query->cancel();
        });
        try {
          while (query->next()) {
          }
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::kCancelled) << text << ": " << error.message();
        }
        stopper.join();
        query.reset();
        EXPECT_EQ(Budget::process().used_bytes(), before) << text;
        EXPECT_EQ(session.database().spill_directory(session.settings())->used_bytes(), 0U) << text;
      }
    }
  }
}

TEST(Cancellation, AQueryThatIsDroppedIsCancelled) {
  Session session(database());
  const size_t before = Budget::process().used_bytes();
  for (const char* const text : kHeavy) session.run(text)->next();
  EXPECT_EQ(Budget::process().used_bytes(), before);
}

TEST(DiskLimit, IsATypedErrorThatLeavesNothing) {
  Session session(database());
  session.run("SET force_spill = true");
  session.run("SET max_temp_directory_size = '1MB'");
  const size_t before = Budget::process().used_bytes();
  for (const char* const text : kHeavy) {
    try {
      auto query = session.run(text);
      while (query->next()) {
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDiskLimit) << text << ": " << error.message();
    }
    EXPECT_EQ(Budget::process().used_bytes(), before) << text;
    EXPECT_EQ(session.database().spill_directory(session.settings())->used_bytes(), 0U) << text;
  }
}

}  // namespace
}  // namespace doline
