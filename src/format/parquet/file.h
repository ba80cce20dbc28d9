#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "column/type.h"
#include "format/parquet/prune.h"
#include "format/parquet/schema_tree.h"
#include "io/file.h"

namespace doline::parquet {

/// A Parquet file, open: its footer read, its columns typed. Immutable and shared; any thread.
class ParquetFile final : public RefCounted {
 public:
  /// Reads the footer; may wait for the disk. Errors name the file: kCorrupt, kEncrypted,
  /// kNotSupported.
  static Ref<const ParquetFile> open(FileRef file);

  const std::string& path() const { return file_->path(); }
  const FileRef& file() const { return file_; }
  /// Names that occur twice get "_1", "_2", … appended.
  const Schema& schema() const { return schema_; }
  /// The same columns of the types that Arrow's schema beside Parquet's gives them, where Parquet
  /// has none of the kind: to which they are to be cast.
  const Schema& declared() const { return declared_; }
  const SchemaTree& tree() const { return tree_; }
  const FileMetaData& metadata() const { return metadata_; }
  uint64_t row_count() const { return row_count_; }
  /// Where column data ends and the footer begins.
  uint64_t data_end() const { return data_end_; }

  /// Bounds and NULLs of a column over the whole file, as far as its statistics tell.
  ColumnBounds column_bounds(size_t column) const;
  /// Of a flat column in one row group.
  ColumnBounds column_bounds(size_t column, size_t group) const;
  /// How many values the dictionary of a flat column has in one row group; nothing where it has
  /// none, or perhaps not of all its values. Reads the head of a page.
  std::optional<uint64_t> dictionary_values(size_t column, size_t group) const;

 private:
  ParquetFile() = default;
  void check();

  FileRef file_;
  FileMetaData metadata_;
  SchemaTree tree_;
  Schema schema_, declared_;
  uint64_t row_count_ = 0;
  uint64_t data_end_ = 0;
};
using ParquetFileRef = Ref<const ParquetFile>;

}  // namespace doline::parquet
