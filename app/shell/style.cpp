#include "shell/style.h"

#include <unistd.h>

#include <cstdlib>

namespace doline::shell {

namespace {

const char* code_of(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kKeyword:
      return "\x1b[1;34m";
    case Style::kFunction:
      return "\x1b[34m";
    case Style::kString:
      return "\x1b[32m";
    case Style::kNumber:
      return "\x1b[35m";
    case Style::kComment:
      return "\x1b[2m";
    case Style::kError:
      return "\x1b[31m";
    // Dim rather than grey: some themes have the ground's own colour for bright black.
    case Style::kFaint:
      return "\x1b[2m";
    case Style::kStrong:
      return "\x1b[1m";
    case Style::kPrompt:
      return "\x1b[1;36m";
  }
  return "";
}

}  // namespace

Palette Palette::of_terminal(int descriptor) {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return Palette(::isatty(descriptor) && !is_dumb && (refused == nullptr || *refused == '\0'));
}

std::string Palette::paint(Style style, std::string_view text) const {
  if (!is_coloured_ || style == Style::kPlain || text.empty()) return std::string(text);
  return std::string(code_of(style)).append(text).append("\x1b[0m");
}

}  // namespace doline::shell
