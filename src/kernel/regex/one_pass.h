#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/regex/pattern.h"
#include "kernel/regex/regex_program.h"

namespace doline {

/// Steps for the matcher in variants/regex_match.cpp, which follows one path through the pattern:
/// the one a backtracking search would try first. When that path matches, it is the answer. When it
/// fails and every choice on it was forced, there is no match; if some choice was not forced the
/// answer is kUnknown, and RE2 decides. A pattern is compiled only if
///   1. a greedy run's set shares no byte with what may follow it (so its length is forced), or
///      whatever follows cannot fail, or the count is fixed;
///   2. groups are repeated only as optional or a fixed number of times.
/// Immutable.
struct RegexProgram {
  std::vector<RegexStep> steps;
  std::vector<ByteSet> sets;
  std::string literals;
  uint32_t slot_count = 0;
  /// A match may leave slots unset: they are null before.
  bool clears_slots = false;
  /// The first byte of a match is in the set, if `first_is_known`.
  ByteSet first{};
  bool first_is_known = false;
  /// What every match begins with; may be empty.
  std::string prefix;

  RegexProgramView view() const {
    return {steps.data(), sets.data(), literals.data(), slot_count, clears_slots};
  }
};

/// `whole`: the match must end at the text's end even if the pattern does not say so.
std::optional<RegexProgram> compile_one_pass(const ParsedPattern& pattern, TextEncoding encoding,
                                             bool whole);

}  // namespace doline
