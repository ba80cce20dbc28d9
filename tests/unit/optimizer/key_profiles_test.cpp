// What is thought of joined relations whose true rows are known.
#include "optimizer/key_profiles.h"

#include <gtest/gtest.h>

#include <map>

#include "optimizer/estimates.h"
#include "sampled_table.h"

namespace doline {
namespace {

class KeyProfilesOf : public testing::Test, public Sampler {
 protected:
  KeyProfilesOf() { estimates().use(*this); }
  TableSampleRef sample(const TableRef& table, const std::vector<uint32_t>&) override {
    return static_cast<const SampledTable&>(*table).sample();
  }
  Estimates& estimates() { return EstimateScope::current(); }

  /// A relation more; what it keeps has less than `below` in its last column.
  void add(std::vector<Values> columns, std::optional<int64_t> below = {},
           bool is_clustered = false) {
    add_table(make_ref<SampledTable>(std::move(columns), is_clustered), below);
  }
  void add_table(const TableRef& table, std::optional<int64_t> below = {}) {
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < table->schema().size(); ++i) all.push_back(i);
    std::vector<ExprRef> filters;
    if (below)
      filters.push_back(CallExpr::create("<", {ColumnExpr::create(all.back(), Type::int64(), "c"),
                                               ConstantExpr::create(Value::integer(*below))}));
    JoinedRelation made;
    made.plan = ScanNode::create(table, all, filters);
    made.first_column = width_;
    width_ += static_cast<uint32_t>(all.size());
    relations_.push_back(std::move(made));
  }
  /// Columns that are equal: of a relation and its own number each.
  void equal(const std::vector<std::pair<uint32_t, uint32_t>>& columns) {
    EqualColumns made;
    for (const auto& [relation, own] : columns) {
      const JoinedRelation& of = relations_[relation];
      estimates().want(of.plan, own);
      made.members.push_back({relation, of.first_column + own, 1});
      made.relations |= RelationSet{1} << relation;
    }
    keys_.push_back(std::move(made));
  }
  KeyProfiles profiles() {
    for (JoinedRelation& relation : relations_) {
      relation.rows = std::max(1e-3, estimates().rows(relation.plan));
      relation.all_rows = std::max(relation.rows, estimates().all_rows(relation.plan));
    }
    for (EqualColumns& key : keys_) {
      for (auto& member : key.members) {
        const JoinedRelation& of = relations_[member.relation];
        member.distinct = estimates().column(of.plan, member.column - of.first_column).distinct;
      }
    }
    return KeyProfiles(relations_, keys_);
  }

  void clear() {
    relations_.clear();
    keys_.clear();
    width_ = 0;
  }

  const EstimateScope scope_;

 private:
  std::vector<JoinedRelation> relations_;
  std::vector<EqualColumns> keys_;
  uint32_t width_ = 0;
};

/// Rows of relations joined by one key, of which only values that `keeps` are.
double joined(const std::vector<Values>& keys, const std::function<bool(int64_t)>& keeps = {}) {
  std::map<int64_t, std::vector<double>> counts;
  for (size_t i = 0; i < keys.size(); ++i) {
    for (const int64_t value : keys[i]) {
      auto& of = counts[value];
      of.resize(keys.size());
      ++of[i];
    }
  }
  double rows = 0;
  for (const auto& [value, of] : counts) {
    double product = value != kNoValue && (!keeps || keeps(value)) ? 1 : 0;
    for (const double count : of) product *= count;
    rows += product;
  }
  return rows;
}
void expect_near(double estimate, double rows, double factor) {
  EXPECT_LE(estimate, rows * factor);
  EXPECT_GE(estimate, rows / factor);
}

TEST_F(KeyProfilesOf, EvenValues) {
  const Values a = drawn(200'000, 20'000, 0, 1), b = drawn(100'000, 20'000, 0, 2);
  add({a});
  add({b});
  equal({{0, 0}, {1, 0}});
  expect_near(*profiles().rows(0b11), joined({a, b}), 1.1);
}

TEST_F(KeyProfilesOf, FewValuesThatMostRowsOfAllRelationsHave) {
  const Values a = drawn(200'000, 20'000, 0.9, 1), b = drawn(100'000, 20'000, 0.9, 2),
               c = drawn(50'000, 20'000, 0.9, 3);
  for (const Values& values : {a, b, c}) add({values});
  equal({{0, 0}, {1, 0}, {2, 0}});
  KeyProfiles made = profiles();
  expect_near(*made.rows(0b011), joined({a, b}), 1.1);
  expect_near(*made.rows(0b110), joined({b, c}), 1.1);
  expect_near(*made.rows(0b111), joined({a, b, c}), 1.2);
}

TEST_F(KeyProfilesOf, AFilterThatKeepsWhatIsSeldom) {
  const Values a = drawn(200'000, 20'000, 0.9, 1), b = drawn(100'000, 20'000, 0.9, 2);
  Values fame;
  for (const int64_t value : numbers(20'000)) fame.push_back(20'000 - value);
  add({numbers(20'000), fame}, 10'000);
  add({a});
  add({b});
  equal({{0, 0}, {1, 0}, {2, 0}});
  KeyProfiles made = profiles();
  const auto keeps = [](int64_t value) { return value > 10'000; };
  expect_near(*made.rows(0b011), joined({a, numbers(20'000)}, keeps), 1.3);
  expect_near(*made.rows(0b110), joined({a, b}), 1.1);
  expect_near(*made.rows(0b111), joined({a, b, numbers(20'000)}, keeps), 3);
}

TEST_F(KeyProfilesOf, WhichFrequentValuesFewKeptRowsHaveIsLuck) {
  const Values b = drawn(100'000, 20'000, 0.9, 2), c = drawn(100'000, 20'000, 0.9, 3);
  double off = 0;
  for (uint64_t seed = 10; seed < 20; ++seed) {
    const Values a = drawn(200'000, 20'000, 0.9, seed), kind = drawn(200'000, 400, 0, seed + 100);
    Values kept;
    for (size_t i = 0; i < a.size(); ++i) {
      if (kind[i] == 0) kept.push_back(a[i]);
    }
    clear();
    add({a, kind}, 1);
    add({b});
    add({c});
    equal({{0, 0}, {1, 0}, {2, 0}});
    off += std::abs(std::log(*profiles().rows(0b111) / joined({kept, b, c}))) / 10;
  }
  EXPECT_LT(off, std::log(1.5));
}

TEST_F(KeyProfilesOf, WhichFrequentValuesAreKeptIsNoLuckWhereTheyDiffer) {
  // Of half of the frequent values all rows are kept, of the others none.
  const Values a = drawn(200'000, 20'000, 0.9, 1), b = drawn(100'000, 20'000, 0.9, 2);
  Values odd;
  for (const int64_t value : a) odd.push_back(value < 100 ? value / 5 % 2 : 2);
  add({a, odd}, 1);
  add({b});
  equal({{0, 0}, {1, 0}});
  const auto keeps = [](int64_t value) { return value < 100 && value / 5 % 2 == 0; };
  expect_near(*profiles().rows(0b11), joined({a, b}, keeps), 1.1);
}

TEST_F(KeyProfilesOf, FiltersReachThroughARelationToItsOtherKeys) {
  // What has a low value of one key has a low value of the other.
  const Values films = drawn(200'000, 20'000, 0.9, 1), other = drawn(50'000, 20'000, 0.9, 2);
  Values kinds;
  for (const int64_t film : films) kinds.push_back(film < 100 ? 0 : 1 + film % 9);
  add({films, kinds});
  add({numbers(10)}, 1);
  add({other});
  equal({{0, 0}, {2, 0}});
  equal({{0, 1}, {1, 0}});
  KeyProfiles made = profiles();
  expect_near(*made.rows(0b111), joined({films, other}, [](int64_t film) { return film < 100; }),
              1.2);
}

TEST_F(KeyProfilesOf, NullsJoinNothing) {
  Values a = drawn(100'000, 1000, 0.5, 1);
  for (size_t i = 0; i < a.size(); i += 2) a[i] = kNoValue;
  const Values b = drawn(100'000, 1000, 0.5, 2);
  add({a});
  add({b});
  equal({{0, 0}, {1, 0}});
  expect_near(*profiles().rows(0b11), joined({a, b}), 1.1);
}

TEST_F(KeyProfilesOf, WhatNoRowOfASampleIsKeptOfIsNotNothing) {
  const Values a = drawn(100'000, 1000, 0.9, 1), b = drawn(100'000, 1000, 0.9, 2);
  add({a, numbers(100'000)}, 0);
  add({b});
  equal({{0, 0}, {1, 0}});
  const double rows = *profiles().rows(0b11);
  EXPECT_GT(rows, 0);
  EXPECT_LT(rows, joined({a, b}) / 1000);
}

TEST_F(KeyProfilesOf, StretchesOfTwoTablesInOrderSayNothingOfEachOther) {
  Values a = drawn(100'000, 50'000, 0, 1), b = drawn(100'000, 50'000, 0, 2);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  add({a}, {}, true);
  add({b}, {}, true);
  equal({{0, 0}, {1, 0}});
  expect_near(*profiles().rows(0b11), joined({a, b}), 1.2);
}

TEST_F(KeyProfilesOf, ATableTwice) {
  const Values a = drawn(200'000, 20'000, 0.5, 1);
  const auto table = make_ref<SampledTable>(std::vector<Values>{a});
  add_table(table);
  add_table(table);
  equal({{0, 0}, {1, 0}});
  expect_near(*profiles().rows(0b11), joined({a, a}), 1.2);
}

TEST_F(KeyProfilesOf, KeysThatMakeACycle) {
  const Values a = drawn(10'000, 100, 0, 1), b = drawn(10'000, 100, 0, 2);
  for (size_t i = 0; i < 2; ++i) add({a, b});
  equal({{0, 0}, {1, 0}});
  equal({{0, 1}, {1, 1}});
  EXPECT_FALSE(profiles().rows(0b11));
}

TEST_F(KeyProfilesOf, WhatNothingConnectsIsMultiplied) {
  const Values a = drawn(1000, 100, 0, 1);
  for (size_t i = 0; i < 3; ++i) add({a});
  equal({{0, 0}, {1, 0}});
  EXPECT_DOUBLE_EQ(*profiles().rows(0b101), 1e6);
}

}  // namespace
}  // namespace doline
