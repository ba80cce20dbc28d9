#include "table/parquet_table.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "column/column_builder.h"
#include "expr/expr.h"

namespace doline {
namespace {

namespace fs = std::filesystem;

/// A directory of its own for each test, gone afterwards.
class ParquetTableTest : public testing::Test {
 protected:
  ParquetTableTest() {
    root_ = fs::temp_directory_path() /
            fmt::format("doline_parquet_table_{}_{}", ::getpid(),
                        testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(root_);
    context_.budget = Budget::create("test", Budget::process());
    context_.access = &access_;
  }
  ~ParquetTableTest() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return (root_ / name).string(); }

  /// Rows (k, day, city) with k from `begin` to `end`.
  static Chunk rows(int64_t begin, int64_t end) {
    ColumnBuilder k(Type::int64()), day(Type::date()), city(Type::varchar());
    for (int64_t i = begin; i < end; ++i) {
      k.append<int64_t>(i);
      day.append<int32_t>(static_cast<int32_t>(i % 3));
      i % 5 == 0 ? city.append_null() : city.append_text(i % 2 == 0 ? "a/b=c %" : "plain");
    }
    return Chunk({k.seal(), day.seal(), city.seal()}, static_cast<uint32_t>(end - begin));
  }
  static const Schema& schema() {
    static const Schema made = {
        {"k", Type::int64()}, {"day", Type::date()}, {"city", Type::varchar()}};
    return made;
  }

  void write(const std::string& name, const Schema& columns, std::vector<Chunk> chunks,
             const std::map<std::string, Value>& options = {}) {
    const auto writer = open_parquet_writer(path(name), columns, options, context_);
    for (Chunk& chunk : chunks) {
      std::vector<Chunk> batch;
      batch.push_back(std::move(chunk));
      writer->commit(writer->encode(std::move(batch)));
    }
    writer->finish();
  }

  Ref<const ParquetTable> open(const std::string& name, TypedFilesOptions options = {}) {
    return make_ref<const ParquetTable>(FileSystem::local(), AccessPolicy::open(),
                                        std::vector<std::string>{path(name)}, options);
  }

  /// The columns that stars mean.
  static Schema shown(const Table& table) {
    return {table.schema().begin(), table.schema().end() - table.hidden_columns()};
  }

  /// The active rows, columns joined by '|'.
  std::vector<std::string> read(const TableRef& table, std::vector<ExprRef> filters = {},
                                std::optional<uint64_t> limit = {}) {
    ScanRequest request;
    for (uint32_t column = 0; column < shown(*table).size(); ++column) {
      request.columns.push_back(column);
    }
    for (ExprRef& filter : filters) {
      request.filters.push_back(Conjunct::create(std::move(filter), context_.session));
    }
    request.limit = limit;
    scan_ = table->scan(std::move(request), context_);
    std::vector<std::string> texts;
    Morsel morsel;
    uint64_t expected_number = 0;
    while (scan_->next_morsel(morsel, Waker()) == Poll::kReady) {
      EXPECT_EQ(morsel.number, expected_number++);
      const auto reader = scan_->open(morsel);
      Chunk chunk;
      for (Poll poll; (poll = reader->read(chunk, Waker())) != Poll::kDone;) {
        if (poll == Poll::kBlocked) continue;
        chunk.active.for_each([&](uint32_t row) {
          std::string text;
          for (const Column& column : chunk.columns)
            text += Value::of(column, row).to_string() + "|";
          texts.push_back(std::move(text));
        });
      }
    }
    return texts;
  }
  uint64_t counter(std::string_view name) const {
    for (const auto& [known, value] : scan_->counters()) {
      if (known == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }

  static ExprRef equals(const Schema& columns, uint32_t column, Value value) {
    return CallExpr::create("=",
                            {ColumnExpr::create(column, columns[column].type, columns[column].name),
                             ConstantExpr::create(std::move(value))});
  }

  fs::path root_;
  const AccessPolicy access_ = AccessPolicy::open();
  QueryContext context_;
  std::unique_ptr<Scan> scan_;
};

TEST_F(ParquetTableTest, WhatIsWrittenIsReadInOrder) {
  write("one.parquet", schema(), {rows(0, 2000), rows(2000, 3000)});
  const auto table = open("one.parquet");
  EXPECT_EQ(shown(*table), schema());
  const auto texts = read(table);
  ASSERT_EQ(texts.size(), 3000u);
  EXPECT_EQ(texts[0], "0|1970-01-01|NULL|");
  EXPECT_EQ(texts[2999], "2999|1970-01-03|plain|");
  const TableStatistics statistics = table->statistics();
  EXPECT_TRUE(statistics.is_exact);
  EXPECT_EQ(statistics.row_count, 3000u);
  EXPECT_EQ(statistics.columns[0].max, Value::integer(2999));
  EXPECT_EQ(statistics.columns[2].null_count, 600u);
  EXPECT_EQ(read(open_table(table->descriptor(), AccessPolicy::open())).size(), 3000u);
}

TEST_F(ParquetTableTest, ALimitStopsTheScan) {
  std::vector<Chunk> chunks;
  for (int64_t begin = 0; begin < 20'000; begin += 2000)
    chunks.push_back(rows(begin, begin + 2000));
  write("one.parquet", schema(), std::move(chunks));
  const auto texts = read(open("one.parquet"), {}, 3000);
  EXPECT_GE(texts.size(), 3000u);
  EXPECT_LE(texts.size(), 6000u);
}

TEST_F(ParquetTableTest, PartitionsAreDirectoriesAndComeBackTyped) {
  const auto keys =
      Value::nested(Type::list(Type::varchar()), {Value::text("day"), Value::text("city")});
  write("parts", schema(), {rows(0, 1000), rows(1000, 1500)}, {{"partition_by", keys}});
  EXPECT_TRUE(fs::exists(root_ / "parts/day=1970-01-02/city=plain"));
  EXPECT_TRUE(fs::exists(root_ / "parts/day=1970-01-01/city=a%2Fb%3Dc %25"));
  EXPECT_TRUE(fs::exists(root_ / "parts/day=1970-01-03/city=__HIVE_DEFAULT_PARTITION__"));
  const auto table = open("parts");
  const Schema expected = {{"k", Type::int64()}, {"city", Type::varchar()}, {"day", Type::date()}};
  ASSERT_EQ(shown(*table), expected);  // keys by name, as DuckDB has them
  EXPECT_EQ(table->parts().size(), 9u);
  auto texts = read(table);
  ASSERT_EQ(texts.size(), 1500u);
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts[0], "0|NULL|1970-01-01|");
  EXPECT_TRUE(std::binary_search(texts.begin(), texts.end(), "4|a/b=c %|1970-01-02|"));

  // Files of other days are not even opened.
  const auto some = read(open("parts"), {equals(expected, 2, Value::integer(Type::date(), 1))});
  EXPECT_EQ(some.size(), 500u);
  EXPECT_EQ(counter("files pruned"), 6u);
  EXPECT_EQ(read(open("parts"), {equals(expected, 1, Value::text("plain")),
                                 equals(expected, 0, Value::integer(7))}),
            std::vector<std::string>{"7|plain|1970-01-02|"});
}

TEST_F(ParquetTableTest, HiveDirectoriesCanBeIgnored) {
  write("parts", schema(), {rows(0, 100)}, {{"partition_by", Value::text("day")}});
  TypedFilesOptions options;
  options.hive.is_wanted = false;
  EXPECT_EQ(shown(*open("parts", options)),
            (Schema{{"k", Type::int64()}, {"city", Type::varchar()}}));
}

TEST_F(ParquetTableTest, FilesOfDifferentColumnsAreUnitedByName) {
  write("f1.parquet", {{"a", Type::int64()}, {"b", Type::varchar()}}, {[] {
          ColumnBuilder a(Type::int64()), b(Type::varchar());
          a.append<int64_t>(1);
          b.append_text("x");
          return Chunk({a.seal(), b.seal()}, 1);
        }()});
  write("f2.parquet", {{"c", Type::float64()}, {"a", Type::int32()}}, {[] {
          ColumnBuilder c(Type::float64()), a(Type::int32());
          c.append<double>(0.5);
          a.append<int32_t>(2);
          return Chunk({c.seal(), a.seal()}, 1);
        }()});
  EXPECT_THROW(read(open("f*.parquet")), Error);
  TypedFilesOptions options;
  options.union_by_name = true;
  options.filename_column = "filename";
  const auto table = open("f*.parquet", options);
  EXPECT_EQ(read(table), (std::vector<std::string>{"1|x|NULL|" + path("f1.parquet") + "|",
                                                   "2|NULL|0.5|" + path("f2.parquet") + "|"}));
  // A filter on a column that one file has in another type, and one that only one file has.
  EXPECT_EQ(read(table, {equals(table->schema(), 0, Value::integer(2))}).size(), 1u);
  EXPECT_EQ(read(table, {equals(table->schema(), 1, Value::text("x"))}).size(), 1u);
  EXPECT_EQ(read(table, {equals(table->schema(), 3, Value::text(path("f2.parquet")))}).size(), 1u);
  EXPECT_EQ(counter("files pruned"), 1u);
}

TEST_F(ParquetTableTest, UnknownOptionsAndColumnsAreRefused) {
  EXPECT_THROW(write("x.parquet", schema(), {}, {{"comprssion", Value::text("zstd")}}), Error);
  EXPECT_THROW(write("x.parquet", schema(), {}, {{"compression", Value::text("lzw")}}), Error);
  EXPECT_THROW(write("x", schema(), {}, {{"partition_by", Value::text("nobody")}}), Error);
}

}  // namespace
}  // namespace doline
