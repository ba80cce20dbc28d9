#include "expr/filter_order.h"

#include <algorithm>
#include <cmath>

namespace doline {

namespace {

/// So many chunks are tested in an order before another one may be taken.
constexpr uint32_t kChunksInOrder = 8;

}  // namespace

double FilterFigures::rank() const {
  const auto seen = static_cast<double>(rows);
  return static_cast<double>(time.count()) / std::max(seen - static_cast<double>(kept), 0.5);
}

FilterOrder::FilterOrder(std::vector<Filter> filters, bool adapts)
    : filters_(std::move(filters)), sums_(filters_.size()) {
  if (!adapts) return;
  movable_ = static_cast<uint32_t>(std::count_if(filters_.begin(), filters_.end(),
                                                 [](const Filter& f) { return !f.is_delicate; }));
}

FilterFigures FilterOrder::figures(uint32_t filter) const {
  const Sums& sums = sums_[filter];
  return {sums.rows.load(std::memory_order_relaxed), sums.kept.load(std::memory_order_relaxed),
          Duration(sums.nanoseconds.load(std::memory_order_relaxed))};
}

FilterOrder::Run::Run(const FilterOrder& filters) : filters_(filters), scratch_(filters.size()) {
  for (const bool delicate : {false, true}) {
    for (uint32_t i = 0; i < filters.size(); ++i) {
      if (filters.filters_[i].is_delicate == delicate) order_.push_back(i);
    }
  }
}

std::span<const uint32_t> FilterOrder::Run::order() {
  // What is not known yet goes first as soon as possible.
  if (filters_.movable_ < 2 || (!has_unknown_ && ++chunks_ % kChunksInOrder != 0)) return order_;
  std::vector<double> ranks(filters_.size());
  has_unknown_ = false;
  for (uint32_t i = 0; i < filters_.movable_; ++i) {
    const FilterFigures figures = filters_.figures(order_[i]);
    has_unknown_ |= !figures.is_known();
    ranks[order_[i]] = figures.is_known() ? figures.rank() : 0;
  }
  std::sort(order_.begin(), order_.begin() + filters_.movable_, [&](uint32_t a, uint32_t b) {
    return std::pair(ranks[a], a) < std::pair(ranks[b], b);
  });
  return order_;
}

Selection FilterOrder::Run::test(uint32_t filter, const Chunk& chunk) {
  const Filter& of = filters_.filters_[filter];
  if (filters_.movable_ < 2 || of.is_delicate) return of.program->select(chunk, scratch_[filter]);
  const TimePoint begin = Clock::system().now();
  Selection kept = of.program->select(chunk, scratch_[filter]);
  Sums& sums = filters_.sums_[filter];
  const Duration time = Clock::system().now() - begin;
  sums.rows.fetch_add(chunk.size(), std::memory_order_relaxed);
  sums.kept.fetch_add(kept.size(), std::memory_order_relaxed);
  sums.nanoseconds.fetch_add(time.count(), std::memory_order_relaxed);
  return kept;
}

void FilterOrder::Run::narrow(Chunk& chunk) {
  for (const uint32_t filter : order()) {
    if (chunk.active.empty()) return;
    chunk.active = test(filter, chunk);
  }
}

}  // namespace doline
