#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/thread_safety.h"
#include "engine/profile.h"
#include "exec/lower.h"
#include "exec/query_run.h"

namespace doline {

struct QueryProgress {
  double share = 0;           // 0 … 1; falls only where the query starts over
  uint64_t rows_read = 0;     // from tables and files
  uint64_t memory_bytes = 0;  // charged now
  uint64_t memory_limit = 0;
  uint64_t spilled_bytes = 0;
  double elapsed_seconds = 0;
};

/// How a statement came to its plan, for its profile.
struct PlannedAs {
  PhaseTimes phases;
  uint64_t begun_at_ns = 0;  // of the steady clock, behind parsing; 0: not known
  RowEstimates expected;     // by which its plan was chosen
};

/// A running or finished query. next() is for one thread, which works on the query until rows are
/// ready; cancel() and progress() for any. Destroying it cancels and waits for its tasks.
///
/// Where a reader learns that a type was sniffed too narrow, the query is bound again and starts
/// over, as long as neither its schema nor a row was handed out.
class Query {
 public:
  /// A statement that gave `rows` at once.
  Query(Schema schema, std::vector<Chunk> rows);
  Query(PlanRef plan, std::unique_ptr<QueryContext> context, PlannedAs planned);
  ~Query();
  Query(const Query&) = delete;

  struct Bound {
    PlanRef plan;
    std::unique_ptr<QueryContext> context;
    PlannedAs planned;
  };
  /// Binds the statement anew. Called by the thread that calls next().
  using Rebind = std::function<Bound()>;
  /// Told when the query fails, by the thread that calls next().
  void set_failed(std::function<void()> failed) { failed_ = std::move(failed); }
  void set_rebind(Rebind rebind) { rebind_ = std::move(rebind); }

  /// Final once asked for: ask behind await_rows() where types may still be learned.
  const Schema& schema() const {
    handed_out_ = true;
    return schema_;
  }
  /// Works until a row is ready, or the end, or an error, which next() will then throw as well.
  void await_rows();
  /// Rows in order; nothing once there are no more. Throws what the query failed with.
  std::optional<Chunk> next();
  void cancel() noexcept;
  QueryProgress progress() const noexcept;
  /// The plan with what each operator did yet. Any thread.
  QueryProfile profile() const;
  /// After next() failed: a reader learned something, and nothing has left yet.
  bool may_start_over() const;
  PlanRef plan() const;
  /// False for statements like CREATE and SET, whose row count is nothing to show.
  bool returns_rows() const { return returns_rows_; }
  void set_returns_rows(bool returns) { returns_rows_ = returns; }
  /// Called by next(), about every 50 ms; true cancels.
  void set_poll(std::function<bool()> poll) { poll_ = std::move(poll); }

 private:
  struct Running;

  std::shared_ptr<Running> running() const;
  void comes_back();  // the caller of next()
  /// Works until there is a chunk (true) or none will come. Throws, and tells that it did.
  bool advance();
  bool advance_or_start_over();
  bool work(Running& running);
  void start_over();
  /// The error of a query that started over, with what made its columns texts.
  Error told(const Error& error) const;
  /// Polls, about every 50 ms.
  void ask();

  Schema schema_;
  std::deque<Chunk> ready_;
  bool returns_rows_ = true;
  std::function<bool()> poll_;
  std::chrono::steady_clock::time_point polled_at_{};
  Rebind rebind_;
  const LearnedTypes* learned_ = nullptr;  // the session's, once the query started over
  uint64_t learned_at_first_ = 0;          // its version when the query began
  mutable bool handed_out_ = false;
  uint64_t away_since_ns_ = 0;  // since when the caller has a row of next(); 0: it has none
  std::atomic<uint64_t> away_ns_{0};
  std::atomic<bool> cancelled_{false};
  mutable Mutex mutex_;  // cancel() and progress() come while next() puts another in its place
  PlanRef plan_ GUARDED_BY(mutex_);
  PlannedAs planned_ GUARDED_BY(mutex_);
  std::vector<std::string> restarts_ GUARDED_BY(mutex_);
  std::shared_ptr<Running> running_ GUARDED_BY(mutex_);  // null: a statement that gave rows at once
  std::function<void()> failed_;
};

}  // namespace doline
