#pragma once

#include "kernel/regex/regex_program.h"

namespace doline {

struct RegexKernels {
  /// Runs the program at `at`, inside the text [begin, end), not null even if empty. There is room
  /// for slot_count + 1 slots. On kMatch slots 2k and 2k + 1 are the begin and end of group k, both
  /// null for a group that took no part; otherwise they are garbage.
  RegexResult (*match)(const RegexProgramView& program, const char* begin, const char* at,
                       const char* end, const char** slots);
  /// First byte of [begin, end) whose `set.member` is 1, or end.
  const char* (*find_member)(const ByteSet& set, const char* begin, const char* end);
};

namespace scalar {
extern const RegexKernels kRegexKernels;
}
namespace avx2 {
extern const RegexKernels kRegexKernels;
}
namespace avx512 {
extern const RegexKernels kRegexKernels;
}

}  // namespace doline
