// Which share of rows filters keep.
#include <algorithm>
#include <cmath>
#include <map>

#include "optimizer/estimates.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

// Where nothing is known: the classic guesses (Selinger and others, SIGMOD 1979), patterns apart.
constexpr double kEqualShare = 0.05;
constexpr double kRangeShare = 0.35;
constexpr double kPatternShare = 0.1;
constexpr double kUnknownShare = 0.5;

bool is_pattern(const std::string& name) {
  return name == "~~" || name == "~~*" || name == "contains" || name == "prefix" ||
         name == "starts_with" || name == "suffix" || name == "ends_with" ||
         name == "regexp_matches";
}

std::string mirrored(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

/// `column <op> constant`.
struct Comparison {
  uint32_t column;
  std::string op;
  const Value* value;
};
std::optional<Comparison> comparison_of(const ExprRef& term) {
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  if (!call || call->arguments.size() != 2) return std::nullopt;
  for (const bool is_mirrored : {false, true}) {
    const auto* column = dynamic_cast<const ColumnExpr*>(call->arguments[is_mirrored].get());
    const auto* constant = dynamic_cast<const ConstantExpr*>(call->arguments[!is_mirrored].get());
    if (column && constant)
      return Comparison{column->index, is_mirrored ? mirrored(call->name) : call->name,
                        &constant->value};
  }
  return std::nullopt;
}

/// What comparisons with constants leave of a column's line.
struct Stretch {
  std::optional<double> low, high;

  /// False where `op` says nothing of it.
  bool narrow(const std::string& op, double at, bool is_whole) {
    const double step = is_whole ? 1 : 0;
    if (op == ">" || op == ">=") {
      const double bound = op == ">" ? at + step : at;
      low = low ? std::max(*low, bound) : bound;
    } else if (op == "<" || op == "<=") {
      const double bound = op == "<" ? at - step : at;
      high = high ? std::min(*high, bound) : bound;
    } else {
      return false;
    }
    return true;
  }
};

/// The part of a column's line that lies between the bounds.
std::optional<double> share_between(const ColumnEstimate& column, const Stretch& bounds) {
  if (!column.low || !column.high) return std::nullopt;
  const double step = column.is_whole ? 1 : 0;
  const double length = *column.high - *column.low + step;
  const double low = std::max(*column.low, bounds.low.value_or(*column.low));
  const double high = std::min(*column.high, bounds.high.value_or(*column.high));
  if (high < low) return 0;
  return length <= 0 ? 1 : std::clamp((high - low + step) / length, 0.0, 1.0);
}

}  // namespace

ColumnEstimate Estimates::narrowed(ColumnEstimate column, uint32_t index,
                                   const std::vector<ExprRef>& terms) {
  Stretch bounds;
  bool has_bounds = false;
  for (const ExprRef& term : terms) {
    if (const auto* list = dynamic_cast<const InListExpr*>(term.get())) {
      const auto* of = dynamic_cast<const ColumnExpr*>(list->input.get());
      if (!of || of->index != index) continue;
      column.distinct = std::min(column.distinct, static_cast<double>(list->values.size()));
      column.null_share = 0;
      continue;
    }
    if (const auto* is_null = dynamic_cast<const IsNullExpr*>(term.get())) {
      const auto* of = dynamic_cast<const ColumnExpr*>(is_null->input.get());
      if (!of || of->index != index) continue;
      column.null_share = is_null->negated ? 0 : 1;
      continue;
    }
    const auto comparison = comparison_of(term);
    if (!comparison || comparison->column != index) continue;
    column.null_share = 0;
    const auto at = place_of(*comparison->value);
    if (comparison->op == "=") {
      column.distinct = 1;
      if (at) column.low = column.high = at;
    } else if (at) {
      has_bounds |= bounds.narrow(comparison->op, *at, column.is_whole);
    }
  }
  if (!has_bounds) return column;
  if (const auto share = share_between(column, bounds)) {
    column.distinct = std::max(1.0, column.distinct * *share);
    if (bounds.low) column.low = std::max(*column.low, *bounds.low);
    if (bounds.high) column.high = std::min(*column.high, *bounds.high);
    if (*column.low > *column.high) column.low = column.high;
  }
  return column;
}

double Estimates::selectivity(const PlanRef& plan, const std::vector<ExprRef>& terms) {
  double share = 1;
  // Both ends of a range together; each column's NULLs fail once.
  std::map<uint32_t, Stretch> ranges;
  for (const ExprRef& term : terms) {
    const auto comparison = comparison_of(term);
    if (comparison) {
      const ColumnEstimate of = unfiltered_column(plan, comparison->column);
      const auto at = place_of(*comparison->value);
      if (at && of.low && of.high && comparison->op != "=" &&
          ranges[comparison->column].narrow(comparison->op, *at, of.is_whole))
        continue;
    }
    share *= term_share(plan, term);
  }
  for (const auto& [column, bounds] : ranges) {
    if (!bounds.low && !bounds.high) continue;
    const ColumnEstimate of = unfiltered_column(plan, column);
    share *= share_between(of, bounds).value_or(kRangeShare) * (1 - of.null_share);
  }
  return share;
}

ColumnEstimate Estimates::unfiltered_column(const PlanRef& plan, uint32_t index) {
  const auto* scan = dynamic_cast<const ScanNode*>(plan.get());
  return scan ? column_of_table(*scan, index) : column(plan, index);
}

double Estimates::term_share(const PlanRef& plan, const ExprRef& term) {
  if (const auto* call = dynamic_cast<const CallExpr*>(term.get())) {
    if (call->name == "not" && call->arguments.size() == 1)
      return std::clamp(1 - term_share(plan, call->arguments[0]), 0.0, 1.0);
    if (is_pattern(call->name)) return kPatternShare;
    if (call->name == "!~~" || call->name == "!~~*") return 1 - kPatternShare;
    return comparison_share(plan, *call);
  }
  if (const auto* list = dynamic_cast<const InListExpr*>(term.get())) {
    const double values = distinct_for_share(plan, list->input);
    const auto count = static_cast<double>(list->values.size());
    return values > 0 ? std::min(1.0, count / values) : std::min(0.5, count * kEqualShare);
  }
  if (const auto* conjunction = dynamic_cast<const ConjunctionExpr*>(term.get())) {
    if (conjunction->is_and) return selectivity(plan, conjunction->terms);
    double none = 1;
    for (const ExprRef& branch : conjunction->terms)
      none *= 1 - std::clamp(selectivity(plan, conjuncts_of(branch)), 0.0, 1.0);
    return 1 - none;
  }
  if (const auto* is_null = dynamic_cast<const IsNullExpr*>(term.get())) {
    const auto* of = dynamic_cast<const ColumnExpr*>(is_null->input.get());
    const double nulls = of ? unfiltered_column(plan, of->index).null_share : 0.1;
    return is_null->negated ? 1 - nulls : nulls;
  }
  if (const auto* constant = dynamic_cast<const ConstantExpr*>(term.get()))
    return !constant->value.is_null() && constant->value.type()->is(TypeKind::kBool) &&
                   constant->value.as_bool()
               ? 1
               : 0;
  return kUnknownShare;
}

double Estimates::distinct_for_share(const PlanRef& plan, const ExprRef& expr) {
  const auto* of = dynamic_cast<const ColumnExpr*>(expr.get());
  return of ? unfiltered_column(plan, of->index).distinct : 0;
}

double Estimates::comparison_share(const PlanRef& plan, const CallExpr& call) {
  if (call.arguments.size() != 2) return kUnknownShare;
  const bool is_equality = call.name == "=" || call.name == "is_not_distinct_from";
  if (is_equality || call.name == "<>" || call.name == "is_distinct_from") {
    double values = 0;
    for (const ExprRef& side : call.arguments)
      values = std::max(values, distinct_for_share(plan, side));
    double share = values > 0 ? 1 / values : kEqualShare;
    if (const auto* of = dynamic_cast<const ColumnExpr*>(call.arguments[0].get()))
      share *= 1 - unfiltered_column(plan, of->index).null_share;
    return is_equality ? share : 1 - share;
  }
  if (call.name == "<" || call.name == "<=" || call.name == ">" || call.name == ">=")
    return kRangeShare;
  return kUnknownShare;
}

}  // namespace doline
