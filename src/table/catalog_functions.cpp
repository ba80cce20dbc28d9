// doline_functions() and doline_settings(): the program's own lists as tables.
#include "column/column_builder.h"
#include "expr/resolve.h"
#include "function/registry.h"
#include "table/memory_table.h"
#include "table/rejects.h"
#include "table/table_function.h"

namespace doline {

namespace {

/// A small table, made when it is asked for.
TableRef table_of(const std::string& name, const Schema& schema, std::vector<Chunk> chunks) {
  return MemoryTable::of_chunks(name, schema, std::move(chunks));
}

TableRef table_of(const std::string& name, const std::vector<std::string>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
  Schema schema;
  for (const std::string& column : columns) schema.push_back({column, Type::varchar()});
  std::vector<Chunk> chunks;
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    const size_t end = std::min<size_t>(rows.size(), begin + kChunkRows);
    std::vector<Column> made;
    for (size_t column = 0; column < columns.size(); ++column) {
      ColumnBuilder builder(Type::varchar());
      for (size_t row = begin; row < end; ++row) builder.append_text(rows[row][column]);
      made.push_back(builder.seal());
    }
    chunks.emplace_back(std::move(made), static_cast<uint32_t>(end - begin));
  }
  return table_of(name, schema, std::move(chunks));
}

/// What the readers of the last query left out.
TableRef rejects(const TableFunctionCall& call, const TableFunctionContext& context) {
  const Schema schema = {{"file", Type::varchar()},   {"line", Type::int64()},
                         {"byte", Type::int64()},     {"column", Type::varchar()},
                         {"reason", Type::varchar()}, {"text", Type::varchar()}};
  const std::vector<Reject> kept =
      context.rejects ? context.rejects->list() : std::vector<Reject>();
  std::vector<Chunk> chunks;
  for (size_t begin = 0; begin < kept.size(); begin += kChunkRows) {
    const size_t end = std::min<size_t>(kept.size(), begin + kChunkRows);
    std::vector<ColumnBuilder> builders;
    for (const Field& field : schema) builders.emplace_back(field.type);
    for (size_t row = begin; row < end; ++row) {
      const Reject& reject = kept[row];
      builders[0].append_text(reject.file);
      builders[1].append(static_cast<int64_t>(reject.line));
      builders[2].append(static_cast<int64_t>(reject.byte));
      reject.column.empty() ? builders[3].append_null() : builders[3].append_text(reject.column);
      builders[4].append_text(reject.reason);
      builders[5].append_text(reject.text);
    }
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.seal());
    chunks.emplace_back(std::move(columns), static_cast<uint32_t>(end - begin));
  }
  return table_of(call.name, schema, std::move(chunks));
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
  return fmt::format("{}", fmt::join(texts, between));
}

TableRef functions(const TableFunctionCall& call, const TableFunctionContext&) {
  std::vector<std::vector<std::string>> rows;
  const FunctionRegistry& registry = FunctionRegistry::instance();
  for (const ScalarFunction& function : registry.scalars()) {
    rows.push_back({function.name, "scalar", function.category, function.summary, function.example,
                    function.example_result, joined(function.aliases, ", "),
                    joined(signatures_of(function), "\n")});
  }
  for (const AggregateDeclaration& function : registry.aggregates()) {
    rows.push_back({function.name, "aggregate", "aggregate", function.summary, function.example,
                    function.example_result, joined(function.aliases, ", "),
                    joined(signatures_of(function), "\n")});
  }
  for (const TableFunction& function : table_functions()) {
    rows.push_back({function.name, "table", "table", function.summary, function.example, "",
                    joined(function.aliases, ", "), ""});
  }
  return table_of(call.name,
                  {"function_name", "function_type", "category", "description", "example",
                   "example_result", "aliases", "signatures"},
                  rows);
}

TableRef settings(const TableFunctionCall& call, const TableFunctionContext& context) {
  std::vector<std::vector<std::string>> rows;
  for (const SettingDeclaration& setting : all_settings()) {
    rows.push_back({std::string(setting.name), setting.get(context.settings),
                    std::string(setting.summary), std::string(setting.type)});
  }
  return table_of(call.name, {"name", "value", "description", "input_type"}, rows);
}

}  // namespace

void register_catalog_functions(std::vector<TableFunction>& all) {
  all.push_back({"doline_functions",
                 {"duckdb_functions"},
                 "Every function with its documentation.",
                 "FROM doline_functions()",
                 &functions,
                 {}});
  all.push_back({"rejects",
                 {},
                 "The rows that the readers of the last query left out, and why.",
                 "FROM rejects()",
                 &rejects,
                 {}});
  all.push_back({"doline_settings",
                 {"duckdb_settings"},
                 "Every setting and its value.",
                 "FROM doline_settings()",
                 &settings,
                 {}});
}

}  // namespace doline
