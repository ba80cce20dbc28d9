#pragma once

#include <string>
#include <string_view>

namespace doline {

/// Control characters and bytes that are no UTF-8 spelled out (\n, \t, \x1b, \xff), so that a text
/// from anywhere can be shown: it neither breaks a line nor commands the terminal.
std::string spelled_out(std::string_view text);

}  // namespace doline
