#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "sql/keywords.h"

namespace doline::sql {

enum class TokenKind : uint8_t {
  kEnd,               // one, after the last token; empty
  kWord,              // keyword or plain identifier
  kQuotedIdentifier,  // "a b"
  kString,            // 'text', e'text', $$text$$, with strings that continue it on later lines
  kBlob,              // x'00ff'
  kInteger,           // 1, 1_000, 0xff, 0b101, 0o17
  kDecimal,           // 1.5, .5, 5.
  kFloat,             // 1e5
  kParameter,         // ?, ?1, $1, $name
  kPosition,          // #1
  kOperator,          // + - <= || -> …
  kPunctuation,       // ( ) [ ] { } , ; . : :: :=
  kComment,           // only from tokenize
  kInvalid,           // what no token is: "1abc", a stray character, bytes that are not UTF-8
};

/// Bytes [span.begin, span.end) of the text, quotes included.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  /// The text ends inside it: a string, quoted identifier or comment that is not closed.
  bool unfinished = false;
  Keyword keyword = Keyword::kNoKeyword;  // of a kWord
  SourceSpan span;

  std::string_view in(std::string_view text) const {
    return text.substr(span.begin, span.end - span.begin);
  }
};

/// All tokens, comments among them, and a kEnd. Never throws; whatever is not a token comes as
/// kInvalid or `unfinished`. Linear in the text, of which it reads the first 4 GiB at most.
std::vector<Token> tokenize(std::string_view text);

/// True when a statement in `text` is still open: anything but space and comments behind the last
/// semicolon, or a comment that is not closed.
bool is_unfinished(std::string_view text);

/// Where the statements of a script lie, without their semicolons, the empty ones left out.
std::vector<SourceSpan> split_statements(std::string_view text);

/// What a string token stands for, quotes and escapes undone. Throws kSyntax if the token is
/// unfinished or an escape in it is not UTF-8.
std::string string_value(std::string_view text, const Token& token);
/// The name in a kWord or kQuotedIdentifier token. Throws kSyntax if it is empty or unfinished.
std::string identifier_value(std::string_view text, const Token& token);

/// Length of the UTF-8 character at `text[position]`; 0 if there is none.
size_t utf8_length(std::string_view text, size_t position);
/// Where `text` stops being UTF-8; npos if nowhere.
size_t find_invalid_utf8(std::string_view text);

}  // namespace doline::sql
