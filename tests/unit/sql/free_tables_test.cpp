#include "sql/free_tables.h"

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/print.h"

namespace doline::sql {
namespace {

using Names = std::set<std::string>;

TEST(FreeTables, AreTheBareNamesThatAreRead) {
  const std::pair<const char*, Names> kCases[] = {
      {"SELECT * FROM df", {"df"}},
      {"FROM a JOIN b USING (id), (SELECT x FROM c)", {"a", "b", "c"}},
      {"SELECT (SELECT max(x) FROM d) FROM range(3)", {"d"}},
      {"FROM 'file.csv', main.t", {}},
      {"WITH df AS (SELECT 1) FROM df, other", {"other"}},
      {"INSERT INTO target FROM df", {"df"}},
      {"CREATE TABLE t AS FROM df", {"df"}},
      {"UPDATE t SET x = 1 FROM df WHERE t.id = df.id", {"df"}},
      {"DELETE FROM t USING df WHERE t.id = df.id", {"df"}},
      {"COPY df TO 'out.csv'", {"df"}},
      {"COPY t FROM 'in.csv'", {}},
      {"CREATE VIEW v AS FROM df", {}},
      {"EXPLAIN FROM df", {"df"}},
  };
  for (const auto& [text, names] : kCases)
    EXPECT_EQ(free_tables(*parse_statement(text)), names) << text;
}

TEST(FreeTables, AreReplacedAndStayReachableByTheirName) {
  const auto replaced = [](const char* text) {
    return to_sql(*with_tables_replaced(*parse_statement(text), {{"df", "other"}}));
  };
  EXPECT_EQ(replaced("SELECT df.x FROM df"),
            to_sql(*parse_statement("SELECT df.x FROM other AS df")));
  EXPECT_EQ(replaced("SELECT d.x FROM df AS d"),
            to_sql(*parse_statement("SELECT d.x FROM other AS d")));
  EXPECT_EQ(replaced("WITH df AS (SELECT 1) FROM df"),
            to_sql(*parse_statement("WITH df AS (SELECT 1) FROM df")));
  EXPECT_EQ(replaced("COPY df TO 'x.csv'"), to_sql(*parse_statement("COPY other TO 'x.csv'")));
}

}  // namespace
}  // namespace doline::sql
