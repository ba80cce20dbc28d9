#include "format/arrow/arrow_bits.h"

#include <cstring>

#include "base/bits.h"

namespace doline {

BufferRef arrow_bits(const void* buffer, int64_t begin, uint32_t count) {
  const size_t words = words_for_bits(count);
  BufferRef out = Buffer::allocate_zeroed(words * 8);
  const auto* bytes = static_cast<const uint8_t*>(buffer) + begin / 8;
  const auto shift = static_cast<unsigned>(begin % 8);
  const size_t byte_count = (shift + count + 7) / 8;
  auto* to = reinterpret_cast<uint8_t*>(out->data());
  if (shift == 0) {
    if (count != 0) std::memcpy(to, bytes, byte_count);
  } else {
    for (size_t i = 0; i * 8 < count; ++i) {
      const unsigned next = i + 1 < byte_count ? bytes[i + 1] : 0U;
      to[i] = static_cast<uint8_t>((bytes[i] >> shift) | (next << (8 - shift)));
    }
  }
  return out;
}

BufferRef arrow_validity(const ArrowArray& array, int64_t begin, uint32_t count) {
  if (array.null_count == 0 || !array.buffers[0] || count == 0) return nullptr;
  BufferRef bits = arrow_bits(array.buffers[0], array.offset + begin, count);
  const auto* words = bits->as<uint64_t>();
  for (size_t word = 0; word * 64 < count; ++word) {
    const uint64_t mask = low_mask(count - word * 64);
    if ((words[word] & mask) != mask) return bits;
  }
  return nullptr;
}

}  // namespace doline
