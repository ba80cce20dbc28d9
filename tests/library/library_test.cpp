// The public C++ header over libdoline.so, as a program of somebody else's: nothing of src is
// included. Runs under the sanitizers too, which Python's ctypes cannot.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "doline/doline.hpp"

namespace {

using doline::Batch;
using doline::Query;
using doline::Session;

constexpr const char* kEndless =
    "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE i * j % 7 = 3";

int64_t number_of(Query query) {
  const auto batch = query.next();
  EXPECT_TRUE(batch && batch->row_count() == 1);
  return static_cast<const int64_t*>(batch->array().children[0]->buffers[1])[0];
}

std::string code_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const doline::Error& error) {
    return error.code();
  }
  return "nothing thrown";
}

TEST(Library, TheExampleOfTheHeader) {
  Session session;
  session.execute("CREATE TABLE t AS SELECT i, i * i AS square FROM range(10) r(i)");
  doline::Prepared prepared = session.prepare("SELECT square FROM t WHERE i >= $from");
  prepared.bind("from", 8);
  Query query = prepared.run();
  std::vector<int64_t> found;
  while (const std::optional<Batch> batch = query.next()) {
    const auto* squares = static_cast<const int64_t*>(batch->array().children[0]->buffers[1]);
    for (int64_t row = 0; row < batch->row_count(); ++row) found.push_back(squares[row]);
  }
  EXPECT_EQ(found, (std::vector<int64_t>{64, 81}));
}

TEST(Library, ParametersOfEachKind) {
  Session session;
  doline::Prepared prepared = session.prepare(
      "SELECT ($a IS NULL AND $b AND $c = 2 AND $d = 0.5 AND $e = 'x' AND octet_length($f) = "
      "2)::INT8");
  const std::byte bytes[] = {std::byte{0}, std::byte{255}};
  prepared.bind("a", nullptr);
  prepared.bind("$b", true);
  prepared.bind("c", int64_t{2});
  prepared.bind("d", 0.5);
  prepared.bind("e", "x");
  prepared.bind("f", std::span<const std::byte>(bytes));
  EXPECT_EQ(number_of(prepared.run()), 1);
  prepared.clear_bindings();
  EXPECT_EQ(code_of([&] { prepared.run(); }), "parameter");
  const std::span<const std::byte> lent = prepared.bytes();
  const std::vector<std::byte> tree(lent.begin(), lent.end());
  EXPECT_EQ(code_of([&] { session.prepare_bytes(std::span(tree).first(tree.size() - 1)); }),
            "corrupt");
  EXPECT_EQ(code_of([&] { session.prepare_bytes(tree).run(); }), "parameter");
}

TEST(Library, UnsignedParameters) {
  Session session;
  doline::Prepared prepared =
      session.prepare("SELECT ($a = 5 AND $b = 7 AND $c = 18446744073709551615)::INT8");
  prepared.bind("a", size_t{5});
  prepared.bind("b", 7u);
  prepared.bind("c", UINT64_MAX);
  EXPECT_EQ(number_of(prepared.run()), 1);
}

TEST(Library, ErrorsTellThePlace) {
  Session session;
  try {
    session.query("SELECT pric FROM (VALUES (1)) t(price)");
    FAIL();
  } catch (const doline::Error& error) {
    EXPECT_EQ(error.code(), "column_not_found");
    EXPECT_EQ(error.begin(), 7u);
    EXPECT_EQ(error.end(), 11u);
    EXPECT_EQ(error.hint(), "did you mean \"price\"?");
    EXPECT_NE(std::strstr(error.what(), "^^^^"), nullptr);
  }
}

/// Every type leaves as a stream, comes back as a table, and is what it was.
TEST(Library, EveryTypeGoesOutAndComesBack) {
  constexpr const char* kValues[] = {
      "NULL",
      "i % 2 = 0",
      "i::TINYINT",
      "i::SMALLINT",
      "i::INTEGER",
      "i",
      "i::HUGEINT * 10000000000000000000",
      "i::UTINYINT",
      "i::USMALLINT",
      "i::UINTEGER",
      "i::UBIGINT",
      "i::FLOAT",
      "i::DOUBLE",
      "i::DECIMAL(4,1)",
      "i::DECIMAL(30,2)",
      "DATE '2024-01-01' + i::INTEGER",
      "TIME '12:00:00'",
      "TIMESTAMP '2024-01-01' + i * INTERVAL '1 hour'",
      "TIMESTAMPTZ '2024-01-01 00:00:00+00'",
      "i * INTERVAL '1 month 1 day 1 second'",
      "i::VARCHAR",
      "repeat('text', i::INTEGER)",
      "encode(repeat('x', i::INTEGER))",
      "('00000000-0000-0000-0000-0000000000' || lpad((i % 100)::VARCHAR, 2, '0'))::UUID",
      "CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END::ENUM('odd', 'even')",
      "'{\"a\": 1}'::JSON",
      "range(i % 5)",
      "[i, NULL]::BIGINT[2]",
      "{'a': i, 'b': i::VARCHAR}",
      "MAP {i: repeat('v', i::INTEGER)}",
      "[{'a': [repeat('deep', i::INTEGER)]}]"};
  for (const char* value : kValues) {
    SCOPED_TRACE(value);
    Session session;
    session.execute(std::string("CREATE TABLE t AS SELECT i, CASE WHEN i % 3 <> 1 THEN ") + value +
                    " END AS x FROM range(100) r(i)");
    session.register_stream("back", session.query("SELECT * FROM t WHERE i % 7 <> 2").stream());
    const auto same_as_t = [&](const std::string& table) {
      return number_of(
          session.query("SELECT count(*) FROM t JOIN " + table +
                        " b USING (i) WHERE t.x::VARCHAR IS NOT DISTINCT FROM b.x::VARCHAR"));
    };
    EXPECT_EQ(number_of(session.query("SELECT count(*) FROM back")), 86);
    EXPECT_EQ(same_as_t("back"), 86);
    // And once more with batches of many chunks.
    session.execute("INSERT INTO back SELECT b.* FROM back b, range(60)");
    session.register_stream("again", session.query("FROM back").stream());
    EXPECT_EQ(number_of(session.query("SELECT count(*) FROM again")), 86 * 61);
    EXPECT_EQ(same_as_t("again"), 86 * 61);
  }
}

TEST(Library, ABatchLivesOnItsOwn) {
  std::optional<Batch> batch;
  doline::Schema schema;
  {
    Session session;
    Query query = session.query("SELECT i, repeat('long', 10) AS s FROM range(5000) t(i)");
    schema = query.schema();
    batch = query.next();
  }
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->row_count(), 5000);
  EXPECT_STREQ(schema->children[1]->name, "s");
  // Children may be taken out of a batch and outlive it.
  ArrowArray whole = batch->detach();
  ArrowArray texts = *whole.children[1];
  whole.children[1]->release = nullptr;
  whole.release(&whole);
  const auto* offsets = static_cast<const int32_t*>(texts.buffers[1]);
  EXPECT_EQ(std::string(static_cast<const char*>(texts.buffers[2]) + offsets[4999], 40),
            std::string("longlonglonglonglonglonglonglonglonglong"));
  texts.release(&texts);
}

TEST(Library, CancelAndInterruptFromAnotherThread) {
  Session session;
  Query query = session.query(kEndless);
  std::thread stopper([&] { query.cancel(); });
  EXPECT_EQ(code_of([&] { query.next(); }), "cancelled");
  stopper.join();
  // Until the statement has begun there is nothing to interrupt: ask until it ends.
  std::atomic<bool> ended{false};
  std::thread interrupter([&] {
    while (!ended) session.interrupt();
  });
  EXPECT_EQ(code_of([&] { session.execute(std::string("CREATE TABLE t AS ") + kEndless); }),
            "cancelled");
  ended = true;
  interrupter.join();
  EXPECT_EQ(number_of(session.query("SELECT 1::INT8")), 1);
}

// What the poll says was kept for the session: rows of another query ended with it.
TEST(Library, APollEndsWhatRunsWhereItIsAsked) {
  struct Asked {
    bool is_unwanted = false;
    int times = 0;
  } asked;
  Session session;
  session.set_poll(
      [](void* context) {
        auto& self = *static_cast<Asked*>(context);
        ++self.times;
        return int{self.is_unwanted};
      },
      &asked);
  Query read = session.query("SELECT i FROM range(100000000000) t(i)");
  ASSERT_TRUE(read.next());
  asked.is_unwanted = true;
  EXPECT_EQ(code_of([&] { session.execute(std::string("CREATE TABLE t AS ") + kEndless); }),
            "cancelled");
  asked.is_unwanted = false;
  for (const int before = asked.times; asked.times == before;) ASSERT_TRUE(read.next());
  EXPECT_TRUE(read.next());
}

TEST(Library, ColumnsBeforeAnythingRuns) {
  Session session;
  doline::Prepared prepared = session.prepare("SELECT error('it ran') AS a, $1 AS a");
  EXPECT_EQ(code_of([&] { prepared.describe(); }), "parameter");
  prepared.bind("1", 8);
  const doline::Schema schema = prepared.describe();
  ASSERT_EQ(schema->n_children, 2);
  EXPECT_STREQ(schema->children[0]->name, "a");
  EXPECT_STREQ(schema->children[1]->format, "i");
  EXPECT_EQ(code_of([&] { session.prepare("CREATE TABLE t (i INT)").describe(); }),
            "not_supported");
}

TEST(Library, SessionsOfOneDatabaseInManyThreads) {
  Session session;
  session.execute("CREATE TABLE t AS SELECT i FROM range(20000) r(i)");
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, mine = session.connect()]() mutable {
      for (int turn = 0; turn < 10; ++turn) {
        if (number_of(mine.query("SELECT sum(i)::INT8 FROM t")) == 199990000) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
}

TEST(Library, ProgressAndProfile) {
  Session session;
  Query query = session.query("SELECT sum(i) FROM range(100000) t(i)");
  EXPECT_LE(query.progress().share, 1);
  while (query.next()) {
  }
  EXPECT_EQ(query.progress().share, 1);
  EXPECT_NE(query.profile().find("total"), std::string::npos);
  EXPECT_EQ(query.profile("json").front(), '{');
  EXPECT_EQ(code_of([&] { query.profile("xml"); }), "invalid_argument");
}

}  // namespace
