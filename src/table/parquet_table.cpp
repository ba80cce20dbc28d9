#include "table/parquet_table.h"

namespace doline {

namespace {

const bool kRegistered = [] {
  register_table_kind("parquet", &ParquetTable::reopen);
  register_writer("parquet", &open_parquet_writer);
  return true;
}();

}  // namespace

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
                           TypedFilesOptions options)
    : files_(files),
      policy_(std::move(policy)),
      paths_(std::move(paths)),
      parts_(list_parts()),
      columns_(make_columns(std::move(options))) {}

std::vector<std::unique_ptr<ParquetPart>> ParquetTable::list_parts() const {
  std::vector<std::unique_ptr<ParquetPart>> parts;
  for (ListedFile& file : files_.list(paths_, policy_)) {
    if (!file.is_regular) {
      throw Error(ErrorCode::kNotSupported,
                  "{} can only be read in sequence, and Parquet is read from its end", file.path)
          .hint("write it to a file first");
    }
    parts.push_back(std::make_unique<ParquetPart>(std::move(file)));
  }
  return parts;
}

TypedFiles ParquetTable::make_columns(TypedFilesOptions options) const {
  std::vector<ListedFile> listed;
  for (const auto& part : parts_) listed.push_back(part->listed());
  return {std::move(listed), std::move(options),
          [this](size_t part) { return open_part(part)->declared(); }};
}

std::string ParquetTable::describe() const {
  if (parts_.size() == 1) return "Parquet, " + parts_[0]->listed().path;
  return fmt::format("Parquet, {} files", parts_.size());
}

TableDescriptor ParquetTable::descriptor() const {
  TableDescriptor descriptor{"parquet", {}};
  write_typed_files(paths_, columns_.options(), descriptor.parameters);
  return descriptor;
}

TableRef ParquetTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  auto [paths, options] = read_typed_files(descriptor.parameters);
  return make_ref<const ParquetTable>(FileSystem::local(), policy, std::move(paths),
                                      std::move(options));
}

std::unique_ptr<Scan> ParquetTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_parquet(Ref<const ParquetTable>(this), std::move(request), context);
}

}  // namespace doline
