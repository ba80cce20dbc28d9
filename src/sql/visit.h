#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

#include "base/assert.h"
#include "sql/statement.h"

/// What the walkers over field declarations share. Included by .cpp files only.
namespace doline::sql {

/// Calls `f` with the node as the struct its kind names.
template <class F>
decltype(auto) visit(const Expression& node, F&& f) {
  switch (node.kind) {
#define X(tag, name)            \
  case ExpressionKind::k##name: \
    return f(node.as<name>());
    DOLINE_SQL_EXPRESSIONS(X)
#undef X
  }
  UNREACHABLE();
}
template <class F>
decltype(auto) visit(const Relation& node, F&& f) {
  switch (node.kind) {
#define X(tag, name)          \
  case RelationKind::k##name: \
    return f(node.as<name>());
    DOLINE_SQL_RELATIONS(X)
#undef X
  }
  UNREACHABLE();
}
template <class F>
decltype(auto) visit(const Query& node, F&& f) {
  switch (node.kind) {
#define X(tag, name)       \
  case QueryKind::k##name: \
    return f(node.as<name>());
    DOLINE_SQL_QUERIES(X)
#undef X
  }
  UNREACHABLE();
}
template <class F>
decltype(auto) visit(const Statement& node, F&& f) {
  switch (node.kind) {
#define X(tag, name)           \
  case StatementKind::k##name: \
    return f(node.as<name>());
    DOLINE_SQL_STATEMENTS(X)
#undef X
  }
  UNREACHABLE();
}
template <class F>
decltype(auto) visit(const TypeName& node, F&& f) {
  return f(node);
}
template <class F>
decltype(auto) visit(const WindowSpecification& node, F&& f) {
  return f(node);
}
template <class F>
decltype(auto) visit(const Sample& node, F&& f) {
  return f(node);
}

/// A walker that treats all fields alike, whatever the declaration says of them:
/// `self.take(value)` for each, in their order.
template <class Self>
struct EachField {
  template <class T>
  void operator()(int, const char*, const T& value) {
    static_cast<Self*>(this)->take(value);
  }
  template <class T>
  void some(int, const char*, const T& value) {
    static_cast<Self*>(this)->take(value);
  }
  template <class T>
  void optional(int, const char*, const T& value) {
    static_cast<Self*>(this)->take(value);
  }
};

// The sorts of field values. A walker takes them in this order: reference, list, and so on.

template <class T>
struct ReferenceTrait : std::false_type {};
template <class T>
struct ReferenceTrait<std::shared_ptr<const T>> : std::true_type {
  using Target = T;
};
template <class T>
concept ReferenceField = ReferenceTrait<T>::value;

template <class T>
struct ListTrait : std::false_type {};
template <class T>
struct ListTrait<std::vector<T>> : std::true_type {};
template <class T>
concept ListField = ListTrait<T>::value;

template <class T>
concept NumberField = std::is_enum_v<T> || std::unsigned_integral<T>;  // bool among them

/// A struct with fields of its own.
template <class T>
concept StructField =
    !ReferenceField<T> && !ListField<T> && !NumberField<T> && !std::same_as<T, std::string> &&
    !std::same_as<T, Identifier> && !std::same_as<T, SourceSpan>;

/// See each_node.
template <class Each>
struct NodeWalker : EachField<NodeWalker<Each>> {
  explicit NodeWalker(Each& each_node) : each(each_node) {}

  template <class T>
  void take(const T& value) {
    if constexpr (ReferenceField<T>) {
      if (value != nullptr) visit(*value, [&](const auto& node) { go(node); });
    } else if constexpr (ListField<T>) {
      for (const auto& element : value) take(element);
    } else if constexpr (StructField<T>) {
      go(value);
    }
  }
  template <class T>
  void go(const T& node) {
    each(node);
    T::fields(node, *this);
  }

  Each& each;
};

/// Calls `each` with the node, and then with all that stand in it, as the structs they are.
template <class Node, class Each>
void each_node(const Node& root, Each each) {
  NodeWalker<Each> walker(each);
  visit(root, [&](const auto& node) { walker.go(node); });
}

}  // namespace doline::sql
