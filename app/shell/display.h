#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace doline::shell {

/// Terminal columns that `text` takes: wide characters two, combining ones none.
size_t display_width(std::string_view text);

/// Where the character that begins at `at` ends, as people see characters: a letter with its
/// accents, an emoji of several code points. Bytes that are not UTF-8 count one each.
size_t next_character(std::string_view text, size_t at);
/// Where the character that ends at `at` begins. Precondition: at > 0.
size_t previous_character(std::string_view text, size_t at);

/// Cut to a width, with an ellipsis where something is left out.
std::string cut_to_width(std::string_view text, size_t width);

enum class Alignment : uint8_t { kLeft, kRight, kCentre };
/// Filled with spaces to a width; longer texts stay as they are.
std::string padded(std::string_view text, size_t width, Alignment alignment);

/// Broken between words into lines of at most `width` columns; those after the first begin with
/// `indent` spaces. Words that are longer than a line stay whole.
std::string wrapped(std::string_view text, size_t width, size_t indent);

}  // namespace doline::shell
