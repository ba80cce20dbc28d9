#include <algorithm>
#include <numeric>

#include "bind/binder.h"
#include "bind/query_binder.h"
#include "bind/table_rows.h"
#include "column/unique_names.h"
#include "kernel/cast.h"
#include "plan/plan_expressions.h"
#include "sql/print.h"

namespace doline {

namespace {

std::string lower_ending(const std::string& path) {
  std::string name = folded(path.substr(path.find_last_of('/') + 1));
  for (const char* packed : {".gz", ".zst", ".lz4"}) {
    if (name.size() > std::char_traits<char>::length(packed) && name.ends_with(packed)) {
      name.resize(name.size() - std::char_traits<char>::length(packed));
    }
  }
  const size_t dot = name.find_last_of('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

/// Endings of formats that are neither read nor written: CSV under such a name would be taken for
/// what it is not. All others, as .txt and .log, may hold any text.
bool names_another_format(const std::string& ending) {
  constexpr std::string_view kEndings[] = {
      "avro",     "db",     "docx", "duckdb", "htm",    "html", "lance",  "md",      "npy",
      "markdown", "ods",    "orc",  "pdf",    "pickle", "pkl",  "sqlite", "sqlite3", "tar",
      "tex",      "vortex", "xls",  "xlsx",   "xml",    "yaml", "yml",    "zip"};
  return std::find(std::begin(kEndings), std::end(kEndings), ending) != std::end(kEndings);
}

/// The option's, else what the path's ending says.
std::string format_of(const std::string& path, const std::map<std::string, Value>& options,
                      SourceSpan span) {
  // Feather's files and Arrow's are the same.
  const auto is_arrow = [](const std::string& name) {
    return name == "arrow" || name == "feather" || name == "ipc";
  };
  if (const auto given = options.find("format"); given != options.end()) {
    std::string format = folded(given->second.to_string());
    return is_arrow(format) ? "arrow" : format;
  }
  const std::string ending = lower_ending(path);
  if (ending == "parquet" || ending == "pq") return "parquet";
  if (is_arrow(ending)) return "arrow";
  if (ending == "arrows") return "arrows";
  if (ending == "json" || ending == "ndjson" || ending == "jsonl") return "json";
  if (names_another_format(ending)) {
    throw Error(ErrorCode::kNotSupported, span, "COPY knows no format \"{}\"", ending)
        .hint(
            "it knows csv, json, parquet and arrow; (FORMAT csv) means CSV whatever the file's "
            "name is");
  }
  return "csv";
}

std::map<std::string, Value> options_of(const std::vector<sql::Option>& options, Catalog& catalog,
                                        const Parameters& parameters) {
  std::map<std::string, Value> values;
  for (const sql::Option& option : options) {
    values[folded(option.name.text)] = option.values.empty()
                                           ? Value::boolean(true)
                                           : bind_option(option.values, catalog, parameters);
  }
  return values;
}

}  // namespace

PlanRef bind_query(const sql::Query& query, Catalog& catalog, const Parameters& parameters) {
  return without_single_shares(QueryBinder(catalog, parameters).bind(query, {}));
}

PlanRef bind_copy_to(const sql::Copy& copy, Catalog& catalog, const Parameters& parameters) {
  const Value path = bind_value(*copy.path, catalog, parameters);
  if (path.is_null()) throw Error(ErrorCode::kBind, copy.path->span, "COPY wants a path");
  std::map<std::string, Value> options = options_of(copy.options, catalog, parameters);
  const std::string format = format_of(path.to_string(), options, copy.path->span);
  options.erase("format");
  PlanRef plan;
  if (copy.query) {
    plan = bind_query(*copy.query, catalog, parameters);
  } else {
    auto table = std::make_shared<sql::TableName>();
    table->name = copy.table;
    table->span = copy.table.front().span.to(copy.table.back().span);
    auto select = std::make_shared<sql::Select>();
    select->from = table;
    if (copy.columns.empty()) {
      select->items = {{std::make_shared<sql::Star>(), {}}};
    } else {
      for (const auto& column : copy.columns) {
        auto reference = std::make_shared<sql::ColumnReference>();
        reference->names = {column};
        reference->span = column.span;
        select->items.push_back({reference, {}});
      }
    }
    plan = bind_query(*select, catalog, parameters);
  }
  if (path.to_string().empty())
    throw Error(ErrorCode::kBind, copy.path->span, "COPY TO wants a path");
  // A file's columns go by their names, as a table's do.
  if (std::vector<std::string> names = unique_names(names_of(plan->schema));
      names != names_of(plan->schema)) {
    std::vector<ExprRef> columns = output_columns(plan);
    plan = ProjectNode::create(std::move(plan), std::move(columns), std::move(names));
  }
  return WriteNode::to_file(std::move(plan), path.to_string(), format, std::move(options));
}

PlanRef bind_copy_from(const sql::Copy& copy, TableRef table, Catalog& catalog,
                       const Parameters& parameters) {
  const Value path = bind_value(*copy.path, catalog, parameters);
  if (path.is_null()) throw Error(ErrorCode::kBind, copy.path->span, "COPY wants a path");
  TableFunctionCall call;
  call.options = options_of(copy.options, catalog, parameters);
  const std::string format = format_of(path.to_string(), call.options, copy.path->span);
  call.options.erase("format");
  call.name = "read_" + format;
  call.arguments = {path};
  call.span = copy.span;
  if (format == "csv" || format == "json") {
    // The table's own names and types: JSON's members go by these names, and what does not fit is
    // an error with its place.
    std::vector<Field> fields;
    std::vector<Value> types;
    for (const size_t place : listed_places(*table, copy.columns)) {
      const Field& field = table->schema()[place];
      fields.push_back({field.name, Type::varchar()});
      types.push_back(Value::text(field.type->name()));
    }
    call.options.emplace("columns", Value::nested(Type::structure(fields), types));
  }
  // What is loaded is the file, not what the directories say that it lies in.
  if (!call.options.contains("hive_types"))
    call.options.emplace("hive_partitioning", Value::boolean(false));
  TableRef source = catalog.call(call, nullptr);
  if (!source) throw Error(ErrorCode::kNotSupported, copy.span, "no format \"{}\" to read", format);
  std::vector<uint32_t> shown(source->schema().size() - source->hidden_columns());
  std::iota(shown.begin(), shown.end(), 0);
  PlanRef plan = rows_for_table(ScanNode::create(std::move(source), std::move(shown)), *table,
                                copy.columns, false, copy.span, catalog);
  return WriteNode::to_table(std::move(plan), std::move(table));
}

Value bind_value(const sql::Expression& expression, Catalog& catalog,
                 const Parameters& parameters) {
  ExprContext context;
  context.clause = "a constant";
  QueryBinder binder(catalog, parameters);
  return binder.constant_value(binder.expression(expression, context), context.clause,
                               expression.span);
}

Value bind_option(const std::vector<sql::ExpressionRef>& values, Catalog& catalog,
                  const Parameters& parameters) {
  std::vector<Value> all;
  for (const auto& value : values) {
    if (const auto* word = value->get_if<sql::ColumnReference>()) {
      all.push_back(Value::text(word->names.back().text));
    } else if (value->is<sql::Star>()) {
      all.push_back(Value::text("*"));
    } else {
      all.push_back(bind_value(*value, catalog, parameters));
    }
  }
  if (all.size() == 1) return all[0];
  std::vector<Value> texts;
  for (const Value& value : all) texts.push_back(Value::text(value.to_string()));
  return Value::nested(Type::list(Type::varchar()), std::move(texts));
}

TypeRef bind_type(const sql::TypeName& type, Catalog& catalog) {
  const Parameters none;
  return QueryBinder(catalog, none).type(type);
}

}  // namespace doline
