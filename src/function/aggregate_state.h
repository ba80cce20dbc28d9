#pragma once

#include "function/aggregate_function.h"
#include "function/aggregate_storage.h"

namespace doline {

/// An aggregate of which every group has one `State` in its place, beginning as State(). `Self` has
///
///   void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
///                    state_of) const
///
/// where state_of(i) is the State& that the i-th active row goes into.
template <class Self, class State>
class StateAggregate : public AggregateFunction {
 public:
  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override { new (state) State(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    self().update_each(arguments, active, arena,
                       [&](uint32_t i) -> State& { return at(states.states[i]); });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    self().update_each(arguments, active, arena, [&](uint32_t) -> State& { return at(state); });
  }
  bool has_variable_state() const override { return true; }

 protected:
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  static const State& at(const std::byte* state) { return *reinterpret_cast<const State*>(state); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

/// One that keeps the bytes of what it was given, in order.
template <class Self>
class ChainAggregate : public StateAggregate<Self, ByteChain> {
 public:
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i)
      at(into.states[i]).append_all(at(from.states[i]), arena);
  }
  void save(const std::byte* state, StateWriter& out) const override { at(state).save(out); }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).load(in, arena);
  }

 protected:
  using StateAggregate<Self, ByteChain>::at;
};

}  // namespace doline
