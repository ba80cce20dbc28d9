#include "sql/parameter_rows.h"

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/print.h"

namespace doline::sql {
namespace {

TEST(ParameterRows, TurnOneRowOfValuesIntoAQuery) {
  const std::pair<const char*, const char*> kCases[] = {
      {"INSERT INTO t VALUES (?, ?)", "INSERT INTO t SELECT p.\"1\", p.\"2\" FROM p"},
      {"INSERT INTO t (a) VALUES (upper($name) || 'x')",
       "INSERT INTO t (a) SELECT upper(p.name) || 'x' FROM p"},
      {"INSERT INTO t VALUES (1) RETURNING a", "INSERT INTO t SELECT 1 FROM p RETURNING a"},
  };
  for (const auto& [text, expected] : kCases) {
    const StatementRef made = with_parameter_rows(*parse_statement(text), "p");
    ASSERT_NE(made, nullptr) << text;
    EXPECT_EQ(to_sql(*made), to_sql(*parse_statement(expected)));
  }
}

TEST(ParameterRows, AreNoneOfOtherStatements) {
  for (const char* text : {"INSERT INTO t VALUES (?), (?)", "INSERT INTO t VALUES (?, DEFAULT)",
                           "INSERT INTO t SELECT ?", "UPDATE t SET a = ?", "SELECT ?"})
    EXPECT_EQ(with_parameter_rows(*parse_statement(text), "p"), nullptr) << text;
}

}  // namespace
}  // namespace doline::sql
