#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace doline {

/// Numbers for hashes of values, from 0. Two of some ten thousand hashes that agree in the bits
/// that are looked at are rarer than what estimates mind.
class ValueTable {
 public:
  /// Forgets all; there is room for `most` hashes.
  void clear(size_t most) {
    slots_.assign(std::bit_ceil(std::max<size_t>(16, most * 2)), {});
    count_ = 0;
  }
  uint32_t number(uint64_t hash) {
    Slot& slot = slots_[place_of(hash)];
    if (slot.number == 0) slot = {tag_of(hash), ++count_};
    return slot.number - 1;
  }
  /// kNone: it has no number.
  static constexpr uint32_t kNone = ~uint32_t{0};
  uint32_t find(uint64_t hash) const { return slots_[place_of(hash)].number - 1; }
  uint32_t count() const { return count_; }

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t number = 0;  // 0: free
  };
  static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  /// Of its slot, or of the free one it would take.
  size_t place_of(uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    const uint32_t tag = tag_of(hash);
    size_t at = hash & mask;
    while (slots_[at].number != 0 && slots_[at].tag != tag) at = (at + 1) & mask;
    return at;
  }

  std::vector<Slot> slots_;
  uint32_t count_ = 0;
};

}  // namespace doline
