#include "sql/print.h"

#include <gtest/gtest.h>

#include "round_trip.h"

namespace doline::sql {
namespace {

TEST(Print, QuotesWhatNeedsIt) {
  const Printed names[] = {
      {"a", "a"},     {"A_b1", "A_b1"},       {"a b", "\"a b\""},       {"1a", "\"1a\""},
      {"", "\"\""},   {"a\"b", "\"a\"\"b\""}, {"select", "\"select\""}, {"YEAR", "\"YEAR\""},
      {"ä", "\"ä\""}, {"a.b", "\"a.b\""},
  };
  for (const auto& [name, quoted] : names) EXPECT_EQ(quote_identifier(name), quoted);
  EXPECT_EQ(quote_string("it's"), "'it''s'");
  EXPECT_EQ(quote_string(""), "''");
  EXPECT_EQ(quote_string("a\nb\\"), "'a\nb\\'");
}

TEST(Print, NamesColumnsAsDuckDbDoes) {
  const Printed cases[] = {
      {"a", "a"},
      {"t.a", "a"},
      {"\"odd name\"", "odd name"},
      {"\"select\"", "select"},
      {"a+1", "(a + 1)"},
      {"SUM(x)", "sum(x)"},
      {"count(*)", "count_star()"},
      {"'it''s'", "'it''s'"},
      {"-1", "-1"},
      {"x::int", "CAST(x AS INTEGER)"},
      {"\"odd name\" + 1", "(\"odd name\" + 1)"},
      {"(st).x", "(st).x"},
  };
  for (const auto& [text, name] : cases) EXPECT_EQ(column_name(*parse_expression(text)), name);
}

TEST(Print, KeepsWhatParenthesesMeant) {
  // Parentheses that change the reading, and what would read differently without them.
  for (const std::string_view text : {
           "(-1)[1]",
           "(1)[1]",
           "'abc'[1]",
           "(a COLLATE b)[1]",
           "(a || b)[1]",
           "(a).b",
           "(a.b).c",
           "((a).b).c",
           "f(a).b",
           "(f(a)).g(b)",
           "a.b.c(d)",
           "(SELECT 1).a",
           "(a = 1).b",
           "a - (b - c)",
           "a ** (b ** c)",
           "-(-a)",
           "- (a + b)",
           "NOT (NOT a)",
           "(a AND b) OR c",
           "a AND (b OR c)",
           "(a = b) = c",
           "a IS NULL = b",
           "(a, b)",
           "(a, b).c",
           "x -> (y -> z)",
           "(x -> y) -> z",
           "j -> 'a' ->> 'b'",
           "j -> 'a' -> 'b' ->> 'c' ->> 'd'",
           "(a->>'b') = 'c'",
           "a IN ((SELECT 1))",
           "a IN (SELECT 1)",
           "a = ANY((SELECT b))",
           "a = ANY(SELECT b)",
           "a BETWEEN (b AND c) AND d",
           "lambda x: lambda y: x",
           "(lambda x: x) + 1",
           "CASE (a = b) WHEN c THEN d END",
           "(CASE WHEN a THEN b END)[1]",
           "a[b[c]:d]",
           "a[:-:2]",
           "COLUMNS(* LIKE 'a%')",
           "COLUMNS(* EXCLUDE (a))",
           "f(*COLUMNS(*))",
           "sum(a) OVER ()[1]",
           "INTERVAL (a + b) DAY",
           "\"try\"(a, b)",
           "\"date\"(a, b)",
           "\"interval\" + 1",
           "\"case\"",
           "\"lambda\"",
           "\"a\"\"b\".c",
           "$1 + $2",
           "#1",
           "{'a b': 1, \"end\": 2}",
           "1.::int",
           "(1.5).x",
           "a::struct(b int).c",
           "e'\\'\\n'",
           "'a' COLLATE \"de-DE\"",
           "grouping(a, b)",
           "f() WITHIN GROUP (ORDER BY a)",
           "count(DISTINCT *)",
           "count(a, *)",
           "lag(f(a) IGNORE NULLS) OVER w",
           "lag(f(a)) IGNORE NULLS OVER w",
       }) {
    round_trip("SELECT " + std::string(text));
  }
}

TEST(Print, PrintsRelationsAndQueriesAlone) {
  const StatementRef statement = parse_statement("FROM a, b SELECT 1 LIMIT 2");
  const QueryRef& query = statement->as<SelectStatement>().query;
  EXPECT_EQ(to_sql(*query), "SELECT 1 FROM (a CROSS JOIN b) LIMIT 2");
  EXPECT_EQ(to_sql(*query->as<Select>().from), "(a CROSS JOIN b)");
}

}  // namespace
}  // namespace doline::sql
