#include "expr/expr.h"

#include <algorithm>
#include <set>

#include "base/cancellation.h"
#include "expr/program.h"
#include "expr/resolve.h"
#include "function/program_function.h"
#include "function/registry.h"
#include "kernel/cast.h"

namespace doline {

namespace {

const NodeRegistration<ConstantExpr> kRegisterConstant(NodeTag::kConstant);
const NodeRegistration<ColumnExpr> kRegisterColumn(NodeTag::kColumn);
const NodeRegistration<CallExpr> kRegisterCall(NodeTag::kCall);
const NodeRegistration<CastExpr> kRegisterCast(NodeTag::kCast);
const NodeRegistration<CaseExpr> kRegisterCase(NodeTag::kCase);
const NodeRegistration<ConjunctionExpr> kRegisterConjunction(NodeTag::kConjunction);
const NodeRegistration<IsNullExpr> kRegisterIsNull(NodeTag::kIsNull);
const NodeRegistration<InListExpr> kRegisterInList(NodeTag::kInList);
const NodeRegistration<CoalesceExpr> kRegisterCoalesce(NodeTag::kCoalesce);
const NodeRegistration<TryExpr> kRegisterTry(NodeTag::kTry);
const NodeRegistration<LambdaExpr> kRegisterLambda(NodeTag::kLambda);
const NodeRegistration<AggregateExpr> kRegisterAggregate(NodeTag::kAggregate);
const NodeRegistration<WindowExpr> kRegisterWindow(NodeTag::kWindow);
const NodeRegistration<SortKey> kRegisterSortKey(NodeTag::kSortKey);

template <class T>
std::string joined(const std::vector<T>& items, const char* separator = ", ") {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) text += (i ? separator : "") + items[i]->to_string();
  return text;
}

[[noreturn]] void corrupt(std::string_view what) {
  throw Error(ErrorCode::kCorrupt, "plan bytes: {}", what);
}

bool is_operator(const std::string& name) {
  return !std::isalpha(static_cast<unsigned char>(name[0])) && name[0] != '_';
}

}  // namespace

ExprRef ConstantExpr::create(Value value, SourceSpan span) {
  auto expr = make_ref<ConstantExpr>();
  expr->type = value.type();
  expr->value = std::move(value);
  expr->span = span;
  return expr;
}

ExprRef ConstantExpr::literal(Value value, SourceSpan span) {
  auto expr = make_ref<ConstantExpr>();
  expr->type = value.type();
  expr->value = std::move(value);
  expr->span = span;
  expr->is_literal = true;
  return expr;
}

ExprRef ColumnExpr::create(uint32_t index, TypeRef type, std::string name, SourceSpan span) {
  auto expr = make_ref<ColumnExpr>();
  expr->index = index;
  expr->type = type;
  expr->name = std::move(name);
  expr->span = span;
  return expr;
}

// --- calls

namespace {

/// A literal, or a list of them, which no session setting changes.
bool is_literal(const Expr& expr) {
  if (expr.tag() == NodeTag::kConstant) return true;
  const auto* const call = dynamic_cast<const CallExpr*>(&expr);
  return call && call->name == "list_value" &&
         std::all_of(call->arguments.begin(), call->arguments.end(),
                     [](const ExprRef& argument) { return argument && is_literal(*argument); });
}

bool shows_zone(TypeRef type);

/// Whether a constant expression means the same in every session: texts, numbers and lists, and
/// calls that look at nothing else.
bool is_session_free(const ExprRef& expr) {
  bool free = true;
  visit(expr, [&](const Expr& at) {
    free &= !shows_zone(at.type);
    const auto* call = dynamic_cast<const CallExpr*>(&at);
    if (!call) return;
    const std::string& category = call->function->category;
    free &= category == "string" || category == "numeric" || category == "list";
  });
  return free;
}

bool shows_zone(TypeRef type) {
  return type->is(TypeKind::kTimestampTz) ||
         std::any_of(type->fields().begin(), type->fields().end(),
                     [](const Field& field) { return shows_zone(field.type); });
}

}  // namespace

ExprRef CallExpr::create(const ScalarFunction& function, std::vector<ExprRef> arguments,
                         SourceSpan span, const BindLambda& bind_lambda,
                         std::vector<std::string> argument_names) {
  auto expr = make_ref<CallExpr>();
  expr->function = &function;
  expr->name = function.name;
  expr->arguments = std::move(arguments);
  expr->argument_names = std::move(argument_names);
  expr->span = span;
  expr->resolve(bind_lambda);
  return expr;
}

ExprRef CallExpr::create(std::shared_ptr<const ProgramFunction> function,
                         std::vector<ExprRef> arguments, SourceSpan span) {
  auto expr = make_ref<CallExpr>();
  expr->function = &function->scalar();
  expr->name = expr->function->name;
  expr->program_function = function->id();
  expr->owner = std::move(function);
  expr->arguments = std::move(arguments);
  expr->span = span;
  expr->resolve({});
  return expr;
}

ExprRef CallExpr::create(std::string_view name, std::vector<ExprRef> arguments, SourceSpan span) {
  const ScalarFunction* function = FunctionRegistry::instance().scalar(name);
  if (!function) throw Error(ErrorCode::kInternal, "no function {}", name);
  return create(*function, std::move(arguments), span);
}

void CallExpr::resolve(const BindLambda& bind_lambda) {
  const OverloadChoice choice = choose_overload(*function, arguments, span);
  overload = &function->overloads[choice.index];
  FunctionBinding binding;
  binding.span = span;
  binding.cast_to = choice.cast_to;
  binding.result = choice.result;
  binding.kernel = overload->kernel;
  binding.can_fail = overload->can_fail;
  binding.data = overload->data;
  binding.lambda_parameters.resize(arguments.size());
  binding.lambda_results.resize(arguments.size());
  binding.argument_names = argument_names;
  binding.argument_names.resize(arguments.size());
  bool has_lambda = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const ExprRef& argument = arguments[i];
    const bool lambda = argument && argument->tag() == NodeTag::kLambda;
    has_lambda |= !argument || lambda;
    binding.argument_types.push_back(!argument || lambda ? nullptr : argument->type);
    binding.constants.emplace_back();
    if (argument && !lambda && is_constant(argument)) {
      const ExprRef cast =
          choice.cast_to[i] ? CastExpr::create(argument, choice.cast_to[i]) : argument;
      if (cast->tag() == NodeTag::kConstant) {
        binding.constants[i] = static_cast<const ConstantExpr&>(*cast).value;
      } else if (is_literal(*argument) && !shows_zone(cast->type)) {
        binding.constants[i] = evaluate_constant(cast, SessionConstants{});
      } else if (overload->bind && is_session_free(cast)) {
        try {
          constexpr uint32_t kPolls = 20;
          const PatienceScope patience(kPolls);
          binding.constants[i] = evaluate_constant(cast, SessionConstants{});
        } catch (const Error&) {
          // It fails when, and only if, a row reaches it.
        }
      }
    }
  }
  if (has_lambda) {
    ASSERT(overload->bind != nullptr);
    overload->bind(binding);
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto* lambda = dynamic_cast<const LambdaExpr*>(arguments[i].get());
      if (!arguments[i]) {
        ASSERT(bind_lambda);
        arguments[i] = bind_lambda(i, binding.lambda_parameters[i]);
        binding.lambda_results[i] = arguments[i]->type;
      } else if (lambda) {
        if (lambda->parameter_types != binding.lambda_parameters[i])
          corrupt("a lambda of other parameters");
        binding.lambda_results[i] = lambda->type;
      }
    }
  }
  if (overload->bind) overload->bind(binding);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i]->tag() != NodeTag::kLambda && binding.cast_to[i]) {
      arguments[i] = CastExpr::create(arguments[i], binding.cast_to[i], false, arguments[i]->span);
    }
  }
  ASSERT(binding.kernel != nullptr && binding.result != nullptr);
  type = binding.result;
  kernel = binding.kernel;
  data = binding.data;
  can_fail = binding.can_fail;
}

void CallExpr::complete() {
  if (program_function.empty()) {
    function = FunctionRegistry::instance().scalar(name);
    if (!function) corrupt("an unknown function");
  } else {
    owner = ProgramFunction::living(program_function);
    if (!owner) {
      throw Error(ErrorCode::kNotSupported,
                  "the plan calls {}, a function of the program that made it, which is not here",
                  name)
          .hint("send the query instead, and create the function where it runs");
    }
    function = &owner->scalar();
  }
  for (const auto& argument : arguments) {
    if (!argument) corrupt("a call without an argument");
  }
  try {
    resolve({});
  } catch (Error& error) {
    throw Error(ErrorCode::kCorrupt, "plan bytes: {}", error.message());
  }
}

std::string CallExpr::to_string() const {
  if (is_operator(name) && arguments.size() == 2) {
    return "(" + arguments[0]->to_string() + " " + name + " " + arguments[1]->to_string() + ")";
  }
  if (is_operator(name) && arguments.size() == 1) return name + arguments[0]->to_string();
  return name + "(" + joined(arguments) + ")";
}

ExprRef CallExpr::with_inputs(std::vector<ExprRef> inputs) const {
  auto expr = make_ref<CallExpr>();
  expr->name = name;
  expr->program_function = program_function;
  expr->owner = owner;
  expr->function = function;
  expr->argument_names = argument_names;
  expr->span = span;
  // Most rewrites put other columns in the place of columns.
  const bool is_resolved_alike =
      std::equal(inputs.begin(), inputs.end(), arguments.begin(), arguments.end(),
                 [](const ExprRef& now, const ExprRef& before) {
                   return now.get() == before.get() ||
                          (now->tag() != NodeTag::kLambda && now->type == before->type &&
                           !is_constant(now) && !is_constant(before));
                 });
  expr->arguments = std::move(inputs);
  if (is_resolved_alike) {
    expr->type = type;
    expr->overload = overload;
    expr->kernel = kernel;
    expr->data = data;
    expr->can_fail = can_fail;
    return expr;
  }
  expr->resolve({});
  // Rewrites must not change types: an argument folded to another type is cast back.
  return expr->type == type ? ExprRef(expr) : CastExpr::create(expr, type, false, span);
}

// --- casts and the rest

namespace {

/// A whole number as a wider one, exactly: the casts of most literals, which need no program.
/// Nothing for all others.
std::optional<Value> widened(const Value& value, TypeRef type) {
  constexpr int128_t kMostExact = int128_t{1} << 53;
  if (value.is_null() || !value.type()->is_integer()) return std::nullopt;
  const int128_t number = value.as_integer();
  if (number > kMostExact || number < -kMostExact) return std::nullopt;
  if (type->is(TypeKind::kInt64)) return Value::integer(type, number);
  if (type->is(TypeKind::kDouble)) return Value::real(static_cast<double>(number));
  return std::nullopt;
}

}  // namespace

ExprRef CastExpr::create(ExprRef input, TypeRef type, bool is_try, SourceSpan span) {
  if (input->type == type) return input;
  if (span.empty()) span = input->span;
  if (input->tag() == NodeTag::kConstant) {
    const Value& constant = static_cast<const ConstantExpr&>(*input).value;
    if (!is_try && constant.is_null()) return ConstantExpr::create(Value::null(type), span);
    if (auto value = widened(constant, type)) return ConstantExpr::create(*std::move(value), span);
    if (!constant.is_null() && type->is(TypeKind::kTimestampTz) &&
        differ_in_looks(input->type, type))
      return ConstantExpr::create(Value::integer(type, constant.as_integer()), span);
  }
  auto expr = make_ref<CastExpr>();
  const bool is_constant_input = input->tag() == NodeTag::kConstant;
  expr->input = std::move(input);
  expr->type = type;
  expr->is_try = is_try;
  expr->span = span;
  // Zoned timestamps depend on the session; everything else folds at once.
  const auto zoned = [](TypeRef t) { return t->is(TypeKind::kTimestampTz) || t->is_nested(); };
  if (is_constant_input && !zoned(type) && !zoned(expr->input->type)) {
    try {
      return ConstantExpr::create(evaluate_constant(expr, SessionConstants{}), span);
    } catch (const Error&) {
      // It fails when it is evaluated: never under TRY, in a branch not taken, or of no rows.
    }
  }
  return expr;
}

// --- what was read from bytes

void CastExpr::complete() {
  if (type == nullptr || (input->type != type && !can_cast(input->type, type)))
    corrupt("a cast that there is not");
}

void ConjunctionExpr::complete() {
  if (terms.empty()) corrupt("a conjunction of nothing");
  for (const auto& term : terms) {
    if (!term->type->is(TypeKind::kBool)) corrupt("a conjunction of what is no boolean");
  }
  type = Type::boolean();
}

void InListExpr::complete() {
  for (const Value& value : values) {
    if (value.type() != input->type) corrupt("a list of values of another type");
  }
  type = Type::boolean();
}

void CoalesceExpr::complete() {
  for (const auto& choice : choices) {
    if (choice->type != choices.front()->type) corrupt("choices of several types");
  }
  type = choices.empty() ? Type::null() : choices.front()->type;
}

void LambdaExpr::complete() {
  if (reads_let_value(body)) corrupt("a lambda that reads a value outside");
  visit(body, [&](const Expr& at) {
    const auto* column = dynamic_cast<const ColumnExpr*>(&at);
    if (!column) return;
    const size_t own = parameter_types.size();
    if (column->index >= own + captured.size()) corrupt("a lambda that reads what it is not given");
    const TypeRef given =
        column->index < own ? parameter_types[column->index] : captured[column->index - own]->type;
    if (column->type != given) corrupt("a lambda that reads another type than it is given");
  });
  type = body->type;
}

std::string CastExpr::to_string() const {
  return (is_try ? "TRY_CAST(" : "CAST(") + input->to_string() + " AS " + type->name() + ")";
}

ExprRef CastExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(inputs[0], type, is_try, span);
}

ExprRef CaseExpr::create(std::vector<ExprRef> conditions, std::vector<ExprRef> results,
                         ExprRef otherwise, SourceSpan span) {
  auto expr = make_ref<CaseExpr>();
  expr->conditions = std::move(conditions);
  expr->results = std::move(results);
  expr->otherwise = std::move(otherwise);
  expr->span = span;
  expr->complete();
  return expr;
}

void CaseExpr::complete() {
  if (conditions.size() != results.size() || !otherwise)
    corrupt("a CASE whose branches do not pair");
  for (const auto& condition : conditions) {
    if (!condition || !condition->type->is(TypeKind::kBool))
      corrupt("a CASE condition that is no boolean");
  }
  for (const auto& result : results) {
    if (!result || result->type != otherwise->type) corrupt("a CASE of several types");
  }
  type = otherwise->type;
}

std::string CaseExpr::to_string() const {
  std::string text = "CASE";
  for (size_t i = 0; i < conditions.size(); ++i) {
    text += " WHEN " + conditions[i]->to_string() + " THEN " + results[i]->to_string();
  }
  return text + " ELSE " + otherwise->to_string() + " END";
}

std::vector<ExprRef> CaseExpr::inputs() const {
  std::vector<ExprRef> all;
  for (size_t i = 0; i < conditions.size(); ++i) {
    all.push_back(conditions[i]);
    all.push_back(results[i]);
  }
  all.push_back(otherwise);
  return all;
}

ExprRef CaseExpr::with_inputs(std::vector<ExprRef> inputs) const {
  std::vector<ExprRef> new_conditions, new_results;
  for (size_t i = 0; i + 1 < inputs.size(); i += 2) {
    new_conditions.push_back(inputs[i]);
    new_results.push_back(inputs[i + 1]);
  }
  return create(std::move(new_conditions), std::move(new_results), inputs.back(), span);
}

ExprRef ConjunctionExpr::create(bool is_and, std::vector<ExprRef> terms, SourceSpan span) {
  ASSERT(!terms.empty());
  if (terms.size() == 1) return terms.front();
  auto expr = make_ref<ConjunctionExpr>();
  expr->is_and = is_and;
  for (auto& term : terms) {
    const auto* inner = dynamic_cast<const ConjunctionExpr*>(term.get());
    if (inner && inner->is_and == is_and) {
      expr->terms.insert(expr->terms.end(), inner->terms.begin(), inner->terms.end());
    } else {
      expr->terms.push_back(std::move(term));
    }
  }
  expr->type = Type::boolean();
  expr->span = span;
  return expr;
}

std::string ConjunctionExpr::to_string() const {
  return "(" + joined(terms, is_and ? " AND " : " OR ") + ")";
}
ExprRef ConjunctionExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(is_and, std::move(inputs), span);
}

ExprRef IsNullExpr::create(ExprRef input, bool negated, SourceSpan span) {
  auto expr = make_ref<IsNullExpr>();
  expr->input = std::move(input);
  expr->negated = negated;
  expr->type = Type::boolean();
  expr->span = span;
  return expr;
}

std::string IsNullExpr::to_string() const {
  return "(" + input->to_string() + (negated ? " IS NOT NULL)" : " IS NULL)");
}
ExprRef IsNullExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(inputs[0], negated, span);
}

ExprRef InListExpr::create(ExprRef input, std::vector<Value> values, SourceSpan span) {
  auto expr = make_ref<InListExpr>();
  expr->input = std::move(input);
  expr->values = std::move(values);
  expr->type = Type::boolean();
  expr->span = span;
  return expr;
}

std::string InListExpr::to_string() const {
  std::string text = "(" + input->to_string() + " IN (";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i == 8) return text + fmt::format(", … {} more))", values.size() - i);
    text += (i ? ", " : "") + values[i].to_literal();
  }
  return text + "))";
}
ExprRef InListExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(inputs[0], values, span);
}

ExprRef CoalesceExpr::create(std::vector<ExprRef> choices, SourceSpan span) {
  ASSERT(!choices.empty());
  if (choices.size() == 1) return choices.front();
  auto expr = make_ref<CoalesceExpr>();
  expr->type = choices.front()->type;
  expr->choices = std::move(choices);
  expr->span = span;
  return expr;
}

std::string CoalesceExpr::to_string() const { return "coalesce(" + joined(choices) + ")"; }
ExprRef CoalesceExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(std::move(inputs), span);
}

ExprRef TryExpr::create(ExprRef input, SourceSpan span) {
  auto expr = make_ref<TryExpr>();
  expr->type = input->type;
  expr->input = std::move(input);
  expr->span = span;
  return expr;
}

ExprRef LambdaExpr::create(std::vector<TypeRef> parameter_types, std::vector<ExprRef> captured,
                           ExprRef body, SourceSpan span) {
  auto expr = make_ref<LambdaExpr>();
  expr->parameter_types = std::move(parameter_types);
  expr->captured = std::move(captured);
  expr->type = body->type;
  expr->body = std::move(body);
  expr->span = span;
  return expr;
}

ExprRef LambdaExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(parameter_types, std::move(inputs), body, span);
}

Ref<const SortKey> SortKey::create(ExprRef expr, bool descending, bool nulls_first) {
  auto key = make_ref<SortKey>();
  key->expr = std::move(expr);
  key->descending = descending;
  key->nulls_first = nulls_first;
  return key;
}

std::string SortKey::to_string() const {
  return expr->to_string() + (descending ? " DESC" : "") + (nulls_first ? " NULLS FIRST" : "");
}

}  // namespace doline
