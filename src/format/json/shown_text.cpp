#include "format/json/shown_text.h"

#include <simdjson.h>

namespace doline {

std::string shown_text(std::string_view text, size_t most) {
  const bool is_cut = text.size() > most;
  if (is_cut) {
    text = text.substr(0, most);
    // Not within a character.
    while (!text.empty() && (static_cast<uint8_t>(text.back()) & 0xC0) == 0x80)
      text.remove_suffix(1);
    if (!text.empty() && static_cast<uint8_t>(text.back()) >= 0xC0) text.remove_suffix(1);
  }
  const bool is_utf8 = simdjson::validate_utf8(text.data(), text.size());
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    shown.push_back(byte < 0x20 || byte == 0x7F ? ' ' : byte >= 0x80 && !is_utf8 ? '?' : c);
  }
  return is_cut ? shown + "…" : shown;
}

}  // namespace doline
