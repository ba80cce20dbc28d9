#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doline::shell {

enum class KeyCode : uint8_t {
  kText,     // what was typed, in `text`
  kPaste,    // what was pasted, in `text`
  kControl,  // with a letter: `text` is "a" for Ctrl-A
  kMeta,     // with a letter: `text` is "b" for Alt-B
  kEnter,
  kMetaEnter,
  kTab,
  kBackTab,
  kBackspace,
  kMetaBackspace,
  kDelete,
  kEscape,
  kLeft,
  kRight,
  kUp,
  kDown,
  kWordLeft,
  kWordRight,
  kHome,
  kEnd,
  kPageUp,
  kPageDown,
  kUnknown,  // a sequence that means nothing here
};

struct Key {
  KeyCode code = KeyCode::kUnknown;
  std::string text;
};

/// Bytes as terminals send them to keys. Escape sequences may come in pieces; what is pasted
/// between brackets is one key, whatever it holds.
class KeyDecoder {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }
  bool has_pending() const { return !pending_.empty(); }
  /// The next key; nothing while one is incomplete. With `is_all`, nothing more will come soon:
  /// a lone escape is the Escape key then.
  std::optional<Key> next(bool is_all);

 private:
  std::optional<Key> escape(bool is_all);
  std::optional<Key> paste();
  Key take(size_t bytes, KeyCode code, std::string text = {});

  std::string pending_;
  bool is_pasting_ = false;
};

}  // namespace doline::shell
