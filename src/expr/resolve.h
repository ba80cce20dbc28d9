#pragma once

#include "expr/expr.h"

namespace doline {

/// A choice among a function's overloads for given arguments.
struct OverloadChoice {
  size_t index = 0;
  std::vector<TypeRef> cast_to;  // null where a lambda stands
  TypeRef result = nullptr;      // null: the bind hook says
};

/// The overload whose implicit casts cost least. `arguments` has null for lambdas whose type is
/// not known. Throws Error(kTypeMismatch) that names the candidates, or kAmbiguous.
OverloadChoice choose_overload(const ScalarFunction& function,
                               const std::vector<ExprRef>& arguments, SourceSpan span);
OverloadChoice choose_overload(const AggregateDeclaration& function,
                               const std::vector<ExprRef>& arguments, SourceSpan span);

/// "sum(VARCHAR)".
std::string signature_of(const std::string& name, const std::vector<ExprRef>& arguments);

/// What the function takes, a text for each overload: "sum(DOUBLE)", "concat(ANY…)".
std::vector<std::string> signatures_of(const ScalarFunction& function);
std::vector<std::string> signatures_of(const AggregateDeclaration& function);

}  // namespace doline
