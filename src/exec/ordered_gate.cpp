#include "exec/ordered_gate.h"

namespace doline {

OrderedGate::Answer OrderedGate::push(const Chunk& chunk, const Waker& waker) {
  MutexLock lock(mutex_);
  if (done_) return Answer::kDone;
  const uint64_t morsel = chunk.sequence.morsel;
  if (morsel == next_) {
    if (!emit_(chunk)) done_ = true;
    return done_ ? Answer::kDone : Answer::kTaken;
  }
  if (held_bytes_ > hold_bytes_) {
    blocked_.push_back(waker);
    return Answer::kBlocked;
  }
  Chunk kept = chunk.retain();
  held_bytes_ += kept.data_bytes();
  held_[morsel].chunks.push_back(std::move(kept));
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
    for (Chunk& chunk : held.chunks) {
      held_bytes_ -= std::min(held_bytes_, chunk.data_bytes());
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
