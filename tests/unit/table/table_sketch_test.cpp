#include "table/table_sketch.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "column/column_builder.h"

namespace doline {
namespace {

constexpr uint64_t kRows = 600'000;  // so many that only some are counted
/// HyperLogLog of 1,024 registers is some 3 % off, and a drawn part of the rows adds to that.
constexpr double kTolerance = 0.15;

/// What a sketch says of `value(row)` for each of the rows, added a chunk at a time.
template <class ValueOf>
ColumnStatistics sketched(TypeRef type, ValueOf&& value) {
  const Schema schema{{"c", type}};
  TableSketch sketch(schema);
  for (uint64_t begin = 0; begin < kRows; begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(kChunkRows, kRows - begin));
    ColumnBuilder builder(type);
    for (uint32_t i = 0; i < count; ++i) {
      if (const auto one = value(begin + i)) {
        builder.append<int64_t>(*one);
      } else {
        builder.append_null();
      }
    }
    sketch.add(Chunk({builder.seal()}, count));
  }
  return sketch.column(0, kRows);
}

std::optional<int64_t> scattered(uint64_t row, uint64_t values) {
  return static_cast<int64_t>(hash_u64(row) % values);
}

void expect_about(const ColumnStatistics& of, double values) {
  ASSERT_TRUE(of.distinct_count.has_value());
  EXPECT_NEAR(static_cast<double>(*of.distinct_count), values, values * kTolerance);
}

TEST(TableSketch, CountsValuesOfManyRowsByAPartOfThem) {
  expect_about(sketched(Type::int64(), [](uint64_t row) { return std::optional<int64_t>(row); }),
               kRows);
  expect_about(sketched(Type::int64(), [](uint64_t row) { return scattered(row, 100); }), 100);
  expect_about(sketched(Type::int64(), [](uint64_t row) { return scattered(row, 20'000); }),
               20'000);
  // In order: what is drawn of a chunk shows as much of its few values as another would.
  expect_about(
      sketched(Type::int64(), [](uint64_t row) { return std::optional<int64_t>(row / 30); }),
      kRows / 30.0);
}

TEST(TableSketch, KnowsBoundsAndNullsOfEveryRow) {
  // The bounds are in one row each, which no draw would meet.
  const ColumnStatistics of = sketched(Type::int64(), [](uint64_t row) -> std::optional<int64_t> {
    if (row == 12'345) return -77;
    if (row == 543'210) return 1'000'000'007;
    if (row % 10 == 0) return std::nullopt;
    return static_cast<int64_t>(row % 50);
  });
  EXPECT_EQ(of.min, Value::integer(-77));
  EXPECT_EQ(of.max, Value::integer(1'000'000'007));
  EXPECT_EQ(of.null_count, kRows / 10 - 1);  // 543,210 is one of the tenth
}

TEST(TableSketch, OfNothingButNullsHasNoValues) {
  const ColumnStatistics of =
      sketched(Type::int64(), [](uint64_t) { return std::optional<int64_t>(); });
  EXPECT_EQ(of.null_count, kRows);
  EXPECT_EQ(of.distinct_count.value_or(0), 0U);
  EXPECT_FALSE(of.min.has_value());
}

TEST(TableSketch, MergedIsOfAllRows) {
  const Schema schema{{"c", Type::int64()}};
  TableSketch sketch(schema), other(schema);
  for (int64_t begin = 0; begin < 100 * int64_t{kChunkRows}; begin += kChunkRows) {
    ColumnBuilder builder(Type::int64());
    for (int64_t i = 0; i < kChunkRows; ++i) builder.append<int64_t>(begin + i);
    (begin / kChunkRows % 2 == 0 ? sketch : other).add(Chunk({builder.seal()}, kChunkRows));
  }
  sketch.merge(other);
  constexpr uint64_t kAll = 100 * uint64_t{kChunkRows};
  expect_about(sketch.column(0, kAll), kAll);
  EXPECT_EQ(sketch.column(0, kAll).min, Value::integer(0));
  EXPECT_EQ(sketch.column(0, kAll).max, Value::integer(static_cast<int64_t>(kAll) - 1));
}

}  // namespace
}  // namespace doline
