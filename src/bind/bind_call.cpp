#include <algorithm>

#include "bind/advice.h"
#include "bind/query_binder.h"
#include "function/registry.h"
#include "sql/print.h"

namespace doline {

namespace {

constexpr const char* kWindowNames[] = {"row_number",  "rank",       "dense_rank", "percent_rank",
                                        "cume_dist",   "ntile",      "lag",        "lead",
                                        "first_value", "last_value", "nth_value",  "rank_dense"};

bool is_window_name(const std::string& name) {
  return std::any_of(std::begin(kWindowNames), std::end(kWindowNames),
                     [&](const char* known) { return name == known; });
}

/// What functions of other engines are called, and what to write here.
constexpr std::pair<std::string_view, const char*> kForeignNames[] = {
    {"charindex", "instr(text, part)"},
    {"collect_list", "list(x)"},
    {"collect_set", "list(DISTINCT x)"},
    {"date_format", "strftime(date, '%Y-%m-%d')"},
    {"datefromparts", "make_date(year, month, day)"},
    {"explode", "unnest(list)"},
    {"getdate", "now(), or current_date"},
    {"iff", "if(condition, a, b), or CASE"},
    {"iif", "if(condition, a, b), or CASE"},
    {"isnull", "coalesce(a, b), or a IS NULL"},
    {"locate", "instr(text, part)"},
    {"nvl", "coalesce(a, b)"},
    {"parse_date", "strptime(text, '%Y-%m-%d')"},
    {"str_to_date", "strptime(text, '%Y-%m-%d')"},
    {"sysdate", "now(), or current_date"},
    {"to_char", "strftime(date, '%Y-%m-%d'), or format('{}', x)"},
    {"to_date", "strptime(text, '%Y-%m-%d')::DATE, or text::DATE for YYYY-MM-DD"},
    {"to_number", "text::DOUBLE"},
};

[[noreturn]] void no_such_function(const std::string& name, SourceSpan span,
                                   const std::vector<std::string>& brought) {
  Error error(ErrorCode::kFunctionNotFound, span, "no function \"{}\"", name);
  for (const auto& [foreign, instead] : kForeignNames) {
    if (same_name(foreign, name)) throw std::move(error).hint(fmt::format("it is {}", instead));
  }
  const FunctionRegistry& registry = FunctionRegistry::instance();
  // Of equally near names the first is taken, and aggregates are what is meant most often.
  std::vector<std::string> known = brought;
  for (const AggregateDeclaration& aggregate : registry.aggregates())
    known.push_back(aggregate.name);
  for (std::string& other : registry.names()) known.push_back(std::move(other));
  known.insert(known.end(), std::begin(kWindowNames), std::end(kWindowNames));
  const std::string near = nearest_name(name, known);
  if (!near.empty()) throw std::move(error).hint("did you mean " + near + "?");
  throw error;
}

/// -q, also of each in a list; -0.0 for 0, which still says from which side.
ExprRef negated_quantile(const ExprRef& quantile, const SessionConstants& session) {
  const ExprRef real = CastExpr::create(quantile, quantile->type->physical() == PhysicalType::kList
                                                      ? Type::list(Type::float64())
                                                      : Type::float64());
  const Value value = evaluate_constant(real, session);
  if (value.is_null()) return quantile;
  const auto negated = [&](const Value& one) {
    if (!one.is_null() && one.as_real() < 0) {
      throw Error(ErrorCode::kInvalidArgument, quantile->span,
                  "a quantile in a given order lies between 0 and 1");
    }
    return one.is_null() ? one : Value::real(-one.as_real());
  };
  if (real->type->physical() != PhysicalType::kList)
    return ConstantExpr::create(negated(value), quantile->span);
  std::vector<Value> all;
  for (const Value& one : value.as_nested()) all.push_back(negated(one));
  return ConstantExpr::create(Value::nested(real->type, std::move(all)), quantile->span);
}

/// name(arguments…), as if it had been written.
std::shared_ptr<sql::FunctionCall> written_call(const char* name,
                                                std::vector<sql::ExpressionRef> arguments,
                                                SourceSpan span) {
  auto call = std::make_shared<sql::FunctionCall>();
  call->name = {{name, span}};
  for (auto& argument : arguments) call->arguments.push_back({{}, std::move(argument)});
  call->span = span;
  return call;
}

}  // namespace

ExprRef QueryBinder::call(const sql::FunctionCall& node, const ExprContext& context) {
  std::string name = folded(node.name.back().text);
  if (node.within_group && (name == "percentile_cont" || name == "percentile_disc"))
    name.replace(0, 10, "quantile");
  if (node.name.size() > 1) {
    // `x.upper()` is upper(x), unless x is a schema; schemas hold no functions of ours but main.
    const std::string first = folded(node.name[0].text);
    if (!(node.name.size() == 2 &&
          (first == "main" || first == "pg_catalog" || first == "system"))) {
      sql::FunctionCall chained = node;
      sql::ColumnReference receiver;
      receiver.names.assign(node.name.begin(), node.name.end() - 1);
      receiver.span = receiver.names.front().span.to(receiver.names.back().span);
      chained.name = {node.name.back()};
      auto argument = std::make_shared<sql::ColumnReference>(receiver);
      chained.arguments.insert(chained.arguments.begin(), sql::Argument{{}, argument});
      return call(chained, context);
    }
  }
  const FunctionRegistry& registry = FunctionRegistry::instance();
  const AggregateDeclaration* aggregate = registry.aggregate(name);
  const ScalarFunction* scalar = registry.scalar(name);
  if (!aggregate && !scalar) {
    if (const ProgramFunctionRef brought = catalog_.find_function(name))
      return program_call(brought, node, context);
  }
  if (node.over) return window_call(name, node, context);
  if (is_window_name(name) && !aggregate && !scalar) {
    throw Error(ErrorCode::kBind, node.span, "{} needs an OVER clause", name)
        .hint(name + "(…) OVER (ORDER BY …)");
  }
  if (name == "unnest") {
    int levels = 0;
    const ExprRef unnested = unnest_call(node, context, levels);
    if (dynamic_cast<const UnnestExpr*>(unnested.get())) return unnested;
    throw Error(ErrorCode::kBind, node.span,
                "the fields of a struct are several columns: unnest them by an item of its own");
  }
  if (name == "generate_subscripts" && node.arguments.size() == 2) {
    // The positions of a list's elements, a row each.
    const auto one = std::make_shared<sql::Literal>();
    one->literal = sql::LiteralKind::kInteger;
    one->text = "1";
    one->span = node.span;
    const auto length =
        written_call("array_length", {node.arguments[0].value, node.arguments[1].value}, node.span);
    return call(*written_call("unnest", {written_call("generate_series", {one, length}, node.span)},
                              node.span),
                context);
  }
  if (name == "grouping" || name == "grouping_id") {
    return where_it_belongs(name, node.span, context,
                            [&](const ExprContext& where) { return grouping_call(node, where); });
  }
  if (name == "current_setting" && node.arguments.size() == 1)
    return current_setting(node, context);
  if (aggregate && !(scalar && !context.aggregates))
    return where_it_belongs(aggregate->name, node.span, context, [&](const ExprContext& where) {
      return aggregate_call(*aggregate, node, where);
    });
  if (name == "coalesce" || name == "ifnull") {
    std::vector<ExprRef> choices;
    for (const auto& argument : unpacked(node.arguments, context))
      choices.push_back(expression(*argument.value, context));
    if (choices.empty())
      throw Error(ErrorCode::kTypeMismatch, node.span, "{} takes at least one value", name);
    unify_all(choices, node.span, "coalesce");
    return CoalesceExpr::create(std::move(choices), node.span);
  }
  if (name == "if" && node.arguments.size() == 3) {
    ExprContext inner = context;
    inner.clause = "if";
    const ExprRef test = condition(*node.arguments[0].value, inner);
    std::vector<ExprRef> results = {expression(*node.arguments[1].value, context),
                                    expression(*node.arguments[2].value, context)};
    unify_all(results, node.span, "if");
    return CaseExpr::create({test}, {results[0]}, results[1], node.span);
  }
  if (name == "nullif" && node.arguments.size() == 2) {
    const ExprRef value = expression(*node.arguments[0].value, context);
    return nullif(value, expression(*node.arguments[1].value, context), node.span);
  }
  if (!scalar) no_such_function(node.name.back().text, node.span, catalog_.function_names());
  if (node.distinct || node.filter || !node.order_by.empty()) {
    throw Error(ErrorCode::kBind, node.span,
                "{} is no aggregate: DISTINCT, ORDER BY and FILTER do not go with it", name);
  }
  return scalar_call(name, node, context);
}

ExprRef QueryBinder::grouping_call(const sql::FunctionCall& node, const ExprContext& context) {
  constexpr size_t kMostArguments = 63;  // a bit each of a BIGINT
  if (node.arguments.size() > kMostArguments) {
    throw Error(ErrorCode::kBind, node.span, "GROUPING takes at most {} keys", kMostArguments);
  }
  std::vector<ExprRef> arguments;
  for (const auto& argument : node.arguments)
    arguments.push_back(expression(*argument.value, context));
  return GroupingExpr::create(std::move(arguments), node.span);
}

ExprRef QueryBinder::current_setting(const sql::FunctionCall& node, const ExprContext& context) {
  const ExprRef argument = expression(*node.arguments[0].value, context);
  if (is_constant(argument)) {
    const Value name = evaluate_constant(argument, catalog_.session());
    if (!name.is_null() && name.type()->is_string()) {
      if (const SettingDeclaration* setting = find_setting(name.as_text())) {
        const Value text = Value::text(setting->get(catalog_.settings()));
        TypeRef type = setting->type == "BIGINT"    ? Type::int64()
                       : setting->type == "BOOLEAN" ? Type::boolean()
                                                    : Type::varchar();
        return CastExpr::create(ConstantExpr::create(text, node.span), type, false, node.span);
      }
      if (same_name(name.as_text(), "schema") || same_name(name.as_text(), "search_path")) {
        return ConstantExpr::create(Value::text(catalog_.session().schema), node.span);
      }
      no_such_setting(name.as_text(), node.arguments[0].value->span);
    }
  }
  return CallExpr::create("current_setting", {argument}, node.span);
}

ExprRef QueryBinder::scalar_call(const std::string& name, const sql::FunctionCall& node,
                                 const ExprContext& context) {
  const ScalarFunction& function = *FunctionRegistry::instance().scalar(name);
  const std::vector<sql::Argument> written = unpacked(node.arguments, context);
  std::vector<ExprRef> arguments;
  std::vector<std::string> names;
  for (size_t i = 0; i < written.size(); ++i) {
    const sql::Expression& value = *written[i].value;
    const auto* lambda_node = value.get_if<sql::Lambda>();
    const bool takes_lambda = std::any_of(
        function.overloads.begin(), function.overloads.end(), [&](const auto& overload) {
          return i < overload.parameters.size() &&
                 overload.parameters[i].kind == TypePattern::Kind::kLambda;
        });
    if (name == "->" && i == 1) behind_arrow(*written[0].value, value);
    arguments.push_back(lambda_node && takes_lambda ? nullptr : expression(value, context));
    std::string argument_name = written[i].name.text;
    if (argument_name.empty()) {
      if (const auto* reference = value.get_if<sql::ColumnReference>())
        argument_name = reference->names.back().text;
    }
    names.push_back(std::move(argument_name));
  }
  if (name == "/" && catalog_.settings().integer_division && arguments.size() == 2 &&
      arguments[0]->type->is_integer() && arguments[1]->type->is_integer()) {
    return CallExpr::create("//", std::move(arguments), node.span);
  }
  // `date + 3` and the like: a text literal takes the type the other side suggests.
  const auto bind_lambda = [&](size_t argument, const std::vector<TypeRef>& parameters) {
    return lambda(written[argument].value->as<sql::Lambda>(), parameters, context);
  };
  return CallExpr::create(function, std::move(arguments), node.span, bind_lambda, std::move(names));
}

ExprRef QueryBinder::lambda(const sql::Lambda& node, const std::vector<TypeRef>& parameters,
                            const ExprContext& context) {
  if (node.parameters.size() > parameters.size()) {
    throw Error(ErrorCode::kBind, node.span,
                "the lambda has {} parameters; this function gives it at most {}",
                node.parameters.size(), parameters.size());
  }
  std::vector<std::string> names;
  for (const auto& parameter : node.parameters) names.push_back(parameter.text);
  // Parameters that are not named are there all the same: the kernel passes them.
  while (names.size() < parameters.size()) names.push_back(fmt::format("\x01{}", names.size()));
  std::vector<ExprRef> captured;
  const LambdaFrame frame{frame_, &names, &parameters, &captured};
  const LambdaFrame* outer = std::exchange(frame_, &frame);
  ExprContext inner = context;
  inner.aggregates = inner.windows = inner.unnest = false;
  inner.clause = "a lambda";
  ExprRef body;
  try {
    body = expression(*node.body, inner);
  } catch (...) {
    frame_ = outer;
    throw;
  }
  frame_ = outer;
  return LambdaExpr::create(parameters, std::move(captured), std::move(body), node.span);
}

std::vector<sql::Argument> QueryBinder::unpacked(const std::vector<sql::Argument>& arguments,
                                                 const ExprContext& context) {
  std::vector<sql::Argument> all;
  for (const sql::Argument& argument : arguments) {
    const auto* columns = argument.value->get_if<sql::Columns>();
    if (!columns || !columns->unpack || !context.scope) {
      all.push_back(argument);
      continue;
    }
    for (const ScopeColumn& column : chosen_columns(*columns, *context.scope)) {
      auto reference = std::make_shared<sql::ColumnReference>();
      if (!column.table.empty()) reference->names.push_back({column.table, argument.value->span});
      reference->names.push_back({column.name, argument.value->span});
      reference->span = argument.value->span;
      all.push_back({{}, reference});
    }
  }
  return all;
}

ExprRef QueryBinder::aggregate_call(const AggregateDeclaration& declaration,
                                    const sql::FunctionCall& node, const ExprContext& context) {
  ExprContext inner = context;
  inner.aggregates = inner.windows = inner.unnest = false;
  inner.clause = "an aggregate";
  return aggregate_over(declaration, node, inner);
}

AggregateExprRef QueryBinder::aggregate_over(const AggregateDeclaration& declaration,
                                             const sql::FunctionCall& node, ExprContext inner) {
  std::vector<ExprRef> arguments;
  for (const auto& argument : unpacked(node.arguments, inner)) {
    if (argument.value->is<sql::Star>() && !inner.star_value) continue;  // count(*)
    arguments.push_back(expression(*argument.value, inner));
  }
  std::vector<SortKeyRef> order = sort_keys(node.order_by, inner);
  if (node.within_group && order.size() != 1)
    throw Error(ErrorCode::kBind, node.span, "WITHIN GROUP wants one ORDER BY key");
  const bool is_mode = declaration.name == "mode";
  const std::string written = folded(node.name.back().text);
  const bool is_quantile =
      declaration.name.starts_with("quantile_") && (node.within_group || written != "quantile");
  if (order.size() == 1 && (is_mode || is_quantile)) {
    // percentile_cont(0.5) WITHIN GROUP (ORDER BY x) is quantile_cont(x, 0.5); a falling order
    // counts from the greatest, as a negative quantile does.
    if (!is_mode && order[0]->descending) {
      for (size_t i = arguments.size() > 1 ? 1 : 0; i < arguments.size(); ++i) {
        if (is_constant(arguments[i]))
          arguments[i] = negated_quantile(arguments[i], catalog_.session());
      }
    }
    if (arguments.size() < (is_mode ? 1 : 2)) arguments.insert(arguments.begin(), order[0]->expr);
    if (!is_mode) order.clear();
  }
  ExprRef filter;
  if (node.filter) {
    inner.clause = "FILTER";
    filter = condition(*node.filter, inner);
  }
  return AggregateExpr::create(declaration, std::move(arguments), node.distinct, std::move(order),
                               std::move(filter), node.span);
}

bool QueryBinder::sorts_nulls_first(const sql::OrderItem& item) const {
  switch (item.nulls) {
    case sql::NullOrder::kFirst:
      return true;
    case sql::NullOrder::kLast:
      return false;
    case sql::NullOrder::kDefault:
      break;
  }
  return catalog_.settings().default_null_order == "nulls_first";
}

std::vector<SortKeyRef> QueryBinder::sort_keys(const std::vector<sql::OrderItem>& items,
                                               const ExprContext& context) {
  std::vector<SortKeyRef> keys;
  for (const sql::OrderItem& item : items) {
    keys.push_back(SortKey::create(expression(*item.expression, context),
                                   item.direction == sql::SortDirection::kDescending,
                                   sorts_nulls_first(item)));
  }
  return keys;
}

}  // namespace doline
