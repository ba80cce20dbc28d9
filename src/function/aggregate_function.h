#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "column/chunk.h"
#include "column/value.h"
#include "function/kernel_call.h"
#include "function/scalar_function.h"
#include "function/state_bytes.h"
#include "memory/arena.h"
#include "memory/spill.h"

namespace doline {

/// One state per selected row: states[i] belongs to the i-th active row.
struct StateSpan {
  std::byte* const* states = nullptr;
  uint32_t count = 0;
};

struct StateLayout {
  uint32_t size_bytes;
  uint32_t alignment;  // at most 16
};

/// Values that are not NULL, in their order: what a ranked aggregate's result follows from.
class RankedValues {
 public:
  explicit RankedValues(const Column& its_values) : values(its_values) {}
  virtual ~RankedValues() = default;
  virtual uint64_t count() const = 0;
  /// The row of `values` at a place of the order, from 0 on.
  virtual uint32_t at(uint64_t place) const = 0;
  const Column& values;  // flat
};

/// A typed aggregate. Immutable, shared by threads.
///
/// States are plain bytes without destructors: they may be moved with memcpy, and point into the
/// arena they were updated with, which lives as long as they do. `save` and `load` carry them
/// through spill files, checkpoints and exchanges.
class AggregateFunction : public RefCounted {
 public:
  virtual StateLayout layout() const = 0;
  virtual void init(std::byte* state) const = 0;
  /// Argument columns may be flat, constant or dictionary. NULL handling is the function's own.
  /// The i-th active row updates states[i]; the same state may occur many times.
  virtual void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
                      Arena& arena) const = 0;
  /// All active rows go into one state: aggregation without groups, windows.
  virtual void update_one(std::span<const Column> arguments, const Selection& active,
                          std::byte* state, Arena& arena) const = 0;
  /// from[i] goes into into[i] and stays what it is; it may share `into`'s arena or another's, so
  /// whatever it points to is copied.
  virtual void merge(StateSpan from, StateSpan into, Arena& arena) const = 0;
  virtual void save(const std::byte* state, StateWriter& out) const = 0;
  /// `state` is initialised memory.
  virtual void load(StateReader& in, std::byte* state, Arena& arena) const = 0;
  /// Appends one row per state; the states survive. Value: the result's type is result_type().
  virtual void result(StateSpan states, class ColumnBuilder& out) const = 0;
  virtual TypeRef result_type() const = 0;
  /// Bytes a state may hold in the arena beyond its layout: 0 for fixed-size states.
  virtual bool has_variable_state() const { return false; }
  /// Where the state grows with its input and the result does not (median, DISTINCT …): a state can
  /// leave what it keeps on disk, again and again. One that has is merged, saved within the query
  /// and updated like any other, but unloaded once more before its result is asked for.
  virtual bool can_unload() const { return false; }
  virtual bool is_unloaded(const std::byte*) const { return false; }
  /// What unload() would write, about.
  virtual size_t unloadable_bytes(const std::byte*) const { return 0; }
  /// Afterwards the state points into `arena` alone, of which it takes little. `spill` outlives it.
  virtual void unload(std::byte*, SpillWriter&, Arena&) const { UNREACHABLE(); }
  /// The result depends on the order rows arrive in (first, list, string_agg …).
  virtual bool is_order_sensitive() const { return false; }
  /// Any of equal rows may give the result (arg_min …): where an ORDER BY is written, its first.
  virtual bool may_meet_ties() const { return false; }
  /// merge() and save() lose the order rows arrived in, so that even one thread has to number them.
  virtual bool forgets_order() const { return false; }
  /// The same aggregate over rows in any order, numbered by a BIGINT behind the arguments, where
  /// that is cheaper than keeping and sorting the rows; null: it is not. See make_sequenced.
  virtual Ref<const AggregateFunction> by_sequence() const { return nullptr; }
  /// Windows: takes rows out again. Only where invertible().
  virtual bool invertible() const { return false; }
  virtual void retract(std::span<const Column>, const Selection&, std::byte*, Arena&) const {
    UNREACHABLE();
  }
  /// Windows: takes the rows [begin, end) in one by one, those whose bit is set in `passing` (null:
  /// all), and appends the state's result behind each.
  virtual void run(std::span<const Column> arguments, uint32_t begin, uint32_t end,
                   const uint64_t* passing, std::byte* state, Arena& arena,
                   class ColumnBuilder& out) const;
  /// The result follows from a few of the first argument's values by rank (quantiles), so that
  /// frames need not keep states.
  virtual bool is_ranked() const { return false; }
  virtual void ranked_result(const RankedValues&, class ColumnBuilder&) const { UNREACHABLE(); }
  /// The result is as large as the input (list, string_agg …).
  virtual bool result_grows() const { return false; }
};
using AggregateFunctionRef = Ref<const AggregateFunction>;

struct AggregateBinding {
  std::vector<TypeRef> argument_types;
  std::vector<std::optional<Value>> constants;
  // Left for the caller:
  std::vector<TypeRef> cast_to;
  /// Arguments from this one on are constants that the function has taken in; they are dropped.
  size_t kept_arguments = ~size_t{0};
  AggregateFunctionRef function;
  SourceSpan span;
};

struct AggregateOverload {
  std::vector<TypePattern> parameters;
  std::optional<TypePattern> variadic;
  /// Types are resolved and `cast_to` is set; makes binding.function.
  void (*bind)(AggregateBinding&);
};

/// A step by which rows are aggregated in parts.
struct AggregatePart {
  const char* name;   // the aggregate of a part's rows, over the same arguments
  const char* again;  // that of the parts' results, which are its one argument
};

/// How the aggregate of a whole follows from those of its parts, whatever the parts are.
struct AggregateMerging {
  /// None: it does not follow. One: what comes of it is the result. Two: a sum and a count, whose
  /// quotient is, where that is a float.
  std::vector<AggregatePart> parts;
  /// Whether it does for an argument of that type. Null: for any.
  bool (*holds_for)(const Type&) = nullptr;
};

/// Everything known of an aggregate's name; the only place it is declared.
struct AggregateDeclaration {
  std::string name;
  std::vector<std::string> aliases;
  std::string summary;
  std::string example;  // over a column x of 1, 2, 3: sum(x)
  std::string example_result;
  std::vector<AggregateOverload> overloads;
  /// DISTINCT changes nothing (min, max, bool_and …).
  bool ignores_distinct = false;
  /// Of calls of one argument, or none, over rows in any order.
  AggregateMerging merging = {};
  /// Of arguments of 128 bits it may leave its range, which is an error.
  bool adds_up = false;
};

}  // namespace doline
