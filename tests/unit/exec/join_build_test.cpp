#include "exec/join/join_build.h"

#include <gtest/gtest.h>

#include <thread>

#include "../rows/memory_spill.h"
#include "base/random.h"
#include "column/column_builder.h"
#include "plan/plan_node.h"

namespace doline {
namespace {

Chunk numbers(uint32_t count) {
  ColumnBuilder builder(Type::int64());
  for (uint32_t i = 0; i < count; ++i) builder.append(int64_t{i});
  return Chunk({builder.seal()}, count);
}

uint64_t rows_of(HashJoinState& state) {
  if (!state.external) return state.table.row_count();
  uint64_t rows = 0;
  for (uint32_t bucket = 0; bucket < JoinBits::kCount; ++bucket) {
    for (const SpilledPage& page : state.build_buckets.pages(bucket)) rows += page.rows;
  }
  return rows;
}

// Symptom: a join's result lacked rows where one task sent the build side to disk just as another
// came to its end.
TEST(JoinBuild, NoRowIsLostWhereAnotherTaskGoesToDiskMeanwhile) {
  constexpr uint32_t kRows = 10;
  const PlanRef values = ValuesNode::create({{"k", Type::int64()}}, {}, 0);
  const ExprRef key = ColumnExpr::create(0, Type::int64(), "k");
  const PlanRef plan = JoinNode::create(values, values, JoinKind::kInner, {key}, {key});
  auto& node = const_cast<JoinNode&>(static_cast<const JoinNode&>(*plan));
  node.runtime_filters = {1};
  RuntimeFilters filters;
  const auto scan = make_ref<ScanNode>();
  // So that the end of a task takes a while.
  for (int i = 0; i < 400; ++i) filters.subscribe(1, *scan, 0);
  QueryContext context;
  context.budget = Budget::create("query", Budget::process());
  const Chunk chunk = numbers(kRows);
  Random random(1);
  for (int round = 0; round < 1000; ++round) {
    context.spill = make_ref<MemorySpill>();
    const auto state = std::make_shared<HashJoinState>(node, context, filters, std::vector<bool>());
    const std::shared_ptr<Sink> sink = make_join_build(state);
    const std::unique_ptr<LocalState> local = sink->local(context);
    ASSERT_EQ(sink->consume(chunk, *local, Waker()), Flow::kNeedInput);
    const uint64_t pause = random.below(40000);
    std::atomic<bool> begins{false};
    std::thread other([&] {
      while (!begins) {
      }
      for (std::atomic<uint64_t> i = 0; i < pause; ++i) {
      }
      state->external = true;
    });
    begins = true;
    sink->combine(*local);
    other.join();
    while (!sink->finish().empty()) {
    }
    ASSERT_EQ(rows_of(*state), kRows) << "round " << round;
  }
}

}  // namespace
}  // namespace doline
