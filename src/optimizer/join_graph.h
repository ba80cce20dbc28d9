#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "optimizer/estimates.h"

namespace doline {

/// Relations of a join graph, a bit each.
using RelationSet = uint64_t;

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

  struct Relation {
    PlanRef plan;
    uint32_t first_column = 0;
    double rows = 1;      // at least a little more than 0
    double all_rows = 1;  // without its filters
  };
  /// Columns that equalities make equal, at most one a relation: of any two sets of relations that
  /// have some, one equality is enough.
  struct EqualColumns {
    struct Member {
      uint32_t relation;
      uint32_t column;  // over all relations
      double distinct;
    };
    std::vector<Member> members;  // ascending by relation
    RelationSet relations = 0;
    /// Of each pair of members what Estimates::key_correction says; negative: not asked yet.
    std::vector<double> corrections;
  };
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
  std::vector<EqualColumns> classes;
  std::vector<Term> terms;
  std::vector<Operator> operators;
  std::vector<uint32_t> outputs;  // the tree's columns
  RelationSet again = 0;          // in a recursion's step: read anew in each round

  /// The tree whose root is `plan`; null where it is no join, or one of too many relations. What is
  /// below the relations becomes `inner(relation)`.
  static std::optional<JoinGraph> of(const PlanRef& plan,
                                     const std::function<PlanRef(const PlanRef&)>& inner);
  RelationSet all() const { return (RelationSet{1} << relations.size()) - 1; }
  uint32_t relation_of(uint32_t column) const;
  RelationSet relations_of(const ExprRef& expr) const;

  /// How two disjoint sets of relations, each joined by itself, come together.
  struct Joining {
    bool is_swapped = false;      // an operator's left side is the second set
    int32_t operator_index = -1;  // -1: an inner join, or a cross product
    bool is_cross = false;
    double rows = 0;
  };
  /// Nothing where that is not allowed. `rows` are those of each set.
  std::optional<Joining> joining(RelationSet a, double a_rows, RelationSet b, double b_rows);
  /// The share of pairs of rows that the equalities and terms between two sets keep.
  double share_between(RelationSet a, RelationSet b);

 private:
  friend class GraphBuilder;
  double class_share(size_t index, RelationSet a, RelationSet b);
  double correction(EqualColumns& of, size_t i, size_t j) const;
  double combined_share(const std::vector<size_t>& between, RelationSet a, RelationSet b);
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
