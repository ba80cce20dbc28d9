#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sql/lexer.h"
#include "sql/node.h"

namespace doline::sql {

/// The tokens of one text without its comments, a place among them, and what has been asked for
/// there in vain: that makes the errors. Owned by one parse.
class TokenStream {
 public:
  /// Throws kSyntax for text that is too long, not UTF-8, or ends inside a comment.
  explicit TokenStream(std::string_view text);

  std::string_view text() const { return text_; }
  const Token& peek(size_t ahead = 0) const {
    return tokens_[place_ + ahead < tokens_.size() ? place_ + ahead : tokens_.size() - 1];
  }
  std::string_view word(const Token& token) const { return token.in(text_); }
  Token take();

  bool at_end() const { return peek().kind == TokenKind::kEnd; }
  bool at(Keyword keyword, size_t ahead = 0) const { return peek(ahead).keyword == keyword; }
  /// An operator or a punctuation mark.
  bool at(std::string_view symbol, size_t ahead = 0) const;
  /// A word that is not in the table of keywords, or may be; without regard to case.
  bool at_word(std::string_view word, size_t ahead = 0) const;

  /// Moves on if the token is there; else notes that it would have fitted.
  bool accept(Keyword keyword);
  bool accept(std::string_view symbol);
  bool accept_word(std::string_view word);
  /// Both or neither.
  bool accept(Keyword first, Keyword second);
  void expect(Keyword keyword);
  void expect(std::string_view symbol);

  /// From where the next token begins.
  uint32_t begin() const { return peek().span.begin; }
  /// From `begin` to the end of the token last taken.
  SourceSpan since(uint32_t begin) const { return {begin, std::max(begin, previous_end_)}; }
  SourceSpan last_span() const { return last_span_; }

  /// The error that the token at hand does not fit; `wanted` says in words what would have.
  /// The hint is the keyword it may be meant for.
  [[noreturn]] void fail(std::string_view wanted);

  /// Notes that a word was taken for a name that could have been a misspelt keyword.
  void note_implicit_name(const Token& token) { implicit_name_ = token; }

 private:
  /// What the token at hand may be meant for; empty if nobody knows.
  std::string hint_for(std::string_view wanted) const;

  const std::string_view text_;
  std::vector<Token> tokens_;
  size_t place_ = 0;
  uint32_t previous_end_ = 0;
  SourceSpan last_span_;
  Token implicit_name_;
  std::vector<Keyword> refused_;  // keywords asked for at this place
};

}  // namespace doline::sql
