#include <algorithm>

#include "bind/query_binder.h"
#include "kernel/cast.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"

namespace doline {

std::vector<uint32_t> QueryBinder::key_columns(const sql::CommonTable& definition,
                                               const Schema& schema) {
  std::vector<uint32_t> keys;
  for (const sql::Identifier& key : definition.using_key) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const Field& field) {
      return same_name(field.name, key.text);
    });
    if (found == schema.end()) {
      Error error(ErrorCode::kColumnNotFound, key.span, "no column \"{}\" in {}", key.text,
                  definition.name.text);
      const std::string near = nearest_name(key.text, names_of(schema));
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw error;
    }
    keys.push_back(static_cast<uint32_t>(found - schema.begin()));
  }
  return keys;
}

PlanRef QueryBinder::recursive(const sql::SetOperation& node, CommonTableEntry& entry) {
  const sql::CommonTable& definition = *entry.definition;
  std::vector<PlanRef> inputs;
  for (size_t i = 0; i + 1 < node.inputs.size(); ++i)
    inputs.push_back(bind(*node.inputs[i], tables_));
  const sql::Query& last = *node.inputs.back();
  if (node.op != sql::SetOperator::kUnion || node.by_name) {
    inputs.push_back(bind(last, tables_));
    return combined(node, std::move(inputs));
  }

  PlanRef base = inputs.size() == 1 ? inputs[0] : combined(node, inputs);
  std::vector<std::string> names = names_of(base->schema);
  if (definition.columns.size() > names.size()) {
    throw Error(ErrorCode::kBind, definition.name.span, "{} column names for {} columns",
                definition.columns.size(), names.size());
  }
  for (size_t i = 0; i < definition.columns.size(); ++i) names[i] = definition.columns[i].text;
  std::vector<TypeRef> types;
  for (const Field& field : base->schema)
    types.push_back(field.type->is(TypeKind::kNull) ? Type::int32() : field.type);
  base = cast_columns(std::move(base), types, names);

  const int64_t id = ++recursions_;
  const std::string& name = definition.name.text;
  entry.last_rows = WorkingTableNode::create(base->schema, id, name);
  entry.all_rows = WorkingTableNode::create(base->schema, id, name, true);
  PlanRef step = bind(last, tables_);
  entry.last_rows = entry.all_rows = nullptr;
  if (!entry.is_read && definition.using_key.empty()) {
    inputs.push_back(std::move(step));
    return combined(node, std::move(inputs));
  }

  if (!node.order_by.empty()) {
    throw Error(ErrorCode::kBind, node.order_by[0].expression->span,
                "a recursive table has no ORDER BY")
        .hint("order what is read of it: SELECT … FROM " + name + " ORDER BY …");
  }
  if (node.limit || node.offset) {
    throw Error(ErrorCode::kBind, (node.limit ? node.limit : node.offset)->span,
                "a recursive table has no LIMIT")
        .hint("limit what is read of it: SELECT … FROM " + name + " LIMIT …");
  }
  if (step->schema.size() != types.size()) {
    throw Error(ErrorCode::kBind, last.span, "this query has {} columns, the one before {}",
                step->schema.size(), types.size());
  }
  for (size_t i = 0; i < types.size(); ++i) {
    if (!can_cast(step->schema[i].type, types[i])) {
      throw Error(ErrorCode::kTypeMismatch, last.span, "column {} is {} here and {} before",
                  names[i], step->schema[i].type->name(), types[i]->name());
    }
  }
  step = cast_columns(std::move(step), types, names);
  std::vector<uint32_t> keys = key_columns(definition, base->schema);
  return RecursiveNode::create(std::move(base), std::move(step), id, name, !node.all,
                               std::move(keys));
}

}  // namespace doline
