#pragma once

#include <string_view>

#include "format/json/structure.h"

namespace doline {

/// From the begin of a file, which `is_whole` says is all of it. Never kAuto.
JsonFormat detect_json_format(std::string_view begin, bool is_whole);

}  // namespace doline
