#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "bind/query_binder.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

/// The decimal digits as a number; nothing when they do not fit 128 bits.
std::optional<int128_t> parse_int128(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  uint128_t value = 0;
  const auto limit = static_cast<uint128_t>(kInt128Max) + (negative ? 1 : 0);
  for (char c : text) {
    const auto digit = static_cast<uint128_t>(c - '0');
    if (value > (limit - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return static_cast<int128_t>(negative ? uint128_t{0} - value : value);
}

double parse_double(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  // Beyond the range from_chars leaves nothing; strtod says on which side: infinite or 0.
  return read.ec == std::errc::result_out_of_range ? std::strtod(text.c_str(), nullptr) : value;
}

Value integer_value(const std::string& text) {
  const std::optional<int128_t> value = parse_int128(text);
  if (!value) return Value::real(parse_double(text));
  if (*value >= INT32_MIN && *value <= INT32_MAX) return Value::integer(Type::int32(), *value);
  if (*value >= INT64_MIN && *value <= INT64_MAX) return Value::integer(Type::int64(), *value);
  return Value::integer(Type::hugeint(), *value);
}

Value decimal_value(const std::string& text) {
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits = text;
  if (point < text.size()) digits.erase(point, 1);
  const size_t sign = !digits.empty() && digits[0] == '-' ? 1 : 0;
  const int scale = point < text.size() ? static_cast<int>(text.size() - point - 1) : 0;
  // Leading zeros carry no width: 0.05 is DECIMAL(3,2) as its text is long.
  const int width = std::max(static_cast<int>(digits.size() - sign), scale);
  if (width > 38 || width == 0) return Value::real(parse_double(text));
  const std::optional<int128_t> unscaled = parse_int128(digits);
  return unscaled ? Value::integer(Type::decimal(width, scale), *unscaled)
                  : Value::real(parse_double(text));
}

std::string blob_bytes(const std::string& hex) {
  std::string bytes;
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1]));
  }
  return bytes;
}

}  // namespace

ExprRef QueryBinder::literal(const sql::Literal& node) {
  switch (node.literal) {
    case sql::LiteralKind::kNull:
      return ConstantExpr::literal(Value::null(), node.span);
    case sql::LiteralKind::kBoolean:
      return ConstantExpr::literal(Value::boolean(node.text == "true"), node.span);
    case sql::LiteralKind::kInteger:
      return ConstantExpr::literal(integer_value(node.text), node.span);
    case sql::LiteralKind::kDecimal:
      return ConstantExpr::literal(decimal_value(node.text), node.span);
    case sql::LiteralKind::kFloat:
      return ConstantExpr::literal(Value::real(parse_double(node.text)), node.span);
    case sql::LiteralKind::kString:
      return ConstantExpr::literal(Value::text(node.text), node.span);
    case sql::LiteralKind::kBlob:
      return ConstantExpr::literal(Value(Type::blob(), blob_bytes(node.text)), node.span);
  }
  UNREACHABLE();
}

Value QueryBinder::constant_value(const ExprRef& expr, const char* clause, SourceSpan span) {
  visit(expr, [&](const Expr& at) {
    if (dynamic_cast<const PlaceholderExpr*>(&at)) {
      throw Error(ErrorCode::kNotSupported, at.span.empty() ? span : at.span,
                  "{} wants a constant, not {}", clause,
                  dynamic_cast<const OuterColumnExpr*>(&at) ? "a column" : "a subquery")
          .hint("compute the value first and write it down, or pass it as a parameter");
    }
  });
  return evaluate_constant(expr, catalog_.session());
}

TypeRef QueryBinder::type(const sql::TypeName& node) {
  switch (node.kind) {
    case sql::TypeNameKind::kNamed: {
      const std::string name = folded(node.name.back().text);
      if (name == "timestamptz" && node.modifiers.size() == 1) {
        const Value zone = bind_value(*node.modifiers[0], catalog_, parameters_);
        const TypeRef zoned = !zone.is_null() && zone.type()->is(TypeKind::kVarchar)
                                  ? zoned_timestamp(zone.as_text())
                                  : nullptr;
        if (zoned) return zoned;
        Error error(ErrorCode::kTypeMismatch, node.modifiers[0]->span,
                    "TIMESTAMPTZ takes the name of a time zone, not {}", zone.to_literal());
        const std::string near = zone.is_null() ? "" : nearest_name(zone.to_string(), zone_names());
        throw std::move(error).hint(near.empty() ? "as in TIMESTAMPTZ('Europe/Berlin')"
                                                 : "did you mean '" + near + "'?");
      }
      std::vector<int64_t> numbers;
      for (const auto& modifier : node.modifiers) {
        const Value value = bind_value(*modifier, catalog_, parameters_);
        if (value.is_null() || !value.type()->is_integer()) {
          throw Error(ErrorCode::kTypeMismatch, modifier->span,
                      "a type's modifier is a whole number");
        }
        numbers.push_back(static_cast<int64_t>(value.as_integer()));
      }
      if (name == "decimal" || name == "numeric" || name == "dec") {
        const int64_t width = numbers.empty() ? 18 : numbers[0];
        const int64_t scale = numbers.size() > 1 ? numbers[1] : numbers.empty() ? 3 : 0;
        try {
          return Type::decimal(static_cast<int>(std::clamp<int64_t>(width, 0, 99)),
                               static_cast<int>(std::clamp<int64_t>(scale, -1, 99)));
        } catch (Error& error) {
          throw std::move(error).at(node.span);
        }
      }
      if (const TypeRef simple = simple_type_named(name)) return simple;
      Error error(ErrorCode::kTypeMismatch, node.span, "no type \"{}\"", node.name.back().text);
      std::vector<std::string> known = simple_type_names();
      for (const char* more : {"decimal", "numeric", "struct", "map", "enum"})
        known.emplace_back(more);
      const std::string near = nearest_name(name, known);
      if (!near.empty()) throw std::move(error).hint("did you mean " + near + "?");
      throw error;
    }
    case sql::TypeNameKind::kList:
      return Type::list(type(*node.members[0].type));
    case sql::TypeNameKind::kArray:
      if (node.size == 0 || node.size > 1'000'000) {
        throw Error(ErrorCode::kTypeMismatch, node.span,
                    "an array has between 1 and 1,000,000 elements");
      }
      return Type::array(type(*node.members[0].type), static_cast<uint32_t>(node.size));
    case sql::TypeNameKind::kStruct: {
      std::vector<Field> fields;
      for (const auto& member : node.members)
        fields.push_back({member.name.text, type(*member.type)});
      return Type::structure(std::move(fields));
    }
    case sql::TypeNameKind::kUnion:
      throw Error(ErrorCode::kNotSupported, node.span, "UNION types are not supported yet")
          .hint("use a STRUCT");
    case sql::TypeNameKind::kMap: {
      const TypeRef key = type(*node.members[0].type);
      return Type::map(key, type(*node.members[1].type));
    }
    case sql::TypeNameKind::kEnum:
    case sql::TypeNameKind::kOrderedEnum:
      return Type::enumeration(node.labels, node.kind == sql::TypeNameKind::kOrderedEnum);
  }
  UNREACHABLE();
}

}  // namespace doline
