#pragma once

#include <functional>
#include <map>
#include <vector>

#include "base/thread_safety.h"
#include "base/waker.h"
#include "column/chunk.h"

namespace doline {

/// Restores the order of rows: chunks come in from tasks that work on different morsels, and go
/// out in morsel order. Thread-safe. Invariants: (1) the lowest morsel in work is never blocked,
/// so the others' waiting ends, as the source hands morsels out in their order; (2) chunks held
/// back never exceed `hold_bytes` by more than one chunk a task.
class OrderedGate {
 public:
  /// Called in row order, by one thread at a time, without the gate's lock being held by others.
  /// False: wants no more.
  using Emit = std::function<bool(Chunk)>;
  OrderedGate(Emit emit, size_t hold_bytes) : emit_(std::move(emit)), hold_bytes_(hold_bytes) {}

  enum class Answer : uint8_t { kTaken, kBlocked, kDone };
  /// `chunk` is lent; what goes out, or waits, is retained.
  Answer push(const Chunk& chunk, const Waker& waker);
  Answer end_morsel(uint64_t morsel);
  /// A new source begins its morsels at 0, after all those before.
  /// Not `in_order`: chunks go out as they come, none is held back.
  void begin_input(bool in_order);
  bool is_done() const;

 private:
  struct Held {
    std::vector<std::pair<Chunk, size_t>> chunks;  // with their bytes
    bool ended = false;
  };
  bool is_next(uint64_t morsel) const REQUIRES(mutex_) { return morsel == next_ || !in_order_; }
  bool drain() REQUIRES(mutex_);
  /// No more is wanted: lets go of what was held, and answers whom to wake so that they hear it.
  std::vector<Waker> finish() REQUIRES(mutex_);

  const Emit emit_;
  const size_t hold_bytes_;
  mutable Mutex mutex_;
  uint64_t next_ GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, Held> held_ GUARDED_BY(mutex_);
  size_t held_bytes_ GUARDED_BY(mutex_) = 0;
  bool in_order_ GUARDED_BY(mutex_) = true;
  bool done_ GUARDED_BY(mutex_) = false;
  std::vector<Waker> blocked_ GUARDED_BY(mutex_);
};

}  // namespace doline
