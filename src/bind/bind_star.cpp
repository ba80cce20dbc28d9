#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "bind/query_binder.h"
#include "sql/print.h"
#include "sql/visit.h"

namespace doline {

namespace {

bool named_by(const ScopeColumn& column, const sql::QualifiedName& name) {
  return same_name(column.name, name.back().text) &&
         (name.size() < 2 || same_name(column.table, name[name.size() - 2].text));
}

[[noreturn]] void not_in_star(const sql::QualifiedName& name, const char* clause,
                              const Scope& scope) {
  Error error(ErrorCode::kColumnNotFound, name.back().span,
              "{} names \"{}\", which * does not have", clause, name.back().text);
  const std::string near = nearest_name(name.back().text, scope.column_names());
  if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
  throw error;
}

struct ColumnsFinder : sql::EachField<ColumnsFinder> {
  const sql::Columns* found = nullptr;
  void take(const sql::ExpressionRef& value) {
    const sql::Columns* next = value ? columns_in(*value) : nullptr;
    if (next && found && sql::to_sql(*next) != sql::to_sql(*found)) {
      throw Error(ErrorCode::kBind, next->span,
                  "an expression goes through one choice of columns; {} is another than {}",
                  sql::to_sql(*next), sql::to_sql(*found));
    }
    if (!found) found = next;
  }
  void take(const sql::Argument& value) { take(value.value); }
  void take(const sql::CaseBranch& value) {
    take(value.when);
    take(value.then);
  }
  void take(const sql::OrderItem& value) { take(value.expression); }
  template <class T>
  void take(const std::vector<T>& values) {
    for (const auto& value : values) take(value);
  }
  template <class T>
  void take(const T&) {}
};

}  // namespace

const sql::Columns* columns_in(const sql::Expression& node) {
  if (const auto* columns = node.get_if<sql::Columns>()) return columns->unpack ? nullptr : columns;
  ColumnsFinder finder;
  sql::visit(node, [&](const auto& exact) {
    std::remove_cvref_t<decltype(exact)>::fields(exact, finder);
  });
  return finder.found;
}

std::string captured_name(const sql::Columns& columns, const std::string& column,
                          const std::string& alias) {
  if (alias.find('\\') == std::string::npos) return alias;
  std::array<re2::StringPiece, 10> captured;
  if (const auto* pattern = columns.selector->get_if<sql::Literal>();
      pattern && pattern->literal == sql::LiteralKind::kString) {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(pattern->text, options);
    const int groups =
        std::min(compiled.NumberOfCapturingGroups() + 1, static_cast<int>(captured.size()));
    if (compiled.ok())
      compiled.Match(column, 0, column.size(), RE2::UNANCHORED, captured.data(), groups);
  }
  captured[0] = column;
  std::string name;
  for (size_t i = 0; i < alias.size(); ++i) {
    const bool escapes = alias[i] == '\\' && i + 1 < alias.size();
    if (escapes && alias[i + 1] >= '0' && alias[i + 1] <= '9') {
      const re2::StringPiece& group = captured[static_cast<size_t>(alias[++i] - '0')];
      name.append(group.data() ? group.data() : "", group.size());
    } else {
      name += alias[escapes && alias[i + 1] == '\\' ? ++i : i];
    }
  }
  return name;
}

std::vector<ScopeColumn> QueryBinder::star_columns(const sql::Star& star, const Scope& scope,
                                                   SourceSpan span) {
  std::vector<ScopeColumn> columns;
  for (const ScopeColumn& column : scope.columns) {
    if (star.qualifier.empty()
            ? column.in_star
            : !column.is_hidden && same_name(column.table, star.qualifier.back().text)) {
      columns.push_back(column);
    }
  }
  if (columns.empty()) {
    if (!star.qualifier.empty()) {
      throw Error(ErrorCode::kTableNotFound, span, "no table \"{}\" in FROM",
                  star.qualifier.back().text);
    }
    throw Error(ErrorCode::kBind, span, "* without a FROM clause stands for nothing")
        .hint("SELECT * FROM 'file.csv'");
  }
  for (const auto& name : star.exclude) {
    const auto end = std::remove_if(columns.begin(), columns.end(), [&](const ScopeColumn& column) {
      return named_by(column, name);
    });
    if (end == columns.end()) not_in_star(name, "EXCLUDE", scope);
    columns.erase(end, columns.end());
  }
  if (star.filter) {
    std::vector<ScopeColumn> kept;
    for (ScopeColumn& column : columns) {
      const std::function<Value(const sql::Star&, SourceSpan)> tested =
          [&](const sql::Star&, SourceSpan) { return Value::text(column.name); };
      ExprContext context;
      context.clause = "* LIKE";
      context.star_value = &tested;
      const Value holds =
          constant_value(condition(*star.filter, context), "* LIKE", star.filter->span);
      if (!holds.is_null() && holds.as_bool()) kept.push_back(std::move(column));
    }
    columns = std::move(kept);
  }
  if (columns.empty()) throw Error(ErrorCode::kBind, span, "nothing is left of *");
  for (const auto& rename : star.rename) {
    bool found = false;
    for (ScopeColumn& column : columns) {
      if (!named_by(column, rename.from)) continue;
      column.name = rename.to.text;
      found = true;
    }
    if (!found) not_in_star(rename.from, "RENAME", scope);
  }
  return columns;
}

std::vector<ScopeColumn> QueryBinder::chosen_columns(const sql::Columns& node, const Scope& scope) {
  Scope in_view = scope;
  if (!node.qualifier.empty()) {
    std::erase_if(in_view.columns, [&](const ScopeColumn& column) {
      return !same_name(column.table, node.qualifier.back().text);
    });
  }
  if (const auto* star = node.selector->get_if<sql::Star>())
    return star_columns(*star, in_view, node.span);
  const std::function<Value(const sql::Star&, SourceSpan)> names_of = [&](const sql::Star& star,
                                                                          SourceSpan span) {
    if (!star.replace.empty() || !star.rename.empty()) {
      throw Error(
          ErrorCode::kBind, span, "{} stands in COLUMNS only around everything: COLUMNS(* {} (…))",
          star.rename.empty() ? "REPLACE" : "RENAME", star.rename.empty() ? "REPLACE" : "RENAME");
    }
    std::vector<Value> names;
    for (const ScopeColumn& column : star_columns(star, in_view, span))
      names.push_back(Value::text(column.name));
    return Value::nested(Type::list(Type::varchar()), std::move(names));
  };
  ExprContext context;
  context.clause = "COLUMNS";
  context.star_value = &names_of;
  sql::ExpressionRef written = node.selector;
  if (written->is<sql::Lambda>()) {
    // The names for which it holds.
    auto filter = std::make_shared<sql::FunctionCall>();
    filter->name.push_back({"list_filter", written->span});
    auto star = std::make_shared<sql::Star>();
    star->span = filter->span = written->span;
    filter->arguments = {{{}, std::move(star)}, {{}, written}};
    written = std::move(filter);
  }
  const Value selector = constant_value(expression(*written, context), "COLUMNS", written->span);
  std::vector<ScopeColumn> chosen;
  if (!selector.is_null() && selector.type()->is(TypeKind::kVarchar)) {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 pattern(selector.as_text(), options);
    if (!pattern.ok()) {
      throw Error(ErrorCode::kInvalidArgument, node.selector->span, "not a regular expression: {}",
                  pattern.error());
    }
    for (const ScopeColumn& column : in_view.columns) {
      if (column.in_star && RE2::PartialMatch(column.name, pattern)) chosen.push_back(column);
    }
  } else if (!selector.is_null() && selector.type()->is(TypeKind::kList)) {
    // In the order of the table, whatever the order of the list.
    std::vector<std::string> names;
    for (const Value& name : selector.as_nested())
      names.push_back(name.is_null() ? "NULL" : name.to_string());
    for (const ScopeColumn& column : in_view.columns) {
      const bool is_named = std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return same_name(column.name, name);
      });
      if (column.in_star && is_named) chosen.push_back(column);
    }
    for (const std::string& name : names) {
      if (std::any_of(chosen.begin(), chosen.end(),
                      [&](const auto& column) { return same_name(column.name, name); }))
        continue;
      Error error(ErrorCode::kColumnNotFound, node.selector->span,
                  "COLUMNS names \"{}\", which is not in view", name);
      const std::string near = nearest_name(name, in_view.column_names());
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw error;
    }
  } else {
    throw Error(ErrorCode::kBind, node.selector->span,
                "COLUMNS takes *, a pattern, a list of names or a lambda");
  }
  if (chosen.empty()) {
    Error error(ErrorCode::kColumnNotFound, node.span, "COLUMNS(…) fits no column");
    error.add_note(fmt::format("the columns are {}", fmt::join(in_view.column_names(), ", ")));
    throw error;
  }
  return chosen;
}

}  // namespace doline
