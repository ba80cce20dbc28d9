#include "sql/compare.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/hash.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

/// Where the fields of one struct lie, in their order.
struct FieldAddresses : EachField<FieldAddresses> {
  std::array<const void*, 24> at{};
  size_t count = 0;

  template <class T>
  void take(const T& value) {
    at[count++] = &value;
  }
};

template <class T>
bool same(const T& left, const T& right);

/// Compares the fields it is shown with those of the other struct, whose addresses it has.
struct EqualWalker : EachField<EqualWalker> {
  explicit EqualWalker(const FieldAddresses& addresses) : other(addresses) {}

  template <class T>
  void take(const T& value) {
    const auto& counterpart = *static_cast<const T*>(other.at[next++]);
    result = result && same(value, counterpart);
  }

  const FieldAddresses& other;
  size_t next = 0;
  bool result = true;
};

template <class T>
bool same_fields(const T& left, const T& right) {
  FieldAddresses addresses;
  T::fields(right, addresses);
  EqualWalker walker(addresses);
  T::fields(left, walker);
  return walker.result;
}

template <class T>
bool same_node(const T& left, const T& right) {
  if (&left == &right) return true;
  if constexpr (requires { left.kind; }) {
    if (left.kind != right.kind) return false;
  }
  return visit(left, [&](const auto& node) {
    using Exact = std::remove_cvref_t<decltype(node)>;
    return same_fields(node, static_cast<const Exact&>(right));
  });
}

template <class T>
bool same(const T& left, const T& right) {
  if constexpr (ReferenceField<T>) {
    if (left == nullptr || right == nullptr) return left == right;
    return same_node(*left, *right);
  } else if constexpr (ListField<T>) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const auto& a, const auto& b) { return same(a, b); });
  } else if constexpr (std::same_as<T, Identifier>) {
    return same_name(left.text, right.text);
  } else if constexpr (std::same_as<T, SourceSpan>) {
    return true;
  } else if constexpr (StructField<T>) {
    return same_fields(left, right);
  } else {
    return left == right;
  }
}

struct HashWalker : EachField<HashWalker> {
  uint64_t result = 0;

  template <class T>
  void take(const T& value) {
    if constexpr (ReferenceField<T>) {
      mix(value != nullptr);
      if (value != nullptr) node(*value);
    } else if constexpr (ListField<T>) {
      mix(value.size());
      for (const auto& element : value) take(element);
    } else if constexpr (std::same_as<T, Identifier>) {
      mix(hash_string(lower_name(value.text)));
    } else if constexpr (std::same_as<T, std::string>) {
      mix(hash_string(value));
    } else if constexpr (std::same_as<T, SourceSpan>) {
      // Spans say nothing.
    } else if constexpr (StructField<T>) {
      T::fields(value, *this);
    } else {
      mix(static_cast<uint64_t>(value));
    }
  }

  template <class T>
  void node(const T& value) {
    if constexpr (requires { value.kind; }) mix(static_cast<uint64_t>(value.kind));
    visit(value,
          [&](const auto& exact) { std::remove_cvref_t<decltype(exact)>::fields(exact, *this); });
  }

  void mix(uint64_t value) { result = hash_combine(result, value); }
};

}  // namespace

bool equal(const Statement& left, const Statement& right) { return same_node(left, right); }
bool equal(const Query& left, const Query& right) { return same_node(left, right); }
bool equal(const Relation& left, const Relation& right) { return same_node(left, right); }
bool equal(const Expression& left, const Expression& right) { return same_node(left, right); }
bool equal(const TypeName& left, const TypeName& right) { return same_node(left, right); }

uint64_t hash(const Expression& expression) {
  HashWalker walker;
  walker.node(expression);
  return walker.result;
}

bool same_name(std::string_view left, std::string_view right) {
  return equal_ignoring_case(left, right);
}

std::string lower_name(std::string_view name) { return ascii_lower(name); }

}  // namespace doline::sql
