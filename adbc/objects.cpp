#include <string>

#include "connection.h"
#include "metadata.h"

namespace doline_adbc {

namespace {

std::string matches(const char* column, const char* pattern) {
  return pattern ? std::string(column) + " LIKE " + quoted_text(pattern) : "true";
}

std::string is_one_of(const char* column, const char** texts) {
  if (!texts) return "true";
  std::string list;
  for (; *texts; ++texts) list += (list.empty() ? "" : ", ") + quoted_text(*texts);
  return list.empty() ? "false" : std::string(column) + " IN (" + list + ")";
}

}  // namespace

const char* const kTableTypesQuery = "SELECT unnest(['BASE TABLE', 'VIEW']) AS table_type";

std::string objects_query(const ObjectFilter& filter) {
  const int depth = filter.depth == ADBC_OBJECT_DEPTH_ALL ? 4 : filter.depth;
  // Every level has its type even where it is not asked for: a NULL of what the level below makes.
  const auto at = [&](int level, const std::string& list) {
    return depth >= level ? list : "CASE WHEN false THEN " + list + " END";
  };
  const std::string columns = R"(
    SELECT table_catalog, table_schema, table_name, list({
      'column_name': column_name, 'ordinal_position': ordinal_position::INTEGER,
      'remarks': NULL::VARCHAR, 'xdbc_data_type': NULL::SMALLINT, 'xdbc_type_name': data_type,
      'xdbc_column_size': NULL::INTEGER, 'xdbc_decimal_digits': NULL::SMALLINT,
      'xdbc_num_prec_radix': NULL::SMALLINT,
      'xdbc_nullable': CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END::SMALLINT,
      'xdbc_column_def': column_default::VARCHAR, 'xdbc_sql_data_type': NULL::SMALLINT,
      'xdbc_datetime_sub': NULL::SMALLINT, 'xdbc_char_octet_length': NULL::INTEGER,
      'xdbc_is_nullable': is_nullable, 'xdbc_scope_catalog': NULL::VARCHAR,
      'xdbc_scope_schema': NULL::VARCHAR, 'xdbc_scope_table': NULL::VARCHAR,
      'xdbc_is_autoincrement': NULL::BOOLEAN, 'xdbc_is_generatedcolumn': NULL::BOOLEAN
    } ORDER BY ordinal_position) AS of_table
    FROM information_schema.columns WHERE )" +
                              matches("column_name", filter.column) + " GROUP BY ALL";
  const std::string constraint = R"(list_filter([{
      'constraint_name': NULL::VARCHAR, 'constraint_type': NULL::VARCHAR,
      'constraint_column_names': NULL::VARCHAR[],
      'constraint_column_usage': NULL::STRUCT(fk_catalog VARCHAR, fk_db_schema VARCHAR,
                                              fk_table VARCHAR, fk_column_name VARCHAR)[]
    }], c -> false))";
  const std::string tables = R"(
    SELECT t.table_catalog AS catalog, t.table_schema AS schema, list({
      'table_name': t.table_name, 'table_type': t.table_type,
      'table_columns': )" + at(4, "coalesce(c.of_table, [])") +
                             R"(,
      'table_constraints': )" +
                             at(4, constraint) + R"(
    } ORDER BY t.table_name) AS of_schema
    FROM information_schema.tables t LEFT JOIN columns_of_tables c
      ON c.table_catalog = t.table_catalog AND c.table_schema = t.table_schema
      AND c.table_name = t.table_name
    WHERE NOT starts_with(t.table_name, '__doline_') AND )" +
                             matches("t.table_name", filter.table) + " AND " +
                             is_one_of("t.table_type", filter.table_types) + " GROUP BY ALL";
  return "WITH columns_of_tables AS (" + columns + "), tables_of_schemas AS (" + tables + R"(),
    schemas AS (
      SELECT catalog_name AS catalog, schema_name AS schema FROM information_schema.schemata
      WHERE )" +
         matches("schema_name", filter.schema) + R"(),
    schemas_of_catalogs AS (
      SELECT s.catalog, list({
        'db_schema_name': s.schema,
        'db_schema_tables': )" +
         at(3, "coalesce(t.of_schema, [])") + R"(
      } ORDER BY s.schema) AS of_catalog
      FROM schemas s LEFT JOIN tables_of_schemas t ON t.catalog = s.catalog AND t.schema = s.schema
      GROUP BY ALL)
    SELECT c.catalog AS catalog_name, )" +
         at(2, "coalesce(s.of_catalog, [])") + R"( AS catalog_db_schemas
    FROM (SELECT DISTINCT catalog_name AS catalog FROM information_schema.schemata) c
      LEFT JOIN schemas_of_catalogs s ON s.catalog = c.catalog
    WHERE )" +
         matches("c.catalog", filter.catalog) + " ORDER BY 1";
}

}  // namespace doline_adbc
