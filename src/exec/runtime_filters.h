#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "exec/pipeline.h"
#include "plan/plan_node.h"

namespace doline {

/// Runtime filters of one query by the id that the plan's scan shares with a join or a top-N.
/// Filled while pipelines are made (one thread); the filters themselves are published by those
/// while it runs.
class RuntimeFilters {
 public:
  /// The scan's side: the filter that the node with this id will publish into.
  RuntimeFilterRef subscribe(int64_t id, const ScanNode& scan, uint32_t column);
  /// The other side: those that asked since it was last made, for a node may be lowered several
  /// times. Several scans may read one node's filter.
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

/// Which rows a node has no use for. Thread-safe.
class RowTest {
 public:
  virtual ~RowTest() = default;
  /// As RuntimeFilter.
  virtual std::optional<ValueBounds> bounds() const = 0;
  /// False: there are bounds alone.
  virtual bool looks_at_rows() const { return true; }
  virtual Selection passing(const Column& values, const Selection& active) const = 0;
};

/// What a node publishes to one scan. Where its test lets nearly all rows pass it rests.
class PublishedFilter final : public RuntimeFilter {
 public:
  std::optional<ValueBounds> bounds() const override { return test_->bounds(); }
  Selection probe(const Column& values, const Selection& active) const override;
  /// Once.
  void publish(std::shared_ptr<const RowTest> test);
  /// "1.2 % of 1000000 tested rows passed", once published.
  std::string note() const;

 private:
  /// Nearly all rows pass: it is asked now and then alone, for rows further on may be others.
  bool spares_little() const;

  mutable std::atomic<uint64_t> asked_{0}, tested_{0}, passed_{0};
  std::shared_ptr<const RowTest> test_;
};

}  // namespace doline
