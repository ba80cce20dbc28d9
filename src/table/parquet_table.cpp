#include "table/parquet_table.h"

#include <algorithm>

#include "base/ascii.h"
#include "kernel/cast.h"
#include "table/csv_options.h"

namespace doline {

namespace {

const bool kRegistered = [] {
  register_table_kind("parquet", &ParquetTable::reopen);
  register_writer("parquet", &open_parquet_writer);
  return true;
}();

}  // namespace

Schema::const_iterator parquet_column(const Schema& schema, const std::string& name) {
  const auto same = std::find_if(schema.begin(), schema.end(),
                                 [&](const Field& field) { return field.name == name; });
  if (same != schema.end()) return same;
  return std::find_if(schema.begin(), schema.end(),
                      [&](const Field& field) { return equal_ignoring_case(field.name, name); });
}

parquet::ParquetFileRef ParquetPart::file(FileSystem& files, const AccessPolicy& policy) const {
  MutexLock lock(mutex_);
  if (!file_)
    file_ =
        parquet::ParquetFile::open(files.open_file(listed_.path, policy, {listed_.version, false}));
  return file_;
}

parquet::ParquetFileRef ParquetPart::file_if_open() const {
  MutexLock lock(mutex_);
  return file_;
}

ParquetTable::ParquetTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
                           ParquetTableOptions options)
    : files_(files), policy_(std::move(policy)), paths_(std::move(paths)), options_(options) {
  list_parts();
  make_schema();
}

void ParquetTable::list_parts() {
  const std::vector<ListedFile> listed = files_.list(paths_, policy_);
  for (const ListedFile& file : listed) {
    if (!file.is_regular) {
      throw Error(ErrorCode::kNotSupported,
                  "{} can only be read in sequence, and Parquet is read from its end", file.path)
          .hint("write it to a file first");
    }
  }
  file_columns_ = find_file_columns(listed, options_.hive, options_.filename_column);
  for (size_t i = 0; i < listed.size(); ++i)
    parts_.push_back(std::make_unique<ParquetPart>(listed[i], std::move(file_columns_.values[i])));
}

void ParquetTable::make_schema() {
  schema_ = open_part(0)->schema();
  if (options_.union_by_name) {
    for (size_t part = 1; part < parts_.size(); ++part) {
      for (const Field& field : open_part(part)->schema()) {
        const auto known = parquet_column(schema_, field.name);
        if (known == schema_.end()) {
          schema_.push_back(field);
        } else if (const TypeRef both = common_type(known->type, field.type)) {
          schema_[static_cast<size_t>(known - schema_.begin())].type = both;
        }
      }
    }
  }
  const Field row_number{"file_row_number", Type::int64()};
  const bool is_taken = parquet_column(schema_, row_number.name) != schema_.end();
  if (options_.file_row_number) {
    if (is_taken) {
      throw Error(ErrorCode::kInvalidArgument,
                  "file_row_number => true: the files have a column of that name themselves");
    }
    row_number_column_ = static_cast<uint32_t>(schema_.size());
    schema_.push_back(row_number);
  }
  file_value_of_ = file_columns_.place(schema_);
  hidden_ = file_columns_.hidden_in(file_value_of_);
  if (options_.file_row_number || is_taken) return;
  row_number_column_ = static_cast<uint32_t>(schema_.size());
  schema_.push_back(row_number);
  file_value_of_.push_back(FileColumns::kNone);
  ++hidden_;
}

std::string ParquetTable::describe() const {
  if (parts_.size() == 1) return "Parquet, " + parts_[0]->listed().path;
  return fmt::format("Parquet, {} files", parts_.size());
}

TableDescriptor ParquetTable::descriptor() const {
  TableDescriptor descriptor{"parquet", {}};
  for (size_t i = 0; i < paths_.size(); ++i)
    descriptor.parameters[fmt::format("path{:06}", i)] = paths_[i];
  if (!options_.filename_column.empty())
    descriptor.parameters["filename"] = options_.filename_column;
  if (options_.file_row_number) descriptor.parameters["file_row_number"] = "true";
  if (options_.union_by_name) descriptor.parameters["union_by_name"] = "true";
  write_hive_options(options_.hive, descriptor.parameters);
  return descriptor;
}

TableRef ParquetTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  std::vector<std::string> paths;
  ParquetTableOptions options;
  for (const auto& [name, value] : descriptor.parameters) {
    if (name.starts_with("path")) paths.push_back(value);
    if (name == "filename") options.filename_column = value;
    if (name == "file_row_number") options.file_row_number = true;
    if (name == "union_by_name") options.union_by_name = true;
  }
  options.hive = read_hive_options(descriptor.parameters);
  return make_ref<const ParquetTable>(FileSystem::local(), policy, std::move(paths), options);
}

std::unique_ptr<Scan> ParquetTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_parquet(Ref<const ParquetTable>(this), std::move(request), context);
}

}  // namespace doline
