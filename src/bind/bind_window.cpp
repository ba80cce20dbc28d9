#include <algorithm>
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
      {"fill", WindowKind::kFill},
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

WindowFrame::Unit unit_of(sql::FrameUnit unit) {
  switch (unit) {
    case sql::FrameUnit::kRows:
      return WindowFrame::Unit::kRows;
    case sql::FrameUnit::kGroups:
      return WindowFrame::Unit::kGroups;
    case sql::FrameUnit::kNone:
    case sql::FrameUnit::kRange:
      return WindowFrame::Unit::kRange;
  }
  UNREACHABLE();
}

WindowFrame::Exclusion exclusion_of(sql::FrameExclusion exclusion) {
  switch (exclusion) {
    case sql::FrameExclusion::kNone:
      return WindowFrame::Exclusion::kNone;
    case sql::FrameExclusion::kCurrentRow:
      return WindowFrame::Exclusion::kCurrentRow;
    case sql::FrameExclusion::kGroup:
      return WindowFrame::Exclusion::kGroup;
    case sql::FrameExclusion::kTies:
      return WindowFrame::Exclusion::kTies;
  }
  UNREACHABLE();
}

using NamedWindows = std::vector<sql::NamedWindow>;

/// A specification with what it is based on folded in: one of the first `known` named windows.
sql::WindowSpecification flattened(const sql::WindowSpecification& given, const NamedWindows* named,
                                   size_t known, SourceSpan span) {
  if (given.base.empty()) return given;
  const SourceSpan at = given.base.span.empty() ? span : given.base.span;
  for (size_t i = 0; i < known; ++i) {
    const sql::NamedWindow& window = (*named)[i];
    if (!same_name(window.name.text, given.base.text)) continue;
    sql::WindowSpecification merged = flattened(*window.window, named, i, span);
    const bool adds = !given.partition_by.empty() || !given.order_by.empty() ||
                      given.unit != sql::FrameUnit::kNone;
    const char* twice = !given.partition_by.empty()                           ? "PARTITION BY"
                        : !given.order_by.empty() && !merged.order_by.empty() ? "ORDER BY"
                        : adds && merged.unit != sql::FrameUnit::kNone        ? "its frame"
                                                                              : nullptr;
    if (twice) {
      throw Error(ErrorCode::kBind, at, "what is based on the window \"{}\" cannot change {}",
                  given.base.text, twice)
          .hint("write the window out");
    }
    if (!given.order_by.empty()) merged.order_by = given.order_by;
    if (given.unit != sql::FrameUnit::kNone) {
      merged.unit = given.unit;
      merged.start = given.start;
      merged.end = given.end;
      merged.exclusion = given.exclusion;
    }
    return merged;
  }
  throw Error(ErrorCode::kBind, at, "no window \"{}\"", given.base.text)
      .hint(known == 0 || known == named->size()
                ? "define it: WINDOW name AS (…)"
                : "a window is based on one that stands before it");
}

void check_names(const NamedWindows& named) {
  for (size_t i = 0; i < named.size(); ++i) {
    for (size_t earlier = 0; earlier < i; ++earlier) {
      if (same_name(named[i].name.text, named[earlier].name.text)) {
        throw Error(ErrorCode::kBind, named[i].name.span, "there are two windows \"{}\"",
                    named[i].name.text);
      }
    }
  }
}

/// What a call may have that its kind can do nothing with.
void check_modifiers(const WindowExpr& window, const sql::FunctionCall& node) {
  const auto refuse = [&](const char* what, const char* with) {
    throw Error(ErrorCode::kBind, node.span, "{} goes with {}, not with {}", what, with,
                window.name);
  };
  if (window.kind == WindowKind::kAggregate) {
    if (node.nulls != sql::NullTreatment::kDefault)
      refuse("IGNORE or RESPECT NULLS", "first_value, lag and their like");
    return;
  }
  if (node.filter) refuse("FILTER", "aggregates");
  if (node.distinct) refuse("DISTINCT", "aggregates");
  if (window.kind == WindowKind::kFill && node.nulls != sql::NullTreatment::kDefault)
    refuse("IGNORE or RESPECT NULLS", "first_value, lag and their like");
  if (window.kind == WindowKind::kDenseRank && !node.order_by.empty())
    refuse("an ORDER BY of its own", "rank and row_number");
}

/// What distances are added to. A time of day goes round at midnight; as a moment of one day it
/// keeps its order, and an edge before that day lies before all its rows.
ExprRef axis_of(const ExprRef& key) {
  if (!key->type->is(TypeKind::kTime)) return key;
  return CallExpr::create("+", {ConstantExpr::create(Value::integer(Type::date(), 0)), key});
}

bool can_be_interpolated(TypeRef type) { return type->is_numeric() || type->is_temporal(); }

/// Casts the arguments and sets the result's type.
void settle_types(WindowExpr& window, SourceSpan span) {
  std::vector<ExprRef>& arguments = window.arguments;
  const auto wants = [&](size_t least, size_t most) {
    if (arguments.size() >= least && arguments.size() <= most) return;
    const std::string number =
        least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
    throw Error(ErrorCode::kTypeMismatch, span, "{} takes {} argument{}, not {}", window.name,
                number, most == 1 ? "" : "s", arguments.size());
  };
  const auto cast = [&](size_t index, TypeRef type) {
    if (index < arguments.size()) arguments[index] = CastExpr::create(arguments[index], type);
  };
  switch (window.kind) {
    case WindowKind::kAggregate:
      window.type = window.aggregate->type;
      return;
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      wants(0, 0);
      window.type = Type::int64();
      return;
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
      wants(0, 0);
      window.type = Type::float64();
      return;
    case WindowKind::kNtile:
      wants(1, 1);
      cast(0, Type::int64());
      window.type = Type::int64();
      return;
    case WindowKind::kLag:
    case WindowKind::kLead:
      wants(1, 3);
      cast(1, Type::int64());
      cast(2, arguments[0]->type);
      break;
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
      wants(1, 1);
      break;
    case WindowKind::kNthValue:
      wants(2, 2);
      cast(1, Type::int64());
      break;
    case WindowKind::kFill:
      wants(1, 1);
      if (window.order_by.size() != 1)
        throw Error(ErrorCode::kBind, span, "fill wants one ORDER BY key: what it goes along");
      for (const ExprRef& expr : {arguments[0], window.order_by[0]->expr}) {
        if (!can_be_interpolated(expr->type)) {
          throw Error(ErrorCode::kTypeMismatch, expr->span.empty() ? span : expr->span,
                      "{} has no values in between to interpolate", expr->type->name());
        }
      }
      break;
  }
  window.type = arguments[0]->type;
}

}  // namespace

void QueryBinder::window_frame(const sql::WindowSpecification& specification,
                               const ExprContext& context, WindowExpr& window) {
  if (specification.unit == sql::FrameUnit::kNone) return;
  window.frame = {unit_of(specification.unit), bound_of(specification.start.edge),
                  bound_of(specification.end.edge), exclusion_of(specification.exclusion)};
  const bool is_range = window.frame.unit == WindowFrame::Unit::kRange;
  const auto bind = [&](const sql::FrameBound& bound, ExprRef& distance, ExprRef& range) {
    if (!bound.distance) return;
    distance = expression(*bound.distance, context);
    if (is_constant(distance) && evaluate_constant(distance, catalog_.session()).is_null()) {
      throw Error(ErrorCode::kInvalidArgument, bound.distance->span,
                  "a frame's distance cannot be NULL");
    }
    if (!is_range) {
      distance = CastExpr::create(distance, Type::int64());
      return;
    }
    if (window.order_by.size() != 1) {
      throw Error(ErrorCode::kBind, bound.distance->span,
                  "a RANGE with distances wants one ORDER BY key, not {}", window.order_by.size())
          .hint("ROWS counts rows, GROUPS rows that sort equal");
    }
    const SortKey& key = *window.order_by[0];
    const bool adds = (bound.edge == sql::FrameEdge::kFollowing) != key.descending;
    // Where the edge leaves the type's range, all rows on that side are within.
    range = TryExpr::create(
        CallExpr::create(adds ? "+" : "-", {axis_of(key.expr), distance}, bound.distance->span));
  };
  bind(specification.start, window.frame_begin, window.range_begin);
  bind(specification.end, window.frame_end, window.range_end);
  if (!window.range_begin && !window.range_end) return;
  std::vector<ExprRef> alike = {axis_of(window.order_by[0]->expr)};
  for (const ExprRef& range : {window.range_begin, window.range_end}) {
    if (range) alike.push_back(range);
  }
  unify_all(alike, window.span, "the key and the edges of its range");
  window.range_key = alike[0];
  if (window.range_begin) window.range_begin = alike[1];
  if (window.range_end) window.range_end = alike.back();
}

ExprRef QueryBinder::window_call(const std::string& name, const sql::FunctionCall& node,
                                 const ExprContext& context) {
  if (!context.windows) {
    throw Error(ErrorCode::kBind, node.span, "a window function cannot stand in {}", context.clause)
        .hint(std::string(context.clause) == "WHERE" ? "filter with QUALIFY"
                                                     : "compute it in a subquery first");
  }
  if (context.named_windows) check_names(*context.named_windows);
  const sql::WindowSpecification specification =
      flattened(*node.over, context.named_windows,
                context.named_windows ? context.named_windows->size() : 0, node.span);
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
    check_modifiers(window, node);
    for (const auto& argument : node.arguments)
      window.arguments.push_back(expression(*argument.value, inner));
    window.argument_order = sort_keys(node.order_by, inner);
    window.ignore_nulls = node.nulls == sql::NullTreatment::kIgnore;
  } else if (aggregate) {
    window.kind = WindowKind::kAggregate;
    check_modifiers(window, node);
    window.aggregate = aggregate_over(*aggregate, node, inner);
  } else {
    throw Error(ErrorCode::kFunctionNotFound, node.span, "no window function \"{}\"", name);
  }
  for (const auto& key : specification.partition_by)
    window.partition_by.push_back(expression(*key, inner));
  window.order_by = sort_keys(specification.order_by, inner);
  // fill goes along its own order over the whole partition.
  if (window.kind == WindowKind::kFill && !window.argument_order.empty())
    window.order_by = std::exchange(window.argument_order, {});
  settle_types(window, node.span);
  if (window.has_frame()) window_frame(specification, inner, window);
  if (window.frame.exclusion != WindowFrame::Exclusion::kNone && !window.argument_order.empty() &&
      window.kind != WindowKind::kFirstValue && window.kind != WindowKind::kLastValue &&
      window.kind != WindowKind::kNthValue) {
    throw Error(ErrorCode::kBind, node.span,
                "EXCLUDE goes with aggregates and first_value, "
                "last_value and nth_value, not with {}",
                name);
  }
  return WindowExpr::create(window);
}

}  // namespace doline
