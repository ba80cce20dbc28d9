#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "memory/spill.h"
#include "plan/table.h"

namespace doline {

/// A table in memory: segments of chunks, in insertion order. Scans see the segments that were
/// there when they began; an insert publishes its segments at once when it is finished. Segments
/// move to disk where memory is short. Thread-safe.
class MemoryTable final : public Table {
 public:
  static constexpr uint32_t kSegmentRows = 60 * kChunkRows;

  static Ref<MemoryTable> create(std::string name, Schema schema);
  static Ref<MemoryTable> create(std::string name, Schema schema, TableRules rules);
  ~MemoryTable() override;

  const Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  const TableRules* rules() const override { return rules_.columns.empty() ? nullptr : &rules_; }
  TableStatistics statistics() const override;
  TableDescriptor descriptor() const override;
  std::string describe() const override { return "table " + name_; }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::unique_ptr<Writer> insert(QueryContext& context) const override;

  uint64_t row_count() const;

  /// Rows that belong together in memory or on disk. Immutable once published.
  struct Segment {
    std::vector<Chunk> chunks;   // empty once spilled
    uint64_t row_count = 0;
    size_t chunk_count = 0;
    SpillExtent extent;
    SpillWriterRef spilled_to;   // null: in memory
    std::vector<Chunk> load(const std::vector<TypeRef>& types) const;
  };
  using SegmentRef = std::shared_ptr<const Segment>;  // shared with scans that began earlier

 private:
  friend class MemoryWriter;
  friend Ref<MemoryTable> make_ref<MemoryTable>(std::string&&, Schema&&);
  MemoryTable(std::string name, Schema schema);
  void publish(std::vector<SegmentRef> segments) const;

  const std::string name_;
  const Schema schema_;
  TableRules rules_;  // fixed once the table is shared
  std::vector<TypeRef> types_;
  const uint64_t id_;
  mutable Mutex mutex_;
  mutable std::vector<SegmentRef> segments_ GUARDED_BY(mutex_);
  mutable uint64_t row_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace doline
