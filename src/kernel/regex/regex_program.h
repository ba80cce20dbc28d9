#pragma once

#include <cstdint>

// Plain structs without member functions: files under kernel/variants include this.

namespace doline {

/// A set of bytes in the two forms the scans use.
struct ByteSet {
  /// Byte b < 0x80 is in the set if low_nibble[b & 15] has bit (b >> 4).
  alignas(16) uint8_t low_nibble[16];
  /// 1 or 0 for every byte; bytes from 0x80 too.
  uint8_t member[256];
};

enum class RegexOp : uint8_t {
  kByte,        // the byte `first`
  kLiteral,     // `max` bytes at literals + index
  kSet,         // one character of sets[index]
  kRunNotByte,  // `min` (0 or 1) or more characters, as many as there are: all but the byte `first`
  kRunRange,    // the same: bytes of [first, first + span], all ASCII
  kRunTable,    // the same: characters of sets[index]
  kRunCounted,  // between min and max characters of sets[index], as many as there are
  kSlot,        // slots[slot] = here
  kTry,         // if what follows fails: back here, slots [slot, slot_end) unset, go to target
  kCommit,      // ends what the innermost kTry covers; `unsure`: another choice was possible
  kUnsure,      // another choice was possible
  kJump,        // go to target
  kEnd,         // only at the end of the text
  kAccept,      // the match ends here
};

struct RegexStep {
  RegexOp op;
  uint8_t first;
  uint8_t span;
  /// The set has all bytes from 0x80: in UTF-8, all code points from U+0080.
  bool takes_high;
  /// Bytes from 0x80 count only as parts of code points, as RE2 decodes them.
  bool checks_utf8;
  bool unsure;
  /// Runs also set slots[slot] where they begin and slots[slot_end] where they end, and then want
  /// `then_size` (0 to 4) bytes equal to `then`: most of a pattern is (run)literal. Slot numbers
  /// that are not asked for are the program's slot_count, a place of no meaning.
  uint8_t then_size;
  uint16_t slot;
  uint16_t slot_end;
  uint32_t then;
  uint32_t then_mask;
  uint32_t min;
  uint32_t max;
  uint32_t index;
  uint32_t target;
};

inline constexpr uint32_t kRegexUnlimited = ~uint32_t{0};
inline constexpr uint32_t kRegexMaxTries = 16;  // nested kTry steps

/// What the matcher runs; RegexProgram (regex/one_pass.h) owns the arrays.
struct RegexProgramView {
  const RegexStep* steps;
  const ByteSet* sets;
  const char* literals;
  uint32_t slot_count;
  bool clears_slots;
};

enum class RegexOutcome : uint8_t {
  kMatch,
  kNoMatch,
  /// The preferred path failed after a choice that another path might have made otherwise.
  kUnknown,
};

struct RegexResult {
  RegexOutcome outcome;
  /// On kNoMatch and kUnknown: how far into the text any path came.
  const char* reached;
};

}  // namespace doline
