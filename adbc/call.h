#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "doline/doline.hpp"

namespace doline_adbc {

/// What a cancel ends: one call that works with a connection, and the rows that come of it until
/// they are read. Shared by whoever works on it, its rows, and, weakly, those that may cancel it.
/// Any thread may cancel and ask; a thread that works on it says so by a Scope.
class Call {
 public:
  class Scope {
   public:
    explicit Scope(const Call& call);
    ~Scope();
    Scope(const Scope&) = delete;

   private:
    friend class Call;
    const Call& call_;
    const Scope* const outer_;  // while bound rows are read that are another call's
  };

  void cancel();
  /// Throws where it was cancelled.
  void require_wanted() const;

  /// The query whose rows are read now; a cancel ends it at once, not when it is next waited for.
  void set_query(std::shared_ptr<doline::Query> query);
  std::shared_ptr<doline::Query> query() const;
  /// The share of the query that is done.
  double progress() const;

  /// What a session asks on the thread that waits for it: whether what that thread works on was
  /// cancelled. Unlike doline_interrupt it is not forgotten when the next of many runs begins, and
  /// spares what other threads read.
  static int is_unwanted(void*);

 private:
  std::atomic<bool> is_cancelled_{false};
  mutable std::mutex mutex_;  // over query_
  std::shared_ptr<doline::Query> query_;
};

}  // namespace doline_adbc
