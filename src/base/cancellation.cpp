#include "base/cancellation.h"

#include "base/error.h"

namespace doline {

namespace {

constexpr int64_t kPatient = -1;

thread_local const std::atomic<bool>* thread_cancelled = nullptr;
thread_local int64_t polls_left = kPatient;

}  // namespace

CancellationScope::CancellationScope(const std::atomic<bool>& cancelled) noexcept
    : outer_(thread_cancelled) {
  thread_cancelled = &cancelled;
}
CancellationScope::~CancellationScope() { thread_cancelled = outer_; }

PatienceScope::PatienceScope(uint32_t polls) noexcept : outer_(polls_left) { polls_left = polls; }
PatienceScope::~PatienceScope() { polls_left = outer_; }

void poll_cancellation() {
  if (thread_cancelled && thread_cancelled->load(std::memory_order_relaxed)) {
    throw Error(ErrorCode::kCancelled, "the query was cancelled");
  }
  if (polls_left == kPatient) return;
  if (polls_left == 0)
    throw Error(ErrorCode::kCancelled, "this takes too long to be computed beforehand");
  --polls_left;
}

}  // namespace doline
