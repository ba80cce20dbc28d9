// CSV's first phase: where values and rows end, 64 bytes at a time.
#include "format/csv/variants/mark_fields.h"

#include <immintrin.h>

namespace doline::DOLINE_TARGET {

namespace {

/// One bit a byte of a word.
struct Marks {
  uint64_t delimiter, newline, quote, special;
};

#if DOLINE_TARGET_scalar
static uint64_t equal_bytes(const char* text, char wanted) {
  uint64_t bits = 0;
  for (int i = 0; i < 64; ++i) bits |= static_cast<uint64_t>(text[i] == wanted) << i;
  return bits;
}
/// Bit i: whether an odd number of bits is set at or below i.
static uint64_t prefix_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}
static Marks marks_of(const char* text, const CsvSigns* signs) {
  return {equal_bytes(text, signs->delimiter), equal_bytes(text, signs->newline),
          equal_bytes(text, signs->quote) & signs->quote_mask,
          (equal_bytes(text, signs->escape) & signs->escape_mask) |
              (equal_bytes(text, signs->comment) & signs->comment_mask)};
}
#else
#if DOLINE_TARGET_avx512
static uint64_t equal_bytes(__m512i bytes, char wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(wanted));
}
#else
struct Bytes {
  __m256i low, high;
};
static uint64_t equal_bytes(Bytes bytes, char wanted) {
  const __m256i sign = _mm256_set1_epi8(wanted);
  const uint32_t low =
      static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes.low, sign)));
  const uint32_t high =
      static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes.high, sign)));
  return low | static_cast<uint64_t>(high) << 32;
}
#endif
static uint64_t prefix_xor(uint64_t bits) {
  const __m128i word = _mm_set_epi64x(0, static_cast<long long>(bits));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_clmulepi64_si128(word, _mm_set1_epi8(-1), 0)));
}
static Marks marks_of(const char* text, const CsvSigns* signs) {
#if DOLINE_TARGET_avx512
  const __m512i bytes = _mm512_loadu_si512(text);
#else
  const Bytes bytes{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text)),
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32))};
#endif
  Marks marks;
  marks.delimiter = equal_bytes(bytes, signs->delimiter);
  marks.newline = equal_bytes(bytes, signs->newline);
  marks.quote = equal_bytes(bytes, signs->quote) & signs->quote_mask;
  marks.special = 0;
  if ((signs->escape_mask | signs->comment_mask) != 0) {
    marks.special = (equal_bytes(bytes, signs->escape) & signs->escape_mask) |
                    (equal_bytes(bytes, signs->comment) & signs->comment_mask);
  }
  return marks;
}
#endif

/// What lies outside quotes in a word.
struct Outside {
  uint64_t ends;   // delimiters and newlines
  bool is_simple;  // the state machine would see the word so as well
};
static Outside outside_of(const Marks& marks, CsvCarry* carry) {
  uint64_t quoted = carry->inside;
  if (marks.quote != 0)
    quoted ^= prefix_xor(marks.quote);  // opening quotes are inside, closing ones are not
  const uint64_t ends = (marks.delimiter | marks.newline) & ~quoted;
  const uint64_t closing = marks.quote & ~quoted;
  const uint64_t opening = marks.quote & quoted;
  if (marks.special != 0 || (opening & ~(((ends | closing) << 1) | carry->may_open)) != 0)
    return {0, false};
  carry->inside = static_cast<uint64_t>(static_cast<int64_t>(quoted) >> 63);
  carry->may_open = (ends | closing) >> 63;
  return {ends, true};
}

static void write_positions(uint64_t ends, int count, uint32_t base, uint32_t* out) {
#if DOLINE_TARGET_avx512
  alignas(64) static constexpr uint8_t kPlaces[64] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const __m512i places = _mm512_maskz_compress_epi8(ends, _mm512_load_si512(kPlaces));
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  const auto put = [&](int from, __m128i some) {
    _mm512_storeu_si512(out + from, _mm512_add_epi32(_mm512_cvtepu8_epi32(some), bases));
  };
  put(0, _mm512_castsi512_si128(places));
  if (count > 16) put(16, _mm512_extracti32x4_epi32(places, 1));
  if (count > 32) put(32, _mm512_extracti32x4_epi32(places, 2));
  if (count > 48) put(48, _mm512_extracti32x4_epi32(places, 3));
#else
  // Four at a time without a branch each: what is written too much is overwritten.
  for (int i = 0; i < count; i += 4) {
    for (int j = 0; j < 4; ++j) {
      out[i + j] = base + static_cast<uint32_t>(__builtin_ctzll(ends | (uint64_t{1} << 63)));
      ends &= ends - 1;
    }
  }
#endif
}

static CsvMarked mark(const char* text, size_t words, const CsvSigns* signs, CsvCarry* carry,
                      uint32_t base, uint32_t first_index, uint32_t* positions,
                      uint32_t* row_ends) {
  CsvMarked done{0, 0, 0};
  for (; done.words < words; ++done.words) {
    const Marks marks = marks_of(text + done.words * 64, signs);
    const Outside outside = outside_of(marks, carry);
    if (!outside.is_simple) break;
    const uint64_t ends = outside.ends;
    const uint32_t index = first_index + static_cast<uint32_t>(done.positions);
    for (uint64_t left = marks.newline & ends; left != 0; left &= left - 1) {
      const uint64_t below = left ^ (left - 1);  // up to the newline, itself included
      row_ends[done.row_ends++] =
          index + static_cast<uint32_t>(__builtin_popcountll(ends & below)) - 1;
    }
    const int count = __builtin_popcountll(ends);
    write_positions(ends, count, base + static_cast<uint32_t>(done.words * 64),
                    positions + done.positions);
    done.positions += static_cast<size_t>(count);
  }
  return done;
}

static CsvSkimmed skim(const char* text, size_t words, const CsvSigns* signs, CsvCarry* carry) {
  constexpr size_t kNone = ~size_t{0};
  CsvSkimmed found{0, 0, 0, kNone, kNone};
  size_t last_word = 0;
  uint64_t last_rows = 0, last_newlines = 0, newlines_before = 0;
  for (; found.words < words; ++found.words) {
    const Marks marks = marks_of(text + found.words * 64, signs);
    const Outside outside = outside_of(marks, carry);
    if (!outside.is_simple) break;
    const uint64_t rows = marks.newline & outside.ends;
    if (rows != 0) {
      if (found.first_end == kNone)
        found.first_end = found.words * 64 + static_cast<size_t>(__builtin_ctzll(rows));
      last_word = found.words;
      last_rows = rows;
      last_newlines = marks.newline;
      newlines_before = found.newlines;
    }
    found.newlines += static_cast<uint64_t>(__builtin_popcountll(marks.newline));
  }
  if (last_rows != 0) {
    const int bit = 63 - __builtin_clzll(last_rows);
    found.last_end = last_word * 64 + static_cast<size_t>(bit);
    found.newlines_last =
        newlines_before + static_cast<uint64_t>(__builtin_popcountll(last_newlines << (63 - bit)));
  }
  return found;
}

}  // namespace

const CsvKernels kCsvKernels = {&mark, &skim};

}  // namespace doline::DOLINE_TARGET
