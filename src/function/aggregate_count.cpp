#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

namespace {

/// count(*) and count(x): rows, or rows where x is not NULL. Never looks at values.
class CountAggregate final : public AggregateFunction {
 public:
  StateLayout layout() const override { return {sizeof(int64_t), alignof(int64_t)}; }
  void init(std::byte* state) const override { std::memset(state, 0, sizeof(int64_t)); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    if (arguments.empty() || !arguments[0].validity()) {
      for (uint32_t i = 0; i < active.size(); ++i) ++at(states.states[i]);
      return;
    }
    const Column& column = arguments[0];
    if (column.is_constant()) {
      if (column.is_null(0)) return;
      for (uint32_t i = 0; i < active.size(); ++i) ++at(states.states[i]);
      return;
    }
    const uint64_t* validity = column.validity();
    const uint16_t* rows = active.rows();
    for (uint32_t i = 0; i < active.size(); ++i) {
      at(states.states[i]) += test_bit(validity, rows ? rows[i] : i);
    }
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    at(state) += counted(arguments, active);
  }
  bool invertible() const override { return true; }
  void retract(std::span<const Column> arguments, const Selection& active, std::byte* state,
               Arena&) const override {
    at(state) -= counted(arguments, active);
  }
  void run(std::span<const Column> arguments, uint32_t begin, uint32_t end, const uint64_t* passing,
           std::byte* state, Arena&, ColumnBuilder& out) const override {
    for (uint32_t row = begin; row < end; ++row) {
      at(state) +=
          (!passing || test_bit(passing, row)) && (arguments.empty() || !arguments[0].is_null(row));
      out.append(at(state));
    }
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) at(into.states[i]) += at(from.states[i]);
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, sizeof(int64_t));
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    at(state) = in.get<int64_t>();
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) out.append(at(states.states[i]));
  }
  TypeRef result_type() const override { return Type::int64(); }

 private:
  static int64_t& at(std::byte* state) { return *reinterpret_cast<int64_t*>(state); }
  static int64_t counted(std::span<const Column> arguments, const Selection& active) {
    if (arguments.empty() || !arguments[0].validity()) return active.size();
    const Column& column = arguments[0];
    if (column.is_constant()) return column.is_null(0) ? 0 : active.size();
    const uint64_t* validity = column.validity();
    int64_t count = 0;
    if (active.is_all()) {
      for (uint32_t begin = 0; begin < active.size(); begin += 64) {
        count += std::popcount(validity[begin / 64] & low_mask(active.size() - begin));
      }
    } else {
      active.for_each([&](uint32_t row) { count += test_bit(validity, row); });
    }
    return count;
  }
};

/// NULL where nothing but NULL was seen, as the sum of booleans is.
struct CountIf {
  struct State {
    uint64_t seen = 0;
    uint64_t count = 0;
  };
  using Input = bool;
  void add(State& state, bool value) const {
    ++state.seen;
    state.count += value;
  }
  void remove(State& state, bool value) const {
    --state.seen;
    state.count -= value;
  }
  void add_repeated(State& state, bool value, uint64_t times) const {
    state.seen += times;
    state.count += value ? times : 0;
  }
  void merge(const State& from, State& into) const {
    into.seen += from.seen;
    into.count += from.count;
  }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.seen == 0) return out.append_null();
    out.append(int128_t{state.count});
  }
  TypeRef type() const { return Type::hugeint(); }
};

void bind_count(AggregateBinding& binding) { binding.function = make_ref<const CountAggregate>(); }

}  // namespace

void register_count_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "count",
      .aliases = {},
      .summary = "The number of rows, or of rows where the argument is not NULL.",
      .example = "count(x)",
      .example_result = "3",
      .overloads = {{{}, {}, bind_count}, {{TypePattern::any()}, {}, bind_count}},
      .merging = merges_by("count", "wrapping_sum"),  // of no parts 0, too
  });
  registry.add(AggregateDeclaration{
      .name = "count_star",
      .aliases = {},
      .summary = "The number of rows; count(*) is this.",
      .example = "count_star()",
      .example_result = "3",
      .overloads = {{{}, {}, bind_count}},
      .merging = merges_by("count_star", "wrapping_sum"),
  });
  registry.add(AggregateDeclaration{
      .name = "count_if",
      .aliases = {"countif"},
      .summary =
          "The number of rows where the condition is true; NULL when it is never true or false.",
      .example = "count_if(x > 1)",
      .example_result = "2",
      .overloads = {{{Type::boolean()},
                     {},
                     [](AggregateBinding& binding) {
                       binding.function = fixed_aggregate<CountIf>();
                     }}},
      .merging = merges_by("count_if", "sum"),
  });
}

}  // namespace doline
