#pragma once

#include <set>
#include <string>

#include "sql/statement.h"

namespace doline::sql {

/// The names, without their schemas, that stand where tables do anywhere in the statement: of
/// tables and views, of files, and of what WITH defines.
std::set<std::string> named_tables(const Statement& statement);

}  // namespace doline::sql
