#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "format/parquet/metadata.h"

namespace doline::parquet {
namespace {

/// A footer whose field `id` is a list of so many structs without fields, a byte each.
BufferRef footer_of_empty_structs(int id, uint32_t count) {
  std::string bytes;
  bytes.push_back(static_cast<char>(id << 4 | 9));  // a list
  bytes.push_back(static_cast<char>(0xFC));         // of structs, its size follows
  for (uint32_t left = count;; left >>= 7) {
    bytes.push_back(static_cast<char>(left < 128 ? left : (left & 127) | 128));
    if (left < 128) break;
  }
  bytes.append(count, '\0');
  bytes.push_back('\0');
  BufferRef buffer = Buffer::allocate(bytes.size());
  std::memcpy(buffer->data(), bytes.data(), bytes.size());
  return buffer;
}

TEST(ParquetMetadata, WhatAFooterUnfoldsToIsChargedBeforeItIsTaken) {
  const auto budget = Budget::create("test", Budget::process(), size_t{64} << 20);
  const BudgetScope scope(*budget);
  for (const int id : {2, 4, 5}) {  // schema, row groups, key value pairs
    try {
      parse_file_metadata(footer_of_empty_structs(id, 8'000'000));
      ADD_FAILURE() << "field " << id << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kMemoryLimit) << error.render();
    }
    EXPECT_EQ(budget->used_bytes(), 0u);
    EXPECT_LT(budget->peak_bytes(), size_t{64} << 20);
  }
  {
    const FileMetaData file = parse_file_metadata(footer_of_empty_structs(2, 1000));
    EXPECT_EQ(file.schema.size(), 1000u);
    EXPECT_GE(budget->used_bytes(), 1000 * sizeof(SchemaElement));
  }
  EXPECT_EQ(budget->used_bytes(), 0u);
}

}  // namespace
}  // namespace doline::parquet
