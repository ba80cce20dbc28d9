#include "exec/ordered_gate.h"

#include "column/chunk_size.h"

namespace doline {

namespace {

/// Chunks that take no more are not looked at closely.
constexpr size_t kSmallBytes = size_t{256} << 10;

}  // namespace

OrderedGate::Answer OrderedGate::push(const Chunk& chunk, const Waker& waker) {
  const uint64_t morsel = chunk.sequence.morsel;
  {
    MutexLock lock(mutex_);
    if (done_) return Answer::kDone;
    if (!is_next(morsel) && held_bytes_ > hold_bytes_) {
      blocked_.push_back(waker);
      return Answer::kBlocked;
    }
  }
  // Texts are copied while others may pass.
  Chunk kept = chunk.retain();
  std::vector<Waker> wake;
  {
    MutexLock lock(mutex_);
    if (done_) return Answer::kDone;
    if (!is_next(morsel)) {
      const auto quick = quick_bytes(kept, kSmallBytes);
      const size_t bytes = quick ? *quick : kept.kept_bytes();
      held_bytes_ += bytes;
      held_[morsel].chunks.emplace_back(std::move(kept), bytes);
      return Answer::kTaken;
    }
    if (emit_(std::move(kept))) return Answer::kTaken;
    wake = finish();
  }
  for (const Waker& waiting : wake) waiting.wake();
  return Answer::kDone;
}

OrderedGate::Answer OrderedGate::end_morsel(uint64_t morsel) {
  std::vector<Waker> wake;
  Answer answer = Answer::kTaken;
  {
    MutexLock lock(mutex_);
    if (done_) return Answer::kDone;
    if (!in_order_) return Answer::kTaken;
    if (morsel != next_) {
      held_[morsel].ended = true;
      return Answer::kTaken;
    }
    ++next_;
    if (drain()) {
      wake.swap(blocked_);
    } else {
      wake = finish();
      answer = Answer::kDone;
    }
  }
  for (const Waker& waiting : wake) waiting.wake();
  return answer;
}

std::vector<Waker> OrderedGate::finish() {
  done_ = true;
  held_.clear();
  held_bytes_ = 0;
  return std::exchange(blocked_, {});
}

bool OrderedGate::drain() {
  for (auto at = held_.begin(); at != held_.end() && at->first == next_; at = held_.begin()) {
    Held held = std::move(at->second);
    held_.erase(at);
    for (auto& [chunk, bytes] : held.chunks) {
      held_bytes_ -= bytes;
      if (!emit_(std::move(chunk))) return false;
    }
    if (!held.ended) return true;  // its task goes on and now passes straight through
    ++next_;
  }
  return true;
}

void OrderedGate::begin_input(bool in_order) {
  MutexLock lock(mutex_);
  ASSERT(held_.empty() || done_);
  next_ = 0;
  in_order_ = in_order;
}

bool OrderedGate::is_done() const {
  MutexLock lock(mutex_);
  return done_;
}

}  // namespace doline
