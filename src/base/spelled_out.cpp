#include "base/spelled_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace doline {

namespace {

uint8_t byte_at(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

/// Bytes of the character that begins the text; 0 where it is none.
size_t first_character(std::string_view text) {
  const uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < bytes) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  }
  const uint8_t second = byte_at(text, 1);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_beyond = first == 0xF4 && second > 0x8F;
  const bool is_surrogate = first == 0xED && second > 0x9F;
  return is_overlong || is_beyond || is_surrogate ? 0 : bytes;
}

}  // namespace

std::string spelled_out(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t bytes = first_character(text);
    const uint8_t first = byte_at(text, 0);
    if (first == '\n') {
      out += "\\n";
    } else if (first == '\t') {
      out += "\\t";
    } else if (first == '\r') {
      out += "\\r";
    } else if (bytes == 0 || first < 0x20 || first == 0x7F) {
      out += fmt::format("\\x{:02x}", first);
    } else if (first == 0xC2 && byte_at(text, 1) < 0xA0) {
      out += fmt::format("\\u{:04x}", byte_at(text, 1));  // C1 controls: CSI in one byte
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return out;
}

}  // namespace doline
