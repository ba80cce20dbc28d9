// The bytes of unresolved trees: any bytes are a tree or corrupt. What is read survives its bytes
// and can be printed and bound.
// links: engine
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "bind/binder.h"
#include "edited_bytes.h"
#include "engine/session.h"
#include "memory/budget.h"
#include "sql/compare.h"
#include "sql/parser.h"
#include "sql/print.h"
#include "sql/tree_bytes.h"

namespace {

using namespace doline;

constexpr const char* kStatements[] = {
    "SELECT DISTINCT a + 1 AS x, t.*, COLUMNS('b') FROM t JOIN u USING (k) WHERE a IN (1, 2) ORDER "
    "BY ALL LIMIT 5%",
    "WITH c(n) AS MATERIALIZED (VALUES (1, 'a'), (NULL, 2.5)) SELECT sum(n) FILTER (WHERE n > 1) "
    "OVER w FROM c WINDOW w AS (ORDER BY n)",
    "SELECT [x * 2 FOR x IN l IF x > 1], {'a': 1}.a, l[1:2], x::DECIMAL(4, 2)[], CASE x WHEN 1 "
    "THEN 2 END FROM range(5) t(x)",
    "(SELECT 1) UNION ALL BY NAME (FROM 'f.csv' SELECT * EXCLUDE (a) REPLACE (b AS c) RENAME (d AS "
    "e))",
    "CREATE OR REPLACE TABLE t(a INTEGER NOT NULL DEFAULT 1, b STRUCT(c MAP(VARCHAR, DATE)), CHECK "
    "(a > 0))",
    "INSERT INTO t(a, b) SELECT $1, $name WHERE EXISTS (SELECT 1) AND x NOT LIKE 'a%' ESCAPE '!'",
    "COPY (SELECT 1) TO 'x.csv' (FORMAT csv, HEADER false, DELIM ';')",
    "EXPLAIN ANALYZE SELECT a FROM t GROUP BY ROLLUP (a, b), CUBE (c) HAVING count(*) > 1 QUALIFY "
    "rank() OVER () = 1",
    "PIVOT t ON a USING sum(b) GROUP BY c",
    "SET memory_limit = '1GB'",
};

const std::vector<sql::Bytes>& trees() {
  static const auto* all = [] {
    auto* made = new std::vector<sql::Bytes>();
    for (const char* text : kStatements)
      made->push_back(sql::to_bytes(*sql::parse_statement(text)));
    return made;
  }();
  return *all;
}

void check(std::span<const std::byte> bytes) {
  sql::StatementRef tree;
  try {
    tree = sql::statement_from_bytes(bytes);
  } catch (const Error& error) {
    ASSERT(error.code() == ErrorCode::kCorrupt);
    return;
  }
  ASSERT(sql::equal(*sql::statement_from_bytes(sql::to_bytes(*tree)), *tree));
  sql::to_sql(*tree);
  const auto* select = tree->get_if<sql::SelectStatement>();
  if (select == nullptr) return;
  Session session(std::make_shared<Database>(AccessPolicy::safe()));
  try {
    bind_query(*select->query, session);
  } catch (const Error& error) {
    ASSERT(error.code() != ErrorCode::kInternal);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Constants are folded: what they are called on may ask for any amount.
  const BudgetRef budget = Budget::create("fuzz", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  check(edited_bytes(trees(), {data, size}));
  return 0;
}
