#include "sql/lexer.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace doline::sql {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
uint32_t hex_value(char c) {
  return static_cast<uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

/// Longest first among those that share a beginning.
constexpr std::string_view kOperators[] = {
    "!~~*", "->>", "<=>", "<->", "~~~", "~~*", "!~~", "!~*", "->", "=>", "==", "=",  "<=", "<>",
    "<<",   "<@",  "<",   ">=",  ">>",  ">",   "!=",  "!~",  "!",  "||", "|",  "&&", "&",  "@>",
    "@",    "^@",  "^",   "**",  "*",   "//",  "/",   "%",   "~~", "~*", "~",  "+",  "-",
};
constexpr std::string_view kPunctuation[] = {"::", ":=", ":", "(", ")", "[",
                                             "]",  "{",  "}", ",", ";", "."};

/// Reads one token after another. Owned by the call that made it.
class Lexer {
 public:
  explicit Lexer(std::string_view text)
      : text_(text.substr(0, std::numeric_limits<uint32_t>::max())) {}

  Token next() {
    skip_space();
    begin_ = position_;
    if (position_ == text_.size()) return done(TokenKind::kEnd);
    const char c = text_[position_];
    const char after = look(1);
    if (c == '-' && after == '-') return line_comment();
    if (c == '/' && after == '*') return block_comment();
    if (c == '\'') return string(position_);
    if ((c == 'e' || c == 'E') && after == '\'') return string(position_ + 1);
    if ((c == 'x' || c == 'X') && after == '\'') return blob();
    if (c == '"') return quoted_identifier();
    if (is_digit(c) || (c == '.' && is_digit(after))) return number();
    if (c == '$') return dollar();
    if (c == '?') return parameter();
    if (c == '#' && is_digit(after)) return position_reference();
    if (is_letter(c) || static_cast<unsigned char>(c) >= 0x80) return word();
    return symbol();
  }

 private:
  char look(size_t ahead) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  Token done(TokenKind kind, bool unfinished = false) const {
    Token token;
    token.kind = kind;
    token.unfinished = unfinished;
    token.span = {static_cast<uint32_t>(begin_), static_cast<uint32_t>(position_)};
    return token;
  }

  /// Length of the white space at `at`, the wide ones of Unicode among it; 0 if there is none.
  size_t space_length(size_t at) const {
    switch (text_[at]) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
      case '\v':
      case '\f':
        return 1;
      default:
        break;
    }
    const std::string_view rest = text_.substr(at, 3);
    if (rest.starts_with("\xC2\xA0")) return 2;  // no-break space
    const auto last = static_cast<unsigned char>(rest.back());
    if (rest.size() == 3 && rest.starts_with("\xE2\x80") &&
        ((last >= 0x80 && last <= 0x8B) || last == 0xAF)) {
      return 3;  // U+2000 to U+200B, U+202F
    }
    return rest == "\xE3\x80\x80" || rest == "\xEF\xBB\xBF" ? 3 : 0;  // U+3000, byte order mark
  }
  void skip_space() {
    while (position_ < text_.size()) {
      const size_t length = space_length(position_);
      if (length == 0) return;
      position_ += length;
    }
  }

  Token line_comment() {
    position_ = std::min(text_.find('\n', position_), text_.size());
    return done(TokenKind::kComment);
  }
  Token block_comment() {
    size_t depth = 0;
    while (position_ + 1 < text_.size()) {
      if (text_[position_] == '/' && text_[position_ + 1] == '*') {
        ++depth;
        position_ += 2;
      } else if (text_[position_] == '*' && text_[position_ + 1] == '/') {
        --depth;
        position_ += 2;
        if (depth == 0) return done(TokenKind::kComment);
      } else {
        ++position_;
      }
    }
    position_ = text_.size();
    return done(TokenKind::kComment, true);
  }

  /// Moves behind the closing quote; false if there is none. `position_` is at the opening one.
  bool skip_quoted(char quote, bool has_escapes) {
    for (++position_; position_ < text_.size(); ++position_) {
      if (has_escapes && text_[position_] == '\\') {
        ++position_;
      } else if (text_[position_] == quote) {
        if (look(1) != quote) {
          ++position_;
          return true;
        }
        ++position_;
      }
    }
    position_ = text_.size();
    return false;
  }
  Token string(size_t quote) {
    const bool has_escapes = quote != begin_;
    position_ = quote;
    while (true) {
      if (!skip_quoted('\'', has_escapes)) return done(TokenKind::kString, true);
      // 'a' and 'b' are one string if a line break lies between them.
      const size_t end = position_;
      skip_space();
      const std::string_view between = text_.substr(end, position_ - end);
      if (look(0) != '\'' || between.find('\n') == std::string_view::npos) {
        position_ = end;
        return done(TokenKind::kString);
      }
    }
  }
  Token blob() {
    ++position_;
    if (!skip_quoted('\'', false)) return done(TokenKind::kBlob, true);
    return done(TokenKind::kBlob);
  }
  Token quoted_identifier() {
    const bool closed = skip_quoted('"', false);
    return done(TokenKind::kQuotedIdentifier, !closed);
  }

  template <class Accepts>
  size_t skip_digits(Accepts accepts) {
    const size_t first = position_;
    // An underscore stands between two digits only.
    while (accepts(look(0)) || (look(0) == '_' && position_ > first && accepts(look(1)))) {
      ++position_;
    }
    return position_ - first;
  }
  Token number() {
    TokenKind kind = TokenKind::kInteger;
    const char radix = look(0) == '0' ? static_cast<char>(look(1) | 0x20) : '\0';
    if (radix == 'x' || radix == 'b' || radix == 'o') {
      position_ += 2;
      const size_t digits = radix == 'x' ? skip_digits(is_hex) : skip_digits([&](char c) {
        return c >= '0' && c <= (radix == 'b' ? '1' : '7');
      });
      if (digits == 0) kind = TokenKind::kInvalid;
    } else {
      skip_digits(is_digit);
      if (look(0) == '.') {
        kind = TokenKind::kDecimal;
        ++position_;
        skip_digits(is_digit);
      }
      if (look(0) == 'e' || look(0) == 'E') {
        const size_t sign = look(1) == '+' || look(1) == '-' ? 1 : 0;
        if (is_digit(look(1 + sign))) {
          kind = TokenKind::kFloat;
          position_ += 1 + sign;
          skip_digits(is_digit);
        }
      }
    }
    if (is_letter(look(0)) || is_digit(look(0)) || static_cast<unsigned char>(look(0)) >= 0x80) {
      skip_word();
      kind = TokenKind::kInvalid;
    }
    if (position_ == begin_) ++position_;
    return done(kind);
  }

  /// `$1` and `$name`, or a string between `$tag$` and `$tag$`.
  Token dollar() {
    ++position_;
    if (is_digit(look(0))) {
      skip_digits(is_digit);
      return done(TokenKind::kParameter);
    }
    const size_t name = position_;
    skip_word();
    if (look(0) != '$') {
      return done(position_ == name ? TokenKind::kInvalid : TokenKind::kParameter);
    }
    ++position_;
    const std::string_view tag = text_.substr(begin_, position_ - begin_);
    const size_t close = text_.find(tag, position_);
    if (close == std::string_view::npos) {
      position_ = text_.size();
      return done(TokenKind::kString, true);
    }
    position_ = close + tag.size();
    return done(TokenKind::kString);
  }
  Token parameter() {
    ++position_;
    while (is_digit(look(0))) ++position_;
    return done(TokenKind::kParameter);
  }
  Token position_reference() {
    ++position_;
    while (is_digit(look(0))) ++position_;
    return done(TokenKind::kPosition);
  }

  void skip_word() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (is_letter(c) || is_digit(c)) {
        ++position_;
      } else if (static_cast<unsigned char>(c) >= 0x80 && space_length(position_) == 0) {
        const size_t length = utf8_length(text_, position_);
        if (length == 0) return;
        position_ += length;
      } else {
        return;
      }
    }
  }
  Token word() {
    skip_word();
    if (position_ == begin_) {
      ++position_;
      return done(TokenKind::kInvalid);
    }
    Token token = done(TokenKind::kWord);
    token.keyword = find_keyword(token.in(text_));
    return token;
  }

  Token symbol() {
    const std::string_view rest = text_.substr(position_);
    for (const std::string_view op : kOperators) {
      if (op[0] == rest[0] && rest.starts_with(op)) {
        position_ += op.size();
        return done(TokenKind::kOperator);
      }
    }
    for (const std::string_view mark : kPunctuation) {
      if (mark[0] == rest[0] && rest.starts_with(mark)) {
        position_ += mark.size();
        return done(TokenKind::kPunctuation);
      }
    }
    ++position_;
    return done(TokenKind::kInvalid);
  }

  const std::string_view text_;
  size_t begin_ = 0;
  size_t position_ = 0;
};

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Reads up to `most` digits of `base` from `body[at]` on; returns how many there were.
size_t read_digits(std::string_view body, size_t at, size_t most, uint32_t base, uint32_t& value) {
  size_t count = 0;
  value = 0;
  while (count < most && at + count < body.size() && is_hex(body[at + count]) &&
         hex_value(body[at + count]) < base) {
    value = value * base + hex_value(body[at + count]);
    ++count;
  }
  return count;
}

/// Undoes the escape whose backslash is at `body[at]`; returns its length.
size_t append_escape(std::string& out, std::string_view body, size_t at, SourceSpan where) {
  const char c = at + 1 < body.size() ? body[at + 1] : '\\';
  uint32_t value = 0;
  switch (c) {
    case 'b':
      out.push_back('\b');
      return 2;
    case 'f':
      out.push_back('\f');
      return 2;
    case 'n':
      out.push_back('\n');
      return 2;
    case 'r':
      out.push_back('\r');
      return 2;
    case 't':
      out.push_back('\t');
      return 2;
    case 'x':
      if (const size_t digits = read_digits(body, at + 2, 2, 16, value); digits > 0) {
        out.push_back(static_cast<char>(value));
        return 2 + digits;
      }
      break;
    case 'u':
    case 'U': {
      const size_t wanted = c == 'u' ? 4 : 8;
      if (read_digits(body, at + 2, wanted, 16, value) != wanted || value > 0x10FFFF ||
          (value >= 0xD800 && value < 0xE000)) {
        throw Error(ErrorCode::kSyntax, where,
                    "\\{} must be followed by the {} digits of a character", c, wanted);
      }
      append_utf8(out, value);
      return 2 + wanted;
    }
    default:
      if (const size_t digits = read_digits(body, at + 1, 3, 8, value); digits > 0) {
        out.push_back(static_cast<char>(value));
        return 1 + digits;
      }
      break;
  }
  out.push_back(c);
  return 2;
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 5 + 2);
  do {
    tokens.push_back(lexer.next());
  } while (tokens.back().kind != TokenKind::kEnd);
  return tokens;
}

bool is_unfinished(std::string_view text) {
  Lexer lexer(text);
  bool open = false;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (token.unfinished) return true;
    if (token.kind != TokenKind::kComment) open = token.in(text) != ";";
  }
  return open;
}

std::vector<SourceSpan> split_statements(std::string_view text) {
  Lexer lexer(text);
  std::vector<SourceSpan> statements;
  SourceSpan current;
  bool empty = true;
  for (Token token = lexer.next();; token = lexer.next()) {
    if (token.kind == TokenKind::kComment) continue;
    if (token.kind == TokenKind::kEnd || token.in(text) == ";") {
      if (!empty) statements.push_back(current);
      empty = true;
      if (token.kind == TokenKind::kEnd) return statements;
      continue;
    }
    if (empty) current.begin = token.span.begin;
    current.end = token.span.end;
    empty = false;
  }
}

std::string string_value(std::string_view text, const Token& token) {
  if (token.unfinished) {
    throw Error(ErrorCode::kSyntax, SourceSpan{token.span.begin, token.span.begin + 1},
                "this string is not closed");
  }
  const std::string_view body = token.in(text);
  std::string out;
  if (body[0] == '$') {
    const size_t tag = body.find('$', 1) + 1;
    return std::string(body.substr(tag, body.size() - 2 * tag));
  }
  const bool has_escapes = body[0] != '\'';
  out.reserve(body.size());
  bool inside = false;
  for (size_t i = has_escapes ? 1 : 0; i < body.size();) {
    if (body[i] == '\'') {
      const bool doubled = inside && i + 1 < body.size() && body[i + 1] == '\'';
      if (doubled) out.push_back('\'');
      inside = doubled || !inside;
      i += doubled ? 2 : 1;
    } else if (!inside) {
      ++i;
    } else if (has_escapes && body[i] == '\\') {
      i += append_escape(out, body, i, token.span);
    } else {
      out.push_back(body[i++]);
    }
  }
  if (has_escapes && find_invalid_utf8(out) != std::string::npos) {
    throw Error(ErrorCode::kSyntax, token.span, "the escapes in this string make no UTF-8 text")
        .hint("write bytes that are no text as a blob: x'00ff'");
  }
  return out;
}

std::string identifier_value(std::string_view text, const Token& token) {
  const std::string_view body = token.in(text);
  if (token.kind == TokenKind::kWord) return std::string(body);
  if (token.unfinished) {
    throw Error(ErrorCode::kSyntax, SourceSpan{token.span.begin, token.span.begin + 1},
                "this quoted name is not closed");
  }
  std::string out;
  out.reserve(body.size());
  for (size_t i = 1; i + 1 < body.size(); ++i) {
    out.push_back(body[i]);
    if (body[i] == '"') ++i;
  }
  if (out.empty()) throw Error(ErrorCode::kSyntax, token.span, "a name must not be empty");
  return out;
}

size_t utf8_length(std::string_view text, size_t position) {
  const auto byte = [&](size_t i) {
    return position + i < text.size() ? static_cast<unsigned char>(text[position + i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return position < text.size() ? 1 : 0;
  if (first >= 0xC2 && first < 0xE0) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    // Neither overlong nor a surrogate.
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    // Neither overlong nor beyond U+10FFFF.
    if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90)) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

size_t find_invalid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace doline::sql
