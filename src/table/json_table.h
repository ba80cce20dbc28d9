#pragma once

#include <memory>

#include "plan/learned_types.h"
#include "table/file_columns.h"
#include "table/json_options.h"
#include "table/listed_input.h"

namespace doline {

/// A column, and what member of the values it is.
struct JsonColumn {
  std::string name;
  std::string key;
  TypeRef type;
  bool is_in_file = true;
  /// Which of the file's file_values it is, known without opening it; kNone: none.
  int32_t file_value = FileColumns::kNone;

  bool is_read() const { return file_value == FileColumns::kNone; }
};

struct JsonFile {
  ListedFile listed;
  JsonFormat format = JsonFormat::kAuto;  // kAuto: to be found out when it is read
  std::shared_ptr<SniffedPipe> pipe;
  std::vector<Value> file_values = {};  // of the table's FileColumns

  /// A value that all rows of the file have. `column` is not read.
  const Value& constant(const JsonColumn& column) const {
    return file_values[static_cast<size_t>(column.file_value)];
  }
};

/// JSON files as one table. Immutable; thread-safe.
class JsonTable final : public Table {
 public:
  struct Parts {
    std::vector<JsonFile> files;
    JsonOptions options;
    std::vector<JsonColumn> columns;
    uint32_t hidden = 0;  // Table::hidden_columns()
    bool is_records = true;
    bool is_guessed = true;
    /// Under what the session keeps what later values teach; empty: it cannot start over.
    std::string learned_source;
    double bytes_per_row = 0;  // 0: unknown
  };
  JsonTable(FileSystem& files, AccessPolicy policy, Parts parts);

  const Schema& schema() const override { return schema_; }
  uint32_t hidden_columns() const override { return parts_.hidden; }
  std::string name() const override { return "read_json"; }
  TableStatistics statistics() const override;
  std::string version() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;

  const Parts& parts() const { return parts_; }
  /// Of a whole value: for records a struct of the columns, by their keys.
  TypeRef value_type() const;
  uint64_t size_bytes() const;
  /// From its first byte, decompressed. A pipe: once.
  std::unique_ptr<ByteStream> open_stream(const JsonFile& file) const;
  /// For reading it anywhere, as it is.
  FileRef open_file(const JsonFile& file) const;

  static TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy& policy);

 private:
  FileSystem& files_;
  const AccessPolicy policy_;
  const Parts parts_;
  Schema schema_;
};

/// Lists the files, looks at the first values for their types, and makes the table.
Ref<const JsonTable> open_json_table(const std::vector<std::string>& paths,
                                     JsonTableOptions options, FileSystem& files,
                                     const AccessPolicy& policy,
                                     const LearnedTypes* learned = nullptr);

std::unique_ptr<Scan> scan_json(Ref<const JsonTable> table, ScanRequest request,
                                QueryContext& context);

/// COPY … TO a JSON file.
std::unique_ptr<Writer> open_json_writer(const std::string& path, const Schema& schema,
                                         const std::map<std::string, Value>& options,
                                         QueryContext& context);

}  // namespace doline
