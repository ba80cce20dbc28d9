#include "expr/filter_order.h"

#include <gtest/gtest.h>

#include "column/column_writer.h"

namespace doline {
namespace {

constexpr uint32_t kRows = kChunkRows;

Chunk numbers() {
  ColumnWriter writer(Type::int64(), kRows);
  for (uint32_t row = 0; row < kRows; ++row) writer.values<int64_t>()[row] = row;
  return Chunk({writer.seal(kRows)}, kRows);
}

ExprRef number_and(std::string_view name, int64_t value) {
  return CallExpr::create(name, {ColumnExpr::create(0, Type::int64(), "n"),
                                 ConstantExpr::create(Value::integer(Type::int64(), value))});
}

FilterOrder::Filter filter_of(const ExprRef& predicate, bool is_delicate = false) {
  return {Program::compile_predicate(predicate, {}), is_delicate};
}

std::vector<uint32_t> order_after(const FilterOrder& filters, uint32_t chunks) {
  FilterOrder::Run run(filters);
  for (uint32_t i = 0; i < chunks; ++i) {
    Chunk chunk = numbers();
    run.narrow(chunk);
  }
  const auto order = run.order();
  return {order.begin(), order.end()};
}

TEST(FilterOrder, RanksByTheTimeThatDroppingARowTakes) {
  const FilterFigures cheap{.rows = 4096, .kept = 2048, .time = Duration(1000)};
  const FilterFigures dear{.rows = 4096, .kept = 2048, .time = Duration(9000)};
  const FilterFigures dear_but_strict{.rows = 4096, .kept = 0, .time = Duration(1500)};
  const FilterFigures useless{.rows = 4096, .kept = 4096, .time = Duration(10)};
  EXPECT_LT(cheap.rank(), dear.rank());
  EXPECT_LT(dear_but_strict.rank(), cheap.rank());
  EXPECT_LT(dear.rank(), useless.rank());
  EXPECT_TRUE(cheap.is_known());
  EXPECT_FALSE(FilterFigures{.rows = 100}.is_known());
}

TEST(FilterOrder, PutsWhatDropsRowsBeforeWhatDropsNone) {
  // The first drops none, however long any of them is kept waiting.
  const FilterOrder filters({filter_of(number_and(">=", 0)), filter_of(number_and("<", 0)),
                             filter_of(number_and("<", 1000))},
                            true);
  const auto order = order_after(filters, 64);
  EXPECT_EQ(order.back(), 0U);
}

TEST(FilterOrder, KeepsDelicateFiltersBehindInTheirOrder) {
  const FilterOrder filters(
      {filter_of(number_and(">=", 0), true), filter_of(number_and("<", 0), true),
       filter_of(number_and(">=", 0)), filter_of(number_and("<", 10))},
      true);
  EXPECT_EQ(order_after(filters, 0), (std::vector<uint32_t>{2, 3, 0, 1}));
  EXPECT_EQ(order_after(filters, 64), (std::vector<uint32_t>{3, 2, 0, 1}));
}

TEST(FilterOrder, KeepsTheOrderWhereItIsToldTo) {
  const FilterOrder filters({filter_of(number_and(">=", 0)), filter_of(number_and("<", 0))}, false);
  EXPECT_EQ(order_after(filters, 64), (std::vector<uint32_t>{0, 1}));
}

TEST(FilterOrder, LeavesTheRowsThatPassAll) {
  const FilterOrder filters({filter_of(number_and(">=", 5)), filter_of(number_and("<>", 7), true),
                             filter_of(number_and("<", 10))},
                            true);
  FilterOrder::Run run(filters);
  for (int i = 0; i < 20; ++i) {
    Chunk chunk = numbers();
    run.narrow(chunk);
    std::vector<uint32_t> rows;
    chunk.active.for_each([&](uint32_t row) { rows.push_back(row); });
    EXPECT_EQ(rows, (std::vector<uint32_t>{5, 6, 8, 9}));
  }
  Chunk empty = numbers();
  empty.active = Selection::all(0);
  run.narrow(empty);
  EXPECT_TRUE(empty.active.empty());
}

}  // namespace
}  // namespace doline
