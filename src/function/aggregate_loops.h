#pragma once

#include <new>

#include "column/column_builder.h"
#include "function/aggregate_function.h"

namespace doline {

// How aggregates whose state is a few numbers are written: an Op says what one value does to one
// state; FixedAggregate makes the loops over encodings and NULLs around it. Only included by
// aggregate_*.cpp.

/// 128 bits that align to 8, so that states stay small.
struct Wide {
  uint64_t low = 0;
  int64_t high = 0;
  int128_t get() const {
    return static_cast<int128_t>((static_cast<uint128_t>(static_cast<uint64_t>(high)) << 64) | low);
  }
  void set(int128_t value) {
    low = static_cast<uint64_t>(static_cast<uint128_t>(value));
    high = static_cast<int64_t>(value >> 64);
  }
};

/// T, or what stands for it in a state: nothing there is aligned beyond 8.
template <class T>
struct Stored {
  T value;
  void set(T v) { value = v; }
  T get() const { return value; }
};
template <>
struct Stored<int128_t> : Wide {};

/// body(position, value) for each active row that is not NULL, in order; T as dispatch_physical
/// gives it (bool comes out of its bits).
template <class T, class Body>
void for_each_value(const Column& column, const Selection& active, Body&& body) {
  const uint32_t count = active.size();
  const Column& from = column.is_dictionary() ? column.dictionary()->values() : column;
  const auto value_at = [&](uint32_t index) -> T {
    if constexpr (std::is_same_v<T, bool>) {
      return test_bit(from.bits(), index);
    } else {
      return from.values<T>()[index];
    }
  };
  const uint16_t* rows = active.rows();
  const uint64_t* validity = column.validity();
  if (column.is_constant()) {
    if (column.is_null(0)) return;
    const T value = value_at(0);
    for (uint32_t i = 0; i < count; ++i) body(i, value);
  } else if (column.is_dictionary()) {
    const uint32_t* codes = column.codes();
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t row = rows ? rows[i] : i;
      if (!validity || test_bit(validity, row)) body(i, value_at(codes[row]));
    }
  } else if (!validity) {
    if (rows) {
      for (uint32_t i = 0; i < count; ++i) body(i, value_at(rows[i]));
    } else {
      for (uint32_t i = 0; i < count; ++i) body(i, value_at(i));
    }
  } else if (rows) {
    for (uint32_t i = 0; i < count; ++i) {
      if (test_bit(validity, rows[i])) body(i, value_at(rows[i]));
    }
  } else {
    for (uint32_t begin = 0; begin < count; begin += 64) {
      const uint32_t end = std::min(count, begin + 64);
      uint64_t bits = validity[begin / 64] & low_mask(end - begin);
      if (bits == low_mask(end - begin)) {
        for (uint32_t i = begin; i < end; ++i) body(i, value_at(i));
      } else {
        for (; bits != 0; bits &= bits - 1) {
          const uint32_t i = begin + static_cast<uint32_t>(std::countr_zero(bits));
          body(i, value_at(i));
        }
      }
    }
  }
}

/// An Op has: State (trivially copyable, made by `State()`), Input, `add(State&, Input) const`,
/// `merge(const State& from, State& into) const`, `result(const State&, ColumnBuilder&) const`,
/// `type() const`; and where it pays `add_run(State&, const Input*, uint32_t) const` for values
/// side by side, `add_picked(State&, const Input*, const uint16_t* rows, uint32_t) const` for those
/// at some rows, `add_repeated(State&, Input, uint64_t) const`, `remove(State&, Input) const`.
template <class Op>
class FixedAggregate final : public AggregateFunction {
 public:
  using State = typename Op::State;
  using Input = typename Op::Input;
  static_assert(std::is_trivially_copyable_v<State> && alignof(State) <= 8);
  explicit FixedAggregate(Op op = Op()) : op_(op) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override {
    std::memset(state, 0, sizeof(State));  // padding too: states spill as they lie
    new (state) State();
  }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    for_each_value<Input>(arguments[0], active, [&](uint32_t i, const Input& value) {
      op_.add(at(states.states[i]), value);
    });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    if (active.empty()) return;  // a constant is there without a row
    const Column& column = arguments[0];
    if constexpr (requires(State& s, Input v) { op_.add_repeated(s, v, uint64_t{1}); }) {
      if (column.is_constant()) {
        if (!column.is_null(0)) op_.add_repeated(at(state), column.value<Input>(0), active.size());
        return;
      }
    }
    if constexpr (requires(State& s, const Input* v) { op_.add_run(s, v, uint32_t{1}); }) {
      if (column.is_flat() && active.is_all() && !column.validity()) {
        op_.add_run(at(state), column.values<Input>(), active.size());
        return;
      }
    }
    if constexpr (requires(State& s, const Input* v, const uint16_t* r) {
                    op_.add_picked(s, v, r, uint32_t{1});
                  }) {
      if (column.is_flat() && !active.is_all() && !column.validity()) {
        op_.add_picked(at(state), column.values<Input>(), active.rows(), active.size());
        return;
      }
    }
    State local = at(state);
    for_each_value<Input>(column, active,
                          [&](uint32_t, const Input& value) { op_.add(local, value); });
    at(state) = local;
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) op_.merge(at(from.states[i]), at(into.states[i]));
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, sizeof(State));
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    std::memcpy(state, in.bytes(sizeof(State)).data(), sizeof(State));
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) op_.result(at(states.states[i]), out);
  }
  TypeRef result_type() const override { return op_.type(); }
  void run(std::span<const Column> arguments, uint32_t begin, uint32_t end, const uint64_t* passing,
           std::byte* state, Arena&, ColumnBuilder& out) const override {
    const Column& column = arguments[0];
    State local = at(state);
    const bool all = !passing && !column.validity();
    for (uint32_t row = begin; row < end; ++row) {
      if (all || ((!passing || test_bit(passing, row)) && !column.is_null(row)))
        op_.add(local, column.value<Input>(row));
      op_.result(local, out);
    }
    at(state) = local;
  }
  bool invertible() const override {
    return requires(State& s, Input v) { op_.remove(s, v); };
  }
  void retract(std::span<const Column> arguments, const Selection& active, std::byte* state,
               Arena&) const override {
    if constexpr (requires(State& s, Input v) { op_.remove(s, v); }) {
      for_each_value<Input>(arguments[0], active,
                            [&](uint32_t, const Input& value) { op_.remove(at(state), value); });
    } else {
      UNREACHABLE();
    }
  }

 private:
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  const Op op_;
};

template <class Op>
AggregateFunctionRef fixed_aggregate(Op op = Op()) {
  return make_ref<const FixedAggregate<Op>>(op);
}

/// The type argument `index` has once the caller has cast it.
inline TypeRef bound_type(const AggregateBinding& binding, size_t index) {
  if (index < binding.cast_to.size() && binding.cast_to[index]) return binding.cast_to[index];
  return binding.argument_types[index];
}
/// Asks the caller to cast an argument.
inline void cast_argument(AggregateBinding& binding, size_t index, TypeRef type) {
  if (binding.cast_to.size() <= index) binding.cast_to.resize(index + 1, nullptr);
  binding.cast_to[index] = type;
}

}  // namespace doline
