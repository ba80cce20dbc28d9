#include "shell/keys.h"

#include <algorithm>
#include <charconv>

namespace doline::shell {

namespace {

constexpr std::string_view kPasteBegin = "\x1b[200~";
constexpr std::string_view kPasteEnd = "\x1b[201~";

/// Bytes of a UTF-8 character by its first byte; 0 if it begins none.
size_t length_by_first(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The final letter of a sequence without a number: ESC [ A, ESC O H.
KeyCode by_letter(char letter, bool with_modifier) {
  switch (letter) {
    case 'A':
      return KeyCode::kUp;
    case 'B':
      return KeyCode::kDown;
    case 'C':
      return with_modifier ? KeyCode::kWordRight : KeyCode::kRight;
    case 'D':
      return with_modifier ? KeyCode::kWordLeft : KeyCode::kLeft;
    case 'H':
      return KeyCode::kHome;
    case 'F':
      return KeyCode::kEnd;
    case 'Z':
      return KeyCode::kBackTab;
    case 'M':
      return KeyCode::kEnter;  // of the number block
    default:
      return KeyCode::kUnknown;
  }
}

/// The number of a sequence that ends with a tilde: ESC [ 3 ~.
KeyCode by_number(int number) {
  switch (number) {
    case 1:
    case 7:
      return KeyCode::kHome;
    case 4:
    case 8:
      return KeyCode::kEnd;
    case 3:
      return KeyCode::kDelete;
    case 5:
      return KeyCode::kPageUp;
    case 6:
      return KeyCode::kPageDown;
    default:
      return KeyCode::kUnknown;
  }
}

}  // namespace

Key KeyDecoder::take(size_t bytes, KeyCode code, std::string text) {
  pending_.erase(0, bytes);
  return {code, std::move(text)};
}

std::optional<Key> KeyDecoder::paste() {
  const size_t end = pending_.find(kPasteEnd);
  if (end == std::string::npos) return std::nullopt;
  std::string text = pending_.substr(0, end);
  is_pasting_ = false;
  // Terminals send line ends as Enter would.
  for (size_t at = 0; (at = text.find('\r', at)) != std::string::npos; ++at) {
    if (at + 1 < text.size() && text[at + 1] == '\n')
      text.erase(at, 1);
    else
      text[at] = '\n';
  }
  return take(end + kPasteEnd.size(), KeyCode::kPaste, std::move(text));
}

std::optional<Key> KeyDecoder::escape(bool is_all) {
  if (pending_.size() == 1) {
    if (is_all) return take(1, KeyCode::kEscape);
    return std::nullopt;
  }
  const char second = pending_[1];
  if (second == '\x1b') return take(1, KeyCode::kEscape);
  if (second != '[' && second != 'O') {
    if (second == '\r' || second == '\n') return take(2, KeyCode::kMetaEnter);
    if (second == 0x7F || second == 0x08) return take(2, KeyCode::kMetaBackspace);
    return take(2, KeyCode::kMeta, std::string(1, second));
  }
  if (second == '[' && pending_.starts_with(kPasteBegin)) {
    pending_.erase(0, kPasteBegin.size());
    is_pasting_ = true;
    return paste();
  }
  // Parameters, then one final byte.
  size_t end = 2;
  while (end < pending_.size() && static_cast<unsigned char>(pending_[end]) >= 0x20 &&
         static_cast<unsigned char>(pending_[end]) < 0x40) {
    ++end;
  }
  if (end == pending_.size()) {
    constexpr size_t kLongest = 64;
    if (is_all || end > kLongest) return take(end, KeyCode::kUnknown);
    return std::nullopt;
  }
  const std::string_view parameters = std::string_view(pending_).substr(2, end - 2);
  const size_t semicolon = parameters.find(';');
  const std::string_view modifier =
      semicolon == std::string_view::npos ? "" : parameters.substr(semicolon + 1);
  const bool jumps = modifier == "5" || modifier == "3";  // Ctrl or Alt
  const char final = pending_[end];
  KeyCode code = KeyCode::kUnknown;
  if (final == '~') {
    int number = 0;
    std::from_chars(parameters.data(), parameters.data() + parameters.size(), number);
    code = by_number(number);
  } else {
    code = by_letter(final, jumps);
  }
  return take(end + 1, code);
}

std::optional<Key> KeyDecoder::next(bool is_all) {
  if (is_pasting_) return paste();
  if (pending_.empty()) return std::nullopt;
  const char first = pending_[0];
  switch (first) {
    case '\x1b':
      return escape(is_all);
    case '\r':
    case '\n':
      return take(1, KeyCode::kEnter);
    case '\t':
      return take(1, KeyCode::kTab);
    case 0x7F:
    case 0x08:
      return take(1, KeyCode::kBackspace);
    case 0:
      return take(1, KeyCode::kControl, " ");
    default:
      break;
  }
  if (static_cast<unsigned char>(first) < 0x20) {
    return take(1, KeyCode::kControl, std::string(1, static_cast<char>(first - 1 + 'a')));
  }
  // As many whole characters as there are: a fast typist, or a paste without brackets.
  size_t end = 0;
  while (end < pending_.size()) {
    const auto byte = static_cast<unsigned char>(pending_[end]);
    if (byte < 0x20 || byte == 0x7F) break;
    const size_t length = length_by_first(byte);
    if (length == 0) break;
    size_t have = 1;
    while (have < length && end + have < pending_.size() && is_continuation(pending_[end + have]))
      ++have;
    if (have < length) {
      if (end + have == pending_.size() && !is_all && end == 0) return std::nullopt;
      break;
    }
    end += length;
  }
  if (end == 0) return take(1, KeyCode::kUnknown);  // not UTF-8
  std::string text = pending_.substr(0, end);
  return take(end, KeyCode::kText, std::move(text));
}

}  // namespace doline::shell
