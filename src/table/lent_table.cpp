#include "table/lent_table.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "base/thread_safety.h"
#include "plan/scan_filters.h"

namespace doline {

/// What plans and scans share.
struct LentTable::State {
  uint64_t id = 0;
  std::string name;
  std::shared_ptr<const ArrowImporter> importer;
  std::vector<std::shared_ptr<const ArrowImporter::Lent>> batches;
  uint64_t row_count = 0;

  ~State();
};

namespace {

constexpr uint64_t kMorselRows = uint64_t{1} << 17;

using State = LentTable::State;

/// States by id, so that a plan's bytes lead back to them while they live.
struct LiveStates {
  Mutex mutex;
  std::unordered_map<uint64_t, std::weak_ptr<const State>> by_id GUARDED_BY(mutex);
};
LiveStates& live_states() {
  static auto* live = new LiveStates();  // outlives static destructors
  return *live;
}

TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy&) {
  const auto id = descriptor.parameters.find("id");
  if (id != descriptor.parameters.end()) {
    LiveStates& live = live_states();
    MutexLock lock(live.mutex);
    const auto found = live.by_id.find(std::strtoull(id->second.c_str(), nullptr, 10));
    if (found != live.by_id.end()) {
      if (auto state = found->second.lock()) return make_ref<const LentTable>(std::move(state));
    }
  }
  throw Error(ErrorCode::kCorrupt, "plan bytes: a lent table that is gone");
}

const bool kRegistered = [] {
  register_table_kind("lent", reopen);
  return true;
}();

class LentReader final : public Reader {
 public:
  LentReader(const State& state, const Morsel& morsel, const ScanRequest& request,
             const ScanFilters& filters, uint32_t chunk_rows)
      : importer_(*state.importer),
        batch_(*state.batches[morsel.part]),
        at_(morsel.begin),
        end_(morsel.end),
        request_(request),
        filters_(filters),
        chunk_rows_(chunk_rows) {}

  Poll read(Chunk& out, const Waker&) override {
    if (at_ == end_) return Poll::kDone;
    const auto rows = static_cast<uint32_t>(std::min<uint64_t>(chunk_rows_, end_ - at_));
    std::vector<Column> columns;
    for (const uint32_t column : request_.columns)
      columns.push_back(importer_.read(batch_, column, static_cast<int64_t>(at_), rows));
    out = Chunk(std::move(columns), rows);
    filters_.narrow(out);
    at_ += rows;
    return Poll::kReady;
  }

 private:
  const ArrowImporter& importer_;
  const ArrowImporter::Lent& batch_;
  uint64_t at_;
  const uint64_t end_;
  const ScanRequest& request_;
  ScanFilters::Run filters_;
  const uint32_t chunk_rows_;
};

class LentScan final : public Scan {
 public:
  LentScan(std::shared_ptr<const State> state, ScanRequest request, const QueryContext& context)
      : state_(std::move(state)),
        request_(std::move(request)),
        filters_(request_.filters, request_.runtime, context.settings),
        chunk_rows_(context.chunk_rows) {
    const uint64_t most = context.morsel_rows(kMorselRows);
    for (uint32_t part = 0; part < state_->batches.size(); ++part) {
      const auto rows = static_cast<uint64_t>(state_->batches[part]->array->length);
      for (uint64_t begin = 0; begin < rows; begin += most)
        morsels_.push_back({morsels_.size(), begin, std::min(rows, begin + most), part});
    }
  }

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == morsels_.size()) return Poll::kDone;
    out = morsels_[next_++];
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<LentReader>(*state_, morsel, request_, filters_, chunk_rows_);
  }
  SourceProgress progress() const override { return {next_, morsels_.size()}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::max<size_t>(1, morsels_.size()));
  }

 private:
  const std::shared_ptr<const State> state_;
  const ScanRequest request_;
  const ScanFilters filters_;
  const uint32_t chunk_rows_;
  std::vector<Morsel> morsels_;
  std::atomic<size_t> next_{0};
};

}  // namespace

LentTable::State::~State() {
  LiveStates& live = live_states();
  MutexLock lock(live.mutex);
  live.by_id.erase(id);
}

TableRef LentTable::create(std::string name, std::shared_ptr<const ArrowImporter> importer,
                           std::vector<std::shared_ptr<const ArrowImporter::Lent>> batches) {
  (void)kRegistered;
  static std::atomic<uint64_t> next{1};
  const auto state = std::make_shared<State>();
  state->id = next.fetch_add(1);
  state->name = std::move(name);
  state->importer = std::move(importer);
  for (const auto& batch : batches) state->row_count += static_cast<uint64_t>(batch->array->length);
  state->batches = std::move(batches);
  {
    LiveStates& live = live_states();
    MutexLock lock(live.mutex);
    live.by_id[state->id] = state;
  }
  return make_ref<const LentTable>(std::shared_ptr<const State>(state));
}

const Schema& LentTable::schema() const { return state_->importer->schema(); }

std::string LentTable::name() const { return state_->name; }

TableStatistics LentTable::statistics() const {
  TableStatistics statistics;
  statistics.row_count = state_->row_count;
  statistics.is_exact = true;
  return statistics;
}

TableDescriptor LentTable::descriptor() const {
  return {"lent", {{"id", std::to_string(state_->id)}}};
}

std::unique_ptr<Scan> LentTable::scan(ScanRequest request, QueryContext& context) const {
  return std::make_unique<LentScan>(state_, std::move(request), context);
}

std::string LentTable::describe() const {
  return fmt::format("{}, {} rows of another library", state_->name, state_->row_count);
}

std::string LentTable::version() const { return fmt::format("lent {}", state_->id); }

}  // namespace doline
