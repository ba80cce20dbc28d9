#pragma once

#include <optional>
#include <string>
#include <vector>

#include "column/value.h"
#include "function/kernel_call.h"

namespace doline {

/// What an overload accepts in one place.
struct TypePattern {
  enum class Kind : uint8_t {
    kExact,     // `type`, or what casts to it implicitly
    kAny,       // anything, as it is
    kVariable,  // anything; all places with the same letter are cast to their common type
    kListOf,    // a list of variable `letter` (arrays cast to lists)
    kMapOf,     // a map of variables 'K' to 'V'
    kStruct,    // any struct
    kDecimal,   // any decimal, as it is
    kEnum,      // any enum
    kLambda,    // a lambda; typed by the bind hook
  };
  Kind kind = Kind::kAny;
  TypeRef type = nullptr;
  char letter = 0;

  static TypePattern exact(TypeRef type) { return {Kind::kExact, type, 0}; }
  static TypePattern any() { return {Kind::kAny, nullptr, 0}; }
  static TypePattern variable(char letter) { return {Kind::kVariable, nullptr, letter}; }
  static TypePattern list_of(char letter) { return {Kind::kListOf, nullptr, letter}; }
  static TypePattern map() { return {Kind::kMapOf, nullptr, 0}; }
  static TypePattern structure() { return {Kind::kStruct, nullptr, 0}; }
  static TypePattern decimal() { return {Kind::kDecimal, nullptr, 0}; }
  static TypePattern enumeration() { return {Kind::kEnum, nullptr, 0}; }
  static TypePattern lambda() { return {Kind::kLambda, nullptr, 0}; }
  TypePattern(Kind k, TypeRef t, char l) : kind(k), type(t), letter(l) {}
  TypePattern(TypeRef t)
      : kind(Kind::kExact), type(t) {}  // implicit: tables of overloads read better
};

/// A call being bound. Hooks read it, change it, and leave types, kernel and data.
struct FunctionBinding {
  // Given:
  std::vector<TypeRef> argument_types;          // null for lambdas
  std::vector<std::optional<Value>> constants;  // arguments known at bind time
  std::vector<std::string> argument_names;  // of `name := value` or a plain column's; else empty
  // Left for the caller; starts as the overload says:
  std::vector<TypeRef> cast_to;  // arguments are cast to these
  TypeRef result = nullptr;
  ScalarKernel kernel = nullptr;
  FunctionDataRef data;
  bool can_fail = false;  // a constant argument that could have made it fail may be settled here
  /// Lambdas, by argument: the types of their parameters (set by the hook before the body is
  /// bound), then the body's type (given when the hook is called again with `lambda_result`).
  std::vector<std::vector<TypeRef>> lambda_parameters;
  std::vector<TypeRef> lambda_results;
  SourceSpan span;
};

enum class Nulls : uint8_t {
  kPropagate,  // NULL in, NULL out: the caller does it
  kHandled,    // the kernel sees NULLs
};

/// One typed form of a function. Declared as data in function/*.cpp.
struct ScalarOverload {
  std::vector<TypePattern> parameters;
  std::optional<TypePattern> variadic;  // zero or more after `parameters`
  TypePattern result = TypePattern::any();
  ScalarKernel kernel = nullptr;
  /// Completes the binding; throws Error(kTypeMismatch / kInvalidArgument). Optional.
  void (*bind)(FunctionBinding&) = nullptr;
  Nulls nulls = Nulls::kPropagate;
  bool can_fail = false;      // may call RowErrors::fail
  bool is_volatile = false;   // random(), nextval(): evaluated for each row
  float cost = 1;             // relative to an addition
  FunctionDataRef data = {};  // what the kernel is given where no hook makes it
};

/// Everything known of a function name; the only place it is declared. Its documentation page,
/// completion and tests come from here.
struct ScalarFunction {
  std::string name;  // lower case; operators by their sign
  std::vector<std::string> aliases;
  std::string category;        // "string", "numeric", "date", "list", …
  std::string summary;         // one sentence
  std::string example;         // an expression: upper('ab')
  std::string example_result;  // its value as text: AB
  std::vector<ScalarOverload> overloads;
};

}  // namespace doline
