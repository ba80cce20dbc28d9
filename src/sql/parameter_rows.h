#pragma once

#include <string>

#include "sql/statement.h"

namespace doline::sql {

/// An INSERT of one row of VALUES with parameters, turned into one of as many rows as `table` has,
/// whose columns are named as the parameters are: INSERT INTO t VALUES ($1, $2 + 1) becomes
/// INSERT INTO t SELECT "1", "2" + 1 FROM table. Null for any other statement, and where the row
/// says DEFAULT.
StatementRef with_parameter_rows(const Statement& statement, const std::string& table);

}  // namespace doline::sql
