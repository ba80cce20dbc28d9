#include <algorithm>
#include <numeric>

#include "bind/advice.h"
#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "column/unique_names.h"
#include "plan/plan_expressions.h"
#include "plan/repeatable.h"
#include "sql/parser.h"

namespace doline {

BoundRelation QueryBinder::relation(const sql::Relation& node) {
  BoundRelation bound = whole_relation(node);
  if (node.sample) bound.plan = sampled(std::move(bound.plan), *node.sample);
  return bound;
}

BoundRelation QueryBinder::whole_relation(const sql::Relation& node) {
  switch (node.kind) {
    case sql::RelationKind::kTableName:
      return table_name(node.as<sql::TableName>());
    case sql::RelationKind::kTableFunction:
      return table_function(node.as<sql::TableFunction>(), nullptr);
    case sql::RelationKind::kSubqueryRelation: {
      const auto& inner = node.as<sql::SubqueryRelation>();
      PlanRef plan = bind(*inner.query, tables_);
      BoundRelation bound{plan, Scope::of(plan->schema, "")};
      return aliased(std::move(bound), node, "");
    }
    case sql::RelationKind::kJoin:
      return join(node.as<sql::Join>());
    case sql::RelationKind::kPivot:
      return pivot(node.as<sql::Pivot>());
    case sql::RelationKind::kUnpivot:
      return unpivot(node.as<sql::Unpivot>());
  }
  UNREACHABLE();
}

BoundRelation QueryBinder::aliased(BoundRelation bound, const sql::Relation& node,
                                   const std::string& default_name) {
  // A join without a name of its own leaves its tables theirs.
  if (node.kind == sql::RelationKind::kJoin && node.alias.empty()) return bound;
  const std::string table = node.alias.empty() ? default_name : node.alias.text;
  std::vector<ScopeColumn>& columns = bound.scope.columns;
  // From here on it is one table, which has the columns that * means.
  std::erase_if(columns,
                [](const ScopeColumn& column) { return !column.in_star && !column.is_hidden; });
  std::vector<std::string> names;
  for (ScopeColumn& column : columns) {
    column.is_joined = false;
    if (!table.empty()) column.table = table;
    if (!node.alias.empty()) column.schema.clear();
    if (!column.is_hidden) names.push_back(column.name);
  }
  if (node.column_aliases.size() > names.size()) {
    throw Error(ErrorCode::kBind, node.span, "{} column names for {} columns",
                node.column_aliases.size(), names.size());
  }
  for (size_t i = 0; i < node.column_aliases.size(); ++i) names[i] = node.column_aliases[i].text;
  names = unique_names(std::move(names));
  auto name = names.begin();
  for (ScopeColumn& column : columns) {
    if (!column.is_hidden) column.name = std::move(*name++);
  }
  return bound;
}

namespace {

/// The columns under the names that WITH t(…) gives them.
PlanRef named_columns(const sql::CommonTable& definition, PlanRef plan) {
  if (definition.columns.empty()) return plan;
  if (definition.columns.size() > plan->schema.size()) {
    throw Error(ErrorCode::kBind, definition.name.span, "{} column names for {} columns",
                definition.columns.size(), plan->schema.size());
  }
  std::vector<std::string> names = names_of(plan->schema);
  for (size_t i = 0; i < definition.columns.size(); ++i) names[i] = definition.columns[i].text;
  if (names == names_of(plan->schema)) return plan;
  return ProjectNode::create(plan, output_columns(plan), std::move(names));
}

bool is_file(const std::string& path, SourceSpan span, Catalog& catalog) {
  try {
    return catalog.open_file(path, span) != nullptr;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

PlanRef QueryBinder::common_table(CommonTableEntry& entry, SourceSpan span, bool is_whole) {
  if (entry.plan) return seen_from_here(entry.plan, entry.outer_query);
  const sql::CommonTable& definition = *entry.definition;
  if (entry.last_rows) {
    entry.is_read = true;
    return is_whole ? entry.all_rows : entry.last_rows;
  }
  if (entry.is_binding) {
    throw Error(ErrorCode::kBind, span, "\"{}\" is read where it is being defined",
                definition.name.text)
        .hint(
            "WITH RECURSIVE t AS (first rows UNION ALL SELECT … FROM t): only what is behind the "
            "last UNION may read t");
  }
  entry.is_binding = true;
  OuterQuery* outer = std::exchange(outer_, entry.outer_query);
  CommonTableEntry* const defining =
      std::exchange(defining_, entry.is_recursive ? &entry : nullptr);
  CommonTables seen = entry.outer;
  if (entry.is_recursive) {  // by itself, which `outer` does not say: it would keep itself alive
    const std::string name = folded(definition.name.text);
    seen[name] = tables_.at(name);
  }
  PlanRef plan = named_columns(definition, bind(*definition.query, seen));
  defining_ = defining;
  outer_ = outer;
  entry.is_binding = false;
  // NOT MATERIALIZED: each reader computes it by itself, where that gives all of them the same.
  const bool is_apart =
      definition.materialization == sql::Materialization::kNever && is_repeatable(plan);
  entry.plan =
      is_apart ? std::move(plan) : SharedInputNode::create(std::move(plan), definition.name.text);
  return seen_from_here(entry.plan, entry.outer_query);
}

PlanRef QueryBinder::seen_from_here(const PlanRef& plan, OuterQuery* definition) {
  if (outer_ == definition || !is_correlated(plan)) return plan;
  const std::function<ExprRef(uint32_t, OuterQuery*)> seen = [&](uint32_t ordinal, OuterQuery* at) {
    const ExprRef column = at->outer == definition
                               ? OuterColumnExpr::create(ordinal, definition->columns[ordinal], {})
                               : seen(ordinal, at->outer);
    return at->seen_inside(column, {});
  };
  return replace_outers(plan, [&](uint32_t ordinal) { return seen(ordinal, outer_); });
}

BoundRelation QueryBinder::scanned(TableRef table, const std::string& schema) {
  std::vector<uint32_t> columns(table->schema().size() + (table->has_row_ids() ? 1 : 0));
  std::iota(columns.begin(), columns.end(), 0);
  const uint32_t hidden = table->hidden_columns() + (table->has_row_ids() ? 1 : 0);
  const std::string name = table->name();
  const PlanRef plan = ScanNode::create(std::move(table), std::move(columns));
  return {plan, Scope::of(plan->schema, name, schema).hiding(hidden)};
}

BoundRelation QueryBinder::table_name(const sql::TableName& node) {
  if (node.at)
    throw Error(ErrorCode::kNotSupported, node.span, "AT (VERSION …) is not supported yet");
  std::vector<std::string> parts;
  for (const auto& part : node.name) parts.push_back(part.text);
  const std::string& name = parts.back();
  if (!node.is_string) {
    if (parts.size() == 1) {
      if (const auto found = tables_.find(folded(name)); found != tables_.end()) {
        PlanRef plan = common_table(*found->second, node.span);
        return aliased({plan, Scope::of(plan->schema, name)}, node, name);
      }
    }
    if (parts.size() == 2 && same_name(parts[0], "recurring")) {
      const auto found = tables_.find(folded(name));
      if (found != tables_.end() && found->second->last_rows) {
        PlanRef plan = common_table(*found->second, node.span, true);
        return aliased({plan, Scope::of(plan->schema, name)}, node, name);
      }
    }
    const std::string schema = parts.size() > 1 ? parts[parts.size() - 2] : "";
    if (TableRef table = catalog_.find_table(parts)) {
      return aliased(scanned(std::move(table), schema), node, name);
    }
    if (const auto text = catalog_.find_view(parts)) {
      const std::string view = folded(fmt::format("{}", fmt::join(parts, ".")));
      if (std::find(views_.begin(), views_.end(), view) != views_.end()) {
        throw Error(ErrorCode::kBind, node.span, "the view \"{}\" reads itself", name)
            .hint("CREATE OR REPLACE VIEW mends it");
      }
      constexpr size_t kDeepest = 64;
      if (views_.size() >= kDeepest)
        throw Error(ErrorCode::kBind, node.span, "views are nested too deeply at \"{}\"", name);
      const sql::StatementRef statement = sql::parse_statement(*text);
      OuterQuery* outer = std::exchange(outer_, nullptr);
      views_.push_back(view);
      PlanRef plan;
      try {
        plan = bind(*statement->as<sql::SelectStatement>().query, {});
      } catch (Error& error) {
        throw Error(error.code(), node.span, "in view {}: {}", name, error.message());
      }
      views_.pop_back();
      outer_ = outer;
      return aliased({plan, Scope::of(plan->schema, name, schema)}, node, name);
    }
  }
  if (parts.size() == 1) {
    TableRef table;
    try {
      table = catalog_.open_file(name, node.span);
    } catch (Error& error) {
      throw std::move(error).at(node.span);
    }
    if (table) {
      // `FROM 'data/trips.csv'` may be called trips.
      std::string stem = name.substr(name.find_last_of('/') + 1);
      stem = stem.substr(0, stem.find('.'));
      const uint32_t hidden = table->hidden_columns();
      PlanRef plan = ScanNode::create(std::move(table));
      return aliased({plan, Scope::of(plan->schema, stem).hiding(hidden)}, node, stem);
    }
  }
  std::vector<std::string> known = catalog_.table_names();
  for (const auto& [common, entry] : tables_) known.push_back(common);
  if (node.is_string) {
    // Whoever reads a file says why there is none, and which may be meant.
    TableFunctionCall reading;
    reading.name = "read_text";
    reading.arguments = {Value::text(name)};
    try {
      catalog_.call(reading, nullptr);
    } catch (Error& error) {
      error.set_span_if_empty(node.span);
      const bool is_table = std::any_of(known.begin(), known.end(), [&](const std::string& other) {
        return same_name(other, name);
      });
      if (!is_table) throw;
      throw std::move(error).hint("a table is read without quotes: FROM " + name);
    }
  }
  Error error = no_such_table(fmt::format("{}", fmt::join(parts, ".")), node.span, known);
  if (!error.hint().empty()) throw error;
  if (same_name(name, "reject_errors") || same_name(name, "reject_scans"))
    throw std::move(error).hint("what readers left out is FROM rejects()");
  // FROM data.csv: a file's path without its quotes.
  if (parts.size() > 1 && is_file(fmt::format("{}", fmt::join(parts, ".")), node.span, catalog_))
    throw std::move(error).hint(
        fmt::format("a path stands in quotes: FROM '{}'", fmt::join(parts, ".")));
  throw std::move(error).hint("a file is read by its path in quotes: FROM 'data.csv'");
}

}  // namespace doline
