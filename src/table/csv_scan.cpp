// Reading a CSV table: blocks are cut in sequence, their rows parsed in parallel.
#include <algorithm>

#include "expr/expr.h"
#include "format/csv/block_cutter.h"
#include "format/csv/parser.h"
#include "format/csv/sniff_types.h"
#include "table/csv_table.h"
#include "table/morsel_work.h"
#include "table/rejects.h"

namespace doline {

namespace {

constexpr size_t kMostBlockBytes =
    (size_t{1} << 20) - Buffer::kPaddingBytes;  // stays in the caches until it is parsed
constexpr size_t kLeastBlockBytes = size_t{256} << 10;
constexpr size_t kBlocksAhead = 2;
constexpr size_t kLongestNullText = 20;  // longer ones hardly stand for NULL

struct CsvWork {
  std::shared_ptr<const CsvFile> part;  // the table's, or what a header made of it
  std::vector<CsvPiece> pieces;
};

struct CsvCounters {
  std::atomic<uint64_t> rows{0};
  std::atomic<uint64_t> rejected{0};
};

class CsvReader final : public Reader {
 public:
  CsvReader(CsvWork work, const CsvTable& table, const ScanRequest& request,
            const QueryContext& context, CsvCounters& counters)
      : part_held_(std::move(work.part)),
        part_(*part_held_),
        pieces_(std::move(work.pieces)),
        table_(table),
        schema_(table.schema()),
        request_(request),
        context_(context),
        counters_(counters),
        parser_(*part_.options, static_cast<uint32_t>(part_.file_columns.size()),
                context.session.zone),
        scratch_(request.filters.size()),
        is_parsed_(request.columns.size()) {}

  Poll read(Chunk& out, const Waker&) override {
    while (piece_ < pieces_.size() && !(request_.limit && produced_ >= *request_.limit)) {
      context_.check_cancelled();
      const CsvPiece& piece = pieces_[piece_];
      if (!is_begun_) {
        parser_.begin(piece.text, piece.pin,
                      piece.begins_file && part_.options->header.value_or(false));
        is_begun_ = true;
      }
      uint32_t rows;
      if (!parser_.next(context_.chunk_rows, rows)) {
        is_begun_ = false;
        ++piece_;
        continue;
      }
      fill(out, rows);
      if (!parser_.failures().empty()) take_failures(out, piece);
      produced_ += out.size();
      counters_.rows.fetch_add(out.size(), std::memory_order_relaxed);
      return Poll::kReady;
    }
    return Poll::kDone;
  }

 private:
  void parse(Chunk& out, uint32_t column) {
    if (is_parsed_[column]) return;
    is_parsed_[column] = true;
    const uint32_t wanted = request_.columns[column];
    const int32_t source = part_.sources[wanted];
    TypeRef type = schema_[wanted].type;
    if (source < 0) {
      out.columns[column] = part_.constant(source, type).to_column(out.row_count);
    } else {
      out.columns[column] = parser_.column(static_cast<uint32_t>(source), type, out.active);
    }
  }

  /// Filters first, with the columns they read; the others then only for the rows that are left.
  void fill(Chunk& out, uint32_t rows) {
    out.row_count = rows;
    out.active = Selection::all(rows);
    out.columns.clear();
    for (const uint32_t column : request_.columns)
      out.columns.push_back(Column::null(schema_[column].type, rows));
    std::fill(is_parsed_.begin(), is_parsed_.end(), false);
    for (size_t i = 0; i < request_.filters.size(); ++i) {
      for (const uint32_t column : request_.filters[i].columns) parse(out, column);
      out.active = request_.filters[i].program->select(out, scratch_[i]);
    }
    for (const RuntimeFilterRef& filter : request_.runtime) {
      if (out.active.empty() || !filter->is_ready.load(std::memory_order_acquire)) continue;
      // What a top-N says depends on how far others are: what is wrong with a row must not.
      if (filter->soonest != RuntimeFilter::Soonest::kAny) continue;
      parse(out, filter->column);
      out.active = filter->probe(out.columns[filter->column], out.active);
    }
    for (uint32_t column = 0; column < request_.columns.size(); ++column) parse(out, column);
  }

  /// Values that contradict a guessed type widen it, for when the query starts over.
  void learn_from(const std::vector<CsvFailure>& failures, auto line_of) const {
    if (!context_.learned) return;
    for (uint32_t i = 0; i < part_.sources.size(); ++i) {
      if (!table_.is_guessed(i)) continue;
      CsvTypeGuess guess(schema_[i].type, *part_.options);
      const CsvFailure* text = nullptr;  // the first that is of no narrower type
      bool contradicted = false;
      for (const CsvFailure& failure : failures) {
        if (failure.kind != CsvFailure::Kind::kType ||
            static_cast<int32_t>(failure.column) != part_.sources[i])
          continue;
        contradicted = true;
        guess.add(failure.text);
        std::string format;
        if (!text && guess.type(format)->is(TypeKind::kVarchar)) text = &failure;
      }
      if (!contradicted) continue;
      std::string format;
      TypeRef wider = guess.type(format);
      // Another way to write dates, or a text that passes for the old type but did not parse.
      if (!format.empty() || wider == schema_[i].type) wider = Type::varchar();
      LearnedTypes::Loss loss;
      if (wider->is(TypeKind::kVarchar)) {
        if (!text) text = first_of(failures, part_.sources[i]);
        loss = {schema_[i].name, told(schema_[i].name, *text, line_of(*text))};
      }
      context_.learned->widen(table_.learned_source(), schema_[i].name, wider, std::move(loss));
    }
  }

  static const CsvFailure* first_of(const std::vector<CsvFailure>& failures, int32_t column) {
    return &*std::find_if(failures.begin(), failures.end(), [&](const CsvFailure& failure) {
      return failure.kind == CsvFailure::Kind::kType &&
             static_cast<int32_t>(failure.column) == column;
    });
  }

  std::string told(const std::string& column, const CsvFailure& failure, uint64_t line) const {
    std::string text = fmt::format("{} is VARCHAR since in line {} of {} {}", column, line,
                                   part_.listed.path, failure.reason);
    // As it stands in the file, where it can be written down so.
    const bool is_plain = std::all_of(failure.text.begin(), failure.text.end(),
                                      [](char c) { return c >= ' ' && c <= '~' && c != '\''; });
    if (is_plain && failure.text.size() <= kLongestNullText)
      text += fmt::format("; nullstr => ['', '{}'] reads it as NULL", failure.text);
    return text + "; rejects => true leaves such rows out";
  }

  bool is_guessed(uint32_t column) const {
    for (uint32_t i = 0; i < part_.sources.size(); ++i) {
      if (part_.sources[i] == static_cast<int32_t>(column)) return table_.is_guessed(i);
    }
    return false;
  }

  std::string column_name(uint32_t column) const {
    if (column == CsvFailure::kWholeRow) return {};
    for (size_t i = 0; i < part_.sources.size(); ++i) {
      if (part_.sources[i] == static_cast<int32_t>(column)) return schema_[i].name;
    }
    return part_.file_columns[column].name;
  }

  void take_failures(Chunk& out, const CsvPiece& piece) {
    std::vector<CsvFailure>& failures = parser_.failures();
    const auto line_of = [&](const CsvFailure& failure) {
      const std::string_view before = piece.text.substr(0, failure.byte);
      return piece.place.line + static_cast<uint64_t>(std::count(before.begin(), before.end(),
                                                                 part_.options->dialect.newline()));
    };
    if (!part_.options->ignore_errors) {
      learn_from(failures, line_of);
      const CsvFailure& first = *std::min_element(
          failures.begin(), failures.end(), [](const CsvFailure& a, const CsvFailure& b) {
            return a.byte != b.byte ? a.byte < b.byte : a.column < b.column;
          });
      raise(first, line_of(first));
    }
    std::vector<uint64_t> keep(words_for_bits(out.row_count), ~uint64_t{0});
    std::vector<Reject> rejects;
    for (CsvFailure& failure : failures) {
      if (failure.column != CsvFailure::kWholeRow) clear_bit(keep.data(), failure.row);
      if (!part_.options->store_rejects) continue;
      rejects.push_back({part_.listed.path, line_of(failure), piece.place.byte + failure.byte,
                         column_name(failure.column), std::move(failure.reason),
                         std::move(failure.text)});
    }
    if (!rejects.empty() && context_.rejects) context_.rejects->add(std::move(rejects));
    counters_.rejected.fetch_add(failures.size(), std::memory_order_relaxed);
    out.active = Selection::from_bits(keep.data(), out.active);
  }

  [[noreturn]] void raise(const CsvFailure& failure, uint64_t line) const {
    using Kind = CsvFailure::Kind;
    const std::string column = column_name(failure.column);
    std::string where = fmt::format("{}: line {}", part_.listed.path, line);
    if (!column.empty()) where += fmt::format(", column \"{}\"", column);
    Error error(ErrorCode::kFormat, "{}: {}", where, failure.reason);
    std::string advice;
    switch (failure.kind) {
      case Kind::kType:
        if (is_guessed(failure.column))
          advice = "sample_size => -1 looks at the whole file for types, ";
        advice += fmt::format("types => {{'{}': 'VARCHAR'}} sets this column's type, ", column);
        break;
      case Kind::kQuotes:
        advice = "quote => '' takes quotes as they stand, ";
        break;
      case Kind::kEncoding:
        advice = "iconv -t UTF-8 turns the file into one that can be read, ";
        break;
      case Kind::kTooFewValues:
        advice = "null_padding => true fills short rows with NULL, ";
        break;
      case Kind::kTooManyValues:
        advice = "cut_long_rows => true leaves out what is too many, ";
        break;
    }
    if (failure.column == CsvFailure::kWholeRow)
      error.add_note("the row: " + failure.text.substr(0, 200));
    throw std::move(error).hint(advice + "rejects => true passes over such rows");
  }

  const std::shared_ptr<const CsvFile> part_held_;
  const CsvFile& part_;
  const std::vector<CsvPiece> pieces_;
  const CsvTable& table_;
  const Schema& schema_;
  const ScanRequest& request_;
  const QueryContext& context_;
  CsvCounters& counters_;
  CsvParser parser_;
  std::vector<Program::Scratch> scratch_;
  std::vector<bool> is_parsed_;
  size_t piece_ = 0;
  bool is_begun_ = false;
  uint64_t produced_ = 0;
};

/// Goes through the files in order; each is cut into morsels of one block.
/// Invariant: morsels handed out are a prefix of the rows, so enough rows from them suffice for a
/// limit.
class CsvScan final : public Scan {
 public:
  CsvScan(Ref<const CsvTable> table, ScanRequest request, QueryContext& context)
      : table_(std::move(table)), request_(std::move(request)), context_(context) {
    for (const CsvFile& part : table_->parts()) {
      if (part.options->store_rejects) {
        if (context.rejects) context.rejects->begin_query();
        break;
      }
    }
  }

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  std::vector<std::pair<std::string, uint64_t>> counters() const override {
    return {{"bytes read", bytes_done_.load()},
            {"rows rejected", counters_.rejected.load()},
            {"files pruned", files_pruned_.load()}};
  }

  Poll next_morsel(Morsel& out, const Waker& waker) override {
    MutexLock lock(mutex_);
    const std::vector<CsvFile>& parts = table_->parts();
    while (part_ < parts.size()) {
      if (request_.limit && counters_.rows.load(std::memory_order_relaxed) >= *request_.limit)
        return Poll::kDone;
      if (!cutter_ && !part_may_match(parts[part_])) {
        ++part_;
        files_pruned_.fetch_add(1);
        continue;
      }
      if (!cutter_) open_part(parts[part_]);
      CsvWork work;
      switch (cutter_->next(work.pieces, waker)) {
        case Poll::kBlocked:
          return Poll::kBlocked;
        case Poll::kReady:
          bytes_done_ = bytes_before_ + cutter_->blocks().source_position();
          if (opened_->goes_by_header && work.pieces.front().begins_file) {
            opened_ = std::make_shared<const CsvFile>(
                table_->by_header(*opened_, work.pieces.front().text));
          }
          work.part = opened_;
          waiting_.put(std::move(work), part_, out);
          return Poll::kReady;
        case Poll::kDone:
          bytes_before_ += cutter_->blocks().source_position();
          cutter_.reset();
          ++part_;
          break;
      }
    }
    return Poll::kDone;
  }

  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    MutexLock lock(mutex_);
    CsvWork work = waiting_.take(morsel);
    return std::make_unique<CsvReader>(std::move(work), *table_, request_, context_, counters_);
  }

  SourceProgress progress() const override { return {bytes_done_, table_->size_bytes()}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(
        std::min<uint64_t>(1024, table_->size_bytes() / kLeastBlockBytes + 1));
  }

 private:
  /// Whether what the path says lets any row of the file pass.
  bool part_may_match(const CsvFile& part) const {
    return constants_may_match(request_, [&](uint32_t column) -> std::optional<Value> {
      if (part.sources[column] >= CsvFile::kAbsent) return std::nullopt;
      return part.constant(part.sources[column], table_->schema()[column].type);
    });
  }

  void open_part(const CsvFile& part) REQUIRES(mutex_) {
    // A block for each thread even of files that are not large; no more than the file has.
    size_t block = kMostBlockBytes;
    if (part.listed.is_regular && compression_from_path(part.listed.path) == Compression::kNone) {
      const uint64_t size = part.listed.version.size_bytes;
      block =
          std::min(task_bytes(size, context_.threads, kLeastBlockBytes, kMostBlockBytes), size + 1);
    }
    if (request_.limit && *request_.limit < 10'000) block = std::min(block, kLeastBlockBytes);
    opened_ = {std::shared_ptr<const void>(), &part};  // the table owns it
    Budget& budget = context_.budget ? *context_.budget : current_budget();
    cutter_ = std::make_unique<CsvBlockCutter>(
        std::make_unique<ReadAhead>(table_->open_part(part), block, kBlocksAhead, budget),
        *part.options, part.listed.path);
  }

  const Ref<const CsvTable> table_;
  const ScanRequest request_;
  QueryContext& context_;
  CsvCounters counters_;
  Mutex mutex_;
  uint32_t part_ GUARDED_BY(mutex_) = 0;
  uint64_t bytes_before_ GUARDED_BY(mutex_) = 0;
  std::unique_ptr<CsvBlockCutter> cutter_ GUARDED_BY(mutex_);
  std::shared_ptr<const CsvFile> opened_ GUARDED_BY(mutex_);  // what cutter_ cuts
  MorselWork<CsvWork> waiting_ GUARDED_BY(mutex_);
  std::atomic<uint64_t> bytes_done_{0}, files_pruned_{0};
};

}  // namespace

std::unique_ptr<Scan> scan_csv(Ref<const CsvTable> table, ScanRequest request,
                               QueryContext& context) {
  return std::make_unique<CsvScan>(std::move(table), std::move(request), context);
}

}  // namespace doline
