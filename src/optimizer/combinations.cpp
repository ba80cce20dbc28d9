// What columns of plans take for values together.
#include <algorithm>

#include "optimizer/estimates.h"

namespace doline {

Estimates::Combinations Estimates::combinations(const PlanRef& plan,
                                                const std::vector<uint32_t>& columns) {
  double product = 1, product_of_table = 1;
  const ScanNode* origin = nullptr;
  std::vector<uint32_t> of_table;
  for (const uint32_t one : columns) {
    product *= column(plan, one).distinct;
    const Origin from = origin_of(plan, one);
    if (!from.scan || (origin && from.scan != origin)) continue;
    origin = from.scan;
    product_of_table *= column_of_table(*origin, from.column).distinct;
    of_table.push_back(origin->columns[from.column]);
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
