// GROUP BY: keys, grouping sets, and what the rest of the SELECT reads of the groups.

#include <algorithm>

#include "bind/select_binder.h"
#include "expr/each_input.h"
#include "plan/aggregate_parts.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Whether the expression makes its query a grouped one. A window call's own aggregate does not;
/// one inside it does.
bool asks_for_groups(const ExprRef& expr) {
  if (expr->tag() == NodeTag::kAggregate) return true;
  const Expr* own = expr->tag() == NodeTag::kWindow
                        ? static_cast<const WindowExpr&>(*expr).aggregate.get()
                        : nullptr;
  bool found = false;
  const auto look = [&](const ExprRef& input) {
    found = found || (input.get() != own && asks_for_groups(input));
  };
  if (own) each_input(*own, look);
  each_input(*expr, look);
  return found;
}

bool has_grouping(const ExprRef& expr) {
  bool found = false;
  visit(expr, [&](const Expr& at) { found |= dynamic_cast<const GroupingExpr*>(&at) != nullptr; });
  return found;
}

}  // namespace

void SelectBinder::bind_groups() {
  is_grouped_ = having_ || node_.group_by_all || !node_.group_by.empty();
  for_each_pending([&](ExprRef& expr) { is_grouped_ |= asks_for_groups(expr); });
  if (!node_.group_by_all) return bind_grouping_sets();
  for (const Item& item : items_) {
    if (!item.is_hidden && !contains(item.expr, NodeTag::kAggregate) && !has_grouping(item.expr))
      add_group_key(item.expr);
  }
  GroupingSet all;
  for (uint32_t i = 0; i < groups_.size(); ++i) all.push_back(i);
  sets_ = {all};
}

ExprRef SelectBinder::group_key(const sql::Expression& node) {
  if (const auto* literal = node.get_if<sql::Literal>();
      literal && literal->literal == sql::LiteralKind::kInteger) {
    const size_t position = std::strtoull(literal->text.c_str(), nullptr, 10);
    if (position == 0 || position > items_.size() || items_[position - 1].is_hidden) {
      throw Error(ErrorCode::kBind, node.span, "GROUP BY {}: the list has {} column{}",
                  literal->text, items_.size(), items_.size() == 1 ? "" : "s");
    }
    return items_[position - 1].expr;
  }
  ExprContext group_by = context("GROUP BY");
  group_by.unnest = true;
  return binder_.expression(node, group_by);
}

void SelectBinder::add_group_key(const ExprRef& written) {
  key_values_.push_back(without_names(written));
  // What aggregates and other keys read by the names is what is grouped by.
  groups_.push_back(without_names(with_names_settled(written, settled_names_)));
}

std::optional<uint32_t> SelectBinder::group_key_meant(const ExprRef& written) const {
  const ExprRef value = without_names(written);
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    if (equal(*groups_[i], *value) || equal(*key_values_[i], *value)) return i;
  }
  return std::nullopt;
}

SelectBinder::GroupingSet SelectBinder::grouping_set(
    const std::vector<sql::ExpressionRef>& expressions) {
  GroupingSet set;
  for (const auto& expression : expressions) {
    const ExprRef key = group_key(*expression);
    const std::optional<uint32_t> known = group_key_meant(key);
    set.push_back(known.value_or(static_cast<uint32_t>(groups_.size())));
    if (!known) add_group_key(key);
  }
  return set;
}

namespace {

/// A pipeline each: more than anybody writes by hand, less than what takes minutes to plan.
constexpr size_t kMostSets = 4096;

void check_count(size_t count, SourceSpan span) {
  if (count > kMostSets)
    throw Error(ErrorCode::kBind, span, "GROUP BY makes more than {} grouping sets", kMostSets);
}

}  // namespace

std::vector<SelectBinder::GroupingSet> SelectBinder::grouping_sets(
    const sql::GroupingElement& element) {
  std::vector<GroupingSet> sets;
  if (element.grouping == sql::GroupingKind::kExpressions)
    return {grouping_set(element.expressions)};
  if (element.grouping == sql::GroupingKind::kSets) {
    for (const auto& inner : element.elements) {
      for (GroupingSet& set : grouping_sets(inner)) sets.push_back(std::move(set));
    }
    check_count(sets.size(), node_.span);
    return sets;
  }
  std::vector<GroupingSet> parts;
  for (const auto& inner : element.elements) parts.push_back(grouping_set(inner.expressions));
  const auto together = [&](auto&& is_in) {
    GroupingSet set;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (is_in(i)) set.insert(set.end(), parts[i].begin(), parts[i].end());
    }
    sets.push_back(std::move(set));
  };
  if (element.grouping == sql::GroupingKind::kRollup) {
    for (size_t length = parts.size() + 1; length-- > 0;)
      together([&](size_t i) { return i < length; });
    return sets;
  }
  constexpr size_t kMostParts = 12;
  check_count(parts.size() > kMostParts ? kMostSets + 1 : 0, node_.span);
  for (size_t left_out = 0; left_out < size_t{1} << parts.size(); ++left_out)
    together([&](size_t i) { return (left_out >> (parts.size() - 1 - i) & 1) == 0; });
  return sets;
}

void SelectBinder::bind_grouping_sets() {
  // Elements side by side: each set of one with each of the next.
  sets_ = {{}};
  for (const sql::GroupingElement& element : node_.group_by) {
    const std::vector<GroupingSet> next = grouping_sets(element);
    check_count(sets_.size() * next.size(), node_.span);
    std::vector<GroupingSet> pairs;
    for (const GroupingSet& first : sets_) {
      for (const GroupingSet& second : next) {
        GroupingSet both = first;
        both.insert(both.end(), second.begin(), second.end());
        pairs.push_back(std::move(both));
      }
    }
    sets_ = std::move(pairs);
  }
  for (GroupingSet& set : sets_) {
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
  }
  // The finest first: coarser groups may be made of its groups.
  std::sort(sets_.begin(), sets_.end(), [](const GroupingSet& a, const GroupingSet& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
}

namespace {

/// The groups of one set after the other, over the same rows.
class SetGroups {
 public:
  SetGroups(PlanRef input, std::vector<ExprRef> keys, std::vector<std::string> key_names,
            const std::vector<AggregateExprRef>& aggregates, bool may_combine)
      : input_(std::move(input)),
        keys_(std::move(keys)),
        key_names_(std::move(key_names)),
        aggregates_(aggregates),
        parts_(may_combine ? AggregateParts::of(aggregates) : std::nullopt) {}

  /// Keys of the set, then what results() reads.
  PlanRef of(const std::vector<uint32_t>& set) {
    std::vector<std::string> names;
    for (uint32_t key : set) names.push_back(key_names_[key]);
    // From the narrowest set so far that has all these keys.
    const Done* finer = nullptr;
    for (const Done& known : done_) {
      const bool has_all =
          std::includes(known.set.begin(), known.set.end(), set.begin(), set.end());
      if (has_all && (!finer || known.set.size() < finer->set.size())) finer = &known;
    }
    std::vector<ExprRef> keys;
    for (uint32_t key : set) {
      if (!finer) {
        keys.push_back(keys_[key]);
        continue;
      }
      const auto at = std::find(finer->set.begin(), finer->set.end(), key) - finer->set.begin();
      keys.push_back(output_column(finer->groups, static_cast<uint32_t>(at)));
    }
    std::vector<AggregateExprRef> aggregates = parts_ ? parts_->parts() : aggregates_;
    if (finer)
      aggregates = parts_->combined(finer->groups, static_cast<uint32_t>(finer->set.size()));
    std::vector<std::string> part_names(aggregates.size(), "part");
    PlanRef groups =
        AggregationNode::create(finer ? finer->groups : input_, std::move(keys), std::move(names),
                                std::move(aggregates), std::move(part_names));
    if (!parts_) return groups;
    done_.push_back({set, SharedInputNode::create(std::move(groups), "groups")});
    return done_.back().groups;
  }

  /// The aggregates, over groups of() made, behind `width` keys.
  std::vector<ExprRef> results(const PlanRef& groups, uint32_t width) const {
    if (parts_) return parts_->results(groups, width);
    std::vector<ExprRef> out;
    for (uint32_t i = 0; i < aggregates_.size(); ++i)
      out.push_back(output_column(groups, width + i));
    return out;
  }

 private:
  struct Done {
    std::vector<uint32_t> set;
    PlanRef groups;
  };
  const PlanRef input_;
  const std::vector<ExprRef> keys_;
  const std::vector<std::string> key_names_;
  const std::vector<AggregateExprRef>& aggregates_;
  const std::optional<AggregateParts> parts_;  // nothing: each set is grouped from the rows
  std::vector<Done> done_;
};

}  // namespace

PlanRef SelectBinder::grouped(std::vector<ExprRef> keys, const std::vector<std::string>& key_names,
                              const std::vector<AggregateExprRef>& aggregates,
                              const std::vector<std::string>& aggregate_names) {
  if (sets_.size() == 1 && groupings_.empty())
    return AggregationNode::create(plan_, std::move(keys), key_names, aggregates, aggregate_names);
  PlanRef input = plan_;
  if (sets_.size() > 1) {
    // Keys are computed once, and what every set reads is kept.
    const auto width = static_cast<uint32_t>(input->schema.size());
    input = SharedInputNode::create(with_columns(input, keys, "key"), "grouped");
    for (uint32_t i = 0; i < keys.size(); ++i) keys[i] = output_column(input, width + i);
  }
  SetGroups set_groups(input, keys, key_names, aggregates, sets_.size() > 1);
  std::vector<PlanRef> branches;
  for (const GroupingSet& set : sets_) {
    const PlanRef groups = set_groups.of(set);
    const auto width = static_cast<uint32_t>(set.size());
    const auto place_of = [&](uint32_t key) { return std::find(set.begin(), set.end(), key); };
    std::vector<ExprRef> exprs;
    for (uint32_t key = 0; key < keys.size(); ++key) {
      const auto found = place_of(key);
      exprs.push_back(found == set.end()
                          ? ConstantExpr::create(Value::null(keys[key]->type))
                          : output_column(groups, static_cast<uint32_t>(found - set.begin())));
    }
    std::vector<std::string> names = key_names;
    for (const ExprRef& grouping : groupings_) {
      int64_t bits = 0;
      const auto& arguments = static_cast<const GroupingExpr&>(*grouping).arguments;
      for (const ExprRef& argument : arguments.empty() ? grouping_keys_ : arguments) {
        uint32_t key = 0;
        while (!equal(*grouping_keys_[key], *argument)) ++key;
        bits = bits * 2 + (place_of(key) == set.end());
      }
      exprs.push_back(ConstantExpr::create(Value::integer(bits)));
      names.emplace_back("grouping");
    }
    for (ExprRef& result : set_groups.results(groups, width)) exprs.push_back(std::move(result));
    names.insert(names.end(), aggregate_names.begin(), aggregate_names.end());
    branches.push_back(ProjectNode::create(groups, std::move(exprs), std::move(names)));
  }
  return branches.size() == 1 ? branches[0] : UnionNode::create(std::move(branches));
}

ExprRef SelectBinder::over_groups(const ExprRef& expr, Grouped& groups) {
  const auto before_aggregates = static_cast<uint32_t>(groups.keys.size() + groupings_.size());
  std::function<ExprRef(const ExprRef&)> change = [&](const ExprRef& at) -> ExprRef {
    if (const auto key = groups.key_places.find(*at))
      return ColumnExpr::create(*key, at->type, at->to_string(), at->span);
    if (at->tag() == NodeTag::kAggregate) {
      // Of the rows, where a name's value is another one than of the groups.
      const ExprRef own = without_names(with_names_settled(at, groups.row_names));
      auto& aggregates = groups.aggregates;
      const auto next = static_cast<uint32_t>(aggregates.size());
      const uint32_t index = groups.aggregate_places.find(*own).value_or(next);
      if (index == next) {
        aggregates.emplace_back(static_cast<const AggregateExpr*>(own.get()));
        groups.aggregate_places.add(own, next);
      }
      return ColumnExpr::create(before_aggregates + index, at->type, at->to_string(), at->span);
    }
    if (dynamic_cast<const GroupingExpr*>(at.get())) {
      uint32_t index = 0;
      while (!equal(*groupings_[index], *at)) ++index;
      return ColumnExpr::create(static_cast<uint32_t>(groups.keys.size()) + index, at->type,
                                at->to_string(), at->span);
    }
    if (const auto* window = dynamic_cast<const WindowExpr*>(at.get());
        window && window->aggregate) {
      // The window's own aggregate stays one; what is inside it is computed by groups.
      std::vector<ExprRef> inner = window->aggregate->inputs();
      for (ExprRef& input : inner) input = rewrite_top_down(input, change);
      const ExprRef own = window->aggregate->with_inputs(std::move(inner));
      std::vector<ExprRef> inputs = window->inputs();
      for (ExprRef& input : inputs) {
        input = input.get() == window->aggregate.get() ? own : rewrite_top_down(input, change);
      }
      return window->with_inputs(std::move(inputs));
    }
    if (const auto* column = dynamic_cast<const ColumnExpr*>(at.get())) {
      throw Error(ErrorCode::kBind, at->span, "column \"{}\" is neither grouped by nor aggregated",
                  column->name)
          .hint(fmt::format("add it to GROUP BY, or take any_value({})", column->name));
    }
    return nullptr;
  };
  return rewrite_top_down(expr, change);
}

void SelectBinder::collect_groupings(ExprRef& expr) {
  if (!has_grouping(expr)) return;
  expr = rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* grouping = dynamic_cast<const GroupingExpr*>(at.get());
    if (!grouping) return nullptr;
    if (groups_.empty())
      throw Error(ErrorCode::kBind, at->span, "GROUPING(…) takes what is grouped by");
    std::vector<ExprRef> keys;
    for (const ExprRef& argument : grouping->arguments) {
      const std::optional<uint32_t> key = group_key_meant(argument);
      if (!key)
        throw Error(ErrorCode::kBind, argument->span, "GROUPING(…) takes what is grouped by");
      keys.push_back(groups_[*key]);
    }
    const ExprRef own = GroupingExpr::create(std::move(keys), at->span);
    if (std::none_of(groupings_.begin(), groupings_.end(),
                     [&](const ExprRef& known) { return equal(*known, *own); }))
      groupings_.push_back(own);
    return own;
  });
}

void SelectBinder::group() {
  for_each_pending([&](ExprRef& expr) { collect_groupings(expr); });
  if (!is_grouped_) return;
  if (having_) collect_groupings(having_);
  for (const ExprRef& key : groups_) {
    if (contains(key, NodeTag::kAggregate)) {
      throw Error(ErrorCode::kBind, key->span, "an aggregate cannot be grouped by");
    }
    if (contains(key, NodeTag::kWindow))
      throw Error(ErrorCode::kBind, key->span, "a window call cannot be grouped by");
  }
  Grouped groups;
  const std::vector<ExprRef>& keys = groups.keys = grouping_keys_ = groups_;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    // A constant is NULL where a set lacks it. In every set it stays one: some arguments have to
    // be.
    const bool is_lacking = std::any_of(sets_.begin(), sets_.end(), [&](const GroupingSet& set) {
      return !std::binary_search(set.begin(), set.end(), i);
    });
    if (keys[i]->tag() == NodeTag::kConstant && !is_lacking) continue;
    groups.key_places.add(keys[i], i);
    groups.key_places.add(key_values_[i], i);
  }
  for_each_pending([&](ExprRef& expr) { expr = over_groups(expr, groups); });
  std::vector<AggregateExprRef>& aggregates = groups.aggregates;
  if (having_) {
    having_ = over_groups(having_, groups);
    refuse_unnest(having_, "HAVING");
  }
  // Lists that keys unnest are unnested before the rows are grouped.
  attach_unnests([&](const std::function<void(ExprRef&)>& change) {
    std::for_each(groups_.begin(), groups_.end(), change);
  });
  // Subqueries inside keys and arguments join the input.
  std::vector<std::string> key_names, aggregate_names;
  std::vector<ExprRef> attached_keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    attached_keys.push_back(attach_subqueries(groups_[i], plan_));
    key_names.push_back(keys[i]->to_string());
  }
  for (AggregateExprRef& aggregate : aggregates) {
    const ExprRef attached = attach_subqueries(aggregate, plan_);
    aggregate = AggregateExprRef(static_cast<const AggregateExpr*>(attached.get()));
    aggregate_names.push_back(aggregate->to_string());
  }
  plan_ = grouped(std::move(attached_keys), key_names, aggregates, aggregate_names);
}

}  // namespace doline
