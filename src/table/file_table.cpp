// read_text and read_blob: whole files as rows, made when asked for.
#include <algorithm>
#include <atomic>
#include <cstring>

#include "column/column_builder.h"
#include "io/file_system.h"
#include "io/read_ahead.h"
#include "kernel/string_search.h"
#include "table/memory_table.h"
#include "table/table_function.h"

namespace doline {

namespace {

constexpr size_t kStreamBlockBytes = size_t{1} << 20;
constexpr uint64_t kMostContentBytes = uint64_t{2} << 30;

/// Rows of one table that are made file by file.
class FileTable final : public Table {
 public:
  FileTable(std::vector<ListedFile> files, AccessPolicy policy, bool is_text)
      : files_(std::move(files)),
        policy_(std::move(policy)),
        is_text_(is_text),
        schema_{{"filename", Type::varchar()},
                {"content", is_text ? Type::varchar() : Type::blob()},
                {"size", Type::int64()},
                {"last_modified", Type::timestamp_tz()}} {}
  const Schema& schema() const override { return schema_; }
  std::string name() const override { return is_text_ ? "read_text" : "read_blob"; }
  std::string describe() const override {
    return fmt::format("{}, {} files", name(), files_.size());
  }
  TableStatistics statistics() const override {
    TableStatistics statistics;
    statistics.row_count = files_.size();
    statistics.is_exact = true;
    return statistics;
  }
  TableDescriptor descriptor() const override {
    TableDescriptor descriptor{"files", {{"text", is_text_ ? "1" : ""}}};
    for (size_t i = 0; i < files_.size(); ++i)
      descriptor.parameters[fmt::format("path{:06}", i)] = files_[i].path;
    return descriptor;
  }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext&) const override;

 private:
  friend class FileScan;
  friend class FileReader;
  const std::vector<ListedFile> files_;
  const AccessPolicy policy_;
  const bool is_text_;
  const Schema schema_;
};

/// One file, whole, as it lies: neither decompressed nor looked into.
class FileReader final : public Reader {
 public:
  FileReader(const FileTable& table, const ScanRequest& request, const ListedFile& file)
      : table_(table), request_(request), file_(file) {}

  Poll read(Chunk& out, const Waker& waker) override {
    if (done_) return Poll::kDone;
    const bool asks_size = wants(2) && !file_.is_regular;  // of a pipe only its end tells
    if (wants(1) || asks_size) {
      const Poll poll = read_content(waker);
      if (poll == Poll::kBlocked) return poll;
    }
    done_ = true;
    std::vector<Column> columns;
    for (const uint32_t column : request_.columns) {
      if (column == 1) {
        columns.push_back(content());
        continue;
      }
      ColumnBuilder builder(table_.schema_[column].type, 1);
      switch (column) {
        case 0:
          builder.append_text(file_.path);
          break;
        case 2:
          builder.append(static_cast<int64_t>(file_.is_regular ? file_.version.size_bytes
                                                               : content_->size_bytes()));
          break;
        case 3:
          if (file_.is_regular) {
            builder.append(static_cast<int64_t>(file_.version.modified_ns / 1000));
          } else {
            builder.append_null();
          }
          break;
      }
      columns.push_back(builder.seal());
    }
    out = Chunk(std::move(columns), 1);
    return Poll::kReady;
  }

 private:
  bool wants(uint32_t column) const {
    return std::find(request_.columns.begin(), request_.columns.end(), column) !=
           request_.columns.end();
  }
  void check_size(uint64_t size) const {
    if (size <= kMostContentBytes) return;
    throw Error(ErrorCode::kNotSupported, "{} has more than 2 GiB, which no value holds",
                file_.path);
  }
  Poll read_content(const Waker& waker) {
    if (!blocks_) {
      OpenedFile opened = FileSystem::local().open(file_.path, table_.policy_, {{}, true});
      if (opened.file) {
        check_size(opened.file->size_bytes());
        content_ = Buffer::allocate(opened.file->size_bytes());
        content_->resize(opened.file->read_at(0, {content_->data(), content_->size_bytes()}));
        return Poll::kReady;
      }
      blocks_.emplace(std::move(opened.stream), kStreamBlockBytes, 2, current_budget());
    }
    for (;;) {
      BufferRef block;
      const Poll poll = blocks_->next(block, waker);
      if (poll == Poll::kBlocked) return poll;
      if (poll == Poll::kDone) break;
      stream_bytes_ += block->size_bytes();
      check_size(stream_bytes_);
      read_.push_back(std::move(block));
    }
    content_ = Buffer::allocate(stream_bytes_);
    size_t at = 0;
    for (const BufferRef& block : read_) {
      std::memcpy(content_->data() + at, block->data(), block->size_bytes());
      at += block->size_bytes();
    }
    read_.clear();
    return Poll::kReady;
  }

  /// The one value, which stays where it was read to.
  Column content() const {
    const std::string_view bytes(content_->as<char>(), content_->size_bytes());
    if (table_.is_text_ && !is_utf8(bytes)) {
      throw Error(ErrorCode::kFormat, "{}: byte {} is no UTF-8", file_.path, first_damage(bytes))
          .hint("read_blob takes any bytes");
    }
    BufferRef value = Buffer::allocate(sizeof(StringView));
    *value->as<StringView>() = StringView(bytes);
    return Column::flat(table_.schema_[1].type, 1, std::move(value), {}, content_);
  }
  /// Where a text stops being UTF-8.
  static size_t first_damage(std::string_view bytes) {
    constexpr size_t kStep = size_t{64} << 10;
    const auto begins_character = [&](size_t at) {
      return at >= bytes.size() || (static_cast<unsigned char>(bytes[at]) & 0xC0) != 0x80;
    };
    size_t at = 0;
    while (at < bytes.size()) {
      size_t end = std::min(at + kStep, bytes.size());
      while (end > at + 1 && !begins_character(end)) --end;
      if (!is_utf8(bytes.substr(at, end - at))) break;
      at = end;
    }
    while (at < bytes.size()) {
      size_t end = at + 1;
      while (end < at + 4 && !begins_character(end)) ++end;
      if (!is_utf8(bytes.substr(at, end - at))) break;
      at = end;
    }
    return at;
  }

  const FileTable& table_;
  const ScanRequest& request_;
  const ListedFile& file_;
  std::optional<ReadAhead> blocks_;  // of a pipe
  std::vector<BufferRef> read_;      // its blocks
  uint64_t stream_bytes_ = 0;
  BufferRef content_;
  bool done_ = false;
};

class FileScan final : public Scan {
 public:
  FileScan(Ref<const FileTable> table, ScanRequest request)
      : table_(std::move(table)), request_(std::move(request)) {}
  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kIgnored);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == table_->files_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<FileReader>(*table_, request_, table_->files_[morsel.begin]);
  }
  SourceProgress progress() const override { return {next_, table_->files_.size()}; }

 private:
  const Ref<const FileTable> table_;
  const ScanRequest request_;
  std::atomic<size_t> next_{0};
};

std::unique_ptr<Scan> FileTable::scan(ScanRequest request, QueryContext&) const {
  return std::make_unique<FileScan>(Ref<const FileTable>(this), std::move(request));
}

template <bool kText>
TableRef open_files(const TableFunctionCall& call, const TableFunctionContext& context) {
  refuse_unknown_options(call, {});
  return make_ref<const FileTable>(context.files.list(paths_of(call), context.policy),
                                   context.policy, kText);
}

/// The paths that a glob means, none included.
TableRef open_glob(const TableFunctionCall& call, const TableFunctionContext& context) {
  refuse_unknown_options(call, {});
  std::vector<std::string> paths;
  for (const std::string& pattern : paths_of(call)) {
    try {
      for (const ListedFile& file : context.files.list(pattern, context.policy))
        paths.push_back(file.path);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kFileNotFound) throw;
    }
  }
  std::vector<Chunk> chunks;
  for (size_t begin = 0; begin < paths.size(); begin += kChunkRows) {
    const size_t end = std::min(paths.size(), begin + kChunkRows);
    ColumnBuilder builder(Type::varchar());
    for (size_t i = begin; i < end; ++i) builder.append_text(paths[i]);
    std::vector<Column> columns;
    columns.push_back(builder.seal());
    chunks.emplace_back(std::move(columns), static_cast<uint32_t>(end - begin));
  }
  return MemoryTable::of_chunks("glob", {{"file", Type::varchar()}}, std::move(chunks));
}

const bool kRegistered = [] {
  register_table_kind(
      "files", +[](const TableDescriptor& descriptor, const AccessPolicy& policy) -> TableRef {
        std::vector<std::string> paths;
        for (const auto& [key, value] : descriptor.parameters) {
          if (key.starts_with("path")) paths.push_back(value);
        }
        const auto text = descriptor.parameters.find("text");
        const bool is_text = text != descriptor.parameters.end() && !text->second.empty();
        return make_ref<const FileTable>(FileSystem::local().list(paths, policy), policy, is_text);
      });
  return true;
}();

}  // namespace

void register_file_functions(std::vector<TableFunction>& all) {
  (void)kRegistered;
  all.push_back({"read_text",
                 {},
                 "Files as rows, their content as text.",
                 "FROM read_text('notes/*.txt')",
                 &open_files<true>,
                 {".txt"}});
  all.push_back({"read_blob",
                 {},
                 "Files as rows, their content as bytes.",
                 "FROM read_blob('images/*')",
                 &open_files<false>,
                 {}});
  all.push_back({"glob",
                 {},
                 "The paths of the files that a glob means.",
                 "FROM glob('data/*.csv')",
                 &open_glob,
                 {}});
}

}  // namespace doline
