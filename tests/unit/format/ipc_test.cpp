// Arrow IPC whose bytes are damaged in ways that writers do not: every byte of a file and a stream
// changed, and both cut off everywhere. (What is whole is tested from SQL and in
// tests/conformance/test_arrow_files.py.)
#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "format/ipc/writer.h"
#include "ipc_bytes.h"

namespace doline {
namespace {

/// A few rows of types that lie in different ways.
std::string written(bool is_stream, ipc::BodyCodec codec, int rows = 5) {
  const TypeRef colors = Type::enumeration({"red", "green", "blue"});
  const Schema schema = {{"i", Type::int64()},
                         {"b", Type::boolean()},
                         {"s", Type::varchar()},
                         {"e", colors},
                         {"l", Type::list(Type::varchar())},
                         {"a", Type::array(Type::int32(), 2)},
                         {"t", Type::structure({{"x", Type::decimal(9, 2)}, {"y", Type::uuid()}})}};
  const auto row_of = [&](int64_t j) -> std::vector<Value> {
    const Value text = Value::text(
        std::string("longer than what fits in place").substr(static_cast<size_t>(j % 3)));
    const auto number = [](int64_t value) { return Value::integer(Type::int32(), value); };
    return {Value::integer(j),
            Value::boolean(j % 2 == 0),
            text,
            Value::integer(colors, j % 3),
            Value::nested(schema[4].type, std::vector<Value>(static_cast<size_t>(j % 4), text)),
            Value::nested(schema[5].type, {number(j), number(2)}),
            Value::nested(schema[6].type, {Value::integer(Type::decimal(9, 2), j),
                                           Value::integer(Type::uuid(), 99)})};
  };
  std::vector<Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    ColumnBuilder builder(schema[i].type, 8);
    for (int j = 0; j < rows; ++j)
      builder.append_value(j == 3 ? Value::null(schema[i].type) : row_of(j)[i]);
    columns.push_back(builder.seal());
  }
  const Chunk chunk(std::move(columns), static_cast<uint32_t>(rows));
  std::string bytes;
  ipc::WriteOptions options;
  options.is_stream = is_stream;
  options.codec = codec;
  ipc::IpcWriter writer(std::make_unique<MemoryTarget>(bytes), schema, options);
  for (int batch = 0; batch < 2; ++batch) {
    for (const ipc::EncodedMessage& message : writer.encode({&chunk, 1})) writer.append(message);
  }
  writer.finish();
  return bytes;
}

/// Rows that could be read before an error, or all of them.
uint64_t rows_of(const std::string& bytes, size_t block_bytes, bool& failed) {
  uint64_t rows = 0;
  failed = false;
  try {
    read_ipc(bytes, block_bytes, [&](const Chunk& chunk) {
      Chunk(chunk).retain().data_bytes();  // touches every byte that views lead to
      rows += chunk.row_count;
      return rows < 100'000;
    });
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::kInternal) << error.what();
    failed = true;
  }
  return rows;
}

class IpcTest : public testing::TestWithParam<std::pair<bool, ipc::BodyCodec>> {
 protected:
  const std::string bytes_ = written(GetParam().first, GetParam().second);
  const BudgetRef budget_ = Budget::create("test", Budget::process(), size_t{256} << 20);
  const BudgetScope scope_{*budget_};
  bool failed_ = false;
};

TEST_P(IpcTest, blocks_of_any_size_give_the_same_rows) {
  for (const size_t block : {size_t{0}, size_t{1}, size_t{7}, size_t{64}, bytes_.size()}) {
    EXPECT_EQ(rows_of(bytes_, block, failed_), 10u);
    EXPECT_FALSE(failed_);
  }
}

TEST(IpcRowsTest, rows_loaded_alone_are_those_of_the_batch) {
  const std::string bytes = written(false, ipc::BodyCodec::kNone, 20);
  const auto file = ipc::IpcFile::open(make_ref<const MemoryFile>(bytes));
  const ipc::IpcSchema& schema = *file->schema();
  std::vector<uint32_t> all(schema.columns().size());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<ipc::BatchColumn> columns;
  for (const uint32_t column : all) columns.push_back(schema.column(column));
  ipc::Dictionaries dictionaries(file->schema(), all);
  for (const ipc::Block& block : file->dictionaries()) {
    const auto message = file->message(block, ipc::Message::Kind::kDictionaryBatch, "dictionary");
    dictionaries.add(*message, file->body(block, *message), false);
  }
  ArrowDictionaries known = *dictionaries.known();
  const ipc::Block& block = file->batches()[1];
  const auto message = file->message(block, ipc::Message::Kind::kRecordBatch, "batch");
  const ipc::BodyRef body = file->body(block, *message);
  const auto whole = ipc::LoadedBatch::load(schema, columns, *message, body, known);
  ASSERT_TRUE(ipc::LoadedBatch::can_load_rows(columns, *message));
  for (int64_t begin = 0; begin < whole->rows(); ++begin) {
    for (int64_t end = begin + 1; end <= whole->rows(); ++end) {
      const auto some =
          ipc::LoadedBatch::load_rows(schema, columns, *message, body, known, begin, end);
      const auto rows = static_cast<uint32_t>(end - begin);
      const std::vector<Column> expected = whole->read(begin, rows, known);
      const std::vector<Column> found = some->read(begin, rows, known);
      for (size_t i = 0; i < found.size(); ++i) {
        for (uint32_t row = 0; row < rows; ++row) {
          EXPECT_EQ(Value::of(found[i], row).to_literal(), Value::of(expected[i], row).to_literal())
              << schema.columns()[i].name << " of row " << begin + row;
        }
      }
    }
  }
}

TEST_P(IpcTest, what_is_cut_off_is_an_error) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    for (const size_t block : {0, 512}) {
      const uint64_t rows = rows_of(bytes_.substr(0, size), block, failed_);
      // A stream may end behind any of its messages.
      EXPECT_TRUE(failed_ || (GetParam().first && rows % 5 == 0)) << size;
    }
  }
}

TEST_P(IpcTest, changed_bytes_are_errors_or_other_rows) {
  for (size_t at = 0; at < bytes_.size(); ++at) {
    std::string changed = bytes_;
    changed[at] = static_cast<char>(changed[at] ^ (at % 3 == 0 ? 0xFF : at % 3 == 1 ? 0x01 : 0x80));
    const uint64_t rows = rows_of(changed, 512, failed_);
    const bool failed_in_blocks = failed_;
    const uint64_t rows_in_file = rows_of(changed, 0, failed_);
    EXPECT_EQ(failed_, failed_in_blocks) << at;
    EXPECT_TRUE(failed_ || rows == rows_in_file) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(FilesAndStreams, IpcTest,
                         testing::Values(std::pair(false, ipc::BodyCodec::kNone),
                                         std::pair(true, ipc::BodyCodec::kNone),
                                         std::pair(false, ipc::BodyCodec::kLz4Frame),
                                         std::pair(true, ipc::BodyCodec::kZstd)));

}  // namespace
}  // namespace doline
