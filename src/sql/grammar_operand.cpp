#include <algorithm>

#include "base/assert.h"
#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// 0xff, 0b101, 0o17 as decimal digits.
std::string decimal_digits(std::string_view body, SourceSpan span) {
  const char radix = static_cast<char>(body.size() > 1 ? body[1] | 0x20 : '\0');
  std::string digits;
  if (body[0] != '0' || (radix != 'x' && radix != 'b' && radix != 'o')) {
    std::copy_if(body.begin(), body.end(), std::back_inserter(digits),
                 [](char c) { return c != '_'; });
    return digits;
  }
  const unsigned base = radix == 'x' ? 16 : radix == 'b' ? 2 : 8;
  __extension__ typedef unsigned __int128 Wide;
  Wide value = 0;
  for (const char c : body.substr(2)) {
    if (c == '_') continue;
    const auto digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (value > (~Wide{0} - digit) / base) {
      throw Error(ErrorCode::kSyntax, span, "a number of more than 128 bits");
    }
    value = value * base + digit;
  }
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

ExpressionRef Grammar::postfixed() {
  const uint32_t begin = tokens_.begin();
  ExpressionRef result = primary();
  while (true) {
    if (tokens_.at("[")) {
      result = subscript(std::move(result), begin);
    } else if (tokens_.accept("::")) {
      TypeNameRef target = type();
      result = cast(std::move(result), std::move(target), false, tokens_.since(begin));
    } else if (tokens_.at(".") && !result->is<Star>()) {
      result = member(std::move(result), begin);
    } else if (tokens_.accept("!")) {
      result = call("factorial", {std::move(result)}, tokens_.since(begin));
    } else {
      return result;
    }
  }
}

ExpressionRef Grammar::primary() {
  const Token& token = tokens_.peek();
  switch (token.kind) {
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
      return number();
    case TokenKind::kString: {
      std::string text = string_text("a string");
      return literal(LiteralKind::kString, std::move(text), tokens_.last_span());
    }
    case TokenKind::kBlob:
      return blob();
    case TokenKind::kParameter:
      return parameter();
    case TokenKind::kPosition:
      return position_reference();
    case TokenKind::kQuotedIdentifier:
      return names_or_call();
    case TokenKind::kWord:
      if (at_typed_literal()) return typed_literal();
      if (token.keyword == Keyword::kNoKeyword) return names_or_call();
      return keyword_primary();
    case TokenKind::kOperator:
      if (tokens_.at("*")) {
        const uint32_t begin = tokens_.begin();
        tokens_.take();
        if (tokens_.at(Keyword::kColumns) && tokens_.at("(", 1)) return columns({}, begin, true);
        return star({}, begin);
      }
      break;
    case TokenKind::kPunctuation:
      if (tokens_.at("(")) return parenthesised();
      if (tokens_.at("[")) return bracketed();
      if (tokens_.at("{")) return struct_literal();
      break;
    case TokenKind::kEnd:
    case TokenKind::kComment:
    case TokenKind::kInvalid:
      break;
  }
  tokens_.fail("an expression");
}

ExpressionRef Grammar::keyword_primary() {
  const uint32_t begin = tokens_.begin();
  const Keyword word = tokens_.peek().keyword;
  const bool called = tokens_.at("(", 1);
  const auto constant = [&](LiteralKind kind, std::string text) {
    const SourceSpan span = tokens_.take().span;
    return literal(kind, std::move(text), span);
  };
  if (word == Keyword::kNull) return constant(LiteralKind::kNull, "");
  if (word == Keyword::kTrue) return constant(LiteralKind::kBoolean, "true");
  if (word == Keyword::kFalse) return constant(LiteralKind::kBoolean, "false");
  if (word == Keyword::kDefault) {
    const SourceSpan span = tokens_.take().span;
    return finish(std::make_shared<Default>(), span);
  }
  if (word == Keyword::kCase) return case_expression();
  if (word == Keyword::kLambda) return lambda();
  if (word == Keyword::kArray) return array();
  if (word == Keyword::kMap && tokens_.at("{", 1)) return map_literal();
  if (word == Keyword::kInterval) {
    const TokenKind next = tokens_.peek(1).kind;
    if (called || next == TokenKind::kString || next == TokenKind::kInteger ||
        next == TokenKind::kDecimal || next == TokenKind::kParameter || at_negative_interval()) {
      return interval();
    }
  }
  if (called) {
    if (word == Keyword::kCast) return cast_call(false);
    if (word == Keyword::kTryCast) return cast_call(true);
    if (word == Keyword::kExtract) return extract();
    if (word == Keyword::kSubstring) return substring();
    if (word == Keyword::kPosition) return position();
    if (word == Keyword::kOverlay) return overlay();
    if (word == Keyword::kTrim) return trim();
    if (word == Keyword::kColumns) return columns({}, begin, false);
    if (word == Keyword::kUnpack) {
      tokens_.take();
      tokens_.expect("(");
      ExpressionRef inner = columns({}, begin, true);
      tokens_.expect(")");
      return inner;
    }
    if (word == Keyword::kExists) {
      tokens_.take();
      return subquery(SubqueryKind::kExists, begin);
    }
  }
  return names_or_call();
}

ExpressionRef Grammar::number() {
  const Token token = tokens_.take();
  const std::string_view body = tokens_.word(token);
  const LiteralKind kind = token.kind == TokenKind::kInteger   ? LiteralKind::kInteger
                           : token.kind == TokenKind::kDecimal ? LiteralKind::kDecimal
                                                               : LiteralKind::kFloat;
  return literal(kind, decimal_digits(body, token.span), token.span);
}

ExpressionRef Grammar::blob() {
  const Token token = tokens_.take();
  if (token.unfinished) string_value(tokens_.text(), token);
  const std::string_view body = tokens_.word(token);
  std::string digits;
  for (const char c : body.substr(2, body.size() - 3)) {
    const bool is_hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    if (!is_hex) {
      throw Error(ErrorCode::kSyntax, token.span, "a blob is written with hexadecimal digits only");
    }
    digits.push_back(c >= 'a' ? static_cast<char>(c - 32) : c);
  }
  if (digits.size() % 2 != 0) {
    throw Error(ErrorCode::kSyntax, token.span, "a blob has two hexadecimal digits for each byte");
  }
  return literal(LiteralKind::kBlob, std::move(digits), token.span);
}

ExpressionRef Grammar::parameter() {
  const Token token = tokens_.take();
  const std::string_view body = tokens_.word(token).substr(1);
  auto node = std::make_shared<Parameter>();
  node->name = body.empty() ? std::to_string(++parameters_) : lower_name(body);
  return finish(std::move(node), token.span);
}

ExpressionRef Grammar::position_reference() {
  const Token token = tokens_.take();
  const std::string_view digits = tokens_.word(token).substr(1);
  uint64_t position = 0;
  for (const char c : digits) position = std::min<uint64_t>(position * 10 + (c - '0'), 1000000);
  if (position == 0 || position >= 1000000) {
    throw Error(ErrorCode::kSyntax, token.span, "there is no column number {}", digits)
        .hint("columns are counted from #1");
  }
  auto node = std::make_shared<PositionalReference>();
  node->position = static_cast<uint32_t>(position);
  return finish(std::move(node), token.span);
}

bool Grammar::at_query(size_t ahead) const {
  const Keyword word = tokens_.peek(ahead).keyword;
  if (word == Keyword::kNoKeyword) return false;
  if (word == Keyword::kValues) return tokens_.at("(", ahead + 1);
  constexpr Keyword kOpeners[] = {Keyword::kSelect,      Keyword::kFrom,     Keyword::kWith,
                                  Keyword::kPivot,       Keyword::kUnpivot,  Keyword::kPivotWider,
                                  Keyword::kTable,       Keyword::kDescribe, Keyword::kDesc,
                                  Keyword::kPivotLonger, Keyword::kShow,     Keyword::kSummarize};
  return std::find(std::begin(kOpeners), std::end(kOpeners), word) != std::end(kOpeners);
}

ExpressionRef Grammar::subquery(SubqueryKind kind, uint32_t begin) {
  tokens_.expect("(");
  auto node = std::make_shared<Subquery>();
  node->subquery = kind;
  node->query = query();
  tokens_.expect(")");
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::parenthesised() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect("(");
  if (at_query()) {
    auto node = std::make_shared<Subquery>();
    node->query = query();
    tokens_.expect(")");
    return finish(std::move(node), tokens_.since(begin));
  }
  const uint32_t inner_begin = tokens_.begin();
  ExpressionRef first = expression();
  const auto* nested = first->get_if<Subquery>();
  if (nested != nullptr && nested->subquery == SubqueryKind::kScalar && !tokens_.at(")") &&
      !tokens_.at(",")) {
    // `((SELECT 1) UNION (SELECT 2))`: what looked like an operand was the first input. Nobody else
    // has seen the query inside it, so it may still be changed.
    auto body = std::const_pointer_cast<Query>(nested->query);
    auto node = std::make_shared<Subquery>();
    node->query = query_rest({}, set_operations(std::move(body), 0, inner_begin), inner_begin);
    tokens_.expect(")");
    return finish(std::move(node), tokens_.since(begin));
  }
  if (!tokens_.accept(",")) {
    if (!tokens_.accept(")")) tokens_.fail("\")\"");
    return first;
  }
  std::vector<ExpressionRef> parts{std::move(first)};
  if (tokens_.at(")")) {
    tokens_.take();
  } else {
    list_until(")", [&] { parts.push_back(expression()); });
  }
  return call("row", std::move(parts), tokens_.since(begin));
}

ExpressionRef Grammar::names_or_call() {
  const uint32_t begin = tokens_.begin();
  const bool called = tokens_.at("(", 1);
  if (!at_name(called ? NameRole::kFunction : NameRole::kColumn)) {
    // `left.a` may still be a call of schema `left`; a lone reserved word may not be anything.
    tokens_.fail("an expression");
  }
  QualifiedName names;
  names.push_back(name(NameRole::kFunction, "a name"));
  while (true) {
    if (tokens_.at("(")) return call_rest(std::move(names), nullptr, begin);
    if (!tokens_.at(".")) break;
    if (tokens_.at("*", 1)) {
      tokens_.take();
      tokens_.take();
      return star(std::move(names), begin);
    }
    tokens_.take();
    if (tokens_.at(Keyword::kColumns) && tokens_.at("(", 1)) {
      return columns(std::move(names), begin, false);
    }
    names.push_back(name(NameRole::kLabel, "a name behind \".\""));
  }
  auto node = std::make_shared<ColumnReference>();
  node->names = std::move(names);
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::member(ExpressionRef input, uint32_t begin) {
  tokens_.expect(".");
  Identifier field = name(NameRole::kLabel, "a field or a function behind \".\"");
  if (tokens_.at("(")) return call_rest({std::move(field)}, std::move(input), begin);
  auto node = std::make_shared<FieldAccess>();
  node->input = std::move(input);
  node->field = std::move(field);
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::subscript(ExpressionRef input, uint32_t begin) {
  tokens_.expect("[");
  const auto at_bound_end = [&] { return tokens_.at(":") || tokens_.at("]"); };
  const auto bound = [&]() -> ExpressionRef {
    if (at_bound_end()) return nullptr;
    if (tokens_.at("-") && (tokens_.at(":", 1) || tokens_.at("]", 1))) {
      tokens_.take();
      return nullptr;
    }
    return expression();
  };
  if (tokens_.accept("::")) {  // [::step]: both ends open
    auto node = std::make_shared<Slice>();
    node->input = std::move(input);
    node->step = bound();
    if (node->step == nullptr) tokens_.fail("a step");
    tokens_.expect("]");
    return finish(std::move(node), tokens_.since(begin));
  }
  ExpressionRef low = bound();
  if (!tokens_.at(":")) {
    if (low == nullptr) tokens_.fail("an index");
    tokens_.expect("]");
    auto node = std::make_shared<Subscript>();
    node->input = std::move(input);
    node->index = std::move(low);
    return finish(std::move(node), tokens_.since(begin));
  }
  tokens_.take();
  auto node = std::make_shared<Slice>();
  node->input = std::move(input);
  node->low = std::move(low);
  node->high = bound();
  if (tokens_.accept(":")) node->step = bound();
  tokens_.expect("]");
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::star(std::vector<Identifier> qualifier, uint32_t begin) {
  auto node = std::make_shared<Star>();
  node->qualifier = std::move(qualifier);
  star_changes(*node);
  return finish(std::move(node), tokens_.since(begin));
}

void Grammar::star_changes(Star& node) {
  const auto one_or_list = [&](auto item) {
    if (tokens_.accept("(")) {
      list_until(")", item);
    } else {
      item();
    }
  };
  if (tokens_.accept(Keyword::kExclude)) {
    one_or_list([&] {
      if (tokens_.peek().kind == TokenKind::kString) {
        node.exclude.push_back({string_or_name(NameRole::kColumn, "a column")});
      } else {
        node.exclude.push_back(qualified_name("a column to exclude"));
      }
    });
  }
  if (tokens_.accept(Keyword::kReplace)) {
    one_or_list([&] {
      NamedExpression item;
      item.expression = expression();
      tokens_.expect(Keyword::kAs);
      item.name = string_or_name(NameRole::kLabel, "the column to replace");
      node.replace.push_back(std::move(item));
    });
  }
  if (tokens_.accept(Keyword::kRename)) {
    one_or_list([&] {
      Rename item;
      item.from = qualified_name("a column to rename");
      tokens_.expect(Keyword::kAs);
      item.to = string_or_name(NameRole::kLabel, "its new name");
      node.rename.push_back(std::move(item));
    });
  }
  const size_t negated = tokens_.at(Keyword::kNot) ? 1 : 0;
  if (tokens_.at(Keyword::kLike, negated) || tokens_.at(Keyword::kIlike, negated) ||
      tokens_.at(Keyword::kGlob, negated) || tokens_.at(Keyword::kSimilar, negated)) {
    const uint32_t begin = tokens_.begin();
    node.filter = range_test(finish(std::make_shared<Star>(), SourceSpan{begin, begin}), begin);
  }
}

ExpressionRef Grammar::columns(std::vector<Identifier> qualifier, uint32_t begin, bool unpack) {
  tokens_.expect(Keyword::kColumns);
  tokens_.expect("(");
  auto node = std::make_shared<Columns>();
  node->qualifier = std::move(qualifier);
  node->selector = expression();
  node->unpack = unpack;
  tokens_.expect(")");
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::bracketed() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect("[");
  std::vector<ExpressionRef> items;
  if (tokens_.accept("]")) return call("list_value", {}, tokens_.since(begin));
  items.push_back(expression());
  if (tokens_.at(Keyword::kFor)) return comprehension(std::move(items[0]), begin);
  if (tokens_.accept(",") && !tokens_.at("]")) {
    list([&] { items.push_back(expression()); }, [&] { return tokens_.at("]"); });
  }
  if (!tokens_.accept("]")) tokens_.fail("\",\" or \"]\"");
  return call("list_value", std::move(items), tokens_.since(begin));
}

ExpressionRef Grammar::comprehension(ExpressionRef result, uint32_t begin) {
  tokens_.expect(Keyword::kFor);
  std::vector<Identifier> parameters;
  do {
    parameters.push_back(name(NameRole::kColumn, "a name for the element"));
  } while (tokens_.accept(","));
  tokens_.expect(Keyword::kIn);
  ExpressionRef input = expression();
  ExpressionRef condition;
  if (tokens_.accept(Keyword::kIf)) condition = expression();
  tokens_.expect("]");
  const SourceSpan span = tokens_.since(begin);
  const auto lambda_over = [&](std::vector<Identifier> names, ExpressionRef body) {
    auto node = std::make_shared<Lambda>();
    node->parameters = std::move(names);
    node->body = std::move(body);
    return finish(std::move(node), span);
  };
  if (condition == nullptr) {
    return call("list_apply", {input, lambda_over(parameters, std::move(result))}, span);
  }
  if (parameters.size() == 1) {
    input = call("list_filter", {input, lambda_over(parameters, std::move(condition))}, span);
    return call("list_apply", {input, lambda_over(parameters, std::move(result))}, span);
  }
  // The index means the position in the whole list, so both are worked out before filtering.
  auto pair = std::make_shared<FunctionCall>();
  pair->name.push_back({"struct_pack", span});
  pair->arguments.push_back({{"filter", span}, std::move(condition)});
  pair->arguments.push_back({{"result", span}, std::move(result)});
  const auto field_of = [&](std::string field) {
    const Identifier element{"elem", span};
    return lambda_over({element},
                       call("struct_extract",
                            {column(element), literal(LiteralKind::kString, field, span)}, span));
  };
  input = call("list_apply", {input, lambda_over(parameters, finish(std::move(pair), span))}, span);
  input = call("list_filter", {input, field_of("filter")}, span);
  return call("list_apply", {input, field_of("result")}, span);
}

ExpressionRef Grammar::struct_literal() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect("{");
  auto node = std::make_shared<FunctionCall>();
  if (!tokens_.accept("}")) {
    list_until("}", [&] {
      Argument field;
      field.name = string_or_name(NameRole::kLabel, "the name of a field");
      tokens_.expect(":");
      field.value = expression();
      node->arguments.push_back(std::move(field));
    });
  }
  const SourceSpan span = tokens_.since(begin);
  node->name.push_back({"struct_pack", span});
  return finish(std::move(node), span);
}

ExpressionRef Grammar::map_literal() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kMap);
  tokens_.expect("{");
  std::vector<ExpressionRef> keys;
  std::vector<ExpressionRef> values;
  if (!tokens_.accept("}")) {
    list_until("}", [&] {
      keys.push_back(expression());
      tokens_.expect(":");
      values.push_back(expression());
    });
  }
  const SourceSpan span = tokens_.since(begin);
  return call(
      "map",
      {call("list_value", std::move(keys), span), call("list_value", std::move(values), span)},
      span);
}

}  // namespace doline::sql
