#pragma once

#include <functional>
#include <vector>

#include "expr/filter_order.h"
#include "plan/settings.h"
#include "plan/table.h"

namespace doline {

/// What the readers of a scan narrow their chunks by: its filters, then those of joins and top-Ns
/// as far as they are known. Shared by threads.
class ScanFilters {
 public:
  ScanFilters(const std::vector<Conjunct>& filters, std::vector<RuntimeFilterRef> runtime,
              const Settings& settings);

  /// One thread's.
  class Run {
   public:
    explicit Run(const ScanFilters& filters) : filters_(filters), order_(filters.order_) {}
    /// Leaves the chunk's rows that may be wanted.
    void narrow(Chunk& chunk) {
      narrow(chunk, [](uint32_t) {});
    }
    /// The same of a chunk whose columns are made when they are first looked at: `make` is called
    /// with the position of one that the next filter reads, perhaps again and again.
    void narrow(Chunk& chunk, const std::function<void(uint32_t)>& make);

   private:
    const ScanFilters& filters_;
    FilterOrder::Run order_;
  };

 private:
  const FilterOrder order_;
  std::vector<std::vector<uint32_t>> columns_;  // of each filter
  const std::vector<RuntimeFilterRef> runtime_;
};

}  // namespace doline
