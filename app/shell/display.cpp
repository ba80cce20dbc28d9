#include "shell/display.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>

namespace doline::shell {

namespace {

struct CodePoint {
  utf8proc_int32_t value;
  size_t bytes;
  bool is_valid;
};

CodePoint code_point_at(std::string_view text, size_t at) {
  utf8proc_int32_t value = 0;
  const utf8proc_ssize_t used =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                       static_cast<utf8proc_ssize_t>(text.size() - at), &value);
  if (used <= 0) return {0xFFFD, 1, false};
  return {value, static_cast<size_t>(used), true};
}

size_t width_of(const CodePoint& point) {
  return point.is_valid ? static_cast<size_t>(std::max(0, utf8proc_charwidth(point.value))) : 1;
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    if (is_plain(text[at])) {
      ++width;
      ++at;
      continue;
    }
    const CodePoint point = code_point_at(text, at);
    width += width_of(point);
    at += point.bytes;
  }
  return width;
}

size_t next_character(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size();
  CodePoint point = code_point_at(text, at);
  at += point.bytes;
  utf8proc_int32_t state = 0;
  while (at < text.size()) {
    const CodePoint next = code_point_at(text, at);
    if (!next.is_valid || utf8proc_grapheme_break_stateful(point.value, next.value, &state)) break;
    at += next.bytes;
    point = next;
  }
  return at;
}

size_t previous_character(std::string_view text, size_t at) {
  // Characters are found from the left only; none goes across a line's end.
  size_t begin = at - 1;
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  while (true) {
    const size_t next = next_character(text, begin);
    if (next >= at) return begin;
    begin = next;
  }
}

std::string cut_to_width(std::string_view text, size_t width) {
  if (text.size() <= width || display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string cut;
  size_t used = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t next = next_character(text, at);
    const size_t wide = display_width(text.substr(at, next - at));
    if (used + wide + 1 > width) break;
    cut += text.substr(at, next - at);
    used += wide;
    at = next;
  }
  return cut + "…";
}

std::string padded(std::string_view text, size_t width, Alignment alignment) {
  const size_t used = display_width(text);
  const size_t space = width > used ? width - used : 0;
  const size_t before = alignment == Alignment::kLeft    ? 0
                        : alignment == Alignment::kRight ? space
                                                         : space / 2;
  return std::string(before, ' ') + std::string(text) + std::string(space - before, ' ');
}

std::string wrapped(std::string_view text, size_t width, size_t indent) {
  std::string out;
  size_t used = 0;
  bool begins_line = true;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    const size_t wide = display_width(word);
    if (!begins_line && used + 1 + wide > width) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
      begins_line = true;
    }
    if (!begins_line) {
      out += ' ';
      ++used;
    }
    out += word;
    used += wide;
    begins_line = false;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

}  // namespace doline::shell
