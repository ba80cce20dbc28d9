#pragma once

#include <map>
#include <utility>
#include <vector>

#include "exec/pipeline.h"
#include "plan/plan_node.h"

namespace doline {

/// Runtime filters of one query by the id that the plan's join and scan share. Filled while
/// pipelines are made (one thread); the filters themselves are published by joins while it runs.
class RuntimeFilters {
 public:
  /// The scan's side: the filter the join with this id will publish into.
  RuntimeFilterRef subscribe(int64_t id, const ScanNode& scan, uint32_t column);
  /// The join's side: those that asked since it was last made, for a node may be lowered several
  /// times. Several scans may read one join's filter.
  std::vector<RuntimeFilterRef> take_subscribers(int64_t id) {
    return std::exchange(by_id_[id], {});
  }
  /// What became of the filters of a scan, for EXPLAIN ANALYZE: a sentence each.
  std::vector<std::string> notes(const ScanNode& scan) const;

 private:
  struct Placed {
    const ScanNode* scan;
    RuntimeFilterRef filter;
  };
  std::map<int64_t, std::vector<RuntimeFilterRef>> by_id_;
  std::vector<Placed> placed_;
};

/// Whether the pipeline reads a scan that asks for filters of the join.
bool wants_filters(const Pipeline& pipeline, const JoinNode& join);

/// What a join publishes: bounds, and a test of values against the build side's keys.
class PublishedFilter final : public RuntimeFilter {
 public:
  Selection probe(const Column& values, const Selection& active) const override;
  /// `hashes`: of the build side's non-NULL values (kernel/hash_column.h), to be put in a blocked
  /// Bloom filter; `bounds_only` where they were too many.
  void publish(std::optional<Value> lower, std::optional<Value> upper,
               const std::vector<uint64_t>& hashes, bool bounds_only);
  /// "12,000 of 1,000,000 tested rows passed", once published.
  std::string note() const;

 private:
  /// Nearly all rows pass: it is asked now and then alone, for rows further on may be others.
  bool spares_little() const;

  mutable std::atomic<uint64_t> asked_{0}, tested_{0}, passed_{0};
  std::vector<uint64_t> blocks_;  // 64-bit blocks; empty: bounds only
  uint64_t mask_ = 0;
};

}  // namespace doline
