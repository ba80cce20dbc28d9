#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "format/parquet/file.h"
#include "io/file_system.h"
#include "plan/table.h"
#include "table/file_columns.h"

namespace doline {

struct ParquetTableOptions {
  std::string filename_column;   // empty: none
  bool file_row_number = false;  // shown, not hidden
  bool union_by_name = false;    // columns of all files, in a type for all; absent ones NULL
  HiveOptions hive;
};

/// One file of a Parquet table. Opened when first needed: files that partition values rule out
/// never are. Thread-safe.
class ParquetPart {
 public:
  ParquetPart(ListedFile listed, std::vector<Value> file_values)
      : listed_(std::move(listed)), file_values_(std::move(file_values)) {}

  const ListedFile& listed() const { return listed_; }
  /// Of the table's FileColumns.
  const std::vector<Value>& file_values() const { return file_values_; }
  /// The file, in the state it was listed in.
  parquet::ParquetFileRef file(FileSystem& files, const AccessPolicy& policy) const;
  parquet::ParquetFileRef file_if_open() const;

 private:
  const ListedFile listed_;
  const std::vector<Value> file_values_;
  mutable Mutex mutex_;
  mutable parquet::ParquetFileRef file_ GUARDED_BY(mutex_);
};

/// Parquet files as one table. Immutable; thread-safe.
class ParquetTable final : public Table {
 public:
  ParquetTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
               ParquetTableOptions options);

  const Schema& schema() const override { return schema_; }
  uint32_t hidden_columns() const override { return hidden_; }
  std::string name() const override { return "read_parquet"; }
  TableStatistics statistics() const override;
  /// By the sizes of dictionaries.
  std::optional<double> distinct_values(uint32_t column) const override;
  std::string version() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;
  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy& policy);

  const std::vector<std::unique_ptr<ParquetPart>>& parts() const { return parts_; }
  parquet::ParquetFileRef open_part(size_t part) const {
    return parts_[part]->file(files_, policy_);
  }
  /// Position of a column among the file_values of parts; FileColumns::kNone where it is none.
  int32_t file_value_of(uint32_t column) const { return file_value_of_[column]; }
  /// Whether it says which row of its file a row is, counted from 0.
  bool is_row_number(uint32_t column) const { return column == row_number_column_; }
  bool union_by_name() const { return options_.union_by_name; }

 private:
  void list_parts();
  void make_schema();

  FileSystem& files_;
  const AccessPolicy policy_;
  const std::vector<std::string> paths_;
  const ParquetTableOptions options_;
  std::vector<std::unique_ptr<ParquetPart>> parts_;
  FileColumns file_columns_;
  Schema schema_;
  uint32_t hidden_ = 0;
  static constexpr uint32_t kNoColumn = ~uint32_t{0};
  uint32_t row_number_column_ = kNoColumn;
  std::vector<int32_t> file_value_of_;
};

/// The column of that name; else the first that is called so but for upper and lower case.
Schema::const_iterator parquet_column(const Schema& schema, const std::string& name);

std::unique_ptr<Scan> scan_parquet(Ref<const ParquetTable> table, ScanRequest request,
                                   QueryContext& context);

/// COPY … TO a Parquet file, or with partition_by to a directory of them.
std::unique_ptr<Writer> open_parquet_writer(const std::string& path, const Schema& schema,
                                            const std::map<std::string, Value>& options,
                                            QueryContext& context);

}  // namespace doline
