#pragma once

#include <string_view>
#include <vector>

#include "shell/style.h"

namespace doline::shell {

struct StyledSpan {
  size_t begin;
  size_t end;
  Style style;
};

/// Whether a keyword of the grammar is one that statements are full of, unlike `name` or
/// `privileges`.
bool is_usual_keyword(std::string_view word);

/// What in a text of statements, or in a dot command, is a keyword, a string, a known function …
/// Rising, without overlap; what is plain is left out. Never throws, whatever the text.
std::vector<StyledSpan> highlight(std::string_view text);

}  // namespace doline::shell
