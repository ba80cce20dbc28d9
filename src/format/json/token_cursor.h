#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace doline {

inline bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// A JSON number as it is written.
struct JsonNumber {
  bool negative = false;
  bool is_real = false;   // a fraction or an exponent
  bool is_exact = true;   // the digits are all in `mantissa`
  uint64_t mantissa = 0;  // without its sign
  int32_t exponent = 0;   // of ten
  std::string_view text;
};

/// Goes through the tokens of a text, which simdjson finds in one pass at memory speed: a token
/// is a bracket, a colon, a comma, or where a string, number or word begins. What lies between
/// tokens is checked when they are taken, so that whatever is passed over is checked as well.
/// Each function that answers false leaves the cursor at the token it cannot take.
/// Owned by one thread; the text must be readable for 64 bytes past its end, and its last number
/// must end with it.
class JsonCursor {
 public:
  JsonCursor();
  ~JsonCursor();
  JsonCursor(const JsonCursor&) = delete;

  /// False where a string does not end, has control characters in it or is not UTF-8: then the
  /// tokens say nothing.
  bool index(std::string_view text);
  std::string_view text() const { return text_; }
  bool at_end() const { return at_ == end_; }
  /// Of the token; at the end the text's size.
  uint32_t place() const { return *at_; }
  /// Behind the token before, its bytes and perhaps spaces included: tokens that follow are not.
  uint32_t last_place() const { return at_ == first_ ? 0 : at_[-1]; }
  /// First sign of the token; 0 at the end.
  char sign() const { return at_ == end_ ? '\0' : text_[*at_]; }
  void advance() { ++at_; }
  void advance_to(uint32_t place) {
    while (at_ != end_ && *at_ < place) ++at_;
  }
  /// Takes a bracket, colon or comma.
  bool take(char sign) {
    if (this->sign() != sign) return false;
    ++at_;
    return true;
  }

  /// A string's bytes between its quotes, as they stand. `escaped`: a backslash is among them.
  bool take_string(std::string_view& raw, bool& escaped) {
    const char* const begin = text_.data() + *at_;
    const char* end = text_.data() + at_[1];
    while (is_json_space(end[-1])) --end;
    if (end - begin < 2 || end[-1] != '"') return false;
    raw = {begin + 1, static_cast<size_t>(end - begin - 2)};
    escaped = has_backslash_ && is_escaped(raw);
    if (escaped && !has_good_escapes(raw)) return false;
    ++at_;
    return true;
  }
  /// Takes `"name"` where just that is the token.
  bool take_name(std::string_view name) {
    const char* const begin = text_.data() + *at_ + 1;
    if (text_.size() - *at_ < name.size() + 2 || begin[name.size()] != '"') return false;
    if (__builtin_memcmp(begin, name.data(), name.size()) != 0) return false;
    ++at_;
    return true;
  }
  bool take_number(JsonNumber& number);
  /// true, false, null, NaN …: the word at the token.
  bool take_word(std::string_view word);
  /// A whole value with everything in it; `value` is its bytes.
  bool skip(std::string_view& value);

  /// A value nested deeper than this is refused.
  static constexpr uint32_t kDeepest = 1'000;

 private:
  struct Index;

  static bool is_escaped(std::string_view raw) {
    return __builtin_memchr(raw.data(), '\\', raw.size()) != nullptr;
  }
  static bool has_good_escapes(std::string_view raw);
  bool skip_scalar();
  const char* end_of_last() const;

  const std::unique_ptr<Index> index_;
  std::string_view text_;
  bool has_backslash_ = false;
  const uint32_t* first_ = nullptr;
  const uint32_t* at_ = nullptr;
  const uint32_t* end_ = nullptr;
};

/// The nearest double.
double double_of(const JsonNumber& number);

}  // namespace doline
