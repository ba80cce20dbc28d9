#include <cmath>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

namespace {

/// Welford's running mean and sum of squared deviations; merged as Chan, Golub and LeVeque do.
struct Variance {
  struct State {
    uint64_t count = 0;
    double mean = 0;
    double squares = 0;
  };
  using Input = double;
  enum class Result : uint8_t {
    kVariancePopulation,
    kVarianceSample,
    kDeviationPopulation,
    kDeviationSample,
    kMeanError
  };
  Result wanted = Result::kVarianceSample;

  void add(State& state, double value) const {
    ++state.count;
    const double delta = value - state.mean;
    state.mean += delta / static_cast<double>(state.count);
    state.squares += delta * (value - state.mean);
  }
  void merge(const State& from, State& into) const {
    if (from.count == 0) return;
    if (into.count == 0) {
      into = from;
      return;
    }
    const auto a = static_cast<double>(into.count);
    const auto b = static_cast<double>(from.count);
    const double delta = from.mean - into.mean;
    into.count += from.count;
    into.mean = (a * into.mean + b * from.mean) / (a + b);
    into.squares += from.squares + delta * delta * a * b / (a + b);
  }
  TypeRef type() const { return Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    const auto count = static_cast<double>(state.count);
    const bool sample = wanted == Result::kVarianceSample || wanted == Result::kDeviationSample;
    if (state.count < (sample ? 2U : 1U)) return out.append_null();
    const double variance = state.squares / (sample ? count - 1 : count);
    switch (wanted) {
      case Result::kVariancePopulation:
      case Result::kVarianceSample:
        return out.append(variance);
      case Result::kDeviationPopulation:
      case Result::kDeviationSample:
        return out.append(std::sqrt(variance));
      case Result::kMeanError:
        return out.append(std::sqrt(variance) / std::sqrt(count));
    }
  }
};

/// Central moments up to the fourth (Terriberry's update and merge): sums of powers would cancel.
struct Shape {
  struct State {
    uint64_t count = 0;
    double mean = 0;
    double m2 = 0;
    double m3 = 0;
    double m4 = 0;
  };
  using Input = double;
  enum class Result : uint8_t { kSkewness, kKurtosis, kKurtosisPopulation };
  Result wanted = Result::kSkewness;

  void add(State& state, double value) const {
    const auto before = static_cast<double>(state.count);
    ++state.count;
    const auto n = static_cast<double>(state.count);
    const double delta = value - state.mean;
    const double step = delta / n;
    const double term = delta * step * before;
    state.mean += step;
    state.m4 +=
        term * step * step * (n * n - 3 * n + 3) + 6 * step * step * state.m2 - 4 * step * state.m3;
    state.m3 += term * step * (n - 2) - 3 * step * state.m2;
    state.m2 += term;
  }
  void merge(const State& from, State& into) const {
    if (from.count == 0) return;
    if (into.count == 0) {
      into = from;
      return;
    }
    const auto a = static_cast<double>(into.count);
    const auto b = static_cast<double>(from.count);
    const double n = a + b;
    const double delta = from.mean - into.mean;
    const double d2 = delta * delta;
    const double m2 = into.m2 + from.m2 + d2 * a * b / n;
    const double m3 = into.m3 + from.m3 + delta * d2 * a * b * (a - b) / (n * n) +
                      3 * delta * (a * from.m2 - b * into.m2) / n;
    const double m4 = into.m4 + from.m4 + d2 * d2 * a * b * (a * a - a * b + b * b) / (n * n * n) +
                      6 * d2 * (a * a * from.m2 + b * b * into.m2) / (n * n) +
                      4 * delta * (a * from.m3 - b * into.m3) / n;
    into = State{into.count + from.count, (a * into.mean + b * from.mean) / n, m2, m3, m4};
  }
  TypeRef type() const { return Type::float64(); }
  void result(const State& state, ColumnBuilder& out) const {
    const auto n = static_cast<double>(state.count);
    const auto put = [&](double value) {
      if (std::isfinite(value)) {
        out.append(value);
      } else {
        out.append_null();
      }
    };
    switch (wanted) {
      case Result::kSkewness:
        if (state.count <= 2) return out.append_null();
        return put(std::sqrt(n * (n - 1)) / (n - 2) * (state.m3 / n) / std::pow(state.m2 / n, 1.5));
      case Result::kKurtosis: {
        if (state.count <= 3) return out.append_null();
        const double ratio = (state.m4 / n) / ((state.m2 / n) * (state.m2 / n));
        return put((n - 1) * ((n + 1) * ratio - 3 * (n - 1)) / ((n - 2) * (n - 3)));
      }
      case Result::kKurtosisPopulation:
        if (state.count <= 1) return out.append_null();
        return put((state.m4 / n) / ((state.m2 / n) * (state.m2 / n)) - 3);
    }
  }
};

template <class Op, typename Op::Result kResult>
void bind_moment(AggregateBinding& binding) {
  Op op;
  op.wanted = kResult;
  binding.function = fixed_aggregate(op);
}

}  // namespace

void register_moment_aggregates(FunctionRegistry& registry) {
  const auto add = [&](const char* name, std::vector<std::string> aliases, const char* summary,
                       const char* example, const char* result, void (*bind)(AggregateBinding&)) {
    registry.add(AggregateDeclaration{.name = name,
                                      .aliases = std::move(aliases),
                                      .summary = summary,
                                      .example = example,
                                      .example_result = result,
                                      .overloads = {{{Type::float64()}, {}, bind}}});
  };
  using V = Variance::Result;
  using S = Shape::Result;
  add("var_samp", {"variance"}, "The sample variance; NULL of fewer than two values.",
      "var_samp(x)", "1.0", bind_moment<Variance, V::kVarianceSample>);
  add("var_pop", {}, "The population variance.", "var_pop(x)", "0.6666666666666666",
      bind_moment<Variance, V::kVariancePopulation>);
  add("stddev_samp", {"stddev"}, "The sample standard deviation; NULL of fewer than two values.",
      "stddev_samp(x)", "1.0", bind_moment<Variance, V::kDeviationSample>);
  add("stddev_pop", {}, "The population standard deviation.", "stddev_pop(x)", "0.816496580927726",
      bind_moment<Variance, V::kDeviationPopulation>);
  add("sem", {}, "The standard error of the mean.", "sem(x)", "0.4714045207910317",
      bind_moment<Variance, V::kMeanError>);
  add("skewness", {}, "The sample skewness; NULL of fewer than three values.", "skewness(x)", "0.0",
      bind_moment<Shape, S::kSkewness>);
  add("kurtosis", {}, "The sample excess kurtosis; NULL of fewer than four values.", "kurtosis(x)",
      "NULL", bind_moment<Shape, S::kKurtosis>);
  add("kurtosis_pop", {}, "The population excess kurtosis.", "kurtosis_pop(x)", "-1.5",
      bind_moment<Shape, S::kKurtosisPopulation>);
}

}  // namespace doline
