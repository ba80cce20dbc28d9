#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "optimizer/estimates.h"
#include "optimizer/key_profiles.h"

namespace doline {

/// A tree of joins taken apart: the relations it joins, what is asked of combinations of their
/// rows, and which joins may be done before which others. Columns are numbered over all relations
/// side by side, each beginning at its first_column.
///
/// Inner joins are nothing but the terms they ask for. Left, semi and anti joins stay what they
/// are, and say which relations have to be together before: Moerkotte, Fender, Eich: On the Correct
/// and Complete Enumeration of the Core Search Space. SIGMOD 2013 (the conflict detector C).
class JoinGraph {
 public:
  static constexpr size_t kMostRelations = 60;

  using Relation = JoinedRelation;
  /// Anything else an inner join or a filter asks of more than one relation.
  struct Term {
    ExprRef expr;
    RelationSet needed = 0;  // these have to be there
    /// Of an equality whose sides read disjoint relations; null otherwise.
    ExprRef sides[2];
    RelationSet side_relations[2] = {0, 0};
    bool nulls_equal = false;
    double share = 1;  // of the pairs, that it keeps
  };
  /// "Where any of these is, all of those have to be."
  struct Rule {
    RelationSet any, all;
  };
  /// A left, semi or anti join.
  struct Operator {
    JoinKind kind;
    std::vector<ExprRef> left_keys, right_keys;  // over all relations
    ExprRef residual;
    bool nulls_equal = false;
    RelationSet left_needed = 0, right_needed = 0;
    RelationSet left_tree = 0, right_tree = 0;  // as written
    std::vector<Rule> rules;
    double values_left = 1, values_right = 1;  // combinations of the keys' values
    double residual_share = 1;
  };

  std::vector<Relation> relations;
  std::vector<EqualColumns> classes;  // the keys of inner joins
  std::vector<Term> terms;
  std::vector<Operator> operators;
  std::vector<uint32_t> outputs;  // the tree's columns
  RelationSet again = 0;          // in a recursion's step: read anew in each round

  /// The tree whose root is `plan`; null where it is no join, or one of too many relations. What is
  /// below the relations becomes `inner(relation)`.
  static std::optional<JoinGraph> of(const PlanRef& plan,
                                     const std::function<PlanRef(const PlanRef&)>& inner);
  /// Whether it matters how many rows sets of relations have.
  bool has_orders() const { return relations.size() > 2; }
  RelationSet all() const { return (RelationSet{1} << relations.size()) - 1; }
  uint32_t relation_of(uint32_t column) const;
  RelationSet relations_of(const ExprRef& expr) const;

  /// How two disjoint sets of relations, each joined by itself, come together.
  struct Joining {
    bool is_swapped = false;      // an operator's left side is the second set
    int32_t operator_index = -1;  // -1: an inner join, or a cross product
    bool is_cross = false;
  };
  /// Nothing where that is not allowed.
  std::optional<Joining> joining(RelationSet a, RelationSet b) const;
  /// The rows that come of it, from those of each set.
  double rows(const Joining& joining, RelationSet a, double a_rows, RelationSet b, double b_rows);

 private:
  friend class GraphBuilder;
  double share_between(RelationSet a, RelationSet b);
  double key_share(RelationSet a, RelationSet b);
  double class_share(size_t index, RelationSet a, RelationSet b);
  struct Combined {
    std::vector<size_t> keys;  // of classes
    double values = 1;         // of several keys
  };
  const Combined& combined(uint32_t one, uint32_t other);
  double combined_share(const std::vector<size_t>& between, RelationSet a, RelationSet b);

  std::map<std::pair<uint32_t, uint32_t>, Combined> combined_;  // of two relations
  std::optional<KeyProfiles> profiles_;                         // made when they are asked for
};

/// A relation, or two joined sets of them.
struct JoinPlan {
  double rows = 0;
  double cost = 0;
  RelationSet left = 0, right = 0;  // 0: a relation
  int32_t operator_index = -1;      // then left and right are its sides
};
using JoinPlans = std::unordered_map<RelationSet, JoinPlan>;

/// The cheapest way to join all relations, with all sets of relations it is made of. Empty: the
/// operators' rules leave none.
JoinPlans best_join_plans(JoinGraph& graph);

}  // namespace doline
