#pragma once

#include <string_view>

#include "sql/statement.h"

namespace doline::sql {

/// All throw Error(kSyntax) with the span of the first token that does not fit, what would have
/// fitted, and a hint where one can be given; kNotSupported for statements of the dialect that the
/// tree has no node for. Time is linear in the text; nesting deeper than kMaxHeight is an error.
/// Spans are byte positions in `text`, which must be UTF-8 and shorter than 4 GiB.

/// A script: statements between semicolons, possibly none.
std::vector<StatementRef> parse(std::string_view text);
/// Exactly one statement; a semicolon may follow.
StatementRef parse_statement(std::string_view text);
/// Exactly one expression, as it may stand in a SELECT list.
ExpressionRef parse_expression(std::string_view text);
/// Exactly one type, such as `DECIMAL(10, 2)[]`.
TypeNameRef parse_type(std::string_view text);

}  // namespace doline::sql
