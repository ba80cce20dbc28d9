#include "optimizer/join_graph.h"

#include <algorithm>
#include <cmath>

namespace doline {

namespace {

bool contains(RelationSet set, RelationSet part) { return (part & ~set) == 0; }

}  // namespace

uint32_t JoinGraph::relation_of(uint32_t column) const {
  const auto after = std::upper_bound(
      relations.begin(), relations.end(), column,
      [](uint32_t at, const Relation& relation) { return at < relation.first_column; });
  return static_cast<uint32_t>(after - relations.begin() - 1);
}

RelationSet JoinGraph::relations_of(const ExprRef& expr) const {
  RelationSet set = 0;
  for (const uint32_t column : columns_of(expr)) set |= RelationSet{1} << relation_of(column);
  return set;
}

double JoinGraph::class_share(size_t index, RelationSet a, RelationSet b) {
  EqualColumns& of = classes[index];
  // Of what is equal already, the column with the fewest values decides.
  double in_a = INFINITY, in_b = INFINITY, most = 0;
  for (size_t i = 0; i < of.members.size(); ++i) {
    if ((a >> of.members[i].relation & 1) == 0) continue;
    in_a = std::min(in_a, of.members[i].distinct);
    for (size_t j = 0; j < of.members.size(); ++j) {
      if ((b >> of.members[j].relation & 1) == 0) continue;
      in_b = std::min(in_b, of.members[j].distinct);
      // What many rows of one relation have in common with many of another, all have.
      most = std::max(most, profiles_ ? profiles_->correction(index, i, j) : 1);
    }
  }
  return std::min(1.0, most / std::max({1.0, in_a, in_b}));
}

/// Which keys two relations have in common, and among how many combinations of their values pairs
/// of rows are spread.
const JoinGraph::Combined& JoinGraph::combined(uint32_t one, uint32_t other) {
  const auto [at, added] = combined_.try_emplace({std::min(one, other), std::max(one, other)});
  Combined& made = at->second;
  if (!added) return made;
  std::vector<uint32_t> columns[2];
  for (size_t index = 0; index < classes.size(); ++index) {
    const auto* left = classes[index].member_of(one);
    const auto* right = classes[index].member_of(other);
    if (!left || !right) continue;
    made.keys.push_back(index);
    columns[0].push_back(left->column - relations[one].first_column);
    columns[1].push_back(right->column - relations[other].first_column);
  }
  if (made.keys.size() > 1)
    made.values = EstimateScope::current().values_between(relations[one].plan, columns[0],
                                                          relations[other].plan, columns[1]);
  return made;
}

/// The largest share that two relations with several keys in common say; 0: there are no such.
double JoinGraph::combined_share(const std::vector<size_t>& between, RelationSet a, RelationSet b) {
  double most = 0;
  for (uint32_t one = 0; one < relations.size(); ++one) {
    if ((a >> one & 1) == 0) continue;
    for (uint32_t other = 0; other < relations.size(); ++other) {
      if ((b >> other & 1) == 0) continue;
      const Combined& both = combined(one, other);
      if (both.keys.size() < 2) continue;
      double share = 1 / both.values;
      for (const size_t index : between) {
        if (std::find(both.keys.begin(), both.keys.end(), index) == both.keys.end())
          share *= class_share(index, a, b);
      }
      most = std::max(most, share);
    }
  }
  return std::min(1.0, most);
}

/// The share of pairs of rows that equal columns of two sets keep.
double JoinGraph::key_share(RelationSet a, RelationSet b) {
  std::vector<size_t> between;
  for (size_t i = 0; i < classes.size(); ++i) {
    if ((classes[i].relations & a) != 0 && (classes[i].relations & b) != 0) between.push_back(i);
  }
  if (between.empty()) return 1;
  if (has_orders()) {
    if (!profiles_) profiles_.emplace(relations, classes);
    const auto a_rows = profiles_->rows(a), b_rows = profiles_->rows(b);
    const auto rows = a_rows && b_rows ? profiles_->rows(a | b) : std::nullopt;
    if (rows) return *rows / (*a_rows * *b_rows);
  }
  double share = 1;
  for (const size_t index : between) share *= class_share(index, a, b);
  return between.size() > 1 ? std::max(share, combined_share(between, a, b)) : share;
}

double JoinGraph::share_between(RelationSet a, RelationSet b) {
  double share = key_share(a, b);
  for (const Term& term : terms) {
    if (contains(a | b, term.needed) && !contains(a, term.needed) && !contains(b, term.needed))
      share *= term.share;
  }
  return share;
}

std::optional<JoinGraph::Joining> JoinGraph::joining(RelationSet a, RelationSet b) const {
  const RelationSet both = a | b;
  Joining joining;
  for (size_t i = 0; i < operators.size(); ++i) {
    const Operator& one = operators[i];
    const RelationSet needed = one.left_needed | one.right_needed;
    if (!contains(both, needed) || contains(a, needed) || contains(b, needed)) continue;
    if (joining.operator_index >= 0) return std::nullopt;
    joining.operator_index = static_cast<int32_t>(i);
    joining.is_swapped = !contains(a, one.left_needed);
    const RelationSet left = joining.is_swapped ? b : a;
    const RelationSet right = joining.is_swapped ? a : b;
    if (!contains(left, one.left_needed) || !contains(right, one.right_needed) ||
        (left & one.right_tree) != 0 || (right & one.left_tree) != 0)
      return std::nullopt;
    for (const Rule& rule : one.rules) {
      if ((rule.any & both) != 0 && !contains(both, rule.all)) return std::nullopt;
    }
  }
  bool is_connected = false;
  for (const EqualColumns& all : classes)
    is_connected |= (all.relations & a) != 0 && (all.relations & b) != 0;
  if (joining.operator_index < 0) {
    for (const Term& term : terms)
      is_connected |=
          contains(both, term.needed) && !contains(a, term.needed) && !contains(b, term.needed);
    joining.is_cross = !is_connected;
  } else if (is_connected) {
    return std::nullopt;  // an inner join and the operator at once
  }
  return joining;
}

double JoinGraph::rows(const Joining& joining, RelationSet a, double a_rows, RelationSet b,
                       double b_rows) {
  const double share = share_between(a, b);
  if (joining.operator_index < 0) return a_rows * b_rows * share;
  const Operator& one = operators[static_cast<size_t>(joining.operator_index)];
  const double left_rows = joining.is_swapped ? b_rows : a_rows;
  const double right_rows = joining.is_swapped ? a_rows : b_rows;
  // Terms between the two follow an operator as a filter.
  if (one.kind == JoinKind::kLeft) {
    const double values = std::max(std::min(one.values_left, std::max(1.0, left_rows)),
                                   std::min(one.values_right, std::max(1.0, right_rows)));
    const double pairs = left_rows * right_rows * one.residual_share / values;
    return std::max(left_rows, pairs) * share;
  }
  double kept = 0.5;
  if (!one.left_keys.empty())
    kept = std::min(1.0, std::min(one.values_right, std::max(1.0, right_rows)) / one.values_left);
  if (one.residual) kept = std::min(kept, std::max(kept * 0.5, one.residual_share));
  return left_rows * (one.kind == JoinKind::kSemi ? kept : std::max(0.05, 1 - kept)) * share;
}

}  // namespace doline
