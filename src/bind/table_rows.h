#pragma once

#include "bind/query_binder.h"

namespace doline {

/// The query's columns as the table's: by position, by list, or by name, cast; what is missing
/// takes its default, and every row is held to the table's rules.
PlanRef rows_for_table(PlanRef plan, const Table& table, const std::vector<sql::Identifier>& listed,
                       bool by_name, SourceSpan span, Catalog& catalog);

/// Where listed columns stand in the table: all of them, in their order, where none are listed.
/// Error(kColumnNotFound), or Error(kBind) where one is listed twice.
std::vector<size_t> listed_places(const Table& table, const std::vector<sql::Identifier>& listed);

// What a table takes in, for INSERT and UPDATE (table_rules.cpp).

/// Where the table has the column; Error(kColumnNotFound).
size_t column_place(const Table& table, const std::string& name, SourceSpan span);
/// The value as the column takes it; Error(kTypeMismatch).
ExprRef assigned(ExprRef value, const Field& column, SourceSpan span);
/// What the column has where nothing is said of it.
ExprRef default_of(const Table& table, size_t column, SourceSpan span, QueryBinder& binder);
/// The given columns over rows that begin with all of the table's: they fail where a row breaks NOT
/// NULL or CHECK in what those columns bring. Not empty.
std::vector<ExprRef> held_to_rules(const Table& table, const std::vector<uint32_t>& columns,
                                   SourceSpan span, QueryBinder& binder);

/// The columns that CHECKs of the table read.
std::vector<uint32_t> columns_of_checks(const Table& table, Catalog& catalog);

/// RETURNING, over rows that begin with the table's columns; behind them stands `rowid`.
struct Returned {
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;

  void append_to(std::vector<ExprRef>& to, std::vector<std::string>& to_names) const;
};
/// `name`: by which the table's columns go.
Returned bind_returning(const std::vector<sql::NamedExpression>& items, const Table& table,
                        const std::string& name, QueryBinder& binder);

/// WITH in front of INSERT, UPDATE and DELETE.
CommonTables common_tables(const sql::With& with);

/// The same plan where common tables that only one place reads are not kept.
PlanRef without_single_shares(const PlanRef& plan);

}  // namespace doline
