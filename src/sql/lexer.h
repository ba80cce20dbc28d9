#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

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
  kPunctuation,       // ( ) [ ] { } , ; . : and the likes
  kComment,           // only from tokenize
  kInvalid,           // a character no token starts with, or bytes that are not UTF-8
};

/// Bytes [span.begin, span.end) of the text, quotes included.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  SourceSpan span;
  /// The text ends inside it: a string, quoted identifier or comment that is not closed.
  bool unfinished = false;
  /// The word is a keyword of the grammar, reserved or not.
  bool is_keyword = false;
  /// The word cannot name anything without quotes.
  bool is_reserved = false;
};

/// All tokens, comments among them, and a kEnd. Never throws; whatever is not a token comes as
/// kInvalid or `unfinished`. For highlighting and to know where statements end.
std::vector<Token> tokenize(std::string_view text);

/// True when a statement in `text` is still open: anything but space and comments behind the last
/// semicolon, or a string, quoted identifier or comment that is not closed.
bool is_unfinished(std::string_view text);

/// Where the statements of a script lie, without their semicolons, the empty ones left out.
std::vector<SourceSpan> split_statements(std::string_view text);

/// What a string token stands for, quotes and escapes undone. Throws kSyntax at the token if an
/// escape means nothing or the token is unfinished.
std::string string_value(std::string_view text, const Token& token);
/// The name in a kWord or kQuotedIdentifier token.
std::string identifier_value(std::string_view text, const Token& token);

}  // namespace doline::sql
