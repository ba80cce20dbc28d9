#pragma once

#include <memory>

#include "base/clock.h"
#include "base/waker.h"

namespace doline {

/// Wakes tasks after a time. One per executor; any thread.
class Timers {
 public:
  virtual ~Timers() = default;
  /// Fires once, not before `delay` is over. There is no taking back: a wake too many is harmless.
  virtual void post_after(Duration delay, Waker waker) = 0;

  /// Timers on a thread of their own, started by the first post.
  static std::unique_ptr<Timers> create();
};

}  // namespace doline
