#pragma once

#include <string>
#include <string_view>

namespace doline {

/// UTF-8's mark: may stand in front of a text, of which it is no part.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

/// Throws Error(kFormat) where the mark of UTF-16 stands in front of a file's text: with its zero
/// bytes it would pass for one of few and odd lines.
void refuse_utf16(std::string_view begin, const std::string& path);

}  // namespace doline
