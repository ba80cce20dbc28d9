#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

StatementRef Grammar::insert(With with, uint32_t begin) {
  tokens_.expect(Keyword::kInsert);
  auto node = std::make_shared<Insert>();
  node->with = std::move(with);
  if (tokens_.accept(Keyword::kOr)) {
    if (tokens_.accept(Keyword::kReplace)) {
      node->on_conflict.action = ConflictAction::kReplace;
    } else if (tokens_.accept(Keyword::kIgnore)) {
      node->on_conflict.action = ConflictAction::kNothing;
    } else {
      tokens_.fail("REPLACE or IGNORE behind OR");
    }
  }
  tokens_.expect(Keyword::kInto);
  node->table = qualified_name("a table");
  if (tokens_.accept(Keyword::kAs)) node->alias = name(NameRole::kColumn, "a name behind AS");
  // A parenthesis opens a list of columns unless it opens a query.
  if (tokens_.at("(") && at_name(NameRole::kColumn, 1) &&
      (tokens_.at(",", 2) || tokens_.at(")", 2))) {
    node->columns = name_list("a column");
  }
  if (tokens_.accept(Keyword::kBy)) {
    node->by_name = tokens_.accept(Keyword::kName);
    if (!node->by_name && !tokens_.accept(Keyword::kPosition)) tokens_.fail("NAME or POSITION");
  }
  if (tokens_.accept(Keyword::kDefault)) {
    tokens_.expect(Keyword::kValues);
  } else if (at_query() || tokens_.at(Keyword::kValues) || tokens_.at("(")) {
    node->query = query();
  } else {
    tokens_.accept(Keyword::kValues);
    tokens_.accept(Keyword::kSelect);
    tokens_.fail("VALUES, SELECT or another query");
  }
  if (tokens_.accept(Keyword::kOn)) node->on_conflict = on_conflict();
  node->returning = returning();
  return finish(std::move(node), tokens_.since(begin));
}

OnConflict Grammar::on_conflict() {
  OnConflict result;
  tokens_.expect(Keyword::kConflict);
  if (tokens_.at("(")) result.columns = name_list("a column");
  tokens_.expect(Keyword::kDo);
  if (tokens_.accept(Keyword::kNothing)) {
    result.action = ConflictAction::kNothing;
    return result;
  }
  if (!tokens_.accept(Keyword::kUpdate)) tokens_.fail("NOTHING or UPDATE");
  tokens_.expect(Keyword::kSet);
  result.action = ConflictAction::kUpdate;
  result.assignments = assignments();
  if (tokens_.accept(Keyword::kWhere)) result.condition = expression();
  return result;
}

std::vector<Assignment> Grammar::assignments() {
  std::vector<Assignment> result;
  list(
      [&] {
        if (tokens_.at("(")) {
          // (a, b) = (1, 2): one assignment for each pair.
          const uint32_t begin = tokens_.begin();
          const std::vector<Identifier> columns = name_list("a column");
          tokens_.expect("=");
          const ExpressionRef values = expression();
          const auto* row = values->get_if<FunctionCall>();
          if (row == nullptr || row->name.back().text != "row" ||
              row->arguments.size() != columns.size()) {
            throw Error(ErrorCode::kSyntax, tokens_.since(begin),
                        "{} columns are set, so there must be as many values in parentheses",
                        columns.size());
          }
          for (size_t i = 0; i < columns.size(); ++i) {
            result.push_back({columns[i], row->arguments[i].value});
          }
          return;
        }
        Assignment assignment;
        assignment.column = name(NameRole::kColumn, "a column to set");
        tokens_.expect("=");
        assignment.value = expression();
        result.push_back(std::move(assignment));
      },
      [&] { return at_list_end(); });
  return result;
}

std::vector<NamedExpression> Grammar::returning() {
  if (!tokens_.accept(Keyword::kReturning)) return {};
  return named_expressions();
}

RelationRef Grammar::modified_table(Keyword next) {
  const uint32_t begin = tokens_.begin();
  auto node = std::make_shared<TableName>();
  node->name = qualified_name("a table");
  if (tokens_.accept(Keyword::kAs) || (!tokens_.at(next) && at_name(NameRole::kColumn))) {
    tokens_.note_implicit_name(tokens_.peek());
    node->alias = name(NameRole::kColumn, "a name");
  }
  return close_relation(std::move(node), begin);
}

StatementRef Grammar::update(With with, uint32_t begin) {
  tokens_.expect(Keyword::kUpdate);
  auto node = std::make_shared<Update>();
  node->with = std::move(with);
  node->table = modified_table(Keyword::kSet);
  tokens_.expect(Keyword::kSet);
  node->assignments = assignments();
  if (tokens_.accept(Keyword::kFrom)) node->from = from_list();
  if (tokens_.accept(Keyword::kWhere)) node->where = expression();
  node->returning = returning();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::remove(With with, uint32_t begin) {
  tokens_.expect(Keyword::kDelete);
  tokens_.expect(Keyword::kFrom);
  auto node = std::make_shared<Delete>();
  node->with = std::move(with);
  node->table = modified_table(Keyword::kUsing);
  if (tokens_.accept(Keyword::kUsing)) node->using_relation = from_list();
  if (tokens_.accept(Keyword::kWhere)) node->where = expression();
  node->returning = returning();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::truncate() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kTruncate);
  if (tokens_.at(Keyword::kTable)) tokens_.take();
  auto node = std::make_shared<Delete>();
  const uint32_t table_begin = tokens_.begin();
  auto table = std::make_shared<TableName>();
  table->name = qualified_name("a table");
  node->table = close_relation(std::move(table), table_begin);
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::copy() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kCopy);
  auto node = std::make_shared<Copy>();
  if (tokens_.accept("(")) {
    node->query = query();
    tokens_.expect(")");
  } else {
    if (tokens_.at(Keyword::kFrom)) not_supported("COPY FROM DATABASE");
    node->table = qualified_name("a table or a query in parentheses");
    if (tokens_.at("(")) node->columns = name_list("a column");
  }
  node->is_from = node->query == nullptr && tokens_.accept(Keyword::kFrom);
  if (!node->is_from) tokens_.expect(Keyword::kTo);
  const uint32_t path_begin = tokens_.begin();
  if (tokens_.accept_word("stdout")) {
    node->path = literal(LiteralKind::kString, "/dev/stdout", tokens_.since(path_begin));
  } else if (tokens_.accept_word("stdin")) {
    node->path = literal(LiteralKind::kString, "/dev/stdin", tokens_.since(path_begin));
  } else if (at_name(NameRole::kColumn)) {
    // A bare name is a path of that name.
    Identifier path = name(NameRole::kColumn, "a path");
    node->path = literal(LiteralKind::kString, path.text, path.span);
  } else {
    node->path = postfixed();
  }
  tokens_.accept(Keyword::kWith);
  if (tokens_.at("(")) {
    node->options = options_in_parentheses();
  } else {
    node->options = legacy_options();
  }
  return finish(std::move(node), tokens_.since(begin));
}

std::vector<Option> Grammar::options_in_parentheses() {
  std::vector<Option> options;
  tokens_.expect("(");
  if (tokens_.accept(")")) return options;
  list_until(")", [&] {
    Option option;
    option.name = string_or_name(NameRole::kLabel, "an option");
    tokens_.accept("=");
    if (!tokens_.at(",") && !tokens_.at(")")) option.values = option_values();
    options.push_back(std::move(option));
  });
  return options;
}

/// `(a, b)` is a list of values, anything else is one.
std::vector<ExpressionRef> Grammar::option_values() {
  std::vector<ExpressionRef> values;
  ExpressionRef value = option_value();
  const auto* row = value->get_if<FunctionCall>();
  if (row != nullptr && row->name.back().text == "row") {
    for (const Argument& part : row->arguments) values.push_back(part.value);
  } else {
    values.push_back(std::move(value));
  }
  return values;
}

ExpressionRef Grammar::option_value() {
  // Words such as ON are values too.
  const Token& token = tokens_.peek();
  const bool alone = tokens_.peek(1).kind == TokenKind::kEnd || tokens_.at(",", 1) ||
                     tokens_.at(")", 1) || tokens_.at(";", 1);
  const bool is_constant = token.keyword == Keyword::kTrue || token.keyword == Keyword::kFalse ||
                           token.keyword == Keyword::kNull;
  if (alone && token.keyword != Keyword::kNoKeyword && !is_constant) {
    return column(name(NameRole::kLabel, "a value"));
  }
  return expression();
}

/// `CSV HEADER DELIMITER ',' NULL 'x'`, without parentheses and commas.
std::vector<Option> Grammar::legacy_options() {
  std::vector<Option> options;
  const auto is_word = [&](std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      if (tokens_.at_word(word)) return true;
    }
    return false;
  };
  while (tokens_.peek().kind == TokenKind::kWord) {
    Option option;
    if (is_word({"csv", "parquet", "json", "binary"})) {
      option.name = {"format", tokens_.peek().span};
      option.values.push_back(column(name(NameRole::kLabel, "a format")));
    } else if (is_word({"header", "freeze", "oids"})) {
      option.name = name(NameRole::kLabel, "an option");
    } else if (is_word(
                   {"delimiter", "delimiters", "null", "quote", "escape", "encoding", "format"})) {
      option.name = name(NameRole::kLabel, "an option");
      tokens_.accept(Keyword::kAs);
      if (at_name(NameRole::kColumn)) {
        option.values.push_back(column(name(NameRole::kColumn, "a value")));
      } else {
        ExpressionRef value = primary();
        option.values.push_back(std::move(value));
      }
    } else if (tokens_.accept(Keyword::kForce)) {
      const uint32_t begin = tokens_.begin();
      const bool negated = tokens_.accept(Keyword::kNot);
      if (!negated && !tokens_.accept_word("quote")) tokens_.fail("QUOTE or NOT NULL");
      if (negated) tokens_.expect(Keyword::kNull);
      option.name = {negated ? "force_not_null" : "force_quote", tokens_.since(begin)};
      if (tokens_.at("*")) {
        option.values.push_back(primary());
      } else {
        do {
          option.values.push_back(column(name(NameRole::kColumn, "a column")));
        } while (tokens_.accept(","));
      }
    } else {
      tokens_.fail("an option of COPY");
    }
    options.push_back(std::move(option));
  }
  return options;
}

}  // namespace doline::sql
