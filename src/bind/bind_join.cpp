#include <algorithm>

#include "bind/query_binder.h"

namespace doline {

namespace {

JoinKind kind_of(sql::JoinKind kind, SourceSpan span) {
  switch (kind) {
    case sql::JoinKind::kInner: return JoinKind::kInner;
    case sql::JoinKind::kLeft: return JoinKind::kLeft;
    case sql::JoinKind::kRight: return JoinKind::kRight;
    case sql::JoinKind::kFull: return JoinKind::kFull;
    case sql::JoinKind::kSemi: return JoinKind::kSemi;
    case sql::JoinKind::kAnti: return JoinKind::kAnti;
    case sql::JoinKind::kCross: return JoinKind::kCross;
    case sql::JoinKind::kPositional:
      throw Error(ErrorCode::kNotSupported, span, "positional joins are not supported yet");
  }
  UNREACHABLE();
}

ExprRef column_expr(const ScopeColumn& column) { return ColumnExpr::create(column.index, column.type, column.name); }

const ScopeColumn* named(const Scope& scope, const std::string& name) {
  for (const ScopeColumn& column : scope.columns) {
    if (column.in_star && same_name(column.name, name)) return &column;
  }
  return nullptr;
}

/// Splits a condition over both sides into equality keys and the rest. Key expressions are over
/// their own side.
struct JoinCondition {
  std::vector<ExprRef> left_keys, right_keys, residual;

  void add(const ExprRef& term, uint32_t left_width) {
    const auto sides = [&](const ExprRef& expr) {
      int mask = 0;
      for (uint32_t column : columns_of(expr)) mask |= column < left_width ? 1 : 2;
      return mask;
    };
    const auto* call = dynamic_cast<const CallExpr*>(term.get());
    if (call && call->name == "=" && call->arguments.size() == 2 && !is_volatile(term)) {
      const int a = sides(call->arguments[0]);
      const int b = sides(call->arguments[1]);
      if ((a == 1 && b == 2) || (a == 2 && b == 1)) {
        const ExprRef& left = call->arguments[a == 1 ? 0 : 1];
        const ExprRef& right = call->arguments[a == 1 ? 1 : 0];
        left_keys.push_back(left);
        right_keys.push_back(shift_columns(right, -static_cast<int64_t>(left_width)));
        return;
      }
    }
    residual.push_back(term);
  }
};

}  // namespace

BoundRelation QueryBinder::join(const sql::Join& node) {
  if (node.asof) throw Error(ErrorCode::kNotSupported, node.span, "ASOF joins are not supported yet");
  BoundRelation left = relation(*node.left);
  // The right side of a comma or cross join may unnest what the left has.
  if (const auto* function = node.right->get_if<sql::TableFunction>();
      function && node.join == sql::JoinKind::kCross &&
      folded(function->call->as<sql::FunctionCall>().name.back().text) == "unnest") {
    return aliased(table_function(*function, &left), node, "");
  }
  if (const auto* lateral = node.right->get_if<sql::SubqueryRelation>(); lateral && lateral->lateral) {
    throw Error(ErrorCode::kNotSupported, node.right->span, "LATERAL subqueries are not supported yet")
        .hint("unnest(list) may stand beside the table it reads");
  }
  BoundRelation right = relation(*node.right);
  const auto left_width = static_cast<uint32_t>(left.plan->schema.size());
  const JoinKind kind = kind_of(node.join, node.span);
  BoundRelation bound;
  bound.scope = Scope::joined(left.scope, right.scope, left_width);
  JoinCondition parts;
  std::vector<std::string> using_names;
  std::vector<SourceSpan> using_spans;
  for (const auto& name : node.using_columns) {
    using_names.push_back(name.text);
    using_spans.push_back(name.span);
  }
  if (node.natural) {
    for (const ScopeColumn& column : left.scope.columns) {
      if (column.in_star && named(right.scope, column.name)) using_names.push_back(column.name);
    }
    if (using_names.empty()) {
      throw Error(ErrorCode::kBind, node.span, "NATURAL JOIN: the tables have no column in common");
    }
  }
  std::vector<std::pair<size_t, size_t>> merged;  // scope positions of USING columns, left and right
  using_spans.resize(using_names.size(), node.span);
  for (size_t i = 0; i < using_names.size(); ++i) {
    const std::string& name = using_names[i];
    const ScopeColumn* a = named(left.scope, name);
    const ScopeColumn* b = named(right.scope, name);
    if (!a || !b) {
      Error error(ErrorCode::kColumnNotFound, using_spans[i], "USING ({}): the {} side has no such column", name,
                  a ? "right" : "left");
      const std::string near = nearest_name(name, (a ? right : left).scope.column_names());
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw std::move(error).hint("ON a.x = b.y joins columns of different names");
    }
    ExprRef left_key = column_expr(*a);
    ExprRef right_key = column_expr(*b);
    unify(left_key, right_key, node.span, "USING");
    parts.left_keys.push_back(left_key);
    parts.right_keys.push_back(right_key);
    merged.emplace_back(static_cast<size_t>(a - left.scope.columns.data()),
                        left.scope.columns.size() + static_cast<size_t>(b - right.scope.columns.data()));
  }
  std::vector<ExprRef> subquery_terms;
  if (node.condition) {
    ExprContext context;
    context.scope = &bound.scope;
    context.clause = "ON";
    const ExprRef condition_expr = condition(*node.condition, context);
    for (const ExprRef& term : conjuncts_of(condition_expr)) {
      bool has_subquery = false;
      visit(term, [&](const Expr& at) { has_subquery |= dynamic_cast<const SubqueryExpr*>(&at) != nullptr; });
      if (!has_subquery) {
        parts.add(term, left_width);
      } else if (kind == JoinKind::kInner || kind == JoinKind::kCross) {
        subquery_terms.push_back(term);
      } else {
        throw Error(ErrorCode::kNotSupported, term->span, "a subquery in the ON of an outer join is not supported yet");
      }
    }
  }
  ExprRef residual;
  if (!parts.residual.empty()) residual = ConjunctionExpr::create(true, parts.residual);
  const bool has_condition = !parts.left_keys.empty() || residual;
  const JoinKind made_kind = kind == JoinKind::kInner && !has_condition ? JoinKind::kCross : kind;
  bound.plan = JoinNode::create(left.plan, right.plan, made_kind, parts.left_keys, parts.right_keys, residual);
  if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
    bound.scope = left.scope;
    return aliased(std::move(bound), node, "");
  }
  for (const ExprRef& term : subquery_terms) {
    const ExprRef attached = attach_subqueries(term, bound.plan);
    bound.plan = FilterNode::create(bound.plan, attached);
  }
  for (const auto& [a, b] : merged) {
    ScopeColumn& first = bound.scope.columns[a];
    ScopeColumn& second = bound.scope.columns[b];
    second.in_star = false;
    if (kind == JoinKind::kRight || kind == JoinKind::kFull) {
      // The value may come from either side: a column of its own, behind all others.
      std::vector<ExprRef> exprs;
      std::vector<std::string> names;
      const Schema& schema = bound.plan->schema;
      for (uint32_t i = 0; i < schema.size(); ++i) {
        exprs.push_back(ColumnExpr::create(i, schema[i].type, schema[i].name));
        names.push_back(schema[i].name);
      }
      std::vector<ExprRef> choices = {column_expr(first), column_expr(second)};
      unify_all(choices, node.span, "USING");
      exprs.push_back(CoalesceExpr::create(choices));
      names.push_back(first.name);
      bound.plan = ProjectNode::create(bound.plan, exprs, names);
      ScopeColumn joined = first;
      joined.index = static_cast<uint32_t>(schema.size());
      joined.type = exprs.back()->type;
      joined.is_joined = true;
      first.in_star = false;
      // It takes the first one's place in the order of `*`; positions found so far move along.
      bound.scope.columns.push_back(joined);
      std::swap(bound.scope.columns[a], bound.scope.columns.back());
      bound.scope.columns[a].table.clear();
    } else {
      first.is_joined = true;
    }
  }
  return aliased(std::move(bound), node, "");
}

}  // namespace doline
