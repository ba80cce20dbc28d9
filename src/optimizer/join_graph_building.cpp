// From a tree of joins to a join graph.
#include <algorithm>
#include <bit>
#include <functional>

#include "optimizer/join_graph.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"

namespace doline {

namespace {

bool contains(RelationSet set, RelationSet part) { return (part & ~set) == 0; }

// Which pairs of joins may change places, e1 to e3 being what they join. Moerkotte and others,
// table 2; kCross is kInner. Always (e1 A e2) B e3 = (e1 B e3) A e2, where A and B are about e1.

/// (e1 A e2) B e3 = e1 A (e2 B e3).
bool is_associative(JoinKind a, JoinKind b, bool b_rejects_null) {
  if (a == JoinKind::kInner) return true;
  return a == JoinKind::kLeft && b == JoinKind::kLeft && b_rejects_null;
}
/// e1 A (e2 B e3) = e2 B (e1 A e3).
bool is_right_asscom(JoinKind a, JoinKind b) {
  return a == JoinKind::kInner && b == JoinKind::kInner;
}

}  // namespace

/// Takes a tree of joins apart.
class GraphBuilder {
 public:
  GraphBuilder(JoinGraph& graph, const std::function<PlanRef(const PlanRef&)>& inner)
      : graph_(graph), inner_(inner) {}

  void build(const PlanRef& plan) {
    Part root = flatten(plan, 0);
    graph_.outputs = std::move(root.columns);
    collect_classes();
    place_single_terms();
    estimate();
  }

  /// How many relations the tree has.
  static size_t count(const PlanRef& plan, bool is_root_region) {
    switch (shape_of(plan, is_root_region)) {
      case Shape::kInner:
        return count(plan->children()[0], is_root_region) +
               count(plan->children()[1], is_root_region);
      case Shape::kOperator:
        return count(plan->children()[0], is_root_region) + count(plan->children()[1], false);
      case Shape::kFilter:
      case Shape::kColumns:
        return count(plan->children()[0], is_root_region);
      case Shape::kRelation:
        return 1;
    }
    return 1;
  }

 private:
  enum class Shape : uint8_t { kInner, kOperator, kFilter, kColumns, kRelation };

  static bool asks_of_values_alone(const ExprRef& expr) {
    return !expr || (!is_volatile(expr) && !can_fail(expr));
  }

  static Shape shape_of(const PlanRef& plan, bool is_root_region) {
    if (const auto* join = dynamic_cast<const JoinNode*>(plan.get())) {
      // What changes from call to call is asked of the pairs it was written for.
      const bool is_steady =
          (!join->residual || !is_volatile(join->residual)) &&
          std::none_of(join->left_keys.begin(), join->left_keys.end(), is_volatile) &&
          std::none_of(join->right_keys.begin(), join->right_keys.end(), is_volatile);
      if (join->is_asof() || join->null_aware || !is_steady) return Shape::kRelation;
      switch (join->kind) {
        case JoinKind::kInner:
        case JoinKind::kCross:
          return Shape::kInner;
        case JoinKind::kLeft:
        case JoinKind::kSemi:
        case JoinKind::kAnti:
          return Shape::kOperator;
        case JoinKind::kRight:
        case JoinKind::kFull:
        case JoinKind::kMark:
        case JoinKind::kPositional:
        case JoinKind::kRightSemi:
        case JoinKind::kRightAnti:
          return Shape::kRelation;
      }
    }
    // A filter of rows that may come out of an outer join alone has its place below that.
    if (const auto* filter = dynamic_cast<const FilterNode*>(plan.get());
        filter && is_root_region && asks_of_values_alone(filter->predicate))
      return holds_join(filter->input) ? Shape::kFilter : Shape::kRelation;
    if (const auto* project = dynamic_cast<const ProjectNode*>(plan.get())) {
      const bool is_plain =
          std::all_of(project->exprs.begin(), project->exprs.end(),
                      [](const ExprRef& expr) { return expr->tag() == NodeTag::kColumn; });
      return is_plain && holds_join(project->input) ? Shape::kColumns : Shape::kRelation;
    }
    return Shape::kRelation;
  }
  static bool holds_join(const PlanRef& plan) {
    const PlanNode* node = plan.get();
    while (node->tag() == NodeTag::kFilter || node->tag() == NodeTag::kProject) {
      node = node->tag() == NodeTag::kFilter ? static_cast<const FilterNode*>(node)->input.get()
                                             : static_cast<const ProjectNode*>(node)->input.get();
    }
    return node->tag() == NodeTag::kJoin;
  }

  /// A join as it was written.
  struct Written {
    JoinKind kind;
    RelationSet left_tree, right_tree, read;
    bool rejects_null;  // where its left side's columns are NULL it matches nothing
  };
  struct Part {
    std::vector<uint32_t> columns;  // of its output, over all relations
    RelationSet tree = 0;
    std::vector<size_t> below;  // its joins, of written_
  };
  /// What an inner join or filter asks, until it is known what has to be there.
  struct Asked {
    ExprRef expr;
    bool nulls_equal;
    uint32_t region;
    std::vector<JoinGraph::Rule> rules;
  };

  Part flatten(const PlanRef& plan, uint32_t region) {
    switch (shape_of(plan, region == 0)) {
      case Shape::kInner:
        return inner_join(static_cast<const JoinNode&>(*plan), region);
      case Shape::kOperator:
        return operator_join(static_cast<const JoinNode&>(*plan), region);
      case Shape::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(*plan);
        Part part = flatten(filter.input, region);
        for (const ExprRef& term : conjuncts_of(filter.predicate)) {
          const ExprRef moved = remap_columns(term, part.columns);
          asked_.push_back({moved, false, region, rules_of(JoinKind::kInner, false, part, {})});
        }
        return part;
      }
      case Shape::kColumns: {
        const auto& project = static_cast<const ProjectNode&>(*plan);
        Part part = flatten(project.input, region);
        std::vector<uint32_t> columns;
        for (const ExprRef& expr : project.exprs)
          columns.push_back(part.columns[static_cast<const ColumnExpr&>(*expr).index]);
        part.columns = std::move(columns);
        return part;
      }
      case Shape::kRelation:
        break;
    }
    Part part;
    part.tree = RelationSet{1} << graph_.relations.size();
    for (uint32_t i = 0; i < plan->schema.size(); ++i) part.columns.push_back(width_ + i);
    JoinGraph::Relation relation;
    relation.plan = inner_(plan);
    if (working_.any(relation.plan)) graph_.again |= part.tree;
    relation.first_column = width_;
    graph_.relations.push_back(std::move(relation));
    regions_.push_back(region);
    width_ += static_cast<uint32_t>(plan->schema.size());
    return part;
  }

  Part inner_join(const JoinNode& join, uint32_t region) {
    Part left = flatten(join.left, region);
    Part right = flatten(join.right, region);
    const std::vector<JoinGraph::Rule> rules = rules_of(JoinKind::kInner, false, left, right);
    std::vector<uint32_t> both = left.columns;
    both.insert(both.end(), right.columns.begin(), right.columns.end());
    RelationSet read = 0;
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      const ExprRef a = remap_columns(join.left_keys[i], left.columns);
      const ExprRef b = remap_columns(join.right_keys[i], right.columns);
      read |= graph_.relations_of(a) | graph_.relations_of(b);
      asked_.push_back({CallExpr::create(join.nulls_equal ? "is_not_distinct_from" : "=", {a, b}),
                        join.nulls_equal, region, rules});
    }
    if (join.residual) {
      for (const ExprRef& term : conjuncts_of(join.residual)) {
        asked_.push_back({remap_columns(term, both), false, region, rules});
        read |= graph_.relations_of(asked_.back().expr);
      }
    }
    return joined({JoinKind::kInner, left.tree, right.tree, read, false}, std::move(left),
                  std::move(right), std::move(both));
  }

  Part operator_join(const JoinNode& join, uint32_t region) {
    Part left = flatten(join.left, region);
    Part right = flatten(join.right, ++last_region_);
    JoinGraph::Operator made;
    made.kind = join.kind;
    made.nulls_equal = join.nulls_equal;
    std::vector<uint32_t> both = left.columns;
    both.insert(both.end(), right.columns.begin(), right.columns.end());
    RelationSet read = 0;
    bool rejects_null = false;
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      made.left_keys.push_back(remap_columns(join.left_keys[i], left.columns));
      made.right_keys.push_back(remap_columns(join.right_keys[i], right.columns));
      read |= graph_.relations_of(made.left_keys[i]) | graph_.relations_of(made.right_keys[i]);
      rejects_null |= !join.nulls_equal && join.left_keys[i]->tag() == NodeTag::kColumn;
    }
    // Of several keys one may be of a relation that is not NULL there.
    rejects_null &= join.left_keys.size() == 1;
    if (join.residual) {
      made.residual = remap_columns(join.residual, both);
      read |= graph_.relations_of(made.residual);
    }
    made.left_tree = left.tree;
    made.right_tree = right.tree;
    made.left_needed = read & left.tree;
    made.right_needed = read & right.tree;
    if (made.left_needed == 0) made.left_needed = left.tree;
    if (made.right_needed == 0) made.right_needed = right.tree;
    made.rules = rules_of(join.kind, rejects_null, left, right);
    graph_.operators.push_back(std::move(made));
    std::vector<uint32_t> columns = join.kind == JoinKind::kLeft ? std::move(both) : left.columns;
    return joined({join.kind, left.tree, right.tree, read, rejects_null}, std::move(left),
                  std::move(right), std::move(columns));
  }

  Part joined(Written written, Part left, Part right, std::vector<uint32_t> columns) {
    Part part;
    part.columns = std::move(columns);
    part.tree = left.tree | right.tree;
    part.below = std::move(left.below);
    part.below.insert(part.below.end(), right.below.begin(), right.below.end());
    part.below.push_back(written_.size());
    written_.push_back(written);
    return part;
  }

  /// What has to be there before a join over these parts is done.
  std::vector<JoinGraph::Rule> rules_of(JoinKind kind, bool rejects_null, const Part& left,
                                        const Part& right) const {
    std::vector<JoinGraph::Rule> rules;
    const auto add = [&](const Written& of, RelationSet any, RelationSet all) {
      if ((all & of.read) != 0) all &= of.read;
      rules.push_back({any, all});
    };
    for (const size_t index : left.below) {
      const Written& below = written_[index];
      if (!is_associative(below.kind, kind, rejects_null))
        add(below, below.right_tree, below.left_tree);
    }
    for (const size_t index : right.below) {
      const Written& below = written_[index];
      if (!is_associative(kind, below.kind, below.rejects_null))
        add(below, below.left_tree, below.right_tree);
      if (!is_right_asscom(kind, below.kind)) add(below, below.right_tree, below.left_tree);
    }
    return rules;
  }

  /// Equalities of plain columns that the join is not alone with: between relations whose rows are
  /// there wherever the equality is asked for.
  bool makes_equal(const Asked& asked) const {
    const auto* call = dynamic_cast<const CallExpr*>(asked.expr.get());
    if (!call || call->name != "=" || call->arguments.size() != 2) return false;
    const auto* a = dynamic_cast<const ColumnExpr*>(call->arguments[0].get());
    const auto* b = dynamic_cast<const ColumnExpr*>(call->arguments[1].get());
    if (!a || !b || a->type != b->type) return false;
    const uint32_t left = graph_.relation_of(a->index);
    const uint32_t right = graph_.relation_of(b->index);
    return left != right && regions_[left] == asked.region && regions_[right] == asked.region;
  }

  void collect_classes() {
    std::vector<uint32_t> parent(width_);
    for (uint32_t i = 0; i < width_; ++i) parent[i] = i;
    const auto root = [&](uint32_t column) {
      while (parent[column] != column) column = parent[column] = parent[parent[column]];
      return column;
    };
    std::vector<Asked> others;
    for (Asked& asked : asked_) {
      if (!makes_equal(asked)) {
        others.push_back(std::move(asked));
        continue;
      }
      const auto& call = static_cast<const CallExpr&>(*asked.expr);
      const uint32_t a = root(static_cast<const ColumnExpr&>(*call.arguments[0]).index);
      const uint32_t b = root(static_cast<const ColumnExpr&>(*call.arguments[1]).index);
      parent[std::max(a, b)] = std::min(a, b);
    }
    asked_ = std::move(others);
    std::unordered_map<uint32_t, size_t> by_root;
    std::vector<bool> is_parent(width_);
    for (uint32_t i = 0; i < width_; ++i) is_parent[root(i)] = is_parent[root(i)] || root(i) != i;
    for (uint32_t i = 0; i < width_; ++i) {
      if (!is_parent[root(i)]) continue;
      const auto [at, added] = by_root.emplace(root(i), graph_.classes.size());
      if (added) graph_.classes.emplace_back();
      EqualColumns& all = graph_.classes[at->second];
      const uint32_t relation = graph_.relation_of(i);
      const RelationSet bit = RelationSet{1} << relation;
      if ((all.relations & bit) != 0) {
        // Two columns of one relation: it alone can say that they are equal.
        const uint32_t first = all.members.back().column;
        filter_relation(relation, CallExpr::create("=", {column(first), column(i)}));
        continue;
      }
      all.members.push_back({relation, i, 1});
      all.relations |= bit;
    }
  }

  ExprRef column(uint32_t index) const {
    const JoinGraph::Relation& of = graph_.relations[graph_.relation_of(index)];
    const Field& field = of.plan->schema[index - of.first_column];
    return ColumnExpr::create(index, field.type, field.name);
  }
  void filter_relation(uint32_t relation, const ExprRef& term) {
    JoinGraph::Relation& of = graph_.relations[relation];
    of.plan = filtered(of.plan, {shift_columns(term, -int64_t{of.first_column})});
  }

  /// Terms over one relation are its filters; the others wait for theirs.
  void place_single_terms() {
    for (Asked& asked : asked_) {
      JoinGraph::Term term;
      term.needed = graph_.relations_of(asked.expr);
      for (bool grew = true; grew;) {
        grew = false;
        for (const JoinGraph::Rule& rule : asked.rules) {
          if ((rule.any & term.needed) == 0 || contains(term.needed, rule.all)) continue;
          term.needed |= rule.all;
          grew = true;
        }
      }
      if (term.needed == 0) {
        // It holds of all rows of its inner joins, or of none.
        const auto first = std::find(regions_.begin(), regions_.end(), asked.region);
        filter_relation(static_cast<uint32_t>(first - regions_.begin()), asked.expr);
        continue;
      }
      if (std::has_single_bit(term.needed)) {
        filter_relation(static_cast<uint32_t>(std::countr_zero(term.needed)), asked.expr);
        continue;
      }
      term.expr = asked.expr;
      term.nulls_equal = asked.nulls_equal;
      const auto* call = dynamic_cast<const CallExpr*>(asked.expr.get());
      if (call && call->arguments.size() == 2 &&
          (call->name == "=" || call->name == "is_not_distinct_from")) {
        const RelationSet a = graph_.relations_of(call->arguments[0]);
        const RelationSet b = graph_.relations_of(call->arguments[1]);
        if (a != 0 && b != 0 && (a & b) == 0) {
          for (size_t side = 0; side < 2; ++side) {
            term.sides[side] = call->arguments[side];
            term.side_relations[side] = side == 0 ? a : b;
          }
          term.nulls_equal = call->name != "=";
        }
      }
      graph_.terms.push_back(std::move(term));
    }
  }

  /// Over the columns of one relation; 0 where it reads others.
  double distinct_values(const ExprRef& expr) const {
    const RelationSet read = graph_.relations_of(expr);
    if (!std::has_single_bit(read)) return 0;
    const JoinGraph::Relation& of = graph_.relations[static_cast<size_t>(std::countr_zero(read))];
    return EstimateScope::current().distinct(of.plan,
                                             shift_columns(expr, -int64_t{of.first_column}));
  }

  void estimate() {
    Estimates& estimates = EstimateScope::current();
    for (const EqualColumns& all : graph_.classes) {
      if (!graph_.has_orders()) break;
      for (const auto& member : all.members) {
        const JoinGraph::Relation& of = graph_.relations[member.relation];
        estimates.want(of.plan, member.column - of.first_column);
      }
    }
    for (JoinGraph::Relation& relation : graph_.relations) {
      relation.rows = std::max(1e-3, estimates.rows(relation.plan));
      relation.all_rows = std::max(relation.rows, estimates.all_rows(relation.plan));
    }
    for (EqualColumns& all : graph_.classes) {
      for (auto& member : all.members) member.distinct = distinct_values(column(member.column));
    }
    PlanRef side_by_side;
    const auto share_of = [&](const ExprRef& term) {
      if (!side_by_side) {
        side_by_side = graph_.relations[0].plan;
        for (size_t i = 1; i < graph_.relations.size(); ++i)
          side_by_side =
              JoinNode::create(side_by_side, graph_.relations[i].plan, JoinKind::kCross, {}, {});
      }
      return estimates.selectivity(side_by_side, conjuncts_of(term));
    };
    for (JoinGraph::Term& term : graph_.terms) {
      if (!term.sides[0]) {
        term.share = share_of(term.expr);
        continue;
      }
      const double values =
          std::max(distinct_values(term.sides[0]), distinct_values(term.sides[1]));
      term.share = values > 0 ? 1 / values : 0.001;
    }
    for (JoinGraph::Operator& one : graph_.operators) {
      for (size_t i = 0; i < one.left_keys.size(); ++i) {
        one.values_left *= std::max(1.0, distinct_values(one.left_keys[i]));
        one.values_right *= std::max(1.0, distinct_values(one.right_keys[i]));
      }
      if (one.residual) one.residual_share = share_of(one.residual);
    }
  }

  JoinGraph& graph_;
  const std::function<PlanRef(const PlanRef&)>& inner_;
  uint32_t width_ = 0;
  uint32_t last_region_ = 0;
  WorkingTables working_;
  std::vector<uint32_t>
      regions_;  // of each relation: 0, or the operator's whose right side it is in
  std::vector<Written> written_;
  std::vector<Asked> asked_;
};

std::optional<JoinGraph> JoinGraph::of(const PlanRef& plan,
                                       const std::function<PlanRef(const PlanRef&)>& inner) {
  const size_t count = GraphBuilder::count(plan, true);
  if (count < 2 || count > kMostRelations) return std::nullopt;
  JoinGraph graph;
  GraphBuilder(graph, inner).build(plan);
  return graph;
}

}  // namespace doline
