#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/regex/pattern.h"

namespace doline {

/// Where a match must lie: anywhere, at the text's begin, or from its begin to its end.
enum class Anchor : uint8_t { kNone, kBegin, kBoth };

/// A compiled regular expression. What matches, and which groups, is RE2's in every case; patterns
/// that can be followed on one path (one_pass.h) run on our own matcher, many times faster, and
/// RE2 takes all others and the texts where that path leaves the answer open. Perl's (?<name>…) is
/// taken as (?P<name>…).
///
/// Immutable and shared by threads. Time is linear in the text for every pattern and input.
class Regex {
 public:
  /// Text pieces and group numbers of a replacement; belongs to one Regex.
  class Rewrite {
   private:
    friend class Regex;
    std::vector<std::pair<std::string, int>> pieces_;  // text, then a group; -1: none
    size_t groups_needed_ = 1;                         // with the whole match
  };

  /// Throws Error(kInvalidArgument), naming reason and byte, for a pattern RE2 refuses.
  static Regex compile(std::string_view pattern, RegexOptions options = {});

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  bool search(std::string_view text) const;
  bool full_match(std::string_view text) const;

  /// The first match at or after byte `from`. groups[0] is the whole match, groups[k] group k; a
  /// group that took no part, or that the pattern lacks, becomes a view with data() == nullptr.
  /// Views point into `text`. `groups` may be shorter than the pattern's groups, or empty.
  bool match_groups(std::string_view text, std::span<std::string_view> groups,
                    Anchor anchor = Anchor::kNone, size_t from = 0) const;

  /// Groups without the whole match.
  size_t group_count() const;
  /// Name of group k + 1 at [k]; empty for a group without a name.
  const std::vector<std::string>& group_names() const;

  /// `\1` to `\9` stand for groups, `\0` for the match, `\\` for a backslash. Throws
  /// Error(kInvalidArgument) for anything else after a backslash and for a group there is not.
  Rewrite compile_rewrite(std::string_view rewrite) const;
  /// Appends `text` to `out` with its first match replaced. Whether there was one.
  bool replace_first(std::string_view text, const Rewrite& rewrite, std::string& out) const;
  /// Appends `text` to `out` with every match replaced. How many there were.
  size_t replace_all(std::string_view text, const Rewrite& rewrite, std::string& out) const;

  /// The pattern runs on our own matcher (a fact for tests and EXPLAIN, never for meaning).
  bool is_one_pass() const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<const State> state);

  std::unique_ptr<const State> state_;
};

}  // namespace doline
