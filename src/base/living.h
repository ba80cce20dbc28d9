#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/thread_safety.h"

namespace doline {

/// A text that no other call in any process gives: two processes of one number began at different
/// times.
std::string unique_id();

/// Things that bytes name by an id: found by it as long as somebody else holds them. Thread-safe.
/// Meant to live as long as the process.
template <class Thing>
class Living {
 public:
  void add(const std::string& id, std::weak_ptr<const Thing> thing) {
    MutexLock lock(mutex_);
    by_id_[id] = std::move(thing);
  }
  void remove(const std::string& id) {
    MutexLock lock(mutex_);
    by_id_.erase(id);
  }
  /// Null where it is gone.
  std::shared_ptr<const Thing> find(const std::string& id) const {
    MutexLock lock(mutex_);
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.lock();
  }
  bool is_empty() const {
    MutexLock lock(mutex_);
    return by_id_.empty();
  }

 private:
  mutable Mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<const Thing>> by_id_ GUARDED_BY(mutex_);
};

}  // namespace doline
