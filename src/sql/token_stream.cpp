#include "sql/token_stream.h"

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "sql/compare.h"

namespace doline::sql {

namespace {

/// What may follow a name that stands alone: what a name without AS may have been meant for.
constexpr Keyword kClauses[] = {
    Keyword::kFrom,     Keyword::kWhere,     Keyword::kGroup,  Keyword::kHaving,
    Keyword::kOrder,    Keyword::kLimit,     Keyword::kOffset, Keyword::kQualify,
    Keyword::kWindow,   Keyword::kUnion,     Keyword::kExcept, Keyword::kJoin,
    Keyword::kLeft,     Keyword::kIntersect, Keyword::kInner,  Keyword::kUsing,
    Keyword::kSet,      Keyword::kValues,    Keyword::kSelect, Keyword::kAs,
    Keyword::kExclude,  Keyword::kReplace,   Keyword::kOver,   Keyword::kFilter,
    Keyword::kPartition};

std::string spelling(Keyword keyword) { return ascii_upper(word_of(keyword)); }

}  // namespace

TokenStream::TokenStream(std::string_view text) : text_(text) {
  if (text.size() >= std::numeric_limits<uint32_t>::max()) {
    throw Error(ErrorCode::kSyntax, "a text of {} bytes is too long for SQL", text.size());
  }
  if (const size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    const auto at = static_cast<uint32_t>(bad);
    throw Error(ErrorCode::kSyntax, SourceSpan{at, at + 1}, "the text is not UTF-8 at byte {}",
                bad);
  }
  tokens_ = tokenize(text);
  std::erase_if(tokens_, [](const Token& token) {
    if (token.kind == TokenKind::kComment && token.unfinished) {
      throw Error(ErrorCode::kSyntax, SourceSpan{token.span.begin, token.span.begin + 2},
                  "this comment is not closed")
          .hint("comments nest: each /* needs a */ of its own");
    }
    return token.kind == TokenKind::kComment;
  });
}

Token TokenStream::take() {
  const Token token = peek();
  if (place_ + 1 < tokens_.size()) ++place_;
  previous_end_ = token.span.end;
  last_span_ = token.span;
  refused_.clear();
  return token;
}

bool TokenStream::at(std::string_view symbol, size_t ahead) const {
  const Token& token = peek(ahead);
  if (token.kind != TokenKind::kPunctuation && token.kind != TokenKind::kOperator) return false;
  const std::string_view found = word(token);
  return found[0] == symbol[0] && found == symbol;
}

bool TokenStream::at_word(std::string_view wanted, size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::kWord && same_name(word(token), wanted);
}

bool TokenStream::accept(Keyword keyword) {
  if (at(keyword)) {
    take();
    return true;
  }
  // Only the misspelling of a word matters, and a grammar that asks for more is not to grow this.
  if (refused_.size() < 64 && peek().kind == TokenKind::kWord) refused_.push_back(keyword);
  return false;
}

bool TokenStream::accept(std::string_view symbol) {
  if (!at(symbol)) return false;
  take();
  return true;
}

bool TokenStream::accept_word(std::string_view wanted) {
  if (!at_word(wanted)) return false;
  take();
  return true;
}

bool TokenStream::accept(Keyword first, Keyword second) {
  if (at(first) && at(second, 1)) {
    take();
    take();
    return true;
  }
  if (refused_.size() < 64 && peek().kind == TokenKind::kWord) refused_.push_back(first);
  return false;
}

void TokenStream::expect(Keyword keyword) {
  if (!accept(keyword)) fail(spelling(keyword));
}

void TokenStream::expect(std::string_view symbol) {
  if (!accept(symbol)) fail(fmt::format("\"{}\"", symbol));
}

std::string TokenStream::hint_for(std::string_view wanted) const {
  const Token& token = peek();
  // Two letters are near to too much.
  constexpr size_t kShortest = 3;
  if (token.kind == TokenKind::kWord && word(token).size() >= kShortest) {
    std::vector<std::string> candidates;
    candidates.reserve(refused_.size());
    for (const Keyword keyword : refused_) candidates.push_back(spelling(keyword));
    const std::string nearest = nearest_name(word(token), candidates);
    if (!nearest.empty() && !same_name(nearest, word(token))) {
      return fmt::format("did you mean {}?", nearest);
    }
  }
  // "SELECT a FORM t": FORM was taken for the name of a, and t is what does not fit.
  if (implicit_name_.kind == TokenKind::kWord && implicit_name_.span.end == previous_end_) {
    std::vector<std::string> candidates;
    for (const Keyword keyword : kClauses) candidates.push_back(spelling(keyword));
    const std::string nearest = nearest_name(word(implicit_name_), candidates);
    if (!nearest.empty() && word(implicit_name_).size() >= kShortest) {
      return fmt::format("did you mean {} instead of \"{}\"?", nearest, word(implicit_name_));
    }
  }
  const bool wants_name = wanted.starts_with("a ") || wanted.starts_with("an expression");
  if (wants_name && token.keyword != Keyword::kNoKeyword &&
      category_of(token.keyword) == KeywordCategory::kReserved) {
    return fmt::format("{} is a reserved word: write \"{}\" in double quotes to use it as a name",
                       spelling(token.keyword), word(token));
  }
  return {};
}

void TokenStream::fail(std::string_view wanted) {
  const Token& token = peek();
  if (token.kind == TokenKind::kEnd) {
    // The caret stands under the last character there is.
    const SourceSpan last{previous_end_ == 0 ? 0 : previous_end_ - 1, previous_end_};
    throw Error(ErrorCode::kSyntax, last, "expected {}, but the text ends here", wanted);
  }
  if (token.unfinished) {
    // These say themselves what is wrong.
    if (token.kind == TokenKind::kQuotedIdentifier) identifier_value(text_, token);
    string_value(text_, token);
  }
  std::string_view found = word(token);
  if (found.size() > 40) {
    size_t cut = 40;
    while (cut > 0 && (static_cast<unsigned char>(found[cut]) & 0xC0) == 0x80) --cut;
    found = found.substr(0, cut);
  }
  const std::string hint = hint_for(wanted);
  Error error =
      token.kind == TokenKind::kInvalid && found[0] >= '0' && found[0] <= '9'
          ? Error(ErrorCode::kSyntax, token.span, "\"{}\" is neither a number nor a name", found)
          : Error(ErrorCode::kSyntax, token.span, "expected {}, not \"{}\"", wanted, found);
  if (!hint.empty()) throw std::move(error).hint(hint);
  throw error;
}

}  // namespace doline::sql
