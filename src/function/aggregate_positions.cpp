#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_storage.h"
#include "function/aggregate_wrappers.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

enum class Position : uint8_t {
  kFirst,       // NULL counts
  kFirstValue,  // the first that is not NULL: any_value
  kLast,        // NULL counts
};

/// first, last and any_value of types with a fixed width.
template <class T>
class FixedPosition final : public AggregateFunction {
 public:
  FixedPosition(Position position, TypeRef type) : position_(position), type_(type) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override {
    std::memset(state, 0, sizeof(State));
    new (state) State();
  }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    for (uint32_t i = 0; i < active.size(); ++i)
      take(arguments[0], active[i], at(states.states[i]));
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    if (active.empty()) return;
    const Column& column = arguments[0];
    if (position_ == Position::kLast) return take(column, active[active.size() - 1], at(state));
    if (position_ == Position::kFirst || column.is_constant())
      return take(column, active[0], at(state));
    for (uint32_t i = 0; i < active.size() && !at(state).seen; ++i)
      take(column, active[i], at(state));
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      State& state = at(into.states[i]);
      if (other.seen && (!state.seen || position_ == Position::kLast)) state = other;
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, sizeof(State));
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    std::memcpy(state, in.bytes(sizeof(State)).data(), sizeof(State));
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      if (!state.seen || state.null) {
        out.append_null();
      } else if constexpr (std::is_same_v<T, bool>) {
        out.append_bool(state.value.get());
      } else {
        out.append(state.value.get());
      }
    }
  }
  TypeRef result_type() const override { return type_; }
  bool is_order_sensitive() const override { return true; }
  AggregateFunctionRef by_sequence() const override {
    return make_argument_extreme(position_ != Position::kLast, position_ != Position::kFirstValue,
                                 type_, Type::int64());
  }

 private:
  struct State {
    Stored<T> value = {};
    bool seen = false;
    bool null = false;
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  void take(const Column& column, uint32_t row, State& state) const {
    if (state.seen && position_ != Position::kLast) return;
    const bool null = column.is_null(row);
    if (null && position_ == Position::kFirstValue) return;
    state.seen = true;
    state.null = null;
    if (!null) state.value.set(column.value<T>(row));
  }

  const Position position_;
  const TypeRef type_;
};

/// The same of texts and nested values, kept as value bytes.
class BytesPosition final : public AggregateFunction {
 public:
  BytesPosition(Position position, TypeRef type) : position_(position), type_(type) {}

  StateLayout layout() const override { return {sizeof(KeptBytes), alignof(KeptBytes)}; }
  void init(std::byte* state) const override { new (state) KeptBytes(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    std::vector<std::byte> scratch;
    for (uint32_t i = 0; i < active.size(); ++i) {
      take(arguments[0], active[i], at(states.states[i]), scratch, arena);
    }
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    std::vector<std::byte> scratch;
    if (active.empty()) return;
    if (position_ == Position::kLast) {
      return take(arguments[0], active[active.size() - 1], at(state), scratch, arena);
    }
    for (uint32_t i = 0; i < active.size() && at(state).size == 0; ++i) {
      take(arguments[0], active[i], at(state), scratch, arena);
    }
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const KeptBytes& other = at(from.states[i]);
      KeptBytes& state = at(into.states[i]);
      if (other.size != 0 && (state.size == 0 || position_ == Position::kLast))
        state.assign(other.view(), arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    reinterpret_cast<const KeptBytes*>(state)->save(out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).load(in, arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      auto bytes = at(states.states[i]).view();
      if (bytes.empty()) {
        out.append_null();
      } else {
        read_value_bytes(bytes, out);
      }
    }
  }
  TypeRef result_type() const override { return type_; }
  bool has_variable_state() const override { return true; }
  bool is_order_sensitive() const override { return true; }
  AggregateFunctionRef by_sequence() const override {
    return make_argument_extreme(position_ != Position::kLast, position_ != Position::kFirstValue,
                                 type_, Type::int64());
  }

 private:
  static KeptBytes& at(std::byte* state) { return *reinterpret_cast<KeptBytes*>(state); }
  void take(const Column& column, uint32_t row, KeptBytes& state, std::vector<std::byte>& scratch,
            Arena& arena) const {
    if (state.size != 0 && position_ != Position::kLast) return;
    if (position_ == Position::kFirstValue && column.is_null(row)) return;
    scratch.clear();
    append_value_bytes(scratch, column, row);
    state.assign(scratch, arena);
  }

  const Position position_;
  const TypeRef type_;
};

template <Position kPosition>
void bind_position(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  if (type->is_nested() || type->is_string()) {
    binding.function = make_ref<const BytesPosition>(kPosition, type);
    return;
  }
  dispatch_physical(type->physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, StringView> || std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else {
      binding.function = make_ref<const FixedPosition<T>>(kPosition, type);
    }
  });
}

}  // namespace

void register_position_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "first",
      .aliases = {"arbitrary"},
      .summary = "The first value, NULL or not.",
      .example = "first(x)",
      .example_result = "1",
      .overloads = {{{TypePattern::any()}, {}, bind_position<Position::kFirst>}},
  });
  registry.add(AggregateDeclaration{
      .name = "last",
      .aliases = {},
      .summary = "The last value, NULL or not.",
      .example = "last(x)",
      .example_result = "3",
      .overloads = {{{TypePattern::any()}, {}, bind_position<Position::kLast>}},
  });
  registry.add(AggregateDeclaration{
      .name = "any_value",
      .aliases = {},
      .summary = "Some value that is not NULL: the first met.",
      .example = "any_value(x)",
      .example_result = "1",
      .overloads = {{{TypePattern::any()}, {}, bind_position<Position::kFirstValue>}},
  });
}

}  // namespace doline
