#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "optimizer/hashed_sample.h"
#include "plan/plan_node.h"

namespace doline {

/// What is thought of the values of one column of a plan's output.
struct ColumnEstimate {
  /// Values beside NULL that it takes them from: what filters of other columns leave of them does
  /// not count.
  double distinct = 1;
  double null_share = 0;
  /// Bounds, of types whose values lie on a line.
  std::optional<double> low, high;
  bool is_whole = false;  // every value is a whole number of the bounds' unit
};

/// Rows of a scan's sample, and which of them its filters keep.
class ScanSample {
 public:
  ScanSample(HashedSample& sample, const ScanNode& scan, const SessionConstants& session);
  double row_count() const { return static_cast<double>(sample_.rows().row_count); }
  double kept_count() const { return kept_count_; }
  /// The filters that were tried on the rows; one bit a filter of the scan.
  const std::vector<bool>& is_tested() const { return is_tested_; }

  bool is_complete() const { return sample_.rows().is_complete; }
  /// Whether the rows are those of the other, whatever its filters keep of them.
  bool has_rows_of(const ScanSample& other) const { return &sample_ == &other.sample_; }
  /// Of each row, whether the filters keep it.
  const std::vector<uint8_t>& is_kept() const { return is_kept_; }

  /// With the rows that the filters drop.
  HashedSample& all() const { return sample_; }

 private:
  HashedSample& sample_;
  std::vector<uint8_t> is_kept_;
  double kept_count_ = 0;
  std::vector<bool> is_tested_;
};

/// What is thought of plans: rows and values, from what tables know of themselves and from samples
/// of their rows, carried through every kind of node. One model that all passes ask. For one
/// statement; one thread.
class Estimates {
 public:
  explicit Estimates(const SessionConstants& session) : session_(session) {}
  /// From now on samples may be taken; `sampler` outlives this.
  void use(Sampler& sampler) { sampler_ = &sampler; }
  const SessionConstants& session() const { return session_; }

  /// Of the plan's output.
  double rows(const PlanRef& plan);
  /// Of a scan below filters and projections, without its filters; else rows().
  double all_rows(const PlanRef& plan);
  ColumnEstimate column(const PlanRef& plan, uint32_t index);
  /// Values that an expression over the plan's output takes its own from; at least 1.
  double distinct(const PlanRef& plan, const ExprRef& expr);
  /// Among how many values pairs of rows of two plans are spread that are equal in several columns:
  /// one in so many is. The columns of one plan are as many as those of the other, at least two.
  double values_between(const PlanRef& left, const std::vector<uint32_t>& left_columns,
                        const PlanRef& right, const std::vector<uint32_t>& right_columns);
  /// How many combinations of the expressions' values the plan's rows have.
  double combinations(const PlanRef& plan, const std::vector<ExprRef>& exprs);
  /// The share of the plan's rows that all terms keep.
  double selectivity(const PlanRef& plan, const std::vector<ExprRef>& terms);

  /// That samples of the scan below, if there is one, are to have this column: before anything is
  /// asked of it.
  void want(const PlanRef& plan, uint32_t column);
  /// A column of a plan over a scan, in the scan's sample.
  struct SampledKey {
    const ScanSample* sample = nullptr;  // null: there is none
    const SampledValues* values = nullptr;
    uint32_t column = 0;                        // of the table
    double table_rows = 0, table_distinct = 0;  // without the scan's filters
    bool is_same(const SampledKey& other) const {
      return column == other.column && sample->has_rows_of(*other.sample);
    }
    bool is_unique() const { return table_distinct >= table_rows * 0.9; }
  };
  SampledKey sampled_key(const PlanRef& plan, uint32_t column);

 private:
  double computed_rows(const PlanRef& plan);
  double scan_rows(const ScanNode& scan);
  /// Combinations of values that a join's keys take on either side, and the share of pairs of rows
  /// none of whose keys is NULL.
  struct KeyValues {
    double left = 1, right = 1, not_null = 1;
  };
  KeyValues key_values(const JoinNode& join);
  double join_rows(const JoinNode& join);
  /// What columns of a plan take together.
  struct Combinations {
    double taken = 1;     // as ColumnEstimate::distinct
    double of_table = 1;  // without filters
    const SampledCombinations* sampled = nullptr;
  };
  Combinations combinations(const PlanRef& plan, const std::vector<uint32_t>& columns);
  double aggregation_rows(const AggregationNode& node);
  ColumnEstimate computed_column(const PlanRef& plan, uint32_t index);
  ColumnEstimate scan_column(const ScanNode& scan, uint32_t index);
  /// Without what the scan's filters say.
  ColumnEstimate column_of_table(const ScanNode& scan, uint32_t index);
  ColumnEstimate join_column(const JoinNode& join, uint32_t index);
  ColumnEstimate expression(const PlanRef& input, const ExprRef& expr);
  /// What filters over the plan leave of one of its columns.
  ColumnEstimate narrowed(ColumnEstimate column, uint32_t index, const std::vector<ExprRef>& terms);
  /// Of a scan, without its filters: what its filters are measured by.
  ColumnEstimate unfiltered_column(const PlanRef& plan, uint32_t index);
  /// Of a column; 0: nothing is known.
  double distinct_for_share(const PlanRef& plan, const ExprRef& expr);
  double term_share(const PlanRef& plan, const ExprRef& term);
  double comparison_share(const PlanRef& plan, const CallExpr& call);
  double table_rows(const TableRef& table);
  const TableStatistics& statistics(const TableRef& table);
  /// The scan that a column's values come from, and its number there. What lies between may drop
  /// rows; joins also repeat them and put NULLs in place of values.
  struct Origin {
    const ScanNode* scan = nullptr;  // null: there is none
    uint32_t column = 0;
    bool is_joined = false;
  };
  static Origin origin_of(const PlanRef& plan, uint32_t column);
  ScanSample* sample_of(const ScanNode& scan);
  /// With these columns of the table, which are ascending. Null: none was taken.
  HashedSample* known_sample(const TableRef& table, const std::vector<uint32_t>& columns);

  Sampler* sampler_ = nullptr;
  const SessionConstants& session_;
  // By node; `nodes_` keeps them, so that no address comes back as another's.
  struct OfNode {
    std::optional<double> rows;
    std::unordered_map<uint32_t, ColumnEstimate> columns;
    std::vector<uint32_t> wanted;        // of a scan
    std::unique_ptr<ScanSample> sample;  // likewise
    bool is_sampled = false;             // or found to have none
  };
  OfNode& of_node(const PlanNode& node);
  std::unordered_map<const PlanNode*, OfNode> of_nodes_;
  std::vector<PlanRef> nodes_;
  std::unordered_map<const Table*, TableStatistics> of_tables_;
  std::unordered_map<const Table*, std::vector<std::unique_ptr<HashedSample>>> samples_;
  std::unordered_map<const Table*, std::unordered_map<uint32_t, double>> distinct_of_tables_;
  std::map<std::pair<const SampledCombinations*, const SampledCombinations*>, double> contained_;
};

/// The estimates of the optimisation under way; passes that run by themselves make some.
class EstimateScope {
 public:
  EstimateScope();
  explicit EstimateScope(const SessionConstants& session);
  ~EstimateScope();
  EstimateScope(const EstimateScope&) = delete;
  EstimateScope& operator=(const EstimateScope&) = delete;

  static Estimates& current();

 private:
  std::unique_ptr<Estimates> own_;  // null: there are some already
};
/// EstimateScope::current().rows(plan).
double estimated_rows(const PlanRef& plan);

/// Whether a join that is not the same both ways has its left side in the table. Of an outer, semi
/// or anti join these are rows that come out in the end, with all their columns: near to even that
/// is more work than it spares.
constexpr bool builds_left(double left_rows, double right_rows) {
  return left_rows * 2 <= right_rows;
}

/// A constant on the line that the bounds of its type's columns lie on.
std::optional<double> place_of(const Value& value);

}  // namespace doline
