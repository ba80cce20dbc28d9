#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/chunk.h"
#include "format/parquet/column_encoder.h"
#include "format/parquet/write_schema.h"
#include "io/writable_file.h"

namespace doline::parquet {

/// Rows encoded as one row group, not yet in a file.
struct EncodedRowGroup {
  uint64_t row_count = 0;
  std::vector<EncodedColumn> columns;  // one a leaf
};

/// Writes one Parquet file: batches are encoded on any thread, many at once, and appended in order
/// by one. Footer and page indexes come with finish(), which also publishes the file; without it
/// nothing is left behind.
class FileWriter {
 public:
  FileWriter(std::unique_ptr<WritableFile> file, const Schema& schema, WriteOptions options);

  const WriteOptions& options() const { return options_; }
  /// Any thread. Chunks are dense, of the schema's types.
  EncodedRowGroup encode(const std::vector<Chunk>& batch) const;
  /// In row order, one thread at a time.
  void append(EncodedRowGroup group);
  void finish();
  void abandon() noexcept { file_->abandon(); }

  uint64_t row_count() const { return row_count_; }
  uint64_t written_bytes() const { return file_->position(); }

 private:
  struct WrittenGroup {
    EncodedRowGroup group;         // its bytes are gone, the description stays
    std::vector<uint64_t> begins;  // of each column's bytes
    uint64_t begin = 0, size_bytes = 0;
    std::vector<std::pair<uint64_t, uint64_t>> column_index,
        offset_index;  // position and size; 0: none
  };
  void write_indexes();
  void put_column_index(const WriteLeaf& leaf, const EncodedColumn& column, std::string& out) const;
  void put_offset_index(const EncodedColumn& column, uint64_t begin, std::string& out) const;
  std::string footer() const;
  void put_row_group(ThriftWriter& out, const WrittenGroup& written, size_t number) const;
  void put_column_metadata(ThriftWriter& out, const WriteLeaf& leaf, const EncodedColumn& column,
                           uint64_t begin) const;

  const std::unique_ptr<WritableFile> file_;
  const WriteSchema schema_;
  const WriteOptions options_;
  std::vector<WrittenGroup> groups_;
  uint64_t row_count_ = 0;
};

}  // namespace doline::parquet
