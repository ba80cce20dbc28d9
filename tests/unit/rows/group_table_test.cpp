#include "rows/group_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "base/random.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "kernel/hash_column.h"
#include "rows/direct_index.h"

namespace doline {
namespace {

void hash_keys(const std::vector<Column>& keys, const Selection& active, uint64_t* hashes) {
  for (size_t key = 0; key < keys.size(); ++key) hash_column(keys[key], active, hashes, key != 0);
}

RowLayoutRef key_layout(std::vector<TypeRef> types) {
  const size_t count = types.size();
  return RowLayout::create(
      std::move(types),
      {.stores_hash = true, .key_count = count, .initial_states = std::vector<std::byte>(8)});
}

Column column_of(TypeRef type, const std::vector<Value>& values) {
  ColumnBuilder builder(type);
  for (const Value& value : values) builder.append_value(value);
  return builder.seal();
}

/// Which rows fall into one group, as a text: the first row of each row's group.
std::vector<uint32_t> groups_of(const std::vector<Column>& keys, uint32_t rows,
                                uint64_t hash_mask) {
  std::vector<TypeRef> types;
  for (const Column& key : keys) types.push_back(key.type());
  GroupTable table(key_layout(types), Budget::process(), hash_mask);
  std::vector<uint64_t> hashes(rows);
  std::vector<std::byte*> found(rows);
  hash_keys(keys, Selection::all(rows), hashes.data());
  table.find_or_create(keys, Selection::all(rows), hashes.data(), found.data());
  std::unordered_map<std::byte*, uint32_t> first;
  std::vector<uint32_t> groups;
  for (uint32_t row = 0; row < rows; ++row)
    groups.push_back(first.emplace(found[row], row).first->second);
  EXPECT_EQ(table.group_count(), first.size());
  return groups;
}

TEST(GroupTable, TellsKeysApartAsGroupByDoes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Value null_text = Value::null(Type::varchar());
  const std::string long_text = "a key that is longer than twelve bytes";
  const TypeRef list = Type::list(Type::float64());
  struct Case {
    const char* name;
    TypeRef type;
    std::vector<Value> values;
    std::vector<uint32_t> groups;
  };
  const Case cases[] = {
      {"integers and NULL",
       Type::int32(),
       {Value::integer(Type::int32(), 1), Value::null(Type::int32()),
        Value::integer(Type::int32(), 0), Value::null(Type::int32()),
        Value::integer(Type::int32(), 1)},
       {0, 1, 2, 1, 0}},
      {"zeros and NaNs",
       Type::float64(),
       {Value::real(0.0), Value::real(-0.0), Value::real(nan), Value::real(-nan), Value::real(1)},
       {0, 0, 2, 2, 4}},
      {"texts",
       Type::varchar(),
       {Value::text(""), null_text, Value::text(long_text), Value::text(long_text),
        Value::text(long_text + "!"), Value::text("")},
       {0, 1, 2, 2, 4, 0}},
      {"intervals",
       Type::interval(),
       {Value(Type::interval(), Interval{1, 0, 0}), Value(Type::interval(), Interval{0, 30, 0}),
        Value(Type::interval(), Interval{0, 29, int64_t{86'400'000'000}}),
        Value(Type::interval(), Interval{0, 31, 0})},
       {0, 0, 0, 3}},
      {"lists",
       list,
       {Value::nested(list, {Value::real(0.0)}), Value::nested(list, {Value::real(-0.0)}),
        Value::null(list), Value::nested(list, {}),
        Value::nested(list, {Value::null(Type::float64())}), Value::nested(list, {})},
       {0, 0, 2, 3, 4, 3}},
      {"booleans",
       Type::boolean(),
       {Value::boolean(true), Value::boolean(false), Value::null(Type::boolean()),
        Value::boolean(true)},
       {0, 1, 2, 0}},
  };
  for (const Case& c : cases) {
    const std::vector<Column> keys = {column_of(c.type, c.values)};
    // With every hash narrowed to 0 all keys walk through one cluster, and all salts match.
    for (const uint64_t mask : {~uint64_t{0}, uint64_t{0}, uint64_t{3}}) {
      EXPECT_EQ(groups_of(keys, keys[0].size(), mask), c.groups) << c.name << ", mask " << mask;
    }
  }
}

TEST(GroupTable, SeveralKeysCountTogether) {
  const std::vector<Column> keys = {
      column_of(Type::int64(), {Value::integer(1), Value::integer(1), Value::null(Type::int64()),
                                Value::integer(1)}),
      column_of(Type::varchar(),
                {Value::text("a"), Value::text("b"), Value::text("a"), Value::text("a")})};
  for (const uint64_t mask : {~uint64_t{0}, uint64_t{0}}) {
    EXPECT_EQ(groups_of(keys, 4, mask), (std::vector<uint32_t>{0, 1, 2, 0}));
  }
}

TEST(GroupTable, DictionariesAndConstantsAreTheValuesTheyStandFor) {
  GroupTable table(key_layout({Type::varchar()}), Budget::process());
  ColumnBuilder words(Type::varchar());
  for (const char* word : {"x", "y", "x"})
    words.append_text(word);  // not unique: "x" has two codes
  const auto dictionary = make_ref<const Dictionary>(words.seal(), false);
  BufferRef codes = Buffer::allocate(3 * sizeof(uint32_t));
  for (uint32_t i = 0; i < 3; ++i) codes->as<uint32_t>()[i] = i;
  const Column encoded[] = {
      Column::dictionary(Type::varchar(), 3, codes, dictionary), Value::text("y").to_column(3),
      column_of(Type::varchar(), {Value::text("x"), Value::text("y"), Value::text("x")})};
  std::set<std::byte*> rows;
  for (const Column& column : encoded) {
    uint64_t hashes[3];
    std::byte* found[3];
    hash_keys({column}, Selection::all(3), hashes);
    table.find_or_create({&column, 1}, Selection::all(3), hashes, found);
    rows.insert(found, found + 3);
  }
  EXPECT_EQ(table.group_count(), 2U);
  EXPECT_EQ(rows.size(), 2U);
}

TEST(GroupTable, TenMillionGroups) {
  constexpr uint64_t kGroups = 10'000'000;
  GroupTable table(key_layout({Type::int64()}), Budget::process());
  for (int round = 0; round < 2; ++round) {
    for (uint64_t begin = 0; begin < kGroups; begin += kChunkRows) {
      const auto count = static_cast<uint32_t>(std::min<uint64_t>(kChunkRows, kGroups - begin));
      BufferRef values = Buffer::allocate(count * 8);
      for (uint32_t i = 0; i < count; ++i)
        values->as<int64_t>()[i] = static_cast<int64_t>((begin + i) * 7919);
      const Column key = Column::flat(Type::int64(), count, values);
      uint64_t hashes[kChunkRows];
      std::byte* found[kChunkRows];
      hash_column(key, Selection::all(count), hashes, false);
      table.find_or_create({&key, 1}, Selection::all(count), hashes, found);
      for (uint32_t i = 0; i < count; ++i)
        ++*reinterpret_cast<uint64_t*>(found[i] + table.layout().state_offset());
    }
  }
  EXPECT_EQ(table.group_count(), kGroups);
  uint64_t wrong = 0;
  for (const auto& page : table.pages().pages()) {
    for (uint32_t i = 0; i < page->size(); ++i) {
      wrong += *reinterpret_cast<uint64_t*>(page->row(i) + table.layout().state_offset()) != 2;
    }
  }
  EXPECT_EQ(wrong, 0U);
}

TEST(GroupTable, AdoptsRowsOfOtherTablesInPlace) {
  for (const uint64_t mask : {~uint64_t{0}, uint64_t{0xF}}) {
    const auto layout = key_layout({Type::int64(), Type::varchar()});
    GroupTable a(layout, Budget::process());
    GroupTable b(layout, Budget::process());
    GroupTable merged(layout, Budget::process(), mask);
    std::vector<std::byte*> all;
    for (GroupTable* table : {&a, &b}) {
      std::vector<Value> numbers;
      std::vector<Value> texts;
      for (int i = 0; i < 1000; ++i) {
        const int number = table == &a ? i : i + 500;
        numbers.push_back(Value::integer(number));
        texts.push_back(Value::text("text number " + std::to_string(number)));
      }
      const std::vector<Column> keys = {column_of(Type::int64(), numbers),
                                        column_of(Type::varchar(), texts)};
      std::vector<uint64_t> hashes(1000);
      std::vector<std::byte*> found(1000);
      hash_keys(keys, Selection::all(1000), hashes.data());
      table->find_or_create(keys, Selection::all(1000), hashes.data(), found.data());
      all.insert(all.end(), found.begin(), found.end());
    }
    std::vector<std::byte*> found(2000);
    merged.find_or_adopt(all.data(), 1000, found.data());
    merged.find_or_adopt(all.data() + 1000, 1000, found.data() + 1000);
    EXPECT_EQ(merged.group_count(), 1500U);
    for (uint32_t i = 0; i < 2000; ++i) {
      const bool twin = i >= 1000 && i < 1500;  // 500 … 999 were in both
      EXPECT_EQ(found[i], twin ? all[i - 500] : all[i]) << i;
    }
  }
}

TEST(GroupTable, TakenPagesLeaveAnEmptyTable) {
  GroupTable table(key_layout({Type::int64()}), Budget::process());
  const Column key = column_of(Type::int64(), {Value::integer(1), Value::integer(2)});
  uint64_t hashes[2];
  std::byte* found[2];
  hash_column(key, Selection::all(2), hashes, false);
  table.find_or_create({&key, 1}, Selection::all(2), hashes, found);
  const RowPages pages = table.take_pages();
  EXPECT_EQ(pages.row_count(), 2U);
  EXPECT_EQ(table.group_count(), 0U);
  std::byte* again[2];
  table.find_or_create({&key, 1}, Selection::all(2), hashes, again);
  EXPECT_EQ(table.group_count(), 2U);
  EXPECT_NE(again[0], found[0]);
}

TEST(DirectIndex, PlacesAreOnePerCombinationWhileRangesAreNarrow) {
  DirectIndex index({Type::int32(), Type::boolean()});
  Random random(5);
  std::unordered_map<uint32_t, std::pair<int64_t, int>> meaning;
  for (int round = 0; round < 20; ++round) {
    ColumnBuilder numbers(Type::int32());
    ColumnBuilder flags(Type::boolean());
    std::vector<std::pair<int64_t, int>> keys;
    for (int i = 0; i < 500; ++i) {
      const int64_t number =
          static_cast<int64_t>(random.below(100 + 100U * static_cast<unsigned>(round))) - 50;
      const int flag = static_cast<int>(random.below(3));
      numbers.append(static_cast<int32_t>(number));
      if (flag == 2) {
        flags.append_null();
      } else {
        flags.append_bool(flag == 1);
      }
      keys.emplace_back(number, flag);
    }
    const std::vector<Column> columns = {numbers.seal(), flags.seal()};
    std::vector<uint32_t> places(500);
    ASSERT_TRUE(index.place(columns, Selection::all(500), places.data()));
    for (int i = 0; i < 500; ++i) {
      if (!index.row(places[i])) {  // new, or the meaning of places has changed
        meaning.erase(places[i]);
        index.set(places[i], reinterpret_cast<std::byte*>(uintptr_t{8}));
      }
      const auto known = meaning.emplace(places[i], keys[i]).first->second;
      ASSERT_EQ(known, keys[i]) << "two keys share place " << places[i];
    }
  }
  EXPECT_TRUE(index.is_active());
}

// Symptom: rows were counted to groups of other keys after a batch that could not be placed.
TEST(DirectIndex, ABatchThatCannotBePlacedLeavesNoPlaceWithAnotherMeaning) {
  DirectIndex index({Type::int32(), Type::varchar()});
  const auto dictionary = make_ref<const Dictionary>(
      column_of(Type::varchar(), {Value::text("a"), Value::text("b")}).flatten(), true);
  const auto text = Column::dictionary(Type::varchar(), 1, Buffer::allocate_zeroed(8), dictionary);
  const auto place_of = [&](const Value& number, const Column& of_text, uint32_t& place) {
    const Column keys[] = {column_of(Type::int32(), {number}), of_text};
    return index.place(keys, Selection::all(1), &place);
  };
  uint32_t place;
  ASSERT_TRUE(place_of(Value::integer(5), text, place));
  index.set(place, reinterpret_cast<std::byte*>(uintptr_t{8}));  // the row of (5, a)
  const Column same = Column::constant(column_of(Type::varchar(), {Value::text("c")}), 1);
  ASSERT_FALSE(place_of(Value::integer(4), same, place));
  ASSERT_TRUE(place_of(Value::null(Type::int32()), text, place));
  EXPECT_EQ(index.row(place), nullptr) << "the row of (5, a) stands for (NULL, a)";
}

TEST(DirectIndex, RetiresWhereRangesAreWide) {
  const int64_t ends[][2] = {
      {0, 1 << 20}, {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}};
  for (const auto& end : ends) {
    DirectIndex index({Type::int64()});
    const Column key = column_of(Type::int64(), {Value::integer(end[0]), Value::integer(end[1])});
    uint32_t places[2];
    EXPECT_FALSE(index.place({&key, 1}, Selection::all(2), places));
    EXPECT_FALSE(index.is_active());
  }
  EXPECT_FALSE(DirectIndex({Type::float64()}).is_active());
}

}  // namespace
}  // namespace doline
