#pragma once

#include <string>
#include <string_view>

namespace doline {

/// At most about `most` bytes of a file's text for a message: without control characters, and with
/// question marks for what is no UTF-8.
std::string shown_text(std::string_view text, size_t most);

}  // namespace doline
