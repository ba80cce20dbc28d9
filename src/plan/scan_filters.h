#pragma once

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
    void narrow(Chunk& chunk);

   private:
    const ScanFilters& filters_;
    FilterOrder::Run order_;
  };

 private:
  const FilterOrder order_;
  const std::vector<RuntimeFilterRef> runtime_;
};

}  // namespace doline
