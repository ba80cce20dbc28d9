#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doline/arrow_c_data.h"

namespace doline {

using ArrowPairs = std::vector<std::pair<std::string_view, std::string_view>>;

/// Keys and values as the interface packs them (ArrowSchema::metadata): a count, then lengths and
/// bytes.
std::string packed_arrow_pairs(const ArrowPairs& pairs);
/// Views of what was packed; none of null. nullopt where lengths are impossible.
std::optional<ArrowPairs> arrow_pairs_in(const char* packed);

}  // namespace doline
