#pragma once

#include "sql/statement.h"

namespace doline::sql {

/// SQL that parses back to an equal tree, in one spelling: fully parenthesised, keywords in upper
/// case, names quoted where they must be. For an expression without alias this is its column's
/// name, the one DuckDB would give it: `a+1` is "(a + 1)", `SUM(x)` is "sum(x)".
std::string to_sql(const Statement& statement);
std::string to_sql(const Query& query);
std::string to_sql(const Relation& relation);
std::string to_sql(const Expression& expression);
std::string to_sql(const TypeName& type);

/// The name as it must be written: in double quotes if it is a keyword or has odd characters.
std::string quote_identifier(std::string_view name);
/// In single quotes, those inside doubled.
std::string quote_string(std::string_view text);

}  // namespace doline::sql
