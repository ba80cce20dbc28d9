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
/// move to disk where memory is short. Several MemoryTables may stand for the same rows: those that
/// plan bytes led back to. Thread-safe.
class MemoryTable final : public Table {
 public:
  static constexpr uint32_t kSegmentRows = 60 * kChunkRows;

  static Ref<MemoryTable> create(std::string name, Schema schema);
  static Ref<MemoryTable> create(std::string name, Schema schema, TableRules rules);
  /// After the memory limit was lowered: rows of all tables go to disk, as far as they have to.
  static void make_room_in_all(const QueryContext& context);
  /// The table whose descriptor() said so; null when all that stood for it are gone.
  static Ref<const MemoryTable> of_descriptor(const TableDescriptor& descriptor);

  const Schema& schema() const override;
  std::string name() const override;
  const TableRules* rules() const override;
  TableStatistics statistics() const override;
  TableDescriptor descriptor() const override;
  std::string describe() const override { return "table " + name(); }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::unique_ptr<Writer> insert(QueryContext& context) const override;

  uint64_t row_count() const;

  /// Rows that belong together in memory or on disk. Immutable once published.
  struct Segment {
    std::vector<Chunk> chunks;         // empty once spilled
    std::vector<SpillExtent> extents;  // of each chunk, once spilled
    uint64_t row_count = 0;
    SpillWriterRef spilled_to;  // null: in memory
    size_t chunk_count() const { return spilled_to ? extents.size() : chunks.size(); }
    /// Read back where it was spilled: a segment as a whole may be a tight limit's all.
    Chunk chunk(size_t index, const std::vector<TypeRef>& types) const;
  };
  using SegmentRef = std::shared_ptr<const Segment>;  // shared with scans that began earlier
  struct Kept;  // what the table is: its name, its rules and its rows

 private:
  friend class MemoryWriter;
  friend Ref<MemoryTable> make_ref<MemoryTable>(std::shared_ptr<Kept>&);
  explicit MemoryTable(std::shared_ptr<Kept> kept) : kept_(std::move(kept)) {}
  void publish(std::vector<SegmentRef> segments) const;
  static void to_disk(Segment& segment, const SpillWriterRef& spill);
  void make_room(const QueryContext& context) const;

  const std::shared_ptr<Kept> kept_;  // shared by the tables that stand for it
};

}  // namespace doline
