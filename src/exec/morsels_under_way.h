#pragma once

#include <atomic>

#include "base/waker.h"
#include "memory/budget.h"

namespace doline {

/// The tasks of a query that are amid a morsel, and have not stopped to wait for something. Each
/// holds what its reader has open: megabytes of pages and dictionaries of a file. Where memory is
/// scarce there are no more of them than threads, so that the pipelines of a query are read one
/// after another. Nobody waits for a task that waits itself. Thread-safe; owned by the query's run.
class MorselsUnderWay {
 public:
  explicit MorselsUnderWay(uint32_t threads) : threads_(threads) {}

  /// Whether a task may take a morsel. If not, the waker fires when there is less under way.
  bool may_begin(const Budget& budget, const Waker& waker) {
    if (is_free() || budget.available_bytes() >= kScarceBytes) return true;
    waiting_.add(waker);
    return is_free();  // meanwhile one may have ended
  }
  void begin() { count_.fetch_add(1); }
  void end() {
    count_.fetch_sub(1);
    waiting_.wake_all();
  }

 private:
  /// Of some files a thread's reader takes ten.
  static constexpr size_t kScarceBytes = size_t{64} << 20;

  bool is_free() const { return count_.load() < threads_; }

  const uint32_t threads_;
  std::atomic<uint32_t> count_{0};
  WakerList waiting_;
};

}  // namespace doline
