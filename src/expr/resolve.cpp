#include "expr/resolve.h"

#include <algorithm>
#include <array>
#include <limits>

#include "function/aggregate_function.h"
#include "kernel/cast.h"

namespace doline {

namespace {

constexpr int kNever = -1;
constexpr int kLiteralCost = 1;
constexpr int kTextLiteralCost = 20;
/// The letter that stands for TIMESTAMPTZ in every place of an overload: instants are taken in the
/// zone they have, and come out in it.
constexpr char kInstants = '@';

const ConstantExpr* literal_of(const ExprRef& argument) {
  if (!argument || argument->tag() != NodeTag::kConstant) return nullptr;
  const auto& constant = static_cast<const ConstantExpr&>(*argument);
  return constant.is_literal && !constant.value.is_null() ? &constant : nullptr;
}

bool fits(int128_t value, TypeRef type) {
  switch (type->kind()) {
    case TypeKind::kInt8:
      return value >= INT8_MIN && value <= INT8_MAX;
    case TypeKind::kInt16:
      return value >= INT16_MIN && value <= INT16_MAX;
    case TypeKind::kInt32:
      return value >= INT32_MIN && value <= INT32_MAX;
    case TypeKind::kInt64:
      return value >= INT64_MIN && value <= INT64_MAX;
    case TypeKind::kHugeInt:
      return true;
    case TypeKind::kUInt8:
      return value >= 0 && value <= UINT8_MAX;
    case TypeKind::kUInt16:
      return value >= 0 && value <= UINT16_MAX;
    case TypeKind::kUInt32:
      return value >= 0 && value <= UINT32_MAX;
    case TypeKind::kUInt64:
      return value >= 0 && value <= int128_t{UINT64_MAX};
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kVarchar:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return false;
  }
  return false;
}

/// Literals bend to their surroundings: a number to any integer type that holds it, a text to
/// anything.
int cast_cost(const ExprRef& argument, TypeRef to) {
  if (argument->type == to) return 0;
  if (const ConstantExpr* literal = literal_of(argument)) {
    if (argument->type->is_signed_integer() && to->is_integer() &&
        fits(literal->value.as_integer(), to)) {
      return kLiteralCost;
    }
    if (argument->type->is(TypeKind::kVarchar) && !to->is_nested()) return kTextLiteralCost;
  }
  return implicit_cast_cost(argument->type, to);
}

/// The decimal that holds every value of an integer type.
TypeRef decimal_for(TypeRef integer) {
  switch (width_of(integer->physical())) {
    case 1:
      return Type::decimal(3, 0);
    case 2:
      return Type::decimal(5, 0);
    case 4:
      return Type::decimal(10, 0);
    case 8:
      return Type::decimal(integer->is(TypeKind::kUInt64) ? 20 : 19, 0);
    default:
      return Type::decimal(38, 0);
  }
}

/// The types that letters stand for within one overload.
class Variables {
 public:
  /// False when the type has nothing in common with what the letter stood for.
  bool add(char letter, TypeRef type) {
    TypeRef& bound = types_[place_of(letter)];
    if (!bound || bound->is(TypeKind::kNull)) {
      bound = type;
      return true;
    }
    if (type->is(TypeKind::kNull)) return true;
    const TypeRef common = common_type(bound, type);
    if (!common) return false;
    bound = common;
    return true;
  }
  /// A number written in the query: it takes the type of the other arguments that the letter
  /// stands for, if that holds it. Which types these are is known when all were seen:
  /// settle_literals(). The elements of a list do not bend it (list_append widens the list).
  void add_literal(char letter, const ConstantExpr& literal) {
    literals_.emplace_back(letter, &literal);
  }
  bool settle_literals() {
    for (const auto& [letter, literal] : literals_) {
      const TypeRef bound = get(letter);
      if (letter != of_elements_ && bound->is_integer() && fits(literal->value.as_integer(), bound))
        continue;
      if (!add(letter, literal->type)) return false;
    }
    return true;
  }
  void note_elements(char letter) { of_elements_ = letter; }
  TypeRef get(char letter) const {
    const TypeRef bound = types_[place_of(letter)];
    return bound ? bound : Type::null();
  }
  /// A declared type, of the zone that the arguments are in.
  TypeRef in_zone(TypeRef declared) const {
    const TypeRef bound = types_[place_of(kInstants)];
    if (!bound) return declared;
    if (declared == Type::timestamp_tz()) return bound;
    return declared == Type::list(Type::timestamp_tz()) ? Type::list(bound) : declared;
  }

 private:
  static constexpr size_t kLetters = 27;  // with that of instants, which comes before A
  static size_t place_of(char letter) {
    ASSERT(letter >= kInstants && letter <= 'Z');
    return static_cast<size_t>(letter - kInstants);
  }

  std::array<TypeRef, kLetters> types_{};
  std::vector<std::pair<char, const ConstantExpr*>> literals_;
  char of_elements_ = 0;
};

bool is_list(TypeRef type) { return type->is(TypeKind::kList) || type->is(TypeKind::kArray); }

int pattern_cost(const TypePattern& pattern, const ExprRef& argument, bool has_decimal,
                 Variables& variables) {
  if (!argument || argument->tag() == NodeTag::kLambda) {
    return pattern.kind == TypePattern::Kind::kLambda ? 0 : kNever;
  }
  const TypeRef type = argument->type;
  const bool is_null = type->is(TypeKind::kNull);
  switch (pattern.kind) {
    case TypePattern::Kind::kExact:
      if (pattern.type == Type::timestamp_tz() && type->is(TypeKind::kTimestampTz))
        variables.add(kInstants, type);
      return cast_cost(argument, pattern.type);
    case TypePattern::Kind::kAny:
      return 0;
    case TypePattern::Kind::kVariable:
      if (const ConstantExpr* literal = literal_of(argument);
          literal && type->is_signed_integer()) {
        variables.add_literal(pattern.letter, *literal);
        return 0;
      }
      return variables.add(pattern.letter, type) ? 0 : kNever;
    case TypePattern::Kind::kListOf:
      variables.note_elements(pattern.letter);
      if (is_null) return variables.add(pattern.letter, type) ? kLiteralCost : kNever;
      return is_list(type) && variables.add(pattern.letter, type->element()) ? 0 : kNever;
    case TypePattern::Kind::kMapOf:
      if (!type->is(TypeKind::kMap)) return is_null ? kLiteralCost : kNever;
      return variables.add('K', type->fields()[0].type) &&
                     variables.add('V', type->fields()[1].type)
                 ? 0
                 : kNever;
    case TypePattern::Kind::kStruct:
      return type->is(TypeKind::kStruct) ? 0 : is_null ? kLiteralCost : kNever;
    case TypePattern::Kind::kDecimal:
      if (type->is(TypeKind::kDecimal)) return 0;
      return has_decimal && (type->is_integer() || is_null) ? 2 : kNever;
    case TypePattern::Kind::kEnum:
      return type->is(TypeKind::kEnum) ? 0 : kNever;
    case TypePattern::Kind::kLambda:
      return kNever;
  }
  return kNever;
}

TypeRef target_of(const TypePattern& pattern, const ExprRef& argument, const Variables& variables) {
  if (!argument || argument->tag() == NodeTag::kLambda) return nullptr;
  switch (pattern.kind) {
    case TypePattern::Kind::kExact:
      return variables.in_zone(pattern.type);
    case TypePattern::Kind::kVariable:
      return variables.get(pattern.letter);
    case TypePattern::Kind::kListOf:
      return Type::list(variables.get(pattern.letter));
    case TypePattern::Kind::kMapOf:
      return Type::map(variables.get('K'), variables.get('V'));
    case TypePattern::Kind::kDecimal:
      return argument->type->is_integer() ? decimal_for(argument->type) : argument->type;
    case TypePattern::Kind::kAny:
    case TypePattern::Kind::kStruct:
    case TypePattern::Kind::kEnum:
    case TypePattern::Kind::kLambda:
      return argument->type;
  }
  return argument->type;
}

std::string text_of(const TypePattern& pattern) {
  switch (pattern.kind) {
    case TypePattern::Kind::kExact:
      return pattern.type->name();
    case TypePattern::Kind::kAny:
      return "ANY";
    case TypePattern::Kind::kVariable:
      return std::string(1, pattern.letter);
    case TypePattern::Kind::kListOf:
      return std::string(1, pattern.letter) + "[]";
    case TypePattern::Kind::kMapOf:
      return "MAP(K, V)";
    case TypePattern::Kind::kStruct:
      return "STRUCT";
    case TypePattern::Kind::kDecimal:
      return "DECIMAL";
    case TypePattern::Kind::kEnum:
      return "ENUM";
    case TypePattern::Kind::kLambda:
      return "LAMBDA";
  }
  return "ANY";
}

/// What people call it.
std::string spelled(const std::string& name) {
  if (name == "~~") return "LIKE";
  if (name == "!~~") return "NOT LIKE";
  if (name == "~~*") return "ILIKE";
  if (name == "!~~*") return "NOT ILIKE";
  if (name == "~~~") return "GLOB";
  return name;
}

template <class Overload>
std::string text_of(const std::string& name, const Overload& overload) {
  std::string text = spelled(name) + "(";
  for (size_t i = 0; i < overload.parameters.size(); ++i)
    text += (i ? ", " : "") + text_of(overload.parameters[i]);
  if (overload.variadic)
    text += (overload.parameters.empty() ? "" : ", ") + text_of(*overload.variadic) + "…";
  return text + ")";
}

template <class Function>
std::vector<std::string> texts_of(const Function& function) {
  std::vector<std::string> texts;
  for (const auto& overload : function.overloads) texts.push_back(text_of(function.name, overload));
  return texts;
}

/// The overloads, those first that take as many arguments and most of them as they are.
template <class Function>
std::vector<size_t> by_nearness(const Function& function, const std::vector<ExprRef>& arguments,
                                bool has_decimal) {
  std::vector<std::pair<int, size_t>> ranked;
  for (size_t index = 0; index < function.overloads.size(); ++index) {
    const auto& overload = function.overloads[index];
    const size_t fixed = overload.parameters.size();
    const bool counts =
        arguments.size() >= fixed && (arguments.size() == fixed || overload.variadic);
    int misses = counts ? 0 : 100;
    Variables variables;
    for (size_t i = 0; i < arguments.size() && i < fixed; ++i) {
      const int cost = pattern_cost(overload.parameters[i], arguments[i], has_decimal, variables);
      misses += cost == 0 ? 0 : cost == kNever ? 3 : 2;
    }
    ranked.emplace_back(misses, index);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<size_t> order;
  for (const auto& [misses, index] : ranked) order.push_back(index);
  return order;
}

template <class Function>
OverloadChoice choose(const Function& function, const std::vector<ExprRef>& arguments,
                      SourceSpan span) {
  bool has_decimal = false;
  for (const auto& argument : arguments)
    has_decimal |= argument && argument->type && argument->type->is(TypeKind::kDecimal);
  OverloadChoice best;
  int64_t best_cost = std::numeric_limits<int64_t>::max();
  for (size_t index = 0; index < function.overloads.size(); ++index) {
    const auto& overload = function.overloads[index];
    const size_t fixed = overload.parameters.size();
    if (arguments.size() < fixed || (arguments.size() > fixed && !overload.variadic)) continue;
    const auto pattern = [&](size_t i) -> const TypePattern& {
      return i < fixed ? overload.parameters[i] : *overload.variadic;
    };
    Variables variables;
    int64_t cost = 0;
    for (size_t i = 0; i < arguments.size() && cost >= 0; ++i) {
      const int one = pattern_cost(pattern(i), arguments[i], has_decimal, variables);
      cost = one == kNever ? kNever : cost + one;
    }
    if (!variables.settle_literals()) continue;
    // A generic overload loses against an exact one of the same cost by coming later in the list.
    if (cost < 0 || cost >= best_cost) continue;
    best_cost = cost;
    best.index = index;
    best.cast_to.clear();
    for (size_t i = 0; i < arguments.size(); ++i)
      best.cast_to.push_back(target_of(pattern(i), arguments[i], variables));
    best.result = nullptr;
    if constexpr (requires { overload.result; }) {
      switch (overload.result.kind) {
        case TypePattern::Kind::kExact:
          best.result = variables.in_zone(overload.result.type);
          break;
        case TypePattern::Kind::kVariable:
          best.result = variables.get(overload.result.letter);
          break;
        case TypePattern::Kind::kListOf:
          best.result = Type::list(variables.get(overload.result.letter));
          break;
        case TypePattern::Kind::kMapOf:
          best.result = Type::map(variables.get('K'), variables.get('V'));
          break;
        case TypePattern::Kind::kAny:
        case TypePattern::Kind::kStruct:
        case TypePattern::Kind::kDecimal:
        case TypePattern::Kind::kEnum:
        case TypePattern::Kind::kLambda:
          break;
      }
    }
  }
  if (best_cost == std::numeric_limits<int64_t>::max()) {
    Error error(ErrorCode::kTypeMismatch, span, "no {} takes these types",
                signature_of(function.name, arguments));
    constexpr size_t kShown = 4;
    const std::vector<size_t> near = by_nearness(function, arguments, has_decimal);
    for (size_t i = 0; i < near.size() && i < kShown; ++i) {
      error.add_note("there is " + text_of(function.name, function.overloads[near[i]]));
    }
    if (near.size() > kShown) error.add_note(fmt::format("and {} more", near.size() - kShown));
    const bool takes_count = std::any_of(
        function.overloads.begin(), function.overloads.end(), [&](const auto& overload) {
          return arguments.size() >= overload.parameters.size() &&
                 (arguments.size() == overload.parameters.size() || overload.variadic);
        });
    if (!takes_count) throw error;
    throw std::move(error).hint("cast the arguments: x::TYPE");
  }
  return best;
}

}  // namespace

std::string signature_of(const std::string& name, const std::vector<ExprRef>& arguments) {
  std::string text = spelled(name) + "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    text += (i ? ", " : "") + (arguments[i] && arguments[i]->type ? arguments[i]->type->name()
                                                                  : std::string("lambda"));
  }
  return text + ")";
}

OverloadChoice choose_overload(const ScalarFunction& function,
                               const std::vector<ExprRef>& arguments, SourceSpan span) {
  return choose(function, arguments, span);
}

OverloadChoice choose_overload(const AggregateDeclaration& function,
                               const std::vector<ExprRef>& arguments, SourceSpan span) {
  return choose(function, arguments, span);
}

std::vector<std::string> signatures_of(const ScalarFunction& function) {
  return texts_of(function);
}

std::vector<std::string> signatures_of(const AggregateDeclaration& function) {
  return texts_of(function);
}

}  // namespace doline
