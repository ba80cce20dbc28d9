#include "evaluate.h"

#include <algorithm>
#include <stdexcept>

#include "column/column_builder.h"
#include "kernel/cast.h"

namespace doline {

namespace {

class ThrowingFailures final : public CastFailures {
 public:
  void fail(uint32_t, std::string message) override { throw std::runtime_error(message); }
  bool wants_messages() const override { return true; }
};

Column cast_to(const Column& column, TypeRef type) {
  ThrowingFailures failures;
  return cast(column, type, Selection::all(column.size()), nullptr, failures);
}

int cost_of(const TypePattern& pattern, TypeRef type, bool any_decimal) {
  switch (pattern.kind) {
    case TypePattern::Kind::kExact:
      return implicit_cast_cost(type, pattern.type);
    case TypePattern::Kind::kAny:
    case TypePattern::Kind::kVariable:
      return 0;
    case TypePattern::Kind::kListOf:
      return type->is(TypeKind::kList) || type->is(TypeKind::kArray) || type->is(TypeKind::kNull)
                 ? 0
                 : -1;
    case TypePattern::Kind::kMapOf:
      return type->is(TypeKind::kMap) || type->is(TypeKind::kNull) ? 0 : -1;
    case TypePattern::Kind::kStruct:
      return type->is(TypeKind::kStruct) ? 0 : -1;
    case TypePattern::Kind::kDecimal:
      return type->is(TypeKind::kDecimal) ? 0 : any_decimal && type->is_integer() ? 2 : -1;
    case TypePattern::Kind::kEnum:
      return type->is(TypeKind::kEnum) ? 0 : -1;
    case TypePattern::Kind::kLambda:
      return -1;
  }
  return -1;
}

/// What the letters of an overload stand for.
class Letters {
 public:
  void add(const TypePattern& pattern, TypeRef type) {
    if (pattern.kind == TypePattern::Kind::kVariable) merge(pattern.letter, type);
    if (type->is(TypeKind::kNull)) return;
    if (pattern.kind == TypePattern::Kind::kListOf) merge(pattern.letter, type->element());
    if (pattern.kind == TypePattern::Kind::kMapOf) {
      merge('K', type->fields()[0].type);
      merge('V', type->fields()[1].type);
    }
  }
  /// The type in a place; `other` for patterns without letters.
  TypeRef type_of(const TypePattern& pattern, TypeRef other) const {
    if (pattern.kind == TypePattern::Kind::kVariable) return of(pattern.letter);
    if (pattern.kind == TypePattern::Kind::kListOf) return Type::list(of(pattern.letter));
    if (pattern.kind == TypePattern::Kind::kMapOf) return Type::map(of('K'), of('V'));
    return pattern.kind == TypePattern::Kind::kExact ? pattern.type : other;
  }

 private:
  void merge(char letter, TypeRef type) {
    TypeRef& known = types_[static_cast<size_t>(letter)];
    known = known ? common_type(known, type) : type;
    if (!known) throw Error(ErrorCode::kTypeMismatch, "types without anything in common");
  }
  TypeRef of(char letter) const {
    const TypeRef known = types_[static_cast<size_t>(letter)];
    return known ? known : Type::null();
  }
  TypeRef types_[128] = {};
};

struct Bound {
  const ScalarOverload* overload = nullptr;
  FunctionBinding binding;
};

Bound choose(const ScalarFunction& function, const std::vector<Column>& arguments) {
  Bound bound;
  bool any_decimal = false;
  for (const Column& argument : arguments) any_decimal |= argument.type()->is(TypeKind::kDecimal);
  int best = -1;
  for (const ScalarOverload& overload : function.overloads) {
    const size_t fixed = overload.parameters.size();
    if (arguments.size() < fixed || (arguments.size() > fixed && !overload.variadic)) continue;
    int sum = 0;
    for (size_t i = 0; i < arguments.size() && sum >= 0; ++i) {
      const int cost = cost_of(i < fixed ? overload.parameters[i] : *overload.variadic,
                               arguments[i].type(), any_decimal);
      sum = cost < 0 ? -1 : sum + cost;
    }
    if (sum >= 0 && (best < 0 || sum < best)) {
      best = sum;
      bound.overload = &overload;
    }
  }
  if (!bound.overload)
    throw Error(ErrorCode::kTypeMismatch, "no overload of {} fits", function.name);
  const ScalarOverload& overload = *bound.overload;
  FunctionBinding& binding = bound.binding;
  const auto pattern_of = [&](size_t i) -> const TypePattern& {
    return i < overload.parameters.size() ? overload.parameters[i] : *overload.variadic;
  };
  Letters letters;
  for (size_t i = 0; i < arguments.size(); ++i) letters.add(pattern_of(i), arguments[i].type());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePattern& pattern = pattern_of(i);
    const TypeRef type = arguments[i].type();
    binding.argument_types.push_back(type);
    binding.cast_to.push_back(letters.type_of(
        pattern, pattern.kind == TypePattern::Kind::kDecimal ? decimal_holding(type) : type));
    binding.constants.push_back(Value::of(cast_to(arguments[i], binding.cast_to.back()), 0));
  }
  binding.argument_names.resize(arguments.size());
  binding.lambda_parameters.resize(arguments.size());
  binding.lambda_results.resize(arguments.size());
  binding.result = letters.type_of(overload.result, nullptr);
  binding.kernel = overload.kernel;
  return bound;
}

constexpr uint32_t kRows = 150;

/// Rows that hold the value where `active` says, and NULL or leftovers in between.
Column spread(const Column& constant) {
  ColumnBuilder builder(constant.type(), kRows);
  for (uint32_t row = 0; row < kRows; ++row)
    row % 7 == 3 ? builder.append_null() : builder.append_from(constant, 0);
  return builder.seal();
}

Selection every(uint32_t step) {
  BufferRef rows = Buffer::allocate(kRows * sizeof(uint16_t));
  uint32_t count = 0;
  for (uint32_t row = 0; row < kRows; row += step)
    rows->as<uint16_t>()[count++] = static_cast<uint16_t>(row);
  return Selection::of(rows, count);
}

/// What the caller of kernels does: NULLs, then the kernel; the text of every active row that is
/// no filler must be the same.
std::string run(const Bound& bound, const std::vector<Column>& arguments, const Selection& active,
                RowErrors::Mode mode, const SessionConstants& session) {
  const ScalarOverload& overload = *bound.overload;
  const uint32_t rows = arguments.empty() ? kRows : arguments[0].size();
  BufferRef validity;
  Selection computed = active;
  if (overload.nulls == Nulls::kPropagate) {
    for (const Column& argument : arguments) {
      if (argument.is_null_constant()) return "NULL";
      if (!argument.is_constant() && argument.validity()) {
        validity = intersect_bitmaps(validity ? validity->as<uint64_t>() : nullptr,
                                     argument.validity(), rows);
      }
    }
    if (validity && overload.can_fail)
      computed = Selection::from_bits(validity->as<uint64_t>(), active);
  }
  RowErrors errors(mode);
  const KernelCall call{computed, rows,  bound.binding.result, bound.binding.data.get(), session,
                        {},       errors};
  Column result = bound.binding.kernel(call, arguments);
  if (result.size() != rows) return "DISAGREE: the result has another size";
  if (validity) result = result.masked(validity);
  if (mode == RowErrors::Mode::kThrow) {
    errors.raise({});
  } else if (BufferRef survivors = errors.take_survivors(rows)) {
    result = result.masked(survivors);
  }
  std::string text;
  bool first = true;
  bool agree = true;
  active.for_each([&](uint32_t row) {
    const bool filler =
        std::any_of(arguments.begin(), arguments.end(), [&](const Column& argument) {
          return argument.is_flat() && argument.size() == kRows && row % 7 == 3;
        });
    if (filler) return;
    std::string one;
    append_text(one, result, row, session.zone);
    if (first) {
      text = one;
    } else {
      agree &= one == text;
    }
    first = false;
  });
  return agree ? text : "DISAGREE: rows differ, the first is " + text;
}

}  // namespace

TypeRef type_named(std::string_view name) {
  if (name.ends_with("[]")) return Type::list(type_named(name.substr(0, name.size() - 2)));
  if (name.starts_with("DECIMAL(")) {
    const size_t comma = name.find(',');
    return Type::decimal(std::stoi(std::string(name.substr(8, comma - 8))),
                         std::stoi(std::string(name.substr(comma + 1))));
  }
  if (name.ends_with(']')) {
    const size_t open = name.rfind('[');
    return Type::array(type_named(name.substr(0, open)),
                       static_cast<uint32_t>(std::stoi(std::string(name.substr(open + 1)))));
  }
  if (name.starts_with("MAP(") || name.starts_with("STRUCT(")) {
    std::vector<Field> parts;
    const size_t open = name.find('(');
    int depth = 0;
    for (size_t begin = open + 1, at = begin; at < name.size(); ++at) {
      if (name[at] == '(') ++depth;
      if ((name[at] == ',' && depth == 0) || at + 1 == name.size()) {
        const std::string_view part = name.substr(begin, at - begin);
        const size_t space = name[0] == 'S' ? part.find(' ') + 1 : 0;
        parts.push_back({std::string(part.substr(0, space == 0 ? 0 : space - 1)),
                         type_named(part.substr(space))});
        begin = at + 2;  // ", "
      }
      if (name[at] == ')') --depth;
    }
    return name[0] == 'S' ? Type::structure(std::move(parts))
                          : Type::map(parts[0].type, parts[1].type);
  }
  const TypeRef type = simple_type_named(name);
  if (!type) throw std::runtime_error("no type " + std::string(name));
  return type;
}

Column column_of(TypeRef type, std::string_view text) {
  if (text == "NULL") return Column::null(type, kRows);
  const Column from = Value::text(std::string(text)).to_column(kRows);
  return cast_to(from, type);
}

std::string Evaluator::type_of(std::string_view name,
                               const std::vector<std::string>& arguments) const {
  std::vector<Column> columns;
  for (const std::string& argument : arguments) {
    const size_t colon = argument.find(':');
    columns.push_back(column_of(type_named(argument.substr(0, colon)), argument.substr(colon + 1)));
  }
  const ScalarFunction* function = registry_.scalar(name);
  if (!function) return "no such function";
  Bound bound = choose(*function, columns);
  if (bound.overload->bind) bound.overload->bind(bound.binding);
  return bound.binding.result->name();
}

std::string Evaluator::operator()(std::string_view name,
                                  const std::vector<std::string>& arguments) const {
  const ScalarFunction* function = registry_.scalar(name);
  if (!function) return "no such function";
  try {
    std::vector<Column> constants;
    for (const std::string& argument : arguments) {
      const size_t colon = argument.find(':');
      constants.push_back(
          column_of(type_named(argument.substr(0, colon)), argument.substr(colon + 1)));
    }
    Bound bound = choose(*function, constants);
    Bound unaware = bound;  // of the constants: patterns are compiled row by row
    std::fill(unaware.binding.constants.begin(), unaware.binding.constants.end(), std::nullopt);
    if (bound.overload->bind) bound.overload->bind(bound.binding);
    std::vector<Column> flat;
    for (size_t i = 0; i < constants.size(); ++i) {
      constants[i] = cast_to(constants[i], bound.binding.cast_to[i]);
      flat.push_back(spread(constants[i]));
    }
    struct Outcome {
      std::string text;
      std::string layout;
    };
    std::vector<Outcome> outcomes;
    const auto attempt = [&](const char* layout, const Bound& how,
                             const std::vector<Column>& columns, const Selection& active) {
      std::string text;
      try {
        text = run(how, columns, active, RowErrors::Mode::kThrow, session_);
      } catch (const Error& error) {
        text = "error: " + error.message();
      }
      outcomes.push_back({text, layout});
      if (bound.overload->is_volatile) return;
      const std::string tried = run(how, columns, active, RowErrors::Mode::kNull, session_);
      outcomes.push_back({text.starts_with("error: ") && tried == "NULL" ? text : tried,
                          std::string(layout) + ", under TRY"});
    };
    if (arguments.empty())
      return run(bound, {}, Selection::all(kRows), RowErrors::Mode::kThrow, session_);
    attempt("columns", bound, flat, Selection::all(kRows));
    attempt("sparse columns", bound, flat, every(41));
    for (size_t i = 0; i < constants.size() && constants.size() > 1; ++i) {
      std::vector<Column> mixed = flat;
      mixed[i] = constants[i];
      attempt("one constant", bound, mixed, Selection::all(kRows));
      attempt("one constant, sparse", bound, mixed, every(41));
      mixed = constants;
      mixed[i] = flat[i];
      attempt("one column", bound, mixed, Selection::all(kRows));
    }
    try {
      if (unaware.overload->bind) unaware.overload->bind(unaware.binding);
      if (unaware.binding.result == bound.binding.result)
        attempt("unknown when bound", unaware, flat, Selection::all(kRows));
    } catch (const Error&) {  // it needs constants
    }
    for (const Outcome& outcome : outcomes) {
      if (outcome.text != outcomes[0].text) {
        return "DISAGREE: " + outcomes[0].text + " but with " + outcome.layout + " " + outcome.text;
      }
    }
    return outcomes[0].text;
  } catch (const Error& error) {
    return "error: " + error.message();
  }
}

}  // namespace doline
