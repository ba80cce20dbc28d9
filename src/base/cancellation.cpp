#include "base/cancellation.h"

#include <utility>

#include "base/error.h"

namespace doline {

namespace {

constexpr int64_t kPatient = -1;

thread_local CancellationScope* innermost = nullptr;
thread_local int64_t polls_left = kPatient;

}  // namespace

CancellationScope::CancellationScope(const std::atomic<bool>& cancelled) noexcept
    : cancelled_(&cancelled), outer_(innermost) {
  innermost = this;
}
CancellationScope::CancellationScope(std::function<bool()> is_unwanted) noexcept
    : asked_(std::move(is_unwanted)), outer_(innermost) {
  innermost = this;
}
CancellationScope::~CancellationScope() { innermost = outer_; }

bool CancellationScope::asks() noexcept {
  const CancellationScope* at = innermost;
  while (at && at->cancelled_) at = at->outer_;
  return at != nullptr;
}

bool CancellationScope::is_unwanted() {
  if (cancelled_) return cancelled_->load(std::memory_order_relaxed);
  if (was_unwanted_) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_at_ < std::chrono::milliseconds(kAskEveryMs)) return false;
  asked_at_ = now;
  return was_unwanted_ = asked_();
}

PatienceScope::PatienceScope(uint32_t polls) noexcept : outer_(polls_left) { polls_left = polls; }
PatienceScope::~PatienceScope() { polls_left = outer_; }

void poll_cancellation() {
  for (CancellationScope* at = innermost; at; at = at->outer_) {
    if (at->is_unwanted()) throw Error(ErrorCode::kCancelled, "the query was cancelled");
  }
  if (polls_left == kPatient) return;
  if (polls_left == 0)
    throw Error(ErrorCode::kCancelled, "this takes too long to be computed beforehand");
  --polls_left;
}

}  // namespace doline
