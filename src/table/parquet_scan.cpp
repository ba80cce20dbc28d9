// Reading a Parquet table: file after file, the pieces of each in parallel.
#include <algorithm>
#include <numeric>

#include "format/parquet/piece_reader.h"
#include "plan/scan_filters.h"
#include "table/morsel_work.h"
#include "table/parquet_table.h"

namespace doline {

namespace {

/// A runtime filter as the format sees it.
class LateRuntimeFilter final : public parquet::LateFilter {
 public:
  explicit LateRuntimeFilter(RuntimeFilterRef filter) : filter_(std::move(filter)) {}
  uint32_t column() const override { return filter_->column; }
  bool is_ready() const override { return filter_->is_ready.load(std::memory_order_acquire); }
  std::optional<parquet::ValueRange> range() const override {
    std::optional<ValueBounds> bounds = filter_->bounds();
    if (!bounds) return std::nullopt;
    return parquet::ValueRange{
        column(), std::move(bounds->lower), std::move(bounds->upper), true, true, {}, false};
  }
  Selection probe(const Column& values, const Selection& active) const override {
    return filter_->probe(values, active);
  }

 private:
  const RuntimeFilterRef filter_;
};

/// How one file serves a request: what its reader does, and what is left to do on its chunks.
struct PartPlan {
  std::shared_ptr<parquet::FileRead> read;
  FileFit fit;
  std::optional<ScanFilters> filters;  // that read such columns
};

class PartReader final : public Reader {
 public:
  PartReader(std::shared_ptr<const PartPlan> plan, const parquet::Piece& piece,
             std::atomic<uint64_t>& rows, const QueryContext& context)
      : plan_(std::move(plan)),
        reader_(plan_->read->open(piece)),
        rows_(rows),
        context_(context),
        fit_(plan_->fit),
        filters_(*plan_->filters) {}

  Poll read(Chunk& out, const Waker& waker) override {
    context_.check_cancelled();
    const Poll poll = reader_->read(out, waker);
    if (poll != Poll::kReady) return poll;
    fit_.complete(out);
    filters_.narrow(out);
    rows_.fetch_add(out.size(), std::memory_order_relaxed);
    return Poll::kReady;
  }

 private:
  const std::shared_ptr<const PartPlan> plan_;
  const std::unique_ptr<parquet::PieceReader> reader_;
  std::atomic<uint64_t>& rows_;
  const QueryContext& context_;
  FileFit::Run fit_;
  ScanFilters::Run filters_;
};

/// Invariant: without runtime filters morsels handed out are a prefix of the rows, so enough rows
/// from them suffice for a limit.
class ParquetScan final : public Scan {
 public:
  ParquetScan(Ref<const ParquetTable> table, ScanRequest request, QueryContext& context)
      : table_(std::move(table)),
        request_(std::move(request)),
        context_(context),
        counters_(std::make_shared<parquet::ReadCounters>()) {}

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }

  std::vector<std::pair<std::string, uint64_t>> counters() const override {
    return {{"row groups", counters_->row_groups.load()},
            {"row groups pruned", counters_->row_groups_pruned.load()},
            {"rows pruned by page indexes", counters_->rows_pruned.load()},
            {"files pruned", files_pruned_.load()},
            {"bytes read", counters_->bytes_read.load()}};
  }

  Poll next_morsel(Morsel& out, const Waker&) override {
    MutexLock lock(mutex_);
    for (;;) {
      if (request_.limit && rows_.load(std::memory_order_relaxed) >= *request_.limit)
        return Poll::kDone;
      if (next_piece_ < pieces_.size()) break;
      if (part_ == table_->parts().size()) return Poll::kDone;
      open_part(part_++);
    }
    ASSERT(!request_.limit || request_.runtime.empty());
    const uint32_t piece = order_[next_piece_++];
    waiting_.put({plan_, pieces_[piece]}, part_ - 1, out);
    out.number = pieces_before_ + piece;
    pieces_done_.fetch_add(1, std::memory_order_relaxed);
    return Poll::kReady;
  }

  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    MutexLock lock(mutex_);
    const Work work = waiting_.take(morsel);
    return std::make_unique<PartReader>(work.plan, work.piece, rows_, context_);
  }

  SourceProgress progress() const override {
    // Files count alike; pieces of the one at work as its share.
    const uint64_t total = table_->parts().size();
    if (total == 1) return {pieces_done_.load(), pieces_known_.load()};
    return {files_done_.load(), total};
  }

  uint32_t parallelism() const override {
    uint64_t rows = 0;
    if (const auto known = table_->statistics().row_count) rows = *known;
    return static_cast<uint32_t>(std::min<uint64_t>(1024, rows / 65'536 + 1));
  }

 private:
  struct Work {
    std::shared_ptr<const PartPlan> plan;
    parquet::Piece piece;
  };

  void open_part(uint32_t index) REQUIRES(mutex_) {
    pieces_before_ += pieces_.size();
    pieces_.clear();
    order_.clear();
    next_piece_ = 0;
    files_done_ = index;
    if (!table_->columns().may_match(index, request_)) {
      ++files_pruned_;
      return;
    }
    const parquet::ParquetFileRef file = table_->open_part(index);
    auto plan = std::make_shared<PartPlan>();
    parquet::ReadRequest request;
    request.chunk_rows = context_.chunk_rows;
    request.adapts_filter_order = context_.settings.adapts_filter_order();
    plan->fit = table_->columns().fit(index, file->schema(), request_, context_.session);
    request.columns = plan->fit.columns;
    static_assert(FileFit::kConstant == parquet::ReadRequest::kAbsent &&
                  FileFit::kRowNumber == parquet::ReadRequest::kRowNumber);
    const auto direct = [&](const std::vector<uint32_t>& positions) {
      return std::all_of(positions.begin(), positions.end(),
                         [&](uint32_t position) { return plan->fit.is_direct(position); });
    };
    std::vector<Conjunct> filters;
    std::vector<RuntimeFilterRef> runtime;
    for (const Conjunct& filter : request_.filters) {
      if (!direct(filter.columns)) {
        filters.push_back(filter);
        continue;
      }
      parquet::ReadFilter pushed;
      pushed.program = filter.program;
      pushed.columns = filter.columns;
      pushed.is_delicate = filter.is_delicate;
      if (filter.range) {
        const Conjunct::Range& range = *filter.range;
        pushed.range = parquet::ValueRange{
            range.column,          range.lower,  range.upper,      range.lower_inclusive,
            range.upper_inclusive, range.any_of, range.is_not_null};
      }
      request.filters.push_back(std::move(pushed));
    }
    for (const RuntimeFilterRef& filter : request_.runtime) {
      if (plan->fit.is_direct(filter->column)) {
        request.late.push_back(std::make_shared<LateRuntimeFilter>(filter));
      } else {
        runtime.push_back(filter);
      }
    }
    plan->filters.emplace(filters, std::move(runtime), context_.settings);
    plan->read = parquet::FileRead::create(file, std::move(request), counters_);
    pieces_ = plan->read->pieces();
    order_pieces(*plan->read);
    pieces_known_ += pieces_.size();
    plan_ = std::move(plan);
  }

  /// Row groups whose bounds promise rows that a top-N keeps go first; without one, the file's
  /// order.
  void order_pieces(const parquet::FileRead& read) REQUIRES(mutex_) {
    order_.resize(pieces_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    const auto wanted =
        std::find_if(request_.runtime.begin(), request_.runtime.end(), [&](const auto& filter) {
          return filter->soonest != RuntimeFilter::Soonest::kAny &&
                 read.request().is_in_file(filter->column);
        });
    if (wanted == request_.runtime.end()) return;
    const bool greatest = (*wanted)->soonest == RuntimeFilter::Soonest::kGreatest;
    std::vector<std::optional<Value>> bounds;
    for (const parquet::Piece& piece : pieces_) {
      const parquet::ColumnBounds known =
          read.file().column_bounds(read.request().columns[(*wanted)->column], piece.group);
      bounds.push_back(greatest ? known.max : known.min);
    }
    std::sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      if (!bounds[a] || !bounds[b])
        return bounds[a].has_value() != bounds[b].has_value() ? bounds[a].has_value() : a < b;
      const int order = parquet::compare_values(*bounds[a], *bounds[b]).value_or(0);
      return order == 0 ? a < b : (order > 0) == greatest;
    });
  }

  const Ref<const ParquetTable> table_;
  const ScanRequest request_;
  QueryContext& context_;
  const std::shared_ptr<parquet::ReadCounters> counters_;
  std::atomic<uint64_t> rows_{0}, files_pruned_{0}, files_done_{0}, pieces_done_{0},
      pieces_known_{0};
  Mutex mutex_;
  uint32_t part_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const PartPlan> plan_ GUARDED_BY(mutex_);
  std::vector<parquet::Piece> pieces_ GUARDED_BY(mutex_);
  std::vector<uint32_t> order_ GUARDED_BY(mutex_);  // in which pieces are handed out
  size_t next_piece_ GUARDED_BY(mutex_) = 0;        // of that order
  uint64_t pieces_before_ GUARDED_BY(mutex_) = 0;   // of files before; morsels count on from there
  MorselWork<Work> waiting_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Scan> scan_parquet(Ref<const ParquetTable> table, ScanRequest request,
                                   QueryContext& context) {
  return std::make_unique<ParquetScan>(std::move(table), std::move(request), context);
}

}  // namespace doline
