#include "exec/sort/carried_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

#include "base/random.h"
#include "column/column_builder.h"
#include "kernel/compare.h"

namespace doline {
namespace {

/// Values about `middle`, as far as `reach` on each side; one of ten is NULL.
Column random_column(TypeRef type, Random& random, uint32_t rows, int64_t middle, uint64_t reach) {
  ColumnBuilder builder(type);
  for (uint32_t row = 0; row < rows; ++row) {
    const int64_t value =
        middle + static_cast<int64_t>(random.below(2 * reach + 1)) - static_cast<int64_t>(reach);
    if (random.below(10) == 0) {
      builder.append_null();
    } else if (type->is(TypeKind::kBool)) {
      builder.append_bool(value % 2 != 0);
    } else if (type->is(TypeKind::kDouble)) {
      builder.append(static_cast<double>(value) + random.unit());
    } else if (type->is(TypeKind::kFloat)) {
      builder.append(static_cast<float>(value));
    } else if (type->physical() == PhysicalType::kInt64) {
      builder.append(value);
    } else if (type->physical() == PhysicalType::kUInt64) {
      builder.append(static_cast<uint64_t>(value));
    } else if (type->physical() == PhysicalType::kInt32) {
      builder.append(static_cast<int32_t>(value));
    } else {
      builder.append(static_cast<int8_t>(value));
    }
  }
  return builder.seal();
}

std::vector<Column> entries_column(CarriedRows& rows, const std::vector<Column>& columns,
                                   std::vector<SortEntry>& entries) {
  entries.resize(columns[0].size());
  if (!rows.pack(columns, nullptr, columns[0].size(), entries.data())) return {};
  return rows.unpack(entries);
}

void expect_equal(const std::vector<Column>& given, const std::vector<Column>& back) {
  ASSERT_EQ(given.size(), back.size());
  for (size_t column = 0; column < given.size(); ++column) {
    ASSERT_EQ(given[column].type(), back[column].type());
    for (uint32_t row = 0; row < given[column].size(); ++row)
      ASSERT_TRUE(rows_equal(given[column], row, back[column], row)) << column << " at " << row;
  }
}

/// As SQL orders two rows by these keys.
int compare(const std::vector<Column>& columns, const std::vector<SortOrder>& orders,
            const std::vector<int>& keys, uint32_t a, uint32_t b, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const Column& key = columns[static_cast<size_t>(keys[i])];
    if (key.is_null(a) || key.is_null(b)) {
      if (key.is_null(a) && key.is_null(b)) continue;
      return key.is_null(a) == orders[i].nulls_first ? -1 : 1;
    }
    if (const int order = compare_rows(key, a, key, b))
      return orders[i].descending ? -order : order;
  }
  return 0;
}

TEST(CarriedRows, WordsAreInTheKeysOrderAndGiveTheRowsBack) {
  Random random(3);
  for (int round = 0; round < 16; ++round) {
    const std::vector<TypeRef> types = {Type::int64(), Type::int32(), Type::boolean(), Type::date(),
                                        Type::int8()};
    const std::vector<int> keys = {3, 0, 2};
    std::vector<SortOrder> orders;
    for (const int key : keys) {
      orders.push_back(
          {types[static_cast<size_t>(key)], random.below(2) == 0, random.below(2) == 0});
    }
    const auto rows = CarriedRows::create(types, orders, keys);
    ASSERT_TRUE(rows);
    for (uint32_t chunk = 1; chunk < 4; ++chunk) {  // later ones reach farther than the first
      const std::vector<Column> columns = {
          random_column(types[0], random, 700, -5'000'000'000, 40 * chunk),
          random_column(types[1], random, 700, 1 << 30, 900 * chunk),
          random_column(types[2], random, 700, 0, 5),
          random_column(types[3], random, 700, 9000, 2 * chunk),
          random_column(types[4], random, 700, 0, 100)};
      std::vector<SortEntry> entries;
      expect_equal(columns, entries_column(*rows, columns, entries));
      for (uint32_t a = 0; a < 700; ++a) {
        const auto b = static_cast<uint32_t>(random.below(700));
        const uint64_t mine = entries[a].word;
        const uint64_t its = entries[b].word;
        ASSERT_EQ((mine > its) - (mine < its), compare(columns, orders, keys, a, b, 3));
        for (size_t count = 1; count <= 3; ++count) {
          const uint64_t my_group = rows->begin_of_group(mine, count);
          const uint64_t its_group = rows->begin_of_group(its, count);
          ASSERT_LE(my_group, mine);
          ASSERT_EQ((my_group > its_group) - (my_group < its_group),
                    compare(columns, orders, keys, a, b, count));
        }
      }
    }
  }
}

TEST(CarriedRows, OneKeyOfSixtyFourBitsHasItsWholeType) {
  const int64_t greatest = std::numeric_limits<int64_t>::max();
  const auto column_of = [](std::vector<int64_t> values) {
    ColumnBuilder builder(Type::int64());
    for (const int64_t value : values) builder.append(value);
    return std::vector<Column>{builder.seal()};
  };
  for (const bool descending : {false, true}) {
    const auto rows =
        CarriedRows::create({Type::int64()}, {{Type::int64(), descending, !descending}}, {0});
    std::vector<SortEntry> entries;
    expect_equal(column_of({5, 6}), entries_column(*rows, column_of({5, 6}), entries));
    const std::vector<Column> far = column_of({-greatest, 0, greatest - 1});
    expect_equal(far, entries_column(*rows, far, entries));
    // NULL has one code of them all.
    const bool least = entries_column(*rows, column_of({-greatest - 1}), entries).empty();
    const bool most = entries_column(*rows, column_of({greatest}), entries).empty();
    EXPECT_TRUE(least != most);
  }
}

TEST(CarriedRows, RefusesWhatDoesNotFit) {
  Random random(4);
  const SortOrder by_int = {Type::int64(), false, false};
  // Types that have no words, keys that are computed.
  EXPECT_FALSE(CarriedRows::create({Type::int64(), Type::varchar()}, {by_int}, {0}));
  EXPECT_FALSE(CarriedRows::create({Type::hugeint()}, {{Type::hugeint(), false, false}}, {0}));
  EXPECT_FALSE(CarriedRows::create({Type::int64()}, {by_int}, {-1}));
  EXPECT_FALSE(CarriedRows::create({Type::int64()}, {}, {}));
  // Two keys whose first rows need all there is, and rows that come to lie too far away.
  std::vector<SortEntry> entries;
  const std::vector<TypeRef> two = {Type::int64(), Type::int64()};
  const std::vector<SortOrder> orders = {by_int, by_int};
  const auto wide = CarriedRows::create(two, orders, {0, 1});
  const uint64_t reach = uint64_t{1} << 40;
  EXPECT_TRUE(entries_column(*wide,
                             {random_column(two[0], random, 99, 0, reach),
                              random_column(two[1], random, 99, 0, reach)},
                             entries)
                  .empty());
  EXPECT_TRUE(entries_column(
                  *wide,
                  {random_column(two[0], random, 9, 0, 1), random_column(two[1], random, 9, 0, 1)},
                  entries)
                  .empty());
  const auto near = CarriedRows::create(two, orders, {0, 1});
  const auto given = [&](int64_t middle) {
    return std::vector<Column>{random_column(two[0], random, 99, middle, 1000),
                               random_column(two[1], random, 99, 0, 1000)};
  };
  EXPECT_FALSE(entries_column(*near, given(0), entries).empty());
  EXPECT_TRUE(entries_column(*near, given(int64_t{1} << 50), entries).empty());
  EXPECT_TRUE(entries_column(*near, given(-(int64_t{1} << 50)), entries).empty());
  EXPECT_FALSE(entries_column(*near, given(5000), entries).empty());
}

TEST(CarriedRows, FloatsKeepTheirBitsOrAreRefused) {
  const auto column_of = [](TypeRef type, double value) {
    ColumnBuilder builder(type);
    for (const double each : {1.5, -2.25, value}) {
      if (type->is(TypeKind::kFloat)) {
        builder.append(static_cast<float>(each));
      } else {
        builder.append(each);
      }
    }
    return builder.seal();
  };
  for (const TypeRef type : {Type::float32(), Type::float64()}) {
    for (const double value : {0.0, -0.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN(), -3e-9}) {
      const std::vector<Column> columns = {column_of(type, value), column_of(type, value)};
      const auto rows = CarriedRows::create({type, type}, {{type, false, false}}, {0});
      std::vector<SortEntry> entries;
      const std::vector<Column> back = entries_column(*rows, columns, entries);
      const bool is_minus_zero = value == 0 && std::signbit(value);
      ASSERT_EQ(back.empty(), is_minus_zero);
      if (is_minus_zero) continue;
      expect_equal(columns, back);
      EXPECT_EQ(std::memcmp(columns[1].values<void>(), back[1].values<void>(),
                            3 * (type->is(TypeKind::kFloat) ? 4 : 8)),
                0);
    }
  }
}

TEST(CarriedRows, NullsAloneAndNoRowsDecideNothingWrong) {
  const std::vector<TypeRef> types = {Type::int32(), Type::int64()};
  const auto rows = CarriedRows::create(types, {{types[0], false, false}}, {0});
  std::vector<SortEntry> entries;
  const std::vector<Column> nulls = {Column::null(types[0], 7), Column::null(types[1], 7)};
  expect_equal(nulls, entries_column(*rows, nulls, entries));
  Random random(9);
  const std::vector<Column> values = {random_column(types[0], random, 50, 0, 1 << 30),
                                      random_column(types[1], random, 50, 0, 1 << 30)};
  expect_equal(values, entries_column(*rows, values, entries));
}

}  // namespace
}  // namespace doline
