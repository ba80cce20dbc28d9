#include "exec/ordered_gate.h"

namespace doline {

OrderedGate::Answer OrderedGate::push(const Chunk& chunk, const Waker& waker) {
  const uint64_t morsel = chunk.sequence.morsel;
  {
    MutexLock lock(mutex_);
    if (done_) return Answer::kDone;
    if (morsel != next_ && held_bytes_ > hold_bytes_) {
      blocked_.push_back(waker);
      return Answer::kBlocked;
    }
  }
  // Texts are copied while others may pass.
  Chunk kept = chunk.retain();
  MutexLock lock(mutex_);
  if (done_) return Answer::kDone;
  if (morsel == next_) {
    if (!emit_(std::move(kept))) done_ = true;
    return done_ ? Answer::kDone : Answer::kTaken;
  }
  const size_t bytes = kept.data_bytes();
  held_bytes_ += bytes;
  held_[morsel].chunks.emplace_back(std::move(kept), bytes);
  return Answer::kTaken;
}

OrderedGate::Answer OrderedGate::end_morsel(uint64_t morsel) {
  std::vector<Waker> wake;
  Answer answer = Answer::kTaken;
  {
    MutexLock lock(mutex_);
    if (done_) return Answer::kDone;
    if (morsel == next_) {
      ++next_;
      if (!drain()) done_ = true;
      wake.swap(blocked_);
    } else {
      held_[morsel].ended = true;
    }
    if (done_) {
      wake.insert(wake.end(), blocked_.begin(), blocked_.end());
      blocked_.clear();
      held_.clear();
      answer = Answer::kDone;
    }
  }
  for (const Waker& waker : wake) waker.wake();
  return answer;
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

void OrderedGate::begin_input() {
  MutexLock lock(mutex_);
  ASSERT(held_.empty() || done_);
  next_ = 0;
}

bool OrderedGate::is_done() const {
  MutexLock lock(mutex_);
  return done_;
}

}  // namespace doline
