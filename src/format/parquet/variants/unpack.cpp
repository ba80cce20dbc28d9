#include "format/parquet/variants/unpack.h"

#include <string.h>

#if defined(DOLINE_TARGET_avx2) || defined(DOLINE_TARGET_avx512)
#include <immintrin.h>
#endif

namespace doline::parquet::DOLINE_TARGET {

/// Value `index` by the bytes it lies in: nothing past them is read.
static inline uint32_t value_at(const uint8_t* in, unsigned width, size_t index) {
  const size_t bit = index * width;
  const unsigned shift = static_cast<unsigned>(bit & 7);
  const unsigned bytes = (shift + width + 7) >> 3;  // at most 5
  uint64_t word = 0;
  for (unsigned i = 0; i < bytes; ++i) word |= static_cast<uint64_t>(in[(bit >> 3) + i]) << (8 * i);
  const uint64_t mask = (static_cast<uint64_t>(1) << width) - 1;
  return static_cast<uint32_t>((word >> shift) & mask);
}

static void unpack_rest(const uint8_t* in, unsigned width, size_t first, size_t count,
                        uint32_t* out) {
  for (size_t i = first; i < count; ++i) out[i] = value_at(in, width, i);
}

#if !defined(DOLINE_TARGET_avx2) && !defined(DOLINE_TARGET_avx512)

static void unpack(const uint8_t* in, const uint8_t* end, unsigned width, size_t count,
                   uint32_t* out) {
  const uint64_t mask = (static_cast<uint64_t>(1) << width) - 1;
  size_t i = 0;
  for (; i < count; ++i) {
    const size_t bit = i * width;
    if (end - (in + (bit >> 3)) < 8) break;
    uint64_t word;
    memcpy(&word, in + (bit >> 3), 8);
    out[i] = static_cast<uint32_t>((word >> (bit & 7)) & mask);
  }
  unpack_rest(in, width, i, count, out);
}

static uint32_t greatest(const uint32_t* values, size_t count) {
  uint32_t top = 0;
  for (size_t i = 0; i < count; ++i) top = values[i] > top ? values[i] : top;
  return top;
}

#else

/// Eight values of up to 25 bits: each lies in four bytes, which a byte shuffle brings into its
/// lane; a shift and a mask do the rest. The upper four values start at bit 4 * width.
template <unsigned kWidth>
static void unpack_narrow(const uint8_t* in, const uint8_t* end, size_t count, uint32_t* out) {
  constexpr unsigned kUpper = (4 * kWidth) >> 3;  // byte where the upper half starts
  constexpr unsigned kUpperBit = (4 * kWidth) & 7;
#define BYTE(lane, byte)                                                                         \
  static_cast<char>((lane < 4 ? (lane * kWidth) >> 3 : ((lane - 4) * kWidth + kUpperBit) >> 3) + \
                    byte)
#define LANE(lane) BYTE(lane, 0), BYTE(lane, 1), BYTE(lane, 2), BYTE(lane, 3)
#define SHIFT(lane) \
  static_cast<int>(lane < 4 ? (lane * kWidth) & 7 : ((lane - 4) * kWidth + kUpperBit) & 7)
  const __m256i shuffle =
      _mm256_setr_epi8(LANE(0), LANE(1), LANE(2), LANE(3), LANE(4), LANE(5), LANE(6), LANE(7));
  const __m256i shifts = _mm256_setr_epi32(SHIFT(0), SHIFT(1), SHIFT(2), SHIFT(3), SHIFT(4),
                                           SHIFT(5), SHIFT(6), SHIFT(7));
#undef BYTE
#undef LANE
#undef SHIFT
  const __m256i mask = _mm256_set1_epi32(static_cast<int>((1u << kWidth) - 1));
  size_t i = 0;
  const uint8_t* at = in;
  while (i + 8 <= count && end - at >= static_cast<ptrdiff_t>(kUpper + 16)) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + kUpper));
    const __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    const __m256i lanes = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, shuffle), shifts);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_and_si256(lanes, mask));
    i += 8;
    at += kWidth;
  }
  unpack_rest(in, kWidth, i, count, out);
}

static void unpack_wide(const uint8_t* in, const uint8_t* end, unsigned width, size_t count,
                        uint32_t* out) {
  const uint64_t mask = (static_cast<uint64_t>(1) << width) - 1;
  size_t i = 0;
  for (; i < count; ++i) {
    const size_t bit = i * width;
    if (end - (in + (bit >> 3)) < 8) break;
    uint64_t word;
    memcpy(&word, in + (bit >> 3), 8);
    out[i] = static_cast<uint32_t>((word >> (bit & 7)) & mask);
  }
  unpack_rest(in, width, i, count, out);
}

static void unpack(const uint8_t* in, const uint8_t* end, unsigned width, size_t count,
                   uint32_t* out) {
  switch (width) {
#define WIDTH(w) \
  case w:        \
    return unpack_narrow<w>(in, end, count, out)
    WIDTH(1);
    WIDTH(2);
    WIDTH(3);
    WIDTH(4);
    WIDTH(5);
    WIDTH(6);
    WIDTH(7);
    WIDTH(8);
    WIDTH(9);
    WIDTH(10);
    WIDTH(11);
    WIDTH(12);
    WIDTH(13);
    WIDTH(14);
    WIDTH(15);
    WIDTH(16);
    WIDTH(17);
    WIDTH(18);
    WIDTH(19);
    WIDTH(20);
    WIDTH(21);
    WIDTH(22);
    WIDTH(23);
    WIDTH(24);
    WIDTH(25);
#undef WIDTH
    default:
      return unpack_wide(in, end, width, count, out);
  }
}

static uint32_t greatest(const uint32_t* values, size_t count) {
  __m256i top = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    top = _mm256_max_epu32(top, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i)));
  }
  uint32_t lanes[8];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), top);
  uint32_t result = 0;
  for (uint32_t lane : lanes) result = lane > result ? lane : result;
  for (; i < count; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

#endif

const UnpackKernels kUnpackKernels = {unpack, greatest};

}  // namespace doline::parquet::DOLINE_TARGET
