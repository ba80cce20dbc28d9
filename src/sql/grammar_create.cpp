#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

IfTaken Grammar::if_not_exists(IfTaken otherwise) {
  if (!tokens_.at(Keyword::kIf) || !tokens_.at(Keyword::kNot, 1)) return otherwise;
  tokens_.take();
  tokens_.take();
  tokens_.expect(Keyword::kExists);
  return IfTaken::kKeep;
}

bool Grammar::if_exists() { return tokens_.accept(Keyword::kIf, Keyword::kExists); }

StatementRef Grammar::create() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kCreate);
  const IfTaken if_taken =
      tokens_.accept(Keyword::kOr, Keyword::kReplace) ? IfTaken::kReplace : IfTaken::kFail;
  const bool temporary = tokens_.accept(Keyword::kTemp) || tokens_.accept(Keyword::kTemporary);
  if (tokens_.accept(Keyword::kTable)) return create_table(if_taken, temporary, begin);
  if (tokens_.at(Keyword::kView) || tokens_.at(Keyword::kMaterialized) ||
      (tokens_.at(Keyword::kRecursive) && tokens_.at(Keyword::kView, 1))) {
    return create_view(if_taken, temporary, begin);
  }
  if (tokens_.accept(Keyword::kType)) return create_type(if_taken, temporary, begin);
  if (tokens_.accept(Keyword::kMacro) || tokens_.accept(Keyword::kFunction)) {
    return create_macro(if_taken, temporary, begin);
  }
  if (tokens_.accept(Keyword::kSchema)) return create_schema(if_taken, begin);
  for (const Keyword known :
       {Keyword::kIndex, Keyword::kUnique, Keyword::kSequence, Keyword::kSecret, Keyword::kTrigger,
        Keyword::kRecursive, Keyword::kPersistent}) {
    if (tokens_.at(known)) {
      not_supported(fmt::format("CREATE {}", tokens_.word(tokens_.peek())));
    }
  }
  for (const char* planned : {"stream", "topic"}) {
    if (tokens_.at_word(planned))
      not_supported(fmt::format("CREATE {}", tokens_.word(tokens_.peek())));
  }
  tokens_.accept(Keyword::kView);
  tokens_.fail("TABLE, VIEW, SCHEMA, TYPE or MACRO");
}

StatementRef Grammar::create_table(IfTaken if_taken, bool temporary, uint32_t begin) {
  auto node = std::make_shared<CreateTable>();
  node->temporary = temporary;
  node->if_taken = if_not_exists(if_taken);
  node->name = qualified_name("a name for the table");
  bool names_only = false;
  if (tokens_.accept("(")) {
    list_until(")", [&] {
      if (auto constraint = table_constraint()) {
        node->constraints.push_back(std::move(*constraint));
        return;
      }
      node->columns.push_back(column_definition());
      names_only = names_only || (node->columns.back().type == nullptr &&
                                  node->columns.back().constraints.empty());
    });
  }
  const bool has_columns = !node->columns.empty();
  if (tokens_.at(Keyword::kAs) || !has_columns) {
    tokens_.expect(Keyword::kAs);
    node->query = query();
    if (tokens_.accept(Keyword::kWith)) {
      node->with_no_data = tokens_.accept(Keyword::kNo);
      if (!tokens_.accept(Keyword::kData)) tokens_.fail("DATA");
    }
  } else if (names_only) {
    tokens_.fail("AS and a query, since a column has no type");
  }
  return finish(std::move(node), tokens_.since(begin));
}

ColumnDefinition Grammar::column_definition() {
  ColumnDefinition column;
  column.name = string_or_name(NameRole::kColumn, "a column name");
  const bool untyped = tokens_.at(",") || tokens_.at(")") || tokens_.at(Keyword::kAs) ||
                       tokens_.at(Keyword::kGenerated);
  if (!untyped) column.type = type();
  while (true) {
    if (tokens_.accept(Keyword::kCollate)) {
      column.collation = qualified_name("a collation");
      continue;
    }
    auto constraint = column_constraint();
    if (!constraint) return column;
    column.constraints.push_back(std::move(*constraint));
  }
}

std::optional<Constraint> Grammar::column_constraint() {
  const uint32_t begin = tokens_.begin();
  Constraint result;
  if (tokens_.accept(Keyword::kConstraint)) {
    result.name = name(NameRole::kColumn, "a name for the constraint");
  }
  const auto in_parentheses = [&] {
    tokens_.expect("(");
    ExpressionRef inner = expression();
    tokens_.expect(")");
    return inner;
  };
  if (tokens_.accept(Keyword::kNot)) {
    tokens_.expect(Keyword::kNull);
    result.constraint = ConstraintKind::kNotNull;
  } else if (tokens_.accept(Keyword::kNull)) {
    result.constraint = ConstraintKind::kNull;
  } else if (tokens_.accept(Keyword::kPrimary)) {
    tokens_.expect(Keyword::kKey);
    result.constraint = ConstraintKind::kPrimaryKey;
  } else if (tokens_.accept(Keyword::kUnique)) {
    result.constraint = ConstraintKind::kUnique;
  } else if (tokens_.accept(Keyword::kCheck)) {
    result.constraint = ConstraintKind::kCheck;
    result.expression = in_parentheses();
  } else if (tokens_.accept(Keyword::kDefault)) {
    result.constraint = ConstraintKind::kDefault;
    // NOT NULL may follow, so NOT is no operator here.
    result.expression = binary(Level::kOther);
  } else if (tokens_.at(Keyword::kReferences)) {
    foreign_key(result);
  } else if (tokens_.at(Keyword::kGenerated) || tokens_.at(Keyword::kAs)) {
    if (tokens_.accept(Keyword::kGenerated)) {
      if (!tokens_.accept(Keyword::kAlways)) tokens_.fail("ALWAYS");
    }
    tokens_.expect(Keyword::kAs);
    result.constraint = ConstraintKind::kGenerated;
    result.expression = in_parentheses();
    if (!tokens_.accept_word("virtual")) tokens_.accept(Keyword::kStored);
  } else if (result.name.empty()) {
    return std::nullopt;
  } else {
    tokens_.fail("a constraint");
  }
  result.span = tokens_.since(begin);
  return result;
}

std::optional<Constraint> Grammar::table_constraint() {
  const uint32_t begin = tokens_.begin();
  Constraint result;
  if (tokens_.accept(Keyword::kConstraint)) {
    result.name = name(NameRole::kColumn, "a name for the constraint");
  }
  if (tokens_.accept(Keyword::kPrimary)) {
    tokens_.expect(Keyword::kKey);
    result.constraint = ConstraintKind::kPrimaryKey;
    result.columns = name_list("a column");
  } else if (tokens_.accept(Keyword::kUnique)) {
    result.constraint = ConstraintKind::kUnique;
    result.columns = name_list("a column");
  } else if (tokens_.accept(Keyword::kCheck)) {
    result.constraint = ConstraintKind::kCheck;
    tokens_.expect("(");
    result.expression = expression();
    tokens_.expect(")");
  } else if (tokens_.accept(Keyword::kForeign)) {
    tokens_.expect(Keyword::kKey);
    result.columns = name_list("a column");
    foreign_key(result);
  } else if (result.name.empty()) {
    return std::nullopt;
  } else {
    tokens_.fail("a constraint");
  }
  result.span = tokens_.since(begin);
  return result;
}

void Grammar::foreign_key(Constraint& constraint) {
  tokens_.expect(Keyword::kReferences);
  constraint.constraint = ConstraintKind::kForeignKey;
  constraint.references = qualified_name("a table");
  if (tokens_.at("(")) constraint.referenced_columns = name_list("a column");
}

StatementRef Grammar::create_view(IfTaken if_taken, bool temporary, uint32_t begin) {
  auto node = std::make_shared<CreateView>();
  node->materialized = tokens_.accept(Keyword::kMaterialized);
  const bool is_recursive = tokens_.accept(Keyword::kRecursive);
  tokens_.expect(Keyword::kView);
  node->temporary = temporary;
  node->if_taken = if_not_exists(if_taken);
  node->name = qualified_name("a name for the view");
  if (tokens_.at("(")) node->columns = name_list("a column name");
  if (is_recursive && node->columns.empty()) tokens_.fail("the view's columns in parentheses");
  tokens_.expect(Keyword::kAs);
  node->query = query();
  if (is_recursive) {
    // The query is the definition of a table in WITH RECURSIVE that has the view's name.
    CommonTable table;
    table.name = node->name.back();
    table.columns = std::exchange(node->columns, {});
    table.query = std::move(node->query);
    const SourceSpan span = table.query->span;
    auto source = std::make_shared<TableName>();
    source->name.push_back(table.name);
    With with;
    with.recursive = true;
    with.tables.push_back(std::move(table));
    OpenQuery body = select_all_from(finish(std::move(source), span), span);
    node->query = query_rest(std::move(with), std::move(body), begin);
  }
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::create_type(IfTaken if_taken, bool temporary, uint32_t begin) {
  auto node = std::make_shared<CreateType>();
  node->temporary = temporary;
  node->if_taken = if_not_exists(if_taken);
  node->name = qualified_name("a name for the type");
  tokens_.expect(Keyword::kAs);
  if (tokens_.at(Keyword::kEnum) && tokens_.at("(", 1) &&
      (tokens_.at(Keyword::kSelect, 2) || tokens_.at(Keyword::kFrom, 2) ||
       tokens_.at(Keyword::kWith, 2) || tokens_.at(Keyword::kValues, 2))) {
    tokens_.take();
    tokens_.take();
    node->labels = query();
    tokens_.expect(")");
  } else {
    node->type = type();
  }
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::create_macro(IfTaken if_taken, bool temporary, uint32_t begin) {
  auto node = std::make_shared<CreateMacro>();
  node->temporary = temporary;
  node->if_taken = if_not_exists(if_taken);
  node->name = qualified_name("a name for the macro");
  node->name.back().text = lower_name(node->name.back().text);
  list([&] { node->overloads.push_back(macro_overload()); }, [&] { return at_list_end(); });
  for (const MacroOverload& overload : node->overloads) {
    if ((overload.body == nullptr) != (node->overloads[0].body == nullptr)) {
      throw Error(ErrorCode::kSyntax, node->name.back().span,
                  "a macro returns either a value or a table, not both");
    }
  }
  return finish(std::move(node), tokens_.since(begin));
}

MacroOverload Grammar::macro_overload() {
  MacroOverload overload;
  tokens_.expect("(");
  if (!tokens_.accept(")")) {
    list_until(")", [&] {
      MacroParameter parameter_node;
      parameter_node.name = name(NameRole::kColumn, "a name for the parameter");
      if (!tokens_.at(",") && !tokens_.at(")") && !tokens_.at(":=") && !tokens_.at("=>")) {
        parameter_node.type = type();
      }
      if (tokens_.accept(":=") || tokens_.accept("=>")) {
        parameter_node.default_value = expression();
      }
      overload.parameters.push_back(std::move(parameter_node));
    });
  }
  tokens_.expect(Keyword::kAs);
  if (tokens_.at(Keyword::kTable)) {
    tokens_.take();
    overload.query = query();
  } else {
    overload.body = expression();
  }
  return overload;
}

StatementRef Grammar::create_schema(IfTaken if_taken, uint32_t begin) {
  auto node = std::make_shared<CreateSchema>();
  node->if_taken = if_not_exists(if_taken);
  node->name = qualified_name("a name for the schema");
  return finish(std::move(node), tokens_.since(begin));
}

std::optional<ObjectKind> Grammar::object_kind() {
  if (tokens_.accept(Keyword::kTable)) return ObjectKind::kTable;
  if (tokens_.accept(Keyword::kView)) return ObjectKind::kView;
  if (tokens_.accept(Keyword::kMaterialized)) {
    tokens_.expect(Keyword::kView);
    return ObjectKind::kMaterializedView;
  }
  if (tokens_.accept(Keyword::kSchema)) return ObjectKind::kSchema;
  if (tokens_.accept(Keyword::kType)) return ObjectKind::kType;
  if (tokens_.accept(Keyword::kMacro) || tokens_.accept(Keyword::kFunction)) {
    return tokens_.accept(Keyword::kTable) ? ObjectKind::kTableMacro : ObjectKind::kMacro;
  }
  return std::nullopt;
}

StatementRef Grammar::drop() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kDrop);
  for (const Keyword known : {Keyword::kIndex, Keyword::kSequence, Keyword::kTrigger}) {
    if (tokens_.at(known)) not_supported(fmt::format("DROP {}", tokens_.word(tokens_.peek())));
  }
  auto node = std::make_shared<Drop>();
  const auto object = object_kind();
  if (!object) tokens_.fail("TABLE, VIEW, SCHEMA, TYPE or MACRO");
  node->object = *object;
  node->if_exists = if_exists();
  node->name = qualified_name("a name");
  if (tokens_.at(",")) not_supported("DROP of several things at once");
  node->cascade = tokens_.accept(Keyword::kCascade);
  if (!node->cascade) tokens_.accept(Keyword::kRestrict);
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::alter() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kAlter);
  auto node = std::make_shared<Alter>();
  const auto object = object_kind();
  if (!object || (*object != ObjectKind::kTable && *object != ObjectKind::kView)) {
    tokens_.fail("TABLE or VIEW");
  }
  node->object = *object;
  node->if_exists = if_exists();
  node->name = qualified_name("a name");
  alter_action(*node);
  return finish(std::move(node), tokens_.since(begin));
}

void Grammar::alter_action(Alter& node) {
  const auto column_path = [&] { node.column = qualified_name("a column"); };
  if (tokens_.accept(Keyword::kRename)) {
    if (tokens_.accept(Keyword::kTo)) {
      node.action = AlterAction::kRename;
    } else {
      node.action = AlterAction::kRenameColumn;
      tokens_.accept(Keyword::kColumn);
      column_path();
      tokens_.expect(Keyword::kTo);
    }
    node.new_name = name(NameRole::kColumn, "a new name");
  } else if (tokens_.accept(Keyword::kAdd)) {
    if (auto constraint = table_constraint()) {
      node.action = AlterAction::kAddConstraint;
      node.definition.constraints.push_back(std::move(*constraint));
      return;
    }
    node.action = AlterAction::kAddColumn;
    tokens_.accept(Keyword::kColumn);
    node.if_exists_inner = if_not_exists(IfTaken::kFail) == IfTaken::kKeep;
    node.definition = column_definition();
  } else if (tokens_.accept(Keyword::kDrop)) {
    node.action = AlterAction::kDropColumn;
    tokens_.accept(Keyword::kColumn);
    node.if_exists_inner = if_exists();
    column_path();
    node.cascade = tokens_.accept(Keyword::kCascade);
    if (!node.cascade) tokens_.accept(Keyword::kRestrict);
  } else if (tokens_.accept(Keyword::kSet)) {
    node.action = AlterAction::kSetSchema;
    tokens_.expect(Keyword::kSchema);
    node.new_name = name(NameRole::kColumn, "a schema");
  } else if (tokens_.accept(Keyword::kAlter)) {
    tokens_.accept(Keyword::kColumn);
    column_path();
    const bool drop_it = tokens_.accept(Keyword::kDrop);
    const bool set_it = !drop_it && tokens_.accept(Keyword::kSet);
    if ((drop_it || set_it) && tokens_.accept(Keyword::kNot)) {
      tokens_.expect(Keyword::kNull);
      node.action = drop_it ? AlterAction::kDropNotNull : AlterAction::kSetNotNull;
    } else if ((drop_it || set_it) && tokens_.accept(Keyword::kDefault)) {
      node.action = drop_it ? AlterAction::kDropDefault : AlterAction::kSetDefault;
      if (set_it) node.expression = expression();
    } else if (!drop_it) {
      if (set_it) tokens_.accept(Keyword::kData);
      if (!tokens_.accept(Keyword::kType)) tokens_.fail("TYPE, SET or DROP");
      node.action = AlterAction::kSetType;
      if (!tokens_.at(Keyword::kUsing)) node.type = type();
      if (tokens_.accept(Keyword::kUsing)) node.expression = expression();
    } else {
      tokens_.fail("DEFAULT or NOT NULL");
    }
  } else {
    tokens_.fail("RENAME, ADD, DROP, ALTER or SET");
  }
}

}  // namespace doline::sql
