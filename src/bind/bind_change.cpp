// UPDATE and DELETE: the rows of the target that WHERE leaves, each with its id, as any query finds
// them; then a write.
#include <algorithm>
#include <functional>

#include "bind/query_binder.h"
#include "bind/select_binder.h"
#include "bind/table_rows.h"
#include "plan/plan_expressions.h"

namespace doline {

void Returned::append_to(std::vector<ExprRef>& to, std::vector<std::string>& to_names) const {
  to.insert(to.end(), exprs.begin(), exprs.end());
  to_names.insert(to_names.end(), names.begin(), names.end());
}

/// As the list of a SELECT from the table.
Returned bind_returning(const std::vector<sql::NamedExpression>& items, const Table& table,
                        const std::string& name, QueryBinder& binder) {
  sql::Select select;
  select.items = items;
  auto from = std::make_shared<sql::TableName>();
  from->name = {{table.name(), {}}};
  from->alias = {name, {}};
  select.from = from;
  const PlanRef plan = binder.bind(select, {});
  const auto* list = dynamic_cast<const ProjectNode*>(plan.get());
  if (!list || list->input->tag() != NodeTag::kScan) {
    const SourceSpan span = items.front().expression->span.to(items.back().expression->span);
    throw Error(ErrorCode::kNotSupported, span,
                "RETURNING takes no aggregates, window functions, subqueries or unnest")
        .hint("SELECT over the table afterwards does");
  }
  return {list->exprs, list->names};
}

CommonTables common_tables(const sql::With& with) {
  CommonTables tables;
  for (const sql::CommonTable& definition : with.tables) {
    auto entry = std::make_shared<CommonTableEntry>();
    entry->definition = &definition;
    entry->outer = tables;
    entry->is_recursive = with.recursive;
    tables[folded(definition.name.text)] = std::move(entry);
  }
  return tables;
}

/// Binds one UPDATE or DELETE. Rows come by rising ids, each once: where a join may have brought
/// them out of order, they are sorted; where it may have found them several times, they are
/// grouped.
class ChangeBinder {
 public:
  ChangeBinder(TableRef table, Catalog& catalog, const Parameters& parameters)
      : table_(std::move(table)),
        width_(static_cast<uint32_t>(table_->schema().size())),
        binder_(catalog, parameters) {}

  PlanRef update(const sql::Update& node) {
    find_rows(node.with, node.table, node.from, node.where);
    std::vector<ExprRef> row = output_columns(plan_, 0, width_ + 1);
    std::vector<uint32_t> columns;
    for (const sql::Assignment& assignment : node.assignments) {
      const auto column = static_cast<uint32_t>(
          column_place(*table_, assignment.column.text, assignment.column.span));
      if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
        throw Error(ErrorCode::kBind, assignment.column.span, "column \"{}\" is set twice",
                    assignment.column.text);
      }
      columns.push_back(column);
      row[column] = new_value(assignment, column);
    }
    std::vector<std::string> names = names_of(table_->schema());
    names.emplace_back("rowid");
    plan_ = ProjectNode::create(plan_, std::move(row), std::move(names));
    settle_rows(node.from != nullptr);
    std::vector<ExprRef> exprs = held_to_rules(*table_, columns, node.span, binder_);
    return write(WriteAction::kUpdate, std::move(columns), std::move(exprs), node.returning);
  }

  PlanRef remove(const sql::Delete& node) {
    find_rows(node.with, node.table, node.using_relation, node.where);
    plan_ = first_columns(plan_, width_ + 1);
    settle_rows(node.using_relation != nullptr);
    return write(WriteAction::kDelete, {}, {}, node.returning);
  }

 private:
  /// The target's columns, its rows' ids, then what stands beside it.
  void find_rows(const sql::With& with, const sql::RelationRef& target,
                 const sql::RelationRef& beside, const sql::ExpressionRef& where) {
    binder_.tables_ = common_tables(with);
    const sql::QualifiedName& written = target->as<sql::TableName>().name;
    if (written.size() == 1 && binder_.tables_.contains(folded(written[0].text))) {
      throw Error(ErrorCode::kBind, target->span,
                  "\"{}\" is a query of WITH, and has no rows of its own", written[0].text)
          .hint("give the query another name");
    }
    BoundRelation rows = binder_.aliased(binder_.scanned(table_, ""), *target, table_->name());
    name_ = target->alias.empty() ? table_->name() : target->alias.text;
    if (beside) {
      const BoundRelation other = binder_.relation(*beside);
      rows.scope = Scope::joined(rows.scope, other.scope, width_ + 1);
      rows.plan = JoinNode::create(rows.plan, other.plan, JoinKind::kCross, {}, {});
    }
    scope_ = std::move(rows.scope);
    plan_ = std::move(rows.plan);
    if (where) plan_ = filtered_by(plan_, binder_.condition(*where, context("WHERE")));
  }

  ExprContext context(const char* clause) const {
    ExprContext context;
    context.scope = &scope_;
    context.clause = clause;
    return context;
  }

  ExprRef new_value(const sql::Assignment& assignment, uint32_t column) {
    const SourceSpan span = assignment.value->span;
    if (assignment.value->is<sql::Default>()) return default_of(*table_, column, span, binder_);
    const ExprRef value = binder_.expression(*assignment.value, context("SET"));
    return assigned(attach_subqueries(value, plan_), table_->schema()[column], span);
  }

  /// `repeats`: a row may have been found several times; the first counts.
  void settle_rows(bool repeats) {
    if (repeats) {
      std::vector<AggregateExprRef> values;
      for (uint32_t i = 0; i < width_; ++i)
        values.push_back(aggregate_of("first", {output_column(plan_, i)}));
      std::vector<std::string> names = names_of(table_->schema());
      plan_ = AggregationNode::create(plan_, {output_column(plan_, width_)}, {"rowid"},
                                      std::move(values), names);
      std::vector<ExprRef> row = output_columns(plan_, 1, width_);
      row.push_back(output_column(plan_, 0));
      names.emplace_back("rowid");
      plan_ = ProjectNode::create(plan_, std::move(row), std::move(names));
    }
    if (repeats || !is_as_scanned(*plan_))
      plan_ =
          SortNode::create(plan_, {SortKey::create(output_column(plan_, width_), false, false)});
  }

  /// Nothing but the scan, filters and projections.
  static bool is_as_scanned(const PlanNode& plan) {
    if (plan.tag() == NodeTag::kScan) return true;
    if (plan.tag() != NodeTag::kFilter && plan.tag() != NodeTag::kProject) return false;
    return is_as_scanned(*plan.children()[0]);
  }

  PlanRef write(WriteAction action, std::vector<uint32_t> columns, std::vector<ExprRef> values,
                const std::vector<sql::NamedExpression>& returning) {
    std::vector<ExprRef> exprs = {output_column(plan_, width_)};
    std::vector<std::string> names = {"rowid"};
    for (size_t i = 0; i < values.size(); ++i) {
      exprs.push_back(std::move(values[i]));
      names.push_back(table_->schema()[columns[i]].name);
    }
    const size_t written = exprs.size();
    if (!returning.empty())
      bind_returning(returning, *table_, name_, binder_).append_to(exprs, names);
    const auto returned = static_cast<uint32_t>(exprs.size() - written);
    plan_ = ProjectNode::create(plan_, std::move(exprs), std::move(names));
    return WriteNode::to_table(without_single_shares(plan_), table_, action, std::move(columns),
                               returned);
  }

  const TableRef table_;
  const uint32_t width_;
  QueryBinder binder_;
  std::string name_;  // of the target, as RETURNING knows it
  Scope scope_;
  PlanRef plan_;
};

PlanRef bind_update(const sql::Update& update, TableRef table, Catalog& catalog,
                    const Parameters& parameters) {
  return ChangeBinder(std::move(table), catalog, parameters).update(update);
}

PlanRef bind_delete(const sql::Delete& node, TableRef table, Catalog& catalog,
                    const Parameters& parameters) {
  return ChangeBinder(std::move(table), catalog, parameters).remove(node);
}

}  // namespace doline
