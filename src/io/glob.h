#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doline {

/// True when `pattern` has *, ?, [ or { that is not escaped by a backslash.
bool has_glob_signs(std::string_view pattern);

/// `a{b,c{d,e}}f` as abf, acdf, acef: braces nest, an unclosed one means itself. At most 4,096
/// patterns come out; more is Error(kInvalidArgument).
std::vector<std::string> expand_braces(std::string_view pattern);

/// Whether one path segment fits a pattern without slashes and braces: * and ? for any bytes and
/// any character, [abc], [a-z], [!a-z] or [^a-z] for one byte, \x for x itself. A name that
/// begins with "." fits only a pattern that does. Takes at most pattern × name steps.
bool glob_matches(std::string_view pattern, std::string_view name);

/// The pattern as a name, for segments without glob signs: backslashes taken away.
std::string without_escapes(std::string_view pattern);

}  // namespace doline
