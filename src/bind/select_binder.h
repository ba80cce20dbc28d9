#pragma once

#include <map>

#include "bind/query_binder.h"
#include "expr/node_places.h"

namespace doline {

/// What a column without an alias is called; a plain one as the table spells it.
std::string default_name(const sql::Expression& node, const ExprRef& bound);
/// Whether a node of that kind is anywhere in the expression.
bool contains(const ExprRef& expr, NodeTag tag);
/// Error(kNotSupported) where the expression has an UnnestExpr.
void refuse_unnest(const ExprRef& expr, const char* clause);

/// The expression with these in the places of the names they have.
ExprRef with_names(const ExprRef& expr, const std::map<int64_t, ExprRef>& meant);

/// Binds one SELECT, stage by stage: FROM, WHERE, GROUP BY (with what its keys unnest), HAVING,
/// windows, QUALIFY, unnest, the list, DISTINCT, ORDER BY, LIMIT. Expressions are first bound over
/// FROM, with aggregates, window calls, unnests and subqueries standing in the tree; each stage
/// then takes its own out and leaves a column of its output.
class SelectBinder {
 public:
  SelectBinder(QueryBinder& binder, const sql::Select& node) : binder_(binder), node_(node) {}
  PlanRef bind();

 private:
  struct Item {
    ExprRef expr;
    std::string name;
    bool is_hidden = false;  // only sorted by
  };
  struct Order {
    ExprRef key;  // over the items
    bool descending;
    bool nulls_first;
  };

  ExprContext context(const char* clause) const;
  void bind_items();
  /// `place`: of the item in the list.
  void add_item(const sql::NamedExpression& item, int64_t place);
  /// `s.*` where s is a struct: its fields. False when it is no column.
  bool add_struct_fields(const sql::Star& star, const ExprContext& list, SourceSpan span);
  /// WHERE over COLUMNS(…) holds when it does for each of them.
  ExprRef where_condition(const sql::Expression& node);
  void bind_order();
  /// Which of the first `visible` items a number or a bare name means, as ORDER BY and DISTINCT ON
  /// take them; none for any other expression. `clause` is for the error, with {} for the number.
  std::optional<size_t> item_meant(const sql::Expression& node, size_t visible,
                                   std::string_view clause) const;
  ExprRef item_column(size_t index) const;
  /// Whether the expression is the item's, by its name or as it is written.
  static bool is_value_of(const Item& item, const Expr& expr);
  /// What SELECT DISTINCT is sorted by: the expression with selected items as columns.
  ExprRef over_items(const ExprRef& expr) const;
  void bind_groups();
  ExprRef group_key(const sql::Expression& node);
  /// Keys by their places in groups_; several sets are several groupings of the same rows.
  using GroupingSet = std::vector<uint32_t>;
  std::vector<GroupingSet> grouping_sets(const sql::GroupingElement& element);
  void bind_grouping_sets();
  void add_group_key(const ExprRef& written);
  /// The place in groups_ of the key that is this expression, by its name or as it is written.
  std::optional<uint32_t> group_key_meant(const ExprRef& written) const;
  /// GROUPING(…) calls then have keys of groups_ as arguments.
  void collect_groupings(ExprRef& expr);
  GroupingSet grouping_set(const std::vector<sql::ExpressionRef>& expressions);
  void group();
  /// The rows of each grouping set: keys, NULL where it leaves them out, groupings_, aggregates.
  PlanRef grouped(std::vector<ExprRef> keys, const std::vector<std::string>& key_names,
                  const std::vector<AggregateExprRef>& aggregates,
                  const std::vector<std::string>& aggregate_names);
  /// Applies to every expression that may read names.
  void for_each_named(const std::function<void(ExprRef&)>& change);
  /// Makes columns of the values that are read in several places, as far as these do not wait for
  /// windows or unnests.
  void settle_names();
  /// An expression over the rows of FROM, which come before the other places that read its names:
  /// with columns of plan_ for these, which it adds to `settled`.
  ExprRef with_names_settled(const ExprRef& expr, std::map<int64_t, ExprRef>& settled);
  /// The expression without names: over the columns that are there already, or the values.
  ExprRef without_names(const ExprRef& expr) const;
  void window();
  void unnest();
  /// Unnests, side by side, the lists in the expressions that `for_each` shows; they then read
  /// columns.
  void attach_unnests(const std::function<void(const std::function<void(ExprRef&)>&)>& for_each);
  PlanRef project();
  std::vector<SortKeyRef> sort_keys(PlanRef& plan) const;
  /// DISTINCT ON: the first row of each group in the query's order; items, then keys come in.
  PlanRef first_of_each(PlanRef plan) const;
  /// Applies to every expression that is still to be computed.
  void for_each_pending(const std::function<void(ExprRef&)>& change);
  /// Whatever is computed once for each group.
  struct Grouped {
    std::vector<ExprRef> keys;
    std::vector<AggregateExprRef> aggregates;
    NodePlaces key_places, aggregate_places;
    std::map<int64_t, ExprRef> row_names;  // what aggregates alone read by name: columns of plan_
  };
  ExprRef over_groups(const ExprRef& expr, Grouped& groups);

  QueryBinder& binder_;
  const sql::Select& node_;
  BoundRelation from_;
  PlanRef plan_;
  std::vector<Item> items_;
  std::vector<Order> order_;
  std::vector<ExprRef> groups_;
  std::vector<ExprRef> key_values_;  // groups_ with the values of names in the places of columns
  std::vector<GroupingSet> sets_;
  std::vector<ExprRef> groupings_;      // GROUPING(…) calls
  std::vector<ExprRef> grouping_keys_;  // groups_ as they were written, which those name
  std::vector<ExprRef> distinct_on_;
  ExprRef having_;
  ExprRef qualify_;
  std::map<int64_t, ExprRef> settled_names_;  // columns of plan_
  bool is_grouped_ = false;
};

}  // namespace doline
