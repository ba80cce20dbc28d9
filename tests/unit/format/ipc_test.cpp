// Arrow IPC whose bytes are damaged in ways that writers do not: every byte of a file and a stream
// changed, and both cut off everywhere. (What is whole is tested from SQL and in
// tests/conformance/test_arrow_files.py.)
#include <gtest/gtest.h>

#include "base/error.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "format/ipc/writer.h"
#include "ipc_bytes.h"

namespace doline {
namespace {

/// A few rows of types that lie in different ways.
std::string written(bool is_stream, ipc::BodyCodec codec) {
  const TypeRef colors = Type::enumeration({"red", "green", "blue"});
  const Schema schema = {{"i", Type::int64()},
                         {"b", Type::boolean()},
                         {"s", Type::varchar()},
                         {"e", colors},
                         {"l", Type::list(Type::varchar())},
                         {"a", Type::array(Type::int32(), 2)},
                         {"t", Type::structure({{"x", Type::decimal(9, 2)}, {"y", Type::uuid()}})}};
  const Value text = Value::text("longer than what fits in place");
  const auto number = [](int64_t value) { return Value::integer(Type::int32(), value); };
  const std::vector<Value> row = {
      Value::integer(7),
      Value::boolean(true),
      text,
      Value::integer(colors, 1),
      Value::nested(schema[4].type, {text, Value::null(Type::varchar()), text}),
      Value::nested(schema[5].type, {number(1), number(2)}),
      Value::nested(schema[6].type,
                    {Value::integer(Type::decimal(9, 2), 314), Value::integer(Type::uuid(), 99)}),
  };
  std::vector<Column> columns;
  for (size_t i = 0; i < schema.size(); ++i) {
    ColumnBuilder builder(schema[i].type, 8);
    for (int j = 0; j < 5; ++j) builder.append_value(j == 3 ? Value::null(schema[i].type) : row[i]);
    columns.push_back(builder.seal());
  }
  const Chunk chunk(std::move(columns), 5);
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
