#include <algorithm>
#include <unordered_map>

#include "bind/binder.h"
#include "bind/query_binder.h"
#include "kernel/cast.h"
#include "sql/print.h"

namespace doline {

namespace {

/// Common tables that one place reads need no keeping.
PlanRef without_single_shares(const PlanRef& plan) {
  std::unordered_map<const PlanNode*, int> readers;
  std::function<void(const PlanRef&)> count = [&](const PlanRef& node) {
    if (++readers[node.get()] > 1) return;
    for (const PlanRef& child : node->children()) count(child);
  };
  count(plan);
  std::unordered_map<const PlanNode*, PlanRef> done;
  std::function<PlanRef(const PlanRef&)> inlined = [&](const PlanRef& node) -> PlanRef {
    if (const auto known = done.find(node.get()); known != done.end()) return known->second;
    std::vector<PlanRef> children = node->children();
    bool changed = false;
    for (PlanRef& child : children) {
      PlanRef next = inlined(child);
      changed |= next.get() != child.get();
      child = std::move(next);
    }
    PlanRef result = node;
    if (node->tag() == NodeTag::kSharedInput && readers[node.get()] == 1) {
      result = children[0];
    } else if (changed) {
      result = node->with_children(std::move(children));
    }
    done.emplace(node.get(), result);
    return result;
  };
  return inlined(plan);
}

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

std::string format_of(const std::string& path, const std::map<std::string, Value>& options) {
  if (const auto given = options.find("format"); given != options.end()) return folded(given->second.to_string());
  const std::string ending = lower_ending(path);
  if (ending == "parquet" || ending == "pq") return "parquet";
  if (ending == "json" || ending == "ndjson" || ending == "jsonl") return "json";
  return "csv";
}

std::map<std::string, Value> options_of(const std::vector<sql::Option>& options, Catalog& catalog,
                                        const Parameters& parameters) {
  std::map<std::string, Value> values;
  for (const sql::Option& option : options) {
    values[folded(option.name.text)] =
        option.values.empty() ? Value::boolean(true) : bind_option(option.values, catalog, parameters);
  }
  return values;
}

/// The query's columns as the table's: by position, by list, or by name.
PlanRef arranged(PlanRef plan, const Table& table, const std::vector<sql::Identifier>& listed, bool by_name, SourceSpan span) {
  const Schema& schema = table.schema();
  std::vector<int64_t> from(schema.size(), -1);
  const auto place = [&](const std::string& name, SourceSpan at) -> size_t {
    for (size_t i = 0; i < schema.size(); ++i) {
      if (same_name(schema[i].name, name)) return i;
    }
    std::vector<std::string> known;
    for (const Field& field : schema) known.push_back(field.name);
    Error error(ErrorCode::kColumnNotFound, at, "{} has no column \"{}\"", table.name(), name);
    const std::string near = nearest_name(name, known);
    if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
    throw error;
  };
  const size_t given = plan->schema.size();
  if (by_name) {
    for (size_t i = 0; i < given; ++i) from[place(plan->schema[i].name, span)] = static_cast<int64_t>(i);
  } else {
    const size_t wanted = listed.empty() ? schema.size() : listed.size();
    if (given != wanted) {
      throw Error(ErrorCode::kBind, span, "{} values for {} columns of {}", given, wanted, table.name());
    }
    for (size_t i = 0; i < given; ++i) {
      const size_t at = listed.empty() ? i : place(listed[i].text, listed[i].span);
      if (from[at] >= 0) throw Error(ErrorCode::kBind, listed[i].span, "column \"{}\" is named twice", listed[i].text);
      from[at] = static_cast<int64_t>(i);
    }
  }
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (size_t i = 0; i < schema.size(); ++i) {
    names.push_back(schema[i].name);
    if (from[i] < 0) {
      exprs.push_back(ConstantExpr::create(Value::null(schema[i].type)));
      continue;
    }
    const auto index = static_cast<uint32_t>(from[i]);
    const TypeRef type = plan->schema[index].type;
    if (!can_cast(type, schema[i].type)) {
      throw Error(ErrorCode::kTypeMismatch, span, "column \"{}\" is {} and cannot take {}", schema[i].name,
                  schema[i].type->name(), type->name());
    }
    exprs.push_back(CastExpr::create(ColumnExpr::create(index, type, plan->schema[index].name), schema[i].type));
  }
  return ProjectNode::create(std::move(plan), std::move(exprs), std::move(names));
}

}  // namespace

PlanRef bind_query(const sql::Query& query, Catalog& catalog, const Parameters& parameters) {
  return without_single_shares(QueryBinder(catalog, parameters).bind(query, {}));
}

PlanRef bind_insert(const sql::Insert& insert, TableRef table, Catalog& catalog, const Parameters& parameters) {
  if (insert.on_conflict.action != sql::ConflictAction::kFail) {
    throw Error(ErrorCode::kNotSupported, insert.span, "ON CONFLICT and OR REPLACE are not supported yet");
  }
  if (!insert.returning.empty()) throw Error(ErrorCode::kNotSupported, insert.span, "RETURNING is not supported yet");
  PlanRef plan;
  if (!insert.query) {
    plan = ValuesNode::single_row();
    std::vector<ExprRef> nulls;
    std::vector<std::string> names;
    for (const Field& field : table->schema()) {
      nulls.push_back(ConstantExpr::create(Value::null(field.type)));
      names.push_back(field.name);
    }
    plan = ProjectNode::create(plan, std::move(nulls), std::move(names));
  } else {
    auto query = insert.query;
    CommonTables tables;
    QueryBinder binder(catalog, parameters);
    for (const sql::CommonTable& definition : insert.with.tables) {
      auto entry = std::make_shared<CommonTableEntry>();
      entry->definition = &definition;
      entry->outer = tables;
      tables[folded(definition.name.text)] = std::move(entry);
    }
    plan = arranged(binder.bind(*query, tables), *table, insert.columns, insert.by_name, insert.query->span);
  }
  return WriteNode::to_table(without_single_shares(plan), std::move(table));
}

PlanRef bind_copy_to(const sql::Copy& copy, Catalog& catalog, const Parameters& parameters) {
  const Value path = bind_value(*copy.path, catalog, parameters);
  if (path.is_null()) throw Error(ErrorCode::kBind, copy.path->span, "COPY wants a path");
  std::map<std::string, Value> options = options_of(copy.options, catalog, parameters);
  const std::string format = format_of(path.to_string(), options);
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
  return WriteNode::to_file(std::move(plan), path.to_string(), format, std::move(options));
}

PlanRef bind_copy_from(const sql::Copy& copy, TableRef table, Catalog& catalog, const Parameters& parameters) {
  const Value path = bind_value(*copy.path, catalog, parameters);
  if (path.is_null()) throw Error(ErrorCode::kBind, copy.path->span, "COPY wants a path");
  TableFunctionCall call;
  call.options = options_of(copy.options, catalog, parameters);
  const std::string format = format_of(path.to_string(), call.options);
  call.options.erase("format");
  call.name = "read_" + format;
  call.arguments = {path};
  call.span = copy.span;
  if (format == "csv" && copy.columns.empty()) {
    // The table's own types, so that what does not fit is an error with its place.
    std::vector<Field> fields;
    std::vector<Value> types;
    for (const Field& field : table->schema()) {
      fields.push_back({field.name, Type::varchar()});
      types.push_back(Value::text(field.type->name()));
    }
    call.options.emplace("columns", Value::nested(Type::structure(fields), types));
  }
  TableRef source = catalog.call(call, nullptr);
  if (!source) throw Error(ErrorCode::kNotSupported, copy.span, "no format \"{}\" to read", format);
  PlanRef plan = arranged(ScanNode::create(std::move(source)), *table, copy.columns, false, copy.span);
  return WriteNode::to_table(std::move(plan), std::move(table));
}

Value bind_value(const sql::Expression& expression, Catalog& catalog, const Parameters& parameters) {
  ExprContext context;
  context.clause = "a constant";
  return evaluate_constant(QueryBinder(catalog, parameters).expression(expression, context), catalog.session());
}

Value bind_option(const std::vector<sql::ExpressionRef>& values, Catalog& catalog, const Parameters& parameters) {
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
