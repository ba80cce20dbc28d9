#include <algorithm>
#include <cmath>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "kernel/wrapping.h"

namespace doline {

// Sums, products and means as dataframes mean them: of the argument's own type (small integers as
// BIGINT), wrapping around, and of nothing zero, one and NULL.

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
    for (const Total sum : sums) {
      State part;
      part.sum.set(sum);
      merge(part, state);
    }
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

/// BIGINT of integers, wrapping around; DOUBLE of floats.
template <class T>
struct WrappingProduct {
  struct State {
    T product = 1;
  };
  using Input = T;
  void add(State& state, T value) const {
    if constexpr (std::is_floating_point_v<T>) {
      state.product *= value;
    } else {
      state.product = wrapping_multiply(state.product, value);
    }
  }
  void merge(const State& from, State& into) const { add(into, from.product); }
  TypeRef type() const { return std::is_floating_point_v<T> ? Type::float64() : Type::int64(); }
  void result(const State& state, ColumnBuilder& out) const { out.append(state.product); }
};

/// The mean of BOOLEAN as DOUBLE, and of FLOAT as FLOAT.
template <class T>
struct FrameMean {
  struct State {
    double sum = 0;
    uint64_t count = 0;
  };
  using Input = T;
  void add(State& state, T value) const {
    state.sum += static_cast<double>(value);
    ++state.count;
  }
  void merge(const State& from, State& into) const {
    into.sum += from.sum;
    into.count += from.count;
  }
  TypeRef type() const { return std::is_same_v<T, bool> ? Type::float64() : Type::float32(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    const double mean = state.sum / static_cast<double>(state.count);
    if constexpr (std::is_same_v<T, bool>) {
      out.append(mean);
    } else {
      out.append(static_cast<T>(mean));
    }
  }
};

/// Of instants and spans of time: a value of the argument's own type, cut off to microseconds.
struct InstantMean {
  struct State {
    Wide sum;
    uint64_t count = 0;
  };
  using Input = int64_t;
  TypeRef result_type = Type::timestamp();
  void add(State& state, int64_t value) const {
    state.sum.set(state.sum.get() + value);
    ++state.count;
  }
  void remove(State& state, int64_t value) const {
    state.sum.set(state.sum.get() - value);
    --state.count;
  }
  void merge(const State& from, State& into) const {
    into.sum.set(into.sum.get() + from.sum.get());
    into.count += from.count;
  }
  TypeRef type() const { return result_type; }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(static_cast<int64_t>(state.sum.get() / static_cast<int128_t>(state.count)));
  }
};

void bind_instant_mean(AggregateBinding& binding) {
  InstantMean op;
  op.result_type = bound_type(binding, 0);
  binding.function = fixed_aggregate(op);
}

/// The least or greatest float that is a number; NaN where all are.
template <class T, bool kMinimum>
struct FloatExtreme {
  struct State {
    T value = 0;
    uint32_t count = 0;
  };
  using Input = T;
  void add(State& state, T value) const {
    const bool better = kMinimum ? value < state.value : value > state.value;
    if (state.count == 0 || better || std::isnan(state.value)) state = {value, 1};
  }
  void merge(const State& from, State& into) const {
    if (from.count != 0) add(into, from.value);
  }
  TypeRef type() const { return std::is_same_v<T, float> ? Type::float32() : Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(state.value);
  }
};

/// Of anything but floats, min and max themselves.
template <bool kMinimum>
void bind_frame_extreme(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  if (type->is(TypeKind::kDouble)) {
    binding.function = fixed_aggregate<FloatExtreme<double, kMinimum>>();
  } else if (type->is(TypeKind::kFloat)) {
    binding.function = fixed_aggregate<FloatExtreme<float, kMinimum>>();
  } else {
    const auto* plain = FunctionRegistry::instance().aggregate(kMinimum ? "min" : "max");
    plain->overloads[0].bind(binding);
  }
}

/// Of decimals: exact, DECIMAL(38), zero of nothing.
template <class T>
struct DecimalSum {
  struct State {
    Wide sum;
  };
  using Input = T;
  TypeRef result_type = nullptr;
  void add(State& state, T value) const { put(state, value); }
  void remove(State& state, T value) const { put(state, -int128_t{value}); }
  void add_run(State& state, const T* values, uint32_t count) const
    requires(sizeof(T) == 8)
  {
    int128_t sum = 0;
    for (uint32_t i = 0; i < count; ++i) sum += values[i];
    put(state, sum);
  }
  void merge(const State& from, State& into) const { put(into, from.sum.get()); }
  TypeRef type() const { return result_type; }
  void result(const State& state, ColumnBuilder& out) const { out.append(state.sum.get()); }

 private:
  static void put(State& state, int128_t value) {
    int128_t sum;
    if (__builtin_add_overflow(state.sum.get(), value, &sum)) {
      throw Error(ErrorCode::kOverflow, "a sum leaves the range of DECIMAL(38)")
          .hint("cast the column to Float64 first");
    }
    state.sum.set(sum);
  }
};

void bind_decimal_sum(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  const auto make = [&](auto op) {
    op.result_type = Type::decimal(38, type->scale());
    binding.function = fixed_aggregate(op);
  };
  if (type->physical() == PhysicalType::kInt64) {
    make(DecimalSum<int64_t>());
  } else {
    make(DecimalSum<int128_t>());
  }
}

template <class Op>
void bind_op(AggregateBinding& binding) {
  binding.function = fixed_aggregate<Op>();
}

template <class T, class Total>
void bind_frame_sum(AggregateBinding& binding) {
  WrappingSum<T, Total> op;
  const TypeRef type = bound_type(binding, 0);
  if (std::is_same_v<T, bool>)
    op.result_type = Type::uint32();
  else if (sizeof(T) > 2)
    op.result_type = type;
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
                    {{Type::hugeint()}, {}, bind_frame_sum<int128_t, int128_t>},
                    {{Type::duration()}, {}, bind_frame_sum<int64_t, int64_t>},
                    {{TypePattern::decimal()}, {}, bind_decimal_sum},
                    {{Type::float32()}, {}, bind_frame_sum<float, double>},
                    {{Type::float64()}, {}, bind_frame_sum<double, double>}},
      // Sums of FLOAT are kept as doubles, which the parts' results no longer are.
      .merging = {{{"wrapping_sum", "wrapping_sum"}},
                  [](const Type& type) { return !type.is(TypeKind::kFloat); }},
      .adds_up = true,
  });
  registry.add(AggregateDeclaration{
      .name = "frame_product",
      .aliases = {},
      .summary =
          "The product: BIGINT of integers, wrapping around, DOUBLE of floats; 1 of nothing.",
      .example = "frame_product(x)",
      .example_result = "6",
      .overloads = {{{Type::int64()}, {}, bind_op<WrappingProduct<int64_t>>},
                    {{Type::float64()}, {}, bind_op<WrappingProduct<double>>}},
      .merging = merges_by("frame_product", "frame_product"),
  });
  registry.add(AggregateDeclaration{
      .name = "frame_min",
      .aliases = {},
      .summary = "The least value; of floats the least number, NaN where all are NaN.",
      .example = "frame_min(x)",
      .example_result = "1",
      .overloads = {{{TypePattern::any()}, {}, bind_frame_extreme<true>}},
      .ignores_distinct = true,
      .merging = merges_by("frame_min", "frame_min"),
  });
  registry.add(AggregateDeclaration{
      .name = "frame_max",
      .aliases = {},
      .summary = "The greatest value; of floats the greatest number, NaN where all are NaN.",
      .example = "frame_max(x)",
      .example_result = "3",
      .overloads = {{{TypePattern::any()}, {}, bind_frame_extreme<false>}},
      .ignores_distinct = true,
      .merging = merges_by("frame_max", "frame_max"),
  });
  std::vector<AggregateOverload> means = {{{Type::boolean()}, {}, bind_op<FrameMean<bool>>},
                                          {{Type::float32()}, {}, bind_op<FrameMean<float>>}};
  for (TypeRef type : {Type::timestamp(), Type::timestamp_tz(), Type::time(), Type::duration()}) {
    means.push_back({{type}, {}, bind_instant_mean});
  }
  for (const AggregateOverload& overload : registry.aggregate("avg")->overloads) {
    const TypeRef type = overload.parameters[0].type;
    const bool is_declared = std::any_of(means.begin(), means.end(), [&](const auto& mean) {
      return type != nullptr && mean.parameters[0].type == type;
    });
    if (!is_declared) means.push_back(overload);
  }
  registry.add(AggregateDeclaration{
      .name = "frame_mean",
      .aliases = {},
      .summary = "The mean: of BOOLEAN too, and of FLOAT as FLOAT; else as avg.",
      .example = "frame_mean(x)",
      .example_result = "2.0",
      .overloads = std::move(means),
      .merging = merges_as_mean(),
      .adds_up = true,
  });
}

}  // namespace doline
