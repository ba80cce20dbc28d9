#include "exec/runtime_filters.h"

#include <algorithm>

namespace doline {

namespace {

/// After so many rows it is known whether a test pays: a row that a join would drop costs the test
/// several times over.
constexpr uint64_t kTrialRows = uint64_t{1} << 15;
constexpr double kMostPassing = 0.8;
/// Of so many chunks one is tested where it does not.
constexpr uint64_t kChunksBetweenTests = 32;

}  // namespace

RuntimeFilterRef RuntimeFilters::subscribe(int64_t id, const ScanNode& scan, uint32_t column) {
  auto filter = make_ref<PublishedFilter>();
  filter->column = column;
  by_id_[id].push_back(filter);
  placed_.push_back({&scan, filter});
  return filter;
}

bool wants_filters(const Pipeline& pipeline, const JoinNode& join) {
  const auto* scan = dynamic_cast<const ScanNode*>(pipeline.source_node);
  const std::vector<int64_t>& published = join.runtime_filters;
  return scan &&
         std::any_of(scan->runtime_filters.begin(), scan->runtime_filters.end(), [&](int64_t id) {
           return std::find(published.begin(), published.end(), id) != published.end();
         });
}

std::vector<std::string> RuntimeFilters::notes(const ScanNode& scan) const {
  std::vector<std::string> notes;
  for (const Placed& placed : placed_) {
    if (placed.scan != &scan) continue;
    notes.push_back(fmt::format("runtime filter on {}: {}", scan.schema[placed.filter->column].name,
                                static_cast<const PublishedFilter&>(*placed.filter).note()));
  }
  return notes;
}

std::string PublishedFilter::note() const {
  if (!is_ready.load(std::memory_order_acquire)) return "not known in time, so not used";
  if (!test_->looks_at_rows()) {
    const std::optional<ValueBounds> bounds = test_->bounds();
    if (!bounds || !bounds->lower || !bounds->upper) return "too many values to help";
    return fmt::format("bounds {} … {} alone", bounds->lower->to_string(),
                       bounds->upper->to_string());
  }
  const uint64_t tested = tested_.load(std::memory_order_relaxed);
  if (tested == 0) return "ready, but nothing was left to test";
  const uint64_t passed = passed_.load(std::memory_order_relaxed);
  return fmt::format("{:.1f} % of {} tested rows passed",
                     100.0 * static_cast<double>(passed) / static_cast<double>(tested), tested);
}

void PublishedFilter::publish(std::shared_ptr<const RowTest> test) {
  ASSERT(!is_ready.load(std::memory_order_relaxed));  // somebody may look at it
  test_ = std::move(test);
  is_ready.store(true, std::memory_order_release);
}

bool PublishedFilter::spares_little() const {
  const uint64_t tested = tested_.load(std::memory_order_relaxed);
  const uint64_t passed = passed_.load(std::memory_order_relaxed);
  return tested >= kTrialRows &&
         static_cast<double>(passed) > kMostPassing * static_cast<double>(tested);
}

Selection PublishedFilter::probe(const Column& values, const Selection& active) const {
  if (!test_->looks_at_rows() || active.empty()) return active;
  const uint64_t asked = asked_.fetch_add(1, std::memory_order_relaxed);
  if (asked % kChunksBetweenTests != 0 && spares_little()) return active;
  Selection passed = test_->passing(values, active);
  tested_.fetch_add(active.size(), std::memory_order_relaxed);
  passed_.fetch_add(passed.size(), std::memory_order_relaxed);
  return passed;
}

}  // namespace doline
