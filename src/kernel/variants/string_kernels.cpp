#include "kernel/variants/string_kernels.h"

#include <string.h>

#if defined(DOLINE_TARGET_avx2) || defined(DOLINE_TARGET_avx512)
#include <immintrin.h>
#endif

namespace doline::DOLINE_TARGET {

// Candidates that agree in the probe bytes and then differ may cost this much more than one pass
// over the text; past it the linear memmem of the C library takes over.
[[maybe_unused]] static constexpr size_t kWasteFactor = 4;
[[maybe_unused]] static constexpr size_t kWasteFloor = 4096;

#if defined(DOLINE_TARGET_avx2) || defined(DOLINE_TARGET_avx512)

#if defined(DOLINE_TARGET_avx2)
using Mask = unsigned;
static constexpr size_t kWidth = 32;
struct Block {
  __m256i bytes;
};
static inline Block load(const char* from) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))};
}
static inline Mask equal(Block block, char byte) {
  return static_cast<Mask>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(block.bytes, _mm256_set1_epi8(byte))));
}
static inline Mask both_equal(Block a, char a_byte, Block b, char b_byte) {
  const __m256i left = _mm256_cmpeq_epi8(a.bytes, _mm256_set1_epi8(a_byte));
  const __m256i right = _mm256_cmpeq_epi8(b.bytes, _mm256_set1_epi8(b_byte));
  return static_cast<Mask>(_mm256_movemask_epi8(_mm256_and_si256(left, right)));
}
static inline Mask either_equal(Block block, char a, char b) {
  const __m256i left = _mm256_cmpeq_epi8(block.bytes, _mm256_set1_epi8(a));
  const __m256i right = _mm256_cmpeq_epi8(block.bytes, _mm256_set1_epi8(b));
  return static_cast<Mask>(_mm256_movemask_epi8(_mm256_or_si256(left, right)));
}
static inline Mask high_bits(Block block) {
  return static_cast<Mask>(_mm256_movemask_epi8(block.bytes));
}
static inline unsigned first_of(Mask mask) { return static_cast<unsigned>(__builtin_ctz(mask)); }
/// both_equal of the `count` < kWidth places behind `a` and `b`, of which no byte more is read.
static inline Mask both_equal_of_few(const char* a, char a_byte, const char* b, char b_byte,
                                     size_t count) {
  const auto both = [&](__m128i left, __m128i right) {
    return static_cast<Mask>(
        _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(left, _mm_set1_epi8(a_byte)),
                                        _mm_cmpeq_epi8(right, _mm_set1_epi8(b_byte)))));
  };
  // Two half or quarter blocks, the second of which ends at the last place.
  if (count >= 16) {
    const auto at = [](const char* from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    };
    const size_t second = count - 16;
    return both(at(a), at(b)) | both(at(a + second), at(b + second)) << second;
  }
  if (count >= 8) {
    const auto at = [](const char* from) { return _mm_loadu_si64(from); };
    const size_t second = count - 8;
    return (both(at(a), at(b)) & 0xFF) | (both(at(a + second), at(b + second)) & 0xFF) << second;
  }
  Mask mask = 0;
  for (size_t i = 0; i < count; ++i) mask |= Mask{a[i] == a_byte && b[i] == b_byte} << i;
  return mask;
}
#else
using Mask = unsigned long long;
static constexpr size_t kWidth = 64;
struct Block {
  __m512i bytes;
};
static inline Block load(const char* from) { return {_mm512_loadu_si512(from)}; }
static inline Mask equal(Block block, char byte) {
  return _mm512_cmpeq_epi8_mask(block.bytes, _mm512_set1_epi8(byte));
}
static inline Mask both_equal(Block a, char a_byte, Block b, char b_byte) {
  return equal(a, a_byte) & equal(b, b_byte);
}
static inline Mask either_equal(Block block, char a, char b) {
  return equal(block, a) | equal(block, b);
}
static inline Mask high_bits(Block block) { return _mm512_movepi8_mask(block.bytes); }
static inline unsigned first_of(Mask mask) { return static_cast<unsigned>(__builtin_ctzll(mask)); }
/// both_equal of the `count` < kWidth places behind `a` and `b`, of which no byte more is read.
static inline Mask both_equal_of_few(const char* a, char a_byte, const char* b, char b_byte,
                                     size_t count) {
  const Mask few = (Mask{1} << count) - 1;
  const Block left{_mm512_maskz_loadu_epi8(few, a)};
  const Block right{_mm512_maskz_loadu_epi8(few, b)};
  return both_equal(left, a_byte, right, b_byte) & few;
}
#endif

static const char* find(const char* begin, const char* end, const char* needle, size_t needle_size,
                        size_t probe_first, size_t probe_second) {
  if (static_cast<size_t>(end - begin) < needle_size) return nullptr;
  const char* const last = end - needle_size;  // the last place it can start at
  const char first_byte = needle[probe_first];
  const char second_byte = needle[probe_second];
  size_t wasted = 0;
  const char* place = begin;
  // Whole blocks of starting places; the second probe's load ends inside the text because
  // place + kWidth - 1 <= last.
  for (; last - place >= static_cast<ptrdiff_t>(kWidth) - 1; place += kWidth) {
    Mask mask =
        both_equal(load(place + probe_first), first_byte, load(place + probe_second), second_byte);
    while (mask != 0) {
      const char* candidate = place + first_of(mask);
      if (memcmp(candidate, needle, needle_size) == 0) return candidate;
      mask &= mask - 1;
      wasted += needle_size;
    }
    if (wasted > kWasteFloor + kWasteFactor * static_cast<size_t>(place - begin)) {
      return static_cast<const char*>(
          memmem(place, static_cast<size_t>(end - place), needle, needle_size));
    }
  }
  if (place > last) return nullptr;
  const size_t rest = static_cast<size_t>(last - place) + 1;  // starting places left, < kWidth
  Mask mask;
  if (place != begin) {
    // One more block that ends at the last place; the places seen before are shifted out.
    const char* tail = last - (kWidth - 1);
    mask =
        both_equal(load(tail + probe_first), first_byte, load(tail + probe_second), second_byte) >>
        (kWidth - rest);
  } else {
    mask =
        both_equal_of_few(place + probe_first, first_byte, place + probe_second, second_byte, rest);
  }
  for (; mask != 0; mask &= mask - 1) {
    const char* candidate = place + first_of(mask);
    if (memcmp(candidate, needle, needle_size) == 0) return candidate;
  }
  return nullptr;
}

static size_t find_all(const char* begin, const char* end, char byte, unsigned* places,
                       size_t capacity) {
  size_t count = 0;
  const char* place = begin;
  for (; end - place >= static_cast<ptrdiff_t>(kWidth); place += kWidth) {
    Mask mask = equal(load(place), byte);
    const unsigned base = static_cast<unsigned>(place - begin);
    for (; mask != 0; mask &= mask - 1) {
      if (count == capacity) return count;
      places[count++] = base + first_of(mask);
    }
  }
  for (; place < end; ++place) {
    if (*place != byte) continue;
    if (count == capacity) return count;
    places[count++] = static_cast<unsigned>(place - begin);
  }
  return count;
}

static const char* find_either(const char* begin, const char* end, char a, char b) {
  const char* place = begin;
  for (; end - place >= static_cast<ptrdiff_t>(kWidth); place += kWidth) {
    const Mask mask = either_equal(load(place), a, b);
    if (mask != 0) return place + first_of(mask);
  }
  for (; place < end; ++place) {
    if (*place == a || *place == b) return place;
  }
  return end;
}

static const char* find_non_ascii(const char* begin, const char* end) {
  const char* place = begin;
  for (; end - place >= static_cast<ptrdiff_t>(kWidth); place += kWidth) {
    const Mask mask = high_bits(load(place));
    if (mask != 0) return place + first_of(mask);
  }
  for (; place < end; ++place) {
    if (static_cast<signed char>(*place) < 0) return place;
  }
  return end;
}

#else

static const char* find(const char* begin, const char* end, const char* needle, size_t needle_size,
                        size_t, size_t) {
  return static_cast<const char*>(
      memmem(begin, static_cast<size_t>(end - begin), needle, needle_size));
}

static size_t find_all(const char* begin, const char* end, char byte, unsigned* places,
                       size_t capacity) {
  size_t count = 0;
  for (const char* place = begin; place < end && count < capacity; ++place) {
    if (*place == byte) places[count++] = static_cast<unsigned>(place - begin);
  }
  return count;
}

static const char* find_either(const char* begin, const char* end, char a, char b) {
  for (const char* place = begin; place < end; ++place) {
    if (*place == a || *place == b) return place;
  }
  return end;
}

static const char* find_non_ascii(const char* begin, const char* end) {
  for (const char* place = begin; place < end; ++place) {
    if (static_cast<signed char>(*place) < 0) return place;
  }
  return end;
}

#endif

// Plain in every target: the compiler makes the right vector code of it.
static void lower_ascii(const char* begin, const char* end, char* to) {
  const size_t size = static_cast<size_t>(end - begin);
  for (size_t i = 0; i < size; ++i) {
    const unsigned char byte = static_cast<unsigned char>(begin[i]);
    const bool upper = static_cast<unsigned char>(byte - 'A') < 26;
    to[i] = static_cast<char>(byte | (upper ? 0x20 : 0));
  }
}

extern const StringKernels kStringKernels;
const StringKernels kStringKernels = {find, find_all, find_either, find_non_ascii, lower_ascii};

}  // namespace doline::DOLINE_TARGET
