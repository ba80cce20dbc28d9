#include "base/waker.h"

namespace doline {

void WakerList::add(const Waker& waker) {
  MutexLock lock(mutex_);
  waiting_.push_back(waker);
}

void WakerList::wake_all() noexcept {
  std::vector<Waker> due;
  {
    MutexLock lock(mutex_);
    due.swap(waiting_);
  }
  for (const auto& waker : due) waker.wake();
}

}  // namespace doline
