#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plan/table.h"
#include "table/stored_rows.h"

namespace doline {

class TableSketch;

/// What a table looks like, and which of the columns it had before it has: what ALTER changes.
struct TableShape {
  static constexpr int64_t kNew = -1;  // NULL in every row
  std::string name;
  Schema schema;
  TableRules rules;              // of every column
  std::vector<int64_t> columns;  // of the earlier shape, one a column of the schema; or kNew
};

/// One state of a table in memory: segments of chunks, in insertion order. Immutable; what changes
/// a table makes another state of it, which shares all that stayed as it was, in memory and on
/// disk. Memory comes back when the last holder of a state is gone: a transaction, a query, or the
/// database, which holds the newest.
///
/// Rows have numbers, which they keep through all states: a deleted row leaves a gap. Those that a
/// transaction adds get their final numbers when it commits.
class MemoryTable final : public Table {
 public:
  static constexpr uint32_t kSegmentRows = 60 * kChunkRows;

  /// Without rows.
  static Ref<const MemoryTable> create(std::string name, Schema schema, TableRules rules = {});
  /// Few rows that are there already.
  static Ref<const MemoryTable> of_chunks(std::string name, Schema schema,
                                          std::vector<Chunk> chunks);
  /// After the memory limit was lowered: rows of all tables go to disk, as far as they have to.
  static void make_room_in_all(const QueryContext& context);
  /// The state whose descriptor() said so; null when all that held it are gone.
  static Ref<const MemoryTable> of_descriptor(const TableDescriptor& descriptor);

  const Schema& schema() const override;
  std::string name() const override;
  const TableRules* rules() const override;
  TableStatistics statistics() const override;
  std::string version() const override;
  TableDescriptor descriptor() const override;
  std::string describe() const override { return "table " + name(); }
  bool has_row_ids() const override { return true; }
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::unique_ptr<Writer> insert(QueryContext& context) const override;
  std::unique_ptr<Writer> change(TableChange change, QueryContext& context) const override;

  /// The same for all states of a table; of a table that took its name another.
  uint64_t table_id() const;
  uint64_t row_count() const;
  /// Rows that are added next are numbered from here on.
  uint64_t next_row() const;

  TableShape shape() const;
  /// The same rows, in their places, as another table.
  Ref<const MemoryTable> reshaped(TableShape shape) const;

  /// What commits a table that was made in the transaction: its rows' numbers are final.
  Ref<const MemoryTable> settled() const;
  /// What commits a transaction: `changed` came of `base`, as the transaction saw it, by changes to
  /// the rows in `written` and by added rows; `newest` came of it by those of others, to other rows
  /// (it may be `base` itself). The state with both.
  static Ref<const MemoryTable> merged(const MemoryTable& base, const MemoryTable& changed,
                                       const MemoryTable& newest, const RowSet& written,
                                       QueryContext& context);

  struct State;

 private:
  friend class ChangeWriter;
  friend class MemoryWriter;
  friend Ref<MemoryTable> make_ref<MemoryTable>(std::shared_ptr<const State>&&);
  explicit MemoryTable(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  /// Makes it known by its descriptor.
  static Ref<const MemoryTable> made(State state);
  Ref<const MemoryTable> with_added(const std::vector<SegmentRef>& segments,
                                    const TableSketch& sketch) const;

  const std::shared_ptr<const State> state_;  // shared by those that plan bytes led back to it
};

/// With less than this left rows go to disk.
bool is_room_short(const QueryContext& context);

}  // namespace doline
