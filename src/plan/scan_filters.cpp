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
    : order_(programs_of(filters), settings.adapts_filter_order()), runtime_(std::move(runtime)) {}

void ScanFilters::Run::narrow(Chunk& chunk) {
  order_.narrow(chunk);
  for (const RuntimeFilterRef& filter : filters_.runtime_) {
    if (chunk.active.empty()) return;
    if (!filter->is_ready.load(std::memory_order_acquire)) continue;
    chunk.active = filter->probe(chunk.columns[filter->column], chunk.active);
  }
}

}  // namespace doline
