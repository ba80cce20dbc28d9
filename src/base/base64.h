#pragma once

#include <string>
#include <string_view>

namespace doline {

/// How many characters the base64 of so many bytes has.
constexpr size_t base64_size(size_t bytes) { return (bytes + 2) / 3 * 4; }

/// Writes base64_size(bytes.size()) characters.
void encode_base64(std::string_view bytes, char* out);

/// Appends the bytes. Why the text is no base64, or null.
const char* decode_base64(std::string_view text, std::string& bytes);

}  // namespace doline
