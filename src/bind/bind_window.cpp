#include <map>

#include "bind/query_binder.h"
#include "function/registry.h"

namespace doline {

namespace {

const std::map<std::string, WindowKind>& window_kinds() {
  static const std::map<std::string, WindowKind> kinds = {
      {"row_number", WindowKind::kRowNumber},
      {"rank", WindowKind::kRank},
      {"dense_rank", WindowKind::kDenseRank},
      {"rank_dense", WindowKind::kDenseRank},
      {"percent_rank", WindowKind::kPercentRank},
      {"cume_dist", WindowKind::kCumeDist},
      {"ntile", WindowKind::kNtile},
      {"lag", WindowKind::kLag},
      {"lead", WindowKind::kLead},
      {"first_value", WindowKind::kFirstValue},
      {"first", WindowKind::kFirstValue},
      {"last_value", WindowKind::kLastValue},
      {"last", WindowKind::kLastValue},
      {"nth_value", WindowKind::kNthValue},
  };
  return kinds;
}

WindowFrame::Bound bound_of(sql::FrameEdge edge) {
  switch (edge) {
    case sql::FrameEdge::kUnboundedPreceding:
      return WindowFrame::Bound::kUnboundedPreceding;
    case sql::FrameEdge::kPreceding:
      return WindowFrame::Bound::kPreceding;
    case sql::FrameEdge::kCurrentRow:
      return WindowFrame::Bound::kCurrentRow;
    case sql::FrameEdge::kFollowing:
      return WindowFrame::Bound::kFollowing;
    case sql::FrameEdge::kUnboundedFollowing:
      return WindowFrame::Bound::kUnboundedFollowing;
  }
  UNREACHABLE();
}

/// A specification with what it is based on folded in.
sql::WindowSpecification flattened(const sql::WindowSpecification& given,
                                   const std::vector<sql::NamedWindow>* named, SourceSpan span,
                                   int depth = 0) {
  if (given.base.empty()) return given;
  if (named && depth < 32) {
    for (const sql::NamedWindow& window : *named) {
      if (!same_name(window.name.text, given.base.text)) continue;
      sql::WindowSpecification merged = flattened(*window.window, named, span, depth + 1);
      if (!given.partition_by.empty()) merged.partition_by = given.partition_by;
      if (!given.order_by.empty()) merged.order_by = given.order_by;
      if (given.unit != sql::FrameUnit::kNone) {
        merged.unit = given.unit;
        merged.start = given.start;
        merged.end = given.end;
        merged.exclusion = given.exclusion;
      }
      return merged;
    }
  }
  throw Error(ErrorCode::kBind, span, "no window \"{}\"", given.base.text)
      .hint("define it: WINDOW name AS (…)");
}

}  // namespace

ExprRef QueryBinder::window_call(const std::string& name, const sql::FunctionCall& node,
                                 const ExprContext& context) {
  if (!context.windows) {
    throw Error(ErrorCode::kBind, node.span, "a window function cannot stand in {}", context.clause)
        .hint(std::string(context.clause) == "WHERE" ? "filter with QUALIFY"
                                                     : "compute it in a subquery first");
  }
  const sql::WindowSpecification specification =
      flattened(*node.over, context.named_windows, node.span);
  ExprContext inner = context;
  inner.windows = false;
  inner.clause = "a window";
  WindowExpr window;
  window.name = name;
  window.span = node.span;
  const auto kind = window_kinds().find(name);
  const AggregateDeclaration* aggregate = FunctionRegistry::instance().aggregate(name);
  if (kind != window_kinds().end()) {
    window.kind = kind->second;
    for (const auto& argument : node.arguments)
      window.arguments.push_back(expression(*argument.value, inner));
    if (node.filter)
      throw Error(ErrorCode::kBind, node.span, "FILTER goes with aggregates, not with {}", name);
  } else if (aggregate) {
    window.kind = WindowKind::kAggregate;
    std::vector<ExprRef> values;
    for (const auto& argument : node.arguments) {
      if (argument.value->is<sql::Star>()) continue;
      values.push_back(expression(*argument.value, inner));
    }
    ExprRef filter;
    if (node.filter) filter = condition(*node.filter, inner);
    window.aggregate =
        AggregateExpr::create(*aggregate, std::move(values), node.distinct,
                              sort_keys(node.order_by, inner), std::move(filter), node.span);
  } else {
    throw Error(ErrorCode::kFunctionNotFound, node.span, "no window function \"{}\"", name);
  }
  window.ignore_nulls = node.nulls == sql::NullTreatment::kIgnore;
  for (const auto& key : specification.partition_by)
    window.partition_by.push_back(expression(*key, inner));
  window.order_by = sort_keys(specification.order_by, inner);
  if (specification.exclusion != sql::FrameExclusion::kNone) {
    throw Error(ErrorCode::kNotSupported, node.span,
                "EXCLUDE in window frames is not supported yet");
  }
  if (specification.unit == sql::FrameUnit::kRows) {
    window.frame = {WindowFrame::Unit::kRows, bound_of(specification.start.edge),
                    bound_of(specification.end.edge)};
    const auto distance = [&](const sql::FrameBound& bound) -> ExprRef {
      if (!bound.distance) return nullptr;
      return CastExpr::create(expression(*bound.distance, inner), Type::int64());
    };
    window.frame_begin = distance(specification.start);
    window.frame_end = distance(specification.end);
  } else if (specification.unit != sql::FrameUnit::kNone) {
    const bool default_like = !specification.start.distance && !specification.end.distance;
    if (!default_like || specification.unit == sql::FrameUnit::kGroups) {
      throw Error(ErrorCode::kNotSupported, node.span,
                  "{} frames with distances are not supported yet",
                  specification.unit == sql::FrameUnit::kGroups ? "GROUPS" : "RANGE")
          .hint("ROWS frames are");
    }
    window.frame = {WindowFrame::Unit::kRange, bound_of(specification.start.edge),
                    bound_of(specification.end.edge)};
  }
  const auto wants = [&](size_t least, size_t most) {
    if (window.arguments.size() < least || window.arguments.size() > most) {
      throw Error(ErrorCode::kTypeMismatch, node.span, "{} takes {} to {} arguments", name, least,
                  most);
    }
  };
  switch (window.kind) {
    case WindowKind::kAggregate:
      window.type = window.aggregate->type;
      break;
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      wants(0, 0);
      window.type = Type::int64();
      break;
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
      wants(0, 0);
      window.type = Type::float64();
      break;
    case WindowKind::kNtile:
      wants(1, 1);
      window.arguments[0] = CastExpr::create(window.arguments[0], Type::int64());
      window.type = Type::int64();
      break;
    case WindowKind::kLag:
    case WindowKind::kLead:
      wants(1, 3);
      if (window.arguments.size() > 1)
        window.arguments[1] = CastExpr::create(window.arguments[1], Type::int64());
      if (window.arguments.size() > 2)
        unify(window.arguments[0], window.arguments[2], node.span, "value and default");
      window.type = window.arguments[0]->type;
      break;
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
      wants(1, 1);
      window.type = window.arguments[0]->type;
      break;
    case WindowKind::kNthValue:
      wants(2, 2);
      window.arguments[1] = CastExpr::create(window.arguments[1], Type::int64());
      window.type = window.arguments[0]->type;
      break;
  }
  return WindowExpr::create(window);
}

}  // namespace doline
