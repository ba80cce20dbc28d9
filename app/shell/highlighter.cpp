#include "shell/highlighter.h"

#include <algorithm>
#include <iterator>

#include "function/registry.h"
#include "sql/lexer.h"
#include "table/table_function.h"

namespace doline::shell {

namespace {

using sql::Token;
using sql::TokenKind;

/// Of the words that may also be names (name, type, year), those that are keywords nearly always;
/// the others look like keywords only where they begin a statement or are written in capitals.
constexpr std::string_view kUsualKeywords[] = {
    "alter",   "between",  "by",      "cast",      "coalesce",  "copy",      "delete",
    "drop",    "exclude",  "execute", "exists",    "explain",   "filter",    "if",
    "insert",  "interval", "nulls",   "over",      "partition", "recursive", "rename",
    "replace", "set",      "temp",    "temporary", "update",    "values",    "view"};

bool is_upper(std::string_view word) {
  return std::none_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_function(std::string_view name) {
  const FunctionRegistry& registry = FunctionRegistry::instance();
  return registry.scalar(name) || registry.aggregate(name) || find_table_function(name);
}

Style style_of_word(std::string_view text, const std::vector<Token>& tokens, size_t at,
                    bool begins_statement) {
  const Token& token = tokens[at];
  const std::string_view word = token.in(text);
  const bool after_dot =
      at > 0 && tokens[at - 1].kind == TokenKind::kPunctuation && tokens[at - 1].in(text) == ".";
  const bool is_called = tokens[at + 1].kind == TokenKind::kPunctuation &&
                         tokens[at + 1].in(text) == "(" &&
                         tokens[at + 1].span.begin == token.span.end;
  if (is_called && is_function(word)) return Style::kFunction;
  if (token.keyword == sql::Keyword::kNoKeyword || after_dot) return Style::kPlain;
  if (begins_statement || is_usual_keyword(word)) return Style::kKeyword;
  return word.size() > 1 && is_upper(word) ? Style::kKeyword : Style::kPlain;
}

}  // namespace

bool is_usual_keyword(std::string_view word) {
  const sql::Keyword keyword = sql::find_keyword(word);
  if (keyword == sql::Keyword::kNoKeyword) return false;
  const sql::KeywordCategory category = sql::category_of(keyword);
  return category == sql::KeywordCategory::kReserved ||
         category == sql::KeywordCategory::kFunction ||
         std::find(std::begin(kUsualKeywords), std::end(kUsualKeywords), sql::word_of(keyword)) !=
             std::end(kUsualKeywords);
}

std::vector<StyledSpan> highlight(std::string_view text) {
  std::vector<StyledSpan> spans;
  const size_t first = text.find_first_not_of(" \t\n");
  if (first != std::string_view::npos && text[first] == '.') {
    size_t end = text.find_first_of(" \t\n", first);
    if (end == std::string_view::npos) end = text.size();
    spans.push_back({first, end, Style::kKeyword});
    return spans;
  }
  const std::vector<Token> tokens = sql::tokenize(text);
  bool begins_statement = true;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    Style style = Style::kPlain;
    switch (token.kind) {
      case TokenKind::kWord:
        style = style_of_word(text, tokens, i, begins_statement);
        break;
      case TokenKind::kString:
      case TokenKind::kBlob:
        style = Style::kString;
        break;
      case TokenKind::kInteger:
      case TokenKind::kDecimal:
      case TokenKind::kFloat:
      case TokenKind::kParameter:
      case TokenKind::kPosition:
        style = Style::kNumber;
        break;
      case TokenKind::kComment:
        style = Style::kComment;
        break;
      case TokenKind::kInvalid:
        style = Style::kError;
        break;
      case TokenKind::kEnd:
      case TokenKind::kQuotedIdentifier:
      case TokenKind::kOperator:
      case TokenKind::kPunctuation:
        break;
    }
    if (style != Style::kPlain) spans.push_back({token.span.begin, token.span.end, style});
    if (token.kind != TokenKind::kComment) {
      begins_statement = token.kind == TokenKind::kPunctuation && token.in(text) == ";";
    }
  }
  return spans;
}

}  // namespace doline::shell
