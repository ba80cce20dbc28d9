#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What a fuzz target over a wire form tries. The first byte of the input picks one of the valid
/// byte strings; the rest are edits of it (place, value), so that what is tried lies near what is
/// valid. 255: the bytes themselves.
inline std::vector<std::byte> edited_bytes(const std::vector<std::vector<std::byte>>& valid,
                                           std::span<const uint8_t> input) {
  if (input.empty()) return {};
  if (input[0] == 255) {
    const auto given = std::as_bytes(input.subspan(1));
    return {given.begin(), given.end()};
  }
  std::vector<std::byte> bytes = valid[input[0] % valid.size()];
  for (size_t at = 1; at + 3 <= input.size(); at += 3) {
    const size_t place = static_cast<size_t>(input[at] | input[at + 1] << 8);
    bytes[place % bytes.size()] = static_cast<std::byte>(input[at + 2]);
  }
  return bytes;
}
