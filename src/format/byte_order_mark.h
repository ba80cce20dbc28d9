#pragma once

#include <string_view>

namespace doline {

/// UTF-8's mark: may stand in front of a text, of which it is no part.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

}  // namespace doline
