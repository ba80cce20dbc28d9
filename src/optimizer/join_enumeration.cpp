// Orders of joins: which sets of relations are joined with which.
#include <algorithm>
#include <bit>
#include <cmath>

#include "optimizer/join_graph.h"

namespace doline {

namespace {

/// More sets than these are not looked at: a star of twelve relations has as many.
constexpr size_t kMostSteps = 20'000;
/// A row that is put into a table costs more than one that looks there for its partners.
constexpr double kBuildCost = 0.6;
constexpr double kProbeCost = 0.1;
/// A pair of rows that is looked at by itself.
constexpr double kPairCost = 0.1;
/// What costs are told apart by, and far from where they are no numbers.
constexpr double kFewestRows = 1e-3;
constexpr double kMostRows = 1e100;

RelationSet lowest(RelationSet set) { return set & (~set + 1); }
/// All relations up to the highest one of `of`, inclusively.
RelationSet up_to(RelationSet of) { return of == 0 ? 0 : (std::bit_floor(of) << 1) - 1; }

class Enumeration {
 public:
  explicit Enumeration(JoinGraph& graph) : graph_(graph), all_(graph.all()) {
    for (size_t i = 0; i < graph_.relations.size(); ++i)
      plans_[RelationSet{1} << i] = {graph_.relations[i].rows, 0, 0, 0, -1};
    collect_edges();
    connect_parts();
  }

  JoinPlans best() {
    if (!by_pairs()) {
      keep_relations();
      if (!greedily()) return {};
      between_neighbours();
    }
    return plans_.contains(all_) ? std::move(plans_) : JoinPlans();
  }

 private:
  // --- The graph's edges.

  /// That sets with `left` in one and `right` in the other may be joined.
  struct Edge {
    RelationSet left, right;
  };

  void add_edge(RelationSet left, RelationSet right) {
    if (std::has_single_bit(left) && std::has_single_bit(right)) {
      neighbours_[std::countr_zero(left)] |= right;
      neighbours_[std::countr_zero(right)] |= left;
    } else {
      edges_.push_back({left, right});
      edges_.push_back({right, left});
    }
  }

  void collect_edges() {
    neighbours_.resize(graph_.relations.size());
    for (const EqualColumns& all : graph_.classes) {
      for (const auto& member : all.members)
        neighbours_[member.relation] |= all.relations & ~(RelationSet{1} << member.relation);
    }
    for (const JoinGraph::Term& term : graph_.terms) {
      if (term.sides[0] && (term.side_relations[0] | term.side_relations[1]) == term.needed) {
        add_edge(term.side_relations[0], term.side_relations[1]);
      } else if (std::popcount(term.needed) == 2) {
        add_edge(lowest(term.needed), term.needed & ~lowest(term.needed));
      }
    }
    for (const JoinGraph::Operator& one : graph_.operators)
      add_edge(one.left_needed, one.right_needed);
  }

  /// Parts that nothing connects are crossed, by their smallest relations.
  void connect_parts() {
    std::vector<RelationSet> parts;
    for (size_t i = 0; i < graph_.relations.size(); ++i) parts.push_back(RelationSet{1} << i);
    const auto unite = [&](RelationSet together) {
      RelationSet all = together;
      std::erase_if(parts, [&](RelationSet part) {
        if ((part & together) == 0) return false;
        all |= part;
        return true;
      });
      parts.push_back(all);
    };
    for (size_t i = 0; i < neighbours_.size(); ++i) unite(neighbours_[i] | RelationSet{1} << i);
    for (const Edge& edge : edges_) unite(edge.left | edge.right);
    // What an operator hides must not be crossed with what is outside.
    for (const JoinGraph::Operator& one : graph_.operators) unite(one.left_tree | one.right_tree);
    std::sort(parts.begin(), parts.end());
    for (size_t i = 1; i < parts.size(); ++i)
      add_edge(smallest_of(parts[i - 1]), smallest_of(parts[i]));
  }
  /// Of those that no operator hides: its right side is joined by itself.
  RelationSet smallest_of(RelationSet part) const {
    for (const JoinGraph::Operator& one : graph_.operators) part &= ~one.right_tree;
    size_t best = graph_.relations.size();
    for (size_t i = 0; i < graph_.relations.size(); ++i) {
      if ((part >> i & 1) == 0) continue;
      if (best == graph_.relations.size() || graph_.relations[i].rows < graph_.relations[best].rows)
        best = i;
    }
    return RelationSet{1} << best;
  }

  RelationSet neighbourhood(RelationSet set, RelationSet excluded) const {
    RelationSet found = 0;
    for (RelationSet rest = set; rest != 0; rest &= rest - 1)
      found |= neighbours_[static_cast<size_t>(std::countr_zero(rest))];
    found &= ~(set | excluded);
    for (const Edge& edge : edges_) {
      if ((edge.left & ~set) != 0 || (edge.right & (set | excluded)) != 0) continue;
      // The lowest stands for all of them, unless one of them leads there by itself.
      if ((edge.right & found) == 0) found |= lowest(edge.right);
    }
    return found;
  }
  bool is_connected(RelationSet a, RelationSet b) const {
    for (RelationSet rest = a; rest != 0; rest &= rest - 1) {
      if ((neighbours_[static_cast<size_t>(std::countr_zero(rest))] & b) != 0) return true;
    }
    return std::any_of(edges_.begin(), edges_.end(), [&](const Edge& edge) {
      return (edge.left & ~a) == 0 && (edge.right & ~b) == 0;
    });
  }

  // --- One join.

  /// Keeps the plan of a and b joined where it is the cheapest of its set. Both have plans.
  bool join(RelationSet a, RelationSet b) {
    const auto joining = graph_.joining(a, b);
    if (!joining) return false;
    const JoinPlan& left = plans_.at(a);
    const JoinPlan& right = plans_.at(b);
    // The rows of a set are those that were found first, however it is joined.
    const auto known = plans_.find(a | b);
    const double rows =
        known != plans_.end() ? known->second.rows : joined_rows(*joining, a, left, b, right);
    const JoinPlan made = planned(a, left, b, right, *joining, rows);
    if (known == plans_.end()) {
      plans_.emplace(a | b, made);
    } else if (made.cost < known->second.cost) {
      known->second = made;
    }
    return true;
  }
  double joined_rows(const JoinGraph::Joining& joining, RelationSet a, const JoinPlan& left,
                     RelationSet b, const JoinPlan& right) {
    return std::clamp(graph_.rows(joining, a, left.rows, b, right.rows), kFewestRows, kMostRows);
  }

  JoinPlan planned(RelationSet a, const JoinPlan& left, RelationSet b, const JoinPlan& right,
                   const JoinGraph::Joining& joining, double rows) const {
    JoinPlan made;
    made.rows = rows;
    made.operator_index = joining.operator_index;
    bool swaps = joining.is_swapped;
    // The larger side streams by; the smaller one is built into a table. What every round of a
    // recursion reads is built once.
    if (joining.operator_index < 0) {
      const bool a_is_again = (a & graph_.again) != 0;
      const bool b_is_again = (b & graph_.again) != 0;
      swaps = a_is_again != b_is_again ? b_is_again : left.rows < right.rows;
    }
    made.left = swaps ? b : a;
    made.right = swaps ? a : b;
    double probed = std::max(1.0, swaps ? right.rows : left.rows);
    double built = std::max(1.0, swaps ? left.rows : right.rows);
    if (joining.operator_index >= 0 && builds_left(probed, built)) std::swap(probed, built);
    made.cost = left.cost + right.cost + std::max(1.0, made.rows) + built * kBuildCost +
                probed * kProbeCost;
    if (joining.is_cross || !has_keys(a, b, joining)) made.cost += probed * built * kPairCost;
    return made;
  }
  bool has_keys(RelationSet a, RelationSet b, const JoinGraph::Joining& joining) const {
    if (joining.operator_index >= 0)
      return !graph_.operators[static_cast<size_t>(joining.operator_index)].left_keys.empty();
    for (const EqualColumns& all : graph_.classes) {
      if ((all.relations & a) != 0 && (all.relations & b) != 0) return true;
    }
    return std::any_of(graph_.terms.begin(), graph_.terms.end(), [&](const JoinGraph::Term& term) {
      if (!term.sides[0]) return false;
      const auto lies = [&](RelationSet one, RelationSet other) {
        return (term.side_relations[0] & ~one) == 0 && (term.side_relations[1] & ~other) == 0;
      };
      return lies(a, b) || lies(b, a);
    });
  }

  // --- All pairs of connected sets: Moerkotte, Neumann: Dynamic Programming Strikes Back.
  // SIGMOD 2008.

  bool by_pairs() {
    for (size_t i = graph_.relations.size(); i-- > 0;) {
      const RelationSet one = RelationSet{1} << i;
      partners_of(one);
      grow(one, up_to(one));
      if (steps_ > kMostSteps) return false;
    }
    return plans_.contains(all_);
  }

  bool is_spent() { return ++steps_ > kMostSteps; }

  /// All sets that can be joined with `set`, none of which holds a relation below its lowest.
  void partners_of(RelationSet set) {
    const RelationSet excluded = set | up_to(lowest(set));
    const RelationSet around = neighbourhood(set, excluded);
    for (RelationSet rest = around; rest != 0 && steps_ <= kMostSteps;) {
      const RelationSet one = std::bit_floor(rest);
      rest &= ~one;
      if (is_spent()) return;
      if (is_connected(set, one)) join(set, one);
      grow_partner(set, one, excluded | (up_to(one) & around));
    }
  }
  void grow_partner(RelationSet set, RelationSet partner, RelationSet excluded) {
    const RelationSet around = neighbourhood(partner, excluded);
    for_subsets(around, [&](RelationSet part) {
      const RelationSet larger = partner | part;
      if (plans_.contains(larger) && is_connected(set, larger)) join(set, larger);
    });
    for_subsets(around,
                [&](RelationSet part) { grow_partner(set, partner | part, excluded | around); });
  }
  void grow(RelationSet set, RelationSet excluded) {
    const RelationSet around = neighbourhood(set, excluded);
    for_subsets(around, [&](RelationSet part) {
      if (plans_.contains(set | part)) partners_of(set | part);
    });
    for_subsets(around, [&](RelationSet part) { grow(set | part, excluded | around); });
  }
  template <class Body>
  void for_subsets(RelationSet of, Body&& body) {
    for (RelationSet part = lowest(of); part != 0; part = (part - of) & of) {
      if (is_spent()) return;
      body(part);
    }
  }

  // --- Too many pairs: the cheapest join next, and then what is better between neighbours.

  void keep_relations() {
    std::erase_if(plans_, [](const auto& entry) { return !std::has_single_bit(entry.first); });
  }

  /// Fegaras: A New Heuristic for Optimizing Large Queries. DEXA 1998.
  bool greedily() {
    std::vector<RelationSet> parts;
    for (size_t i = 0; i < graph_.relations.size(); ++i) parts.push_back(RelationSet{1} << i);
    while (parts.size() > 1) {
      size_t best_a = 0, best_b = 0;
      double best = INFINITY;
      for (size_t a = 0; a < parts.size(); ++a) {
        for (size_t b = a + 1; b < parts.size(); ++b) {
          const JoinPlan& left = plans_.at(parts[a]);
          const JoinPlan& right = plans_.at(parts[b]);
          const auto joining = graph_.joining(parts[a], parts[b]);
          if (!joining) continue;
          if (joining->is_cross && is_hidden_apart(parts[a], parts[b])) continue;
          // Crossed only when there is no other way.
          const double rows = joined_rows(*joining, parts[a], left, parts[b], right);
          double cost = planned(parts[a], left, parts[b], right, *joining, rows).cost - left.cost -
                        right.cost;
          if (joining->is_cross) cost = cost * 1e6 + 1e12;
          if (cost < best) {
            best = cost;
            best_a = a;
            best_b = b;
          }
        }
      }
      if (std::isinf(best)) return false;
      join(parts[best_a], parts[best_b]);
      parts[best_a] |= parts[best_b];
      parts.erase(parts.begin() + static_cast<ptrdiff_t>(best_b));
    }
    return true;
  }
  /// Whether one of them is of an operator's right side, and the other not.
  bool is_hidden_apart(RelationSet a, RelationSet b) const {
    return std::any_of(graph_.operators.begin(), graph_.operators.end(),
                       [&](const JoinGraph::Operator& one) {
                         const auto is_apart = [&](RelationSet in, RelationSet out) {
                           return (in & one.right_tree) != 0 && (in & one.left_tree) == 0 &&
                                  (out & ~one.right_tree) != 0;
                         };
                         return is_apart(a, b) || is_apart(b, a);
                       });
  }

  /// Of the order in which the greedy plan has the relations, the best plan that joins neighbours:
  /// at least as good (after Neumann, Radke: Adaptive Optimization of Very Large Join Queries.
  /// SIGMOD 2018).
  void between_neighbours() {
    std::vector<RelationSet> order;
    in_order(all_, order);
    const size_t count = order.size();
    for (size_t length = 2; length <= count; ++length) {
      for (size_t begin = 0; begin + length <= count; ++begin) {
        RelationSet left = 0, whole = 0;
        for (size_t i = begin; i < begin + length; ++i) whole |= order[i];
        for (size_t cut = begin; cut + 1 < begin + length; ++cut) {
          left |= order[cut];
          const RelationSet right = whole & ~left;
          if (!plans_.contains(left) || !plans_.contains(right)) continue;
          if (!is_connected(left, right)) continue;
          join(left, right);
        }
      }
    }
  }
  void in_order(RelationSet set, std::vector<RelationSet>& order) const {
    const JoinPlan& plan = plans_.at(set);
    if (plan.left == 0) {
      order.push_back(set);
      return;
    }
    in_order(plan.left, order);
    in_order(plan.right, order);
  }

  JoinGraph& graph_;
  const RelationSet all_;
  JoinPlans plans_;
  std::vector<RelationSet> neighbours_;  // of each relation
  std::vector<Edge> edges_;              // both ways; those between more than two relations
  size_t steps_ = 0;
};

}  // namespace

JoinPlans best_join_plans(JoinGraph& graph) { return Enumeration(graph).best(); }

}  // namespace doline
