#include "kernel/variants/regex_match.h"

#include <stddef.h>
#include <string.h>

#if defined(DOLINE_TARGET_avx2) || defined(DOLINE_TARGET_avx512)
#include <immintrin.h>
#endif

namespace doline::DOLINE_TARGET {

static inline unsigned char byte_at(const char* at) { return static_cast<unsigned char>(*at); }

/// Length of the code point at `at`, 0 if the bytes are none. RE2 compiles the range U+0080 to
/// U+10FFFF to these three forms and so takes overlong and too large ones of three and four bytes.
static inline size_t code_point_size(const char* at, const char* end) {
  const unsigned char lead = byte_at(at);
  if (lead < 0x80) return 1;
  size_t size = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
  } else {
    return 0;
  }
  if (static_cast<size_t>(end - at) < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte_at(at + i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

/// The longest part of [at, end) that is whole code points.
static const char* whole_code_points(const char* at, const char* end) {
  while (at < end) {
    const size_t size = code_point_size(at, end);
    if (size == 0) break;
    at += size;
  }
  return at;
}

struct Stop {
  const char* at;
  bool saw_high;  // a byte from 0x80 lies before `at`
};

#if defined(DOLINE_TARGET_avx2)

static inline __m256i load(const char* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// One bit per byte outside the set.
struct OutsideNotByte {
  __m256i byte;
  unsigned operator()(__m256i block) const {
    return static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block, byte)));
  }
};
struct OutsideRange {
  __m256i first, span;
  unsigned operator()(__m256i block) const {
    const __m256i distance = _mm256_sub_epi8(block, first);
    const __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, span), distance);
    return ~static_cast<unsigned>(_mm256_movemask_epi8(inside));
  }
};
struct OutsideTable {
  __m256i low, high;
  unsigned keep;  // 0 where bytes from 0x80 are inside
  unsigned operator()(__m256i block) const {
    // pshufb gives 0 for an index with its top bit set, so bytes from 0x80 come out as outside.
    const __m256i row = _mm256_shuffle_epi8(low, block);
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(block, 4), _mm256_set1_epi8(15));
    const __m256i bit = _mm256_shuffle_epi8(high, upper);
    const __m256i outside = _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256());
    const unsigned mask = static_cast<unsigned>(_mm256_movemask_epi8(outside));
    return mask & ~(static_cast<unsigned>(_mm256_movemask_epi8(block)) & ~keep);
  }
};

/// The bytes [begin, readable) may be loaded, and there are at least 32 of them.
template <class Outside>
static inline Stop scan(const char* at, const char* limit, const char* readable, Outside outside) {
  unsigned high = 0;
  while (readable - at >= 32) {
    const __m256i block = load(at);
    unsigned stop = outside(block);
    const unsigned sign = static_cast<unsigned>(_mm256_movemask_epi8(block));
    const ptrdiff_t left = limit - at;
    if (left < 32) stop |= ~0u << left;
    if (stop != 0) {
      high |= sign & ((stop & (0u - stop)) - 1);
      return {at + __builtin_ctz(stop), high != 0};
    }
    high |= sign;
    at += 32;
  }
  const size_t rest = static_cast<size_t>(readable - at);
  if (rest == 0) return {at, high != 0};
  const __m256i block = load(readable - 32);
  const unsigned past = static_cast<unsigned>(32 - rest);
  unsigned stop = outside(block) >> past;
  const unsigned sign = static_cast<unsigned>(_mm256_movemask_epi8(block)) >> past;
  stop |= ~0u << (limit - at);  // limit - at <= rest < 32
  high |= sign & ((stop & (0u - stop)) - 1);
  return {at + __builtin_ctz(stop), high != 0};
}

static inline __m256i twice(const uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}
static inline __m256i bit_of_row() {
  return _mm256_broadcastsi128_si256(
      _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
}

static inline Stop scan_not_byte(const RegexStep& step, const ByteSet*, const char* at,
                                 const char* limit, const char* readable) {
  return scan(at, limit, readable, OutsideNotByte{_mm256_set1_epi8(static_cast<char>(step.first))});
}
static inline Stop scan_range(const RegexStep& step, const ByteSet*, const char* at,
                              const char* limit, const char* readable) {
  return scan(at, limit, readable,
              OutsideRange{_mm256_set1_epi8(static_cast<char>(step.first)),
                           _mm256_set1_epi8(static_cast<char>(step.span))});
}
static inline Stop scan_table(const RegexStep& step, const ByteSet* sets, const char* at,
                              const char* limit, const char* readable) {
  return scan(
      at, limit, readable,
      OutsideTable{twice(sets[step.index].low_nibble), bit_of_row(), step.takes_high ? 0u : ~0u});
}

#elif defined(DOLINE_TARGET_avx512)

using Mask = unsigned long long;

/// One bit per byte outside the set.
struct OutsideNotByte {
  __m512i byte;
  Mask operator()(__m512i block) const { return _mm512_cmpeq_epi8_mask(block, byte); }
};
struct OutsideRange {
  __m512i first, span;
  Mask operator()(__m512i block) const {
    return _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(block, first), span);
  }
};
struct OutsideTable {
  __m512i low, high;
  bool takes_high;
  Mask operator()(__m512i block) const {
    // pshufb gives 0 for an index with its top bit set, so bytes from 0x80 come out as outside.
    const __m512i row = _mm512_shuffle_epi8(low, block);
    const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(block, 4), _mm512_set1_epi8(15));
    const Mask outside = _mm512_testn_epi8_mask(row, _mm512_shuffle_epi8(high, upper));
    return takes_high ? outside & ~_mm512_movepi8_mask(block) : outside;
  }
};

template <class Outside>
static inline Stop scan(const char* at, const char* limit, Outside outside) {
  Mask high = 0;
  while (at < limit) {
    const size_t left = static_cast<size_t>(limit - at);
    const Mask valid = left >= 64 ? ~Mask{0} : (Mask{1} << left) - 1;
    const __m512i block = _mm512_maskz_loadu_epi8(valid, at);
    const Mask sign = _mm512_movepi8_mask(block);
    const Mask stop = outside(block) & valid;
    if (stop != 0) {
      high |= sign & ((stop & (0ull - stop)) - 1);
      return {at + __builtin_ctzll(stop), high != 0};
    }
    high |= sign;
    at += left >= 64 ? 64 : left;
  }
  return {limit, high != 0};
}

static inline __m512i four_times(__m128i table) {
  // The form without a mask reads an undefined register, of which g++ 12 warns (its bug 105593).
  return _mm512_maskz_broadcast_i32x4(0xffff, table);
}
static inline __m128i load_table(const uint8_t* table) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(table));
}
static inline __m128i bit_of_row() {
  return _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
}

static inline Stop scan_not_byte(const RegexStep& step, const ByteSet*, const char* at,
                                 const char* limit, const char*) {
  return scan(at, limit, OutsideNotByte{_mm512_set1_epi8(static_cast<char>(step.first))});
}
static inline Stop scan_range(const RegexStep& step, const ByteSet*, const char* at,
                              const char* limit, const char*) {
  return scan(at, limit,
              OutsideRange{_mm512_set1_epi8(static_cast<char>(step.first)),
                           _mm512_set1_epi8(static_cast<char>(step.span))});
}
static inline Stop scan_table(const RegexStep& step, const ByteSet* sets, const char* at,
                              const char* limit, const char*) {
  return scan(at, limit,
              OutsideTable{four_times(load_table(sets[step.index].low_nibble)),
                           four_times(bit_of_row()), step.takes_high});
}

#else

static inline Stop scan_table(const RegexStep& step, const ByteSet* sets, const char* at,
                              const char* limit, const char*) {
  const uint8_t* member = sets[step.index].member;
  unsigned char seen = 0;
  while (at < limit && member[byte_at(at)] != 0) seen |= byte_at(at++);
  return {at, seen >= 0x80};
}
static inline Stop scan_not_byte(const RegexStep& step, const ByteSet* sets, const char* at,
                                 const char* limit, const char* readable) {
  return scan_table(step, sets, at, limit, readable);
}
static inline Stop scan_range(const RegexStep& step, const ByteSet* sets, const char* at,
                              const char* limit, const char* readable) {
  return scan_table(step, sets, at, limit, readable);
}

#endif

/// Between step.min and step.max characters; null when there are fewer.
static const char* counted_run_end(const RegexStep& step, const ByteSet* sets, const char* at,
                                   const char* end, const char* readable) {
  if (!step.checks_utf8) {
    const bool bounded = step.max < static_cast<size_t>(end - at) && step.max != kRegexUnlimited;
    const Stop stop = scan_table(step, sets, at, bounded ? at + step.max : end, readable);
    return static_cast<size_t>(stop.at - at) < step.min ? nullptr : stop.at;
  }
  const uint8_t* member = sets[step.index].member;
  uint32_t count = 0;
  for (; count < step.max && at < end && member[byte_at(at)] != 0; ++count) {
    const size_t size = code_point_size(at, end);
    if (size == 0) break;
    at += size;
  }
  return count < step.min ? nullptr : at;
}

/// Where the match goes on after a run that ended at `stop`, or null: too short, or the bytes that
/// must follow do not.
static inline const char* close_run(const RegexStep& step, const char* at, const char* stop,
                                    const char* end, const char** slots) {
  slots[step.slot] = at;
  slots[step.slot_end] = stop;
  if (static_cast<size_t>(stop - at) < step.min) return nullptr;
  if (__builtin_expect(end - stop >= 4, 1)) {
    uint32_t next;
    memcpy(&next, stop, 4);
    return (next & step.then_mask) == step.then ? stop + step.then_size : nullptr;
  }
  if (static_cast<size_t>(end - stop) < step.then_size) return nullptr;
  uint32_t next = 0;
  for (unsigned i = 0; i < step.then_size; ++i) next |= uint32_t{byte_at(stop + i)} << (8 * i);
  return next == step.then ? stop + step.then_size : nullptr;
}

static inline const char* whole(const RegexStep& step, const char* at, Stop stop) {
  return stop.saw_high && step.checks_utf8 ? whole_code_points(at, stop.at) : stop.at;
}

struct Frame {
  const char* at;
  uint32_t step;
  uint32_t unsure;  // how many unsure choices were made before
};

/// [at, readable) may be loaded; in avx2 there are 32 such bytes from the text's begin at least.
static inline RegexResult run(const RegexProgramView& program, const char* at, const char* end,
                              const char* readable, const char** slots) {
  const RegexStep* const steps = program.steps;
  if (program.clears_slots) {  // else every slot is set on the way to kAccept
    for (uint32_t i = 0; i < program.slot_count; ++i) slots[i] = nullptr;
  }
  Frame frames[kRegexMaxTries];
  uint32_t depth = 0;
  uint32_t unsure = 0;
  const char* reached = at;
  slots[0] = at;
  for (uint32_t next = 0;;) {
    const RegexStep& step = steps[next];
    bool fits = true;
    ++next;
    switch (step.op) {
      case RegexOp::kByte:
        fits = at < end && byte_at(at) == step.first;
        at += fits;
        break;
      case RegexOp::kLiteral:
        fits = static_cast<size_t>(end - at) >= step.max &&
               memcmp(at, program.literals + step.index, step.max) == 0;
        at += fits ? step.max : 0;
        break;
      case RegexOp::kSet: {
        fits = at < end && program.sets[step.index].member[byte_at(at)] != 0;
        if (!fits) break;
        const size_t size = step.checks_utf8 ? code_point_size(at, end) : 1;
        fits = size != 0;
        at += size;
        break;
      }
      case RegexOp::kRunNotByte: {
        const char* stop = whole(step, at, scan_not_byte(step, program.sets, at, end, readable));
        const char* past = close_run(step, at, stop, end, slots);
        fits = past != nullptr;
        at = fits ? past : stop;
        break;
      }
      case RegexOp::kRunRange: {
        const char* stop = scan_range(step, program.sets, at, end, readable).at;
        const char* past = close_run(step, at, stop, end, slots);
        fits = past != nullptr;
        at = fits ? past : stop;
        break;
      }
      case RegexOp::kRunTable: {
        const char* stop = whole(step, at, scan_table(step, program.sets, at, end, readable));
        const char* past = close_run(step, at, stop, end, slots);
        fits = past != nullptr;
        at = fits ? past : stop;
        break;
      }
      case RegexOp::kRunCounted: {
        const char* stop = counted_run_end(step, program.sets, at, end, readable);
        fits = stop != nullptr;
        if (fits) at = stop;
        break;
      }
      case RegexOp::kSlot:
        slots[step.slot] = at;
        break;
      case RegexOp::kTry:
        frames[depth++] = {at, next - 1, unsure};
        break;
      case RegexOp::kCommit:
        --depth;
        unsure += step.unsure;
        break;
      case RegexOp::kUnsure:
        ++unsure;
        break;
      case RegexOp::kJump:
        next = step.target;
        break;
      case RegexOp::kEnd:
        fits = at == end;
        break;
      case RegexOp::kAccept:
        slots[1] = at;
        return {RegexOutcome::kMatch, at};
    }
    if (__builtin_expect(fits, 1)) continue;
    if (at > reached) reached = at;
    if (depth == 0) {
      return {unsure == 0 ? RegexOutcome::kNoMatch : RegexOutcome::kUnknown, reached};
    }
    const Frame& frame = frames[--depth];
    // A choice inside the tried part could have gone otherwise: only a full search knows.
    if (frame.unsure != unsure) return {RegexOutcome::kUnknown, reached};
    const RegexStep& tried = steps[frame.step];
    for (uint32_t slot = tried.slot; slot < tried.slot_end; ++slot) slots[slot] = nullptr;
    at = frame.at;
    next = tried.target;
  }
}

static RegexResult match(const RegexProgramView& program, const char* begin, const char* at,
                         const char* end, const char** slots) {
#if defined(DOLINE_TARGET_avx2)
  const size_t size = static_cast<size_t>(end - begin);
  if (size < 32) {
    // Scans load 32 bytes: give them a copy with room behind it.
    alignas(32) char copy[64];
    memset(copy, 0, sizeof(copy));
    if (size != 0) memcpy(copy, begin, size);
    const RegexResult result = run(program, copy + (at - begin), copy + size, copy + 64, slots);
    if (result.outcome == RegexOutcome::kMatch) {
      for (uint32_t i = 0; i < program.slot_count; ++i) {
        if (slots[i] != nullptr) slots[i] = begin + (slots[i] - copy);
      }
    }
    return {result.outcome, begin + (result.reached - copy)};
  }
#endif
  return run(program, at, end, end, slots);
}

static const char* find_member(const ByteSet& set, const char* begin, const char* end) {
#if defined(DOLINE_TARGET_avx2)
  const OutsideTable outside{twice(set.low_nibble), bit_of_row(), ~0u};
  for (; end - begin >= 32; begin += 32) {
    const __m256i block = load(begin);
    // Bytes from 0x80 are not in the nibble table: each is asked for by itself.
    unsigned found = ~outside(block) | static_cast<unsigned>(_mm256_movemask_epi8(block));
    for (; found != 0; found &= found - 1) {
      const char* at = begin + __builtin_ctz(found);
      if (set.member[byte_at(at)] != 0) return at;
    }
  }
#elif defined(DOLINE_TARGET_avx512)
  const OutsideTable outside{four_times(load_table(set.low_nibble)), four_times(bit_of_row()),
                             false};
  for (; end - begin >= 64; begin += 64) {
    const __m512i block = _mm512_loadu_si512(begin);
    Mask found = ~outside(block) | _mm512_movepi8_mask(block);
    for (; found != 0; found &= found - 1) {
      const char* at = begin + __builtin_ctzll(found);
      if (set.member[byte_at(at)] != 0) return at;
    }
  }
#endif
  for (; begin < end; ++begin) {
    if (set.member[byte_at(begin)] != 0) return begin;
  }
  return end;
}

extern const RegexKernels kRegexKernels;
const RegexKernels kRegexKernels = {match, find_member};

}  // namespace doline::DOLINE_TARGET
