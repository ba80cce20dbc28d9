#include "engine/system_views.h"

#include "base/ascii.h"

namespace doline {

namespace {

struct SystemView {
  std::string_view schema;
  std::string_view name;
  const char* query;
};

constexpr SystemView kSystemViews[] = {
    {"information_schema", "schemata",
     "SELECT 'memory' AS catalog_name, 'main' AS schema_name, 'doline' AS schema_owner"},
    {"information_schema", "tables",
     "SELECT database_name AS table_catalog, schema_name AS table_schema, table_name, "
     "'BASE TABLE' AS table_type, 'YES' AS is_insertable_into, 'NO' AS is_typed "
     "FROM doline_tables() UNION ALL "
     "SELECT database_name, schema_name, view_name, 'VIEW', 'NO', 'NO' FROM doline_views()"},
    {"information_schema", "columns",
     "SELECT database_name AS table_catalog, schema_name AS table_schema, table_name, column_name, "
     "column_index AS ordinal_position, column_default, "
     "CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS is_nullable, data_type, "
     "numeric_precision, numeric_precision_radix, numeric_scale FROM doline_columns()"},
    {"", "sqlite_master",
     "SELECT 'table' AS type, table_name AS name, table_name AS tbl_name, 0 AS rootpage, sql "
     "FROM doline_tables() UNION ALL "
     "SELECT 'view', view_name, view_name, 0, sql FROM doline_views()"},
};

}  // namespace

std::optional<std::string> system_view(std::string_view schema, std::string_view name) {
  for (const SystemView& view : kSystemViews) {
    if (equal_ignoring_case(view.schema, schema) && equal_ignoring_case(view.name, name))
      return view.query;
  }
  return std::nullopt;
}

}  // namespace doline
