#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/string_search.h"

namespace doline {

/// A compiled LIKE, ILIKE or GLOB pattern. Immutable and shared by threads.
///
/// The pattern is cut at its `%` into segments. The first stands at the text's begin, the last at
/// its end, each one between at the first place behind the one before: for segments of a fixed
/// number of characters that choice is always right, so nothing is ever tried twice and the time is
/// linear in the text times the longest segment with wildcards, or linear in the text without.
class LikePattern {
 public:
  enum class Shape : uint8_t { kExact, kPrefix, kSuffix, kContains, kAnything, kSegments };

  /// `%`: any characters; `_`: one character, that is one UTF-8 code point. Throws
  /// Error(kSyntax) when the pattern ends in the escape character.
  static LikePattern like(std::string_view pattern, std::optional<char> escape = std::nullopt);
  /// LIKE on the lower-case forms of pattern and text, Unicode's simple mapping.
  static LikePattern ilike(std::string_view pattern, std::optional<char> escape = std::nullopt);
  /// `*`: any bytes; `?`: one byte; `[a-z]`, `[!a-z]`: one byte in or out of a set; `\` escapes.
  static LikePattern glob(std::string_view pattern);

  bool matches(std::string_view text) const;
  bool matches(const StringView& text) const {
    if (shape_ == Shape::kContains && !ignores_case_) return needle_->in(text);
    return matches(text.view());
  }

  /// How the pattern is run: the optimizer turns exact and prefix into ranges.
  Shape shape() const { return shape_; }
  bool ignores_case() const { return ignores_case_; }
  /// The literal of a shape that is one: exact, prefix, suffix, contains.
  std::string_view literal() const { return literal_; }

 private:
  /// One place of a segment: bytes that must be equal, one character, or one byte of a set.
  struct Piece {
    enum class Kind : uint8_t { kBytes, kCharacter, kByteOf, kNever };
    Kind kind;
    std::string bytes;               // kBytes
    uint64_t set[4] = {0, 0, 0, 0};  // kByteOf
  };
  struct Segment {
    std::vector<Piece> pieces;
    std::optional<Needle> needle;  // its first piece, when that is kBytes
    size_t characters = 0;         // kBytes pieces count their code points
    size_t bytes = 0;              // for GLOB, where a wildcard is one byte
  };

  static LikePattern compile_like(std::string_view pattern, std::optional<char> escape,
                                  bool ignores_case);
  explicit LikePattern(bool counts_bytes) : counts_bytes_(counts_bytes) {}
  void add_segment(std::vector<Piece> pieces);
  void choose_shape();
  bool matches_segments(std::string_view text) const;
  /// The end of the segment when it stands at `at`, or npos.
  size_t segment_end(const Segment& segment, std::string_view text, size_t at) const;
  /// The end of the segment at the first place it stands at or after `at`, or npos.
  size_t find_segment(const Segment& segment, std::string_view text, size_t at) const;
  /// Where the segment must begin to end at the text's end, or npos.
  size_t last_begin(const Segment& segment, std::string_view text) const;

  bool counts_bytes_;
  bool ignores_case_ = false;
  Shape shape_ = Shape::kSegments;
  std::string literal_;
  std::optional<Needle> needle_;  // kContains
  /// Between wildcards for any characters; an empty one at either end when the pattern has the
  /// wildcard there.
  std::vector<Segment> segments_;
};

}  // namespace doline
