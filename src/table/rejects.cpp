#include "table/rejects.h"

#include <algorithm>
#include <tuple>

namespace doline {

namespace {
constexpr size_t kMostText = 1024;
}

RejectStore& RejectStore::instance() {
  static auto* store = new RejectStore();  // outlives static destructors
  return *store;
}

void RejectStore::begin_query() {
  MutexLock lock(mutex_);
  kept_.clear();
  count_ = 0;
  ++generation_;
}

void RejectStore::add(std::vector<Reject> rejects) {
  MutexLock lock(mutex_);
  count_ += rejects.size();
  for (Reject& reject : rejects) {
    if (kept_.size() == kMostKept) break;
    if (reject.text.size() > kMostText) reject.text.resize(kMostText);
    kept_.push_back(std::move(reject));
  }
}

uint64_t RejectStore::count() const {
  MutexLock lock(mutex_);
  return count_;
}

uint64_t RejectStore::generation() const {
  MutexLock lock(mutex_);
  return generation_;
}

std::vector<Reject> RejectStore::list() const {
  MutexLock lock(mutex_);
  std::vector<Reject> sorted = kept_;
  std::sort(sorted.begin(), sorted.end(), [](const Reject& a, const Reject& b) {
    return std::tie(a.file, a.line, a.byte) < std::tie(b.file, b.line, b.byte);
  });
  return sorted;
}

}  // namespace doline
