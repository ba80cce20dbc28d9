#pragma once

#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "plan/table.h"

namespace doline {

/// What the morsels of a scan are made of, from next_morsel() to open(): numbered in the order they
/// are put, unless the scan then numbers them otherwise. Guarded by its scan's mutex.
template <class Work>
class MorselWork {
 public:
  void put(Work work, uint32_t part, Morsel& out) {
    out.number = out.begin = next_++;
    out.part = part;
    waiting_.emplace(out.begin, std::move(work));
  }
  Work take(const Morsel& morsel) {
    const auto found = waiting_.find(morsel.begin);
    ASSERT(found != waiting_.end());
    Work work = std::move(found->second);
    waiting_.erase(found);
    return work;
  }

 private:
  uint64_t next_ = 0;
  std::unordered_map<uint64_t, Work> waiting_;
};

}  // namespace doline
