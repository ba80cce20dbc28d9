#pragma once

#include <map>
#include <string>

#include "base/thread_safety.h"
#include "memory/budget.h"
#include "plan/table_sample.h"

namespace doline {

/// Samples of tables, kept for as long as their rows are the same and there is room. A database's;
/// thread-safe.
class TableSamples {
 public:
  TableSamples() : budget_(Budget::create("samples", Budget::process())) {}

  /// See Sampler. What goes wrong while rows are read is for the query to tell: then there is no
  /// sample.
  TableSampleRef sample(const TableRef& table, const std::vector<uint32_t>& columns,
                        const QueryContext& context);

 private:
  struct Entry {
    TableSampleRef sample;  // null: none can be had
    size_t bytes = 0;
    uint64_t last_use = 0;
  };
  void make_room(size_t bytes) REQUIRES(mutex_);

  const BudgetRef budget_;
  Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);  // by version and columns
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t uses_ GUARDED_BY(mutex_) = 0;
};

}  // namespace doline
