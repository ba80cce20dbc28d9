#include "base/assert.h"
#include "sql/printer.h"
#include "sql/visit.h"

namespace doline::sql {

std::string to_sql(const Query& query) {
  Printer printer;
  printer.query(query);
  return printer.take();
}

std::string to_sql(const Relation& relation) {
  Printer printer;
  printer.relation(relation);
  return printer.take();
}

void Printer::put_with(const With& with) {
  if (with.tables.empty()) return;
  put(with.recursive ? "WITH RECURSIVE " : "WITH ");
  join(with.tables, ", ", [&](const CommonTable& table) {
    put_name(table.name);
    if (!table.columns.empty()) {
      put(" ");
      put_name_list(table.columns);
    }
    if (!table.using_key.empty()) {
      put(" USING KEY ");
      put_name_list(table.using_key);
    }
    put(" AS ");
    if (table.materialization == Materialization::kAlways) put("MATERIALIZED ");
    if (table.materialization == Materialization::kNever) put("NOT MATERIALIZED ");
    put("(");
    query(*table.query);
    put(")");
  });
  put(" ");
}

void Printer::query(const Query& node) {
  put_with(node.with);
  visit(node, [&](const auto& exact) { write(exact); });
  if (!node.order_by.empty()) {
    put(" ");
    put_order(node.order_by);
  }
  if (node.limit != nullptr) {
    put(" LIMIT ");
    expression(*node.limit);
    if (node.limit_is_percent) put("%");
  }
  if (node.offset != nullptr) {
    put(" OFFSET ");
    expression(*node.offset);
  }
}

void Printer::write(const Select& node) {
  put("SELECT ");
  if (node.distinct == SelectDistinct::kDistinct) put("DISTINCT ");
  if (node.distinct == SelectDistinct::kDistinctOn) {
    put("DISTINCT ON (");
    put_expressions(node.distinct_on);
    put(") ");
  }
  put_named_list(node.items);
  if (node.from != nullptr) {
    put(" FROM ");
    relation(*node.from);
  }
  const auto clause = [&](std::string_view word, const ExpressionRef& condition) {
    if (condition == nullptr) return;
    put(word);
    expression(*condition);
  };
  clause(" WHERE ", node.where);
  if (node.group_by_all) {
    put(" GROUP BY ALL");
  } else if (!node.group_by.empty()) {
    put(" GROUP BY ");
    join(node.group_by, ", ", [&](const GroupingElement& element) { put_grouping(element); });
  }
  clause(" HAVING ", node.having);
  if (!node.windows.empty()) {
    put(" WINDOW ");
    join(node.windows, ", ", [&](const NamedWindow& window) {
      put_name(window.name);
      put(" AS ");
      put_window(*window.window);
    });
  }
  clause(" QUALIFY ", node.qualify);
  if (node.sample != nullptr) {
    put(" USING SAMPLE ");
    put_sample(*node.sample);
  }
}

void Printer::put_grouping(const GroupingElement& element) {
  switch (element.grouping) {
    case GroupingKind::kExpressions:
      if (element.expressions.size() == 1) return expression(*element.expressions[0]);
      put("(");
      put_expressions(element.expressions);
      return put(")");
    case GroupingKind::kRollup:
      put("ROLLUP (");
      break;
    case GroupingKind::kCube:
      put("CUBE (");
      break;
    case GroupingKind::kSets:
      put("GROUPING SETS (");
      break;
  }
  join(element.elements, ", ", [&](const GroupingElement& inner) { put_grouping(inner); });
  put(")");
}

void Printer::write(const SetOperation& node) {
  std::string separator = node.op == SetOperator::kUnion       ? ") UNION "
                          : node.op == SetOperator::kIntersect ? ") INTERSECT "
                                                               : ") EXCEPT ";
  if (node.all) separator += "ALL ";
  if (node.by_name) separator += "BY NAME ";
  separator += "(";
  put("(");
  join(node.inputs, separator, [&](const QueryRef& input) { query(*input); });
  put(")");
}

void Printer::write(const Values& node) {
  put("VALUES ");
  join(node.rows, ", ", [&](const std::vector<ExpressionRef>& row) {
    put("(");
    put_expressions(row);
    put(")");
  });
}

void Printer::write(const Describe& node) {
  switch (node.describe) {
    case DescribeKind::kDescribe:
    case DescribeKind::kSummarize:
      put(node.describe == DescribeKind::kDescribe ? "DESCRIBE (" : "SUMMARIZE (");
      if (node.query != nullptr) query(*node.query);
      return put(")");
    case DescribeKind::kShowTables:
      put("SHOW TABLES");
      if (!node.name.empty()) put(" FROM ");
      return put_names(node.name);
    case DescribeKind::kShowAllTables:
      return put("SHOW ALL TABLES");
    case DescribeKind::kShow:
      put("SHOW ");
      return put_names(node.name);
  }
}

void Printer::relation(const Relation& node) {
  visit(node, [&](const auto& exact) { write(exact); });
  if (!node.alias.empty()) {
    put(" AS ");
    put_name(node.alias);
    if (!node.column_aliases.empty()) put_name_list(node.column_aliases);
  }
  if (node.sample != nullptr) {
    put(" TABLESAMPLE ");
    put_sample(*node.sample);
  }
}

void Printer::put_sample(const Sample& sample) {
  if (!sample.method.empty()) {
    put_name(sample.method);
    put("(");
  }
  expression(*sample.amount);
  put(sample.percent ? " PERCENT" : " ROWS");
  if (!sample.method.empty()) put(")");
  if (sample.seed != nullptr) {
    put(" REPEATABLE (");
    expression(*sample.seed);
    put(")");
  }
}

void Printer::write(const TableName& node) {
  if (node.is_string) {
    put(quote_string(node.name[0].text));
  } else {
    put_names(node.name);
  }
  if (node.at == nullptr) return;
  put(" AT (");
  put_name(node.at_unit);
  put(" => ");
  expression(*node.at);
  put(")");
}

void Printer::write(const TableFunction& node) {
  if (node.lateral) put("LATERAL ");
  expression(*node.call);
  if (node.with_ordinality) put(" WITH ORDINALITY");
}

void Printer::write(const SubqueryRelation& node) {
  put(node.lateral ? "LATERAL (" : "(");
  query(*node.query);
  put(")");
}

void Printer::write(const Join& node) {
  put("(");
  relation(*node.left);
  put(node.natural ? " NATURAL " : " ");
  if (node.asof) put("ASOF ");
  switch (node.join) {
    case JoinKind::kInner:
      put("INNER JOIN ");
      break;
    case JoinKind::kLeft:
      put("LEFT JOIN ");
      break;
    case JoinKind::kRight:
      put("RIGHT JOIN ");
      break;
    case JoinKind::kFull:
      put("FULL JOIN ");
      break;
    case JoinKind::kSemi:
      put("SEMI JOIN ");
      break;
    case JoinKind::kAnti:
      put("ANTI JOIN ");
      break;
    case JoinKind::kCross:
      put("CROSS JOIN ");
      break;
    case JoinKind::kPositional:
      put("POSITIONAL JOIN ");
      break;
  }
  // `a JOIN b PIVOT (…)` would pivot the join.
  const bool pivoted = node.right->is<Pivot>() || node.right->is<Unpivot>();
  if (pivoted) put("(");
  relation(*node.right);
  if (pivoted) put(")");
  if (!node.using_columns.empty()) {
    put(" USING ");
    put_name_list(node.using_columns);
  }
  if (node.condition != nullptr) {
    put(" ON (");
    expression(*node.condition);
    put(")");
  }
  put(")");
}

void Printer::write(const Pivot& node) {
  relation(*node.source);
  put(" PIVOT (");
  put_named_list(node.aggregates);
  if (!node.columns.empty()) put(node.aggregates.empty() ? "FOR " : " FOR ");
  join(node.columns, ", ", [&](const PivotColumn& column) {
    if (column.keys.size() > 1) put("(");
    put_expressions(column.keys);
    if (column.keys.size() > 1) put(")");
    if (!column.enum_type.empty()) {
      put(" IN ");
      put_name(column.enum_type);
    } else if (column.query != nullptr) {
      put(" IN (");
      query(*column.query);
      put(")");
    } else if (!column.values.empty()) {
      put(" IN (");
      put_named_list(column.values);
      put(")");
    }
  });
  if (!node.group_by.empty()) {
    put(" GROUP BY ");
    put_expressions(node.group_by);
  }
  put(")");
}

void Printer::write(const Unpivot& node) {
  relation(*node.source);
  put(node.include_nulls ? " UNPIVOT INCLUDE NULLS (" : " UNPIVOT (");
  if (node.value_columns.size() == 1) {
    put_name(node.value_columns[0]);
  } else {
    put_name_list(node.value_columns);
  }
  put(" FOR ");
  put_name(node.name_column);
  put(" IN (");
  put_named_list(node.entries);
  put("))");
}

}  // namespace doline::sql
