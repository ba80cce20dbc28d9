#pragma once

#include <memory>
#include <string_view>

#include "table/csv_options.h"
#include "table/listed_input.h"

namespace doline {

/// One file of a CSV table: how it is read, and which of its columns is which of the table's.
struct CsvFile {
  ListedFile listed;
  std::shared_ptr<const CsvOptions> options;
  Schema file_columns;
  std::vector<int32_t> sources;  // for each column of the table: of the file, or one of the below
  std::shared_ptr<SniffedPipe> pipe;
  std::vector<Value> file_values = {};  // of the table's FileColumns
  /// Its header says where the columns are: until that is read, see CsvTable::by_header, it looks
  /// like the first file. So opening a table of many files reads the begins of few.
  bool goes_by_header = false;

  static constexpr int32_t kAbsent = -1;
  static constexpr int32_t kFileValue = -2;  // and less: file_values[kFileValue - source]
  /// A value that all rows of the file have: NULL or one of file_values. `source` < 0.
  Value constant(int32_t source, TypeRef type) const {
    return source <= kFileValue ? file_values[static_cast<size_t>(kFileValue - source)]
                                : Value::null(type);
  }
};

/// CSV files as one table. Immutable; thread-safe.
class CsvTable final : public Table {
 public:
  CsvTable(FileSystem& files, AccessPolicy policy, std::vector<CsvFile> parts, Schema schema,
           uint32_t hidden, std::vector<bool> is_guessed, std::string learned_source,
           double bytes_per_row)
      : files_(files),
        policy_(std::move(policy)),
        parts_(std::move(parts)),
        schema_(std::move(schema)),
        hidden_(hidden),
        is_guessed_(std::move(is_guessed)),
        learned_source_(std::move(learned_source)),
        bytes_per_row_(bytes_per_row) {}

  const Schema& schema() const override { return schema_; }
  uint32_t hidden_columns() const override { return hidden_; }
  std::string name() const override { return "read_csv"; }
  TableStatistics statistics() const override;
  std::string version() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;

  const std::vector<CsvFile>& parts() const { return parts_; }
  uint64_t size_bytes() const;
  /// The column's type was found by looking at the begin of files that can be read again: a later
  /// value that contradicts it may widen it.
  bool is_guessed(uint32_t column) const { return is_guessed_[column]; }
  const std::string& learned_source() const { return learned_source_; }
  /// From its first byte, decompressed. A pipe: once.
  std::unique_ptr<ByteStream> open_part(const CsvFile& part) const;

  /// A file that goes by its header, which begins `text`. Throws Error(kFormat) where that lacks a
  /// column of the table; columns that the table does not have are passed over.
  CsvFile by_header(const CsvFile& part, std::string_view text) const;

  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy& policy);

 private:
  FileSystem& files_;
  const AccessPolicy policy_;
  const std::vector<CsvFile> parts_;
  const Schema schema_;
  const uint32_t hidden_;
  const std::vector<bool> is_guessed_;  // one a column of the schema
  const std::string learned_source_;
  const double bytes_per_row_;  // 0: unknown
};

/// Lists the files, sniffs the first (with union_by_name each) and makes the table.
Ref<const CsvTable> open_csv_table(const std::vector<std::string>& paths,
                                   const CsvTableOptions& options, FileSystem& files,
                                   const AccessPolicy& policy,
                                   const LearnedTypes* learned = nullptr);

/// COPY … TO a CSV file.
std::unique_ptr<Writer> open_csv_writer(const std::string& path, const Schema& schema,
                                        const std::map<std::string, Value>& options,
                                        QueryContext& context);
std::unique_ptr<Scan> scan_csv(Ref<const CsvTable> table, ScanRequest request,
                               QueryContext& context);

}  // namespace doline
