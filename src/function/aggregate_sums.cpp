#include <cmath>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

namespace {

int128_t checked_add(int128_t a, int128_t b) {
  int128_t sum;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw Error(ErrorCode::kOverflow, "a sum leaves the range of HUGEINT")
        .hint("cast the argument to DOUBLE: sum(x::DOUBLE)");
  }
  return sum;
}

struct IntegerTotal {
  Wide sum;
  uint64_t count = 0;
};

/// Adds integers and unscaled decimals. A sum of 64-bit values cannot leave 128 bits; sums of
/// 128-bit values are checked.
template <class T>
struct IntegerSummation {
  using State = IntegerTotal;
  using Input = T;
  void add(State& state, T value) const {
    if constexpr (sizeof(T) == 16) {
      state.sum.set(checked_add(state.sum.get(), value));
    } else {
      state.sum.set(state.sum.get() + value);
    }
    ++state.count;
  }
  void remove(State& state, T value) const {
    state.sum.set(state.sum.get() - value);
    --state.count;
  }
  void add_run(State& state, const T* values, uint32_t count) const
    requires(!std::is_same_v<T, bool>)
  {
    if constexpr (sizeof(T) <= 4) {
      int64_t sum = 0;  // a chunk's 2^11 values of 32 bits cannot leave it
      for (uint32_t i = 0; i < count; ++i) sum += values[i];
      state.sum.set(state.sum.get() + sum);
    } else if constexpr (sizeof(T) == 8) {
      int128_t sum = 0;
      for (uint32_t i = 0; i < count; ++i) sum += values[i];
      state.sum.set(state.sum.get() + sum);
    } else {
      int128_t sum = state.sum.get();
      for (uint32_t i = 0; i < count; ++i) sum = checked_add(sum, values[i]);
      state.sum.set(sum);
    }
    state.count += count;
  }
  void add_picked(State& state, const T* values, const uint16_t* rows, uint32_t count) const
    requires(sizeof(T) <= 8 && !std::is_same_v<T, bool>)
  {
    if constexpr (sizeof(T) <= 4) {
      int64_t sums[2] = {};
      for (uint32_t i = 0; i < count; ++i) sums[i & 1] += values[rows[i]];
      state.sum.set(state.sum.get() + sums[0] + sums[1]);
    } else {
      int128_t sum = 0;
      for (uint32_t i = 0; i < count; ++i) sum += values[rows[i]];
      state.sum.set(state.sum.get() + sum);
    }
    state.count += count;
  }
  void add_repeated(State& state, T value, uint64_t times) const {
    int128_t product;
    if (__builtin_mul_overflow(int128_t{value}, int128_t{times}, &product)) {
      product = kInt128Max;
      checked_add(product, 1);
    }
    state.sum.set(checked_add(state.sum.get(), product));
    state.count += times;
  }
  void merge(const State& from, State& into) const {
    into.sum.set(checked_add(into.sum.get(), from.sum.get()));
    into.count += from.count;
  }
};

template <class T>
struct IntegerSum : IntegerSummation<T> {
  TypeRef result_type = Type::hugeint();
  TypeRef type() const { return result_type; }
  void result(const IntegerTotal& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(state.sum.get());
  }
};

/// Divides once, at the end, so that the average of decimals is as exact as a double can be.
template <class T>
struct IntegerAverage : IntegerSummation<T> {
  long double unit = 1;  // of a decimal: 10^scale
  TypeRef type() const { return Type::float64(); }
  void result(const IntegerTotal& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    const auto sum = static_cast<long double>(state.sum.get());
    out.append(static_cast<double>(sum / static_cast<long double>(state.count) / unit));
  }
};

/// Of instants and times of day: a value of the argument's own type.
struct InstantAverage : IntegerSummation<int64_t> {
  TypeRef result_type = Type::timestamp();
  TypeRef type() const { return result_type; }
  void result(const IntegerTotal& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    const int128_t sum = state.sum.get();
    const auto count = static_cast<int128_t>(state.count);
    // To the nearest, a half down; before 1970 the fraction is dropped: both as DuckDB 2.0 has it.
    out.append(static_cast<int64_t>(sum / count + (sum % count > count / 2)));
  }
};

struct FloatTotal {
  double sum = 0;
  uint64_t count = 0;
};

template <class T>
struct FloatSummation {
  using State = FloatTotal;
  using Input = T;
  void add(State& state, T value) const {
    state.sum += static_cast<double>(value);
    ++state.count;
  }
  void add_run(State& state, const T* values, uint32_t count) const {
    // Eight sums: the additions do not wait for each other.
    double sums[8] = {};
    uint32_t i = 0;
    for (; i + 8 <= count; i += 8) {
      for (uint32_t lane = 0; lane < 8; ++lane) sums[lane] += static_cast<double>(values[i + lane]);
    }
    for (; i < count; ++i) sums[0] += static_cast<double>(values[i]);
    state.sum +=
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    state.count += count;
  }
  void add_picked(State& state, const T* values, const uint16_t* rows, uint32_t count) const {
    double sums[4] = {};
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
      for (uint32_t lane = 0; lane < 4; ++lane)
        sums[lane] += static_cast<double>(values[rows[i + lane]]);
    }
    for (; i < count; ++i) sums[0] += static_cast<double>(values[rows[i]]);
    state.sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    state.count += count;
  }
  void merge(const State& from, State& into) const {
    into.sum += from.sum;
    into.count += from.count;
  }
};

template <class T>
struct FloatSum : FloatSummation<T> {
  TypeRef type() const { return Type::float64(); }
  void result(const FloatTotal& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(state.sum);
  }
};

template <class T>
struct FloatAverage : FloatSummation<T> {
  TypeRef type() const { return Type::float64(); }
  void result(const FloatTotal& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(state.sum / static_cast<double>(state.count));
  }
};

/// Kahan's compensated summation, in Neumaier's form, which survives large terms.
struct ExactFloatTotal {
  double sum = 0;
  double lost = 0;
  uint64_t count = 0;
  void add(double value) {
    const double next = sum + value;
    if (std::isfinite(next)) {
      lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
    }
    sum = next;
  }
  double total() const { return sum + lost; }
};

template <bool kAverage>
struct ExactFloat {
  using State = ExactFloatTotal;
  using Input = double;
  void add(State& state, double value) const {
    state.add(value);
    ++state.count;
  }
  void merge(const State& from, State& into) const {
    into.add(from.sum);
    into.lost += from.lost;
    into.count += from.count;
  }
  TypeRef type() const { return Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(kAverage ? state.total() / static_cast<double>(state.count) : state.total());
  }
};

struct Product {
  struct State {
    double product = 1;
    uint64_t count = 0;
  };
  using Input = double;
  void add(State& state, double value) const {
    state.product *= value;
    ++state.count;
  }
  void merge(const State& from, State& into) const {
    into.product *= from.product;
    into.count += from.count;
  }
  TypeRef type() const { return Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(state.product);
  }
};

struct GeometricMean {
  using State = FloatTotal;
  using Input = double;
  void add(State& state, double value) const {
    state.sum += std::log(value);
    ++state.count;
  }
  void merge(const State& from, State& into) const {
    into.sum += from.sum;
    into.count += from.count;
  }
  TypeRef type() const { return Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    out.append(std::exp(state.sum / static_cast<double>(state.count)));
  }
};

/// Months, days and microseconds are averaged apart; what does not divide moves down a unit.
struct IntervalAverage {
  struct State {
    int64_t months = 0;
    int64_t days = 0;
    Wide micros;
    uint64_t count = 0;
  };
  using Input = Interval;
  void add(State& state, const Interval& value) const {
    state.months += value.months;
    state.days += value.days;
    state.micros.set(state.micros.get() + value.micros);
    ++state.count;
  }
  void remove(State& state, const Interval& value) const {
    state.months -= value.months;
    state.days -= value.days;
    state.micros.set(state.micros.get() - value.micros);
    --state.count;
  }
  void merge(const State& from, State& into) const {
    into.months += from.months;
    into.days += from.days;
    into.micros.set(into.micros.get() + from.micros.get());
    into.count += from.count;
  }
  TypeRef type() const { return Type::interval(); }
  void result(const State& state, ColumnBuilder& out) const {
    if (state.count == 0) return out.append_null();
    constexpr int64_t kDayMicros = int64_t{86'400'000'000};
    const auto count = static_cast<int64_t>(state.count);
    const int128_t days = int128_t{state.months % count} * 30 + state.days;
    const int128_t micros = (days % count) * kDayMicros + state.micros.get();
    out.append(Interval{static_cast<int32_t>(state.months / count),
                        static_cast<int32_t>(days / count), static_cast<int64_t>(micros / count)});
  }
};

template <template <class> class Op>
AggregateFunctionRef integer_aggregate(PhysicalType physical, auto&& adjust) {
  const auto make = [&]<class T>() {
    Op<T> op;
    adjust(op);
    return fixed_aggregate(op);
  };
  switch (physical) {
    case PhysicalType::kBool:
      return make.template operator()<bool>();
    case PhysicalType::kInt8:
      return make.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return make.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return make.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return make.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return make.template operator()<int128_t>();
    case PhysicalType::kUInt8:
      return make.template operator()<uint8_t>();
    case PhysicalType::kUInt16:
      return make.template operator()<uint16_t>();
    case PhysicalType::kUInt32:
      return make.template operator()<uint32_t>();
    case PhysicalType::kUInt64:
      return make.template operator()<uint64_t>();
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

void bind_sum(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  if (type->physical() == PhysicalType::kDouble) {
    binding.function = fixed_aggregate<FloatSum<double>>();
  } else if (type->physical() == PhysicalType::kFloat) {
    binding.function = fixed_aggregate<FloatSum<float>>();
  } else {
    const TypeRef result =
        type->is(TypeKind::kDecimal) ? Type::decimal(38, type->scale()) : Type::hugeint();
    binding.function =
        integer_aggregate<IntegerSum>(type->physical(), [&](auto& op) { op.result_type = result; });
  }
}

void bind_average(AggregateBinding& binding) {
  const TypeRef type = bound_type(binding, 0);
  if (type->physical() == PhysicalType::kDouble) {
    binding.function = fixed_aggregate<FloatAverage<double>>();
  } else if (type->physical() == PhysicalType::kFloat) {
    binding.function = fixed_aggregate<FloatAverage<float>>();
  } else {
    long double unit = 1;
    for (int digit = 0; type->is(TypeKind::kDecimal) && digit < type->scale(); ++digit) unit *= 10;
    binding.function =
        integer_aggregate<IntegerAverage>(type->physical(), [&](auto& op) { op.unit = unit; });
  }
}

void bind_instant_average(AggregateBinding& binding) {
  InstantAverage op;
  op.result_type = bound_type(binding, 0);
  binding.function = fixed_aggregate(op);
}

template <class Op>
void bind_double(AggregateBinding& binding) {
  binding.function = fixed_aggregate<Op>();
}

}  // namespace

void register_sum_aggregates(FunctionRegistry& registry) {
  auto summable = integer_patterns();
  summable.insert(summable.begin(), {Type::boolean(), TypePattern::decimal()});
  auto no_overflow = overloads_for(integer_patterns(), bind_sum);
  no_overflow.push_back({{TypePattern::decimal()}, {}, bind_sum});
  summable.insert(summable.end(), {Type::float32(), Type::float64()});
  registry.add(AggregateDeclaration{
      .name = "sum",
      .aliases = {},
      .summary = "The sum: HUGEINT of integers, DECIMAL(38) of decimals, DOUBLE of floats; NULL of "
                 "nothing.",
      .example = "sum(x)",
      .example_result = "6",
      .overloads = overloads_for(summable, bind_sum),
      .merging = merges_by("sum", "sum"),
      .adds_up = true,
  });
  registry.add(AggregateDeclaration{
      .name = "sum_no_overflow",
      .aliases = {},
      .summary = "The sum of integers or decimals that is known to fit.",
      .example = "sum_no_overflow(x)",
      .example_result = "6",
      .overloads = std::move(no_overflow),
      .merging = merges_by("sum_no_overflow", "sum_no_overflow"),
      .adds_up = true,
  });
  auto average = overloads_for(integer_patterns(), bind_average);
  average.push_back({{TypePattern::decimal()}, {}, bind_average});
  average.push_back({{Type::float32()}, {}, bind_average});
  average.push_back({{Type::float64()}, {}, bind_average});
  for (TypeRef type : {Type::timestamp(), Type::timestamp_tz(), Type::time(), Type::duration()}) {
    average.push_back({{type}, {}, bind_instant_average});
  }
  average.push_back({{Type::interval()}, {}, bind_double<IntervalAverage>});
  registry.add(AggregateDeclaration{
      .name = "avg",
      .aliases = {"mean"},
      .summary = "The arithmetic mean: DOUBLE of numbers, the argument's own type of instants and "
                 "intervals.",
      .example = "avg(x)",
      .example_result = "2.0",
      .overloads = std::move(average),
      .merging = merges_as_mean(),
      .adds_up = true,
  });
  registry.add(AggregateDeclaration{
      .name = "fsum",
      .aliases = {"kahan_sum", "sumkahan"},
      .summary = "The sum of doubles with compensation for rounding.",
      .example = "fsum(x)",
      .example_result = "6.0",
      .overloads = {{{Type::float64()}, {}, bind_double<ExactFloat<false>>}},
  });
  registry.add(AggregateDeclaration{
      .name = "favg",
      .aliases = {},
      .summary = "The mean of doubles with compensation for rounding.",
      .example = "favg(x)",
      .example_result = "2.0",
      .overloads = {{{Type::float64()}, {}, bind_double<ExactFloat<true>>}},
  });
  registry.add(AggregateDeclaration{
      .name = "product",
      .aliases = {},
      .summary = "The product of all values.",
      .example = "product(x)",
      .example_result = "6.0",
      .overloads = {{{Type::float64()}, {}, bind_double<Product>}},
      .merging = merges_by("product", "product"),
  });
  registry.add(AggregateDeclaration{
      .name = "geomean",
      .aliases = {"geometric_mean"},
      .summary = "The geometric mean, exp(avg(ln(x))).",
      .example = "geomean(x * x)",
      .example_result = "3.3019272488946267",
      .overloads = {{{Type::float64()}, {}, bind_double<GeometricMean>}},
  });
}

}  // namespace doline
