#include <algorithm>
#include <functional>

#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

JoinKind kind_of(sql::JoinKind kind, SourceSpan span) {
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
      throw Error(ErrorCode::kNotSupported, span, "positional joins are not supported yet");
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

/// Gives each subquery in an outer join's condition to the side that it asks of, as a column
/// behind that side's own; the condition then reads columns alone, over both sides as they are now.
ExprRef attach_to_sides(const ExprRef& condition, PlanRef& left, PlanRef& right) {
  const auto left_width = static_cast<uint32_t>(left->schema.size());
  struct Place {
    ExprRef subquery;
    bool on_left;
    uint32_t column;
  };
  std::vector<Place> places;
  const std::function<void(const ExprRef&)> attach = [&](const ExprRef& at) {
    const auto* subquery = dynamic_cast<const SubqueryExpr*>(at.get());
    if (!subquery) {
      for (const ExprRef& input : at->inputs()) attach(input);
      return;
    }
    const std::vector<uint32_t> read = columns_of(at);
    const bool on_left = !read.empty() && read.back() < left_width;
    if (!read.empty() && !on_left && read.front() < left_width) {
      throw Error(ErrorCode::kNotSupported, at->span,
                  "a subquery in the ON of an outer join that compares with columns of both sides "
                  "is not supported yet");
    }
    for (const ExprRef& input : at->inputs()) {
      visit(input, [&](const Expr& inner) {
        if (dynamic_cast<const SubqueryExpr*>(&inner)) {
          throw Error(ErrorCode::kNotSupported, at->span,
                      "a subquery within another's value, in the ON of an outer join");
        }
      });
    }
    PlanRef& side = on_left ? left : right;
    const ExprRef own = on_left ? at : shift_columns(at, -static_cast<int64_t>(left_width));
    const auto column = static_cast<uint32_t>(side->schema.size());
    attach_subqueries(own, side);
    places.push_back({at, on_left, column});
  };
  attach(condition);
  if (places.empty()) return condition;
  const auto grown = static_cast<uint32_t>(left->schema.size()) - left_width;
  const std::function<ExprRef(const ExprRef&)> placed = [&](const ExprRef& at) -> ExprRef {
    for (const Place& place : places) {
      if (place.subquery.get() != at.get()) continue;
      const PlanRef& side = place.on_left ? left : right;
      const uint32_t base = place.on_left ? 0 : left_width + grown;
      const Field& field = side->schema[place.column];
      return ColumnExpr::create(base + place.column, field.type, field.name, at->span);
    }
    if (const auto* column = dynamic_cast<const ColumnExpr*>(at.get())) {
      if (column->index < left_width) return at;
      return ColumnExpr::create(column->index + grown, column->type, column->name, column->span);
    }
    std::vector<ExprRef> inputs = at->inputs();
    bool changed = false;
    for (ExprRef& input : inputs) {
      ExprRef next = placed(input);
      changed |= next.get() != input.get();
      input = std::move(next);
    }
    return changed ? at->with_inputs(std::move(inputs)) : at;
  };
  return placed(condition);
}

}  // namespace

BoundRelation QueryBinder::join_unnest(const sql::Join& node, const sql::TableFunction& function,
                                       const BoundRelation& left) {
  const bool keeps_left = node.join == sql::JoinKind::kLeft;
  BoundRelation bound = table_function(function, &left, keeps_left);
  if (!node.condition) return aliased(std::move(bound), node, "");
  ExprContext context;
  context.scope = &bound.scope;
  context.clause = "ON";
  const ExprRef on = condition(*node.condition, context);
  const auto* constant = dynamic_cast<const ConstantExpr*>(on.get());
  const bool holds = constant && !constant->value.is_null() && constant->value.as_bool();
  if (!holds && keeps_left) {
    throw Error(ErrorCode::kNotSupported, node.condition->span,
                "LEFT JOIN unnest(…) goes with ON true alone")
        .hint("filter the list first: unnest(list_filter(l, lambda x: …))");
  }
  if (!holds) bound.plan = filtered_by(bound.plan, on);
  return aliased(std::move(bound), node, "");
}

std::optional<BoundRelation> QueryBinder::lateral_join(const sql::Join& node,
                                                       const BoundRelation& left,
                                                       BoundRelation& right) {
  ExprContext inside;
  inside.scope = &left.scope;
  inside.clause = "LATERAL";
  OuterQuery here{&inside, outer_, {}};
  outer_ = &here;
  right = relation(*node.right);
  outer_ = here.outer;
  const bool reads_left =
      std::any_of(here.columns.begin(), here.columns.end(),
                  [](const ExprRef& column) { return !columns_of(column).empty(); });
  if (!reads_left) {
    // Columns of queries further out, if any, are the same for every row of the left side.
    if (!here.columns.empty()) right.plan = replace_outers(right.plan, here.columns);
    return std::nullopt;
  }
  const JoinKind kind = kind_of(node.join, node.span);
  if (kind != JoinKind::kInner && kind != JoinKind::kCross && kind != JoinKind::kLeft) {
    throw Error(ErrorCode::kBind, node.right->span,
                "what reads columns of the left side stands behind a comma, JOIN or LEFT JOIN");
  }
  if (node.natural || !node.using_columns.empty()) {
    throw Error(ErrorCode::kNotSupported, node.span,
                "USING and NATURAL beside a LATERAL subquery are not supported yet")
        .hint("write ON a.x = b.x");
  }
  const auto left_width = static_cast<uint32_t>(left.plan->schema.size());
  Decorrelation decorrelation(left.plan, here.columns);
  const Decorrelated pushed = decorrelation.without_absent(decorrelation.push(right.plan));
  std::vector<ExprRef> keys;
  for (uint32_t place : pushed.domain) keys.push_back(output_column(pushed.plan, place));
  BoundRelation bound;
  bound.scope = Scope::joined(left.scope, right.scope, left_width);
  ExprRef on;
  if (node.condition) {
    ExprContext context;
    context.scope = &bound.scope;
    context.clause = "ON";
    on = condition(*node.condition, context);
  }
  const bool is_left = kind == JoinKind::kLeft;
  if (is_left && on) {
    visit(on, [&](const Expr& at) {
      if (dynamic_cast<const SubqueryExpr*>(&at))
        throw Error(ErrorCode::kNotSupported, at.span,
                    "a subquery in the ON of LEFT JOIN LATERAL is not supported yet");
    });
  }
  bound.plan = JoinNode::create(decorrelation.outside(), pushed.plan,
                                is_left ? JoinKind::kLeft : JoinKind::kInner, here.columns,
                                std::move(keys), is_left ? on : nullptr, false, !pushed.never_null);
  if (!is_left && on) bound.plan = filtered_by(bound.plan, on);
  return aliased(std::move(bound), node, "");
}

BoundRelation QueryBinder::join(const sql::Join& node) {
  if (node.asof)
    throw Error(ErrorCode::kNotSupported, node.span, "ASOF joins are not supported yet");
  BoundRelation left = relation(*node.left);
  // The right side of a comma or cross join may unnest what the left has.
  if (const auto* function = node.right->get_if<sql::TableFunction>();
      function && !node.natural && node.using_columns.empty() &&
      folded(function->call->as<sql::FunctionCall>().name.back().text) == "unnest") {
    if (node.join == sql::JoinKind::kCross)
      return aliased(table_function(*function, &left), node, "");
    if (node.join == sql::JoinKind::kInner || node.join == sql::JoinKind::kLeft)
      return join_unnest(node, *function, left);
  }
  BoundRelation right;
  if (auto lateral = lateral_join(node, left, right)) return *std::move(lateral);
  auto left_width = static_cast<uint32_t>(left.plan->schema.size());
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
  std::vector<std::pair<size_t, size_t>>
      merged;  // scope positions of USING columns, left and right
  using_spans.resize(using_names.size(), node.span);
  for (size_t i = 0; i < using_names.size(); ++i) {
    const std::string& name = using_names[i];
    const ScopeColumn* a = named(left.scope, name);
    const ScopeColumn* b = named(right.scope, name);
    if (!a || !b) {
      Error error(ErrorCode::kColumnNotFound, using_spans[i],
                  "USING ({}): the {} side has no such column", name, a ? "right" : "left");
      const std::string near = nearest_name(name, (a ? right : left).scope.column_names());
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw std::move(error).hint("ON a.x = b.y joins columns of different names");
    }
    ExprRef left_key = column_expr(*a);
    ExprRef right_key = column_expr(*b);
    unify(left_key, right_key, node.span, "USING");
    parts.left_keys.push_back(left_key);
    parts.right_keys.push_back(right_key);
    merged.emplace_back(
        static_cast<size_t>(a - left.scope.columns.data()),
        left.scope.columns.size() + static_cast<size_t>(b - right.scope.columns.data()));
  }
  std::vector<ExprRef> subquery_terms;
  if (node.condition) {
    ExprContext context;
    context.scope = &bound.scope;
    context.clause = "ON";
    ExprRef condition_expr = condition(*node.condition, context);
    const bool keeps_all = kind == JoinKind::kInner || kind == JoinKind::kCross;
    if (!keeps_all) {
      condition_expr = attach_to_sides(condition_expr, left.plan, right.plan);
      const auto grown = static_cast<uint32_t>(left.plan->schema.size()) - left_width;
      left_width += grown;
      for (size_t i = left.scope.columns.size(); i < bound.scope.columns.size(); ++i)
        bound.scope.columns[i].index += grown;
    }
    for (const ExprRef& term : conjuncts_of(condition_expr)) {
      bool has_subquery = false;
      visit(term, [&](const Expr& at) {
        has_subquery |= dynamic_cast<const SubqueryExpr*>(&at) != nullptr;
      });
      if (has_subquery) {
        subquery_terms.push_back(term);
      } else {
        parts.add(term, left_width);
      }
    }
  }
  ExprRef residual;
  if (!parts.residual.empty()) residual = ConjunctionExpr::create(true, parts.residual);
  const bool has_condition = !parts.left_keys.empty() || residual;
  const JoinKind made_kind = kind == JoinKind::kInner && !has_condition ? JoinKind::kCross : kind;
  bound.plan = JoinNode::create(left.plan, right.plan, made_kind, parts.left_keys, parts.right_keys,
                                residual);
  if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
    bound.scope = left.scope;
    return aliased(std::move(bound), node, "");
  }
  for (const ExprRef& term : subquery_terms) bound.plan = filtered_by(bound.plan, term);
  for (const auto& [a, b] : merged) {
    ScopeColumn& first = bound.scope.columns[a];
    ScopeColumn& second = bound.scope.columns[b];
    second.in_star = false;
    if (kind == JoinKind::kRight || kind == JoinKind::kFull) {
      // The value may come from either side: a column of its own, behind all others.
      const auto behind = static_cast<uint32_t>(bound.plan->schema.size());
      std::vector<ExprRef> choices = {column_expr(first), column_expr(second)};
      unify_all(choices, node.span, "USING");
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
    } else {
      first.is_joined = true;
    }
  }
  return aliased(std::move(bound), node, "");
}

}  // namespace doline
