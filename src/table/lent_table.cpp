#include "table/lent_table.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "base/thread_safety.h"
#include "table/rows_by_number.h"

namespace doline {

/// What plans and scans share.
struct LentTable::State final : RowsByNumber {
  uint64_t id = 0;
  std::string name;
  std::shared_ptr<const ArrowImporter> importer;
  std::vector<std::shared_ptr<const ArrowImporter::Lent>> batches;
  uint64_t row_count = 0;

  ~State() override;
  std::vector<uint64_t> part_rows() const override {
    std::vector<uint64_t> rows;
    for (const auto& batch : batches) rows.push_back(static_cast<uint64_t>(batch->array->length));
    return rows;
  }
  Column column(uint32_t part, uint32_t column, uint64_t begin, uint32_t count,
                const Selection& wanted) const override {
    return importer->read(*batches[part], column, static_cast<int64_t>(begin), count, wanted);
  }
};

namespace {

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
  return scan_by_number(state_, std::move(request), context);
}

std::string LentTable::describe() const {
  return fmt::format("{}, {} rows of another library", state_->name, state_->row_count);
}

std::string LentTable::version() const { return fmt::format("lent {}", state_->id); }

}  // namespace doline
