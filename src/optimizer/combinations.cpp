// What columns of plans take for values together.
#include <algorithm>

#include "optimizer/estimates.h"

namespace doline {

namespace {

/// The scan that a column comes from, and its number there; what lies between may drop rows, repeat
/// them, and put NULLs in place of values. Null: there is none.
std::pair<const ScanNode*, uint32_t> origin_of(const PlanRef& plan, uint32_t column) {
  const PlanNode* node = plan.get();
  for (;;) {
    if (const auto* scan = dynamic_cast<const ScanNode*>(node))
      return {scan->limit < 0 ? scan : nullptr, column};
    if (const auto* filter = dynamic_cast<const FilterNode*>(node)) {
      node = filter->input.get();
    } else if (const auto* shared = dynamic_cast<const SharedInputNode*>(node)) {
      node = shared->input.get();
    } else if (const auto* project = dynamic_cast<const ProjectNode*>(node)) {
      const auto* source = dynamic_cast<const ColumnExpr*>(project->exprs[column].get());
      if (!source) return {nullptr, 0};
      column = source->index;
      node = project->input.get();
    } else if (const auto* join = dynamic_cast<const JoinNode*>(node)) {
      const auto left_width = static_cast<uint32_t>(join->left->schema.size());
      const bool is_left = join->gives_left() && column < left_width;
      if (!is_left && join->kind == JoinKind::kMark) return {nullptr, 0};
      if (!is_left && join->gives_left()) column -= left_width;
      node = is_left ? join->left.get() : join->right.get();
    } else {
      return {nullptr, 0};
    }
  }
}

}  // namespace

Estimates::Combinations Estimates::combinations(const PlanRef& plan,
                                                const std::vector<uint32_t>& columns) {
  double product = 1, product_of_table = 1;
  const ScanNode* origin = nullptr;
  std::vector<uint32_t> of_table;
  for (const uint32_t one : columns) {
    product *= column(plan, one).distinct;
    const auto [scan, own] = origin_of(plan, one);
    if (!scan || (origin && scan != origin)) continue;
    origin = scan;
    product_of_table *= column_of_table(*scan, own).distinct;
    of_table.push_back(scan->columns[own]);
  }
  Combinations made;
  made.taken = std::min(product, all_rows(plan));
  if (of_table.size() != columns.size()) return made;
  std::vector<uint32_t> ascending = of_table;
  std::sort(ascending.begin(), ascending.end());
  if (HashedSample* const sample = known_sample(origin->table, ascending))
    made.sampled = &sample->combinations(of_table);
  const auto seen = made.sampled ? made.sampled->distinct() : std::nullopt;
  made.of_table = std::min(product_of_table, seen.value_or(table_rows(origin->table)));
  // Of the table's those that filters of the columns leave.
  made.taken = std::min(made.taken, made.of_table * product / product_of_table);
  return made;
}

double Estimates::values_between(const PlanRef& left, const std::vector<uint32_t>& left_columns,
                                 const PlanRef& right, const std::vector<uint32_t>& right_columns) {
  const Combinations a = combinations(left, left_columns);
  const Combinations b = combinations(right, right_columns);
  double values = std::max(a.taken, b.taken);
  if (a.sampled && b.sampled) {
    const auto [at, added] = contained_.try_emplace({a.sampled, b.sampled}, 1);
    if (added) at->second = a.sampled->contained(*b.sampled, 1 / std::max(a.of_table, b.of_table));
    values /= at->second;
  }
  double independent = 1;
  for (size_t i = 0; i < left_columns.size(); ++i)
    independent *=
        std::max(column(left, left_columns[i]).distinct, column(right, right_columns[i]).distinct);
  return std::clamp(values, 1.0, independent);
}

}  // namespace doline
