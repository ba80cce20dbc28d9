#pragma once

#include <cstring>

#include "base/bits.h"

namespace doline {

/// 13 bytes and more, without a call for those that are usual. Neither side is touched beyond.
inline void copy_long_text(char* to, const char* from, uint32_t size) {
  struct Words {
    uint64_t words[2];
  };
  if (size <= 16) {
    const auto front = load_unaligned<uint64_t>(from);
    const auto back = load_unaligned<uint64_t>(from + size - 8);
    std::memcpy(to, &front, 8);
    std::memcpy(to + size - 8, &back, 8);
  } else if (size <= 64) {
    const auto back = load_unaligned<Words>(from + size - 16);
    for (uint32_t at = 0; at + 16 < size; at += 16) {
      const auto part = load_unaligned<Words>(from + at);
      std::memcpy(to + at, &part, 16);
    }
    std::memcpy(to + size - 16, &back, 16);
  } else {
    std::memcpy(to, from, size);
  }
}

}  // namespace doline
