#include <algorithm>

#include "base/assert.h"
#include "sql/grammar.h"

namespace doline::sql {

struct Grammar::Infix {
  enum class Sort : uint8_t {
    kArrow,
    kOr,
    kAnd,
    kIs,
    kComparison,
    kRange,
    kSymbol,
    kNamedOperator,  // OPERATOR(+)
    kCollate,
    kTimeZone,
  };
  Sort sort;
  Level level;
};

namespace {

Level tighter(Level level) { return static_cast<Level>(static_cast<uint8_t>(level) + 1); }

std::optional<ComparisonOperator> comparison_operator(std::string_view symbol) {
  if (symbol == "=" || symbol == "==") return ComparisonOperator::kEqual;
  if (symbol == "<>" || symbol == "!=") return ComparisonOperator::kNotEqual;
  if (symbol == "<") return ComparisonOperator::kLess;
  if (symbol == "<=") return ComparisonOperator::kLessOrEqual;
  if (symbol == ">") return ComparisonOperator::kGreater;
  if (symbol == ">=") return ComparisonOperator::kGreaterOrEqual;
  return std::nullopt;
}

ComparisonOperator opposite(ComparisonOperator op) {
  switch (op) {
    case ComparisonOperator::kEqual:
      return ComparisonOperator::kNotEqual;
    case ComparisonOperator::kNotEqual:
      return ComparisonOperator::kEqual;
    case ComparisonOperator::kLess:
      return ComparisonOperator::kGreaterOrEqual;
    case ComparisonOperator::kLessOrEqual:
      return ComparisonOperator::kGreater;
    case ComparisonOperator::kGreater:
      return ComparisonOperator::kLessOrEqual;
    case ComparisonOperator::kGreaterOrEqual:
      return ComparisonOperator::kLess;
    case ComparisonOperator::kDistinctFrom:
      return ComparisonOperator::kNotDistinctFrom;
    case ComparisonOperator::kNotDistinctFrom:
      return ComparisonOperator::kDistinctFrom;
  }
  UNREACHABLE();
}

/// The level of an operator that is no comparison and no arrow.
Level symbol_level(std::string_view symbol) {
  if (symbol == "+" || symbol == "-") return Level::kAdd;
  if (symbol == "*" || symbol == "/" || symbol == "//" || symbol == "%") return Level::kMultiply;
  if (symbol == "^" || symbol == "**") return Level::kPower;
  if (symbol == "&" || symbol == "|" || symbol == "<<" || symbol == ">>") return Level::kBit;
  return Level::kOther;
}

/// The names `x` or `(x, y)` that an expression before an arrow declares; none if it does not.
std::vector<Identifier> lambda_parameters(const Expression& left) {
  std::vector<Identifier> names;
  const auto take = [&](const Expression& part) {
    const auto* reference = part.get_if<ColumnReference>();
    if (reference == nullptr || reference->names.size() != 1) return false;
    names.push_back(reference->names[0]);
    return true;
  };
  if (take(left)) return names;
  const auto* row = left.get_if<FunctionCall>();
  if (row == nullptr || row->name.size() != 1 || row->name[0].text != "row") return {};
  for (const auto& argument : row->arguments) {
    if (!argument.name.empty() || !take(*argument.value)) return {};
  }
  return names;
}

/// For `'a' ->> 'b'` and longer chains of it, whose first operand is a literal.
bool is_extraction_from_literal(const Expression& body) {
  const Expression* node = &body;
  while (const auto* inner = node->get_if<FunctionCall>()) {
    if (!inner->is_operator || inner->name[0].text != "->>") return false;
    node = inner->arguments[0].value.get();
  }
  return node != &body && node->is<Literal>();
}

}  // namespace

std::optional<Grammar::Infix> Grammar::infix() const {
  using Sort = Infix::Sort;
  const Token& token = tokens_.peek();
  if (token.kind == TokenKind::kOperator) {
    const std::string_view symbol = tokens_.word(token);
    if (symbol == "->") return Infix{Sort::kArrow, Level::kArrow};
    if (symbol == "=>" || symbol == "!" || symbol == "@") return std::nullopt;
    if (comparison_operator(symbol)) return Infix{Sort::kComparison, Level::kComparison};
    return Infix{Sort::kSymbol, symbol_level(symbol)};
  }
  const auto next_is = [&](std::initializer_list<Keyword> words) {
    return std::find(words.begin(), words.end(), tokens_.peek(1).keyword) != words.end();
  };
  const Keyword word = token.keyword;
  if (word == Keyword::kNoKeyword) return std::nullopt;
  if (word == Keyword::kAnd) return Infix{Sort::kAnd, Level::kAnd};
  if (word == Keyword::kOr) return Infix{Sort::kOr, Level::kOr};
  if (word == Keyword::kIs) {
    const bool distinct = tokens_.at(Keyword::kDistinct, next_is({Keyword::kNot}) ? 2 : 1);
    return Infix{Sort::kIs, distinct ? Level::kDistinct : Level::kIs};
  }
  if (word == Keyword::kIsnull || word == Keyword::kNotnull ||
      (word == Keyword::kNot && next_is({Keyword::kNull}))) {
    return Infix{Sort::kIs, Level::kIs};
  }
  if (word == Keyword::kBetween || word == Keyword::kIn || word == Keyword::kLike ||
      word == Keyword::kIlike || word == Keyword::kGlob || word == Keyword::kSimilar ||
      (word == Keyword::kNot && next_is({Keyword::kBetween, Keyword::kIn, Keyword::kLike,
                                         Keyword::kIlike, Keyword::kGlob, Keyword::kSimilar}))) {
    return Infix{Sort::kRange, Level::kRange};
  }
  if (word == Keyword::kCollate) return Infix{Sort::kCollate, Level::kCollate};
  if (word == Keyword::kAt && next_is({Keyword::kTime})) {
    return Infix{Sort::kTimeZone, Level::kTimeZone};
  }
  if (word == Keyword::kOperator && tokens_.at("(", 1)) {
    return Infix{Sort::kNamedOperator, Level::kOther};
  }
  return std::nullopt;
}

ExpressionRef Grammar::binary(Level loosest) {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  return binary_rest(operand(), loosest, begin);
}

ExpressionRef Grammar::binary_rest(ExpressionRef left, Level loosest, uint32_t begin) {
  while (const auto op = infix()) {
    if (op->level < loosest) break;
    left = infix_rest(*op, std::move(left), begin);
  }
  return left;
}

ExpressionRef Grammar::operand() {
  const uint32_t begin = tokens_.begin();
  if (tokens_.at(Keyword::kNot)) {
    tokens_.take();
    ExpressionRef input = binary(Level::kNot);
    return negation(std::move(input), tokens_.since(begin));
  }
  if (tokens_.peek().kind == TokenKind::kOperator) {
    const std::string_view symbol = tokens_.word(tokens_.peek());
    if (symbol == "-" || symbol == "+") return signed_operand();
    if (symbol == "~" || symbol == "@" || symbol == "!") {
      tokens_.take();
      ExpressionRef input = binary(Level::kAdd);
      return operation(symbol, {std::move(input)}, tokens_.since(begin));
    }
  }
  return postfixed();
}

ExpressionRef Grammar::signed_operand() {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  const std::string_view sign = tokens_.word(tokens_.take());
  ExpressionRef input = operand();
  const SourceSpan span = tokens_.since(begin);
  const auto* number = input->get_if<Literal>();
  if (sign == "-" && number != nullptr &&
      (number->literal == LiteralKind::kInteger || number->literal == LiteralKind::kDecimal ||
       number->literal == LiteralKind::kFloat)) {
    const bool negative = number->text.starts_with('-');
    return literal(number->literal, negative ? number->text.substr(1) : "-" + number->text, span);
  }
  return operation(sign, {std::move(input)}, span);
}

ExpressionRef Grammar::infix_rest(const Infix& op, ExpressionRef left, uint32_t begin) {
  switch (op.sort) {
    case Infix::Sort::kArrow:
      return arrow(std::move(left), begin);
    case Infix::Sort::kOr:
      return conjunction(ConjunctionOperator::kOr, std::move(left), begin);
    case Infix::Sort::kAnd:
      return conjunction(ConjunctionOperator::kAnd, std::move(left), begin);
    case Infix::Sort::kIs:
      return is_test(std::move(left), begin);
    case Infix::Sort::kComparison:
      return compared(std::move(left), begin);
    case Infix::Sort::kRange:
      return range_test(std::move(left), begin);
    case Infix::Sort::kSymbol:
    case Infix::Sort::kNamedOperator:
      return symbolic(op, std::move(left), begin);
    case Infix::Sort::kCollate: {
      tokens_.take();
      auto node = std::make_shared<Collate>();
      node->input = std::move(left);
      node->collation = qualified_name("a collation");
      return finish(std::move(node), tokens_.since(begin));
    }
    case Infix::Sort::kTimeZone: {
      tokens_.take();
      tokens_.expect(Keyword::kTime);
      tokens_.expect(Keyword::kZone);
      ExpressionRef zone = binary(Level::kPrefix);
      return call("timezone", {std::move(zone), std::move(left)}, tokens_.since(begin));
    }
  }
  UNREACHABLE();
}

ExpressionRef Grammar::arrow(ExpressionRef left, uint32_t begin) {
  tokens_.take();
  ExpressionRef right = binary(tighter(Level::kArrow));
  const SourceSpan span = tokens_.since(begin);
  // A lambda's body never begins by extracting from a literal: `j -> 'a' ->> 'b'` reads from left
  // to right.
  std::vector<ExpressionRef> keys;
  if (is_extraction_from_literal(*right)) {
    while (const auto* inner = right->get_if<FunctionCall>()) {
      keys.push_back(inner->arguments[1].value);
      right = inner->arguments[0].value;
    }
  }
  std::vector<Identifier> parameters = lambda_parameters(*left);
  if (parameters.empty()) {
    left = operation("->", {std::move(left), std::move(right)}, span);
  } else {
    auto node = std::make_shared<Lambda>();
    node->parameters = std::move(parameters);
    node->body = std::move(right);
    node->is_arrow = true;
    left = finish(std::move(node), span);
  }
  for (; !keys.empty(); keys.pop_back()) left = operation("->>", {left, keys.back()}, span);
  return left;
}

ExpressionRef Grammar::conjunction(ConjunctionOperator op, ExpressionRef left, uint32_t begin) {
  const Keyword word = op == ConjunctionOperator::kAnd ? Keyword::kAnd : Keyword::kOr;
  const Level level = op == ConjunctionOperator::kAnd ? Level::kAnd : Level::kOr;
  auto node = std::make_shared<Conjunction>();
  node->op = op;
  // `(a AND b) AND c` has three terms. Long inner ones stay as they are, lest copying them again
  // and again take more than linear time.
  const auto add = [&](ExpressionRef term) {
    const auto* inner = term->get_if<Conjunction>();
    if (inner != nullptr && inner->op == op && inner->terms.size() <= 64) {
      node->terms.insert(node->terms.end(), inner->terms.begin(), inner->terms.end());
    } else {
      node->terms.push_back(std::move(term));
    }
  };
  add(std::move(left));
  while (tokens_.accept(word)) add(binary(tighter(level)));
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::is_test(ExpressionRef left, uint32_t begin) {
  const auto null_test = [&](bool negated) {
    auto node = std::make_shared<IsNull>();
    node->input = std::move(left);
    node->negated = negated;
    return finish(std::move(node), tokens_.since(begin));
  };
  if (tokens_.accept(Keyword::kIsnull)) return null_test(false);
  if (tokens_.accept(Keyword::kNotnull) || tokens_.accept(Keyword::kNot, Keyword::kNull)) {
    return null_test(true);
  }
  tokens_.expect(Keyword::kIs);
  const bool negated = tokens_.accept(Keyword::kNot);
  if (tokens_.accept(Keyword::kDistinct)) {
    tokens_.expect(Keyword::kFrom);
    ExpressionRef right = binary(tighter(Level::kDistinct));
    return comparison(
        negated ? ComparisonOperator::kNotDistinctFrom : ComparisonOperator::kDistinctFrom,
        std::move(left), std::move(right), tokens_.since(begin));
  }
  if (tokens_.accept(Keyword::kNull) || tokens_.accept(Keyword::kUnknown)) {
    return null_test(negated);
  }
  const bool is_true = tokens_.at(Keyword::kTrue);
  if (!is_true && !tokens_.at(Keyword::kFalse)) {
    tokens_.accept(Keyword::kTrue);
    tokens_.accept(Keyword::kFalse);
    tokens_.fail("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM behind IS");
  }
  const SourceSpan word = tokens_.take().span;
  const SourceSpan span = tokens_.since(begin);
  ExpressionRef truth = cast(std::move(left), type_name("BOOLEAN", span), false, span);
  return comparison(
      negated ? ComparisonOperator::kDistinctFrom : ComparisonOperator::kNotDistinctFrom,
      std::move(truth), literal(LiteralKind::kBoolean, is_true ? "true" : "false", word), span);
}

ExpressionRef Grammar::compared(ExpressionRef left, uint32_t begin) {
  const ComparisonOperator op = *comparison_operator(tokens_.word(tokens_.take()));
  const uint32_t right_begin = tokens_.begin();
  if ((tokens_.at(Keyword::kAny) || tokens_.at(Keyword::kSome) || tokens_.at(Keyword::kAll)) &&
      tokens_.at("(", 1)) {
    left = quantified(op, std::move(left), begin);
  } else {
    ExpressionRef right = binary(tighter(Level::kComparison));
    left = comparison(op, std::move(left), std::move(right), tokens_.since(begin));
    if (const auto next = infix(); next && next->sort == Infix::Sort::kComparison) {
      Error error(ErrorCode::kSyntax, tokens_.peek().span, "comparisons cannot be chained");
      const SourceSpan between = tokens_.since(right_begin);
      if (tokens_.text().substr(between.begin, between.end - between.begin).find("&&") !=
          std::string_view::npos) {
        throw std::move(error).hint(
            "AND joins conditions; && tells whether two lists have something in common");
      }
      throw std::move(error).hint("write a < b AND b < c, or put parentheses around one of them");
    }
  }
  return left;
}

ExpressionRef Grammar::quantified(ComparisonOperator op, ExpressionRef left, uint32_t begin) {
  const bool all = tokens_.take().keyword == Keyword::kAll;
  tokens_.expect("(");
  auto node = std::make_shared<Quantified>();
  node->op = all ? opposite(op) : op;
  node->input = std::move(left);
  if (at_query()) {
    node->query = query();
  } else {
    node->list = expression();
  }
  tokens_.expect(")");
  const SourceSpan span = tokens_.since(begin);
  ExpressionRef done = finish(std::move(node), span);
  return all ? negation(std::move(done), span) : done;
}

ExpressionRef Grammar::range_test(ExpressionRef left, uint32_t begin) {
  const bool negated = tokens_.accept(Keyword::kNot);
  if (!tokens_.at(Keyword::kBetween) && !tokens_.at(Keyword::kIn)) {
    return pattern_match(std::move(left), begin, negated);
  }
  ExpressionRef test;
  if (tokens_.accept(Keyword::kBetween)) {
    auto node = std::make_shared<Between>();
    node->input = std::move(left);
    node->low = binary(tighter(Level::kRange));
    tokens_.expect(Keyword::kAnd);
    node->high = binary(tighter(Level::kRange));
    test = finish(std::move(node), tokens_.since(begin));
  } else {
    test = in_list(std::move(left), begin);
  }
  return negated ? negation(std::move(test), tokens_.since(begin)) : test;
}

ExpressionRef Grammar::in_list(ExpressionRef left, uint32_t begin) {
  tokens_.expect(Keyword::kIn);
  if (!tokens_.at("(")) {
    ExpressionRef list_value = binary(tighter(Level::kRange));
    return call("contains", {std::move(list_value), std::move(left)}, tokens_.since(begin));
  }
  tokens_.take();
  if (at_query()) {
    auto node = std::make_shared<Quantified>();
    node->input = std::move(left);
    node->query = query();
    tokens_.expect(")");
    return finish(std::move(node), tokens_.since(begin));
  }
  auto node = std::make_shared<In>();
  node->input = std::move(left);
  list_until(")", [&] { node->list.push_back(expression()); });
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::pattern_match(ExpressionRef left, uint32_t begin, bool negated) {
  const Keyword word = tokens_.take().keyword;
  if (word == Keyword::kSimilar) tokens_.expect(Keyword::kTo);
  ExpressionRef pattern = binary(tighter(Level::kRange));
  ExpressionRef escape;
  if (word != Keyword::kGlob && tokens_.accept(Keyword::kEscape)) {
    escape = binary(tighter(Level::kRange));
  }
  const SourceSpan span = tokens_.since(begin);
  if (word == Keyword::kSimilar) {
    if (escape != nullptr) {
      throw Error(ErrorCode::kNotSupported, escape->span, "SIMILAR TO has no ESCAPE here")
          .hint("the pattern is a regular expression: escape with a backslash");
    }
    ExpressionRef match = call("regexp_full_match", {std::move(left), std::move(pattern)}, span);
    return negated ? negation(std::move(match), span) : match;
  }
  if (escape != nullptr) {
    ExpressionRef match = call(word == Keyword::kLike ? "like_escape" : "ilike_escape",
                               {std::move(left), std::move(pattern), std::move(escape)}, span);
    return negated ? negation(std::move(match), span) : match;
  }
  if (word == Keyword::kGlob) {
    ExpressionRef match = operation("~~~", {std::move(left), std::move(pattern)}, span);
    return negated ? negation(std::move(match), span) : match;
  }
  const std::string_view symbol =
      word == Keyword::kLike ? (negated ? "!~~" : "~~") : (negated ? "!~~*" : "~~*");
  return operation(symbol, {std::move(left), std::move(pattern)}, span);
}

ExpressionRef Grammar::symbolic(const Infix& op, ExpressionRef left, uint32_t begin) {
  std::string_view symbol;
  if (op.sort == Infix::Sort::kNamedOperator) {
    tokens_.take();
    tokens_.expect("(");
    symbol = tokens_.word(tokens_.peek());
    if (tokens_.peek().kind != TokenKind::kOperator || symbol == "!" || symbol == "@" ||
        symbol == "=>" || symbol == "->") {
      tokens_.fail("an operator between two operands");
    }
    tokens_.take();
    tokens_.expect(")");
  } else {
    symbol = tokens_.word(tokens_.take());
  }
  ExpressionRef right = binary(tighter(op.level));
  const SourceSpan span = tokens_.since(begin);
  if (const auto compared_by = comparison_operator(symbol)) {
    return comparison(*compared_by, std::move(left), std::move(right), span);
  }
  const bool ignore_case = symbol.ends_with("~*");
  if (symbol == "~" || symbol == "!~" || symbol == "~*" || symbol == "!~*") {
    std::vector<ExpressionRef> arguments{std::move(left), std::move(right)};
    if (ignore_case) arguments.push_back(literal(LiteralKind::kString, "i", span));
    ExpressionRef match = call("regexp_matches", std::move(arguments), span);
    return symbol[0] == '!' ? negation(std::move(match), span) : match;
  }
  return operation(symbol, {std::move(left), std::move(right)}, span);
}

}  // namespace doline::sql
