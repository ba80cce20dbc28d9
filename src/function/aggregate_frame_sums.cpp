#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "kernel/wrapping.h"

namespace doline {

// Sums as dataframes mean them: of the argument's own type (small integers as BIGINT), wrapping
// around, and zero of nothing.

namespace {

template <class T, class Total>
struct WrappingSum {
  struct State {
    Stored<Total> sum;
  };
  using Input = T;
  TypeRef result_type = Type::int64();

  void add(State& state, T value) const {
    if constexpr (std::is_floating_point_v<T>) {
      state.sum.set(state.sum.get() + static_cast<Total>(value));
    } else {
      state.sum.set(wrapping_add(state.sum.get(), static_cast<Total>(value)));
    }
  }
  void remove(State& state, T value) const
    requires(!std::is_floating_point_v<T>)
  {
    state.sum.set(wrapping_subtract(state.sum.get(), static_cast<Total>(value)));
  }
  void add_run(State& state, const T* values, uint32_t count) const
    requires(!std::is_same_v<T, bool>)
  {
    constexpr uint32_t kLanes = 8;  // so that additions do not wait for each other
    Total sums[kLanes] = {};
    const auto into = [](Total& sum, T value) {
      if constexpr (std::is_floating_point_v<T>) {
        sum += static_cast<Total>(value);
      } else {
        sum = wrapping_add(sum, static_cast<Total>(value));
      }
    };
    uint32_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (uint32_t lane = 0; lane < kLanes; ++lane) into(sums[lane], values[i + lane]);
    }
    for (; i < count; ++i) into(sums[0], values[i]);
    for (const Total sum : sums) merge({{sum}}, state);
  }
  void merge(const State& from, State& into) const {
    if constexpr (std::is_floating_point_v<T>) {
      into.sum.set(into.sum.get() + from.sum.get());
    } else {
      into.sum.set(wrapping_add(into.sum.get(), from.sum.get()));
    }
  }
  TypeRef type() const { return result_type; }
  void result(const State& state, ColumnBuilder& out) const {
    using Out = std::conditional_t<std::is_same_v<T, float>, float, Total>;
    out.append(static_cast<Out>(state.sum.get()));
  }
};

template <class T, class Total>
void bind_frame_sum(AggregateBinding& binding) {
  WrappingSum<T, Total> op;
  const TypeRef type = bound_type(binding, 0);
  if (std::is_same_v<T, bool>) op.result_type = Type::uint32();
  else if (sizeof(T) > 2) op.result_type = type;
  binding.function = fixed_aggregate(op);
}

}  // namespace

void register_frame_sums(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "wrapping_sum",
      .aliases = {},
      .summary = "The sum in the argument's own type, small integers as BIGINT, wrapping around; 0 "
                 "of nothing.",
      .example = "wrapping_sum(x)",
      .example_result = "6",
      .overloads = {{{Type::boolean()}, {}, bind_frame_sum<bool, uint32_t>},
                    {{Type::int8()}, {}, bind_frame_sum<int8_t, int64_t>},
                    {{Type::int16()}, {}, bind_frame_sum<int16_t, int64_t>},
                    {{Type::int32()}, {}, bind_frame_sum<int32_t, int32_t>},
                    {{Type::int64()}, {}, bind_frame_sum<int64_t, int64_t>},
                    {{Type::uint8()}, {}, bind_frame_sum<uint8_t, int64_t>},
                    {{Type::uint16()}, {}, bind_frame_sum<uint16_t, int64_t>},
                    {{Type::uint32()}, {}, bind_frame_sum<uint32_t, uint32_t>},
                    {{Type::uint64()}, {}, bind_frame_sum<uint64_t, uint64_t>},
                    {{Type::duration()}, {}, bind_frame_sum<int64_t, int64_t>},
                    {{Type::float32()}, {}, bind_frame_sum<float, double>},
                    {{Type::float64()}, {}, bind_frame_sum<double, double>}},
  });
}

}  // namespace doline
