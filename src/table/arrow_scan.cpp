// Reading an Arrow table: messages are found one after the other, what is in batches is read in
// parallel, of large ones several ranges of rows at once.
#include <algorithm>
#include <deque>
#include <numeric>

#include "format/ipc/dictionaries.h"
#include "format/ipc/stream_cutter.h"
#include "io/read_ahead.h"
#include "plan/scan_filters.h"
#include "table/arrow_table.h"
#include "table/morsel_work.h"

namespace doline {

namespace {

/// Rows of a batch that one task takes.
constexpr uint64_t kMorselRows = uint64_t{1} << 16;
constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr size_t kBlocksAhead = 4;

/// How one file serves a request.
struct PartPlan {
  ipc::IpcSchemaRef schema;
  FileFit fit;
  std::vector<ipc::BatchColumn> columns;  // that are read, in the order of the request
};

/// A record batch of which several tasks read rows. Where they cannot do so each on its own, the
/// first one loads it all, and the others wait.
class SharedBatch {
 public:
  SharedBatch(std::shared_ptr<const PartPlan> p, ipc::StreamPiece piece,
              std::shared_ptr<const ArrowDictionaries> d)
      : plan(std::move(p)),
        dictionaries(std::move(d)),
        piece_(std::move(piece)),
        loads_rows_(ipc::LoadedBatch::can_load_rows(plan->columns, *piece_.message)) {}

  const std::shared_ptr<const PartPlan> plan;
  const std::shared_ptr<const ArrowDictionaries> dictionaries;

  /// Rows [begin, end) at least.
  ipc::LoadedBatchRef load(uint64_t begin, uint64_t end, std::atomic<uint64_t>& read_bytes) {
    if (loads_rows_ && end - begin < static_cast<uint64_t>(piece_.message->rows())) {
      auto loaded = ipc::LoadedBatch::load_rows(
          *plan->schema, plan->columns, *piece_.message, piece_.body, *dictionaries,
          static_cast<int64_t>(begin), static_cast<int64_t>(end));
      read_bytes.fetch_add(loaded->read_bytes(), std::memory_order_relaxed);
      return loaded;
    }
    MutexLock lock(mutex_);
    if (!loaded_) {
      loaded_ = ipc::LoadedBatch::load(*plan->schema, plan->columns, *piece_.message, piece_.body,
                                       *dictionaries);
      read_bytes.fetch_add(loaded_->read_bytes(), std::memory_order_relaxed);
    }
    return loaded_;
  }

 private:
  const ipc::StreamPiece piece_;
  const bool loads_rows_;
  Mutex mutex_;
  ipc::LoadedBatchRef loaded_ GUARDED_BY(mutex_);
};

struct ArrowCounters {
  std::atomic<uint64_t> rows{0}, batches{0}, bytes{0}, files_pruned{0}, files_done{0};
};

/// Rows [begin, end) of a batch.
struct ArrowWork {
  std::shared_ptr<SharedBatch> batch;
  uint64_t begin = 0, end = 0;
  uint64_t first_number = 0;  // of the batch's first row, in its file
};

class ArrowReader final : public Reader {
 public:
  ArrowReader(ArrowWork work, const ScanFilters& filters, const QueryContext& context,
              ArrowCounters& counters)
      : work_(std::move(work)),
        plan_(*work_.batch->plan),
        context_(context),
        counters_(counters),
        dictionaries_(*work_.batch->dictionaries),
        fit_(plan_.fit),
        filters_(filters) {}

  Poll read(Chunk& out, const Waker&) override {
    context_.check_cancelled();
    if (work_.begin == work_.end) return Poll::kDone;
    if (!loaded_ && !plan_.columns.empty())
      loaded_ = work_.batch->load(work_.begin, work_.end, counters_.bytes);
    const auto rows =
        static_cast<uint32_t>(std::min<uint64_t>(context_.chunk_rows, work_.end - work_.begin));
    std::vector<Column> read;
    if (loaded_) read = loaded_->read(static_cast<int64_t>(work_.begin), rows, dictionaries_);
    out = Chunk({}, rows);
    size_t next = 0;
    for (const uint32_t column : plan_.fit.columns) {
      if (column < FileFit::kRowNumber) {
        out.columns.push_back(std::move(read[next++]));
      } else {
        out.columns.push_back(column == FileFit::kRowNumber ? row_numbers(rows) : Column());
      }
    }
    fit_.complete(out);
    filters_.narrow(out);
    work_.begin += rows;
    counters_.rows.fetch_add(out.size(), std::memory_order_relaxed);
    return Poll::kReady;
  }

 private:
  Column row_numbers(uint32_t rows) const {
    BufferRef numbers = Buffer::allocate(rows * sizeof(int64_t));
    std::iota(numbers->as<int64_t>(), numbers->as<int64_t>() + rows,
              static_cast<int64_t>(work_.first_number + work_.begin));
    return Column::flat(Type::int64(), rows, std::move(numbers));
  }

  ArrowWork work_;
  const PartPlan& plan_;
  const QueryContext& context_;
  ArrowCounters& counters_;
  ArrowDictionaries dictionaries_;
  ipc::LoadedBatchRef loaded_;
  FileFit::Run fit_;
  ScanFilters::Run filters_;
};

/// Gives the batches of one file or stream in their order. One thread at a time.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  using Batch = ipc::StreamPiece;
  virtual Poll next(Batch& out, ipc::Dictionaries& dictionaries, const Waker& waker) = 0;
};

class FileBatches final : public BatchSource {
 public:
  explicit FileBatches(ipc::IpcFileRef file) : file_(std::move(file)) {}

  Poll next(Batch& out, ipc::Dictionaries& dictionaries, const Waker&) override {
    for (; dictionary_ < file_->dictionaries().size(); ++dictionary_) {
      const ipc::Block& block = file_->dictionaries()[dictionary_];
      const auto message = file_->message(block, ipc::Message::Kind::kDictionaryBatch,
                                          fmt::format("dictionary batch {}", dictionary_));
      if (dictionaries.are_wanted(message->dictionary_id()))
        dictionaries.add(*message, file_->body(block, *message), false);
    }
    if (next_ == file_->batches().size()) return Poll::kDone;
    const ipc::Block& block = file_->batches()[next_];
    out.message = file_->message(block, ipc::Message::Kind::kRecordBatch,
                                 fmt::format("record batch {}", next_));
    out.body = file_->body(block, *out.message);
    ++next_;
    return Poll::kReady;
  }

 private:
  const ipc::IpcFileRef file_;
  size_t dictionary_ = 0, next_ = 0;
};

/// Of a stream: its messages in sequence, whoever gives them.
class StreamBatches : public BatchSource {
 public:
  Poll next(Batch& out, ipc::Dictionaries& dictionaries, const Waker& waker) override {
    for (;;) {
      ipc::StreamPiece piece;
      const Poll poll = next_piece(piece, waker);
      if (poll != Poll::kReady) return poll;
      const ipc::Message& message = *piece.message;
      switch (message.kind()) {
        case ipc::Message::Kind::kSchema:
          if (has_schema_) message.place().broken("a second schema");
          has_schema_ = true;
          break;
        case ipc::Message::Kind::kDictionaryBatch:
          if (dictionaries.are_wanted(message.dictionary_id()))
            dictionaries.add(message, piece.body, true);
          break;
        case ipc::Message::Kind::kRecordBatch:
          out = std::move(piece);
          return Poll::kReady;
      }
    }
  }

 protected:
  virtual Poll next_piece(ipc::StreamPiece& out, const Waker& waker) = 0;

 private:
  bool has_schema_ = false;
};

/// A stream that comes as it comes, read ahead on a thread of its own.
class CutBatches final : public StreamBatches {
 public:
  CutBatches(std::unique_ptr<ByteStream> stream, const std::string& path, Budget& budget)
      : blocks_(std::move(stream), kBlockBytes, kBlocksAhead, budget), cutter_(path) {}

 protected:
  Poll next_piece(ipc::StreamPiece& out, const Waker& waker) override {
    while (pieces_.empty()) {
      if (is_done_ || cutter_.is_at_end()) return Poll::kDone;
      BufferRef block;
      const Poll poll = blocks_.next(block, waker);
      if (poll == Poll::kBlocked) return poll;
      is_done_ = poll == Poll::kDone;
      if (is_done_) {
        cutter_.finish();
      } else {
        cutter_.feed({block->data(), block->size_bytes()}, pieces_);
      }
    }
    out = std::move(pieces_.front());
    pieces_.pop_front();
    return Poll::kReady;
  }

 private:
  ReadAhead blocks_;
  ipc::StreamCutter cutter_;
  std::deque<ipc::StreamPiece> pieces_;
  bool is_done_ = false;
};

/// A stream in a file: of the bodies only what is wanted is read, by many tasks.
class WalkedBatches final : public StreamBatches {
 public:
  WalkedBatches(FileRef file, MappedFileRef mapping)
      : walker_(std::move(file), std::move(mapping)) {}

 protected:
  Poll next_piece(ipc::StreamPiece& out, const Waker&) override {
    auto piece = walker_.next();
    if (!piece) return Poll::kDone;
    out = std::move(*piece);
    return Poll::kReady;
  }

 private:
  ipc::StreamWalker walker_;
};

/// Goes through the files in order.
class ArrowScan final : public Scan {
 public:
  ArrowScan(Ref<const ArrowTable> table, ScanRequest request, QueryContext& context)
      : table_(std::move(table)),
        request_(std::move(request)),
        filters_(request_.filters, request_.runtime, context.settings),
        context_(context) {}

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  std::vector<std::pair<std::string, uint64_t>> counters() const override {
    return {{"record batches", counters_.batches.load()},
            {"files pruned", counters_.files_pruned.load()},
            {"bytes read", counters_.bytes.load()}};
  }

  Poll next_morsel(Morsel& out, const Waker& waker) override {
    MutexLock lock(mutex_);
    for (;;) {
      context_.check_cancelled();
      if (request_.limit && counters_.rows.load(std::memory_order_relaxed) >= *request_.limit)
        return Poll::kDone;
      if (next_.batch && next_.begin < batch_rows_) {
        ArrowWork work = next_;
        work.end = next_.begin =
            std::min(batch_rows_, work.begin + context_.morsel_rows(kMorselRows));
        waiting_.put(std::move(work), part_, out);
        return Poll::kReady;
      }
      if (part_ == table_->part_count()) return Poll::kDone;
      if (!source_ && !open_part()) {
        ++part_;
        continue;
      }
      const Poll poll = next_batch(waker);
      if (poll == Poll::kBlocked) return poll;
      if (poll == Poll::kReady) continue;
      source_.reset();
      ++part_;
      counters_.files_done.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    MutexLock lock(mutex_);
    return std::make_unique<ArrowReader>(waiting_.take(morsel), filters_, context_, counters_);
  }

  SourceProgress progress() const override {
    if (table_->part_count() > 1) return {counters_.files_done.load(), table_->part_count()};
    return {counters_.batches.load(), batches_known_.load()};
  }

  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::min<uint64_t>(1024, table_->size_bytes() / kBlockBytes + 1));
  }

 private:
  /// False where no row of it may match.
  bool open_part() REQUIRES(mutex_) {
    if (!table_->columns().may_match(part_, request_)) {
      counters_.files_pruned.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    const ArrowPart::Opened opened = table_->open_part(part_);
    auto plan = std::make_shared<PartPlan>();
    plan->schema = opened.schema;
    plan->fit = table_->columns().fit(part_, opened.schema->columns(), request_, context_.session);
    std::vector<uint32_t> read;
    for (const uint32_t column : plan->fit.columns) {
      if (column >= FileFit::kRowNumber) continue;
      read.push_back(column);
      plan->columns.push_back(opened.schema->column(column));
    }
    dictionaries_ = std::make_unique<ipc::Dictionaries>(opened.schema, read);
    plan_ = std::move(plan);
    next_ = {};
    batch_rows_ = 0;
    if (opened.file) {
      batches_known_ += opened.file->batches().size();
      source_ = std::make_unique<FileBatches>(opened.file);
    } else if (opened.walked) {
      source_ = std::make_unique<WalkedBatches>(opened.walked, opened.mapping);
    } else {
      Budget& budget = context_.budget ? *context_.budget : current_budget();
      source_ = std::make_unique<CutBatches>(table_->open_stream(part_),
                                             table_->columns().listed()[part_].path, budget);
    }
    return true;
  }

  Poll next_batch(const Waker& waker) REQUIRES(mutex_) {
    BatchSource::Batch batch;
    const Poll poll = source_->next(batch, *dictionaries_, waker);
    if (poll != Poll::kReady) return poll;
    counters_.batches.fetch_add(1, std::memory_order_relaxed);
    next_.first_number += batch_rows_;
    next_.begin = 0;
    batch_rows_ = static_cast<uint64_t>(batch.message->rows());
    next_.batch = std::make_shared<SharedBatch>(plan_, std::move(batch), dictionaries_->known());
    // Nobody else would see whether a batch of which nothing is read is what it should be.
    if (batch_rows_ == 0 || plan_->columns.empty())
      next_.batch->load(0, batch_rows_, counters_.bytes);
    return Poll::kReady;
  }

  const Ref<const ArrowTable> table_;
  const ScanRequest request_;
  const ScanFilters filters_;
  QueryContext& context_;
  ArrowCounters counters_;
  std::atomic<uint64_t> batches_known_{0};
  Mutex mutex_;
  uint32_t part_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const PartPlan> plan_ GUARDED_BY(mutex_);
  std::unique_ptr<ipc::Dictionaries> dictionaries_ GUARDED_BY(mutex_);
  std::unique_ptr<BatchSource> source_ GUARDED_BY(mutex_);
  ArrowWork next_ GUARDED_BY(mutex_);           // the batch of which rows are handed out
  uint64_t batch_rows_ GUARDED_BY(mutex_) = 0;  // how many it has
  MorselWork<ArrowWork> waiting_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Scan> scan_arrow(Ref<const ArrowTable> table, ScanRequest request,
                                 QueryContext& context) {
  return std::make_unique<ArrowScan>(std::move(table), std::move(request), context);
}

}  // namespace doline
