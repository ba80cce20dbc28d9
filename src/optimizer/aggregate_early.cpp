#include <algorithm>
#include <optional>
#include <set>

#include "optimizer/cost.h"
#include "optimizer/passes.h"
#include "plan/aggregate_parts.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

constexpr double kLeastRows = 20000;  // below this nothing is worth planning
/// Estimates of groups err by more than a little.
constexpr double kMostGroupsPerRow = 0.4;

/// The way from an aggregation down the inputs whose rows it is told of: below each step the rows
/// that have equal values in all columns that are read above fare alike.
class Spine {
 public:
  /// A plan on the way, seen from it.
  struct Place {
    PlanRef plan;
    std::set<uint32_t> columns;                // read above, by keys, joins and filters
    std::vector<AggregateExprRef> aggregates;  // over its output
    /// Filters of aggregates that read what only stands above: over the aggregation's input. Null:
    /// none.
    std::vector<ExprRef> guards;
    size_t joins = 0;  // above
    /// What the joins' filters let come here: no more than comes of any join above.
    double rows = 0;
    double probes = 0;                   // rows that go through the joins above, in all
    std::set<const PlanNode*> by_right;  // joins above whose right side leads here
  };

  explicit Spine(const AggregationNode& aggregation) {
    Place place{aggregation.input, {}, {}, std::vector<ExprRef>(aggregation.aggregates.size())};
    for (const AggregateExprRef& aggregate : aggregation.aggregates) {
      place.aggregates.push_back(with_condition_as_filter(aggregate));
      filters_.push_back(place.aggregates.back()->filter);
    }
    place.rows = estimated_rows(place.plan);
    read(place, aggregation.keys);
    places_.push_back(std::move(place));
    while (std::optional<Place> next = below(places_.back())) places_.push_back(std::move(*next));
  }
  const std::vector<Place>& places() const { return places_; }

 private:
  static void read(Place& place, const std::vector<ExprRef>& exprs) {
    for (const ExprRef& expr : exprs) {
      for (const uint32_t column : columns_of(expr)) place.columns.insert(column);
    }
  }

  std::optional<Place> below(const Place& place) const {
    if (const auto* filter = dynamic_cast<const FilterNode*>(place.plan.get()))
      return below_filter(place, *filter);
    if (const auto* project = dynamic_cast<const ProjectNode*>(place.plan.get()))
      return below_project(place, *project);
    if (const auto* join = dynamic_cast<const JoinNode*>(place.plan.get()))
      return below_join(place, *join);
    return std::nullopt;
  }

  static std::optional<Place> below_filter(Place place, const FilterNode& filter) {
    if (is_volatile(filter.predicate) || any_fails(place.aggregates)) return std::nullopt;
    place.plan = filter.input;
    read(place, {filter.predicate});
    return place;
  }

  static std::optional<Place> below_project(const Place& place, const ProjectNode& project) {
    if (std::any_of(project.exprs.begin(), project.exprs.end(), is_volatile)) return std::nullopt;
    Place next{project.input, {},         {},           place.guards,
               place.joins,   place.rows, place.probes, place.by_right};
    for (const uint32_t column : place.columns) read(next, {project.exprs[column]});
    for (const AggregateExprRef& aggregate : place.aggregates) {
      const ExprRef over = through_projection(aggregate, project.exprs);
      next.aggregates.emplace_back(&static_cast<const AggregateExpr&>(*over));
    }
    return next;
  }

  std::optional<Place> below_join(Place place, const JoinNode& join) const {
    if (join.is_asof() || !join.keeps_left() || (join.residual && is_volatile(join.residual)))
      return std::nullopt;
    const auto width = static_cast<uint32_t>(join.left->schema.size());
    const bool goes_right = join.kind == JoinKind::kLeft &&
                            std::all_of(place.aggregates.begin(), place.aggregates.end(),
                                        [&](const AggregateExprRef& aggregate) {
                                          return is_of_padded_alone(*aggregate, width);
                                        });
    for (size_t i = 0; !goes_right && i < place.aggregates.size(); ++i) {
      AggregateExprRef& aggregate = place.aggregates[i];
      const auto reads_right = [&](const ExprRef& expr) {
        const std::vector<uint32_t> columns = columns_of(expr);
        return !columns.empty() && columns.back() >= width;
      };
      if (aggregate->filter && reads_right(aggregate->filter)) {
        if (is_volatile(aggregate->filter)) return std::nullopt;
        place.guards[i] = filters_[i];
        read(place, {aggregate->filter});
        aggregate = aggregate_of(aggregate->name.c_str(), aggregate->arguments);
      }
      if (reads_right(aggregate)) return std::nullopt;
    }
    if (any_fails(place.aggregates)) return std::nullopt;
    Place next{goes_right ? join.right : join.left, {}, {}, place.guards, place.joins + 1};
    next.rows = std::min(place.rows, estimated_rows(next.plan));
    next.probes = place.probes + next.rows;
    next.by_right = place.by_right;
    if (goes_right) next.by_right.insert(&join);
    const uint32_t begin = goes_right ? width : 0;
    const uint32_t end = goes_right ? ~uint32_t{0} : width;
    for (const AggregateExprRef& aggregate : place.aggregates) {
      const ExprRef over = shift_columns(aggregate, -static_cast<int64_t>(begin));
      next.aggregates.emplace_back(static_cast<const AggregateExpr*>(over.get()));
    }
    const auto read_own = [&](const std::vector<uint32_t>& columns) {
      for (const uint32_t column : columns) {
        if (column >= begin && column < end) next.columns.insert(column - begin);
      }
    };
    read_own({place.columns.begin(), place.columns.end()});
    read(next, goes_right ? join.right_keys : join.left_keys);
    if (join.residual) read_own(columns_of(join.residual));
    return next;
  }

  /// Aggregates that pass over NULLs: sum(CASE WHEN p THEN x END) as sum(x) FILTER (WHERE p).
  static AggregateExprRef with_condition_as_filter(const AggregateExprRef& aggregate) {
    if (aggregate->arguments.size() != 1 || aggregate->filter || aggregate->distinct ||
        !aggregate->order_by.empty() || !AggregateParts::of({aggregate}))
      return aggregate;
    const auto* choice = dynamic_cast<const CaseExpr*>(aggregate->arguments[0].get());
    if (!choice || choice->conditions.size() != 1) return aggregate;
    const auto* otherwise = dynamic_cast<const ConstantExpr*>(choice->otherwise.get());
    if (!otherwise || !otherwise->value.is_null()) return aggregate;
    AggregateExprRef filtered =
        aggregate_of(aggregate->name.c_str(), {choice->results[0]}, choice->conditions[0]);
    return filtered->type == aggregate->type ? filtered : aggregate;
  }

  /// Reads columns from `width` on and takes nothing from a row in which they are all NULL.
  static bool is_of_padded_alone(const AggregateExpr& aggregate, uint32_t width) {
    const std::vector<uint32_t> columns = columns_of(ExprRef(&aggregate));
    return !columns.empty() && !aggregate.arguments.empty() && columns.front() >= width &&
           std::all_of(aggregate.arguments.begin(), aggregate.arguments.end(),
                       [](const ExprRef& argument) { return argument->tag() == NodeTag::kColumn; });
  }

  /// Sums of 128 bits may overflow where rows are in them that a join would have dropped.
  static bool can_fail_on_rows(const AggregateExpr& aggregate) {
    const auto is_unsafe = [](const ExprRef& expr) { return can_fail(expr) || is_volatile(expr); };
    if (aggregate.filter && is_unsafe(aggregate.filter)) return true;
    const bool adds_up = AggregateParts::adds_up(aggregate);
    return std::any_of(aggregate.arguments.begin(), aggregate.arguments.end(),
                       [&](const ExprRef& argument) {
                         return is_unsafe(argument) ||
                                (adds_up && argument->type->physical() == PhysicalType::kInt128);
                       });
  }

  /// A join or a filter may drop the rows on which it would.
  static bool any_fails(const std::vector<AggregateExprRef>& aggregates) {
    return std::any_of(aggregates.begin(), aggregates.end(), [](const AggregateExprRef& aggregate) {
      return can_fail_on_rows(*aggregate);
    });
  }

  std::vector<ExprRef> filters_;  // of the aggregates, over the aggregation's input
  std::vector<Place> places_;     // from the aggregation down
};

/// The plan above a place made anew over groups of the place's rows: of its columns those that are
/// read, and behind them, before those of what is right of it, the parts.
class Rebuilding {
 public:
  static constexpr uint32_t kGone = ~uint32_t{0};
  struct Made {
    PlanRef plan;
    std::vector<uint32_t> map;  // where a column of the old plan is now, or kGone
    uint32_t parts = 0;         // where the parts begin
  };

  Rebuilding(const Spine::Place& place, const AggregateParts& parts)
      : place_(place), parts_(parts) {}

  Made over(const PlanRef& plan) const {
    if (plan.get() == place_.plan.get()) return grouped();
    if (const auto* filter = dynamic_cast<const FilterNode*>(plan.get())) {
      Made input = over(filter->input);
      input.plan = FilterNode::create(input.plan, remap_columns(filter->predicate, input.map));
      return input;
    }
    if (const auto* project = dynamic_cast<const ProjectNode*>(plan.get()))
      return projected(*project);
    return joined(static_cast<const JoinNode&>(*plan));
  }

 private:
  Made grouped() const {
    std::vector<ExprRef> keys;
    std::vector<std::string> names;
    Made made{nullptr, std::vector<uint32_t>(place_.plan->schema.size(), kGone)};
    for (const uint32_t column : place_.columns) {
      made.map[column] = static_cast<uint32_t>(keys.size());
      keys.push_back(output_column(place_.plan, column));
      names.push_back(place_.plan->schema[column].name);
    }
    made.parts = static_cast<uint32_t>(keys.size());
    made.plan =
        AggregationNode::create(place_.plan, std::move(keys), std::move(names), parts_.parts(),
                                std::vector<std::string>(parts_.parts().size(), "part"));
    return made;
  }

  Made projected(const ProjectNode& project) const {
    const Made input = over(project.input);
    Made made{nullptr, std::vector<uint32_t>(project.exprs.size(), kGone)};
    std::vector<ExprRef> exprs;
    std::vector<std::string> names;
    for (uint32_t i = 0; i < project.exprs.size(); ++i) {
      const std::vector<uint32_t> columns = columns_of(project.exprs[i]);
      if (std::any_of(columns.begin(), columns.end(),
                      [&](uint32_t column) { return input.map[column] == kGone; }))
        continue;
      made.map[i] = static_cast<uint32_t>(exprs.size());
      exprs.push_back(remap_columns(project.exprs[i], input.map));
      names.push_back(project.names[i]);
    }
    made.parts = static_cast<uint32_t>(exprs.size());
    for (uint32_t i = 0; i < parts_.parts().size(); ++i) {
      exprs.push_back(output_column(input.plan, input.parts + i));
      names.emplace_back("part");
    }
    made.plan = ProjectNode::create(input.plan, std::move(exprs), std::move(names));
    return made;
  }

  Made joined(const JoinNode& join) const {
    if (place_.by_right.contains(&join)) return joined_right(join);
    Made left = over(join.left);
    const auto width = static_cast<uint32_t>(left.plan->schema.size());
    std::vector<uint32_t> both = left.map;
    for (uint32_t i = 0; i < join.right->schema.size(); ++i) both.push_back(width + i);
    std::vector<ExprRef> keys;
    for (const ExprRef& key : join.left_keys) keys.push_back(remap_columns(key, left.map));
    const ExprRef residual = join.residual ? remap_columns(join.residual, both) : nullptr;
    // A mark stands where the right columns would begin.
    both.resize(join.schema.size());
    return {JoinNode::create(left.plan, join.right, join.kind, std::move(keys), join.right_keys,
                             residual, join.null_aware, join.nulls_equal),
            std::move(both), left.parts};
  }

  Made joined_right(const JoinNode& join) const {
    const Made right = over(join.right);
    const auto width = static_cast<uint32_t>(join.left->schema.size());
    std::vector<uint32_t> both;
    for (uint32_t i = 0; i < width; ++i) both.push_back(i);
    for (const uint32_t at : right.map) both.push_back(at == kGone ? kGone : width + at);
    std::vector<ExprRef> keys;
    for (const ExprRef& key : join.right_keys) keys.push_back(remap_columns(key, right.map));
    const ExprRef residual = join.residual ? remap_columns(join.residual, both) : nullptr;
    return {JoinNode::create(join.left, right.plan, join.kind, join.left_keys, std::move(keys),
                             residual, join.null_aware, join.nulls_equal),
            std::move(both), width + right.parts};
  }

  const Spine::Place& place_;
  const AggregateParts& parts_;
};

/// Nanoseconds that grouping at the place spares. Negative: it costs more than it spares.
double saving(const AggregationNode& aggregation, const Spine::Place& place,
              const AggregateParts& parts) {
  if (place.rows < kLeastRows) return -1;
  std::vector<ExprRef> keys;
  for (const uint32_t column : place.columns) {
    keys.push_back(output_column(place.plan, column));
    // Of equal values one stands for all.
    if (!equal_means_same(keys.back()->type)) return -1;
  }
  const double share =
      EstimateScope::current().combinations(place.plan, keys) / estimated_rows(place.plan);
  if (share > kMostGroupsPerRow) return -1;
  const double above =
      kProbeCost * place.probes +
      grouping_cost(aggregation.input, aggregation.keys, aggregation.aggregates.size()) *
          estimated_rows(aggregation.input);
  return (1 - share) * above - grouping_cost(place.plan, keys, parts.parts().size()) * place.rows;
}

PlanRef grouped_early(const AggregationNode& aggregation) {
  // What is drawn for a row is not to be drawn for a group of them.
  if (aggregation.aggregates.empty() || !AggregateParts::of(aggregation.aggregates) ||
      std::any_of(aggregation.keys.begin(), aggregation.keys.end(), is_volatile))
    return nullptr;
  const Spine spine(aggregation);
  const Spine::Place* best = nullptr;
  std::optional<AggregateParts> below;
  double most = 0;
  for (const Spine::Place& place : spine.places()) {
    // Without keys there would be a group of no rows.
    if (place.joins == 0 || place.columns.empty()) continue;
    std::optional<AggregateParts> parts = AggregateParts::of(place.aggregates, place.guards);
    ASSERT(parts);
    const double spared = saving(aggregation, place, *parts);
    if (spared <= most) continue;
    most = spared;
    best = &place;
    below = std::move(parts);
  }
  if (!best) return nullptr;
  const Rebuilding::Made made = Rebuilding(*best, *below).over(aggregation.input);
  std::vector<ExprRef> keys;
  for (const ExprRef& key : aggregation.keys) keys.push_back(remap_columns(key, made.map));
  const auto width = static_cast<uint32_t>(keys.size());
  const auto guard = [&](const ExprRef& expr) { return remap_columns(expr, made.map); };
  std::vector<AggregateExprRef> combined = below->combined(made.plan, made.parts, guard);
  std::vector<std::string> names(combined.size(), "part");
  const PlanRef groups = AggregationNode::create(made.plan, std::move(keys), aggregation.key_names,
                                                 std::move(combined), std::move(names));
  std::vector<ExprRef> exprs = output_columns(groups, 0, width);
  for (ExprRef& result : below->results(groups, width)) exprs.push_back(std::move(result));
  return ProjectNode::create(groups, std::move(exprs), names_of(aggregation.schema));
}

}  // namespace

PlanRef aggregate_early(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* aggregation = dynamic_cast<const AggregationNode*>(node.get());
    return aggregation ? grouped_early(*aggregation) : nullptr;
  });
}

}  // namespace doline
