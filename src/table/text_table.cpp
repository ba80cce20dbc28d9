// read_log: log files as tables.
#include <algorithm>
#include <atomic>
#include <map>

#include "column/column_builder.h"
#include "format/text/log_parser.h"
#include "format/text/log_rows.h"
#include "format/text_begin.h"
#include "io/read_ahead.h"
#include "kernel/time_zone.h"
#include "plan/scan_filters.h"
#include "table/csv_options.h"
#include "table/file_columns.h"
#include "table/line_numbers.h"
#include "table/option_values.h"
#include "table/rejects.h"
#include "table/sniffed_pipe.h"
#include "table/table_function.h"

namespace doline {

namespace {

constexpr size_t kSampleBytes = size_t{1} << 20;
// A range and what is read behind it fill a block of a MiB, which stays in the caches until it is
// parsed, and whose memory the next one takes over.
constexpr size_t kTailBytes = size_t{16} << 10;
constexpr size_t kMorselBytes = (size_t{1} << 20) - kTailBytes - 2 * Buffer::kPaddingBytes;
constexpr size_t kStreamBlockBytes = size_t{1} << 20;
/// A record longer than this is damage, not data.
constexpr size_t kMostRecordBytes = size_t{64} << 20;

struct LogFile {
  std::string path;
  bool is_plain = false;  // else compressed or a stream, read in sequence
  uint64_t size_bytes = 0;
  FileVersion version;
  std::shared_ptr<SniffedPipe> pipe = nullptr;  // a stream whose begin was looked at
  std::vector<Value> file_values = {};          // of the table's FileColumns
};

/// What of a request the parser fills in, and what each file knows.
struct LogRequest {
  ScanRequest scan;
  std::optional<ScanFilters> filters;  // of the scan
  std::vector<uint32_t> parsed;        // columns of the parser's, in output order
  std::vector<int32_t> places;         // for each of scan.columns: the file's value, or kNone
};

std::string option_text(TableFunctionCall& call, const std::string& name) {
  const Value value = take_option(call, name);
  return value.is_null() ? "" : value.to_string();
}

bool option_flag(TableFunctionCall& call, const std::string& name, bool otherwise) {
  const Value value = take_option(call, name);
  if (value.is_null()) return otherwise;
  if (value.type()->is(TypeKind::kBool)) return value.as_bool();
  throw Error(ErrorCode::kInvalidArgument, call.span, "{} takes true or false, not {}", name,
              value.to_literal());
}

std::string first_bytes(LogFile& file, bool is_regular, const AccessPolicy& policy,
                        FileSystem& files, bool& whole) {
  auto stream = is_regular ? files.open_stream(file.path, policy, Compression::kAuto, {{}, true})
                           : open_pipe(files, file.path, policy);
  std::string sample(kSampleBytes, '\0');
  const size_t got =
      stream->read_fully({reinterpret_cast<std::byte*>(sample.data()), sample.size()});
  whole = got < sample.size();
  sample.resize(got);
  if (!is_regular)
    file.pipe =
        std::make_shared<SniffedPipe>(file.path, Compression::kAuto, sample, std::move(stream));
  return sample;
}

/// Opened for each range that is read: a glob may mean more files than may be open. What was there
/// when the table was made is read; a log may have got longer since.
FileRef open_plain(const LogFile& file, const AccessPolicy& policy) {
  return FileSystem::local().open_file(file.path, policy, {file.version, true});
}

class LogTable;

/// Rows and rejects of blocks of whole records.
class BlockRows {
 public:
  /// `numbers`: where the block's first line is looked up; null when open() is told.
  BlockRows(const LogParser& parser, const LogRequest& request, bool keeps_rejects,
            RejectStore* rejects, std::atomic<uint64_t>& rows_read, const LogFile& file,
            std::shared_ptr<LineNumbers> numbers)
      : parser_(parser),
        request_(request),
        keeps_rejects_(keeps_rejects),
        rejects_(rejects),
        rows_read_(rows_read),
        file_(file),
        numbers_(std::move(numbers)),
        filters_(*request.filters) {}

  void open(BufferRef buffer, std::string_view text, uint64_t first_byte, uint64_t first_line = 1) {
    buffer_ = std::move(buffer);
    block_.emplace(text, first_line);
    first_byte_ = first_byte;
  }
  bool is_open() const { return block_ && !block_->done(); }
  /// Lines of the block that are behind it.
  uint64_t line() const { return block_->line; }

  /// One chunk of the block's rows, filtered.
  void read(Chunk& out) {
    LogRows rows(parser_.columns(), request_.parsed, buffer_);
    std::vector<LogReject> rejects;
    parser_.read(*block_, rows, rejects);
    const uint32_t count = rows.size();
    std::vector<Column> columns = rows.seal();
    for (size_t i = 0; i < request_.places.size(); ++i) {
      if (request_.places[i] == FileColumns::kNone) continue;
      const Value& value = file_.file_values[static_cast<size_t>(request_.places[i])];
      columns.insert(columns.begin() + static_cast<ptrdiff_t>(i), value.to_column(count));
    }
    out = Chunk(std::move(columns), count);
    filters_.narrow(out);
    rows_read_.fetch_add(out.size(), std::memory_order_relaxed);
    if (rejects.empty()) return;
    const uint64_t lines_before = numbers_ ? numbers_->line_at(first_byte_) - 1 : 0;
    if (!keeps_rejects_) {
      const LogReject& first = rejects.front();
      throw Error(ErrorCode::kFormat, "{}, line {}: {}", file_.path, lines_before + first.line,
                  first.reason)
          .hint("rejects => true skips such lines and keeps them for FROM rejects()");
    }
    std::vector<Reject> kept;
    for (const LogReject& reject : rejects) {
      const auto line_ends = std::count(reject.text.begin(), reject.text.end(), '\n');
      kept.push_back({file_.path, lines_before + reject.line, first_byte_ + reject.byte,
                      std::string(reject.column), reject.reason, std::string(reject.text),
                      1 + static_cast<uint64_t>(line_ends)});
    }
    if (rejects_) rejects_->add(std::move(kept));
  }

 private:
  const LogParser& parser_;
  const LogRequest& request_;
  const bool keeps_rejects_;
  RejectStore* const rejects_;  // null: they are kept nowhere
  std::atomic<uint64_t>& rows_read_;
  const LogFile& file_;
  const std::shared_ptr<LineNumbers> numbers_;
  BufferRef buffer_;
  std::optional<LogBlock> block_;
  uint64_t first_byte_ = 0;
  ScanFilters::Run filters_;
};

/// Files of one log format. Plain files are cut into byte ranges that are read in parallel; what
/// must be decompressed, or comes from a pipe, is read in sequence, one task a file.
class LogTable final : public Table {
 public:
  LogTable(std::vector<LogFile> files, AccessPolicy policy, std::shared_ptr<const LogParser> parser,
           const FileColumns& file_columns, bool keeps_rejects,
           std::map<std::string, std::string> parameters)
      : files_(std::move(files)),
        policy_(std::move(policy)),
        parser_(std::move(parser)),
        schema_(parser_->columns()),
        file_value_of_(file_columns.place(schema_)),
        hidden_(file_columns.hidden_in(file_value_of_)),
        keeps_rejects_(keeps_rejects),
        parameters_(std::move(parameters)) {}

  const Schema& schema() const override { return schema_; }
  uint32_t hidden_columns() const override { return hidden_; }
  std::string name() const override { return "read_log"; }
  std::string describe() const override {
    return fmt::format(
        "{} log, {}", name_of(parser_->format()),
        files_.size() == 1 ? files_[0].path : fmt::format("{} files", files_.size()));
  }
  TableStatistics statistics() const override {
    TableStatistics statistics;
    uint64_t bytes = 0;
    for (const LogFile& file : files_) bytes += file.size_bytes;
    statistics.row_count = bytes / 120 + 1;
    return statistics;
  }
  TableDescriptor descriptor() const override { return {"log", parameters_}; }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;

 private:
  friend class LogScan;
  const std::vector<LogFile> files_;
  const AccessPolicy policy_;
  const std::shared_ptr<const LogParser> parser_;  // with readers of scans that outlive the table
  Schema schema_;
  const std::vector<int32_t> file_value_of_;
  const uint32_t hidden_;
  const bool keeps_rejects_;
  const std::map<std::string, std::string> parameters_;
};

/// One byte range of a plain file: the records that begin in it.
class RangeReader final : public Reader {
 public:
  RangeReader(const LogFile& file, const AccessPolicy& policy,
              std::shared_ptr<const LogParser> parser, const LogRequest& request,
              bool keeps_rejects, RejectStore* rejects, std::atomic<uint64_t>& rows_read,
              std::shared_ptr<LineNumbers> numbers, Morsel morsel)
      : file_(file),
        policy_(policy),
        parser_(std::move(parser)),
        rows_(*parser_, request, keeps_rejects, rejects, rows_read, file, std::move(numbers)),
        morsel_(morsel) {}

  Poll read(Chunk& out, const Waker&) override {
    if (!is_loaded_) load();
    if (!rows_.is_open()) return Poll::kDone;
    rows_.read(out);
    return Poll::kReady;
  }

 private:
  void load() {
    is_loaded_ = true;
    if (morsel_.begin == morsel_.end) return;  // an empty file
    const FileRef opened = open_plain(file_, policy_);
    // What lies before tells whether a record begins at the range's begin; the last record may end
    // beyond the range.
    const uint64_t from = morsel_.begin == 0            ? 0
                          : parser_->has_long_records() ? line_before(*opened)
                                                        : morsel_.begin - 1;
    size_t wanted = static_cast<size_t>(morsel_.end - from) + kTailBytes / 2;
    wanted += kTailBytes / 2 - std::min<size_t>(kTailBytes / 2, morsel_.begin - from);
    while (true) {
      wanted = static_cast<size_t>(std::min<uint64_t>(wanted, file_.size_bytes - from));
      BufferRef buffer = Buffer::allocate(wanted);
      const size_t got = opened->read_at(from, {buffer->data(), wanted});
      const std::string_view text(reinterpret_cast<const char*>(buffer->data()), got);
      size_t begin = 0;
      if (morsel_.begin != 0) {
        const size_t line = text.find('\n', static_cast<size_t>(morsel_.begin - 1 - from));
        if (line == std::string_view::npos || from + line + 1 > morsel_.end) {
          if (from + got >= morsel_.end) return;  // no line begins here
        }
        begin =
            line == std::string_view::npos ? text.size() : parser_->record_begin(text, line + 1);
      }
      if (begin == std::string_view::npos || from + begin >= morsel_.end) return;
      size_t end = text.size();
      if (from + text.size() < file_.size_bytes) {
        end = parser_->record_begin(text, static_cast<size_t>(morsel_.end - from));
        if (end == std::string_view::npos) {  // the last record goes on behind what was read
          if (wanted > kMorselBytes + kMostRecordBytes) {
            throw Error(ErrorCode::kFormat, "{}, byte {}: a record longer than 64 MiB", file_.path,
                        morsel_.begin);
          }
          wanted *= 2;
          continue;
        }
      } else if (morsel_.end < file_.size_bytes) {
        const size_t next = parser_->record_begin(text, static_cast<size_t>(morsel_.end - from));
        if (next != std::string_view::npos) end = next;
      }
      rows_.open(buffer, text.substr(begin, end - begin), from + begin);
      return;
    }
  }

  /// Where the line begins that the byte before the range is of.
  uint64_t line_before(const File& opened) const {
    const uint64_t last = morsel_.begin - 1;
    for (uint64_t back = 512; back <= kMostRecordBytes; back *= 2) {
      const uint64_t from = last - std::min(last, back);
      const BufferRef buffer = Buffer::allocate(last - from + 1);
      const size_t got = opened.read_at(from, {buffer->data(), static_cast<size_t>(last - from)});
      const size_t newline = std::string_view(buffer->as<char>(), got).rfind('\n');
      if (newline != std::string_view::npos) return from + newline + 1;
      if (from == 0) return 0;
    }
    return last;  // within a line that is damage
  }

  const LogFile& file_;
  const AccessPolicy& policy_;
  const std::shared_ptr<const LogParser> parser_;
  BlockRows rows_;
  const Morsel morsel_;
  bool is_loaded_ = false;
};

/// A whole file in sequence, decompressed on a thread of its own.
class SequenceReader final : public Reader {
 public:
  SequenceReader(const LogFile& file, const AccessPolicy& policy,
                 std::shared_ptr<const LogParser> parser, const LogRequest& request,
                 bool keeps_rejects, RejectStore* rejects, std::atomic<uint64_t>& rows_read)
      : parser_(std::move(parser)),
        rows_(*parser_, request, keeps_rejects, rejects, rows_read, file, nullptr),
        path_(file.path),
        blocks_(file.pipe ? file.pipe->take("read_log")
                          : FileSystem::local().open_stream(file.path, policy, Compression::kAuto,
                                                            {{}, true}),
                kStreamBlockBytes, 4, current_budget()) {}

  Poll read(Chunk& out, const Waker& waker) override {
    while (!rows_.is_open()) {
      if (has_block_) {
        line_ = rows_.line();
        has_block_ = false;
      }
      if (ended_) return Poll::kDone;
      BufferRef block;
      const Poll poll = blocks_.next(block, waker);
      if (poll == Poll::kBlocked) return poll;
      ended_ = poll == Poll::kDone;
      take(block);
    }
    rows_.read(out);
    return Poll::kReady;
  }

 private:
  /// What was left of the last block and the new one together; the whole records of them.
  void take(const BufferRef& block) {
    const size_t more = block ? block->size_bytes() : 0;
    BufferRef joined = Buffer::allocate(rest_.size() + more);
    std::memcpy(joined->data(), rest_.data(), rest_.size());
    if (more > 0) std::memcpy(joined->data() + rest_.size(), block->data(), more);
    const std::string_view text(reinterpret_cast<const char*>(joined->data()),
                                joined->size_bytes());
    const size_t whole = ended_ ? text.size() : parser_->whole_records(text);
    if (whole == 0 && text.size() > kMostRecordBytes) {
      throw Error(ErrorCode::kFormat, "{}, byte {}: a record longer than 64 MiB", path_, byte_);
    }
    rest_.assign(text.substr(whole));
    if (whole == 0) return;
    rows_.open(joined, text.substr(0, whole), byte_, line_);
    byte_ += whole;
    has_block_ = true;
  }

  const std::shared_ptr<const LogParser> parser_;
  BlockRows rows_;
  const std::string path_;
  ReadAhead blocks_;
  std::string rest_;
  uint64_t byte_ = 0;
  uint64_t line_ = 1;
  bool has_block_ = false;
  bool ended_ = false;
};

class LogScan final : public Scan {
 public:
  LogScan(Ref<const LogTable> table, ScanRequest request, const QueryContext& context)
      : table_(std::move(table)), rejects_(context.rejects) {
    if (rejects_) rejects_->begin_query();
    for (const uint32_t column : request.columns) {
      request_.places.push_back(table_->file_value_of_[column]);
      if (request_.places.back() == FileColumns::kNone) request_.parsed.push_back(column);
    }
    request_.scan = std::move(request);
    request_.filters.emplace(request_.scan.filters, request_.scan.runtime, context.settings);
    for (uint32_t i = 0; i < table_->files_.size(); ++i) {
      const LogFile& file = table_->files_[i];
      const bool may_match =
          constants_may_match(request_.scan, [&](uint32_t column) -> std::optional<Value> {
            const int32_t place = table_->file_value_of_[column];
            if (place == FileColumns::kNone) return std::nullopt;
            return file.file_values[static_cast<size_t>(place)];
          });
      if (!may_match) {
        numbers_.push_back(nullptr);
        ++files_pruned_;
        continue;
      }
      const auto open = [table = table_, &file] { return open_plain(file, table->policy_); };
      numbers_.push_back(file.is_plain ? std::make_shared<LineNumbers>(open, context) : nullptr);
      total_ += file.size_bytes;
      const uint64_t step = file.is_plain ? kMorselBytes : std::max<uint64_t>(1, file.size_bytes);
      for (uint64_t begin = 0; begin < std::max<uint64_t>(1, file.size_bytes); begin += step) {
        morsels_.push_back({morsels_.size(), begin, std::min(begin + step, file.size_bytes), i});
        if (!file.is_plain) break;
      }
    }
  }
  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.scan.filters.size(), Pushed::kExact);
  }
  std::vector<std::pair<std::string, uint64_t>> counters() const override {
    return {{"files pruned", files_pruned_}};
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    // Morsels handed out are a prefix of the rows: enough rows of them suffice for a limit.
    const std::optional<uint64_t>& limit = request_.scan.limit;
    if (limit && rows_read_.load(std::memory_order_relaxed) >= *limit) return Poll::kDone;
    if (next_ == morsels_.size()) return Poll::kDone;
    out = morsels_[next_++];
    done_ += out.end - out.begin;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    const LogFile& file = table_->files_[morsel.part];
    if (file.is_plain) {
      return std::make_unique<RangeReader>(file, table_->policy_, table_->parser_, request_,
                                           table_->keeps_rejects_, rejects_, rows_read_,
                                           numbers_[morsel.part], morsel);
    }
    return std::make_unique<SequenceReader>(file, table_->policy_, table_->parser_, request_,
                                            table_->keeps_rejects_, rejects_, rows_read_);
  }
  SourceProgress progress() const override { return {done_, total_}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::max<size_t>(1, morsels_.size()));
  }

 private:
  const Ref<const LogTable> table_;
  LogRequest request_;
  RejectStore* const rejects_;
  std::vector<std::shared_ptr<LineNumbers>> numbers_;  // of the plain files
  std::vector<Morsel> morsels_;
  std::atomic<size_t> next_{0};
  std::atomic<uint64_t> done_{0}, rows_read_{0};
  uint64_t total_ = 0;
  uint64_t files_pruned_ = 0;
};

std::unique_ptr<Scan> LogTable::scan(ScanRequest request, QueryContext& context) const {
  return std::make_unique<LogScan>(Ref<const LogTable>(this), std::move(request), context);
}

TableRef make_log_table(const std::vector<std::string>& paths, LogOptions options,
                        const std::string& zone, const std::string& filename_column,
                        const HiveOptions& hive, bool keeps_rejects, FileSystem& files,
                        const AccessPolicy& policy) {
  options.zone = find_zone(zone);
  std::map<std::string, std::string> parameters = {{"format", std::string(name_of(options.format))},
                                                   {"pattern", options.pattern},
                                                   {"rejects", keeps_rejects ? "1" : ""},
                                                   {"now", std::to_string(options.now_micros)},
                                                   {"zone", zone}};
  for (size_t i = 0; i < paths.size(); ++i) parameters[fmt::format("path{:06}", i)] = paths[i];
  if (!filename_column.empty()) parameters["filename"] = filename_column;
  write_hive_options(hive, parameters);
  std::vector<LogFile> opened;
  std::vector<bool> is_regular;
  const std::vector<ListedFile> all_listed = files.list(paths, policy);
  FileColumns file_columns = find_file_columns(all_listed, hive, filename_column);
  for (const ListedFile& listed : all_listed) {
    LogFile file{listed.path, false, listed.is_regular ? listed.version.size_bytes : 0,
                 listed.version};
    if (listed.is_regular) {
      std::byte magic[kMagicBytes] = {};
      const size_t got = open_plain(file, policy)->read_at(0, magic);
      file.is_plain =
          detect_compression(std::span(magic).first(got), file.path) == Compression::kNone;
    }
    file.file_values = std::move(file_columns.values[opened.size()]);
    opened.push_back(std::move(file));
    is_regular.push_back(listed.is_regular);
  }
  std::string sample, sampled;
  for (size_t i = 0; i < opened.size(); ++i) {
    sampled = opened[i].path;
    sample = first_bytes(opened[i], is_regular[i], policy, files, options.sample_is_whole_file);
    if (!sample.empty()) break;
  }
  refuse_what_is_no_text(sample, sampled);
  std::shared_ptr<const LogParser> parser;
  try {
    parser = create_log_parser(options, sample);
  } catch (const Error& error) {
    Error named(error);
    if (error.code() == ErrorCode::kFormat) named.add_note("the file is " + sampled);
    throw named;
  }
  return make_ref<const LogTable>(std::move(opened), policy, std::move(parser), file_columns,
                                  keeps_rejects, std::move(parameters));
}

const std::vector<std::string>& log_read_options() {
  static const std::vector<std::string> names = {"format",
                                                 "pattern",
                                                 "rejects",
                                                 "filename",
                                                 "hive_partitioning",
                                                 "hive_types",
                                                 "hive_types_autocast"};
  return names;
}

TableRef open_log(const TableFunctionCall& given, const TableFunctionContext& context) {
  TableFunctionCall call = given;
  const std::vector<std::string> paths = paths_of(call);
  LogOptions options;
  options.pattern = option_text(call, "pattern");
  std::string format = option_text(call, "format");
  if (format.empty()) format = options.pattern.empty() ? "auto" : "regex";
  const auto known = log_format_named(format);
  if (!known) {
    throw Error(ErrorCode::kInvalidArgument, call.span, "no log format \"{}\"", format)
        .hint(fmt::format("the formats are {}", fmt::join(log_format_names(), ", ")));
  }
  options.format = *known;
  if (options.format == LogFormat::kRegex && options.pattern.empty()) {
    throw Error(ErrorCode::kInvalidArgument, call.span, "format => 'regex' needs a pattern")
        .hint("pattern => '^(?<time>\\S+) (?<message>.*)$': each named group is a column");
  }
  options.now_micros = context.session.now_micros;
  const bool rejects = option_flag(call, "rejects", true);
  std::string filename_column;
  with_option(call, {"filename"}, [&](const Value& value, const char* name) {
    filename_column = filename_option(value, name);
  });
  const HiveOptions hive = take_hive_options(call);
  refuse_unknown_options(call, log_read_options());
  return make_log_table(paths, options, context.session.time_zone, filename_column, hive, rejects,
                        context.files, context.policy);
}

std::vector<std::string> paths_in(const TableDescriptor& descriptor) {
  std::vector<std::string> paths;
  for (const auto& [key, value] : descriptor.parameters) {
    if (key.starts_with("path")) paths.push_back(value);
  }
  return paths;
}

const bool kRegistered = [] {
  register_table_kind(
      "log", +[](const TableDescriptor& descriptor, const AccessPolicy& policy) -> TableRef {
        const auto text = [&](const char* key) {
          const auto found = descriptor.parameters.find(key);
          return found == descriptor.parameters.end() ? std::string() : found->second;
        };
        LogOptions options;
        options.format = log_format_named(text("format")).value_or(LogFormat::kAuto);
        options.pattern = text("pattern");
        options.now_micros = std::strtoll(text("now").c_str(), nullptr, 10);
        return make_log_table(paths_in(descriptor), options, text("zone"), text("filename"),
                              read_hive_options(descriptor.parameters), !text("rejects").empty(),
                              FileSystem::local(), policy);
      });
  return true;
}();

}  // namespace

void register_text_functions(std::vector<TableFunction>& all) {
  (void)kRegistered;
  all.push_back({"read_log",
                 {},
                 "Log files as rows; the format is detected unless `format` names it.",
                 "FROM read_log('access.log', format => 'combined')",
                 &open_log,
                 {".log"},
                 log_read_options()});
}

}  // namespace doline
