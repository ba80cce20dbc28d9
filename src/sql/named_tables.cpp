#include "sql/named_tables.h"

#include "sql/visit.h"

namespace doline::sql {

std::set<std::string> named_tables(const Statement& statement) {
  std::set<std::string> names;
  each_node(statement, [&]<class T>(const T& node) {
    if constexpr (std::same_as<T, TableName>) names.insert(node.name.back().text);
  });
  return names;
}

}  // namespace doline::sql
