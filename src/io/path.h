#pragma once

#include <string>
#include <string_view>

namespace doline {

/// What the system is to be asked for: "~/" and "file://" replaced, the rest as the user wrote
/// it. Throws for an empty path, one with a zero byte, and URLs of other kinds.
std::string local_path(std::string_view path);

/// 0, 1 or 2 when `path` is a name of a standard stream ("/dev/stdin", "/dev/fd/1", ...; "-" is
/// `dash`), -1 otherwise.
int standard_stream(std::string_view path, int dash);

/// "a/b" and "c.csv" of "a/b/c.csv"; "." where there is no slash, "/" for what lies in the root.
std::string_view parent_path(std::string_view path);
std::string_view file_name(std::string_view path);
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace doline
