#include <algorithm>

#include "base/ascii.h"
#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// How an interval of a unit is made: function(CAST(… AS cast_to)).
struct IntervalUnit {
  std::string_view singular;
  std::string_view plural;
  std::string_view function;
  std::string_view cast_to;  // DOUBLE: fractions count; else they are cut off
};

constexpr IntervalUnit kUnits[] = {
    {"year", "years", "to_years", "INTEGER"},
    {"month", "months", "to_months", "INTEGER"},
    {"day", "days", "to_days", "INTEGER"},
    {"hour", "hours", "to_hours", "BIGINT"},
    {"minute", "minutes", "to_minutes", "BIGINT"},
    {"second", "seconds", "to_seconds", "DOUBLE"},
    {"millisecond", "milliseconds", "to_milliseconds", "DOUBLE"},
    {"microsecond", "microseconds", "to_microseconds", "BIGINT"},
    {"week", "weeks", "to_weeks", "INTEGER"},
    {"quarter", "quarters", "to_quarters", "INTEGER"},
    {"decade", "decades", "to_decades", "INTEGER"},
    {"century", "centuries", "to_centuries", "INTEGER"},
    {"millennium", "millennia", "to_millennia", "INTEGER"},
};

const IntervalUnit* find_unit(std::string_view word) {
  const auto* found = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& unit) {
    return same_name(unit.singular, word) || same_name(unit.plural, word) ||
           (unit.singular == "millennium" && same_name("millenniums", word));
  });
  return found == std::end(kUnits) ? nullptr : found;
}

}  // namespace

ExpressionRef Grammar::case_expression() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kCase);
  auto node = std::make_shared<Case>();
  if (!tokens_.at(Keyword::kWhen)) node->operand = expression();
  // A leaf is cheap to repeat, so `CASE a WHEN 1` becomes `CASE WHEN a = 1`, as in DuckDB.
  const ExpressionRef repeated =
      node->operand != nullptr && node->operand->height == 1 ? node->operand : nullptr;
  if (repeated != nullptr) node->operand = nullptr;
  do {
    tokens_.expect(Keyword::kWhen);
    CaseBranch branch;
    branch.when = expression();
    if (repeated != nullptr) {
      const SourceSpan span = branch.when->span;
      branch.when = comparison(ComparisonOperator::kEqual, repeated, std::move(branch.when), span);
    }
    tokens_.expect(Keyword::kThen);
    branch.then = expression();
    node->branches.push_back(std::move(branch));
  } while (tokens_.at(Keyword::kWhen));
  if (tokens_.accept(Keyword::kElse)) {
    node->otherwise = expression();
  } else {
    node->otherwise = literal(LiteralKind::kNull, "", tokens_.peek().span);
  }
  if (!tokens_.accept(Keyword::kEnd)) tokens_.fail("WHEN, ELSE or END");
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::cast_call(bool is_try) {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  tokens_.expect("(");
  ExpressionRef input = expression();
  tokens_.expect(Keyword::kAs);
  TypeNameRef target = type();
  tokens_.expect(")");
  return cast(std::move(input), std::move(target), is_try, tokens_.since(begin));
}

/// `INTERVAL -5 DAY`, which is not the column "interval" less 5.
bool Grammar::at_negative_interval() const {
  return tokens_.at("-", 1) && tokens_.peek(3).kind == TokenKind::kWord &&
         find_unit(tokens_.word(tokens_.peek(3))) != nullptr;
}

ExpressionRef Grammar::interval() {
  const uint32_t begin = tokens_.begin();
  const SourceSpan word = tokens_.take().span;
  ExpressionRef amount = tokens_.at("-") ? signed_operand() : primary();
  const IntervalUnit* unit = nullptr;
  if (tokens_.peek().kind == TokenKind::kWord) unit = find_unit(tokens_.word(tokens_.peek()));
  if (unit == nullptr) {
    const auto* text = amount->get_if<Literal>();
    if (text == nullptr || text->literal != LiteralKind::kString) {
      tokens_.fail("a unit such as DAY or HOUR behind the interval");
    }
    return cast(std::move(amount), type_name("INTERVAL", word), false, tokens_.since(begin));
  }
  tokens_.take();
  if (tokens_.at(Keyword::kTo) && tokens_.peek(1).kind == TokenKind::kWord &&
      find_unit(tokens_.word(tokens_.peek(1))) != nullptr) {
    throw Error(ErrorCode::kNotSupported, tokens_.peek().span,
                "an interval has one unit here, not a range of them")
        .hint("write the parts into the text: INTERVAL '1 year 2 months'");
  }
  const SourceSpan span = tokens_.since(begin);
  amount = cast(std::move(amount), type_name("DOUBLE", word), false, span);
  if (unit->cast_to != "DOUBLE") {
    amount = call("trunc", {std::move(amount)}, span);
    amount = cast(std::move(amount), type_name(unit->cast_to, word), false, span);
  }
  return call(unit->function, {std::move(amount)}, span);
}

ExpressionRef Grammar::extract() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  tokens_.expect("(");
  std::string part;
  if (tokens_.peek().kind == TokenKind::kString) {
    part = string_text("a part of a date");
  } else {
    part = name(NameRole::kLabel, "a part of a date such as YEAR").text;
    // The units of intervals come in one spelling; other parts are for the function to know.
    if (const IntervalUnit* unit = find_unit(part)) part = ascii_upper(unit->singular);
  }
  const SourceSpan part_span = tokens_.last_span();
  tokens_.expect(Keyword::kFrom);
  ExpressionRef input = expression();
  tokens_.expect(")");
  return call("date_part",
              {literal(LiteralKind::kString, std::move(part), part_span), std::move(input)},
              tokens_.since(begin));
}

ExpressionRef Grammar::substring() {
  const uint32_t begin = tokens_.begin();
  const Token function = tokens_.peek();
  QualifiedName called{name(NameRole::kLabel, "a function")};
  // `substring(a, b, c)` is a call like any other.
  const uint32_t inside = tokens_.peek(1).span.begin;
  tokens_.expect("(");
  if (tokens_.at(")")) tokens_.fail("an expression");
  Argument first = argument();
  if (!tokens_.at(Keyword::kFrom) && !tokens_.at(Keyword::kFor)) {
    auto node = std::make_shared<FunctionCall>();
    called[0].text = "substring";
    node->name = std::move(called);
    node->arguments.push_back(std::move(first));
    if (tokens_.accept(",") && !tokens_.at(")")) {
      list([&] { node->arguments.push_back(argument()); }, [&] { return tokens_.at(")"); });
    }
    if (!tokens_.accept(")")) tokens_.fail("\",\", FROM, FOR or \")\"");
    call_modifiers(*node);
    return finish(std::move(node), tokens_.since(begin));
  }
  ExpressionRef from;
  ExpressionRef length;
  while (tokens_.at(Keyword::kFrom) || tokens_.at(Keyword::kFor)) {
    ExpressionRef& part = tokens_.at(Keyword::kFrom) ? from : length;
    if (part != nullptr) tokens_.fail("\")\"");
    tokens_.take();
    part = expression();
  }
  tokens_.expect(")");
  if (from == nullptr) from = literal(LiteralKind::kInteger, "1", {inside, inside});
  std::vector<ExpressionRef> parts{std::move(first.value), std::move(from)};
  if (length != nullptr) parts.push_back(std::move(length));
  return call("substring", std::move(parts), SourceSpan{function.span}.to(tokens_.since(begin)));
}

ExpressionRef Grammar::position() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  tokens_.expect("(");
  // IN is the separator here, not the operator.
  ExpressionRef wanted = binary(Level::kOther);
  if (tokens_.accept(",")) {
    ExpressionRef second = expression();
    tokens_.expect(")");
    return call("position", {std::move(wanted), std::move(second)}, tokens_.since(begin));
  }
  tokens_.expect(Keyword::kIn);
  ExpressionRef input = expression();
  tokens_.expect(")");
  return call("position", {std::move(input), std::move(wanted)}, tokens_.since(begin));
}

ExpressionRef Grammar::overlay() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  tokens_.expect("(");
  std::vector<ExpressionRef> parts{expression()};
  if (tokens_.accept(Keyword::kPlacing)) {
    parts.push_back(expression());
    tokens_.expect(Keyword::kFrom);
    parts.push_back(expression());
    if (tokens_.accept(Keyword::kFor)) parts.push_back(expression());
  } else {
    while (tokens_.accept(",")) parts.push_back(expression());
  }
  tokens_.expect(")");
  return call("overlay", std::move(parts), tokens_.since(begin));
}

ExpressionRef Grammar::trim() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  tokens_.expect("(");
  std::string_view function = "trim";
  if (tokens_.accept(Keyword::kLeading)) {
    function = "ltrim";
  } else if (tokens_.accept(Keyword::kTrailing)) {
    function = "rtrim";
  } else {
    tokens_.accept(Keyword::kBoth);
  }
  std::vector<ExpressionRef> parts;
  if (!tokens_.at(Keyword::kFrom)) parts.push_back(expression());
  if (tokens_.accept(Keyword::kFrom)) {
    // TRIM(characters FROM input): the function takes them the other way round.
    ExpressionRef input = expression();
    parts.insert(parts.begin(), std::move(input));
  }
  while (tokens_.accept(",")) parts.push_back(expression());
  tokens_.expect(")");
  return call(function, std::move(parts), tokens_.since(begin));
}

ExpressionRef Grammar::lambda() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kLambda);
  auto node = std::make_shared<Lambda>();
  do {
    node->parameters.push_back(name(NameRole::kColumn, "a name for the lambda's parameter"));
  } while (tokens_.accept(","));
  tokens_.expect(":");
  node->body = expression();
  return finish(std::move(node), tokens_.since(begin));
}

ExpressionRef Grammar::array() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kArray);
  if (tokens_.at("[")) return bracketed();
  if (tokens_.at("(")) return subquery(SubqueryKind::kArray, begin);
  tokens_.fail("\"[\" or \"(\" behind ARRAY");
}

bool Grammar::at_typed_literal() const {
  const Keyword word = tokens_.peek().keyword;
  const auto string_at = [&](size_t ahead) {
    return tokens_.peek(ahead).kind == TokenKind::kString;
  };
  if (string_at(1)) return at_name(NameRole::kFunction) && word != Keyword::kInterval;
  if (word == Keyword::kDouble) return tokens_.at(Keyword::kPrecision, 1) && string_at(2);
  const bool is_time = word == Keyword::kTime || word == Keyword::kTimestamp;
  if (is_time && (tokens_.at(Keyword::kWith, 1) || tokens_.at(Keyword::kWithout, 1))) {
    return tokens_.at(Keyword::kTime, 2) && string_at(4);
  }
  constexpr Keyword kWithModifiers[] = {
      Keyword::kDecimal, Keyword::kDec,  Keyword::kNumeric,   Keyword::kTime, Keyword::kTimestamp,
      Keyword::kVarchar, Keyword::kChar, Keyword::kCharacter, Keyword::kBit,  Keyword::kFloat};
  if (!tokens_.at("(", 1) || std::find(std::begin(kWithModifiers), std::end(kWithModifiers),
                                       word) == std::end(kWithModifiers)) {
    return false;
  }
  // TYPE(1) 'text' and TYPE(1, 2) 'text'.
  if (tokens_.peek(2).kind != TokenKind::kInteger) return false;
  if (tokens_.at(")", 3)) return string_at(4);
  return tokens_.at(",", 3) && tokens_.peek(4).kind == TokenKind::kInteger && tokens_.at(")", 5) &&
         string_at(6);
}

ExpressionRef Grammar::typed_literal() {
  const uint32_t begin = tokens_.begin();
  TypeNameRef target = type();
  std::string text = string_text("a string");
  ExpressionRef value = literal(LiteralKind::kString, std::move(text), tokens_.last_span());
  return cast(std::move(value), std::move(target), false, tokens_.since(begin));
}

}  // namespace doline::sql
