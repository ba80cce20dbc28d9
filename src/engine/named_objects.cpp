// What there is by name, and the statements that would make it again.
#include "engine/named_objects.h"

#include <set>

#include "bind/scope.h"
#include "engine/session.h"
#include "sql/named_tables.h"
#include "sql/parser.h"
#include "sql/print.h"

namespace doline {

namespace {

std::string create_table(const std::string& name, const Table& table) {
  const Schema& schema = table.schema();
  const TableRules* rules = table.rules();
  std::string text = "CREATE TABLE " + sql::quote_identifier(name) + "(";
  for (size_t i = 0; i < schema.size(); ++i) {
    text +=
        (i > 0 ? ", " : "") + sql::quote_identifier(schema[i].name) + " " + schema[i].type->name();
    if (!rules) continue;
    const TableRules::Column& column = rules->columns[i];
    if (!column.default_value.empty()) text += " DEFAULT " + column.default_value;
    if (column.not_null) text += " NOT NULL";
  }
  for (const TableRules::Check& check : rules ? rules->checks : std::vector<TableRules::Check>()) {
    text += ", ";
    if (!check.name.empty()) text += "CONSTRAINT " + sql::quote_identifier(check.name) + " ";
    text += "CHECK (" + check.condition + ")";
  }
  return text + ");";
}

/// Puts views behind those they read.
class ViewOrder {
 public:
  explicit ViewOrder(Session& session) : session_(session) {
    for (const std::string& name : session.table_names()) names_.insert(folded(name));
  }

  /// The view, behind what it reads. Views that read each other in a circle, which nobody can bind,
  /// come in any order.
  void add(const std::string& name) {
    if (names_.erase(folded(name)) == 0) return;  // a file, a system's view, or seen already
    const auto text = session_.find_view({name});
    const sql::StatementRef statement = sql::parse_statement(*text);
    for (const std::string& read : sql::named_tables(*statement)) {
      if (!session_.find_table({read})) add(read);
    }
    ordered.emplace_back(name, *text);
  }

  std::vector<std::pair<std::string, std::string>> ordered;  // names and texts

 private:
  Session& session_;
  std::set<std::string> names_;  // that are not there yet
};

/// A view may read the list of views and their columns itself, and is then bound within that list.
/// Of the thread that binds.
thread_local bool is_binding_views = false;

/// None where the view cannot be bound.
Schema columns_of_view(Session& session, const std::string& name) {
  if (is_binding_views) return {};
  is_binding_views = true;
  Schema schema;
  try {
    const auto statement = sql::parse_statement("SELECT * FROM " + sql::quote_identifier(name));
    schema = bind_query(*statement->as<sql::SelectStatement>().query, session)->schema;
  } catch (const Error&) {
    // A table or a file that it reads is gone.
  }
  is_binding_views = false;
  return schema;
}

}  // namespace

std::vector<NamedObject> named_objects(Session& session) {
  std::vector<NamedObject> objects;
  ViewOrder views(session);
  for (const std::string& name : session.table_names()) {
    const TableRef table = session.find_table({name});
    if (!table) {
      views.add(name);
      continue;
    }
    objects.push_back(
        {name, table, create_table(name, *table), [table] { return table->schema(); }});
  }
  for (const auto& [view, text] : views.ordered) {
    objects.push_back({view, nullptr,
                       fmt::format("CREATE VIEW {} AS {};", sql::quote_identifier(view), text),
                       [&session, name = view] { return columns_of_view(session, name); }});
  }
  return objects;
}

}  // namespace doline
