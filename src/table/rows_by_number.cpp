#include "table/rows_by_number.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "plan/scan_filters.h"

namespace doline {

namespace {

constexpr uint64_t kMorselRows = uint64_t{1} << 17;

class NumberedReader final : public Reader {
 public:
  NumberedReader(const RowsByNumber& rows, const Morsel& morsel, const ScanRequest& request,
                 const ScanFilters& filters, uint32_t chunk_rows)
      : rows_(rows),
        part_(morsel.part),
        at_(morsel.begin),
        end_(morsel.end),
        request_(request),
        filters_(filters),
        chunk_rows_(chunk_rows),
        is_made_(request.columns.size()) {}

  Poll read(Chunk& out, const Waker&) override {
    if (at_ == end_) return Poll::kDone;
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(chunk_rows_, end_ - at_));
    out = Chunk(std::vector<Column>(request_.columns.size()), count);
    std::fill(is_made_.begin(), is_made_.end(), false);
    const auto make = [&](uint32_t position) {
      if (is_made_[position]) return;
      is_made_[position] = true;
      out.columns[position] =
          rows_.column(part_, request_.columns[position], at_, count, out.active);
    };
    filters_.narrow(out, make);
    if (out.active.empty()) {
      out = Chunk();
    } else {
      for (uint32_t position = 0; position < out.columns.size(); ++position) make(position);
    }
    at_ += count;
    return Poll::kReady;
  }

 private:
  const RowsByNumber& rows_;
  const uint32_t part_;
  uint64_t at_;
  const uint64_t end_;
  const ScanRequest& request_;
  ScanFilters::Run filters_;
  const uint32_t chunk_rows_;
  std::vector<bool> is_made_;
};

class NumberedScan final : public Scan {
 public:
  NumberedScan(std::shared_ptr<const RowsByNumber> rows, ScanRequest request,
               const QueryContext& context)
      : rows_(std::move(rows)),
        request_(std::move(request)),
        filters_(request_.filters, request_.runtime, context.settings),
        chunk_rows_(context.chunk_rows),
        morsel_rows_(context.morsel_rows(kMorselRows)),
        part_rows_(rows_->part_rows()),
        row_count_(std::accumulate(part_rows_.begin(), part_rows_.end(), uint64_t{0})) {}

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    while (next_.part < part_rows_.size() && next_.begin == part_rows_[next_.part])
      next_ = {next_.number, 0, 0, next_.part + 1};
    if (next_.part == part_rows_.size()) return Poll::kDone;
    next_.end = next_.begin + std::min(morsel_rows_, part_rows_[next_.part] - next_.begin);
    out = next_;
    done_.fetch_add(next_.end - next_.begin, std::memory_order_relaxed);
    ++next_.number;
    next_.begin = next_.end;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<NumberedReader>(*rows_, morsel, request_, filters_, chunk_rows_);
  }
  SourceProgress progress() const override {
    return {done_.load(std::memory_order_relaxed), row_count_};
  }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(
        std::min<uint64_t>(1024, row_count_ / morsel_rows_ + part_rows_.size()));
  }

 private:
  const std::shared_ptr<const RowsByNumber> rows_;
  const ScanRequest request_;
  const ScanFilters filters_;
  const uint32_t chunk_rows_;
  const uint64_t morsel_rows_;
  const std::vector<uint64_t> part_rows_;
  const uint64_t row_count_;
  Morsel next_;
  std::atomic<uint64_t> done_{0};
};

}  // namespace

std::unique_ptr<Scan> scan_by_number(std::shared_ptr<const RowsByNumber> rows, ScanRequest request,
                                     const QueryContext& context) {
  return std::make_unique<NumberedScan>(std::move(rows), std::move(request), context);
}

}  // namespace doline
