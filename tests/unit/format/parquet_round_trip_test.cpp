#include <gtest/gtest.h>

#include <random>

#include "column/column_builder.h"
#include "column/value.h"
#include "expr/expr.h"
#include "format/parquet/describe.h"
#include "format/parquet/file_writer.h"
#include "parquet_memory_file.h"

namespace doline::parquet {
namespace {

std::string write_file(const Schema& schema, const std::vector<std::vector<Chunk>>& groups,
                       const WriteOptions& options) {
  std::string bytes;
  FileWriter writer(std::make_unique<MemoryTarget>(bytes), schema, options);
  for (const auto& batch : groups) writer.append(writer.encode(batch));
  writer.finish();
  return bytes;
}

ParquetFileRef open_bytes(std::string bytes, bool cached = true) {
  return ParquetFile::open(make_ref<const MemoryFile>(std::move(bytes), cached));
}

std::vector<std::string> column_texts(const ParquetFileRef& file, uint32_t chunk_rows,
                                      uint32_t column) {
  std::vector<std::string> texts;
  ReadRequest request;
  request.chunk_rows = chunk_rows;
  read_parquet(file, request, [&](const Chunk& chunk) {
    EXPECT_LE(chunk.row_count, chunk_rows);
    for (uint32_t row = 0; row < chunk.row_count; ++row)
      texts.push_back(Value::of(chunk.columns[column], row).to_literal());
  });
  return texts;
}

/// A value of any type; NULL one time in five where `nullable`.
Value any_value(TypeRef type, std::mt19937& random, bool nullable = true) {
  if (type->is(TypeKind::kNull) || (nullable && random() % 5 == 0)) return Value::null(type);
  const auto number = [&](int128_t least, int128_t greatest) {
    const uint128_t span = static_cast<uint128_t>(greatest) - static_cast<uint128_t>(least) + 1;
    const uint128_t drawn = uint128_t{random()} << 96 | uint128_t{random()} << 64 |
                            uint128_t{random()} << 32 | random();
    const uint128_t value = static_cast<uint128_t>(least) + (span == 0 ? drawn : drawn % span);
    return Value::integer(type, static_cast<int128_t>(value));
  };
  const auto list = [&](size_t size, TypeRef element) {
    std::vector<Value> values;
    for (size_t i = 0; i < size; ++i) values.push_back(any_value(element, random));
    return Value::nested(type, values);
  };
  int128_t power = 1;
  switch (type->kind()) {
    case TypeKind::kNull:
      break;
    case TypeKind::kBool:
      return Value::boolean(random() % 2 == 0);
    case TypeKind::kInt8:
      return number(-128, 127);
    case TypeKind::kInt16:
      return number(-32768, 32767);
    case TypeKind::kInt32:
      return number(INT32_MIN, INT32_MAX);
    case TypeKind::kUInt8:
      return number(0, 255);
    case TypeKind::kUInt16:
      return number(0, 65535);
    case TypeKind::kUInt32:
      return number(0, UINT32_MAX);
    case TypeKind::kUInt64:
      return number(0, static_cast<int128_t>(UINT64_MAX));
    case TypeKind::kDate:
      return number(-100'000, 100'000);
    case TypeKind::kTime:
      return number(0, 86'399'999'999);
    case TypeKind::kTimestampS:
      return number(-4'000'000'000, 4'000'000'000);
    case TypeKind::kTimestampMs:
      return number(-4'000'000'000'000, 4'000'000'000'000);
    case TypeKind::kInt64:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kDuration:
      return number(-(int128_t{1} << 60), int128_t{1} << 60);
    case TypeKind::kHugeInt:
      return number(-(int128_t{1} << 120), int128_t{1} << 120);
    case TypeKind::kUuid:
      return number(-(int128_t{1} << 120), int128_t{1} << 120);
    case TypeKind::kDecimal:
      for (int i = 0; i < type->width(); ++i) power *= 10;
      return number(1 - power, power - 1);
    case TypeKind::kEnum:
      return number(0, static_cast<int128_t>(type->enum_values().size()) - 1);
    case TypeKind::kFloat:
      return Value(type, static_cast<double>(static_cast<float>(random()) / 3));
    case TypeKind::kDouble:
      return Value(type, static_cast<double>(random()) / 7);
    case TypeKind::kInterval:
      return Value(
          type, Interval{static_cast<int32_t>(random() % 100), static_cast<int32_t>(random() % 100),
                         static_cast<int64_t>(random() % 1000) * 1000});
    case TypeKind::kVarchar: {
      const char* const parts[] = {"", "short", "exactly12byt",
                                   "a text that is longer than twelve bytes", "größer als 日本"};
      return Value(type, std::string(parts[random() % 5]) +
                             (random() % 2 == 0 ? std::to_string(random() % 50) : ""));
    }
    case TypeKind::kBlob:
      return Value(type, std::string(random() % 20, static_cast<char>(random())));
    case TypeKind::kJson:
      return Value(type, std::string("{\"a\":") + std::to_string(random() % 9) + "}");
    case TypeKind::kList:
      return list(random() % 4, type->element());
    case TypeKind::kArray:
      return list(type->array_length(), type->element());
    case TypeKind::kStruct: {
      std::vector<Value> values;
      for (const Field& field : type->fields()) values.push_back(any_value(field.type, random));
      return Value::nested(type, values);
    }
    case TypeKind::kMap: {
      std::vector<Value> pairs;
      for (unsigned i = 0; i < random() % 3; ++i) {
        pairs.push_back(
            Value::nested(type->child(), {any_value(type->fields()[0].type, random, false),
                                          any_value(type->fields()[1].type, random)}));
      }
      return Value::nested(type, pairs);
    }
  }
  return Value::null(type);
}

struct TypeCase {
  TypeRef type;
  TypeRef read_as;  // null: the same
};

std::vector<TypeCase> all_types() {
  const TypeRef pair = Type::structure({{"x", Type::int32()}, {"y", Type::varchar()}});
  return {
      {Type::boolean()},
      {Type::int8()},
      {Type::int16()},
      {Type::int32()},
      {Type::int64()},
      {Type::uint8()},
      {Type::uint16()},
      {Type::uint32()},
      {Type::uint64()},
      {Type::hugeint()},
      {Type::float32()},
      {Type::float64()},
      {Type::decimal(5, 2)},
      {Type::decimal(18, 4)},
      {Type::decimal(38, 10)},
      {Type::date()},
      {Type::time()},
      {Type::timestamp_s(), Type::timestamp_ms()},
      {Type::timestamp_ms()},
      {Type::timestamp()},
      {Type::timestamp_ns()},
      {Type::timestamp_tz()},
      {Type::interval()},
      {Type::duration()},
      {Type::varchar()},
      {Type::blob()},
      {Type::uuid()},
      {Type::json()},
      {Type::enumeration({"red", "green", "blue"}), Type::varchar()},
      {Type::null(), Type::int32()},
      {Type::list(Type::int32())},
      {Type::list(Type::list(Type::varchar()))},
      {Type::array(Type::float64(), 3), Type::list(Type::float64())},
      {pair},
      {Type::list(pair)},
      {Type::structure({{"a", Type::structure({{"b", Type::list(Type::date())}})}, {"c", pair}})},
      {Type::map(Type::varchar(), Type::int64())},
      {Type::list(Type::map(Type::int32(), Type::list(Type::varchar())))}};
}

TEST(ParquetRoundTrip, EveryTypeComesBack) {
  struct Shape {
    size_t rows, group_rows, page_rows;
    Codec codec;
    uint32_t chunk_rows;
    bool dictionaries, cached;
  };
  const Shape shapes[] = {{0, 10, 10, Codec::kSnappy, 2048, true, true},
                          {1, 10, 10, Codec::kZstd, 2048, true, false},
                          {1000, 300, 17, Codec::kSnappy, 2, true, true},
                          {5000, 5000, 1000, Codec::kUncompressed, 2048, false, false},
                          {5000, 2500, 400, Codec::kZstd, 2048, true, true}};
  for (const TypeCase& test : all_types()) {
    for (const Shape& shape : shapes) {
      std::mt19937 random(7);
      const Schema schema = {{"v", test.type}};
      std::vector<std::vector<Chunk>> groups;
      std::vector<std::string> expected;
      for (size_t at = 0; at < shape.rows;) {
        std::vector<Chunk> batch;
        for (size_t in_group = 0; in_group < shape.group_rows && at < shape.rows;) {
          const auto count = static_cast<uint32_t>(
              std::min({size_t{100}, shape.group_rows - in_group, shape.rows - at}));
          ColumnBuilder builder(test.type);
          for (uint32_t row = 0; row < count; ++row)
            builder.append_value(any_value(test.type, random));
          Column column = builder.seal();
          for (uint32_t row = 0; row < count; ++row) {
            const Value value = Value::of(column, row);
            const bool as_text = test.read_as == nullptr || test.type->is(TypeKind::kEnum);
            expected.push_back(as_text || value.is_null() ? value.to_literal() : "");
          }
          batch.emplace_back(std::vector<Column>{std::move(column)}, count);
          in_group += count;
          at += count;
        }
        groups.push_back(std::move(batch));
      }
      WriteOptions options;
      options.codec = shape.codec;
      options.page_rows = shape.page_rows;
      options.dictionaries = shape.dictionaries;
      const auto file = open_bytes(write_file(schema, groups, options), shape.cached);
      ASSERT_EQ(file->schema()[0].type, test.read_as != nullptr ? test.read_as : test.type)
          << test.type->name();
      // What Parquet has no values for is said beside them.
      const bool is_cast = test.type->is(TypeKind::kEnum) || test.type->is(TypeKind::kArray);
      EXPECT_EQ(file->declared()[0].type, is_cast ? test.type : file->schema()[0].type);
      EXPECT_EQ(file->row_count(), shape.rows);
      const auto got = column_texts(file, shape.chunk_rows, 0);
      ASSERT_EQ(got.size(), expected.size()) << test.type->name();
      for (size_t row = 0; row < got.size(); ++row) {
        if (!expected[row].empty()) {
          ASSERT_EQ(got[row], expected[row]) << test.type->name() << " row " << row;
        }
      }
    }
  }
}

TEST(ParquetRoundTrip, DictionariesTravelAsCodes) {
  const Schema schema = {{"s", Type::varchar()}};
  ColumnBuilder builder(Type::varchar());
  for (int i = 0; i < 2000; ++i)
    i % 7 == 0 ? builder.append_null()
               : builder.append_text("one of a few texts " + std::to_string(i % 5));
  const auto file = open_bytes(write_file(schema, {{Chunk({builder.seal()}, 2000)}}, {}));
  read_parquet(file, {}, [&](const Chunk& chunk) {
    ASSERT_TRUE(chunk.columns[0].is_dictionary());
    EXPECT_EQ(chunk.columns[0].dictionary()->size(), 5u);
    EXPECT_TRUE(chunk.columns[0].dictionary()->unique());
    EXPECT_TRUE(chunk.columns[0].is_null(0));
    EXPECT_EQ(chunk.columns[0].text(1), "one of a few texts 1");
  });
}

/// A file of 60,000 sorted keys with texts and floats in three row groups, pages of 1,000 rows.
std::string sorted_file(const WriteOptions& given = {}) {
  const Schema schema = {{"k", Type::int64()},
                         {"t", Type::varchar()},
                         {"f", Type::float64()},
                         {"l", Type::list(Type::int32())}};
  std::vector<std::vector<Chunk>> groups(3);
  for (uint32_t begin = 0; begin < 60'000; begin += 2000) {
    ColumnBuilder k(Type::int64()), t(Type::varchar()), f(Type::float64()),
        l(Type::list(Type::int32()));
    for (uint32_t i = begin; i < begin + 2000; ++i) {
      i % 11 == 0 ? k.append_null() : k.append<int64_t>(i);
      i % 13 == 0 ? t.append_null()
                  : t.append_text("text of some length " + std::to_string(i % 97));
      i % 17 == 0 ? f.append(std::numeric_limits<double>::quiet_NaN()) : f.append<double>(i / 2.0);
      for (uint32_t e = 0; e < i % 3; ++e) l.child().append<int32_t>(static_cast<int32_t>(i + e));
      l.finish_list();
    }
    groups[begin / 20'000].emplace_back(std::vector<Column>{k.seal(), t.seal(), f.seal(), l.seal()},
                                        2000);
  }
  WriteOptions options = given;
  options.page_rows = 1000;
  return write_file(schema, groups, options);
}

ReadFilter filter_of(ExprRef expr, std::optional<ValueRange> range, bool delicate = false) {
  ReadFilter filter;
  filter.columns = columns_of(expr);
  filter.program = Program::compile_predicate(expr, {});
  filter.is_delicate = delicate;
  filter.range = std::move(range);
  return filter;
}

TEST(ParquetFilters, GiveTheRowsThatSatisfyThemWhateverIsSpared) {
  const ExprRef k = ColumnExpr::create(0, Type::int64(), "k"),
                t = ColumnExpr::create(1, Type::varchar(), "t"),
                f = ColumnExpr::create(2, Type::float64(), "f");
  const auto constant = [](Value value) { return ConstantExpr::create(std::move(value)); };
  const Value low = Value::integer(25'500), high = Value::integer(27'300);
  const auto above = [&] {
    return filter_of(CallExpr::create(">=", {k, constant(low)}),
                     ValueRange{0, low, {}, true, true, {}, false});
  };
  const auto below = [&] {
    return filter_of(CallExpr::create("<", {k, constant(high)}),
                     ValueRange{0, {}, high, true, false, {}, false});
  };
  const auto text = [&] {
    return filter_of(CallExpr::create("=", {t, constant(Value::text("text of some length 5"))}),
                     ValueRange{1,
                                Value::text("text of some length 5"),
                                Value::text("text of some length 5"),
                                true,
                                true,
                                {},
                                false});
  };
  const auto no_text = [&] { return filter_of(IsNullExpr::create(t, false), {}); };
  const auto large = [&] {
    const Value bound = Value::real(29'990.0);
    return filter_of(CallExpr::create(">", {f, constant(bound)}),
                     ValueRange{2, bound, {}, false, true, {}, false});
  };
  const auto both = [&] {
    return filter_of(CallExpr::create("<", {f, CastExpr::create(k, Type::float64())}), {}, true);
  };
  struct Case {
    const char* name;
    std::vector<ReadFilter> filters;
    bool (*expected)(uint32_t row);
  };
  static constexpr auto in_range = [](uint32_t i) {
    return i % 11 != 0 && i >= 25'500 && i < 27'300;
  };
  static constexpr auto is_text = [](uint32_t i) { return i % 13 != 0 && i % 97 == 5; };
  std::vector<Case> cases;
  cases.push_back({"none", {}, [](uint32_t) { return true; }});
  cases.push_back({"key range", {above(), below()}, [](uint32_t i) { return in_range(i); }});
  cases.push_back({"text", {text()}, [](uint32_t i) { return is_text(i); }});
  cases.push_back({"range and text", {text(), above(), below()}, [](uint32_t i) {
                     return in_range(i) && is_text(i);
                   }});
  cases.push_back({"nulls", {no_text(), above()}, [](uint32_t i) {
                     return i % 13 == 0 && i % 11 != 0 && i >= 25'500;
                   }});
  // NaN is greater than any number, and statistics do not tell of it.
  cases.push_back({"NaN", {large()}, [](uint32_t i) { return i % 17 == 0 || i / 2.0 > 29'990; }});
  cases.push_back({"two columns", {both(), above()}, [](uint32_t i) {
                     return i % 11 != 0 && i >= 25'500 && i % 17 != 0;
                   }});
  for (const Codec codec : {Codec::kSnappy, Codec::kUncompressed}) {
    for (const bool dictionaries : {true, false}) {
      WriteOptions options;
      options.codec = codec;
      options.dictionaries = dictionaries;
      const std::string bytes = sorted_file(options);
      for (const Case& test : cases) {
        for (const uint32_t chunk_rows : {2u, 2048u}) {
          const auto file = open_bytes(bytes);
          ReadRequest request;
          request.columns = {0, 1, 2, 3};
          request.filters = test.filters;
          request.chunk_rows = chunk_rows;
          uint32_t next = 0;
          read_parquet(file, request, [&](const Chunk& chunk) {
            ASSERT_LE(chunk.row_count, chunk_rows);
            for (uint32_t i = 0; i < chunk.size(); ++i, ++next) {
              const uint32_t row = chunk.active[i];
              while (next < 60'000 && !test.expected(next)) ++next;
              ASSERT_LT(next, 60'000u) << test.name;
              ASSERT_EQ(chunk.columns[0].is_null(row), next % 11 == 0)
                  << test.name << " row " << next;
              if (next % 11 != 0) {
                ASSERT_EQ(chunk.columns[0].value<int64_t>(row), next) << test.name;
              }
              ASSERT_EQ(chunk.columns[1].is_null(row), next % 13 == 0)
                  << test.name << " row " << next;
              if (next % 13 != 0) {
                ASSERT_EQ(chunk.columns[1].text(row),
                          "text of some length " + std::to_string(next % 97));
              }
              if (next % 17 != 0) {
                ASSERT_EQ(chunk.columns[2].value<double>(row), next / 2.0);
              }
              ASSERT_EQ(chunk.columns[3].values<ListEntry>()[row].size, next % 3)
                  << test.name << " row " << next;
            }
          });
          while (next < 60'000 && !test.expected(next)) ++next;
          EXPECT_EQ(next, 60'000u) << test.name;
        }
      }
    }
  }
}

TEST(ParquetFilters, SpareRowGroupsAndPages) {
  const auto file = open_bytes(sorted_file());
  const Value low = Value::integer(25'500), high = Value::integer(27'300);
  const ExprRef k = ColumnExpr::create(0, Type::int64(), "k");
  ReadRequest request;
  request.columns = {0, 3};
  request.filters.push_back(filter_of(CallExpr::create(">=", {k, ConstantExpr::create(low)}),
                                      ValueRange{0, low, {}, true, true, {}, false}));
  request.filters.push_back(filter_of(CallExpr::create("<", {k, ConstantExpr::create(high)}),
                                      ValueRange{0, {}, high, true, false, {}, false}));
  const auto counters = std::make_shared<ReadCounters>();
  const auto read = FileRead::create(file, request, counters);
  const auto pieces = read->pieces();
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(counters->row_groups_pruned, 2u);
  const auto reader = read->open(pieces[0]);
  Chunk chunk;
  uint64_t rows = 0;
  while (reader->read(chunk, Waker()) != Poll::kDone) rows += chunk.size();
  EXPECT_EQ(rows, 1800u - (27'299 / 11 - 25'499 / 11));
  EXPECT_EQ(counters->rows_pruned, 17'000u);  // of 20 pages three may match
  const ColumnBounds bounds = file->column_bounds(0);
  EXPECT_EQ(bounds.min, Value::integer(1));
  EXPECT_EQ(bounds.max, Value::integer(59'999));
  EXPECT_EQ(bounds.null_count, 60'000u / 11 + 1);
}

// Symptom: writing two texts of a GiB took four GiB for bounds that are cut to 64 bytes anyway.
TEST(ParquetWriter, LargeTextsHaveNoBounds) {
  for (const size_t size : {size_t{100}, size_t{1} << 20, (size_t{1} << 20) + 1}) {
    ColumnBuilder builder(Type::varchar());
    builder.append_text("short");
    builder.append_text(std::string(size, 'z'));
    const auto file =
        open_bytes(write_file({{"s", Type::varchar()}}, {{Chunk({builder.seal()}, 2)}}, {}));
    EXPECT_EQ(column_texts(file, 10, 0).at(1).size(), size + 2);
    EXPECT_EQ(file->column_bounds(0).min.has_value(), size <= size_t{1} << 20) << size;
  }
}

TEST(ParquetFilters, LargeRowGroupsAreReadInParts) {
  const Schema schema = {
      {"k", Type::int32()}, {"t", Type::varchar()}, {"l", Type::list(Type::int32())}};
  constexpr uint32_t kRows = 300'000;
  std::vector<Chunk> batch;
  for (uint32_t begin = 0; begin < kRows; begin += 2000) {
    ColumnBuilder k(Type::int32()), t(Type::varchar()), l(Type::list(Type::int32()));
    for (uint32_t i = begin; i < begin + 2000; ++i) {
      k.append<int32_t>(static_cast<int32_t>(i));
      t.append_text("a text of the few " + std::to_string(i % 10));
      for (uint32_t e = 0; e < i % 3; ++e) l.child().append<int32_t>(static_cast<int32_t>(i));
      l.finish_list();
    }
    batch.emplace_back(std::vector<Column>{k.seal(), t.seal(), l.seal()}, 2000);
  }
  const auto file = open_bytes(write_file(schema, {batch}, {}));
  const auto read = FileRead::create(file, {{0, 1, 2}, {}, {}}, std::make_shared<ReadCounters>());
  const auto pieces = read->pieces();
  ASSERT_GT(pieces.size(), 1u);
  uint32_t next = 0;
  for (const Piece& piece : pieces) {
    const auto reader = read->open(piece);
    Chunk chunk;
    while (reader->read(chunk, Waker()) != Poll::kDone) {
      for (uint32_t row = 0; row < chunk.row_count; ++row, ++next) {
        ASSERT_EQ(chunk.columns[0].value<int32_t>(row), static_cast<int32_t>(next));
        ASSERT_EQ(chunk.columns[1].text(row), "a text of the few " + std::to_string(next % 10));
        const ListEntry list = chunk.columns[2].values<ListEntry>()[row];
        ASSERT_EQ(list.size, next % 3);
        if (list.size > 0) {
          ASSERT_EQ(chunk.columns[2].child().value<int32_t>(list.begin),
                    static_cast<int32_t>(next));
        }
      }
    }
  }
  EXPECT_EQ(next, kRows);
}

TEST(ParquetFilters, NoColumnsGiveCounts) {
  const auto file = open_bytes(sorted_file());
  const auto read = FileRead::create(file, {}, std::make_shared<ReadCounters>());
  uint64_t rows = 0;
  for (const Piece& piece : read->pieces()) {
    const auto reader = read->open(piece);
    Chunk chunk;
    while (reader->read(chunk, Waker()) != Poll::kDone) rows += chunk.row_count;
  }
  EXPECT_EQ(rows, 60'000u);
}

TEST(ParquetWriter, RefusesWhatParquetCannotHold) {
  struct Case {
    TypeRef type;
    Value value;
  };
  const TypeRef map = Type::map(Type::varchar(), Type::int32());
  const Case cases[] = {
      {Type::hugeint(), Value::integer(Type::hugeint(), kInt128Max)},
      {Type::interval(), Value(Type::interval(), Interval{-1, 0, 0})},
      {Type::interval(), Value(Type::interval(), Interval{0, 0, 1})},
      {Type::timestamp_s(), Value::integer(Type::timestamp_s(), INT64_MAX)},
      {map, Value::nested(map, {Value::nested(map->child(), {Value::null(Type::varchar()),
                                                             Value::integer(Type::int32(), 1)})})}};
  for (const Case& test : cases) {
    ColumnBuilder builder(test.type);
    builder.append_value(test.value);
    EXPECT_THROW(write_file({{"v", test.type}}, {{Chunk({builder.seal()}, 1)}}, {}), Error)
        << test.value.to_literal();
  }
}

TEST(ParquetListing, ShowsSchemaAndChunks) {
  const auto file = open_bytes(sorted_file());
  const auto schema = schema_listing(*file);
  ASSERT_EQ(schema.size(), 1u);
  EXPECT_EQ(schema[0].row_count, 7u);  // root, k, t, f, l, list, element
  EXPECT_EQ(schema[0].columns[1].text(2), "t");
  EXPECT_EQ(schema[0].columns[10].text(2), "STRING");
  const auto chunks = chunk_listing(*file);
  ASSERT_EQ(chunks.size(), 1u);
  EXPECT_EQ(chunks[0].row_count, 12u);
  EXPECT_EQ(chunks[0].columns[8].text(3), "l, list, element");
  EXPECT_EQ(chunks[0].columns[14].text(0), "1");
  EXPECT_EQ(chunks[0].columns[15].text(0), "19999");
}

TEST(ParquetFile, FlippedBitsAreErrorsOrOtherRows) {
  const std::string bytes = sorted_file();
  std::mt19937 random(8);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string damaged = bytes;
    const size_t at = i % 2 == 0 ? random() % bytes.size() : bytes.size() - 1 - random() % 4000;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    try {
      read_parquet(open_bytes(damaged), {}, [](const Chunk&) {});
    } catch (const Error& error) {
      ++refused;
      EXPECT_FALSE(error.notes().empty());
    }
  }
  // Every page carries a checksum: what hits one is always noticed.
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace doline::parquet
