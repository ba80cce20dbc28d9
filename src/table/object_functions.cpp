// doline_tables(), doline_views(), doline_columns() and pragma_table_info('t'): what there is by
// name, as tables.
#include "base/ascii.h"
#include "column/column_builder.h"
#include "table/memory_table.h"
#include "table/table_function.h"

namespace doline {

namespace {

using Row = std::vector<Value>;

TableRef table_of(const TableFunctionCall& call, const Schema& schema,
                  const std::vector<Row>& rows) {
  std::vector<Chunk> chunks;
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    const size_t end = std::min<size_t>(rows.size(), begin + kChunkRows);
    std::vector<Column> columns;
    for (size_t column = 0; column < schema.size(); ++column) {
      ColumnBuilder builder(schema[column].type);
      for (size_t row = begin; row < end; ++row) builder.append_value(rows[row][column]);
      columns.push_back(builder.seal());
    }
    chunks.emplace_back(std::move(columns), static_cast<uint32_t>(end - begin));
  }
  return MemoryTable::of_chunks(call.name, schema, std::move(chunks));
}

Value text(std::string value) { return Value::text(std::move(value)); }
Value small(int64_t value) { return Value::integer(Type::int32(), value); }

std::vector<NamedObject> objects_of(const TableFunctionContext& context) {
  return context.objects ? context.objects() : std::vector<NamedObject>();
}

TableRef tables(const TableFunctionCall& call, const TableFunctionContext& context) {
  const Schema schema = {{"database_name", Type::varchar()},
                         {"schema_name", Type::varchar()},
                         {"table_name", Type::varchar()},
                         {"internal", Type::boolean()},
                         {"temporary", Type::boolean()},
                         {"has_primary_key", Type::boolean()},
                         {"estimated_size", Type::int64()},
                         {"column_count", Type::int64()},
                         {"index_count", Type::int64()},
                         {"check_constraint_count", Type::int64()},
                         {"sql", Type::varchar()}};
  std::vector<Row> rows;
  for (const NamedObject& object : objects_of(context)) {
    if (!object.table) continue;
    const auto count = object.table->statistics().row_count;
    const TableRules* rules = object.table->rules();
    const auto number = [](size_t value) { return Value::integer(static_cast<int64_t>(value)); };
    rows.push_back({text("memory"), text("main"), text(object.name), Value::boolean(false),
                    Value::boolean(false), Value::boolean(false),
                    count ? number(*count) : Value::null(Type::int64()),
                    number(object.table->schema().size()), number(0),
                    number(rules ? rules->checks.size() : 0), text(object.statement)});
  }
  return table_of(call, schema, rows);
}

TableRef views(const TableFunctionCall& call, const TableFunctionContext& context) {
  const Schema schema = {{"database_name", Type::varchar()},
                         {"schema_name", Type::varchar()},
                         {"view_name", Type::varchar()},
                         {"internal", Type::boolean()},
                         {"temporary", Type::boolean()},
                         {"column_count", Type::int64()},
                         {"sql", Type::varchar()}};
  std::vector<Row> rows;
  for (const NamedObject& object : objects_of(context)) {
    if (object.table) continue;
    rows.push_back({text("memory"), text("main"), text(object.name), Value::boolean(false),
                    Value::boolean(false),
                    Value::integer(static_cast<int64_t>(object.columns().size())),
                    text(object.statement)});
  }
  return table_of(call, schema, rows);
}

/// How many digits a number has, their base, and how many of them stand behind the point.
struct Precision {
  Value digits = Value::null(Type::int32()), radix = digits, scale = digits;
};
Precision precision_of(TypeRef type) {
  if (type->is(TypeKind::kDecimal)) return {small(type->width()), small(10), small(type->scale())};
  if (type->is(TypeKind::kFloat)) return {small(24), small(2), small(0)};
  if (type->is(TypeKind::kDouble)) return {small(53), small(2), small(0)};
  if (type->is_integer())
    return {small(static_cast<int64_t>(8 * width_of(type->physical()))), small(2), small(0)};
  return {};
}

/// Calls `each` with every column: its place, what it is, and what its table holds it to.
template <class Each>
void each_column(const NamedObject& object, const Each& each) {
  static const TableRules::Column kNoRules;
  const TableRules* rules = object.table ? object.table->rules() : nullptr;
  const Schema schema = object.columns();
  for (size_t i = 0; i < schema.size(); ++i)
    each(static_cast<int64_t>(i), schema[i], rules ? rules->columns[i] : kNoRules);
}

Value default_of(const TableRules::Column& rules) {
  return rules.default_value.empty() ? Value::null(Type::varchar()) : text(rules.default_value);
}

TableRef columns(const TableFunctionCall& call, const TableFunctionContext& context) {
  const Schema schema = {{"database_name", Type::varchar()},
                         {"schema_name", Type::varchar()},
                         {"table_name", Type::varchar()},
                         {"column_name", Type::varchar()},
                         {"column_index", Type::int32()},
                         {"internal", Type::boolean()},
                         {"column_default", Type::varchar()},
                         {"is_nullable", Type::boolean()},
                         {"data_type", Type::varchar()},
                         {"numeric_precision", Type::int32()},
                         {"numeric_precision_radix", Type::int32()},
                         {"numeric_scale", Type::int32()}};
  std::vector<Row> rows;
  for (const NamedObject& object : objects_of(context)) {
    each_column(object, [&](int64_t place, const Field& field, const TableRules::Column& rules) {
      const Precision precision = precision_of(field.type);
      rows.push_back({text("memory"), text("main"), text(object.name), text(field.name),
                      small(place + 1), Value::boolean(false), default_of(rules),
                      Value::boolean(!rules.not_null), text(field.type->name()), precision.digits,
                      precision.radix, precision.scale});
    });
  }
  return table_of(call, schema, rows);
}

TableRef table_info(const TableFunctionCall& call, const TableFunctionContext& context) {
  if (call.arguments.size() != 1 || call.arguments[0].is_null()) {
    throw Error(ErrorCode::kInvalidArgument, call.span, "{} takes the name of a table", call.name);
  }
  std::string wanted = call.arguments[0].to_string();
  for (const std::string_view schema : {"main.", "memory.main."}) {
    if (ascii_lower(wanted).starts_with(schema)) wanted.erase(0, schema.size());
  }
  const Schema schema = {{"cid", Type::int32()},          {"name", Type::varchar()},
                         {"type", Type::varchar()},       {"notnull", Type::boolean()},
                         {"dflt_value", Type::varchar()}, {"pk", Type::boolean()}};
  std::vector<std::string> names;
  for (const NamedObject& object : objects_of(context)) {
    names.push_back(object.name);
    if (!equal_ignoring_case(object.name, wanted)) continue;
    std::vector<Row> rows;
    each_column(object, [&](int64_t place, const Field& field, const TableRules::Column& rules) {
      rows.push_back({small(place), text(field.name), text(field.type->name()),
                      Value::boolean(rules.not_null), default_of(rules), Value::boolean(false)});
    });
    return table_of(call, schema, rows);
  }
  Error error(ErrorCode::kTableNotFound, call.span, "no table \"{}\"", wanted);
  const std::string near = nearest_name(wanted, names);
  throw std::move(error).hint(near.empty() ? "" : "did you mean \"" + near + "\"?");
}

}  // namespace

void register_object_functions(std::vector<TableFunction>& all) {
  all.push_back({"doline_tables",
                 {"duckdb_tables"},
                 "Every table, and the statement that makes it.",
                 "FROM doline_tables()",
                 &tables,
                 {}});
  all.push_back({"doline_views",
                 {"duckdb_views"},
                 "Every view, and the statement that makes it.",
                 "FROM doline_views()",
                 &views,
                 {}});
  all.push_back({"doline_columns",
                 {"duckdb_columns"},
                 "The columns of every table and view.",
                 "FROM doline_columns()",
                 &columns,
                 {}});
  all.push_back({"pragma_table_info",
                 {},
                 "The columns of a table or view, as PRAGMA table_info gives them.",
                 "FROM pragma_table_info('trips')",
                 &table_info,
                 {}});
}

}  // namespace doline
