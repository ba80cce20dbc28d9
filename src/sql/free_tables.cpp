#include "sql/free_tables.h"

#include "sql/tree_bytes.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

/// What there is to know of a statement before its names can be told apart.
struct Scan {
  std::set<std::string> defined;      // by WITH
  std::set<const Relation*> changed;  // by UPDATE and DELETE
  bool is_kept = false;

  explicit Scan(const Statement& statement) {
    each_node(statement, [&]<class T>(const T& node) {
      if constexpr (std::same_as<T, CommonTable>) defined.insert(node.name.text);
      if constexpr (std::same_as<T, Update> || std::same_as<T, Delete>)
        changed.insert(node.table.get());
      is_kept |=
          std::same_as<T, CreateView> || std::same_as<T, CreateMacro> || std::same_as<T, Prepare>;
    });
  }

  bool is_free(const TableName& table) const {
    return table.name.size() == 1 && !table.is_string && !changed.contains(&table) &&
           !defined.contains(table.name[0].text);
  }
};

bool reads_its_table(const Copy& copy) { return copy.table.size() == 1 && !copy.is_from; }

}  // namespace

std::set<std::string> free_tables(const Statement& statement) {
  const Scan scan(statement);
  if (scan.is_kept) return {};
  std::set<std::string> names;
  each_node(statement, [&]<class T>(const T& node) {
    if constexpr (std::same_as<T, TableName>) {
      if (scan.is_free(node)) names.insert(node.name[0].text);
    }
    if constexpr (std::same_as<T, Copy>) {
      if (reads_its_table(node)) names.insert(node.table[0].text);
    }
  });
  return names;
}

StatementRef with_tables_replaced(const Statement& statement,
                                  const std::map<std::string, std::string>& replacements) {
  // Nobody else has seen this copy yet, so it may still change.
  const StatementRef copy = statement_from_bytes(to_bytes(statement));
  const Scan scan(*copy);
  if (scan.is_kept) return copy;
  each_node(*copy, [&]<class T>(const T& node) {
    if constexpr (std::same_as<T, TableName>) {
      const auto found = replacements.find(node.name[0].text);
      if (!scan.is_free(node) || found == replacements.end()) return;
      auto& table = const_cast<TableName&>(node);
      if (table.alias.empty()) table.alias = table.name[0];
      table.name[0].text = found->second;
    }
    if constexpr (std::same_as<T, Copy>) {
      if (!reads_its_table(node)) return;
      const auto found = replacements.find(node.table[0].text);
      if (found != replacements.end()) const_cast<Copy&>(node).table[0].text = found->second;
    }
  });
  return copy;
}

}  // namespace doline::sql
