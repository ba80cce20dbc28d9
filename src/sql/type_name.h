#pragma once

#include "sql/expression.h"

namespace doline::sql {

enum class TypeNameKind : uint8_t {
  kNamed,   // a name with modifiers: DECIMAL(10, 2), mood, s.my_type
  kList,    // T[]: one member
  kArray,   // T[size]: one member
  kStruct,  // named members
  kUnion,   // named members
  kMap,     // two members, key and value
  kEnum,    // labels
  kOrderedEnum,
};
constexpr TypeNameKind last_of(TypeNameKind) { return TypeNameKind::kOrderedEnum; }

struct TypeMember {
  Identifier name;
  TypeNameRef type;

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "name", self.name);
    v(2, "type", self.type);
  }
};

/// A type as written. Types whose names are part of the grammar come in one spelling, upper case:
/// BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT (REAL), DOUBLE (PRECISION), DECIMAL (DEC,
/// NUMERIC), VARCHAR (CHAR, CHARACTER VARYING …), BIT, INTERVAL, TIME, TIMESTAMP, and the last two
/// with " WITH TIME ZONE". Any other name (INT4, TEXT, TIMESTAMPTZ, mood …) is left as it was
/// written, for the binder to look up.
struct TypeName {
  TypeNameKind kind = TypeNameKind::kNamed;
  SourceSpan span;
  uint32_t height = 1;
  std::vector<Identifier> name;          // kNamed
  std::vector<ExpressionRef> modifiers;  // kNamed
  std::vector<TypeMember> members;
  uint64_t size = 0;                // kArray
  std::vector<std::string> labels;  // enums

  template <class Self, class V>
  static void fields(Self& self, V& v) {
    v(1, "kind", self.kind);
    v(2, "name", self.name);
    v(3, "modifiers", self.modifiers);
    v(4, "members", self.members);
    v(5, "size", self.size);
    v(6, "labels", self.labels);
  }
};

}  // namespace doline::sql
