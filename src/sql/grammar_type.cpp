#include <algorithm>

#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// Types that are words of the grammar, and the one spelling the tree has for them.
struct GrammarType {
  Keyword word;
  std::string_view name;
};

constexpr GrammarType kGrammarTypes[] = {
    {Keyword::kInt, "INTEGER"},         {Keyword::kInteger, "INTEGER"},
    {Keyword::kSmallint, "SMALLINT"},   {Keyword::kBigint, "BIGINT"},
    {Keyword::kReal, "FLOAT"},          {Keyword::kFloat, "FLOAT"},
    {Keyword::kDouble, "DOUBLE"},       {Keyword::kDecimal, "DECIMAL"},
    {Keyword::kDec, "DECIMAL"},         {Keyword::kNumeric, "DECIMAL"},
    {Keyword::kBoolean, "BOOLEAN"},     {Keyword::kBit, "BIT"},
    {Keyword::kVarchar, "VARCHAR"},     {Keyword::kChar, "VARCHAR"},
    {Keyword::kCharacter, "VARCHAR"},   {Keyword::kNchar, "VARCHAR"},
    {Keyword::kNational, "VARCHAR"},    {Keyword::kTime, "TIME"},
    {Keyword::kTimestamp, "TIMESTAMP"}, {Keyword::kInterval, "INTERVAL"},
};

/// TIMESTAMP(p): the type with that many digits of a second.
std::string_view timestamp_of_precision(const Expression& modifier) {
  const auto* digits = modifier.get_if<Literal>();
  if (digits == nullptr || digits->literal != LiteralKind::kInteger || digits->text.size() != 1 ||
      digits->text[0] > '9') {
    throw Error(ErrorCode::kSyntax, modifier.span, "a timestamp has 0 to 9 digits of a second");
  }
  const int precision = digits->text[0] - '0';
  if (precision == 0) return "TIMESTAMP_S";
  if (precision <= 3) return "TIMESTAMP_MS";
  return precision <= 6 ? "TIMESTAMP" : "TIMESTAMP_NS";
}

}  // namespace

TypeNameRef Grammar::type() {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  std::shared_ptr<TypeName> result = plain_type();
  close(*result, tokens_.since(begin));
  while (tokens_.at("[") || tokens_.at(Keyword::kArray)) {
    const bool keyword = tokens_.take().keyword == Keyword::kArray;
    auto outer = std::make_shared<TypeName>();
    outer->kind = TypeNameKind::kList;
    outer->members.push_back({{}, std::move(result)});
    if (!keyword || tokens_.accept("[")) {
      if (tokens_.peek().kind == TokenKind::kInteger) {
        outer->kind = TypeNameKind::kArray;
        const Token token = tokens_.take();
        for (const char c : tokens_.word(token)) {
          if (c < '0' || c > '9' || outer->size > 100'000'000) {
            throw Error(ErrorCode::kSyntax, token.span, "an array cannot have this size");
          }
          outer->size = outer->size * 10 + static_cast<uint64_t>(c - '0');
        }
      }
      tokens_.expect("]");
    }
    close(*outer, tokens_.since(begin));
    result = std::move(outer);
  }
  return result;
}

std::shared_ptr<TypeName> Grammar::plain_type() {
  auto node = std::make_shared<TypeName>();
  const Keyword word = tokens_.peek().keyword;
  const bool opened = tokens_.at("(", 1);
  if (opened && (word == Keyword::kStruct || word == Keyword::kRow || word == Keyword::kUnion)) {
    node->kind = word == Keyword::kUnion ? TypeNameKind::kUnion : TypeNameKind::kStruct;
    tokens_.take();
    type_members(*node);
    return node;
  }
  if (opened && word == Keyword::kMap) {
    node->kind = TypeNameKind::kMap;
    tokens_.take();
    tokens_.expect("(");
    node->members.push_back({{}, type()});
    tokens_.expect(",");
    node->members.push_back({{}, type()});
    tokens_.expect(")");
    return node;
  }
  const bool is_ordered =
      word == Keyword::kEnum && tokens_.at_word("ordered", 1) && tokens_.at("(", 2);
  if (is_ordered || (opened && word == Keyword::kEnum)) {
    node->kind = is_ordered ? TypeNameKind::kOrderedEnum : TypeNameKind::kEnum;
    tokens_.take();
    if (is_ordered) tokens_.take();
    tokens_.expect("(");
    if (!tokens_.accept(")")) {
      list_until(")", [&] { node->labels.push_back(string_text("a label in quotes")); });
    }
    return node;
  }
  const auto* known =
      word == Keyword::kNoKeyword
          ? std::end(kGrammarTypes)
          : std::find_if(std::begin(kGrammarTypes), std::end(kGrammarTypes),
                         [&](const GrammarType& entry) { return entry.word == word; });
  if (known == std::end(kGrammarTypes)) {
    if (!at_name(NameRole::kFunction)) tokens_.fail("a type");
    node->name = qualified_name("a type");
    type_modifiers(*node);
    return node;
  }
  tokens_.take();
  node->name.push_back({std::string(known->name), tokens_.last_span()});
  if (word == Keyword::kDouble) tokens_.accept(Keyword::kPrecision);
  if (word == Keyword::kNational && !tokens_.accept(Keyword::kChar)) {
    tokens_.expect(Keyword::kCharacter);
  }
  if (known->name == "VARCHAR") tokens_.accept(Keyword::kVarying);
  if (known->name == "BIT") tokens_.accept(Keyword::kVarying);
  type_modifiers(*node);
  if (word != Keyword::kTime && word != Keyword::kTimestamp) return node;
  if (word == Keyword::kTimestamp && node->modifiers.size() == 1) {
    node->name[0].text = timestamp_of_precision(*node->modifiers[0]);
    node->modifiers.clear();
  }
  if (with_time_zone()) {
    node->name[0].text =
        word == Keyword::kTime ? "TIME WITH TIME ZONE" : "TIMESTAMP WITH TIME ZONE";
  }
  return node;
}

bool Grammar::with_time_zone() {
  const bool with = tokens_.at(Keyword::kWith);
  if ((!with && !tokens_.at(Keyword::kWithout)) || !tokens_.at(Keyword::kTime, 1)) return false;
  tokens_.take();
  tokens_.take();
  tokens_.expect(Keyword::kZone);
  return with;
}

void Grammar::type_modifiers(TypeName& node) {
  if (!tokens_.accept("(")) return;
  list_until(")", [&] { node.modifiers.push_back(expression()); });
}

void Grammar::type_members(TypeName& node) {
  tokens_.expect("(");
  if (tokens_.accept(")")) return;
  list_until(")", [&] {
    TypeMember member;
    member.name = name(NameRole::kLabel, "the name of a field");
    member.type = type();
    node.members.push_back(std::move(member));
  });
}

}  // namespace doline::sql
