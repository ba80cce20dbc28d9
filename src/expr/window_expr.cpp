#include <algorithm>

#include "expr/expr.h"

namespace doline {

Ref<const WindowExpr> WindowExpr::create(WindowExpr prototype) {
  return make_ref<WindowExpr>(prototype);
}

void WindowExpr::complete() {
  const auto require = [&](bool holds) {
    if (!holds)
      throw Error(ErrorCode::kCorrupt, "plan bytes: the window call {} does not hold together",
                  name);
  };
  const auto is_count = [](const ExprRef& expr) {
    return !expr || expr->type->is(TypeKind::kInt64);
  };
  require(type != nullptr && (kind == WindowKind::kAggregate) == !!aggregate);
  const bool is_range = frame.unit == WindowFrame::Unit::kRange;
  const auto check_bound = [&](WindowFrame::Bound bound, const ExprRef& distance,
                               const ExprRef& range) {
    const bool has_distance =
        bound == WindowFrame::Bound::kPreceding || bound == WindowFrame::Bound::kFollowing;
    require(has_distance == !!distance && (has_distance && is_range) == !!range);
    require(is_range ? !range || (range_key && range->type == range_key->type)
                     : is_count(distance));
  };
  check_bound(frame.begin, frame_begin, range_begin);
  check_bound(frame.end, frame_end, range_end);
  require(!range_key || order_by.size() == 1);
  const size_t count = arguments.size();
  switch (kind) {
    case WindowKind::kAggregate:
      require(aggregate->type == type);
      break;
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      require(count == 0 && type->is(TypeKind::kInt64));
      break;
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
      require(count == 0 && type->is(TypeKind::kDouble));
      break;
    case WindowKind::kNtile:
      require(count == 1 && is_count(arguments[0]) && type->is(TypeKind::kInt64));
      break;
    case WindowKind::kLag:
    case WindowKind::kLead:
      require(count >= 1 && count <= 3 && arguments[0]->type == type &&
              (count < 2 || is_count(arguments[1])) && (count < 3 || arguments[2]->type == type));
      break;
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
      require(count == 1 && arguments[0]->type == type);
      break;
    case WindowKind::kNthValue:
      require(count == 2 && arguments[0]->type == type && is_count(arguments[1]));
      break;
    case WindowKind::kFill:
      require(count == 1 && arguments[0]->type == type && order_by.size() == 1);
      break;
  }
}

WindowExpr::WindowExpr(const WindowExpr& other)
    : kind(other.kind),
      name(other.name),
      arguments(other.arguments),
      argument_order(other.argument_order),
      aggregate(other.aggregate),
      partition_by(other.partition_by),
      order_by(other.order_by),
      frame(other.frame),
      frame_begin(other.frame_begin),
      frame_end(other.frame_end),
      range_begin(other.range_begin),
      range_end(other.range_end),
      range_key(other.range_key),
      ignore_nulls(other.ignore_nulls) {
  type = other.type;
  span = other.span;
}

bool WindowExpr::has_frame() const {
  switch (kind) {
    case WindowKind::kAggregate:
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
    case WindowKind::kNthValue:
      return true;
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
    case WindowKind::kNtile:
    case WindowKind::kLag:
    case WindowKind::kLead:
      return !argument_order.empty();
    case WindowKind::kFill:
      return false;
  }
  UNREACHABLE();
}

namespace {

std::string bound_text(WindowFrame::Bound bound, const ExprRef& distance) {
  switch (bound) {
    case WindowFrame::Bound::kUnboundedPreceding:
      return "UNBOUNDED PRECEDING";
    case WindowFrame::Bound::kPreceding:
      return distance->to_string() + " PRECEDING";
    case WindowFrame::Bound::kCurrentRow:
      return "CURRENT ROW";
    case WindowFrame::Bound::kFollowing:
      return distance->to_string() + " FOLLOWING";
    case WindowFrame::Bound::kUnboundedFollowing:
      return "UNBOUNDED FOLLOWING";
  }
  UNREACHABLE();
}

const char* unit_text(WindowFrame::Unit unit) {
  switch (unit) {
    case WindowFrame::Unit::kRows:
      return "ROWS";
    case WindowFrame::Unit::kRange:
      return "RANGE";
    case WindowFrame::Unit::kGroups:
      return "GROUPS";
  }
  UNREACHABLE();
}

const char* exclusion_text(WindowFrame::Exclusion exclusion) {
  switch (exclusion) {
    case WindowFrame::Exclusion::kNone:
      return "";
    case WindowFrame::Exclusion::kCurrentRow:
      return " EXCLUDE CURRENT ROW";
    case WindowFrame::Exclusion::kGroup:
      return " EXCLUDE GROUP";
    case WindowFrame::Exclusion::kTies:
      return " EXCLUDE TIES";
  }
  UNREACHABLE();
}

std::string listed(const std::vector<SortKeyRef>& keys) {
  std::string text = "ORDER BY ";
  for (size_t i = 0; i < keys.size(); ++i) text += (i ? ", " : "") + keys[i]->to_string();
  return text;
}

}  // namespace

std::string WindowExpr::to_string() const {
  std::string text;
  if (aggregate) {
    text = aggregate->to_string();
  } else {
    text = name + "(";
    for (size_t i = 0; i < arguments.size(); ++i)
      text += (i ? ", " : "") + arguments[i]->to_string();
    if (!argument_order.empty()) text += (arguments.empty() ? "" : " ") + listed(argument_order);
    text += ignore_nulls ? " IGNORE NULLS)" : ")";
  }
  text += " OVER (";
  const char* between = "";
  const auto add = [&](const std::string& part) {
    text += between + part;
    between = " ";
  };
  for (size_t i = 0; i < partition_by.size(); ++i) {
    if (i == 0) {
      add("PARTITION BY " + partition_by[i]->to_string());
    } else {
      text += ", " + partition_by[i]->to_string();
    }
  }
  if (!order_by.empty()) add(listed(order_by));
  if (has_frame() && frame != WindowFrame{}) {
    add(std::string(unit_text(frame.unit)) + " BETWEEN " + bound_text(frame.begin, frame_begin) +
        " AND " + bound_text(frame.end, frame_end) + exclusion_text(frame.exclusion));
  }
  return text + ")";
}

std::vector<ExprRef> WindowExpr::inputs() const {
  std::vector<ExprRef> all = arguments;
  if (aggregate) all.emplace_back(aggregate);
  for (const auto& key : argument_order) all.push_back(key->expr);
  all.insert(all.end(), partition_by.begin(), partition_by.end());
  for (const auto& key : order_by) all.push_back(key->expr);
  for (const ExprRef& part : {frame_begin, frame_end, range_begin, range_end, range_key}) {
    if (part) all.push_back(part);
  }
  return all;
}

ExprRef WindowExpr::with_inputs(std::vector<ExprRef> inputs) const {
  auto expr = make_ref<WindowExpr>(*this);
  size_t at = 0;
  const auto take_keys = [&](std::vector<SortKeyRef>& keys) {
    for (auto& key : keys) key = SortKey::create(inputs[at++], key->descending, key->nulls_first);
  };
  for (auto& argument : expr->arguments) argument = inputs[at++];
  if (aggregate)
    expr->aggregate = AggregateExprRef(static_cast<const AggregateExpr*>(inputs[at++].get()));
  take_keys(expr->argument_order);
  for (auto& key : expr->partition_by) key = inputs[at++];
  take_keys(expr->order_by);
  for (ExprRef* part : {&expr->frame_begin, &expr->frame_end, &expr->range_begin, &expr->range_end,
                        &expr->range_key}) {
    if (*part) *part = inputs[at++];
  }
  return expr;
}

}  // namespace doline
