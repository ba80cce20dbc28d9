// Reading a JSON table. Plain files of lines are read in ranges, by whichever task has time; all
// others in sequence: blocks are cut where values end, and decoded in parallel.
#include <algorithm>

#include "format/byte_order_mark.h"
#include "format/json/record_decoder.h"
#include "format/json/shown_text.h"
#include "format/json/sniffer.h"
#include "format/json/structure.h"
#include "format/json/value_cutter.h"
#include "io/read_ahead.h"
#include "plan/scan_filters.h"
#include "table/json_table.h"
#include "table/line_numbers.h"
#include "table/morsel_work.h"
#include "table/rejects.h"

namespace doline {

namespace {

constexpr size_t kMostBlockBytes = size_t{4} << 20;
constexpr size_t kLeastBlockBytes = size_t{256} << 10;
constexpr size_t kBlocksAhead = 2;
constexpr size_t kRangeBytes = size_t{1} << 20;
constexpr size_t kLineSlackBytes = size_t{16} << 10;  // the last line of a range seldom needs more
constexpr size_t kFormatBytes = size_t{256} << 10;    // looked at to tell how values lie in a file

struct JsonCounters {
  std::atomic<uint64_t> rows{0};
  std::atomic<uint64_t> rejected{0};
  std::atomic<uint64_t> bytes{0};
};

/// What one morsel is: pieces that were cut already, or a range of a file.
struct JsonWork {
  const JsonFile* file = nullptr;
  std::shared_ptr<LineNumbers> lines;  // null where the file cannot be read again
  std::vector<JsonPiece> pieces;
  FileRef ranged;  // else null
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// What a scan asks of each file's decoder.
JsonLayout layout_of(const JsonTable& table, const ScanRequest& request) {
  const JsonTable::Parts& parts = table.parts();
  JsonLayout layout;
  layout.is_records = parts.is_records;
  layout.is_guessed = parts.is_guessed;
  size_t wanted = 0;
  for (uint32_t i = 0; i < parts.columns.size(); ++i) {
    if (!parts.columns[i].is_in_file) continue;
    JsonLayout::Field field{parts.columns[i].key, parts.columns[i].type, false, {}};
    for (uint32_t position = 0; position < request.columns.size(); ++position) {
      if (request.columns[position] != i || !parts.columns[i].is_read()) continue;
      field.wanted = true;
      for (const MemberPath& member : request.members) {
        if (member.column == position) field.paths.push_back(member.names);
      }
    }
    wanted += field.wanted;
    layout.fields.push_back(std::move(field));
  }
  layout.is_complete = parts.is_guessed && wanted == layout.fields.size();
  return layout;
}

class JsonTableReader final : public Reader {
 public:
  JsonTableReader(JsonWork work, const JsonTable& table, const ScanRequest& request,
                  const ScanFilters& filters, const QueryContext& context, JsonCounters& counters)
      : work_(std::move(work)),
        table_(table),
        request_(request),
        context_(context),
        counters_(counters),
        decoder_(table.parts().options, layout_of(table, request), context.session.zone),
        filters_(filters) {}

  Poll read(Chunk& out, const Waker&) override {
    if (work_.ranged) load_range();
    while (piece_ < work_.pieces.size() && !(request_.limit && produced_ >= *request_.limit)) {
      context_.check_cancelled();
      if (!is_begun_) {
        decoder_.begin(work_.pieces[piece_]);
        is_begun_ = true;
      }
      uint32_t rows;
      if (!decoder_.next(context_.chunk_rows, rows)) {
        is_begun_ = false;
        ++piece_;
        continue;
      }
      if (!decoder_.failures().empty()) take_failures();
      fill(out, rows);
      produced_ += out.size();
      counters_.rows.fetch_add(out.size(), std::memory_order_relaxed);
      return Poll::kReady;
    }
    return Poll::kDone;
  }

 private:
  /// The lines that begin in the range.
  void load_range() {
    const FileRef file = std::exchange(work_.ranged, nullptr);
    const uint64_t size = file->size_bytes();
    // The byte before tells whether the range begins at a line's begin.
    const uint64_t from = work_.begin == 0 ? 0 : work_.begin - 1;
    uint64_t wanted = work_.end - from + kLineSlackBytes;
    for (;;) {
      wanted = std::min(wanted, size - from);
      BufferRef buffer = Buffer::allocate(wanted);
      const size_t got = file->read_at(from, {buffer->data(), wanted});
      buffer->resize(got);
      buffer->data()[got] = std::byte{0};
      const std::string_view text(buffer->as<char>(), got);
      size_t begin = 0;
      if (work_.begin != 0) {
        const size_t newline = text.find('\n');
        if (newline == text.npos || from + newline + 1 >= work_.end)
          return;  // within a line, or up to its end
        begin = newline + 1;
      } else if (text.starts_with(kByteOrderMark)) {
        begin = kByteOrderMark.size();
      }
      size_t end = got;
      if (work_.end < size) {
        const size_t newline = text.find('\n', static_cast<size_t>(work_.end - from) - 1);
        if (newline != text.npos) {
          end = newline + 1;
        } else if (from + got < size) {
          const size_t last = text.rfind('\n') + 1;  // npos: 0
          if (got - last > table_.parts().options.most_value_bytes) too_long(from + last);
          wanted = wanted * 2;
          context_.check_cancelled();
          continue;
        }
      }
      JsonPiece piece;
      piece.text = text.substr(begin, end - begin);
      piece.pin = buffer;
      piece.byte = from + begin;
      counters_.bytes.fetch_add(piece.text.size(), std::memory_order_relaxed);
      work_.pieces.push_back(std::move(piece));
      return;
    }
  }

  [[noreturn]] void too_long(uint64_t byte) const {
    throw Error(ErrorCode::kFormat, "{}: the value that begins at byte {} is longer than {} bytes",
                work_.file->listed.path, byte, table_.parts().options.most_value_bytes)
        .hint("a larger maximum_object_size takes it");
  }

  void fill(Chunk& out, uint32_t rows) {
    out.row_count = rows;
    out.active = Selection::all(rows);
    out.columns.clear();
    for (const uint32_t column : request_.columns) {
      const JsonColumn& wanted = table_.parts().columns[column];
      out.columns.push_back(wanted.is_read() ? decoder_.column(column)
                                             : work_.file->constant(wanted).to_column(rows));
    }
    filters_.narrow(out);
  }

  /// 0: unknown.
  uint64_t line_at(uint64_t byte) const { return work_.lines ? work_.lines->line_at(byte) : 0; }

  void take_failures() {
    std::vector<JsonFailure>& failures = decoder_.failures();
    if (!table_.parts().options.store_rejects) {
      learn_from(failures);
      raise(failures.front());
    }
    std::vector<Reject> rejects;
    for (JsonFailure& failure : failures) {
      rejects.push_back({work_.file->listed.path, line_at(failure.record), failure.record,
                         std::move(failure.column), std::move(failure.reason),
                         std::string(failure.text.substr(0, 1024))});
    }
    counters_.rejected.fetch_add(rejects.size(), std::memory_order_relaxed);
    if (context_.rejects) context_.rejects->add(std::move(rejects));
  }

  /// Values that contradict the types found widen them, for when the query starts over.
  void learn_from(const std::vector<JsonFailure>& failures) const {
    const JsonTable::Parts& parts = table_.parts();
    if (context_.learned == nullptr || parts.learned_source.empty()) return;
    for (const JsonFailure& failure : failures) {
      if (failure.kind != JsonFailure::Kind::kType &&
          failure.kind != JsonFailure::Kind::kUnknownKey)
        continue;
      const TypeRef type = type_of_json_value(failure.text, parts.options);
      if (type == nullptr) continue;
      const TypeRef wider = wider_json_type(table_.value_type(), type);
      context_.learned->widen(parts.learned_source, "", wider, loss_of(failure, wider),
                              &wider_json_type);
    }
  }

  /// Of a member that is no longer what it was, but any JSON value or a text.
  LearnedTypes::Loss loss_of(const JsonFailure& failure, TypeRef type) const {
    std::string_view path = failure.column;
    while (!path.empty()) {
      const std::string_view name = path.substr(0, path.find('.'));
      if (!type->is(TypeKind::kStruct)) return {};
      const auto field = std::find_if(type->fields().begin(), type->fields().end(),
                                      [&](const Field& at) { return at.name == name; });
      if (field == type->fields().end()) return {};
      type = field->type;
      path.remove_prefix(std::min(path.size(), name.size() + 1));
    }
    if (!type->is(TypeKind::kJson) && !type->is(TypeKind::kVarchar)) return {};
    const uint64_t line = line_at(failure.byte);
    return {failure.column,
            fmt::format("{} is {} since in {}{} {}; ignore_errors => true reads it as NULL, "
                        "rejects => true leaves such rows out",
                        failure.column, type->name(),
                        line > 0 ? fmt::format("line {} of ", line) : std::string(),
                        work_.file->listed.path, failure.reason)};
  }

  [[noreturn]] void raise(const JsonFailure& failure) const {
    const uint64_t line = line_at(failure.byte);
    std::string place =
        work_.file->listed.path + (line > 0 ? fmt::format(": line {}", line) : std::string());
    place += fmt::format(", byte {}", failure.byte);
    if (!failure.column.empty()) place += fmt::format(", column \"{}\"", failure.column);
    Error error(ErrorCode::kFormat, "{}: {}", place, failure.reason);
    error.add_note("the value: " + shown_text(failure.text, 200));
    if (failure.kind == JsonFailure::Kind::kDamaged ||
        failure.kind == JsonFailure::Kind::kDuplicateKey) {
      throw std::move(error).hint(
          "ignore_errors => true gives NULL for what cannot be read, rejects => true leaves it "
          "out");
    }
    if (!table_.parts().is_guessed) {
      throw std::move(error).hint(
          "another type in columns, or ignore_errors => true, which gives NULL");
    }
    throw std::move(error).hint(
        "sample_size => -1 looks at all values for types, columns => {…} sets them, ignore_errors "
        "=> true gives NULL");
  }

  JsonWork work_;
  const JsonTable& table_;
  const ScanRequest& request_;
  const QueryContext& context_;
  JsonCounters& counters_;
  RecordDecoder decoder_;
  ScanFilters::Run filters_;
  size_t piece_ = 0;
  bool is_begun_ = false;
  uint64_t produced_ = 0;
};

/// Goes through the files in order.
class JsonScan final : public Scan {
 public:
  JsonScan(Ref<const JsonTable> table, ScanRequest request, QueryContext& context)
      : table_(std::move(table)),
        request_(std::move(request)),
        filters_(request_.filters, request_.runtime, context.settings),
        context_(context) {
    if (table_->parts().options.store_rejects && context.rejects) context.rejects->begin_query();
  }

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  std::vector<std::pair<std::string, uint64_t>> counters() const override {
    return {{"bytes read", counters_.bytes.load()},
            {"rows rejected", counters_.rejected.load()},
            {"files pruned", files_pruned_.load()}};
  }

  Poll next_morsel(Morsel& out, const Waker& waker) override {
    MutexLock lock(mutex_);
    const std::vector<JsonFile>& files = table_->parts().files;
    while (part_ < files.size()) {
      if (request_.limit && counters_.rows.load(std::memory_order_relaxed) >= *request_.limit)
        return Poll::kDone;
      if (!ranged_ && !blocks_) {
        const std::vector<JsonColumn>& columns = table_->parts().columns;
        const JsonFile& file = files[part_];
        const bool may_match =
            constants_may_match(request_, [&](uint32_t column) -> std::optional<Value> {
              if (columns[column].is_read()) return std::nullopt;
              return file.constant(columns[column]);
            });
        if (!may_match) {
          ++part_;
          files_pruned_.fetch_add(1);
          continue;
        }
        open_part(file);
      }
      JsonWork work;
      work.file = &files[part_];
      work.lines = lines_;
      const Poll poll = ranged_ ? next_range(work) : next_pieces(work, waker);
      if (poll == Poll::kBlocked) return poll;
      if (poll == Poll::kReady) {
        waiting_.put(std::move(work), part_, out);
        return Poll::kReady;
      }
      ranged_ = nullptr;
      blocks_.reset();
      cutter_.reset();
      ++part_;
    }
    return Poll::kDone;
  }

  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    MutexLock lock(mutex_);
    JsonWork work = waiting_.take(morsel);
    return std::make_unique<JsonTableReader>(std::move(work), *table_, request_, filters_, context_,
                                             counters_);
  }

  SourceProgress progress() const override {
    return {counters_.bytes.load(), table_->size_bytes()};
  }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(
        std::min<uint64_t>(1024, table_->size_bytes() / kLeastBlockBytes + 1));
  }

 private:
  void open_part(const JsonFile& file) REQUIRES(mutex_) {
    lines_ = nullptr;
    if (file.listed.is_regular) {
      lines_ = std::make_shared<LineNumbers>(
          [table = table_, &file] { return table->open_stream(file); }, context_);
    }
    std::unique_ptr<ByteStream> stream = table_->open_stream(file);
    JsonFormat format = file.format;
    std::string begin;
    bool is_whole = false;
    const auto look = [&](size_t bytes) {
      begin.resize(bytes);
      const size_t got = stream->read_fully(std::as_writable_bytes(std::span(begin)));
      is_whole = got < bytes;
      begin.resize(got);
    };
    if (format == JsonFormat::kAuto) {
      look(kFormatBytes);
      format = detect_json_format(begin, is_whole);
    } else {
      look(kMagicBytes);  // then it knows how it is compressed
    }
    const JsonOptions& options = table_->parts().options;
    const uint64_t size = file.listed.version.size_bytes;
    if (format == JsonFormat::kLines && file.listed.is_regular &&
        stream->compression() == Compression::kNone) {
      ranged_ = table_->open_file(file);
      range_at_ = 0;
      range_bytes_ = task_bytes(size, context_.threads, kLeastBlockBytes, kRangeBytes);
      return;
    }
    size_t block = kMostBlockBytes;
    if (file.listed.is_regular && stream->compression() == Compression::kNone) {
      block =
          std::min(task_bytes(size, context_.threads, kLeastBlockBytes, kMostBlockBytes), size + 1);
    }
    if (request_.limit && *request_.limit < 10'000) block = std::min(block, kLeastBlockBytes);
    Budget& budget = context_.budget ? *context_.budget : current_budget();
    blocks_ = std::make_unique<ReadAhead>(resumed_stream(std::move(begin), std::move(stream)),
                                          block, kBlocksAhead, budget);
    cutter_ = std::make_unique<JsonCutter>(
        format, options, file.listed.path,
        [lines = lines_](uint64_t byte) { return lines ? lines->line_at(byte) : 0; });
    bytes_before_ = counters_.bytes.load();
  }

  Poll next_range(JsonWork& work) REQUIRES(mutex_) {
    if (range_at_ >= ranged_->size_bytes()) return Poll::kDone;
    work.ranged = ranged_;
    work.begin = range_at_;
    work.end = range_at_ = std::min(range_at_ + range_bytes_, ranged_->size_bytes());
    if (range_at_ < ranged_->size_bytes()) {
      ranged_->will_need(
          {range_at_, std::min(range_bytes_ * 2, ranged_->size_bytes() - range_at_)});
    }
    return Poll::kReady;
  }

  Poll next_pieces(JsonWork& work, const Waker& waker) REQUIRES(mutex_) {
    while (cutter_) {
      BufferRef block;
      switch (blocks_->next(block, waker)) {
        case Poll::kBlocked:
          return Poll::kBlocked;
        case Poll::kDone:
          cutter_->finish(work.pieces);
          cutter_.reset();
          break;
        case Poll::kReady:
          cutter_->feed(block, work.pieces);
          counters_.bytes = bytes_before_ + blocks_->source_position();
          break;
      }
      if (!work.pieces.empty()) return Poll::kReady;
    }
    return Poll::kDone;
  }

  const Ref<const JsonTable> table_;
  const ScanRequest request_;
  const ScanFilters filters_;
  QueryContext& context_;
  JsonCounters counters_;
  Mutex mutex_;
  uint32_t part_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<LineNumbers> lines_ GUARDED_BY(mutex_);
  FileRef ranged_ GUARDED_BY(mutex_);
  uint64_t range_at_ GUARDED_BY(mutex_) = 0;
  uint64_t range_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t bytes_before_ GUARDED_BY(mutex_) = 0;
  std::unique_ptr<ReadAhead> blocks_ GUARDED_BY(mutex_);
  std::unique_ptr<JsonCutter> cutter_ GUARDED_BY(mutex_);
  MorselWork<JsonWork> waiting_ GUARDED_BY(mutex_);
  std::atomic<uint64_t> files_pruned_{0};
};

}  // namespace

std::unique_ptr<Scan> scan_json(Ref<const JsonTable> table, ScanRequest request,
                                QueryContext& context) {
  return std::make_unique<JsonScan>(std::move(table), std::move(request), context);
}

}  // namespace doline
