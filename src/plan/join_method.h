#pragma once

#include <optional>
#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// How a join finds the pairs of rows that go together; EXPLAIN says it.
enum class JoinMethod : uint8_t {
  kHash,        // equal keys
  kAsof,        // the nearest row, of those with equal keys
  kRange,       // right rows in the order of what is compared by <, <=, > or >=
  kNestedLoop,  // every pair is tested
  kPositional,  // by the rows' numbers
};
JoinMethod method_of(const JoinNode& node);

/// A term of a join's residual that compares something of the left side with something of the
/// right one: `left < right` and so on.
struct RangeTerm {
  enum class Order : uint8_t { kLess, kLessEqual, kGreater, kGreaterEqual };
  Order order;
  ExprRef left;   // over the left input
  ExprRef right;  // over the right input
};
/// `term`, over both sides, as such; nothing where it is none.
std::optional<RangeTerm> range_term(const ExprRef& term, uint32_t left_width);

/// The residual of a join without keys, taken apart: up to two terms by which right rows are
/// found, two that bound them from both sides if there are any, and what is left to be tested.
struct RangeTerms {
  std::vector<RangeTerm> ranges;
  std::vector<ExprRef> rest;  // over both
};
RangeTerms range_terms(const JoinNode& node);

/// With no more rows on one side than this, to test every pair is the least work.
constexpr uint64_t kFewJoinRows = 32;

}  // namespace doline
