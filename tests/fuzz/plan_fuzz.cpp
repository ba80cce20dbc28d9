// The wire form of plans: any bytes are a plan or corrupt, and a plan survives its bytes, its
// printing and the optimizer.
// links: engine
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "bind/binder.h"
#include "edited_bytes.h"
#include "engine/session.h"
#include "memory/budget.h"
#include "optimizer/optimizer.h"

namespace {

using namespace doline;

constexpr const char* kStatements[] = {
    "SELECT 1 + 2 AS a, 'x' || 'y', [1, 2][1], {'k': 1}.k, NULL::DATE",
    "SELECT i % 3 AS k, count(*), sum(DISTINCT i) FILTER (WHERE i > 1), list(i ORDER BY i DESC) "
    "FROM range(10) t(i) GROUP BY k",
    "SELECT i, row_number() OVER (PARTITION BY i % 2 ORDER BY i), sum(i) OVER (ORDER BY i ROWS 1 "
    "PRECEDING) FROM range(9) t(i)",
    "SELECT a.i FROM range(9) a(i) LEFT JOIN range(5) b(i) ON a.i = b.i AND a.i > 2 ORDER BY a.i "
    "DESC LIMIT 3 OFFSET 1",
    "SELECT i IN (SELECT 1), EXISTS (SELECT 2), (SELECT max(i) FROM range(4) u(i)) FROM range(9) "
    "t(i) WHERE i NOT IN (1, 2)",
    "SELECT list_transform(l, lambda x: x + n), unnest(l) FROM (VALUES ([1, 2], 3), (NULL, 4)) "
    "t(l, n)",
    "SELECT CASE WHEN i > 2 THEN 'a' WHEN i IS NULL THEN 'b' END, TRY_CAST('x' AS INTEGER), TRY(1 "
    "// i) FROM range(3) t(i)",
    "WITH c AS (SELECT i FROM range(5) t(i)) SELECT * FROM c UNION ALL SELECT x.i FROM c x, c y",
    "SELECT strftime(DATE '2024-01-01', '%Y'), regexp_extract('ab', '(a)(b)', 2), CAST(1.5 AS "
    "DECIMAL(5, 2)), MAP {'a': 1}",
    "SELECT i FROM range(20) t(i) EXCEPT ALL SELECT 5 ORDER BY 1 LIMIT 10%",
};

Session& session() {
  static auto* one = new Session(std::make_shared<Database>(AccessPolicy::safe()));
  return *one;
}

const std::vector<std::vector<std::byte>>& plans() {
  static const auto* all = [] {
    auto* made = new std::vector<std::vector<std::byte>>();
    for (const char* text : kStatements) {
      const Prepared prepared = session().prepare(text);
      made->push_back(
          to_bytes(*bind_query(*prepared.statement->as<sql::SelectStatement>().query, session())));
    }
    return made;
  }();
  return *all;
}

void check(std::span<const std::byte> bytes) {
  try {
    const AccessPolicy& access = session().database().policy();
    const NodeRef node = node_from_bytes(bytes, &access);
    const auto again = to_bytes(*node);
    ASSERT(equal(*node_from_bytes(again, &access), *node));
    const auto* plan = dynamic_cast<const PlanNode*>(node.get());
    if (plan == nullptr) return;
    print_plan(PlanRef(plan));
    print_plan(optimize(PlanRef(plan), session().settings(), session().session()));
  } catch (const Error& error) {
    ASSERT(error.code() != ErrorCode::kInternal);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Constants are folded: what they are called on may ask for any amount.
  const BudgetRef budget = Budget::create("fuzz", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  check(edited_bytes(plans(), {data, size}));
  return 0;
}
