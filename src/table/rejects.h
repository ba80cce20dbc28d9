#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_safety.h"

namespace doline {

/// A row that a reader left out.
struct Reject {
  std::string file;
  uint64_t line = 0;   // 1 is the first; 0: not known
  uint64_t byte = 0;   // where the record begins in the (decompressed) file
  std::string column;  // empty: not of one column
  std::string reason;
  std::string text;    // as it stands, cut at a kilobyte
  uint64_t lines = 1;  // that were left out with it
};

/// What the readers of a session's last query left out; `FROM rejects()` reads it. Readers that
/// keep some begin a new list. One a session; thread-safe.
class RejectStore {
 public:
  /// Forgets the last query's rejects, before a reader that keeps some is opened.
  void begin_query();
  /// Keeps the first kMostKept in file and line order; counts the lines of all.
  void add(std::vector<Reject> rejects);
  /// Lines that were left out: a record of several counts them all.
  uint64_t count() const;
  /// Another number with every begin_query(): tells whether a statement began a list of its own.
  uint64_t generation() const;
  std::vector<Reject> list() const;

  static constexpr size_t kMostKept = 100'000;

 private:
  mutable Mutex mutex_;
  std::vector<Reject> kept_ GUARDED_BY(mutex_);
  uint64_t count_ GUARDED_BY(mutex_) = 0;
  uint64_t generation_ GUARDED_BY(mutex_) = 0;
};

}  // namespace doline
