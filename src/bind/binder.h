#pragma once

#include <map>
#include <string>

#include "plan/catalog.h"
#include "plan/plan_node.h"
#include "sql/statement.h"

namespace doline {

/// Values of $1, $2, … and $name, by name without the dollar sign.
using Parameters = std::map<std::string, Value>;

/// A query with every name, type and overload resolved. Throws Error with the span of what does
/// not resolve; what the dialect has but this version does not bind is Error(kNotSupported), by
/// name.
PlanRef bind_query(const sql::Query& query, Catalog& catalog, const Parameters& parameters = {});

/// INSERT: the query's columns matched by position, list or name, cast, missing ones NULL.
PlanRef bind_insert(const sql::Insert& insert, TableRef table, Catalog& catalog,
                    const Parameters& parameters = {});
/// UPDATE and DELETE of a table whose rows have ids.
PlanRef bind_update(const sql::Update& update, TableRef table, Catalog& catalog,
                    const Parameters& parameters = {});
PlanRef bind_delete(const sql::Delete& node, TableRef table, Catalog& catalog,
                    const Parameters& parameters = {});
/// COPY … TO: the rows to a file. The format comes from FORMAT or the path's ending.
PlanRef bind_copy_to(const sql::Copy& copy, Catalog& catalog, const Parameters& parameters = {});
/// COPY … FROM: the file's rows into the table.
PlanRef bind_copy_from(const sql::Copy& copy, TableRef table, Catalog& catalog,
                       const Parameters& parameters = {});

/// NOT NULL, DEFAULT and CHECK of a new table, bound once to say now what is wrong with them;
/// empty where there are none.
TableRules bind_rules(const sql::CreateTable& create, const Schema& schema, Catalog& catalog);

/// An expression without columns, evaluated: settings, options, arguments of EXECUTE.
Value bind_value(const sql::Expression& expression, Catalog& catalog,
                 const Parameters& parameters = {});
/// Bare words count as texts: SET x = on, FORMAT csv. A list of several is a list of texts.
Value bind_option(const std::vector<sql::ExpressionRef>& values, Catalog& catalog,
                  const Parameters& parameters = {});

TypeRef bind_type(const sql::TypeName& type, Catalog& catalog);

}  // namespace doline
