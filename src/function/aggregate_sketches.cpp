#include <algorithm>
#include <cmath>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

struct DistinctSketch {
  uint8_t* registers = nullptr;
  uint64_t* hashes = nullptr;  // distinct, while there are few
  uint32_t size = 0;
  uint32_t capacity = 0;
};

/// HyperLogLog (Flajolet et al., AofA 2007; estimator of Ertl, arXiv 1702.01284) over the values'
/// hashes: exact up to kExact distinct values, then 2^12 registers, an error of about 1.6 %.
class ApproximateDistinct final : public StateAggregate<ApproximateDistinct, DistinctSketch> {
 public:
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      State& state = at(into.states[i]);
      if (!other.registers) {
        for (uint32_t k = 0; k < other.size; ++k) add(state, other.hashes[k], arena);
        continue;
      }
      to_registers(state, arena);
      for (uint32_t k = 0; k < kRegisters; ++k) {
        state.registers[k] = std::max(state.registers[k], other.registers[k]);
      }
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const State& saved = *reinterpret_cast<const State*>(state);
    out.put(saved.registers != nullptr);
    if (saved.registers) return out.bytes(saved.registers, kRegisters);
    out.put(saved.size);
    out.bytes(saved.hashes, saved.size * sizeof(uint64_t));
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    State& loaded = at(state);
    if (in.get<bool>()) {
      to_registers(loaded, arena);
      std::memcpy(loaded.registers, in.bytes(kRegisters).data(), kRegisters);
      return;
    }
    const auto size = in.get<uint32_t>();
    for (uint32_t i = 0; i < size; ++i) add(loaded, in.get<uint64_t>(), arena);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      out.append(state.registers ? estimate(state.registers) : int64_t{state.size});
    }
  }
  TypeRef result_type() const override { return Type::int64(); }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<uint64_t> hashes(active.size());
    hash_column(column, active, hashes.data(), false);
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (!column.is_null(active[i])) add(state_of(i), hashes[i], arena);
    }
  }

 private:
  static constexpr uint32_t kExact = 64;
  static constexpr uint32_t kBits = 12;
  static constexpr uint32_t kRegisters = 1U << kBits;
  static constexpr uint32_t kRanks = 64 - kBits;
  using State = DistinctSketch;

  static void set_register(State& state, uint64_t hash) {
    const uint64_t rest = hash << kBits;
    const auto rank = static_cast<uint8_t>(
        rest == 0 ? kRanks + 1 : static_cast<uint32_t>(std::countl_zero(rest)) + 1);
    uint8_t& slot = state.registers[hash >> (64 - kBits)];
    slot = std::max(slot, rank);
  }
  static void to_registers(State& state, Arena& arena) {
    if (state.registers) return;
    state.registers = arena.allocate_array<uint8_t>(kRegisters);
    std::memset(state.registers, 0, kRegisters);
    for (uint32_t i = 0; i < state.size; ++i) set_register(state, state.hashes[i]);
    state.size = 0;
  }
  static void add(State& state, uint64_t hash, Arena& arena) {
    if (state.registers) return set_register(state, hash);
    for (uint32_t i = 0; i < state.size; ++i) {
      if (state.hashes[i] == hash) return;
    }
    if (state.size == kExact) {
      to_registers(state, arena);
      return set_register(state, hash);
    }
    if (state.size == state.capacity) {
      state.capacity = std::max<uint32_t>(4, state.capacity * 2);
      auto* hashes = arena.allocate_array<uint64_t>(state.capacity);
      std::copy_n(state.hashes, state.size, hashes);
      state.hashes = hashes;
    }
    state.hashes[state.size++] = hash;
  }
  static double sigma(double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double y = 1;
    double z = x;
    for (double last = -1; z != last;) {
      x *= x;
      last = z;
      z += x * y;
      y += y;
    }
    return z;
  }
  static double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double y = 1;
    double z = 1 - x;
    for (double last = -1; z != last;) {
      x = std::sqrt(x);
      last = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
  }
  static int64_t estimate(const uint8_t* registers) {
    uint32_t with_rank[kRanks + 2] = {};
    for (uint32_t i = 0; i < kRegisters; ++i) ++with_rank[registers[i]];
    constexpr double m = kRegisters;
    double z = m * tau(1 - with_rank[kRanks + 1] / m);
    for (uint32_t rank = kRanks; rank >= 1; --rank) z = 0.5 * (z + with_rank[rank]);
    z += m * sigma(with_rank[0] / m);
    return static_cast<int64_t>(std::llround(m * m / (2 * std::log(2.0)) / z));
  }
};

/// A t-digest (Dunning, "The t-digest", 2019; scale function k1): weighted centroids, small at both
/// ends, merged whenever the buffer behind them is full.
class ApproximateQuantile final : public AggregateFunction {
 public:
  ApproximateQuantile(std::vector<double> quantiles, bool as_list, TypeRef type)
      : quantiles_(std::move(quantiles)),
        as_list_(as_list),
        result_type_(as_list ? Type::list(type) : type) {}

  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override { new (state) State(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    update_each(arguments[0], active,
                [&](uint32_t i, double value) { add(at(states.states[i]), {value, 1}, arena); });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena& arena) const override {
    update_each(arguments[0], active,
                [&](uint32_t, double value) { add(at(state), {value, 1}, arena); });
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      State& state = at(into.states[i]);
      for (uint32_t k = 0; k < other.size; ++k) add(state, other.centroids[k], arena);
      if (other.size != 0) {
        state.least = std::min(state.least, other.least);
        state.greatest = std::max(state.greatest, other.greatest);
      }
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const State& saved = *reinterpret_cast<const State*>(state);
    out.put(saved.size);
    out.put(saved.least);
    out.put(saved.greatest);
    out.bytes(saved.centroids, saved.size * sizeof(Centroid));
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    State& loaded = at(state);
    const auto size = in.get<uint32_t>();
    const auto least = in.get<double>();
    const auto greatest = in.get<double>();
    for (uint32_t i = 0; i < size; ++i) add(loaded, in.get<Centroid>(), arena);
    loaded.least = least;
    loaded.greatest = greatest;
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      State& state = at(states.states[i]);
      if (state.size == 0) {
        out.append_null();
        continue;
      }
      compress(state);
      if (!as_list_) {
        append_number(quantile(state, quantiles_[0]), out);
      } else {
        for (double q : quantiles_) append_number(quantile(state, q), out.child());
        out.finish_list();
      }
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool has_variable_state() const override { return true; }

 private:
  static constexpr double kCompression = 200;
  static constexpr uint32_t kCapacity = 800;  // centroids and buffered values
  struct Centroid {
    double mean;
    double weight;
  };
  struct State {
    Centroid* centroids = nullptr;
    uint32_t size = 0;
    uint32_t capacity = 0;
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }

  template <class Body>
  void update_each(const Column& column, const Selection& active, Body&& body) const {
    dispatch_numeric(column.physical(), [&]<class T>() {
      for_each_value<T>(column, active, [&](uint32_t i, T value) {
        const auto number = static_cast<double>(value);
        if (!std::isnan(number)) body(i, number);
      });
    });
  }
  static void add(State& state, Centroid value, Arena& arena) {
    if (state.size == state.capacity) {
      if (state.capacity == kCapacity) {
        compress(state);
      } else {
        state.capacity = state.capacity == 0 ? 8 : std::min(kCapacity, state.capacity * 2);
        auto* grown = arena.allocate_array<Centroid>(state.capacity);
        std::copy_n(state.centroids, state.size, grown);
        state.centroids = grown;
      }
    }
    state.centroids[state.size++] = value;
    state.least = std::min(state.least, value.mean);
    state.greatest = std::max(state.greatest, value.mean);
  }
  static void compress(State& state) {
    std::sort(state.centroids, state.centroids + state.size,
              [](const Centroid& a, const Centroid& b) { return a.mean < b.mean; });
    if (state.size <= kCapacity / 4) return;  // few enough to be kept as they are
    double all = 0;
    for (uint32_t i = 0; i < state.size; ++i) all += state.centroids[i].weight;
    const auto scale = [](double q) {
      return kCompression / (2 * M_PI) * std::asin(2 * std::min(q, 1.0) - 1);
    };
    uint32_t into = 0;
    double before = 0;
    double limit = scale(0) + 1;
    for (uint32_t i = 1; i < state.size; ++i) {
      Centroid& open = state.centroids[into];
      const Centroid next = state.centroids[i];
      if (scale((before + open.weight + next.weight) / all) <= limit) {
        open.weight += next.weight;
        open.mean += (next.mean - open.mean) * next.weight / open.weight;
      } else {
        before += open.weight;
        limit = scale(before / all) + 1;
        state.centroids[++into] = next;
      }
    }
    state.size = into + 1;
  }
  static double quantile(const State& state, double q) {
    double all = 0;
    for (uint32_t i = 0; i < state.size; ++i) all += state.centroids[i].weight;
    const double wanted = q * all;
    double before = 0;
    double last_middle = 0;
    double last_mean = state.least;
    for (uint32_t i = 0; i < state.size; ++i) {
      const Centroid& centroid = state.centroids[i];
      const double middle = before + centroid.weight / 2;
      if (wanted <= middle) {
        const double span = middle - last_middle;
        const double part = span > 0 ? (wanted - last_middle) / span : 1;
        return last_mean + (centroid.mean - last_mean) * part;
      }
      before += centroid.weight;
      last_middle = middle;
      last_mean = centroid.mean;
    }
    const double span = all - last_middle;
    return span > 0 ? last_mean + (state.greatest - last_mean) * (wanted - last_middle) / span
                    : state.greatest;
  }
  static void append_number(double value, ColumnBuilder& out) {
    dispatch_numeric(out.type()->physical(), [&]<class T>() {
      if constexpr (std::is_floating_point_v<T>) {
        out.append(static_cast<T>(value));
      } else {
        const double least =
            sizeof(T) == 16 ? -1.7e38 : static_cast<double>(std::numeric_limits<T>::min());
        const double greatest =
            sizeof(T) == 16 ? 1.7e38 : static_cast<double>(std::numeric_limits<T>::max());
        const double rounded = std::nearbyint(value);
        if (rounded >= greatest && sizeof(T) < 16) return out.append(std::numeric_limits<T>::max());
        out.append(static_cast<T>(std::clamp(rounded, least, greatest)));
      }
    });
  }

  const std::vector<double> quantiles_;
  const bool as_list_;
  const TypeRef result_type_;
};

void bind_approximate_distinct(AggregateBinding& binding) {
  binding.function = make_ref<const ApproximateDistinct>();
}

/// What the quantile of a type is rounded to: as DuckDB 2.0, small and unsigned integers widen.
TypeRef quantile_type(TypeRef type) {
  if (type->is(TypeKind::kFloat)) return Type::float64();
  if (type->is(TypeKind::kUInt64)) return Type::hugeint();
  const bool is_unsigned = type->is_integer() && !type->is_signed_integer();
  return is_unsigned || type->is(TypeKind::kInt8) ? Type::int64() : type;
}

void bind_approximate_quantile(AggregateBinding& binding) {
  const Value& value = constant_argument(binding, 1, "the quantile");
  const bool as_list = value.type()->physical() == PhysicalType::kList;
  std::vector<double> quantiles;
  const auto take = [&](const Value& one) {
    const double quantile = one.is_null() ? -1 : number_of(one);
    if (!(quantile >= 0 && quantile <= 1)) {
      throw Error(ErrorCode::kInvalidArgument, binding.span,
                  "an approximate quantile lies between 0 and 1");
    }
    quantiles.push_back(quantile);
  };
  if (as_list) {
    for (const Value& one : value.as_nested()) take(one);
  } else {
    take(value);
  }
  const TypeRef type = bound_type(binding, 0);
  if (!(type->is_numeric() || type->is_temporal() || type->is(TypeKind::kHugeInt) ||
        type->is(TypeKind::kDuration))) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "{} has no approximate quantile",
                type->name())
        .hint("quantile_disc takes any type that can be sorted");
  }
  binding.function =
      make_ref<const ApproximateQuantile>(std::move(quantiles), as_list, quantile_type(type));
}

}  // namespace

void register_sketch_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "approx_count_distinct",
      .aliases = {},
      .summary = "About how many distinct values there are (HyperLogLog); exact up to 64.",
      .example = "approx_count_distinct(x)",
      .example_result = "3",
      .overloads = {{{TypePattern::any()}, {}, bind_approximate_distinct}},
      .ignores_distinct = true,
  });
  registry.add(AggregateDeclaration{
      .name = "approx_quantile",
      .aliases = {},
      .summary = "About the value at a quantile between 0 and 1 (t-digest); for a list a list.",
      .example = "approx_quantile(x, 0.5)",
      .example_result = "2",
      .overloads = {{{TypePattern::any(), TypePattern::any()}, {}, bind_approximate_quantile}},
  });
}

}  // namespace doline
