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
#include "table/typed_files.h"

namespace doline {

/// One file of a Parquet table. Opened when first needed: files that partition values rule out
/// never are. Thread-safe.
class ParquetPart {
 public:
  explicit ParquetPart(ListedFile listed) : listed_(std::move(listed)) {}

  const ListedFile& listed() const { return listed_; }
  /// The file, in the state it was listed in.
  parquet::ParquetFileRef file(FileSystem& files, const AccessPolicy& policy) const;
  parquet::ParquetFileRef file_if_open() const;

 private:
  const ListedFile listed_;
  mutable Mutex mutex_;
  mutable parquet::ParquetFileRef file_ GUARDED_BY(mutex_);
};

/// Parquet files as one table. Immutable; thread-safe.
class ParquetTable final : public Table {
 public:
  ParquetTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
               TypedFilesOptions options);

  const Schema& schema() const override { return columns_.schema(); }
  uint32_t hidden_columns() const override { return columns_.hidden_columns(); }
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
  const TypedFiles& columns() const { return columns_; }

 private:
  std::vector<std::unique_ptr<ParquetPart>> list_parts() const;
  TypedFiles make_columns(TypedFilesOptions options) const;

  FileSystem& files_;
  const AccessPolicy policy_;
  const std::vector<std::string> paths_;
  const std::vector<std::unique_ptr<ParquetPart>> parts_;
  const TypedFiles columns_;
};

std::unique_ptr<Scan> scan_parquet(Ref<const ParquetTable> table, ScanRequest request,
                                   QueryContext& context);

/// COPY … TO a Parquet file, or with partition_by to a directory of them.
std::unique_ptr<Writer> open_parquet_writer(const std::string& path, const Schema& schema,
                                            const std::map<std::string, Value>& options,
                                            QueryContext& context);

}  // namespace doline
