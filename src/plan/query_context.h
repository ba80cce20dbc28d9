#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "memory/spill.h"
#include "plan/learned_types.h"
#include "plan/settings.h"

namespace doline {

class AccessPolicy;  // of io/
class ChangeLog;     // of plan/table.h
class RejectStore;   // of table/
class SimulatedExecutor;

/// What a running query shares with everything that works for it. Made by the session; outlives
/// the query's tasks.
struct QueryContext {
  virtual ~QueryContext() =
      default;  // the session owns what its arbiter needs in a context of its own
  Settings settings;
  SessionConstants session;
  BudgetRef budget;  // the query's account
  Arbiter* arbiter = nullptr;
  SpillWriterRef spill;                  // opened at first use by whoever implements it
  const AccessPolicy* access = nullptr;  // what may be opened and written; outlives the query
  std::atomic<bool> cancelled{false};
  /// Where readers leave what they learned; null: nobody would start over.
  LearnedTypes* learned = nullptr;
  /// Where readers leave the rows they leave out, for the session's rejects(); null: nowhere.
  RejectStore* rejects = nullptr;
  /// False once something left that cannot be taken back (bytes to a pipe).
  std::atomic<bool> may_start_over{true};
  uint32_t threads = 1;
  uint32_t chunk_rows = kChunkRows;  // less only in tests
  /// Runs the query's tasks where a seed says their order; null: the shared executor does.
  SimulatedExecutor* scheduled_by = nullptr;
  /// Where writers leave new states of tables. Set for statements that write; outlives them.
  ChangeLog* changes = nullptr;

  /// For whoever opens or writes files. Precondition: `access` was set.
  const AccessPolicy& access_policy() const;
  /// Rows that a task reads at a time. Tests with small chunks give few rows to many tasks.
  uint64_t morsel_rows(uint64_t usual) const {
    return chunk_rows < kChunkRows ? uint64_t{4} * chunk_rows : usual;
  }
  bool is_cancelled() const { return cancelled.load(std::memory_order_relaxed); }
  /// Throws Error(kCancelled) once cancelled. Call it in long loops without a chunk boundary.
  void check_cancelled() const;
};

}  // namespace doline
