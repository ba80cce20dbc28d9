#include <algorithm>

#include "base/assert.h"
#include "sql/compare.h"
#include "sql/keywords.h"
#include "sql/printer.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

std::string_view symbol_of(ComparisonOperator op) {
  switch (op) {
    case ComparisonOperator::kEqual:
      return "=";
    case ComparisonOperator::kNotEqual:
      return "!=";
    case ComparisonOperator::kLess:
      return "<";
    case ComparisonOperator::kLessOrEqual:
      return "<=";
    case ComparisonOperator::kGreater:
      return ">";
    case ComparisonOperator::kGreaterOrEqual:
      return ">=";
    case ComparisonOperator::kDistinctFrom:
      return "IS DISTINCT FROM";
    case ComparisonOperator::kNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
  }
  UNREACHABLE();
}

/// The types whose names are words of the grammar, as the tree spells them; and TEXT, which as a
/// type needs no quotes.
bool is_grammar_type(const std::vector<Identifier>& name) {
  static constexpr std::string_view kNames[] = {"BIGINT",
                                                "BIT",
                                                "BOOLEAN",
                                                "DECIMAL",
                                                "DOUBLE",
                                                "FLOAT",
                                                "INTEGER",
                                                "INTERVAL",
                                                "SMALLINT",
                                                "TIME",
                                                "TIMESTAMP",
                                                "TIMESTAMP WITH TIME ZONE",
                                                "TIME WITH TIME ZONE",
                                                "VARCHAR"};
  return name.size() == 1 &&
         (same_name(name[0].text, "text") ||
          std::find(std::begin(kNames), std::end(kNames), name[0].text) != std::end(kNames));
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  };
  const bool plain = !name.empty() && (name[0] < '0' || name[0] > '9') &&
                     std::all_of(name.begin(), name.end(), is_plain);
  if (plain && find_keyword(name) == Keyword::kNoKeyword) return std::string(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

std::string to_sql(const Expression& expression) {
  Printer printer;
  printer.expression(expression);
  return printer.take();
}

std::string to_sql(const TypeName& type) {
  Printer printer;
  printer.type(type);
  return printer.take();
}

std::string column_name(const Expression& expression) {
  if (const auto* reference = expression.get_if<ColumnReference>()) {
    return reference->names.back().text;
  }
  return to_sql(expression);
}

void Printer::expression(const Expression& node) {
  visit(node, [&](const auto& exact) { write(exact); });
}

void Printer::put_names(const std::vector<Identifier>& parts) {
  join(parts, ".", [&](const Identifier& part) { put_name(part); });
}

void Printer::put_name_list(const std::vector<Identifier>& names) {
  put("(");
  join(names, ", ", [&](const Identifier& name) { put_name(name); });
  put(")");
}

void Printer::put_expressions(const std::vector<ExpressionRef>& list) {
  join(list, ", ", [&](const ExpressionRef& item) { expression(*item); });
}

void Printer::put_named(const NamedExpression& item) {
  expression(*item.expression);
  if (item.name.empty()) return;
  put(" AS ");
  put_name(item.name);
}

void Printer::put_named_list(const std::vector<NamedExpression>& items) {
  join(items, ", ", [&](const NamedExpression& item) { put_named(item); });
}

void Printer::put_arguments(const std::vector<Argument>& arguments) {
  join(arguments, ", ", [&](const Argument& argument) {
    if (!argument.name.empty()) {
      put_name(argument.name);
      put(" := ");
    }
    expression(*argument.value);
  });
}

void Printer::put_order(const std::vector<OrderItem>& items) {
  put("ORDER BY ");
  join(items, ", ", [&](const OrderItem& item) {
    expression(*item.expression);
    if (item.direction == SortDirection::kAscending) put(" ASC");
    if (item.direction == SortDirection::kDescending) put(" DESC");
    if (item.nulls == NullOrder::kFirst) put(" NULLS FIRST");
    if (item.nulls == NullOrder::kLast) put(" NULLS LAST");
  });
}

void Printer::put_bound(const FrameBound& bound) {
  if (bound.distance != nullptr) {
    expression(*bound.distance);
    put(" ");
  }
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding:
      return put("UNBOUNDED PRECEDING");
    case FrameEdge::kPreceding:
      return put("PRECEDING");
    case FrameEdge::kCurrentRow:
      return put("CURRENT ROW");
    case FrameEdge::kFollowing:
      return put("FOLLOWING");
    case FrameEdge::kUnboundedFollowing:
      return put("UNBOUNDED FOLLOWING");
  }
}

void Printer::put_window(const WindowSpecification& window) {
  put("(");
  std::string_view separator;
  const auto part = [&] {
    put(separator);
    separator = " ";
  };
  if (!window.base.empty()) {
    part();
    put_name(window.base);
  }
  if (!window.partition_by.empty()) {
    part();
    put("PARTITION BY ");
    put_expressions(window.partition_by);
  }
  if (!window.order_by.empty()) {
    part();
    put_order(window.order_by);
  }
  if (window.unit != FrameUnit::kNone) {
    part();
    put(window.unit == FrameUnit::kRows    ? "ROWS BETWEEN "
        : window.unit == FrameUnit::kRange ? "RANGE BETWEEN "
                                           : "GROUPS BETWEEN ");
    put_bound(window.start);
    put(" AND ");
    put_bound(window.end);
    switch (window.exclusion) {
      case FrameExclusion::kNone:
        break;
      case FrameExclusion::kCurrentRow:
        put(" EXCLUDE CURRENT ROW");
        break;
      case FrameExclusion::kGroup:
        put(" EXCLUDE GROUP");
        break;
      case FrameExclusion::kTies:
        put(" EXCLUDE TIES");
        break;
    }
  }
  put(")");
}

void Printer::write(const Literal& node) {
  switch (node.literal) {
    case LiteralKind::kNull:
      return put("NULL");
    case LiteralKind::kBoolean:
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kFloat:
      return put(node.text);
    case LiteralKind::kString:
      return put(quote_string(node.text));
    case LiteralKind::kBlob:
      put("X'");
      put(node.text);
      return put("'");
  }
}

void Printer::write(const ColumnReference& node) { put_names(node.names); }

void Printer::write(const PositionalReference& node) {
  put("#");
  put(std::to_string(node.position));
}

void Printer::write(const Parameter& node) {
  put("$");
  put(node.name);
}

void Printer::write(const Default&) { put("DEFAULT"); }

void Printer::write(const Star& node) {
  put_names(node.qualifier);
  put(node.qualifier.empty() ? "*" : ".*");
  if (!node.exclude.empty()) {
    put(" EXCLUDE (");
    join(node.exclude, ", ", [&](const QualifiedName& name) { put_names(name); });
    put(")");
  }
  if (!node.replace.empty()) {
    put(" REPLACE (");
    put_named_list(node.replace);
    put(")");
  }
  if (!node.rename.empty()) {
    put(" RENAME (");
    join(node.rename, ", ", [&](const Rename& item) {
      put_names(item.from);
      put(" AS ");
      put_name(item.to);
    });
    put(")");
  }
  if (node.filter != nullptr) write_star_filter(*node.filter);
}

/// `(* ~~ 'a%')` is written LIKE 'a%', and so on.
void Printer::write_star_filter(const Expression& filter) {
  const auto* inverted = filter.get_if<Not>();
  const auto* match = (inverted != nullptr ? *inverted->input : filter).get_if<FunctionCall>();
  ASSERT(match != nullptr && match->arguments.size() >= 2);  // see tree_check
  const std::string& name = match->name.back().text;
  put(inverted != nullptr || name.starts_with('!') ? " NOT " : " ");
  if (name == "~~~") {
    put("GLOB ");
  } else if (name == "regexp_full_match") {
    put("SIMILAR TO ");
  } else {
    put(name == "~~*" || name == "!~~*" || name == "ilike_escape" ? "ILIKE " : "LIKE ");
  }
  expression(*match->arguments[1].value);
  if (match->arguments.size() > 2) {
    put(" ESCAPE ");
    expression(*match->arguments[2].value);
  }
}

void Printer::write(const Columns& node) {
  if (node.unpack) put("UNPACK(");
  put_names(node.qualifier);
  if (!node.qualifier.empty()) put(".");
  put("COLUMNS(");
  expression(*node.selector);
  put(node.unpack ? "))" : ")");
}

void Printer::write_operator(const FunctionCall& node) {
  const std::string& symbol = node.name.back().text;
  put("(");
  if (node.arguments.size() == 2) {
    expression(*node.arguments[0].value);
    put(" ");
    put(symbol);
    put(" ");
    expression(*node.arguments[1].value);
  } else {
    put(symbol);
    put("(");
    put_arguments(node.arguments);
    put(")");
  }
  put(")");
}

void Printer::write(const FunctionCall& node) {
  if (node.is_operator) return write_operator(node);
  const std::string& name = node.name.back().text;
  if (node.name.size() == 1 && (name == "coalesce" || name == "grouping")) {
    put(name == "coalesce" ? "COALESCE" : "GROUPING");
  } else {
    put_names(node.name);
  }
  put("(");
  if (node.distinct) put("DISTINCT ");
  put_arguments(node.arguments);
  if (!node.order_by.empty() && !node.within_group) {
    put(" ");
    put_order(node.order_by);
  }
  if (node.nulls == NullTreatment::kIgnore) put(" IGNORE NULLS");
  if (node.nulls == NullTreatment::kRespect) put(" RESPECT NULLS");
  put(")");
  if (node.within_group) {
    put(" WITHIN GROUP (");
    put_order(node.order_by);
    put(")");
  }
  if (node.filter != nullptr) {
    put(" FILTER (WHERE ");
    expression(*node.filter);
    put(")");
  }
  if (node.over == nullptr) return;
  put(" OVER ");
  const WindowSpecification& window = *node.over;
  const bool only_base = !window.base.empty() && window.partition_by.empty() &&
                         window.order_by.empty() && window.unit == FrameUnit::kNone;
  if (only_base) {
    put_name(window.base);
  } else {
    put_window(window);
  }
}

void Printer::write(const Comparison& node) {
  put("(");
  expression(*node.left);
  put(" ");
  put(symbol_of(node.op));
  put(" ");
  expression(*node.right);
  put(")");
}

void Printer::write(const Conjunction& node) {
  put("(");
  join(node.terms, node.op == ConjunctionOperator::kAnd ? " AND " : " OR ",
       [&](const ExpressionRef& term) { expression(*term); });
  put(")");
}

void Printer::write(const Not& node) {
  put("(NOT ");
  expression(*node.input);
  put(")");
}

void Printer::write(const IsNull& node) {
  put("(");
  expression(*node.input);
  put(node.negated ? " IS NOT NULL)" : " IS NULL)");
}

void Printer::write(const Between& node) {
  put("(");
  expression(*node.input);
  put(" BETWEEN ");
  expression(*node.low);
  put(" AND ");
  expression(*node.high);
  put(")");
}

void Printer::write(const In& node) {
  put("(");
  expression(*node.input);
  put(" IN (");
  put_expressions(node.list);
  put("))");
}

void Printer::write(const Case& node) {
  put("CASE ");
  if (node.operand != nullptr) expression(*node.operand);
  for (const CaseBranch& branch : node.branches) {
    put(" WHEN (");
    expression(*branch.when);
    put(") THEN (");
    expression(*branch.then);
    put(")");
  }
  put(" ELSE ");
  expression(*node.otherwise);
  put(" END");
}

void Printer::write(const Cast& node) {
  put(node.is_try ? "TRY_CAST(" : "CAST(");
  expression(*node.input);
  put(" AS ");
  type(*node.type);
  put(")");
}

void Printer::write(const Try& node) {
  put("TRY(");
  expression(*node.input);
  put(")");
}

void Printer::write(const Subquery& node) {
  if (node.subquery == SubqueryKind::kExists) put("EXISTS");
  if (node.subquery == SubqueryKind::kArray) put("ARRAY");
  put("(");
  query(*node.query);
  put(")");
}

void Printer::write(const Quantified& node) {
  put("(");
  expression(*node.input);
  put(" ");
  put(symbol_of(node.op));
  put(" ANY(");
  if (node.query != nullptr) query(*node.query);
  if (node.list != nullptr) expression(*node.list);
  put("))");
}

void Printer::write(const Lambda& node) {
  const auto parameters = [&] {
    join(node.parameters, ", ", [&](const Identifier& name) { put_name(name); });
  };
  put("(");
  if (!node.is_arrow) {
    put("lambda ");
    parameters();
    put(": ");
  } else if (node.parameters.size() == 1) {
    parameters();
    put(" -> ");
  } else {
    put("(");
    parameters();
    put(") -> ");
  }
  expression(*node.body);
  put(")");
}

void Printer::subscripted(const Expression& input) {
  const auto* number = input.get_if<Literal>();
  const bool bare = !input.is<Collate>() && !input.is<Star>() &&
                    (number == nullptr || number->literal == LiteralKind::kString);
  if (!bare) put("(");
  expression(input);
  if (!bare) put(")");
}

void Printer::write(const Subscript& node) {
  subscripted(*node.input);
  put("[");
  expression(*node.index);
  put("]");
}

void Printer::write(const Slice& node) {
  subscripted(*node.input);
  put("[");
  if (node.low != nullptr) expression(*node.low);
  put(":");
  if (node.high != nullptr) {
    expression(*node.high);
  } else if (node.step != nullptr) {
    put("-");
  }
  if (node.step != nullptr) {
    put(":");
    expression(*node.step);
  }
  put("]");
}

void Printer::write(const FieldAccess& node) {
  put("(");
  expression(*node.input);
  put(").");
  put_name(node.field);
}

void Printer::write(const Collate& node) {
  expression(*node.input);
  put(" COLLATE ");
  put_names(node.collation);
}

void Printer::type(const TypeName& node) {
  switch (node.kind) {
    case TypeNameKind::kNamed:
      if (is_grammar_type(node.name)) {
        put(node.name[0].text);
      } else {
        put_names(node.name);
      }
      if (!node.modifiers.empty()) {
        put("(");
        put_expressions(node.modifiers);
        put(")");
      }
      return;
    case TypeNameKind::kList:
    case TypeNameKind::kArray:
      if (!node.members.empty()) type(*node.members[0].type);
      put("[");
      if (node.kind == TypeNameKind::kArray) put(std::to_string(node.size));
      return put("]");
    case TypeNameKind::kStruct:
    case TypeNameKind::kUnion:
      put(node.kind == TypeNameKind::kStruct ? "STRUCT(" : "UNION(");
      join(node.members, ", ", [&](const TypeMember& member) {
        put_name(member.name);
        put(" ");
        type(*member.type);
      });
      return put(")");
    case TypeNameKind::kMap:
      put("MAP(");
      join(node.members, ", ", [&](const TypeMember& member) { type(*member.type); });
      return put(")");
    case TypeNameKind::kEnum:
    case TypeNameKind::kOrderedEnum:
      put(node.kind == TypeNameKind::kEnum ? "ENUM(" : "ENUM ORDERED(");
      join(node.labels, ", ", [&](const std::string& label) { put(quote_string(label)); });
      return put(")");
  }
}

}  // namespace doline::sql
