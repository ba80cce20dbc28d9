// Binding: any text that parses binds to a plan that survives its bytes and the optimizer, or is
// an error with a place inside the text; never a fault of our own. Nothing is run.
// links: engine
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "bind/binder.h"
#include "engine/session.h"
#include "memory/budget.h"
#include "optimizer/optimizer.h"
#include "plan/plan_node.h"

namespace {

using namespace doline;

Session& session() {
  static auto* one = [] {
    auto* made = new Session(std::make_shared<Database>(AccessPolicy::safe()));
    for (const char* text : {"CREATE TABLE t(a INTEGER, b VARCHAR, c DOUBLE, d DATE, l INTEGER[], "
                             "s STRUCT(x INTEGER, y VARCHAR), j JSON)",
                             "CREATE TABLE u(a BIGINT, k DECIMAL(10, 2), m MAP(VARCHAR, INTEGER))",
                             "CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a"}) {
      made->run(text);
    }
    return made;
  }();
  return *one;
}

void check(std::string_view text) {
  try {
    for (const Prepared& prepared : session().parse(text)) {
      const auto* select = prepared.statement->get_if<sql::SelectStatement>();
      if (select == nullptr) continue;
      const PlanRef plan =
          bind_query(*select->query, session(), {{"1", Value::integer(Type::int32(), 1)}});
      through_wire(plan, session().database().policy());
      through_wire(optimize(plan, session().settings(), session().session()),
                   session().database().policy());
    }
  } catch (const Error& error) {
    ASSERT(error.code() != ErrorCode::kInternal);
    error.render(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Constants are folded: what they are called on may ask for any amount.
  const BudgetRef budget = Budget::create("fuzz", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  check({reinterpret_cast<const char*>(data), size});
  return 0;
}
