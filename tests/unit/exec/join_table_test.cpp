#include "exec/join/join_table.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "column/column_builder.h"
#include "exec/join/code_rows.h"
#include "kernel/hash_column.h"
#include "plan/plan_node.h"

namespace doline {
namespace {

template <class T>
Column column_of(TypeRef type, const std::vector<std::optional<T>>& values) {
  ColumnBuilder builder(type);
  for (const std::optional<T>& value : values) {
    if (!value) {
      builder.append_null();
    } else if constexpr (std::is_same_v<T, std::string>) {
      builder.append_text(*value);
    } else {
      builder.append(*value);
    }
  }
  return builder.seal();
}

/// A build side whose first column is the key, all of it in a table.
struct Built {
  Built(JoinKind kind, const std::vector<Column>& columns, size_t page_bytes = 0) {
    Schema schema;
    for (const Column& column : columns)
      schema.push_back({"c" + std::to_string(schema.size()), column.type()});
    const PlanRef left = ValuesNode::create({{"k", columns[0].type()}}, {}, 0);
    const PlanRef right = ValuesNode::create(schema, {}, 0);
    const ExprRef key = ColumnExpr::create(0, columns[0].type(), "k");
    plan = JoinNode::create(left, right, kind, {key}, {key});
    context.budget = Budget::create("query", Budget::process());
    shape.emplace(static_cast<const JoinNode&>(*plan), context, std::vector<bool>());
    RowPages pages(shape->layout, *context.budget, page_bytes);
    const uint32_t rows = columns[0].size();
    std::vector<uint64_t> hashes(rows);
    hash_column(columns[0], Selection::all(rows), hashes.data(), false);
    pages.append(columns, nullptr, rows, hashes.data());
    table.emplace(*shape);
    table->set_rows({pages.take_pages()}, *context.budget);
    table->build(0, context);
    table->seal();
    table->facts = {rows > 0, false};
  }

  QueryContext context;
  PlanRef plan;
  std::optional<JoinShape> shape;
  std::optional<JoinTable> table;
};

/// How many rows the key of each value leads to.
std::vector<size_t> partners(const JoinTable& table, const Column& keys) {
  std::vector<uint64_t> hashes(keys.size());
  table.hash_keys({keys}, Selection::all(keys.size()), hashes.data());
  std::vector<size_t> found;
  for (uint64_t hash : hashes) {
    const uint64_t word = *table.word_of(hash);
    const auto* run = reinterpret_cast<const uint64_t*>(word & JoinTable::kAddress);
    found.push_back(word == 0 ? 0 : word & JoinTable::kIsRun ? run[0] : 1);
  }
  return found;
}

template <class T>
void expect_places(TypeRef type, T least) {
  const auto at = [least](int distance) {
    return std::optional<T>(static_cast<T>(least + static_cast<T>(distance)));
  };
  const Built built(JoinKind::kRight,
                    {column_of<T>(type, {at(0), at(3), std::nullopt, at(3), at(90)})});
  ASSERT_TRUE(built.table->is_exact()) << type->name();
  const Column keys =
      column_of<T>(type, {at(0), at(1), at(3), at(90), at(91), std::numeric_limits<T>::lowest(),
                          std::numeric_limits<T>::max()});
  std::vector<size_t> wanted = {1, 0, 2, 1, 0, 0, 0};
  if (least == std::numeric_limits<T>::lowest()) wanted[5] = 1;
  if (*at(90) == std::numeric_limits<T>::max()) wanted[6] = 1;
  EXPECT_EQ(partners(*built.table, keys), wanted) << type->name();
  const Column one = Column::constant(column_of<T>(type, {at(3)}), 2);
  EXPECT_EQ(partners(*built.table, one), (std::vector<size_t>{2, 2}));
}

TEST(JoinTable, CloseIntegersOfAnyTypeHavePlaces) {
  expect_places<int8_t>(Type::int8(), -50);
  expect_places<int16_t>(Type::int16(), -50);
  expect_places<int32_t>(Type::int32(), std::numeric_limits<int32_t>::min());
  expect_places<int64_t>(Type::int64(), std::numeric_limits<int64_t>::min());
  expect_places<int64_t>(Type::int64(), -50);
  expect_places<uint8_t>(Type::uint8(), 100);
  expect_places<uint16_t>(Type::uint16(), 0);
  expect_places<uint32_t>(Type::uint32(), std::numeric_limits<uint32_t>::max() - 90);
  expect_places<uint64_t>(Type::uint64(), (uint64_t{1} << 63) - 45);
}

TEST(JoinTable, OthersAreHashed) {
  const std::vector<Column> hashed = {
      column_of<int64_t>(Type::int64(), {0, int64_t{1} << 40}),
      column_of<int64_t>(Type::int64(), {std::numeric_limits<int64_t>::min(),
                                         std::numeric_limits<int64_t>::max()}),
      column_of<int64_t>(Type::int64(), {std::nullopt}),
      column_of<int64_t>(Type::int64(), {}),
      column_of<double>(Type::float64(), {1.0, 2.0}),
      column_of<std::string>(Type::varchar(), {"a", "b"}),
  };
  for (const Column& column : hashed) {
    EXPECT_FALSE(Built(JoinKind::kRight, {column}).table->is_exact());
  }
}

TEST(JoinTable, FewRowsComeOutAsCodesAndOutliveTheTable) {
  constexpr uint32_t kRows = 300;
  std::vector<std::optional<int64_t>> keys;
  std::vector<std::optional<std::string>> texts;
  std::vector<std::optional<double>> numbers, nulls;
  for (uint32_t i = 0; i < kRows; ++i) {
    keys.emplace_back(i);
    texts.push_back(i % 3 == 0 ? std::nullopt
                               : std::optional("a text of row " + std::to_string(i)));
    numbers.emplace_back(i / 2.0);
    nulls.emplace_back(std::nullopt);
  }
  std::optional<Built> built;
  // Small pages: the rows are put together.
  built.emplace(JoinKind::kLeft,
                std::vector{column_of(Type::int64(), keys), column_of(Type::varchar(), texts),
                            column_of(Type::float64(), numbers), column_of(Type::float64(), nulls)},
                size_t{4} << 10);
  ASSERT_TRUE(built->table->numbered());
  ASSERT_EQ(built->table->pages().size(), 1);
  std::vector<const std::byte*> rows;
  for (uint32_t i = 0; i < kRows; ++i) {
    rows.push_back(i % 7 == 0 ? built->shape->layout->null_row()
                              : built->table->pages()[0]->row(kRows - 1 - i));
  }
  const std::vector<Column> out = right_output(*built->table, rows.data(), kRows);
  built.reset();
  EXPECT_TRUE(out[1].is_dictionary());
  EXPECT_EQ(out[0].codes(), out[2].codes());  // the same for all columns without NULLs
  for (uint32_t i = 0; i < kRows; ++i) {
    const uint32_t row = kRows - 1 - i;
    const bool is_none = i % 7 == 0;
    ASSERT_EQ(out[0].is_null(i), is_none);
    ASSERT_EQ(out[1].is_null(i), is_none || row % 3 == 0);
    ASSERT_EQ(out[2].is_null(i), is_none);
    ASSERT_TRUE(out[3].is_null(i));
    if (is_none) continue;
    ASSERT_EQ(out[0].value<int64_t>(i), row);
    ASSERT_EQ(out[2].value<double>(i), row / 2.0);
    if (row % 3 != 0) {
      ASSERT_EQ(out[1].text(i), "a text of row " + std::to_string(row));
    }
  }
}

/// Row i has code i % size.
Column coded(const DictionaryRef& dictionary, uint32_t rows) {
  BufferRef codes = Buffer::allocate(rows * sizeof(uint32_t));
  for (uint32_t i = 0; i < rows; ++i) codes->as<uint32_t>()[i] = i % dictionary->size();
  return Column::dictionary(Type::varchar(), rows, std::move(codes), dictionary);
}

TEST(JoinTable, TextsOfADictionaryAreLookedUpOnceTheyAreWorthIt) {
  std::vector<std::optional<std::string>> built_texts, texts;
  for (int i = 0; i < 200; ++i) built_texts.push_back("a text of " + std::to_string(i));
  for (int i = 0; i < 100; ++i) texts.push_back("a text of " + std::to_string(i * 3));
  const Built built(JoinKind::kInner, {column_of(Type::varchar(), built_texts)});
  const auto dictionary = make_ref<const Dictionary>(column_of(Type::varchar(), texts), true);
  CodeRows code_rows;
  EXPECT_EQ(code_rows.of(*built.table, {coded(dictionary, 60)}, 60), nullptr);
  const uint64_t* words = code_rows.of(*built.table, {coded(dictionary, 60)}, 60);
  ASSERT_NE(words, nullptr);
  for (uint32_t code = 0; code < 100; ++code) {
    ASSERT_EQ(words[code] != 0, code * 3 < 200) << code;
    if (words[code] == 0) continue;
    const std::byte* const row = reinterpret_cast<const std::byte*>(words[code]);
    EXPECT_EQ(gather_column(*built.shape->layout, 0, &row, 1).text(0), *texts[code]);
  }
  // Another dictionary begins anew; flat texts have no codes.
  const auto other = make_ref<const Dictionary>(column_of(Type::varchar(), texts), true);
  EXPECT_EQ(code_rows.of(*built.table, {coded(other, 60)}, 60), nullptr);
  EXPECT_EQ(code_rows.of(*built.table, {column_of(Type::varchar(), texts)}, 1000), nullptr);
}

TEST(JoinTable, TextsWithSeveralRowsAreLookedUpForEachLeftRow) {
  const Built built(JoinKind::kInner,
                    {column_of<std::string>(Type::varchar(), {"a", "b", "b", "c"})});
  const auto twice =
      make_ref<const Dictionary>(column_of<std::string>(Type::varchar(), {"a", "b"}), true);
  CodeRows code_rows;
  EXPECT_EQ(code_rows.of(*built.table, {coded(twice, 100)}, 100), nullptr);
  // Another dictionary would most likely have such a text too: it is not looked up.
  const auto once =
      make_ref<const Dictionary>(column_of<std::string>(Type::varchar(), {"a", "c", "d"}), true);
  EXPECT_EQ(code_rows.of(*built.table, {coded(once, 100)}, 100), nullptr);
}

}  // namespace
}  // namespace doline
