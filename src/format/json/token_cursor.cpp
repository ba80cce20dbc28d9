#include "format/json/token_cursor.h"

#include <fast_float/fast_float.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/error.h"
#include "kernel/parse_number.h"

namespace doline {

namespace {

constexpr uint32_t kNothing[2] = {0, 0};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool is_hex(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

}  // namespace

struct JsonCursor::Index {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  void make_room(size_t bytes) {
    if (parser && parser->capacity() >= bytes) return;
    // Its tables are four bytes for each of the text's; they are used as far as there are tokens.
    const size_t capacity = std::max<size_t>(bytes, size_t{64} << 10);
    const simdjson::implementation& simd = *simdjson::get_active_implementation();
    if (simd.create_dom_parser_implementation(capacity, 1, parser) != simdjson::SUCCESS) {
      throw Error(ErrorCode::kMemoryLimit, "no memory for the tokens of {} bytes of JSON", bytes);
    }
  }
};

JsonCursor::JsonCursor() : index_(std::make_unique<Index>()) {}
JsonCursor::~JsonCursor() = default;

bool JsonCursor::index(std::string_view text) {
  text_ = text;
  first_ = at_ = end_ = kNothing;
  if (text.empty()) return true;
  index_->make_room(text.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const simdjson::error_code code =
      index_->parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  if (code != simdjson::SUCCESS && code != simdjson::EMPTY) return false;
  first_ = at_ = index_->parser->structural_indexes.get();
  end_ = at_ + index_->parser->n_structural_indexes;
  has_backslash_ = is_escaped(text);
  return true;
}

bool JsonCursor::has_good_escapes(std::string_view raw) {
  for (size_t at = raw.find('\\'); at != raw.npos; at = raw.find('\\', at)) {
    if (at + 1 == raw.size()) return false;
    if (raw[at + 1] == 'u') {
      if (raw.size() - at < 6) return false;
      for (size_t i = 2; i < 6; ++i) {
        if (!is_hex(raw[at + i])) return false;
      }
      at += 6;
    } else {
      if (std::strchr("\"\\/bfnrt", raw[at + 1]) == nullptr || raw[at + 1] == 0) return false;
      at += 2;
    }
  }
  return true;
}

bool JsonCursor::take_number(JsonNumber& number) {
  const char* const begin = text_.data() + *at_;
  const char* const limit = text_.data() + at_[1];
  const char* at = begin;
  number.negative = *at == '-';
  at += number.negative;
  const char* const first = at;
  uint64_t mantissa = 0;
  while (at < limit && is_digit(*at)) mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
  auto digits = at - first;
  if (digits == 0 || (digits > 1 && *first == '0')) return false;
  number.is_real = false;
  int64_t exponent = 0;
  if (at < limit && *at == '.') {
    number.is_real = true;
    const char* const fraction = ++at;
    while (at < limit && is_digit(*at))
      mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
    if (at == fraction) return false;
    exponent = fraction - at;
    digits += at - fraction;
  }
  if (at < limit && (*at | 32) == 'e') {
    number.is_real = true;
    ++at;
    const bool negative = at < limit && *at == '-';
    if (at < limit && (*at == '-' || *at == '+')) ++at;
    const char* const written = at;
    int64_t power = 0;
    while (at < limit && is_digit(*at))
      power = std::min<int64_t>(power * 10 + (*at++ - '0'), 100'000);
    if (at == written) return false;
    exponent += negative ? -power : power;
  }
  if (at != limit && !is_json_space(*at)) return false;
  number.is_exact = digits <= 19;
  number.mantissa = mantissa;
  number.exponent = static_cast<int32_t>(std::clamp<int64_t>(exponent, INT32_MIN, INT32_MAX));
  number.text = {begin, static_cast<size_t>(at - begin)};
  ++at_;
  return true;
}

double double_of(const JsonNumber& number) {
  if (number.is_exact && number.mantissa < (uint64_t{1} << 53) && number.exponent >= -22 &&
      number.exponent <= 22) {
    // Both are doubles without an error, and so the one operation rounds rightly.
    const auto whole = static_cast<double>(number.mantissa);
    const double size =
        number.exponent < 0 ? whole / kPowers[-number.exponent] : whole * kPowers[number.exponent];
    return number.negative && (number.is_real || number.mantissa != 0) ? -size : size;
  }
  double value = 0;
  const char* const end = number.text.data() + number.text.size();
  const auto read = fast_float::from_chars(number.text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) parse_double(number.text, value);
  return value;
}

bool JsonCursor::take_word(std::string_view word) {
  const char* const begin = text_.data() + *at_;
  const size_t room = at_[1] - *at_;
  if (room < word.size() || std::memcmp(begin, word.data(), word.size()) != 0) return false;
  if (room > word.size() && !is_json_space(begin[word.size()])) return false;
  ++at_;
  return true;
}

bool JsonCursor::skip_scalar() {
  switch (sign()) {
    case '"': {
      std::string_view raw;
      bool escaped;
      return take_string(raw, escaped);
    }
    case 't':
      return take_word("true");
    case 'f':
      return take_word("false");
    case 'n':
      return take_word("null") || take_word("nan");
    case 'N':
      return take_word("NaN");
    case 'I':
      return take_word("Infinity");
    case '\0':
      return false;
    default: {
      JsonNumber number;
      return take_number(number) || take_word("-Infinity");
    }
  }
}

const char* JsonCursor::end_of_last() const {
  const char* end = text_.data() + *at_;
  while (is_json_space(end[-1])) --end;
  return end;
}

bool JsonCursor::skip(std::string_view& value) {
  const char* const begin = text_.data() + *at_;
  const char first = sign();
  if (first != '{' && first != '[') {
    if (!skip_scalar()) return false;
    value = {begin, static_cast<size_t>(end_of_last() - begin)};
    return true;
  }
  // One bit a level: an object?
  uint64_t open[(kDeepest + 63) / 64];
  uint32_t depth = 0;
  bool wants_value = true;  // a value is due, else a comma or the end
  for (;;) {
    if (wants_value) {
      const char c = sign();
      if (c != '{' && c != '[') {
        if (!skip_scalar()) return false;
        wants_value = false;
        continue;
      }
      if (depth == kDeepest) return false;
      const bool is_object = c == '{';
      assign_bit(open, depth++, is_object);
      ++at_;
      if (sign() == (is_object ? '}' : ']')) {
        wants_value = false;
      } else if (is_object) {
        std::string_view key;
        bool escaped;
        if (sign() != '"' || !take_string(key, escaped) || !take(':')) return false;
      }
      continue;
    }
    if (depth == 0) {
      value = {begin, static_cast<size_t>(text_.data() + at_[-1] + 1 - begin)};
      return true;
    }
    const bool is_object = test_bit(open, depth - 1);
    if (take(',')) {
      if (is_object) {
        std::string_view key;
        bool escaped;
        if (sign() != '"' || !take_string(key, escaped) || !take(':')) return false;
      }
      wants_value = true;
    } else if (take(is_object ? '}' : ']')) {
      --depth;
    } else {
      return false;
    }
  }
}

}  // namespace doline
