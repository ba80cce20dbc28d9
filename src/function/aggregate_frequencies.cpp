#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "function/argument.h"
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

void append_value(const Entry* entry, ColumnBuilder& out) {
  if (!entry) return out.append_null();
  auto bytes = entry->bytes();
  read_value_bytes(bytes, out);
}

/// mode() over rows in any order: each value keeps the number of the row it was first met in.
class SequencedMode final : public StateAggregate<SequencedMode, ValueTable> {
 public:
  explicit SequencedMode(TypeRef type) : type_(type) {}

  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      at(into.states[i])
          .merge(at(from.states[i]), arena, sizeof(int64_t), [](const Entry& theirs, Entry& ours) {
            count(ours, theirs.count, first_row(theirs));
          });
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const ValueTable& table = at(state);
    out.put(table.size());
    table.for_each([&](const Entry& entry) {
      out.put(entry.hash);
      out.put(entry.count);
      out.put(first_row(entry));
      out.put(entry.size);
      out.bytes(entry.bytes().data(), entry.size);
    });
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    for (auto left = in.get<uint32_t>(); left > 0; --left) {
      const auto hash = in.get<uint64_t>();
      const auto count = in.get<uint64_t>();
      const auto row = in.get<int64_t>();
      add(at(state), in.bytes(in.get<uint32_t>()), hash, count, row, arena);
    }
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const Entry* best = nullptr;
      at(states.states[i]).for_each([&](const Entry& entry) {
        if (!best || entry.count > best->count ||
            (entry.count == best->count && first_row(entry) < first_row(*best)))
          best = &entry;
      });
      append_value(best, out);
    }
  }
  TypeRef result_type() const override { return type_; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Argument<int64_t> rows(arguments[1]);
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (arguments[0].is_null(active[i])) continue;
      Entry& entry = entry_of(state_of(i), arguments[0], active[i], bytes, arena, sizeof(int64_t));
      count(entry, 1, rows[active[i]]);
    }
  }

 private:
  static std::byte* tail(const Entry& entry) {
    return const_cast<std::byte*>(entry.bytes().data()) + entry.size;
  }
  static int64_t first_row(const Entry& entry) { return load_unaligned<int64_t>(tail(entry)); }
  static void count(Entry& entry, uint64_t times, int64_t row) {
    if (entry.count == 0 || row < first_row(entry)) store_unaligned(tail(entry), row);
    entry.count += times;
  }
  static void add(ValueTable& table, std::span<const std::byte> bytes, uint64_t hash,
                  uint64_t times, int64_t row, Arena& arena) {
    count(table.find_or_add(bytes, hash, arena, sizeof row), times, row);
  }

  const TypeRef type_;
};

/// Counts how often each value occurs; NULLs do not.
class FrequencyAggregate final : public StateAggregate<FrequencyAggregate, ValueTable> {
 public:
  FrequencyAggregate(FrequencyResult wanted, TypeRef type)
      : wanted_(wanted),
        type_(type),
        result_type_(wanted == FrequencyResult::kMode        ? type
                     : wanted == FrequencyResult::kHistogram ? Type::map(type, Type::uint64())
                                                             : Type::float64()) {}

  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      at(into.states[i]).merge(at(from.states[i]), arena, 0, [](const Entry& theirs, Entry& ours) {
        ours.count += theirs.count;
      });
    }
  }
  bool is_order_sensitive() const override { return wanted_ == FrequencyResult::kMode; }
  AggregateFunctionRef by_sequence() const override { return make_ref<const SequencedMode>(type_); }
  bool invertible() const override { return wanted_ != FrequencyResult::kMode; }
  void retract(std::span<const Column> arguments, const Selection& active, std::byte* state,
               Arena& arena) const override {
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (arguments[0].is_null(active[i])) continue;
      entry_of(at(state), arguments[0], active[i], bytes, arena).count -= 1;
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    reinterpret_cast<const ValueTable*>(state)->save(out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).load(in, arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const ValueTable& table = at(states.states[i]);
      switch (wanted_) {
        case FrequencyResult::kMode:
          append_mode(table, out);
          break;
        case FrequencyResult::kHistogram:
          append_histogram(table, out);
          break;
        case FrequencyResult::kEntropy:
          append_entropy(table, out);
          break;
      }
    }
  }
  TypeRef result_type() const override { return result_type_; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (column.is_null(active[i])) continue;
      entry_of(state_of(i), column, active[i], bytes, arena).count += 1;
    }
  }

 private:
  /// Of equally frequent values the first met.
  static void append_mode(const ValueTable& table, ColumnBuilder& out) {
    const Entry* best = nullptr;
    table.for_each([&](const Entry& entry) {
      if (!best || entry.count > best->count) best = &entry;
    });
    append_value(best, out);
  }
  void append_histogram(const ValueTable& table, ColumnBuilder& out) const {
    std::vector<const Entry*> entries;
    table.for_each([&](const Entry& entry) {
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
      append_value(entry, pair.child(0));
      pair.child(1).append(entry->count);
      pair.finish_struct();
    }
    out.finish_list();
  }
  static void append_entropy(const ValueTable& table, ColumnBuilder& out) {
    double all = 0;
    table.for_each([&](const Entry& entry) { all += static_cast<double>(entry.count); });
    double entropy = 0;
    table.for_each([&](const Entry& entry) {
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
