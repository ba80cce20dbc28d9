#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "engine/session.h"

namespace doline {
namespace {

std::shared_ptr<Database> database() { return std::make_shared<Database>(AccessPolicy{}); }

int64_t number(Session& session, const std::string& text) {
  const auto query = session.run(text);
  const auto chunk = query->next();
  if (!chunk || chunk->empty()) return -1;
  return std::stoll(Value::of(chunk->columns[0], chunk->active[0]).to_string());
}

void run(Session& session, const std::string& text) {
  const auto query = session.run(text);
  while (query->next()) {
  }
}

/// Does the work again until no other transaction is in its way.
template <class Work>
void retried(Session& session, Work&& work) {
  while (true) {
    try {
      return work();
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::kConflict) << error.message();
      if (session.is_in_transaction()) run(session, "ROLLBACK");
    }
  }
}

TEST(Transaction, MoneyThatThreadsMoveIsNeitherMadeNorLost) {
  const auto shared = database();
  Session first(shared);
  run(first, "CREATE TABLE accounts AS SELECT i, 100 AS amount FROM range(40) r(i)");
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (unsigned worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] {
      Session session(shared);
      std::mt19937 random(worker);
      for (int i = 0; i < 40; ++i) {
        const unsigned from = random() % 40, to = random() % 40;
        retried(session, [&] {
          run(session, "BEGIN");
          run(session, fmt::format("UPDATE accounts SET amount = amount - 1 WHERE i = {}", from));
          run(session, fmt::format("UPDATE accounts SET amount = amount + 1 WHERE i = {}", to));
          run(session, "COMMIT");
        });
      }
    });
  }
  threads.emplace_back([&] {
    Session session(shared);
    while (!done) EXPECT_EQ(number(session, "SELECT sum(amount) FROM accounts"), 4000);
  });
  for (size_t i = 0; i + 1 < threads.size(); ++i) threads[i].join();
  done = true;
  threads.back().join();
  EXPECT_EQ(number(first, "SELECT sum(amount) FROM accounts"), 4000);
}

TEST(Transaction, CountsOfManyThreadsAddUp) {
  const auto shared = database();
  Session first(shared);
  run(first, "CREATE TABLE counter(n INTEGER)");
  run(first, "INSERT INTO counter VALUES (0)");
  run(first, "CREATE TABLE log(worker INTEGER, i INTEGER)");
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] {
      Session session(shared);
      for (int i = 0; i < 30; ++i) {
        retried(session, [&] { run(session, "UPDATE counter SET n = n + 1"); });
        run(session, fmt::format("INSERT INTO log VALUES ({}, {})", worker, i));
        if (i % 3 == 2)
          run(session, fmt::format("DELETE FROM log WHERE worker = {} AND i = {}", worker, i - 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number(first, "SELECT n FROM counter"), 120);
  EXPECT_EQ(number(first, "SELECT count(*) FROM log"), 80);
  EXPECT_EQ(number(first, "SELECT count(DISTINCT (worker, i)) FROM log"), 80);
}

TEST(Transaction, ARunningQueryKeepsItsSnapshot) {
  const auto shared = database();
  Session reader(shared), writer(shared);
  run(writer, "CREATE TABLE t AS SELECT i FROM range(1000000) r(i)");
  const auto query = reader.run("FROM t");
  uint64_t rows = query->next()->size();
  run(writer, "UPDATE t SET i = -1");
  run(writer, "DELETE FROM t WHERE i < 0");
  run(writer, "DROP TABLE t");
  int64_t sum = 0;
  while (const auto chunk = query->next()) {
    rows += chunk->size();
    for (uint32_t i = 0; i < chunk->size(); ++i)
      sum |= chunk->columns[0].value<int64_t>(chunk->active[i]);
  }
  EXPECT_EQ(rows, 1000000U);
  EXPECT_GE(sum, 0);
}

TEST(Transaction, MemoryOfStatesThatNobodyReadsComesBack) {
  Session session(database());
  const size_t before = Budget::process().used_bytes();
  run(session,
      "CREATE TABLE t AS SELECT i, i + 1 AS j, i::VARCHAR || ' is a text' AS s "
      "FROM range(300000) r(i)");
  const size_t table = Budget::process().used_bytes() - before;
  const auto used = [&] { return Budget::process().used_bytes() - before; };
  for (int i = 0; i < 5; ++i) {
    run(session, "UPDATE t SET j = j + 1");
    run(session, "UPDATE t SET s = s || '!' WHERE i % 1000 = 0");
    run(session, "BEGIN");
    run(session, "DELETE FROM t");
    run(session, "ROLLBACK");
  }
  EXPECT_LT(used(), table * 3 / 2);
  {
    const auto reader = session.run("FROM t");
    reader->next();
    run(session, "DELETE FROM t");
    EXPECT_GT(used(), table / 2);
  }
  EXPECT_EQ(used(), 0U);
}

TEST(Transaction, MemoryOfDeletedRowsComesBackWhileOthersStay) {
  Session session(database());
  const size_t before = Budget::process().used_bytes();
  run(session,
      "CREATE TABLE t AS SELECT i, i + 1 AS j, i::VARCHAR || ' is a text' AS s "
      "FROM range(300000) r(i)");
  const auto used = [&] { return Budget::process().used_bytes() - before; };
  const size_t table = used();
  run(session, "DELETE FROM t WHERE i % 2 = 0");
  EXPECT_LT(used(), table * 2 / 3);
  run(session, "DELETE FROM t WHERE i % 20 <> 1");
  EXPECT_LT(used(), table / 10);
  EXPECT_EQ(number(session, "SELECT count(*) FROM t WHERE rowid = i"), 15000);
}

TEST(Transaction, RowsThatComeAndGoLeaveNothingBehind) {
  Session session(database());
  run(session, "CREATE TABLE t(i INTEGER)");
  run(session, "INSERT INTO t VALUES (-1)");
  const size_t before = Budget::process().used_bytes();
  for (int i = 0; i < 500; ++i) {
    run(session, fmt::format("INSERT INTO t VALUES ({})", i));
    run(session, fmt::format("DELETE FROM t WHERE i = {}", i));
  }
  EXPECT_LT(Budget::process().used_bytes(), before + (size_t{1} << 18));
  EXPECT_EQ(number(session, "SELECT i FROM t"), -1);
}

TEST(Transaction, AnUpdateCarriesNoOldValuesAlong) {
  Session session(database());
  const size_t before = Budget::process().used_bytes();
  run(session, "CREATE TABLE t AS SELECT i, repeat('x', 200) || i AS s FROM range(50000) r(i)");
  const size_t table = Budget::process().used_bytes() - before;
  run(session, "UPDATE t SET s = i WHERE i % 100 <> 0");
  EXPECT_LT(Budget::process().used_bytes() - before, table / 4);
}

TEST(Transaction, AnOpenOneEndsWithItsSession) {
  const auto shared = database();
  Session first(shared);
  run(first, "CREATE TABLE t AS SELECT 1 AS i");
  {
    Session other(shared);
    run(other, "BEGIN");
    run(other, "UPDATE t SET i = 2");
    EXPECT_THROW(run(first, "UPDATE t SET i = 3"), Error);
  }
  run(first, "UPDATE t SET i = i + 3");
  EXPECT_EQ(number(first, "SELECT i FROM t"), 4);
}

TEST(Transaction, AQueryThatFailsWhileItsRowsAreTakenEndsIt) {
  Session session(database());
  run(session, "CREATE TABLE t AS SELECT i FROM range(500000) r(i)");
  run(session, "BEGIN");
  const auto query =
      session.run("SELECT CASE WHEN i = 499999 THEN 'x' ELSE '1' END::INTEGER FROM t");
  EXPECT_THROW(while (query->next()){}, Error);
  EXPECT_THROW(run(session, "SELECT 1"), Error);
  run(session, "ROLLBACK");
  run(session, "SELECT 1");
}

}  // namespace
}  // namespace doline
