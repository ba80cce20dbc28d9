#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/regex/regex_program.h"

namespace doline {

enum class TextEncoding : uint8_t { kUtf8, kLatin1 };

struct RegexOptions {
  bool case_sensitive = true;
  bool dot_matches_newline = false;
  /// The pattern is text, not a pattern.
  bool literal = false;
  TextEncoding encoding = TextEncoding::kUtf8;
};

/// A pattern's syntax tree, of those patterns whose meaning we share with RE2 in every detail.
struct PatternNode {
  enum class Kind : uint8_t { kEmpty, kLiteral, kSet, kConcat, kAlternate, kRepeat, kGroup };

  Kind kind = Kind::kEmpty;
  std::string literal;                // kLiteral: bytes
  std::bitset<256> set;               // kSet: bytes from 0x80 all or none
  bool greedy = true;                 // kRepeat
  uint32_t min = 0;                   // kRepeat
  uint32_t max = 0;                   // kRepeat; kRegexUnlimited
  uint32_t group = 0;                 // kGroup: its number, from 1
  std::vector<PatternNode> children;  // one for kRepeat and kGroup

  bool matches_empty() const;
  /// A set, or one ASCII byte: what a run can repeat.
  bool is_single() const;
};

struct ParsedPattern {
  PatternNode root;
  bool anchored_begin = false;
  bool anchored_end = false;
  uint32_t group_count = 0;

  /// The longest string every match contains; empty if none is known.
  std::string required_literal() const;
};

/// Parses a pattern RE2 has accepted. nullopt for everything not understood in full: flags, case
/// folding, Unicode classes, word boundaries, anchors other than first and last.
std::optional<ParsedPattern> parse_pattern(std::string_view pattern, const RegexOptions& options);

}  // namespace doline
