#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/span.h"

/// The unresolved tree: what every front end hands to the binder. Text becomes it in parser.h,
/// bytes in tree_bytes.h; print.h turns it back into SQL, compare.h tells whether two trees are the
/// same.
///
/// Nodes are immutable once published, shared, and valid from birth: required references are set,
/// lists that must not be empty are not, and no tree is higher than kMaxHeight, so whoever walks
/// one may recurse. Each node declares its fields once, in `fields`; printing of structure,
/// equality, hashing, the byte form and the height all come from that declaration:
///
///   v(number, "name", value)           any value; a reference must be set
///   v.some(number, "name", value)      a list or text that must not be empty
///   v.optional(number, "name", ref)    a reference that may be null
///
/// Numbers rise within a node and are never reused: they are part of the byte form.
namespace doline::sql {

/// Reading, binding and dropping a tree recurse; this is what their stacks must bear.
inline constexpr uint32_t kMaxHeight = 1000;

/// A name as written, without its quotes. Names compare without regard to ASCII case.
struct Identifier {
  std::string text;
  SourceSpan span;

  bool empty() const { return text.empty(); }
};

/// `catalog.schema.name`, outermost part first; as much of it as was written, at least one part.
using QualifiedName = std::vector<Identifier>;

/// What all nodes have. `kind` says which struct it is; `as<T>()` of each family checks it.
template <class Kind>
struct Node {
  const Kind kind;
  SourceSpan span;
  /// 1 for a leaf, else one more than the highest child's. Set by `finish`.
  uint32_t height = 1;

  template <class T>
  bool is() const {
    return kind == T::kKind;
  }
  /// The node as the struct its kind names. Precondition: is<T>().
  template <class T>
  const T& as() const {
    return static_cast<const T&>(*this);
  }
  /// Null when the node is of another kind.
  template <class T>
  const T* get_if() const {
    return is<T>() ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  explicit Node(Kind node_kind) : kind(node_kind) {}
};

enum class ExpressionKind : uint8_t;
enum class RelationKind : uint8_t;
enum class QueryKind : uint8_t;
enum class StatementKind : uint8_t;

struct Expression;
struct Relation;
struct Query;
struct Statement;
struct TypeName;
struct WindowSpecification;
struct Sample;

using ExpressionRef = std::shared_ptr<const Expression>;
using RelationRef = std::shared_ptr<const Relation>;
using QueryRef = std::shared_ptr<const Query>;
using StatementRef = std::shared_ptr<const Statement>;
using TypeNameRef = std::shared_ptr<const TypeName>;
using WindowRef = std::shared_ptr<const WindowSpecification>;
using SampleRef = std::shared_ptr<const Sample>;

}  // namespace doline::sql
