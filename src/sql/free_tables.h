#pragma once

#include <map>
#include <set>
#include <string>

#include "sql/statement.h"

namespace doline::sql {

/// The bare names that stand where a statement reads tables and that no WITH of it defines: what a
/// program may supply from outside, as a closure gets its free variables. Not among them: paths in
/// quotes, names with a schema, what UPDATE and DELETE change; nothing of statements that are kept
/// for later (CREATE VIEW, CREATE MACRO, PREPARE).
std::set<std::string> free_tables(const Statement& statement);

/// The statement with those names replaced, name by name; columns are still reached through the old
/// name, as through an alias.
StatementRef with_tables_replaced(const Statement& statement,
                                  const std::map<std::string, std::string>& replacements);

}  // namespace doline::sql
