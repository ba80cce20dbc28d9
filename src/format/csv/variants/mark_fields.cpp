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
  const uint32_t low = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes.low, sign)));
  const uint32_t high = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes.high, sign)));
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

static CsvMarked mark(const char* text, size_t words, const CsvSigns* signs, CsvCarry* carry,
                      uint32_t base, uint32_t first_index, uint32_t* positions,
                      uint32_t* row_ends) {
  CsvMarked done{0, 0, 0};
  uint64_t inside = carry->inside;
  uint64_t may_open = carry->may_open;
  for (; done.words < words; ++done.words) {
    const Marks marks = marks_of(text + done.words * 64, signs);
    if (marks.special != 0) break;
    uint64_t quoted = inside;
    if (marks.quote != 0) {
      quoted = prefix_xor(marks.quote) ^ inside;  // opening quotes are inside, closing ones are not
    }
    const uint64_t ends = (marks.delimiter | marks.newline) & ~quoted;
    const uint64_t closing = marks.quote & ~quoted;
    const uint64_t opening = marks.quote & quoted;
    if ((opening & ~(((ends | closing) << 1) | may_open)) != 0) break;
    inside = static_cast<uint64_t>(static_cast<int64_t>(quoted) >> 63);
    may_open = (ends | closing) >> 63;

    const uint32_t word_base = base + static_cast<uint32_t>(done.words * 64);
    const uint32_t index = first_index + static_cast<uint32_t>(done.positions);
    for (uint64_t left = marks.newline & ends; left != 0; left &= left - 1) {
      const uint64_t below = left ^ (left - 1);  // up to the newline, itself included
      row_ends[done.row_ends++] = index + static_cast<uint32_t>(__builtin_popcountll(ends & below)) - 1;
    }
    // Four at a time without a branch each: what is written too much is overwritten.
    uint32_t* out = positions + done.positions;
    const int count = __builtin_popcountll(ends);
    uint64_t left = ends;
    for (int i = 0; i < count; i += 4) {
      for (int j = 0; j < 4; ++j) {
        const uint64_t some = left | (uint64_t{1} << 63);
        out[i + j] = word_base + static_cast<uint32_t>(__builtin_ctzll(some));
        left &= left - 1;
      }
    }
    done.positions += static_cast<size_t>(count);
  }
  carry->inside = inside;
  carry->may_open = may_open;
  return done;
}

static CsvSurvey survey(const char* text, size_t size, const CsvSigns* signs) {
  CsvSurvey found{0, true};
  uint64_t signs_seen = 0;
  size_t at = 0;
  for (; at + 64 <= size; at += 64) {
    const Marks marks = marks_of(text + at, signs);
    found.newlines += static_cast<uint64_t>(__builtin_popcountll(marks.newline));
    signs_seen |= marks.quote | marks.special;
  }
  for (; at < size; ++at) {
    const char c = text[at];
    found.newlines += c == signs->newline;
    signs_seen |= (c == signs->quote) & signs->quote_mask;
    signs_seen |= (c == signs->escape) & signs->escape_mask;
    signs_seen |= (c == signs->comment) & signs->comment_mask;
  }
  found.is_plain = signs_seen == 0;
  return found;
}

}  // namespace

const CsvKernels kCsvKernels = {&mark, &survey};

}  // namespace doline::DOLINE_TARGET
