#include <algorithm>

#include "base/assert.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// Unreserved words that open something behind an expression, so no alias without AS.
constexpr Keyword kOpeners[] = {Keyword::kOver,     Keyword::kFilter,  Keyword::kWithin,
                                Keyword::kIgnore,   Keyword::kRespect, Keyword::kEscape,
                                Keyword::kOperator, Keyword::kNulls};

}  // namespace

bool Grammar::at_name(NameRole role, size_t ahead) const {
  const Token& token = tokens_.peek(ahead);
  if (token.kind == TokenKind::kQuotedIdentifier) return true;
  if (token.kind != TokenKind::kWord) return false;
  if (token.keyword == Keyword::kNoKeyword) return true;
  const KeywordCategory category = category_of(token.keyword);
  switch (role) {
    case NameRole::kColumn:
      return category == KeywordCategory::kUnreserved || category == KeywordCategory::kColumnName;
    case NameRole::kFunction:
      return category != KeywordCategory::kReserved;
    case NameRole::kImplicit:
      return category == KeywordCategory::kUnreserved &&
             std::find(std::begin(kOpeners), std::end(kOpeners), token.keyword) ==
                 std::end(kOpeners);
    case NameRole::kLabel:
      return true;
  }
  UNREACHABLE();
}

Identifier Grammar::name(NameRole role, std::string_view wanted) {
  if (!at_name(role)) tokens_.fail(wanted);
  const Token token = tokens_.take();
  return {identifier_value(tokens_.text(), token), token.span};
}

QualifiedName Grammar::qualified_name(std::string_view wanted) {
  QualifiedName parts;
  parts.push_back(name(NameRole::kFunction, wanted));
  while (tokens_.accept(".")) parts.push_back(name(NameRole::kLabel, "a name behind \".\""));
  return parts;
}

std::vector<Identifier> Grammar::name_list(std::string_view wanted) {
  std::vector<Identifier> names;
  tokens_.expect("(");
  list_until(")", [&] { names.push_back(name(NameRole::kColumn, wanted)); });
  return names;
}

Identifier Grammar::string_or_name(NameRole role, std::string_view wanted) {
  if (tokens_.peek().kind != TokenKind::kString) return name(role, wanted);
  const Token token = tokens_.take();
  Identifier result{string_value(tokens_.text(), token), token.span};
  if (result.empty()) throw Error(ErrorCode::kSyntax, token.span, "a name must not be empty");
  return result;
}

std::string Grammar::string_text(std::string_view wanted) {
  if (tokens_.peek().kind != TokenKind::kString) tokens_.fail(wanted);
  const Token token = tokens_.take();
  return string_value(tokens_.text(), token);
}

Identifier Grammar::optional_alias() {
  if (tokens_.accept(Keyword::kAs)) return string_or_name(NameRole::kLabel, "a name behind AS");
  if (!at_name(NameRole::kImplicit)) return {};
  tokens_.note_implicit_name(tokens_.peek());
  return name(NameRole::kImplicit, "a name");
}

void Grammar::nested_too_deeply() {
  throw Error(ErrorCode::kSyntax, tokens_.peek().span,
              "the statement is nested more than {} levels deep", kMaxHeight)
      .hint("take parts of it out into WITH clauses or views");
}

}  // namespace doline::sql
