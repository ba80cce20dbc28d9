#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

enum class FrequencyResult : uint8_t { kMode, kHistogram, kEntropy };

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
      at(from.states[i]).for_each([&](const ValueTable::Entry& entry) {
        at(into.states[i]).find_or_add(entry.bytes(), entry.hash, arena).count += entry.count;
      });
    }
  }
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
  using Entry = ValueTable::Entry;
  static Entry& entry_of(ValueTable& table, const Column& column, uint32_t row,
                         std::vector<std::byte>& bytes, Arena& arena) {
    bytes.clear();
    append_value_bytes(bytes, column, row, ValueForm::kCanonical);
    return table.find_or_add(bytes, hash_bytes(bytes.data(), bytes.size()), arena);
  }
  static void append_value(const Entry& entry, ColumnBuilder& out) {
    auto bytes = entry.bytes();
    read_value_bytes(bytes, out);
  }
  /// Of equally frequent values the first met.
  static void append_mode(const ValueTable& table, ColumnBuilder& out) {
    const Entry* best = nullptr;
    table.for_each([&](const Entry& entry) {
      if (!best || entry.count > best->count) best = &entry;
    });
    if (best) {
      append_value(*best, out);
    } else {
      out.append_null();
    }
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
      append_value(*entry, pair.child(0));
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
