#include "io/wanted_scope.h"

#include <chrono>

#include "base/error.h"

namespace doline {

namespace {
thread_local WantedScope* innermost = nullptr;
thread_local std::chrono::steady_clock::time_point asked_at;
}  // namespace

WantedScope::WantedScope(std::function<bool()> is_unwanted)
    : is_unwanted_(std::move(is_unwanted)), outer_(innermost) {
  innermost = this;
}

WantedScope::~WantedScope() { innermost = outer_; }

bool WantedScope::is_set() { return innermost != nullptr; }

void WantedScope::check() {
  if (innermost == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_at < std::chrono::milliseconds(kAskEveryMs)) return;
  asked_at = now;
  if (innermost->is_unwanted_()) throw Error(ErrorCode::kCancelled, "the statement was cancelled");
}

}  // namespace doline
