// Among how many values pairs of rows are thought to be spread that are equal in two columns.
#include <gtest/gtest.h>

#include <map>

#include "optimizer/estimates.h"
#include "sampled_table.h"

namespace doline {
namespace {

using Columns = std::vector<Values>;

class CombinationsOf : public testing::Test, public Sampler {
 protected:
  CombinationsOf() { estimates().use(*this); }
  TableSampleRef sample(const TableRef& table, const std::vector<uint32_t>&) override {
    return static_cast<const SampledTable&>(*table).sample();
  }
  Estimates& estimates() { return EstimateScope::current(); }

  /// Of two columns, of which a sample was taken; what it keeps is equal to `kept` in the first.
  PlanRef scan(Columns columns, bool is_clustered = false, std::optional<int64_t> kept = {}) {
    const TableRef table = make_ref<SampledTable>(std::move(columns), is_clustered);
    std::vector<ExprRef> filters;
    if (kept)
      filters.push_back(CallExpr::create("=", {ColumnExpr::create(0, Type::int64(), "c0"),
                                               ConstantExpr::create(Value::integer(*kept))}));
    PlanRef made = ScanNode::create(table, {0, 1}, filters);
    for (const uint32_t column : {0, 1}) estimates().want(made, column);
    estimates().sampled_key(made, 0);
    return made;
  }
  double between(const PlanRef& left, const PlanRef& right) {
    return estimates().values_between(left, {0, 1}, right, {0, 1});
  }

  const EstimateScope scope_;
};

double rows_of(const Columns& table) { return static_cast<double>(table[0].size()); }

/// Rows of two tables with the same combination.
double joined(const Columns& left, const Columns& right) {
  std::map<std::pair<int64_t, int64_t>, double> counts;
  for (size_t i = 0; i < left[0].size(); ++i) ++counts[{left[0][i], left[1][i]}];
  double rows = 0;
  for (size_t i = 0; i < right[0].size(); ++i) rows += counts[{right[0][i], right[1][i]}];
  return rows;
}
void expect_near(double estimate, double truth, double factor) {
  EXPECT_LE(estimate, truth * factor);
  EXPECT_GE(estimate, truth / factor);
}

/// Each part has four suppliers, of 100.
int64_t supplier_of(int64_t part, int64_t which) { return (part + which * 25) % 100; }
Columns parts_and_suppliers(int64_t parts) {
  Columns made(2);
  for (int64_t part = 0; part < parts; ++part) {
    for (int64_t which = 0; which < 4; ++which) {
      made[0].push_back(part);
      made[1].push_back(supplier_of(part, which));
    }
  }
  return made;
}
Columns sold(size_t rows, size_t parts, double skew) {
  Columns made{drawn(rows, parts, skew, 1), drawn(rows, 4, 0, 2)};
  for (size_t i = 0; i < rows; ++i) made[1][i] = supplier_of(made[0][i], made[1][i]);
  return made;
}

TEST_F(CombinationsOf, FewThatManyRowsHave) {
  const Columns all = parts_and_suppliers(20'000), many = sold(600'000, 20'000, 0);
  const double truth = rows_of(all) * rows_of(many) / joined(many, all);
  expect_near(between(scan(many), scan(all)), truth, 1.2);
  // As many as rows that are there, which lie in the order of their parts, do not tell.
  expect_near(between(scan(many), scan(all, true)), truth, 1.3);
}

TEST_F(CombinationsOf, FewThatMostRowsHave) {
  const Columns all = parts_and_suppliers(20'000), many = sold(600'000, 20'000, 0.9);
  expect_near(between(scan(many), scan(all)), rows_of(all) * rows_of(many) / joined(many, all),
              1.3);
}

TEST_F(CombinationsOf, ThoseThatTwoTablesMakeByChance) {
  const Columns left{drawn(200'000, 2000, 0, 1), drawn(200'000, 2000, 0, 2)};
  const Columns right{drawn(100'000, 2000, 0, 3), drawn(100'000, 2000, 0, 4)};
  expect_near(between(scan(left), scan(right)),
              rows_of(left) * rows_of(right) / joined(left, right), 1.5);
}

TEST_F(CombinationsOf, EachRowHasItsOwn) {
  Columns left{drawn(400'000, 2000, 0, 1), numbers(400'000)}, right(2);
  for (size_t i = 0; i < 400'000; i += 4) {
    for (size_t column : {0, 1}) right[column].push_back(left[column][i]);
  }
  expect_near(between(scan(left), scan(right)), 400'000, 2);
}

TEST_F(CombinationsOf, TablesInTheOrderOfTheirFirstColumnTellNothing) {
  const Columns all = parts_and_suppliers(100'000);
  expect_near(between(scan(all, true), scan(all, true)), 400'000, 1.01);
}

TEST_F(CombinationsOf, AFilterOfAColumnLeavesFewOfThem) {
  const Columns all = parts_and_suppliers(2000), many = sold(600'000, 2000, 0);
  expect_near(between(scan(many, false, 7), scan(all, false, 7)), 4, 1.2);
}

TEST_F(CombinationsOf, AWholeTable) {
  const Columns all = parts_and_suppliers(1000);
  EXPECT_DOUBLE_EQ(between(scan(all), scan(all)), 4000);
}

TEST_F(CombinationsOf, NullsAreEqualToNothing) {
  Columns all = parts_and_suppliers(20'000), many = sold(600'000, 20'000, 0);
  const double truth = rows_of(all) * rows_of(many) / joined(many, all);
  for (size_t i = 0; i < many[0].size(); i += 2) many[i / 2 % 2][i] = kNoValue;
  expect_near(between(scan(many), scan(all)), truth, 1.2);
}

}  // namespace
}  // namespace doline
