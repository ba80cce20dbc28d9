#pragma once

#include <smmintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bits.h"
#include "column/string_view.h"

namespace doline {

/// Of a view the bytes that a text of so many has in place; of a longer one, the last, the first
/// four of the text.
inline constexpr auto kOwnBytes = [] {
  struct alignas(16) Mask {
    std::array<uint8_t, sizeof(StringView)> bytes{};
  };
  std::array<Mask, StringView::kInlineBytes + 2> masks{};
  for (size_t size = 0; size < masks.size(); ++size) {
    const size_t own = size <= StringView::kInlineBytes ? size : 4;
    for (size_t byte = 0; byte < own; ++byte) masks[size].bytes[4 + byte] = 0xFF;
  }
  return masks;
}();

/// A view of `size` bytes where kInlineBytes can be read: without a branch on the size, as whether
/// a text is short is anybody's guess. Its twin without vectors is StringView's constructor.
inline StringView view_of_readable(const char* data, uint32_t size) {
  const __m128i front = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(data));
  const __m128i bytes =
      _mm_slli_si128(_mm_insert_epi32(front, load_unaligned<int>(data + 8), 2), 4);
  const auto& mask = kOwnBytes[std::min(size, StringView::kInlineBytes + 1)];
  const __m128i own =
      _mm_and_si128(bytes, _mm_load_si128(reinterpret_cast<const __m128i*>(mask.bytes.data())));
  uint64_t is_long = size > StringView::kInlineBytes;
  asm("" : "+r"(is_long));  // or the compiler makes a branch of it
  const uint64_t pointer = reinterpret_cast<uint64_t>(data) & -is_long;
  return std::bit_cast<StringView>(
      _mm_or_si128(own, _mm_set_epi64x(static_cast<int64_t>(pointer), size)));
}

}  // namespace doline
