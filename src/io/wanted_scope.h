#pragma once

#include <functional>

namespace doline {

/// While one lives, streams that this thread reads ask whether what they read is still wanted:
/// where files are looked at before there is a query to cancel. Scopes nest; the innermost is
/// asked.
class WantedScope {
 public:
  /// `is_unwanted` is asked about every 20 ms, by this thread.
  explicit WantedScope(std::function<bool()> is_unwanted);
  ~WantedScope();
  WantedScope(const WantedScope&) = delete;
  WantedScope& operator=(const WantedScope&) = delete;

  static constexpr int kAskEveryMs = 20;
  /// Whether this thread is in one.
  static bool is_set();
  /// Throws Error(kCancelled) when what is read is not wanted any more. Cheap.
  static void check();

 private:
  const std::function<bool()> is_unwanted_;
  WantedScope* const outer_;
};

}  // namespace doline
