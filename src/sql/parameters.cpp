#include "sql/parameters.h"

#include "sql/visit.h"

namespace doline::sql {

std::set<std::string> parameters_of(const Statement& statement) {
  std::set<std::string> names;
  each_node(statement, [&]<class T>(const T& node) {
    if constexpr (std::same_as<T, Parameter>) names.insert(node.name);
  });
  return names;
}

}  // namespace doline::sql
