#include <cmath>
#include <limits>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

namespace {

enum class PairResult : uint8_t {
  kCovariancePopulation,
  kCovarianceSample,
  kCorrelation,
  kCount,
  kAverageX,
  kAverageY,
  kSumXX,
  kSumYY,
  kSumXY,
  kSlope,
  kIntercept,
  kR2,
  kWeightedAverage,
};

/// Aggregates over pairs (y, x) of doubles: means, squared deviations and co-deviation by Welford's
/// scheme. Pairs with a NULL do not count.
class PairAggregate final : public AggregateFunction {
 public:
  explicit PairAggregate(PairResult wanted) : wanted_(wanted) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override { new (state) State(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    update_each(arguments, active, [&](uint32_t i) { return states.states[i]; });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    update_each(arguments, active, [&](uint32_t) { return state; });
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) merge_one(at(from.states[i]), at(into.states[i]));
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, sizeof(State));
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    std::memcpy(state, in.bytes(sizeof(State)).data(), sizeof(State));
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) result_one(at(states.states[i]), out);
  }
  TypeRef result_type() const override {
    return wanted_ == PairResult::kCount ? Type::uint32() : Type::float64();
  }

 private:
  struct State {
    uint64_t count = 0;
    double mean_x = 0;
    double mean_y = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    double sum_x = 0;   // weighted average: of weights
    double sum_xy = 0;  // and of weighted values
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active,
                   StateOf state_of) const {
    for (uint32_t i = 0; i < active.size(); ++i) {
      const uint32_t row = active[i];
      if (arguments[0].is_null(row) || arguments[1].is_null(row)) continue;
      add(at(state_of(i)), arguments[0].value<double>(row), arguments[1].value<double>(row));
    }
  }
  static void add(State& state, double y, double x) {
    const auto n = static_cast<double>(++state.count);
    const double dx = x - state.mean_x;
    const double dy = y - state.mean_y;
    state.mean_x += dx / n;
    state.mean_y += dy / n;
    state.xx += dx * (x - state.mean_x);
    state.yy += dy * (y - state.mean_y);
    state.xy += dx * (y - state.mean_y);
    state.sum_x += x;
    state.sum_xy += x * y;
  }
  static void merge_one(const State& from, State& into) {
    if (from.count == 0) return;
    if (into.count == 0) {
      into = from;
      return;
    }
    const auto a = static_cast<double>(into.count);
    const auto b = static_cast<double>(from.count);
    const double n = a + b;
    const double dx = from.mean_x - into.mean_x;
    const double dy = from.mean_y - into.mean_y;
    into.xx += from.xx + dx * dx * a * b / n;
    into.yy += from.yy + dy * dy * a * b / n;
    into.xy += from.xy + dx * dy * a * b / n;
    into.mean_x = (a * into.mean_x + b * from.mean_x) / n;
    into.mean_y = (a * into.mean_y + b * from.mean_y) / n;
    into.count += from.count;
    into.sum_x += from.sum_x;
    into.sum_xy += from.sum_xy;
  }
  void result_one(const State& state, ColumnBuilder& out) const {
    if (wanted_ == PairResult::kCount) return out.append(static_cast<uint32_t>(state.count));
    if (state.count == 0) return out.append_null();
    const auto n = static_cast<double>(state.count);
    switch (wanted_) {
      case PairResult::kCovariancePopulation:
        return out.append(state.xy / n);
      case PairResult::kCovarianceSample:
        if (state.count < 2) return out.append_null();
        return out.append(state.xy / (n - 1));
      case PairResult::kCorrelation: {
        const double deviations = std::sqrt(state.xx / n) * std::sqrt(state.yy / n);
        if (deviations == 0) return out.append(std::numeric_limits<double>::quiet_NaN());
        return out.append(state.xy / n / deviations);
      }
      case PairResult::kCount:
        break;
      case PairResult::kAverageX:
        return out.append(state.mean_x);
      case PairResult::kAverageY:
        return out.append(state.mean_y);
      case PairResult::kSumXX:
        return out.append(state.xx);
      case PairResult::kSumYY:
        return out.append(state.yy);
      case PairResult::kSumXY:
        return out.append(state.xy);
      case PairResult::kSlope:
        if (state.xx == 0) return out.append(std::numeric_limits<double>::quiet_NaN());
        return out.append(state.xy / state.xx);
      case PairResult::kIntercept:
        if (state.xx == 0) return out.append_null();
        return out.append(state.mean_y - state.xy / state.xx * state.mean_x);
      case PairResult::kR2:
        if (state.xx == 0) return out.append_null();
        if (state.yy == 0) return out.append(1.0);
        return out.append(state.xy * state.xy / (state.xx * state.yy));
      case PairResult::kWeightedAverage:
        return out.append(state.sum_xy / state.sum_x);
    }
    UNREACHABLE();
  }

  const PairResult wanted_;
};

template <PairResult kResult>
void bind_pair(AggregateBinding& binding) {
  binding.function = make_ref<const PairAggregate>(kResult);
}

}  // namespace

void register_regression_aggregates(FunctionRegistry& registry) {
  const auto add = [&](const char* name, std::vector<std::string> aliases, const char* summary,
                       const char* example, const char* result, void (*bind)(AggregateBinding&)) {
    registry.add(
        AggregateDeclaration{.name = name,
                             .aliases = std::move(aliases),
                             .summary = summary,
                             .example = example,
                             .example_result = result,
                             .overloads = {{{Type::float64(), Type::float64()}, {}, bind}}});
  };
  add("covar_pop", {}, "The population covariance of pairs without NULL.", "covar_pop(x, 2 * x)",
      "1.3333333333333333", bind_pair<PairResult::kCovariancePopulation>);
  add("covar_samp", {}, "The sample covariance of pairs without NULL.", "covar_samp(x, 2 * x)",
      "2.0", bind_pair<PairResult::kCovarianceSample>);
  add("corr", {}, "The correlation coefficient of pairs without NULL.", "round(corr(x, 2 * x), 6)",
      "1.0", bind_pair<PairResult::kCorrelation>);
  add("regr_count", {}, "The number of pairs without NULL.", "regr_count(x, x)", "3",
      bind_pair<PairResult::kCount>);
  add("regr_avgx", {}, "The mean of the second argument over pairs without NULL.",
      "regr_avgx(x, 2 * x)", "4.0", bind_pair<PairResult::kAverageX>);
  add("regr_avgy", {}, "The mean of the first argument over pairs without NULL.",
      "regr_avgy(x, 2 * x)", "2.0", bind_pair<PairResult::kAverageY>);
  add("regr_sxx", {}, "The sum of squared deviations of the second argument.", "regr_sxx(x, 2 * x)",
      "8.0", bind_pair<PairResult::kSumXX>);
  add("regr_syy", {}, "The sum of squared deviations of the first argument.", "regr_syy(x, 2 * x)",
      "2.0", bind_pair<PairResult::kSumYY>);
  add("regr_sxy", {}, "The sum of products of deviations.", "regr_sxy(x, 2 * x)", "4.0",
      bind_pair<PairResult::kSumXY>);
  add("regr_slope", {}, "The slope of the line through the pairs, first argument over second.",
      "regr_slope(x, 2 * x)", "0.5", bind_pair<PairResult::kSlope>);
  add("regr_intercept", {}, "Where the line through the pairs meets zero.",
      "regr_intercept(x, 2 * x)", "0.0", bind_pair<PairResult::kIntercept>);
  add("regr_r2", {},
      "The square of the correlation: how much of the first argument the second explains.",
      "regr_r2(x, 2 * x)", "1.0", bind_pair<PairResult::kR2>);
  add("weighted_avg", {"wavg"}, "The mean of the first argument weighted by the second.",
      "weighted_avg(x, x)", "2.3333333333333335", bind_pair<PairResult::kWeightedAverage>);
}

}  // namespace doline
