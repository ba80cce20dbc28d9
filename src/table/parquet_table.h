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
#include "table/hive_partitions.h"

namespace doline {

struct ParquetTableOptions {
  bool filename = false;       // a column "filename" behind the files' own
  bool union_by_name = false;  // columns of all files, in a type for all; absent ones NULL
  HiveOptions hive;
};

/// One file of a Parquet table. Opened when first needed: files that partition values rule out
/// never are. Thread-safe.
class ParquetPart {
 public:
  ParquetPart(ListedFile listed, std::vector<Value> partition_values)
      : listed_(std::move(listed)), partition_values_(std::move(partition_values)) {}

  const ListedFile& listed() const { return listed_; }
  /// One a partition column of the table.
  const std::vector<Value>& partition_values() const { return partition_values_; }
  /// The file, in the state it was listed in.
  parquet::ParquetFileRef file(FileSystem& files, const AccessPolicy& policy) const;
  parquet::ParquetFileRef file_if_open() const;

 private:
  const ListedFile listed_;
  const std::vector<Value> partition_values_;
  mutable Mutex mutex_;
  mutable parquet::ParquetFileRef file_ GUARDED_BY(mutex_);
};

/// Parquet files as one table. Immutable; thread-safe.
class ParquetTable final : public Table {
 public:
  ParquetTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
               ParquetTableOptions options);

  const Schema& schema() const override { return schema_; }
  std::string name() const override { return "read_parquet"; }
  TableStatistics statistics() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;
  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy& policy);

  const std::vector<std::unique_ptr<ParquetPart>>& parts() const { return parts_; }
  parquet::ParquetFileRef open_part(size_t part) const {
    return parts_[part]->file(files_, policy_);
  }
  /// Position of a column among the partition values; -1 where it is none.
  int32_t partition_of(uint32_t column) const { return partition_of_[column]; }
  bool is_filename(uint32_t column) const {
    return static_cast<int32_t>(column) == filename_column_;
  }
  bool union_by_name() const { return options_.union_by_name; }

 private:
  void list_parts();
  void make_schema();

  FileSystem& files_;
  const AccessPolicy policy_;
  const std::vector<std::string> paths_;
  const ParquetTableOptions options_;
  std::vector<std::unique_ptr<ParquetPart>> parts_;
  std::vector<Field> partition_columns_;
  Schema schema_;
  int32_t filename_column_ = -1;
  std::vector<int32_t> partition_of_;
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
