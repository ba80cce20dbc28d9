#include <algorithm>

#include "bind/decorrelation.h"
#include "bind/join_condition.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

JoinKind kind_of(sql::JoinKind kind) {
  switch (kind) {
    case sql::JoinKind::kInner:
      return JoinKind::kInner;
    case sql::JoinKind::kLeft:
      return JoinKind::kLeft;
    case sql::JoinKind::kRight:
      return JoinKind::kRight;
    case sql::JoinKind::kFull:
      return JoinKind::kFull;
    case sql::JoinKind::kSemi:
      return JoinKind::kSemi;
    case sql::JoinKind::kAnti:
      return JoinKind::kAnti;
    case sql::JoinKind::kCross:
      return JoinKind::kCross;
    case sql::JoinKind::kPositional:
      return JoinKind::kPositional;
  }
  UNREACHABLE();
}

ExprRef column_expr(const ScopeColumn& column) {
  return ColumnExpr::create(column.index, column.type, column.name);
}

const ScopeColumn* named(const Scope& scope, const std::string& name) {
  for (const ScopeColumn& column : scope.columns) {
    if (column.in_star && same_name(column.name, name)) return &column;
  }
  return nullptr;
}

/// The columns of a USING are one from here on.
void merge(BoundRelation& bound, const std::vector<std::pair<size_t, size_t>>& pairs, JoinKind kind,
           SourceSpan span) {
  for (const auto& [a, b] : pairs) {
    ScopeColumn& first = bound.scope.columns[a];
    ScopeColumn& second = bound.scope.columns[b];
    second.in_star = false;
    if (kind != JoinKind::kRight && kind != JoinKind::kFull) {
      first.is_joined = true;
      continue;
    }
    // The value may come from either side: a column of its own, behind all others.
    const auto behind = static_cast<uint32_t>(bound.plan->schema.size());
    std::vector<ExprRef> choices = {column_expr(first), column_expr(second)};
    // A right row is always there; its value need not be its partner's (-0.0, ASOF).
    if (kind == JoinKind::kRight) std::swap(choices[0], choices[1]);
    unify_all(choices, span, "USING");
    bound.plan = with_columns(bound.plan, {CoalesceExpr::create(choices)}, first.name);
    ScopeColumn joined = first;
    joined.index = behind;
    joined.type = bound.plan->schema[behind].type;
    joined.is_joined = true;
    first.in_star = false;
    // It takes the first one's place in the order of `*`; positions found so far move along.
    bound.scope.columns.push_back(joined);
    std::swap(bound.scope.columns[a], bound.scope.columns.back());
    bound.scope.columns[a].table.clear();
  }
}

}  // namespace

std::optional<BoundRelation> QueryBinder::join_unnest(const sql::Join& node,
                                                      const BoundRelation& left) {
  const auto* function = node.right->get_if<sql::TableFunction>();
  if (!function || folded(function->call->as<sql::FunctionCall>().name.back().text) != "unnest" ||
      node.natural || node.asof || !node.using_columns.empty())
    return std::nullopt;
  const auto* literal = node.condition ? node.condition->get_if<sql::Literal>() : nullptr;
  const bool is_true =
      literal && literal->literal == sql::LiteralKind::kBoolean && literal->text == "true";
  const bool keeps_left = node.join == sql::JoinKind::kLeft;
  const bool is_inner = node.join == sql::JoinKind::kCross || node.join == sql::JoinKind::kInner;
  if (!is_inner && !(keeps_left && is_true)) return std::nullopt;
  BoundRelation bound = table_function(*function, &left, keeps_left);
  if (node.condition && !is_true) {
    ExprContext context;
    context.scope = &bound.scope;
    context.clause = "ON";
    bound.plan = filtered_by(bound.plan, condition(*node.condition, context));
  }
  return aliased(std::move(bound), node, "");
}

BoundRelation QueryBinder::right_side(const sql::Join& node, BoundRelation& left,
                                      JoinCondition& condition) {
  ExprContext inside;
  inside.scope = &left.scope;
  inside.clause = "LATERAL";
  OuterQuery here{&inside, outer_, tables_, {}};
  outer_ = &here;
  BoundRelation right = relation(*node.right);
  outer_ = here.outer;
  const bool reads_left =
      std::any_of(here.columns.begin(), here.columns.end(),
                  [](const ExprRef& column) { return !columns_of(column).empty(); });
  if (!reads_left) {
    // Columns of queries further out, if any, are the same for every row of the left side.
    if (!here.columns.empty()) right.plan = replace_outers(right.plan, here.columns);
    return right;
  }
  const JoinKind kind = kind_of(node.join);
  const bool may_read =
      kind == JoinKind::kInner || kind == JoinKind::kCross || kind == JoinKind::kLeft;
  if (!may_read) {
    throw Error(ErrorCode::kBind, node.right->span,
                "what reads columns of the left side stands behind a comma, JOIN or LEFT JOIN");
  }
  Decorrelation decorrelation(left.plan, here.columns);
  const Decorrelated pushed = decorrelation.without_absent(decorrelation.push(right.plan));
  left.plan = decorrelation.outside();
  right.plan = pushed.plan;
  condition.left_domain = std::move(here.columns);
  condition.right_domain = pushed.outside_columns();
  condition.domain_never_null = pushed.never_null;
  return right;
}

QueryBinder::ColumnPairs QueryBinder::using_columns(const sql::Join& node,
                                                    const BoundRelation& left,
                                                    const BoundRelation& right,
                                                    JoinCondition& condition) {
  std::vector<sql::Identifier> names = node.using_columns;
  if (node.natural) {
    for (const ScopeColumn& column : left.scope.columns) {
      if (column.in_star && named(right.scope, column.name))
        names.push_back({column.name, node.span});
    }
    if (names.empty()) {
      throw Error(ErrorCode::kBind, node.span, "NATURAL JOIN: the tables have no column in common");
    }
  }
  ColumnPairs pairs;
  for (const sql::Identifier& name : names) {
    const ScopeColumn* a = named(left.scope, name.text);
    const ScopeColumn* b = named(right.scope, name.text);
    if (!a || !b) {
      Error error(ErrorCode::kColumnNotFound, name.span,
                  "USING ({}): the {} side has no such column", name.text, a ? "right" : "left");
      const std::string near = nearest_name(name.text, (a ? right : left).scope.column_names());
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw std::move(error).hint("ON a.x = b.y joins columns of different names");
    }
    ExprRef left_key = column_expr(*a);
    ExprRef right_key = column_expr(*b);
    if (node.asof && pairs.size() + 1 == names.size()) {
      unify(left_key, right_key, node.span, "USING", Meeting::kOrder);
      condition.asof = AsofOrder::kGreaterEqual;
      condition.asof_left = std::move(left_key);
      condition.asof_right = std::move(right_key);
    } else {
      unify(left_key, right_key, node.span, "USING", Meeting::kEqual);
      condition.left_keys.push_back(std::move(left_key));
      condition.right_keys.push_back(std::move(right_key));
    }
    pairs.emplace_back(
        static_cast<size_t>(a - left.scope.columns.data()),
        left.scope.columns.size() + static_cast<size_t>(b - right.scope.columns.data()));
  }
  return pairs;
}

BoundRelation QueryBinder::join(const sql::Join& node) {
  BoundRelation left = relation(*node.left);
  if (auto unnested = join_unnest(node, left)) return *std::move(unnested);
  JoinCondition asked;
  BoundRelation right = right_side(node, left, asked);
  const JoinKind kind = kind_of(node.join);
  const ColumnPairs merged = using_columns(node, left, right, asked);
  const auto left_width = static_cast<uint32_t>(left.plan->schema.size());
  BoundRelation bound;
  bound.scope = Scope::joined(left.scope, right.scope, left_width);
  if (node.condition) {
    ExprContext context;
    context.scope = &bound.scope;
    context.clause = "ON";
    ExprRef on = condition(*node.condition, context);
    if (node.asof || (kind != JoinKind::kInner && kind != JoinKind::kCross))
      on = attach_to_sides(on, left.plan, right.plan);
    const auto left_width_now = static_cast<uint32_t>(left.plan->schema.size());
    asked.add(on, left_width_now);
    if (node.asof) {
      if (!asked.subqueries.empty()) {
        throw Error(ErrorCode::kNotSupported, node.condition->span,
                    "a subquery in an ASOF join's condition asks of one side alone")
            .hint("compute it in a subquery of that side, or ask for it in WHERE");
      }
      asked.find_asof(left_width_now, node.condition->span);
    }
    bound.scope = Scope::joined(left.scope, right.scope, left_width_now);
  }
  bound.plan = asked.joined(left.plan, right.plan, kind);
  if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
    bound.scope = left.scope;
  } else {
    merge(bound, merged, kind, node.span);
  }
  return aliased(std::move(bound), node, "");
}

}  // namespace doline
