#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/bits.h"
#include "column/string_view.h"

namespace doline {

/// Of the twelve bytes of a text of `size` those that are its own: of eight, and of four behind.
inline constexpr auto kOwnBytes = [] {
  std::array<std::array<uint64_t, 2>, StringView::kInlineBytes + 1> masks{};
  for (uint32_t byte = 0; byte < StringView::kInlineBytes; ++byte) {
    masks[byte + 1] = masks[byte];
    masks[byte + 1][byte / 8] |= uint64_t{0xFF} << (byte % 8 * 8);
  }
  return masks;
}();

/// Makes `to` a view of `size` bytes where kInlineBytes can be read: without a branch for each
/// length, and in two words, as what is put together in narrower ones is waited for by whoever
/// loads all sixteen bytes.
inline void put_readable(StringView* to, const char* data, uint32_t size) {
  const auto& [begin_mask, end_mask] = kOwnBytes[std::min(size, StringView::kInlineBytes)];
  const uint64_t begin = load_unaligned<uint64_t>(data) & begin_mask;
  const uint64_t end = load_unaligned<uint32_t>(data + 8) & end_mask;
  const bool is_inline = size <= StringView::kInlineBytes;
  const uint64_t words[2] = {
      size | begin << 32, is_inline ? begin >> 32 | end << 32 : reinterpret_cast<uint64_t>(data)};
  std::memcpy(static_cast<void*>(to), words, 8);
  std::memcpy(reinterpret_cast<char*>(to) + 8, words + 1, 8);
}

}  // namespace doline
