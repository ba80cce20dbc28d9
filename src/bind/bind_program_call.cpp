// Calls of functions that the program brought.
#include "bind/query_binder.h"

namespace doline {

namespace {

std::shared_ptr<sql::FunctionCall> call_of(const char* name, SourceSpan span) {
  auto call = std::make_shared<sql::FunctionCall>();
  call->name = {{name, span}};
  call->span = span;
  return call;
}

[[noreturn]] void wrong_count(const ForeignDeclaration& declared, size_t given, SourceSpan span) {
  std::string parameters;
  for (const Field& parameter : declared.parameters)
    parameters +=
        (parameters.empty() ? "" : ", ") + (parameter.type ? parameter.type->name() : "ANY");
  throw Error(ErrorCode::kTypeMismatch, span, "{} takes {} arguments, not {}", declared.name,
              declared.parameters.size(), given)
      .note(fmt::format("there is {}({})", declared.name, parameters));
}

/// list(struct_pack(a := x, b := y)): the rows of a group, as an aggregate is given them, with the
/// call's own DISTINCT, ORDER BY, FILTER and OVER.
std::shared_ptr<sql::FunctionCall> rows_of_group(const ForeignDeclaration& declared,
                                                 const sql::FunctionCall& node) {
  auto row = call_of("struct_pack", node.span);
  std::vector<sql::ExpressionRef> terms;
  if (node.filter) terms.push_back(node.filter);
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const sql::ExpressionRef& value = node.arguments[i].value;
    const std::string name =
        declared.takes_anything ? fmt::format("v{}", i + 1) : declared.parameters[i].name;
    row->arguments.push_back({{name, value->span}, value});
    if (declared.sees_nulls) continue;
    auto is_there = std::make_shared<sql::IsNull>();
    is_there->input = value;
    is_there->negated = true;
    is_there->span = value->span;
    terms.push_back(std::move(is_there));
  }
  auto rows = std::make_shared<sql::FunctionCall>(node);
  rows->name = {{"list", node.span}};
  rows->arguments = {{{}, std::move(row)}};
  rows->filter = terms.empty() ? nullptr : terms[0];
  if (terms.size() > 1) {
    auto all = std::make_shared<sql::Conjunction>();
    all->op = sql::ConjunctionOperator::kAnd;
    all->terms = std::move(terms);
    all->span = node.span;
    rows->filter = std::move(all);
  }
  return rows;
}

}  // namespace

ExprRef QueryBinder::program_call(const ProgramFunctionRef& function,
                                  const sql::FunctionCall& written, const ExprContext& context) {
  const ForeignDeclaration& declared = function->declaration();
  sql::FunctionCall node = written;
  node.arguments = unpacked(written.arguments, context);
  if (declared.gives_rows()) {
    throw Error(ErrorCode::kBind, node.span, "{} gives rows: it stands in FROM", declared.name)
        .hint("FROM " + declared.name + "(…)");
  }
  for (const sql::Argument& argument : node.arguments) {
    if (!argument.name.empty()) {
      throw Error(ErrorCode::kBind, argument.name.span, "{} takes its arguments by position",
                  declared.name);
    }
  }
  if (!declared.takes_anything && node.arguments.size() != declared.parameters.size())
    wrong_count(declared, node.arguments.size(), node.span);
  if (declared.kind == ForeignKind::kAggregate) {
    if (node.arguments.empty())
      throw Error(ErrorCode::kTypeMismatch, node.span, "{} takes at least one value",
                  declared.name);
    return CallExpr::create(function, {call(*rows_of_group(declared, node), context)}, node.span);
  }
  if (node.distinct || node.filter || !node.order_by.empty() || node.over) {
    throw Error(ErrorCode::kBind, node.span,
                "{} is no aggregate: DISTINCT, ORDER BY, FILTER and OVER do not go with it",
                declared.name);
  }
  std::vector<ExprRef> arguments;
  for (const sql::Argument& argument : node.arguments)
    arguments.push_back(expression(*argument.value, context));
  return CallExpr::create(function, std::move(arguments), node.span);
}

}  // namespace doline
