#include "sql/tree_bytes.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "round_trip.h"

namespace doline::sql {
namespace {

/// One statement for every kind of node.
constexpr std::string_view kStatements[] = {
    "SELECT NULL, true, 1, 1.5, 1e5, 'x', x'00', a.b, #1, $p, t.* EXCLUDE (a) REPLACE (1 AS b) "
    "RENAME (c AS d), COLUMNS('x') FROM t",
    "SELECT f(DISTINCT a, b := 1 ORDER BY c DESC NULLS LAST) FILTER (WHERE d) OVER (w PARTITION BY "
    "e "
    "ORDER BY f ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t WINDOW w AS ()",
    "SELECT a = 1 AND NOT b OR c IS NULL, d BETWEEN 1 AND 2, e IN (1, 2), CASE f + 1 WHEN 1 THEN 2 "
    "END, g::int[3], TRY(h), (SELECT 1), i = ANY (SELECT 2), lambda x: x, j[1], k[1:2:3], (l).m, n "
    "COLLATE o",
    "WITH RECURSIVE a (x) AS MATERIALIZED (VALUES (1), (2)) SELECT DISTINCT ON (x) x FROM a AS b "
    "(y), "
    "'f.csv' TABLESAMPLE 10%, LATERAL range(3) r, (SELECT 1) s LEFT JOIN c USING (d) GROUP BY "
    "GROUPING SETS ((x), ROLLUP (y)) HAVING z QUALIFY q USING SAMPLE 5 ROWS ORDER BY ALL LIMIT 3 "
    "OFFSET 4",
    "SELECT 1 UNION ALL BY NAME SELECT 2 EXCEPT (FROM t PIVOT (sum(a) FOR b IN (1, 2) GROUP BY c))",
    "UNPIVOT t ON a, b INTO NAME n VALUE v",
    "SUMMARIZE t",
    "CREATE TABLE t (a STRUCT(b INT, c MAP(INT, ENUM('x'))) DEFAULT 1 NOT NULL, CHECK (a > 1), "
    "FOREIGN "
    "KEY (a) REFERENCES u (b))",
    "CREATE VIEW v (a) AS SELECT 1",
    "CREATE TYPE m AS ENUM ('a')",
    "CREATE MACRO f(a, b := 2) AS a + b, (a) AS a",
    "CREATE SCHEMA IF NOT EXISTS s",
    "INSERT INTO t (a) VALUES (DEFAULT) ON CONFLICT (a) DO UPDATE SET a = 1 RETURNING *",
    "UPDATE t SET a = 1 FROM u WHERE b RETURNING c",
    "DELETE FROM t USING u WHERE a",
    "DROP TABLE IF EXISTS t CASCADE",
    "ALTER TABLE t ADD COLUMN a INT DEFAULT 1",
    "COPY (SELECT 1) TO 'x' (FORMAT csv, DELIMITER ',')",
    "SET GLOBAL threads = 2",
    "PRAGMA table_info('t')",
    "EXPLAIN ANALYZE (FORMAT json) SELECT 1",
    "PREPARE p (INT) AS SELECT ?",
    "EXECUTE p (1, x := 2)",
    "DEALLOCATE p",
    "BEGIN TRANSACTION READ ONLY",
    "USE a.b",
    "ATTACH 'x' AS y (READ_ONLY)",
    "DETACH y",
    "VACUUM t (a)",
};

/// What came from anywhere: refused as corrupt, or a tree that is good for everything.
void expect_safe(std::span<const std::byte> bytes) {
  // As long as it is and no longer, for the sanitizer to see reads beyond it.
  const Bytes exact(bytes.begin(), bytes.end());
  try {
    const StatementRef tree = statement_from_bytes(exact);
    EXPECT_LE(tree->height, kMaxHeight);
    const Bytes again = to_bytes(*tree);
    EXPECT_TRUE(equal(*statement_from_bytes(again), *tree));
    to_sql(*tree);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.message();
  }
}

Bytes message(std::initializer_list<int> body, char family = 3) {
  Bytes bytes;
  for (const char c : std::string_view("DLST\1", 5)) bytes.push_back(static_cast<std::byte>(c));
  bytes.push_back(static_cast<std::byte>(family));
  for (const int value : body) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

std::string refusal(const Bytes& bytes) {
  try {
    expression_from_bytes(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.message();
  }
  return "accepted";
}

TEST(TreeBytes, CarryEveryKindOfNode) {
  for (const std::string_view text : kStatements) round_trip(text);
}

TEST(TreeBytes, CarrySpans) {
  const StatementRef tree = parse_statement("  SELECT a FROM b");
  const StatementRef read = statement_from_bytes(to_bytes(*tree));
  EXPECT_EQ(read->span, (SourceSpan{2, 17}));
  const auto& select = read->as<SelectStatement>().query->as<Select>();
  EXPECT_EQ(select.items[0].expression->as<ColumnReference>().names[0].span, (SourceSpan{9, 10}));
}

TEST(TreeBytes, CarryQueriesAndExpressions) {
  const ExpressionRef expression = parse_expression("a + f(1, 'x')");
  EXPECT_TRUE(equal(*expression_from_bytes(to_bytes(*expression)), *expression));
  const QueryRef query = parse_statement("SELECT 1 ORDER BY 1")->as<SelectStatement>().query;
  EXPECT_TRUE(equal(*query_from_bytes(to_bytes(*query)), *query));
  EXPECT_THROW(query_from_bytes(to_bytes(*expression)), Error);
  EXPECT_THROW(statement_from_bytes(to_bytes(*query)), Error);
}

TEST(TreeBytes, TheFormatStaysAsItIs) {
  // `a > 1`, byte by byte: frames in other languages write this.
  EXPECT_EQ(to_bytes(*parse_expression("a > 1")),
            message({9, 0, 5,                              // comparison, its span
                     1, 4,                                 // op: greater
                     2, 2, 0, 1, 1, 1, 1, 'a', 0,   1, 0,  // left: a column, names [a]
                     3, 1, 4, 1, 1, 2, 2, 1,   '1', 0,     // right: an integer, "1"
                     0}));
}

TEST(TreeBytes, RefuseWhatIsNoTree) {
  const Bytes good = message({12, 0, 0, 1, 2, 0, 0, 1, 1, 1, 'a', 0, 0, 0, 0});  // a IS NULL
  EXPECT_EQ(refusal(good), "accepted");
  Bytes trailing = good;
  trailing.push_back(std::byte{0});
  EXPECT_EQ(refusal(trailing), "damaged tree at byte 21: bytes behind the end of the tree");
  Bytes future = good;
  future[4] = std::byte{9};
  EXPECT_EQ(refusal(future), "tree format 9 is not the 1 this version reads");
  EXPECT_EQ(refusal({}), "damaged tree at byte 0: it ends too early");
  const std::pair<Bytes, std::string_view> cases[] = {
      {message({0}), "an unknown kind of node"},
      {message({200, 0, 0}), "an unknown kind of node"},
      {message({12, 0, 0, 0}), "\"input\" is missing"},
      {message({2, 0, 0, 0}), "\"names\" is missing"},
      {message({5, 0, 0, 1, 0}), "an unknown field"},
      {message({1, 0, 0, 1, 99}), "a number is too large"},
      {message({1, 0, 0, 2, 50, 'x'}), "a number is too large"},
      {message({1, 0, 0, 1, 5, 2, 2, 'x'}), "a number is too large"},
      {message({1, 0, 0, 1, 5, 2, 1}), "a number is too large"},
      {message({1, 0, 0, 1, 5, 2, 1, 0xFF, 0}), "a text is not UTF-8"},
      {message({1, 0, 0, 1, 2, 2, 1, 'x', 0}), "a literal's text does not fit its kind"},
      {message({1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0}),
       "a number is too long"},
      {message({1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1}), "a number is too large"},
      {message({10, 0, 0, 2, 0, 0}), "\"terms\" is missing"},
      {message({8, 0, 0, 1, 1, 1, '+', 0, 0, 3, 1, 0}), "an operator has one or two operands"},
      {message({19, 0, 0, 2, 5, 0, 0, 0, 0}), "ANY has either a query or a list"},
  };
  for (const auto& [bytes, what] : cases) {
    EXPECT_NE(refusal(bytes).find(what), std::string::npos) << refusal(bytes);
  }
}

TEST(TreeBytes, SurviveBeingCutShort) {
  for (const std::string_view text : kStatements) {
    const Bytes bytes = to_bytes(*parse_statement(text));
    for (size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_THROW(statement_from_bytes(std::span(bytes).first(length)), Error) << text << length;
    }
  }
}

TEST(TreeBytes, SurviveEveryFlippedBit) {
  for (const std::string_view text : kStatements) {
    Bytes bytes = to_bytes(*parse_statement(text));
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        bytes[i] ^= static_cast<std::byte>(1 << bit);
        expect_safe(bytes);
        bytes[i] ^= static_cast<std::byte>(1 << bit);
      }
    }
  }
}

TEST(TreeBytes, SurviveShuffledBytes) {
  Random random(11);
  std::vector<Bytes> seeds;
  for (const std::string_view text : kStatements) seeds.push_back(to_bytes(*parse_statement(text)));
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = seeds[random.below(seeds.size())];
    for (uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const size_t at = 6 + random.below(bytes.size() - 6);
      const Bytes& donor = seeds[random.below(seeds.size())];
      const size_t from = random.below(donor.size());
      const size_t length = 1 + random.below(std::min<size_t>(donor.size() - from, 20));
      bytes.insert(bytes.begin() + static_cast<ptrdiff_t>(at),
                   donor.begin() + static_cast<ptrdiff_t>(from),
                   donor.begin() + static_cast<ptrdiff_t>(from + length));
    }
    expect_safe(bytes);
  }
}

TEST(TreeBytes, NestingIsBounded) {
  Bytes bytes = message({});
  for (int i = 0; i < 100000; ++i) {
    for (const int value : {11, 0, 0, 1}) bytes.push_back(static_cast<std::byte>(value));
  }
  EXPECT_NE(refusal(bytes).find("nested too deeply"), std::string::npos);
}

TEST(TreeBytes, MemoryIsBoundedByTheBytes) {
  // A million empty elements of GROUP BY, a byte each.
  Bytes bytes = message({1, 0, 0, 3, 1, 1, 5, 0, 0, 0, 0, 7, 0xC0, 0x84, 0x3D}, 2);
  bytes.resize(bytes.size() + 1'000'000);
  try {
    query_from_bytes(bytes);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("more memory than its size warrants"), std::string::npos)
        << error.message();
  }
  EXPECT_THROW(expression_from_bytes(Bytes(kMaxMessageBytes + 1)), Error);
}

}  // namespace
}  // namespace doline::sql
