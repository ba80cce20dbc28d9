#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "kernel/calendar.h"
#include "kernel/compare.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// As StringView's own order, without a call for texts that lie in their views.
int order_of(const StringView& a, const StringView& b) {
  if (!a.is_inline() || !b.is_inline()) return compare(a, b);
  const auto rank = [](const StringView& text) {  // padded with zeros, as the shorter comes first
    return uint128_t{__builtin_bswap32(static_cast<uint32_t>(text.head() >> 32))} << 96 |
           uint128_t{__builtin_bswap64(text.tail())} << 32 | text.size();
  };
  const uint128_t first = rank(a), second = rank(b);
  return first < second ? -1 : first > second ? 1 : 0;
}

/// Whether `a` replaces `b` as the minimum (maximum). Of equal values the first stays. NaN is the
/// greatest number; intervals go by length.
template <bool kMinimum, class T>
bool replaces(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return kMinimum ? compare_floats(a, b) < 0 : compare_floats(a, b) > 0;
  } else if constexpr (std::is_same_v<T, Interval>) {
    return kMinimum ? normalized_micros(a) < normalized_micros(b)
                    : normalized_micros(a) > normalized_micros(b);
  } else if constexpr (std::is_same_v<T, StringView>) {
    return kMinimum ? order_of(a, b) < 0 : order_of(a, b) > 0;
  } else {
    return kMinimum ? a < b : a > b;
  }
}

template <bool kMinimum, class T>
struct Extreme {
  struct State {
    Stored<T> value = {};
    uint64_t seen = 0;
  };
  using Input = T;
  TypeRef result_type = nullptr;

  void add(State& state, const T& value) const {
    if (state.seen == 0 || replaces<kMinimum, T>(value, state.value.get())) state.value.set(value);
    state.seen = 1;
  }
  void add_repeated(State& state, const T& value, uint64_t) const { add(state, value); }
  void add_run(State& state, const T* values, uint32_t count) const
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  {
    if (count == 0) return;
    T best = values[0];
    for (uint32_t i = 1; i < count; ++i)
      best = kMinimum ? std::min(best, values[i]) : std::max(best, values[i]);
    add(state, best);
  }
  void merge(const State& from, State& into) const {
    if (from.seen != 0) add(into, from.value.get());
  }
  TypeRef type() const { return result_type; }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.seen == 0) return out.append_null();
    if constexpr (std::is_same_v<T, bool>) {
      out.append_bool(state.value.get());
    } else {
      out.append(state.value.get());
    }
  }
};

/// Of texts and blobs. Short ones lie in the state itself.
template <bool kMinimum>
class TextExtreme final : public AggregateFunction {
 public:
  explicit TextExtreme(TypeRef type) : type_(type) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override { new (state) State(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    for_each_value<StringView>(arguments[0], active, [&](uint32_t i, const StringView& value) {
      add(at(states.states[i]), value, arena);
    });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    // The best of the chunk is copied once.
    StringView best;
    bool any = false;
    const auto consider = [&](const StringView& value) {
      if (!any || replaces<kMinimum>(value, best)) best = value;
      any = true;
    };
    const Column& column = arguments[0];
    if (column.is_constant()) {
      if (!column.is_null(0) && !active.empty()) consider(column.values<StringView>()[0]);
    } else {
      for_each_value<StringView>(column, active,
                                 [&](uint32_t, const StringView& value) { consider(value); });
    }
    if (any) add(at(state), best, arena);
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      if (other.seen) add(at(into.states[i]), other.value, arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const State& saved = *reinterpret_cast<const State*>(state);
    out.put(saved.seen);
    if (saved.seen) out.text(saved.value.view());
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    if (in.get<bool>()) {
      const std::string_view text = in.text();
      add(at(state), StringView(text), arena);
    }
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      if (state.seen) {
        out.append_text(state.value.view());
      } else {
        out.append_null();
      }
    }
  }
  TypeRef result_type() const override { return type_; }
  bool has_variable_state() const override { return true; }

 private:
  struct State {
    StringView value;
    char* room = nullptr;  // of `capacity` bytes in the arena
    uint32_t capacity = 0;
    bool seen = false;
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  static void add(State& state, const StringView& value, Arena& arena) {
    if (state.seen && !replaces<kMinimum>(value, state.value)) return;
    state.seen = true;
    if (value.is_inline()) {
      state.value = value;
      return;
    }
    if (value.size() > state.capacity) {
      state.capacity = static_cast<uint32_t>(round_up(value.size(), 16));
      state.room = reinterpret_cast<char*>(arena.allocate(state.capacity, 1));
    }
    std::memcpy(state.room, value.data(), value.size());
    state.value = StringView(state.room, value.size());
  }

  const TypeRef type_;
};

/// Of lists, structs and maps, kept as value bytes.
template <bool kMinimum>
class NestedExtreme final : public StateAggregate<NestedExtreme<kMinimum>, KeptBytes> {
 public:
  explicit NestedExtreme(TypeRef type) : type_(type) {}

  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const KeptBytes& other = at(from.states[i]);
      if (other.size != 0) add(at(into.states[i]), other.view(), arena);
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
      const KeptBytes& state = at(states.states[i]);
      if (state.size == 0) {
        out.append_null();
      } else {
        auto bytes = state.view();
        read_value_bytes(bytes, out);
      }
    }
  }
  TypeRef result_type() const override { return type_; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (column.is_null(active[i])) continue;
      bytes.clear();
      append_value_bytes(bytes, column, active[i]);
      add(state_of(i), bytes, arena);
    }
  }

 private:
  using StateAggregate<NestedExtreme, KeptBytes>::at;
  void add(KeptBytes& state, std::span<const std::byte> value, Arena& arena) const {
    if (state.size != 0) {
      auto a = value;
      auto b = state.view();
      const int order = compare_value_bytes(type_, a, b);
      if (kMinimum ? order >= 0 : order <= 0) return;
    }
    state.assign(value, arena);
  }

  const TypeRef type_;
};

template <bool kMinimum>
void bind_extreme(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  if (type->is_nested()) {
    binding.function = make_ref<const NestedExtreme<kMinimum>>(type);
  } else if (type->is_string()) {
    binding.function = make_ref<const TextExtreme<kMinimum>>(type);
  } else {
    dispatch_physical(type->physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, StringView> || std::is_same_v<T, ListEntry>) {
        UNREACHABLE();
      } else {
        Extreme<kMinimum, T> op;
        op.result_type = type;
        binding.function = fixed_aggregate(op);
      }
    });
  }
}

}  // namespace

void register_extreme_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "min",
      .aliases = {},
      .summary = "The least value. With a second argument n, a list of the n least.",
      .example = "min(x)",
      .example_result = "1",
      .overloads = {{{TypePattern::any()}, {}, bind_extreme<true>},
                    {{TypePattern::any(), Type::int64()}, {}, bind_least_values}},
      .ignores_distinct = true,
      .merging = merges_by("min", "min"),
  });
  registry.add(AggregateDeclaration{
      .name = "max",
      .aliases = {},
      .summary = "The greatest value. With a second argument n, a list of the n greatest.",
      .example = "max(x)",
      .example_result = "3",
      .overloads = {{{TypePattern::any()}, {}, bind_extreme<false>},
                    {{TypePattern::any(), Type::int64()}, {}, bind_greatest_values}},
      .ignores_distinct = true,
      .merging = merges_by("max", "max"),
  });
}

}  // namespace doline
