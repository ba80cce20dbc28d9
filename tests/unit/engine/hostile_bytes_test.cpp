// Plan bytes and tree bytes that somebody else made: each is refused as what it is, or is a plan
// that can be printed and optimized. Never a fault of our own, never a crash.
#include <gtest/gtest.h>

#include "bind/binder.h"
#include "engine/session.h"
#include "optimizer/optimizer.h"
#include "sql/parser.h"
#include "sql/tree_bytes.h"

namespace doline {
namespace {

Session& session() {
  static auto* one = new Session(std::make_shared<Database>(AccessPolicy::safe()));
  return *one;
}

using Bytes = std::vector<std::byte>;

Bytes plan_bytes(const char* text) {
  const Prepared prepared = session().prepare(text);
  return to_bytes(*bind_query(*prepared.statement->as<sql::SelectStatement>().query, session()));
}

/// "", or what they were refused for.
std::string refusal(const Bytes& bytes) {
  try {
    const AccessPolicy& access = session().database().policy();
    const NodeRef node = node_from_bytes(bytes, &access);
    EXPECT_TRUE(equal(*node_from_bytes(to_bytes(*node), &access), *node));
    if (const auto* plan = dynamic_cast<const PlanNode*>(node.get())) {
      print_plan(PlanRef(plan));
      optimize(PlanRef(plan), session().settings(), session().session());
    }
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::kInternal) << error.message();
    return error.message();
  }
  return {};
}

constexpr const char* kStatements[] = {
    "SELECT i % 3 AS k, sum(DISTINCT i) FILTER (WHERE i > 1), list(i ORDER BY i DESC) FROM "
    "range(10) t(i) GROUP BY k",
    "SELECT i, lag(i, 2, 5) OVER (ORDER BY i), sum(i) OVER (PARTITION BY i % 2 ROWS 1 PRECEDING) "
    "FROM range(9) t(i)",
    "SELECT a.i FROM range(9) a(i) LEFT JOIN range(5) b(i) ON a.i = b.i AND a.i > b.i + 2 ORDER BY "
    "a.i DESC LIMIT 3",
    "SELECT i IN (1, 2), CASE WHEN i > 2 THEN 'a' END, coalesce(i, 1) IS NULL FROM range(3) t(i) "
    "WHERE i > 1 OR i = 0",
    "SELECT list_transform([1, i], lambda x: x + i), TRY(1 // i), TRY_CAST('x' AS DATE) FROM "
    "range(3) t(i) LIMIT 10%",
    "SELECT random() BETWEEN i AND 5, CASE random() WHEN i THEN 'a' WHEN 2 THEN 'b' END FROM "
    "range(3) "
    "t(i) WHERE nullif(random(), i) > 0.5",
};

// Symptom: a child that the bytes leave out was a null pointer where plans are printed, a type that
// they leave out (255) one where calls are resolved.
TEST(PlanBytes, SurviveEveryByteLeftOutOrChanged) {
  for (const char* const text : kStatements) {
    Bytes bytes = plan_bytes(text);
    ASSERT_EQ(refusal(bytes), "") << text;
    size_t refused = 0;
    for (size_t at = 0; at < bytes.size(); ++at) {
      const std::byte kept = bytes[at];
      for (const std::byte changed :
           {std::byte{0}, std::byte{255}, kept ^ std::byte{1}, kept ^ std::byte{0x80}}) {
        bytes[at] = changed;
        refused += !refusal(bytes).empty();
      }
      bytes[at] = kept;
    }
    EXPECT_GT(refused, bytes.size()) << text;  // most of what there is means something
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_NE(refusal({bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)}), "") << text;
    }
  }
}

TEST(PlanBytes, ANodeWithoutItsChildIsRefusedByTheChildsName) {
  const PlanRef plan = bind_query(*session()
                                       .prepare("FROM range(3) t(i) WHERE i > 1")
                                       .statement->as<sql::SelectStatement>()
                                       .query,
                                  session());
  PlanRef at = plan;
  while (dynamic_cast<const FilterNode*>(at.get()) == nullptr) at = at->children()[0];
  const auto filter = make_ref<FilterNode>();
  filter->input = at->children()[0];
  EXPECT_EQ(refusal(to_bytes(*filter)), "plan bytes: no predicate");
}

// Symptom: the text of a decimal literal without a point was read beyond its end.
TEST(TreeBytes, ADecimalNeedsNoPoint) {
  Bytes bytes = sql::to_bytes(*sql::parse_statement("SELECT 12.5"));
  const auto point = std::find(bytes.begin(), bytes.end(), std::byte{'.'});
  ASSERT_NE(point, bytes.end());
  *point = std::byte{'0'};
  const sql::StatementRef tree = sql::statement_from_bytes(bytes);
  const PlanRef plan = bind_query(*tree->as<sql::SelectStatement>().query, session());
  EXPECT_EQ(plan->schema.at(0).type, Type::decimal(4, 0));
}

}  // namespace
}  // namespace doline
