#pragma once

#include <span>
#include <vector>

#include "exec/pipeline.h"
#include "expr/program.h"
#include "function/aggregate_function.h"
#include "rows/group_table.h"

namespace doline {

/// One aggregate of the node, ready to run.
struct AggregateCall {
  AggregateFunctionRef function;
  size_t first_argument;  // among the evaluated columns
  size_t argument_count;
  bool is_sequenced;      // row numbers come behind its arguments
  ProgramRef filter;      // null: every row counts
  uint32_t state_offset;  // from the row's beginning
};

/// What the tasks of one aggregation share: programs, calls, row layouts, and the steps on rows of
/// groups that both the sink and the source take. Immutable.
///
/// Where several tasks run, aggregates that depend on the order of rows are given each row's
/// number, so that the result is that of the source's order.
class AggregatePlan final : public RefCounted {
 public:
  AggregatePlan(const AggregationNode& node, QueryContext& context);

  size_t key_count() const { return key_count_; }
  bool has_variable_states() const { return has_variable_states_; }
  /// Some states can leave what they keep on disk: large ones do where memory is short.
  bool can_unload() const { return can_unload_; }
  const RowLayoutRef& layout() const { return layout_; }
  /// Rows on disk: the layout itself, or the keys and one BLOB of saved states where states hold
  /// pointers.
  const RowLayoutRef& saved_layout() const { return saved_layout_; }
  const std::vector<AggregateCall>& calls() const { return calls_; }
  QueryContext& context() const { return context_; }
  Budget& budget() const { return *context_.budget; }

  /// Keys, then arguments; then row numbers where some call wants them.
  void evaluate(const Chunk& chunk, uint64_t first_morsel, Program::Scratch& scratch,
                std::vector<Column>& columns) const;
  static void hash_keys(std::span<const Column> keys, const Selection& active, uint64_t* hashes);

  /// rows[i] is the group of the chunk's i-th active row.
  void update(std::span<const Column> columns, const Chunk& chunk, std::byte* const* rows,
              Arena& arena, std::vector<Program::Scratch>& filter_scratch) const;
  /// The same where the chunk's rows are sorted by group already.
  struct GroupRows {
    std::byte* row;
    Selection active;
  };
  void update_sorted(std::span<const Column> columns, const Chunk& chunk, std::byte* const* rows,
                     std::span<const GroupRows> groups, Arena& arena,
                     std::vector<Program::Scratch>& filter_scratch) const;
  /// All rows into one state of a call.
  void update_one(const AggregateCall& call, std::span<const Column> columns, const Chunk& chunk,
                  std::byte* row, Arena& arena, Program::Scratch& filter_scratch) const;
  /// from[i]'s states go into into[i]'s. Where that might take too much memory, both go to disk
  /// before.
  void merge(std::byte* const* from, std::byte* const* into, uint32_t count, Arena& arena) const;
  /// The node's output for these groups; key texts are viewed under `pin`. What states have on disk
  /// is read; those whose result might take too much memory go there before, their lists of what
  /// is where into `arena`.
  Chunk result(std::byte* const* rows, uint32_t count, const PinRef& pin, Arena& arena) const;
  /// The same of one call.
  Column result(const AggregateCall& call, std::byte* const* rows, uint32_t count,
                Arena& arena) const;

  /// Appends rows in their form for disk. Large states go there by themselves.
  void save(std::span<std::byte* const> rows, RowPages& out) const;
  /// Large states go to disk, and what all of these rows' states point to moves to `arena`.
  void unload(std::span<std::byte* const> rows, Arena& arena) const;
  /// Adds the groups of a page of saved rows to the table: those of a layout with plain states stay
  /// in the page (true: keep it), others are loaded into the table's own rows.
  /// `live` receives rows that are new to the table and lie in the page.
  bool add_saved(const RowPageRef& page, uint32_t begin, uint32_t count, GroupTable& table,
                 Arena& arena, std::vector<std::byte*>& live) const;
  /// Adds rows of the layout where they lie; those new to the table are appended to `live`.
  void add_rows(std::byte* const* rows, uint32_t count, GroupTable& table, Arena& arena,
                std::vector<std::byte*>& live) const;
  /// From how many bytes on a state goes to disk by itself.
  size_t large_state_bytes() const;

 private:
  void update_call(size_t index, std::span<const Column> columns, const Chunk& chunk,
                   std::byte* const* rows, Arena& arena,
                   std::vector<Program::Scratch>& filter_scratch) const;
  std::vector<Column> arguments_of(const AggregateCall& call,
                                   std::span<const Column> columns) const;
  /// Whether what is left would not hold so many times `bytes`.
  bool is_large_beside(size_t bytes, size_t times) const;
  /// Of a call's states: those that `is_due` go to disk.
  template <class IsDue>
  void unload_if(const AggregateCall& call, std::span<std::byte* const> rows, Arena& arena,
                 IsDue&& is_due) const;

  QueryContext& context_;
  size_t key_count_;
  ProgramRef program_;  // null: nothing to evaluate
  std::vector<AggregateCall> calls_;
  Schema schema_;
  RowLayoutRef layout_;
  RowLayoutRef saved_layout_;
  bool has_variable_states_ = false;
  bool can_unload_ = false;
  bool is_sequenced_ = false;
};
using AggregatePlanRef = Ref<const AggregatePlan>;

/// Which of 2^bits buckets a hash belongs to at a level: bits that neither slots nor salts use.
struct BucketBits {
  static constexpr uint32_t kFirstLevel = 8;
  static constexpr uint32_t kNextLevels = 4;
  static constexpr uint32_t kLevels = 4;
  static uint32_t count(uint32_t level) { return 1U << (level == 0 ? kFirstLevel : kNextLevels); }
  static uint32_t of(uint64_t hash, uint32_t level) {
    const uint32_t shift = 48 - kFirstLevel - level * kNextLevels;
    return static_cast<uint32_t>(hash >> shift) & (count(level) - 1);
  }
};

}  // namespace doline
