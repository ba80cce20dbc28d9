#pragma once

#include "column/value.h"
#include "sql/expression.h"

namespace doline {

/// A value as an expression that is bound to it again, type and all.
sql::ExpressionRef expression_of(const Value& value, SourceSpan span);

}  // namespace doline
