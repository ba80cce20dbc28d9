#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kernel/regex/pattern.h"
#include "kernel/regex/regex_program.h"
#include "kernel/string_search.h"

namespace doline {

/// A pattern of literals with anything between them, as "a.*b": what LIKE '%a%b%' is where a dot is
/// no line's end. Whether it matches somewhere is told by looking for one literal behind the other:
/// the first place of each is always right, so the time is linear. Immutable.
class LiteralsInOrder {
 public:
  /// Nothing for all other patterns.
  static std::optional<LiteralsInOrder> of(const ParsedPattern& pattern);

  /// kUnknown: they are in the text, with bytes between them that may be no characters.
  RegexOutcome search(std::string_view text) const;

 private:
  std::vector<Needle> literals_;  // two and more
  bool crosses_lines_ = false;
};

}  // namespace doline
