#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ref.h"
#include "column/value.h"

namespace doline {

/// Names a class of nodes in the wire form. Never reused, never renumbered.
enum class NodeTag : uint16_t {
  // Expressions.
  kConstant = 1,
  kColumn = 2,
  kCall = 3,
  kCast = 4,
  kCase = 5,
  kConjunction = 6,
  kIsNull = 7,
  kInList = 8,
  kCoalesce = 9,
  kTry = 10,
  kLambda = 11,
  kAggregate = 12,
  kWindow = 13,
  kSortKey = 14,
  kLet = 15,
  kLetValue = 16,
  // Relations.
  kScan = 100,
  kFilter = 101,
  kProject = 102,
  kAggregation = 103,
  kJoin = 104,
  kSort = 105,
  kLimit = 106,
  kUnion = 107,
  kValues = 108,
  kUnnest = 109,
  kWindowing = 110,
  kWrite = 113,
  kSingleRow = 115,
  kSharedInput = 116,
  kRecursive = 124,
  kWorkingTable = 125,
  kSample = 126,
};

class AccessPolicy;  // of io/: passed on to those who open tables, not looked into here
class Node;
using NodeRef = Ref<const Node>;

/// Sees each field of a node in turn. Printing, equality, hashing and the wire form are visitors;
/// a node names its fields once.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;

  virtual void field(int tag, const char* name, bool& value) = 0;
  virtual void field(int tag, const char* name, int64_t& value) = 0;
  virtual void field(int tag, const char* name, double& value) = 0;
  virtual void field(int tag, const char* name, std::string& value) = 0;
  virtual void field(int tag, const char* name, TypeRef& value) = 0;
  virtual void field(int tag, const char* name, Value& value) = 0;
  virtual void field(int tag, const char* name, NodeRef& value) = 0;
  /// How many elements follow; a reader sets it, after checking it against the bytes left.
  virtual void count(int tag, const char* name, size_t& value) = 0;
  /// For nodes that stand for tables: what may be opened while they are read. Null: none.
  virtual const AccessPolicy* access() const { return nullptr; }

  // What nodes call. Composite fields are spelled out in terms of those above.
  template <class T>
  void operator()(int tag, const char* name, T& value) {
    if constexpr (std::is_enum_v<T> || (std::integral<T> && !std::same_as<T, bool>)) {
      auto wide = static_cast<int64_t>(value);
      field(tag, name, wide);
      if constexpr (std::is_enum_v<T>) {
        static_assert(
            requires { last_of(T{}); },
            "an enum in the wire form says which enumerator is its last");
        if (wide < 0 || wide > static_cast<int64_t>(last_of(T{}))) {
          throw Error(ErrorCode::kCorrupt, "plan bytes: {} has no value {}", name, wide);
        }
      } else if (static_cast<int64_t>(static_cast<T>(wide)) != wide) {
        throw Error(ErrorCode::kCorrupt, "plan bytes: {} cannot be {}", name, wide);
      }
      value = static_cast<T>(wide);
    } else if constexpr (std::derived_from<T, NodeRef> || requires(T t) { NodeRef(t); }) {
      NodeRef node(value);
      field(tag, name, node);
      assign(value, node);
    } else {
      field(tag, name, value);
    }
  }
  template <class T>
  void operator()(int tag, const char* name, std::vector<T>& values) {
    size_t size = values.size();
    count(tag, name, size);
    values.resize(size);
    for (size_t i = 0; i < size; ++i) {
      if constexpr (std::same_as<T, bool>) {
        bool bit = values[i];
        field(tag, name, bit);
        values[i] = bit;
      } else {
        (*this)(tag, name, values[i]);
      }
    }
  }
  /// A node that may be left out.
  template <class T>
  void optional(int tag, const char* name, T& value) {
    may_be_null_ = true;
    (*this)(tag, name, value);
    may_be_null_ = false;
  }
  void operator()(int tag, const char* name, Field& value) {
    field(tag, name, value.name);
    field(tag, name, value.type);
  }

 protected:
  bool may_be_null_ = false;  // of the node that is visited next

 private:
  template <class T>
  static void assign(Ref<const T>& to, const NodeRef& from) {
    if (from.get() == to.get()) return;
    const auto* typed = dynamic_cast<const T*>(from.get());
    if (from && !typed)
      throw Error(ErrorCode::kCorrupt, "plan bytes hold a node of the wrong kind");
    to = Ref<const T>(typed);
  }
};

/// Base of expressions and relations: immutable once made, shared.
class Node : public RefCounted {
 public:
  virtual NodeTag tag() const = 0;
  virtual void fields(FieldVisitor& v) = 0;
  /// After the fields were read from bytes: checks them and resolves names. Throws
  /// Error(kCorrupt).
  virtual void complete() {}
};

/// Same fields all the way down. Spans in the query's text do not count.
bool equal(const Node& a, const Node& b);
uint64_t hash_of(const Node& node);

/// The wire form: each node once (shared nodes stay shared), tagged fields, depth and size limits
/// on reading; Error(kCorrupt) for anything else.
inline constexpr uint16_t kPlanFormatVersion = 4;
std::vector<std::byte> to_bytes(const Node& node);
/// `access`: what the tables that the bytes name may reach; null: there may be none.
NodeRef node_from_bytes(std::span<const std::byte> bytes, const AccessPolicy* access = nullptr);

/// How the reader makes an empty node of a tag; relations are added by plan/.
using NodeFactory = Ref<Node> (*)();
void register_node(NodeTag tag, NodeFactory factory);
template <class T>
struct NodeRegistration {
  explicit NodeRegistration(NodeTag tag) {
    register_node(tag, +[]() -> Ref<Node> { return make_ref<T>(); });
  }
};

}  // namespace doline
