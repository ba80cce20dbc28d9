#pragma once

#include "optimizer/estimates.h"

namespace doline {

// One pass a file. Each takes a plan and gives an equivalent one.

/// Constant parts of expressions become constants; filters that are always true vanish.
PlanRef fold_constants(const PlanRef& plan, const SessionConstants& session);
ExprRef fold_constants(const ExprRef& expr, const SessionConstants& session);
/// A constant that lets every row through, or none (NULL, too).
bool is_true(const ExprRef& expr);
bool is_never_true(const ExprRef& expr);
/// What every branch of an OR asks for is asked for once, beside it.
PlanRef factor_or(const PlanRef& plan);
/// For a filter whose branches all ask something of the columns [begin, end): that alone, as a
/// weaker filter. Empty, or one term.
std::vector<ExprRef> implied_by(const ExprRef& term, uint32_t begin, uint32_t end);
/// A filter as terms to be AND-ed, what all its branches ask apart from the rest:
/// (k AND a) OR (k AND b) is k AND (a OR b), also where k is NULL.
std::vector<ExprRef> factored(const ExprRef& term);
/// Outer joins whose padded rows nobody lets through, NULLs failing a filter or another join's
/// condition, keep no such rows: they become inner joins, or outer joins of one side.
PlanRef simplify_outer_joins(const PlanRef& plan);
/// Filters move towards the rows they test, into joins as keys, and into scans.
PlanRef push_filters(const PlanRef& plan);
/// The same for `terms` over the plan's output; what is below shared inputs stays as it is.
PlanRef push_terms(const PlanRef& plan, std::vector<ExprRef> terms);
/// Values that are equal are the same to whoever looks at them; 0.0 and -0.0, or a month and thirty
/// days, are not.
bool equal_means_same(TypeRef type);
/// A relation without rows; and what is known to have none because it reads one.
PlanRef empty_relation(const Schema& schema);
PlanRef drop_empty(const PlanRef& plan);
/// What all readers of a shared input filter out is not computed for any.
PlanRef filter_shared_inputs(const PlanRef& plan);
/// `x IN (subquery)` as a filter is a semi join; NOT of a non-NULL mark an anti join.
PlanRef mark_to_semi(const PlanRef& plan);
/// Where a filter wants each partition's first rows by a ranking call, the windowing may leave out
/// the others before it sorts.
PlanRef limit_partitions(const PlanRef& plan);
/// Semi joins go down to the input of a join tree that their keys come from.
PlanRef push_semi_joins(const PlanRef& plan);
/// What a filter says of one side's key of a join holds of the other side's as well.
PlanRef infer_filters(const PlanRef& plan);
/// Trees of joins are done in the order that is thought to make the fewest rows on the way.
PlanRef order_joins(const PlanRef& plan);
/// Where it does not matter how often a row comes, a join of which only one side is read tests that
/// side for partners.
PlanRef joins_to_semi(const PlanRef& plan);
/// Rows are grouped before they are joined, where that leaves far fewer to be joined: by the keys
/// of the joins and what else is read of them, and the groups again after the joins (Yan and
/// Larson, VLDB 1995).
PlanRef aggregate_early(const PlanRef& plan);
/// DISTINCT aggregates that are all over one value aggregate the groups of that value instead:
/// groups are counted by all threads and go to disk where they do not fit.
PlanRef distinct_to_groups(const PlanRef& plan);
/// Outer, semi and anti joins build their left side where it is clearly the smaller one.
PlanRef build_smaller_sides(const PlanRef& plan);
/// Plans that occur several times in one are computed once, where that is less work than computing
/// them again.
PlanRef share_repeated_inputs(const PlanRef& plan);
/// A table that is read several times for rows that have a filter or the keys of a join in common
/// is read once, and those rows are kept.
PlanRef share_scans(const PlanRef& plan);
/// Columns nobody reads are not carried; scans read only what is used.
PlanRef prune_columns(const PlanRef& plan);
/// Limit over Sort is a top-N; limits move below projections and into scans.
PlanRef push_limits(const PlanRef& plan);
/// Calls of functions that the program brought stand in projections, which call for many rows at
/// once, instead of in filters, aggregates, sorts and windows.
PlanRef separate_calls(const PlanRef& plan);
/// Scans learn which members are all that is read of a struct column.
PlanRef prune_members(const PlanRef& plan);
/// Joins publish what their build side holds to the scans that feed their probe side; so do top-Ns
/// what their first rows are to the scans that feed them.
PlanRef place_runtime_filters(const PlanRef& plan);

}  // namespace doline
