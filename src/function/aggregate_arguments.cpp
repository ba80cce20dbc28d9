#include <optional>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_storage.h"
#include "function/aggregate_wrappers.h"
#include "kernel/compare.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// What arg_min and arg_max do with rows where something is NULL.
enum class ArgumentNulls : uint8_t {
  kSkip,      // rows with a NULL argument do not count
  kKeep,      // they do: the result may be NULL
  kKeepLast,  // and rows with a NULL `by` count too, behind all others
};

/// arg_min and arg_max: the argument in the row where `by` is least or greatest; of equal ones the
/// first met. `by` is kept as value bytes but for numbers, which are compared as they are.
class ArgumentExtreme final : public AggregateFunction {
 public:
  ArgumentExtreme(bool minimum, ArgumentNulls nulls, TypeRef type, TypeRef by_type)
      : minimum_(minimum), nulls_(nulls), type_(type), by_type_(by_type), key_(key_of(by_type)) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  bool may_meet_ties() const override { return true; }
  void init(std::byte* state) const override {
    std::memset(state, 0, sizeof(State));
    new (state) State();
  }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    update_each(arguments, active, arena, [&](uint32_t i) { return states.states[i]; });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    update_each(arguments, active, arena, [&](uint32_t) { return state; });
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      State& state = at(into.states[i]);
      if (!other.seen) continue;
      const bool better = key_ == Key::kBytes
                              ? wins(state, other.by_null, other.by.view())
                              : wins(state, other.by_null, other.number, other.real);
      if (!better) continue;
      state.seen = true;
      state.by_null = other.by_null;
      state.number = other.number;
      state.real = other.real;
      state.by.assign(other.by.view(), arena);
      state.argument.assign(other.argument.view(), arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const State& saved = *reinterpret_cast<const State*>(state);
    out.put(saved.seen);
    out.put(saved.by_null);
    out.put(saved.number.get());
    out.put(saved.real);
    saved.by.save(out);
    saved.argument.save(out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    State& loaded = at(state);
    loaded.seen = in.get<bool>();
    loaded.by_null = in.get<bool>();
    loaded.number.set(in.get<int128_t>());
    loaded.real = in.get<double>();
    loaded.by.load(in, arena);
    loaded.argument.load(in, arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      if (!state.seen) {
        out.append_null();
      } else {
        auto bytes = state.argument.view();
        read_value_bytes(bytes, out);
      }
    }
  }
  TypeRef result_type() const override { return type_; }
  bool has_variable_state() const override { return true; }

 private:
  enum class Key : uint8_t { kInteger, kReal, kBytes };
  struct State {
    Wide number;
    double real = 0;
    KeptBytes by;
    KeptBytes argument;
    bool seen = false;
    bool by_null = false;
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  static Key key_of(TypeRef type) {
    switch (type->physical()) {
      case PhysicalType::kBool:
      case PhysicalType::kInt8:
      case PhysicalType::kInt16:
      case PhysicalType::kInt32:
      case PhysicalType::kInt64:
      case PhysicalType::kInt128:
      case PhysicalType::kUInt8:
      case PhysicalType::kUInt16:
      case PhysicalType::kUInt32:
      case PhysicalType::kUInt64:
        return Key::kInteger;
      case PhysicalType::kFloat:
      case PhysicalType::kDouble:
        return Key::kReal;
      case PhysicalType::kString:
      case PhysicalType::kInterval:
      case PhysicalType::kList:
      case PhysicalType::kStruct:
        return Key::kBytes;
    }
    UNREACHABLE();
  }

  /// NULLs come behind everything, whichever end is asked for.
  std::optional<bool> decided_by_nulls(const State& state, bool by_null) const {
    if (!state.seen) return true;
    if (by_null) return false;
    if (state.by_null) return true;
    return {};
  }
  bool wins(const State& state, bool by_null, const Wide& number, double real) const {
    if (const auto decided = decided_by_nulls(state, by_null)) return *decided;
    int order;
    if (key_ == Key::kReal) {
      order = compare_floats(real, state.real);
    } else {
      const int128_t a = number.get();
      const int128_t b = state.number.get();
      order = int{a > b} - int{a < b};
    }
    return minimum_ ? order < 0 : order > 0;
  }
  bool wins(const State& state, bool by_null, std::span<const std::byte> by) const {
    if (const auto decided = decided_by_nulls(state, by_null)) return *decided;
    auto present = state.by.view();
    const int order = compare_value_bytes(by_type_, by, present);
    return minimum_ ? order < 0 : order > 0;
  }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& argument = arguments[0];
    const Column& by = arguments[1];
    std::vector<std::byte> bytes;
    const auto take = [&](State& state, uint32_t row) {
      bytes.clear();
      append_value_bytes(bytes, argument, row);
      state.argument.assign(bytes, arena);
      state.seen = true;
    };
    dispatch_by(by, [&]<class T>() {
      for (uint32_t i = 0; i < active.size(); ++i) {
        const uint32_t row = active[i];
        if (nulls_ == ArgumentNulls::kSkip && argument.is_null(row)) continue;
        const bool by_null = by.is_null(row);
        if (by_null && nulls_ != ArgumentNulls::kKeepLast) continue;
        State& state = at(state_of(i));
        if constexpr (std::is_same_v<T, ListEntry>) {
          bytes.clear();
          append_value_bytes(bytes, by, row);
          if (!wins(state, by_null, bytes)) continue;
          state.by.assign(bytes, arena);
        } else {
          Wide number;
          double real = 0;
          if (!by_null) {
            if constexpr (std::is_floating_point_v<T>) {
              real = static_cast<double>(by.value<T>(row));
            } else {
              number.set(by.value<T>(row));
            }
          }
          if (!wins(state, by_null, number, real)) continue;
          state.number = number;
          state.real = real;
        }
        state.by_null = by_null;
        take(state, row);
      }
    });
  }
  /// ListEntry stands for everything kept as bytes.
  template <class Body>
  void dispatch_by(const Column& by, Body&& body) const {
    if (key_ == Key::kBytes) return body.template operator()<ListEntry>();
    if (by.physical() == PhysicalType::kBool) return body.template operator()<bool>();
    dispatch_numeric(by.physical(), body);
  }

  const bool minimum_;
  const ArgumentNulls nulls_;
  const TypeRef type_;
  const TypeRef by_type_;
  const Key key_;
};

template <bool kMinimum, ArgumentNulls kNulls>
void bind_argument_extreme(AggregateBinding& binding) {
  binding.function = make_ref<const ArgumentExtreme>(kMinimum, kNulls, bound_type(binding, 0),
                                                     bound_type(binding, 1));
}

}  // namespace

AggregateFunctionRef make_argument_extreme(bool minimum, bool keep_nulls, TypeRef type,
                                           TypeRef by_type) {
  return make_ref<const ArgumentExtreme>(
      minimum, keep_nulls ? ArgumentNulls::kKeep : ArgumentNulls::kSkip, type, by_type);
}

void register_argument_aggregates(FunctionRegistry& registry) {
  const std::vector<TypePattern> two = {TypePattern::any(), TypePattern::any()};
  const std::vector<TypePattern> three = {TypePattern::any(), TypePattern::any(), Type::int64()};
  registry.add(AggregateDeclaration{
      .name = "arg_min",
      .aliases = {"argmin", "min_by"},
      .summary = "The first argument, not NULL, where the second is least. With n, a list of n.",
      .example = "arg_min(x, -x)",
      .example_result = "3",
      .overloads = {{two, {}, bind_argument_extreme<true, ArgumentNulls::kSkip>},
                    {three, {}, bind_least_arguments}},
  });
  registry.add(AggregateDeclaration{
      .name = "arg_max",
      .aliases = {"argmax", "max_by"},
      .summary = "The first argument, not NULL, where the second is greatest. With n, a list of n.",
      .example = "arg_max(x, -x)",
      .example_result = "1",
      .overloads = {{two, {}, bind_argument_extreme<false, ArgumentNulls::kSkip>},
                    {three, {}, bind_greatest_arguments}},
  });
  registry.add(AggregateDeclaration{
      .name = "arg_min_null",
      .aliases = {},
      .summary = "The first argument, perhaps NULL, where the second is least.",
      .example = "arg_min_null(x, -x)",
      .example_result = "3",
      .overloads = {{two, {}, bind_argument_extreme<true, ArgumentNulls::kKeep>}},
  });
  registry.add(AggregateDeclaration{
      .name = "arg_max_null",
      .aliases = {},
      .summary = "The first argument, perhaps NULL, where the second is greatest.",
      .example = "arg_max_null(x, -x)",
      .example_result = "1",
      .overloads = {{two, {}, bind_argument_extreme<false, ArgumentNulls::kKeep>}},
  });
  registry.add(AggregateDeclaration{
      .name = "arg_min_nulls_last",
      .aliases = {},
      .summary = "The first argument where the second is least, rows with a NULL second last.",
      .example = "arg_min_nulls_last(x, -x)",
      .example_result = "3",
      .overloads = {{two, {}, bind_argument_extreme<true, ArgumentNulls::kKeepLast>}},
  });
  registry.add(AggregateDeclaration{
      .name = "arg_max_nulls_last",
      .aliases = {},
      .summary = "The first argument where the second is greatest, rows with a NULL second last.",
      .example = "arg_max_nulls_last(x, -x)",
      .example_result = "1",
      .overloads = {{two, {}, bind_argument_extreme<false, ArgumentNulls::kKeepLast>}},
  });
}

}  // namespace doline
