#pragma once

#include <string>
#include <string_view>

#include "kernel/json/json_tree.h"

namespace doline {

/// `text` as a JSON string, quotes included. Bytes that are not UTF-8 are the caller's concern.
void append_json_string(std::string& out, std::string_view text);
/// What stands between a string's quotes, escapes resolved; half a surrogate pair becomes U+FFFD.
void append_unescaped(std::string& out, std::string_view raw);

/// Whether append_minified would give the text as it is.
bool is_minified(std::string_view json);
/// Valid JSON without spaces between its tokens, and strings with no escapes but those they need.
/// Numbers stay as they are written.
void append_minified(std::string& out, std::string_view json);
/// Four spaces a level.
void append_pretty(std::string& out, const JsonTree& tree, const JsonNode& node, int level = 0);

}  // namespace doline
