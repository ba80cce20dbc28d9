#include "plan/scan_filters.h"

namespace doline {

namespace {

std::vector<FilterOrder::Filter> programs_of(const std::vector<Conjunct>& conjuncts) {
  std::vector<FilterOrder::Filter> filters;
  for (const Conjunct& conjunct : conjuncts)
    filters.push_back({conjunct.program, conjunct.is_delicate});
  return filters;
}

}  // namespace

ScanFilters::ScanFilters(const std::vector<Conjunct>& filters,
                         std::vector<RuntimeFilterRef> runtime, const Settings& settings)
    : order_(programs_of(filters), settings.adapts_filter_order()), runtime_(std::move(runtime)) {
  for (const Conjunct& conjunct : filters) columns_.push_back(conjunct.columns);
}

void ScanFilters::Run::narrow(Chunk& chunk, const std::function<void(uint32_t)>& make) {
  for (const uint32_t filter : order_.order()) {
    if (chunk.active.empty()) return;
    for (const uint32_t column : filters_.columns_[filter]) make(column);
    chunk.active = order_.test(filter, chunk);
  }
  for (const RuntimeFilterRef& filter : filters_.runtime_) {
    if (chunk.active.empty()) return;
    if (!filter->is_ready.load(std::memory_order_acquire)) continue;
    make(filter->column);
    chunk.active = filter->probe(chunk.columns[filter->column], chunk.active);
  }
}

}  // namespace doline
