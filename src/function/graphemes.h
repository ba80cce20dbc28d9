#pragma once

#include <cstdint>
#include <string_view>

namespace doline {

// Characters as people see them: grapheme clusters, as UAX #29 has them.

int64_t count_graphemes(std::string_view text);
/// Bytes of the first `count` clusters, or of all there are.
size_t grapheme_offset(std::string_view text, size_t count);

}  // namespace doline
