#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_runs.h"
#include "function/argument.h"
#include "memory/charged_vector.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

enum class FrequencyResult : uint8_t { kMode, kHistogram, kEntropy };

using Entry = ValueTable::Entry;

Entry& entry_of(ValueTable& table, const Column& column, uint32_t row,
                std::vector<std::byte>& bytes, Arena& arena, size_t tail_bytes = 0) {
  bytes.clear();
  append_value_bytes(bytes, column, row, ValueForm::kCanonical);
  return table.find_or_add(bytes, hash_bytes(bytes.data(), bytes.size()), arena, tail_bytes);
}

void append_value(std::span<const std::byte> bytes, ColumnBuilder& out) {
  read_value_bytes(bytes, out);
}

/// Values met, of which parts may be on disk. A zeroed one is empty.
struct Frequencies {
  ValueTable table;
  StateRuns* runs = nullptr;
};

/// The base of what counts values: each has `tail_bytes` behind it in the table, which `Self` puts
/// together: combine(std::byte* tail, const std::byte* other) const.
template <class Self, size_t tail_bytes>
class CountingAggregate : public StateAggregate<Self, Frequencies> {
 public:
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      Frequencies& state = at(into.states[i]);
      const Frequencies& other = at(from.states[i]);
      state.table.merge(other.table, arena, tail_bytes, [&](const Entry& theirs, Entry& ours) {
        count(ours, theirs.count, tail_of(theirs));
      });
      StateRuns::add_all(state.runs, other.runs, arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const ValueTable& table = at(state).table;
    out.put(table.size());
    table.for_each([&](const Entry& entry) {
      out.put(entry.hash);
      out.put(entry.count);
      out.bytes(tail_of(entry), tail_bytes);
      out.put(entry.size);
      out.bytes(entry.bytes().data(), entry.size);
    });
    StateRuns::save(at(state).runs, out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    for (auto left = in.get<uint32_t>(); left > 0; --left) {
      const auto hash = in.get<uint64_t>();
      const auto count = in.get<uint64_t>();
      const auto tail = in.bytes(tail_bytes);
      add(at(state).table, in.bytes(in.get<uint32_t>()), hash, count, tail.data(), arena);
    }
    at(state).runs = StateRuns::load(in, arena);
  }
  bool can_unload() const override { return true; }
  bool is_unloaded(const std::byte* state) const override { return at(state).runs != nullptr; }
  size_t unloadable_bytes(const std::byte* state) const override {
    return at(state).table.held_bytes();
  }
  void unload(std::byte* state, SpillWriter& spill, Arena& arena) const override {
    RunWriter writer(spill);
    for (const Entry* entry : at(state).table.take_sorted(HashedRecord::is_less))
      HashedRecord::write(*entry, writer, tail_bytes);
    StateRuns* moved = nullptr;
    StateRuns::add_all(moved, at(state).runs, arena);
    StateRuns::add(moved, spill, writer.finish(), arena);
    at(state).runs = moved;
  }

 protected:
  using StateAggregate<Self, Frequencies>::at;

  static std::byte* tail_of(const Entry& entry) {
    return const_cast<std::byte*>(entry.bytes().data()) + entry.size;
  }
  void count(Entry& entry, uint64_t times, const std::byte* tail) const {
    if (entry.count == 0) {
      std::memcpy(tail_of(entry), tail, tail_bytes);
    } else {
      static_cast<const Self&>(*this).combine(tail_of(entry), tail);
    }
    entry.count += times;
  }
  /// body(Entry) for each value of the state once; the entry stays for the call only.
  template <class Body>
  void for_each(const Frequencies& state, Body&& body) const {
    if (!state.runs) return state.table.for_each(body);
    constexpr size_t kMostArenaBytes = size_t{64} << 10;
    Arena arena;
    ValueTable one;  // records of a value follow one another
    const HashedOrder order(tail_bytes);
    for (auto merge = state.runs->merge(order); merge.record(); merge.advance()) {
      const HashedRecord record(merge.record(), tail_bytes);
      const Entry* first = one.first();
      if (first &&
          HashedRecord::compare(first->hash, first->bytes(), record.hash(), record.value()) != 0) {
        body(*first);
        one = ValueTable();
        if (arena.held_bytes() > kMostArenaBytes) arena.clear();
      }
      add(one, record.value(), record.hash(), record.count(), record.tail(), arena);
    }
    if (const Entry* last = one.first()) body(*last);
  }

 private:
  void add(ValueTable& table, std::span<const std::byte> bytes, uint64_t hash, uint64_t times,
           const std::byte* tail, Arena& arena) const {
    count(table.find_or_add(bytes, hash, arena, tail_bytes), times, tail);
  }
};

/// mode() over rows in any order: each value keeps the number of the row it was first met in.
class SequencedMode final : public CountingAggregate<SequencedMode, sizeof(int64_t)> {
 public:
  explicit SequencedMode(TypeRef type) : type_(type) {}

  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      uint64_t count = 0;
      int64_t row = 0;
      std::vector<std::byte> best;
      for_each(at(states.states[i]), [&](const Entry& entry) {
        if (entry.count < count || (entry.count == count && row_of(tail_of(entry)) >= row)) return;
        count = entry.count;
        row = row_of(tail_of(entry));
        best.assign(entry.bytes().begin(), entry.bytes().end());
      });
      if (count == 0) {
        out.append_null();
      } else {
        append_value(best, out);
      }
    }
  }
  TypeRef result_type() const override { return type_; }

  void combine(std::byte* tail, const std::byte* other) const {
    if (row_of(other) < row_of(tail)) std::memcpy(tail, other, sizeof(int64_t));
  }
  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Argument<int64_t> rows(arguments[1]);
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (arguments[0].is_null(active[i])) continue;
      const int64_t row = rows[active[i]];
      count(entry_of(state_of(i).table, arguments[0], active[i], bytes, arena, sizeof row), 1,
            reinterpret_cast<const std::byte*>(&row));
    }
  }

 private:
  static int64_t row_of(const std::byte* tail) { return load_unaligned<int64_t>(tail); }

  const TypeRef type_;
};

/// Counts how often each value occurs; NULLs do not.
class FrequencyAggregate final : public CountingAggregate<FrequencyAggregate, 0> {
 public:
  FrequencyAggregate(FrequencyResult wanted, TypeRef type)
      : wanted_(wanted),
        type_(type),
        result_type_(wanted == FrequencyResult::kMode        ? type
                     : wanted == FrequencyResult::kHistogram ? Type::map(type, Type::uint64())
                                                             : Type::float64()) {}

  bool is_order_sensitive() const override { return wanted_ == FrequencyResult::kMode; }
  bool result_grows() const override { return wanted_ == FrequencyResult::kHistogram; }
  /// Of values that come back from disk nobody knows which was first; by_sequence() does.
  bool can_unload() const override { return wanted_ != FrequencyResult::kMode; }
  bool forgets_order() const override { return wanted_ == FrequencyResult::kMode; }
  AggregateFunctionRef by_sequence() const override { return make_ref<const SequencedMode>(type_); }
  bool invertible() const override { return wanted_ != FrequencyResult::kMode; }
  void retract(std::span<const Column> arguments, const Selection& active, std::byte* state,
               Arena& arena) const override {
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (arguments[0].is_null(active[i])) continue;
      entry_of(at(state).table, arguments[0], active[i], bytes, arena).count -= 1;
    }
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const Frequencies& state = at(states.states[i]);
      switch (wanted_) {
        case FrequencyResult::kMode:
          append_mode(state, out);
          break;
        case FrequencyResult::kHistogram:
          append_histogram(state, out);
          break;
        case FrequencyResult::kEntropy:
          append_entropy(state, out);
          break;
      }
    }
  }
  TypeRef result_type() const override { return result_type_; }

  void combine(std::byte*, const std::byte*) const {}
  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (column.is_null(active[i])) continue;
      entry_of(state_of(i).table, column, active[i], bytes, arena).count += 1;
    }
  }

 private:
  /// Of equally frequent values the first met.
  void append_mode(const Frequencies& state, ColumnBuilder& out) const {
    uint64_t count = 0;
    std::vector<std::byte> best;
    for_each(state, [&](const Entry& entry) {
      if (entry.count <= count) return;
      count = entry.count;
      best.assign(entry.bytes().begin(), entry.bytes().end());
    });
    if (count == 0) return out.append_null();
    append_value(best, out);
  }
  void append_histogram(const Frequencies& state, ColumnBuilder& out) const {
    // All of them are in the result as well, and what was on disk is found in memory again.
    Arena arena;
    ValueTable merged;
    if (state.runs) {
      for_each(state, [&](const Entry& entry) {
        merged.find_or_add(entry.bytes(), entry.hash, arena).count = entry.count;
      });
    }
    ChargedVector<const Entry*> entries;
    (state.runs ? merged : state.table).for_each([&](const Entry& entry) {
      if (entry.count != 0) entries.push_back(&entry);
    });
    if (entries.empty()) return out.append_null();
    std::sort(entries.begin(), entries.end(), [&](const Entry* a, const Entry* b) {
      auto x = a->bytes();
      auto y = b->bytes();
      return compare_value_bytes(type_, x, y) < 0;
    });
    ColumnBuilder& pair = out.child();
    for (const Entry* entry : entries) {
      append_value(entry->bytes(), pair.child(0));
      pair.child(1).append(entry->count);
      pair.finish_struct();
    }
    out.finish_list();
  }
  void append_entropy(const Frequencies& state, ColumnBuilder& out) const {
    double all = 0;
    for_each(state, [&](const Entry& entry) { all += static_cast<double>(entry.count); });
    double entropy = 0;
    for_each(state, [&](const Entry& entry) {
      if (entry.count == 0) return;
      const auto count = static_cast<double>(entry.count);
      entropy += count / all * std::log2(all / count);
    });
    out.append(entropy);
  }

  const FrequencyResult wanted_;
  const TypeRef type_;
  const TypeRef result_type_;
};

template <FrequencyResult kResult>
void bind_frequency(AggregateBinding& binding) {
  binding.function = make_ref<const FrequencyAggregate>(kResult, bound_type(binding, 0));
}

}  // namespace

void register_frequency_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "mode",
      .aliases = {},
      .summary = "The most frequent value; of several the first met.",
      .example = "mode(x % 2)",
      .example_result = "1",
      .overloads = {{{TypePattern::any()}, {}, bind_frequency<FrequencyResult::kMode>}},
  });
  registry.add(AggregateDeclaration{
      .name = "histogram",
      .aliases = {},
      .summary = "A map from each value to how often it occurs; with a list of bins, from each bin "
                 "to how many values lie in it.",
      .example = "histogram(x % 2)",
      .example_result = "{0=1, 1=2}",
      .overloads = {{{TypePattern::any()}, {}, bind_frequency<FrequencyResult::kHistogram>},
                    {{TypePattern::any(), TypePattern::list_of('B')}, {}, bind_bins}},
  });
  registry.add(AggregateDeclaration{
      .name = "entropy",
      .aliases = {},
      .summary = "The entropy of the values' frequencies, in bits.",
      .example = "entropy(x)",
      .example_result = "1.584962500721156",
      .overloads = {{{TypePattern::any()}, {}, bind_frequency<FrequencyResult::kEntropy>}},
  });
}

}  // namespace doline
