#pragma once

#include <string>
#include <vector>

#include "io/file_system.h"

namespace doline {

class Disk;

FileVersion version_of(const struct FileStatus& status);

/// FileSystem::list for one pattern that is a path of `disk` already.
std::vector<ListedFile> list_files(Disk& disk, const std::string& pattern,
                                   const ListOptions& options);

/// The error for `path`, which is not there: says which directory is missing, or names the entry
/// that is most like it.
Error not_found_error(Disk& disk, const std::string& path);

}  // namespace doline
