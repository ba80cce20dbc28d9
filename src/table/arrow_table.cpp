#include "table/arrow_table.h"

#include <algorithm>
#include <array>
#include <deque>

#include "format/ipc/stream_cutter.h"
#include "table/learned_source.h"
#include "table/listed_input.h"

namespace doline {

namespace {

/// Of a file's batches, how many are asked for their rows before a query is planned.
constexpr size_t kMostCountedBatches = 32;

const bool kRegistered = [] {
  register_table_kind("arrow", &ArrowTable::reopen);
  register_writer("arrow", &open_arrow_writer);
  register_writer("arrows", &open_arrow_stream_writer);
  return true;
}();

void refuse_first_feather(std::string_view begin, const std::string& path) {
  if (!begin.starts_with("FEA1")) return;
  throw Error(ErrorCode::kNotSupported, "{} is a Feather file of version 1, which is not read",
              path)
      .hint("pyarrow.feather.read_table() reads it, write_feather() writes version 2");
}

}  // namespace

ArrowPart::Opened ArrowPart::open(FileSystem& files, const AccessPolicy& policy) const {
  MutexLock lock(mutex_);
  if (!opened_) opened_ = open_unopened(files, policy);
  return *opened_;
}

ArrowPart::Opened ArrowPart::open_unopened(FileSystem& files, const AccessPolicy& policy) const {
  if (listed_.is_regular) {
    FileRef file = files.open_file(listed_.path, policy, {listed_.version, false});
    std::array<char, ipc::kFileMagic.size()> begin{};
    file->read_at(0, std::as_writable_bytes(std::span(begin)));
    const std::string_view magic(begin.data(), begin.size());
    refuse_first_feather(magic, listed_.path);
    if (magic == ipc::kFileMagic) {
      const ipc::IpcFileRef opened = ipc::IpcFile::open(std::move(file), is_mapped_);
      return {opened->schema(), opened, nullptr, nullptr};
    }
  }
  std::unique_ptr<ByteStream> stream = open_listed(listed_, files, policy, Compression::kAuto);
  ipc::StreamCutter cutter(listed_.path);
  std::deque<ipc::StreamPiece> pieces;
  std::string begin;
  while (pieces.empty()) {
    std::array<std::byte, 4096> block;
    const size_t got = stream->read(block);
    begin.append(reinterpret_cast<const char*>(block.data()), got);
    refuse_first_feather(begin, listed_.path);
    if (got == 0) cutter.finish();
    if (got > 0) cutter.feed({block.data(), got}, pieces);
    if (pieces.empty() && (got == 0 || cutter.is_at_end())) {
      throw Error(ErrorCode::kFormat, "{} is an Arrow stream without a schema", listed_.path);
    }
  }
  FileRef walked;
  if (!listed_.is_regular) {
    pipe_ = std::make_shared<SniffedPipe>(listed_.path, Compression::kAuto, std::move(begin),
                                          std::move(stream));
  } else if (stream->compression() == Compression::kNone) {
    walked = files.open_file(listed_.path, policy, {listed_.version, false});
  }
  const ipc::MessageRef first = pieces.front().message;
  if (first->kind() != ipc::Message::Kind::kSchema)
    first->place().broken("a stream begins with its schema");
  return {std::make_shared<const ipc::IpcSchema>(first->schema(), first->place()), nullptr, walked,
          walked && is_mapped_ ? MappedFile::map(*walked) : nullptr};
}

std::unique_ptr<ByteStream> ArrowPart::open_stream(FileSystem& files,
                                                   const AccessPolicy& policy) const {
  MutexLock lock(mutex_);
  if (pipe_) return pipe_->take("read_arrow");
  return open_listed(listed_, files, policy, Compression::kAuto);
}

ArrowTable::ArrowTable(FileSystem& files, AccessPolicy policy, std::vector<std::string> paths,
                       ArrowTableOptions options)
    : files_(files),
      policy_(std::move(policy)),
      paths_(std::move(paths)),
      is_mapped_(options.is_mapped),
      parts_(list_parts()),
      columns_(make_columns(std::move(options.files))) {
  (void)kRegistered;
}

std::vector<std::unique_ptr<ArrowPart>> ArrowTable::list_parts() const {
  std::vector<std::unique_ptr<ArrowPart>> parts;
  for (ListedFile& file : files_.list(paths_, policy_))
    parts.push_back(std::make_unique<ArrowPart>(std::move(file), is_mapped_));
  return parts;
}

TypedFiles ArrowTable::make_columns(TypedFilesOptions options) const {
  std::vector<ListedFile> listed;
  for (const auto& part : parts_) listed.push_back(part->listed());
  return {std::move(listed), std::move(options), [this](size_t part) {
            const Schema schema = open_part(part).schema->columns();
            if (schema.empty()) {
              throw Error(ErrorCode::kNotSupported, "{} has no columns, which is no table here",
                          parts_[part]->listed().path);
            }
            return schema;
          }};
}

uint64_t ArrowTable::size_bytes() const {
  uint64_t bytes = 0;
  for (const ListedFile& file : columns_.listed())
    bytes += file.is_regular ? file.version.size_bytes : 0;
  return bytes;
}

TableStatistics ArrowTable::statistics() const {
  MutexLock lock(mutex_);
  if (!statistics_) statistics_ = count_rows();
  return *statistics_;
}

TableStatistics ArrowTable::count_rows() const {
  const ArrowPart::Opened first = open_part(0);
  if (!first.file) return {};
  const std::vector<ipc::Block>& batches = first.file->batches();
  uint64_t rows = 0, bytes = 0;
  const size_t counted = std::min(batches.size(), kMostCountedBatches);
  for (size_t i = 0; i < counted; ++i) {
    rows += static_cast<uint64_t>(
        first.file->message(batches[i], ipc::Message::Kind::kRecordBatch, "record batch")->rows());
    bytes += batches[i].body_bytes + batches[i].metadata_bytes;
  }
  TableStatistics statistics;
  statistics.is_exact = parts_.size() == 1 && counted == batches.size();
  statistics.row_count = rows;
  if (!statistics.is_exact && bytes > 0) {
    statistics.row_count = static_cast<uint64_t>(
        static_cast<double>(rows) * static_cast<double>(size_bytes()) / static_cast<double>(bytes));
  }
  return statistics;
}

std::string ArrowTable::version() const {
  for (const ListedFile& file : columns_.listed()) {
    if (!file.is_regular) return {};
  }
  return learned_source("arrow", columns_.listed());
}

std::string ArrowTable::describe() const {
  if (parts_.size() == 1) return "Arrow, " + parts_[0]->listed().path;
  return fmt::format("Arrow, {} files", parts_.size());
}

TableDescriptor ArrowTable::descriptor() const {
  TableDescriptor descriptor{"arrow", {}};
  write_typed_files(paths_, columns_.options(), descriptor.parameters);
  if (is_mapped_) descriptor.parameters["mmap"] = "true";
  return descriptor;
}

TableRef ArrowTable::reopen(const TableDescriptor& descriptor, const AccessPolicy& policy) {
  auto [paths, options] = read_typed_files(descriptor.parameters);
  const bool is_mapped = descriptor.parameters.contains("mmap");
  return make_ref<const ArrowTable>(FileSystem::local(), policy, std::move(paths),
                                    ArrowTableOptions{std::move(options), is_mapped});
}

std::unique_ptr<Scan> ArrowTable::scan(ScanRequest request, QueryContext& context) const {
  return scan_arrow(Ref<const ArrowTable>(this), std::move(request), context);
}

}  // namespace doline
