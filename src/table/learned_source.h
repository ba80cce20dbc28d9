#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"

namespace doline {

/// The name under which LearnedTypes keeps what is learned of `files` read as one table: their
/// paths and versions, so that a file that changed is sniffed afresh.
std::string learned_source(std::string_view kind, const std::vector<ListedFile>& files);

}  // namespace doline
