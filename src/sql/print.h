#pragma once

#include "sql/statement.h"

namespace doline::sql {

/// SQL that parses back to an equal tree, in one spelling: fully parenthesised, keywords in upper
/// case, names quoted where they must be. For trees that came from bytes it is for people to read
/// only, since bytes can hold what text cannot say.
std::string to_sql(const Statement& statement);
std::string to_sql(const Query& query);
std::string to_sql(const Relation& relation);
std::string to_sql(const Expression& expression);
std::string to_sql(const TypeName& type);

/// The name of a column whose expression has no alias, the one DuckDB would give it: `a` for t.a,
/// "(a + 1)" for `a+1`, "sum(x)" for `SUM(x)`.
std::string column_name(const Expression& expression);

/// The name as it must be written: in double quotes if it is a keyword or has odd characters.
std::string quote_identifier(std::string_view name);
/// In single quotes, those inside doubled.
std::string quote_string(std::string_view text);

}  // namespace doline::sql
