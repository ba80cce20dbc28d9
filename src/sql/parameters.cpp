#include "sql/parameters.h"

#include "sql/visit.h"

namespace doline::sql {

namespace {

/// Goes through every field of every node, by their declarations.
struct Collector : EachField<Collector> {
  explicit Collector(std::set<std::string>& into) : names(into) {}

  template <class T>
  void take(const T& value) {
    if constexpr (ReferenceField<T>) {
      if (value != nullptr) visit(*value, [&](const auto& node) { fields_of(node); });
    } else if constexpr (ListField<T>) {
      for (const auto& element : value) take(element);
    } else if constexpr (StructField<T> && !std::same_as<T, Identifier>) {
      fields_of(value);
    }
  }
  template <class T>
  void fields_of(const T& node) {
    if constexpr (std::same_as<T, Parameter>) names.insert(node.name);
    T::fields(node, *this);
  }

  std::set<std::string>& names;
};

}  // namespace

std::set<std::string> parameters_of(const Statement& statement) {
  std::set<std::string> names;
  Collector collector(names);
  visit(statement, [&](const auto& node) { collector.fields_of(node); });
  return names;
}

}  // namespace doline::sql
