#include "kernel/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "column/column_builder.h"
#include "column/physical.h"
#include "kernel/cast.h"
#include "kernel/hash_column.h"
#include "kernel/simd.h"
#include "kernel/variants/compare_kernels.h"

namespace doline {
namespace {

constexpr Comparison kAll[] = {Comparison::kEqual,   Comparison::kNotEqual,
                               Comparison::kLess,    Comparison::kLessEqual,
                               Comparison::kGreater, Comparison::kGreaterEqual};

bool expected(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

/// Few distinct values, edges among them, and NULLs.
Column random_column(TypeRef type, Random& random, uint32_t rows, bool nulls = true) {
  ColumnBuilder builder(type, rows);
  for (uint32_t row = 0; row < rows; ++row) {
    if (nulls && random.below(6) == 0) {
      builder.append_null();
      continue;
    }
    const auto pick = static_cast<int64_t>(random.below(7));
    switch (type->physical()) {
      case PhysicalType::kBool:
        builder.append_bool(pick % 2 == 0);
        break;
      case PhysicalType::kString:
        builder.append_text(
            std::string(pick < 4 ? "" : "a common begin of a text ") +
            std::string(static_cast<size_t>(pick % 4), static_cast<char>('a' + pick)));
        break;
      case PhysicalType::kInterval:
        builder.append(Interval{static_cast<int32_t>(pick % 2), static_cast<int32_t>(pick % 3 * 30),
                                pick % 2 * 86'400'000'000});
        break;
      case PhysicalType::kList:
        for (int64_t i = 0; i < pick % 3; ++i) {
          random.below(3) == 0 ? builder.child().append_null()
                               : builder.child().append(static_cast<int32_t>(random.below(2)));
        }
        builder.finish_list();
        break;
      case PhysicalType::kStruct:
        builder.child(0).append(static_cast<int32_t>(pick % 2));
        pick == 5 ? builder.child(1).append_null()
                  : builder.child(1).append_text(pick % 3 == 0 ? "x" : "y");
        builder.finish_struct();
        break;
      case PhysicalType::kFloat:
      case PhysicalType::kDouble: {
        const double values[] = {0.0, -0.0, 1.5, -1.5, std::nan(""), INFINITY, -INFINITY};
        type->is(TypeKind::kFloat) ? builder.append(static_cast<float>(values[pick]))
                                   : builder.append(values[pick]);
        break;
      }
      default:
        dispatch_numeric(type->physical(), [&]<class T>() {
          const T values[] = {
              T(0),  T(1), T(2), std::numeric_limits<T>::min(), std::numeric_limits<T>::max(),
              T(-1), T(7)};
          builder.append(values[pick]);
        });
    }
  }
  return builder.seal();
}

std::vector<TypeRef> every_physical_type() {
  return {Type::boolean(),
          Type::int8(),
          Type::int16(),
          Type::int32(),
          Type::int64(),
          Type::hugeint(),
          Type::uint8(),
          Type::uint16(),
          Type::uint32(),
          Type::uint64(),
          Type::float32(),
          Type::float64(),
          Type::varchar(),
          Type::interval(),
          Type::list(Type::int32()),
          Type::structure({{"a", Type::int32()}, {"b", Type::varchar()}})};
}

TEST(Compare, ColumnsAgreeWithRowsInEveryShape) {
  Random random(1);
  for (const TypeRef type : every_physical_type()) {
    const uint32_t rows = 333;
    const Column a = random_column(type, random, rows);
    const Column b = random_column(type, random, rows);
    const uint32_t valid = 5;
    uint32_t at = 0;
    while (b.is_null(at)) ++at;
    const Column constant = Column::constant(b.gather(&at, 1).flatten(), rows);
    std::vector<uint64_t> some(words_for_bits(rows));
    for (uint32_t row = 0; row < rows; row += valid) set_bit(some.data(), row);
    for (const Selection& active :
         {Selection::all(rows), Selection::from_bits(some.data(), rows)}) {
      for (const auto& [left, right] :
           {std::pair(a, b), std::pair(a, constant), std::pair(constant, a)}) {
        for (const Comparison comparison : kAll) {
          std::vector<uint64_t> bits(words_for_bits(rows), 0x5555555555555555ULL);
          compare_columns(comparison, left, right, active, bits.data());
          active.for_each([&](uint32_t row) {
            if (left.is_null(row) || right.is_null(row)) return;
            EXPECT_EQ(test_bit(bits.data(), row),
                      expected(comparison, compare_rows(left, row, right, row)))
                << type->name() << " row " << row << " comparison " << static_cast<int>(comparison);
          });
        }
        std::vector<uint64_t> bits(words_for_bits(rows));
        compare_not_distinct(left, right, active, bits.data());
        active.for_each([&](uint32_t row) {
          EXPECT_EQ(test_bit(bits.data(), row), rows_equal(left, row, right, row));
        });
      }
    }
  }
}

TEST(Compare, RowsAreOrderedTotally) {
  Random random(2);
  for (const TypeRef type : every_physical_type()) {
    const Column column = random_column(type, random, 40);
    for (uint32_t i = 0; i < 40; ++i) {
      EXPECT_EQ(compare_rows(column, i, column, i), 0) << type->name();
      for (uint32_t j = 0; j < 40; ++j) {
        EXPECT_EQ(compare_rows(column, i, column, j), -compare_rows(column, j, column, i))
            << type->name();
        if (column.is_null(i) && !column.is_null(j)) {
          EXPECT_EQ(compare_rows(column, i, column, j), 1) << "NULL comes last";
        }
        for (uint32_t k = 0; k < 40; k += 7) {
          if (compare_rows(column, i, column, j) <= 0 && compare_rows(column, j, column, k) <= 0) {
            EXPECT_LE(compare_rows(column, i, column, k), 0) << type->name();
          }
        }
      }
    }
  }
}

TEST(Compare, VariantsEqualTheScalarTwin) {
  Random random(3);
  const TypeRef types[] = {Type::int8(),    Type::int16(),   Type::int32(),  Type::int64(),
                           Type::hugeint(), Type::uint8(),   Type::uint16(), Type::uint32(),
                           Type::uint64(),  Type::float32(), Type::float64()};
  for (size_t type = 0; type < kLaneTypes; ++type) {
    for (const uint32_t rows : {1U, 63U, 64U, 65U, 200U}) {
      const Column a = random_column(types[type], random, rows, false);
      const Column b = random_column(types[type], random, rows, false);
      for (size_t order = 0; order < kLaneOrders; ++order) {
        for (size_t shape = 0; shape < kLaneShapes; ++shape) {
          std::vector<uint64_t> plain(words_for_bits(rows));
          scalar::kCompareKernels.lanes[type][order][shape](a.values<void>(), b.values<void>(),
                                                            rows, plain.data());
          for (const auto& [level, kernels] :
               {std::pair(SimdLevel::kAvx2, &avx2::kCompareKernels),
                std::pair(SimdLevel::kAvx512, &avx512::kCompareKernels)}) {
            if (!cpu_has(level)) continue;
            std::vector<uint64_t> bits(words_for_bits(rows));
            kernels->lanes[type][order][shape](a.values<void>(), b.values<void>(), rows,
                                               bits.data());
            EXPECT_EQ(bits, plain) << types[type]->name() << " " << name_of(level);
          }
        }
      }
    }
  }
}

/// As a dictionary column over its distinct rows.
Column encoded(const Column& column) {
  std::vector<uint32_t> distinct;
  BufferRef codes = Buffer::allocate_zeroed(column.size() * sizeof(uint32_t));
  for (uint32_t row = 0; row < column.size(); ++row) {
    if (column.is_null(row)) continue;
    uint32_t code = 0;
    while (code < distinct.size() && !rows_equal(column, distinct[code], column, row)) ++code;
    if (code == distinct.size()) distinct.push_back(row);
    codes->as<uint32_t>()[row] = code;
  }
  Column values = column.gather(distinct.data(), static_cast<uint32_t>(distinct.size()));
  ColumnBuilder builder(column.type(), values.size());
  builder.append_from(values, Selection::all(values.size()));
  return Column::dictionary(column.type(), column.size(), std::move(codes),
                            make_ref<const Dictionary>(builder.seal(), true),
                            validity_bitmap(column));
}

TEST(Hash, EqualRowsHashAlikeInEveryEncoding) {
  Random random(4);
  for (const TypeRef type : every_physical_type()) {
    const uint32_t rows = 300;
    const Column flat = random_column(type, random, rows);
    const Column dictionary = encoded(flat);
    std::vector<uint64_t> hashes(rows);
    std::vector<uint64_t> encoded_hashes(rows);
    hash_column(flat, Selection::all(rows), hashes.data(), false);
    for (int twice = 0; twice < 2; ++twice) {  // the dictionary keeps its hashes
      hash_column(dictionary, Selection::all(rows), encoded_hashes.data(), false);
      EXPECT_EQ(hashes, encoded_hashes) << type->name();
    }
    for (uint32_t row = 0; row < rows; ++row) {
      EXPECT_EQ(hash_row(flat, row), hashes[row]) << type->name();
      for (uint32_t other = 0; other < rows; other += 13) {
        EXPECT_EQ(hashes[row] == hashes[other], rows_equal(flat, row, flat, other)) << type->name();
      }
    }
    std::vector<uint64_t> some(words_for_bits(rows));
    for (uint32_t row = 1; row < rows; row += 9) set_bit(some.data(), row);
    const Selection active = Selection::from_bits(some.data(), rows);
    std::vector<uint64_t> sparse(active.size());
    hash_column(flat, active, sparse.data(), false);
    for (uint32_t i = 0; i < active.size(); ++i) EXPECT_EQ(sparse[i], hashes[active[i]]);
    const Column constant = Column::constant(flat.gather(std::vector<uint32_t>{7}.data(), 1), rows);
    hash_column(constant, active, sparse.data(), false);
    for (const uint64_t hash : sparse) EXPECT_EQ(hash, hashes[7]);
  }
}

TEST(Hash, CombiningDependsOnTheOrder) {
  const Column one = Value::integer(1).to_column(1).flatten();
  const Column two = Value::integer(2).to_column(1).flatten();
  uint64_t first = 0;
  uint64_t second = 0;
  hash_column(one, Selection::all(1), &first, false);
  hash_column(two, Selection::all(1), &first, true);
  hash_column(two, Selection::all(1), &second, false);
  hash_column(one, Selection::all(1), &second, true);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace doline
