#include <algorithm>
#include <cmath>
#include <map>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_runs.h"
#include "function/quantile_places.h"
#include "memory/charged_vector.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// Keeps all values of a group; the base of quantiles and of the median deviation.
template <class T>
class KeptValues : public UnloadingAggregate<KeptValues<T>> {
 public:
  static constexpr bool kKeepsTies = false;
  using Order = ValueOrder<T, compare_values<T>>;
  Order order() const { return {}; }

  void result(StateSpan states, ColumnBuilder& out) const override {
    ChargedVector<T> values;
    for (uint32_t i = 0; i < states.count; ++i) {
      if (const StateRuns* const runs = at(states.states[i]).runs) {
        finish(*runs, out);
        continue;
      }
      const ByteChain& chain = at(states.states[i]).records;
      if (chain.items == 0) {
        out.append_null();
        continue;
      }
      values.resize(chain.items);
      auto* to = reinterpret_cast<std::byte*>(values.data());
      chain.for_each_chunk([&](std::span<const std::byte> bytes) {
        std::memcpy(to, bytes.data(), bytes.size());
        to += bytes.size();
      });
      finish(values, out);
    }
  }

  bool is_ranked() const override { return true; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    for_each_value<T>(arguments[0], active, [&](uint32_t i, const T& value) {
      state_of(i).records.append_value(value, arena);
    });
  }

 protected:
  virtual void finish(std::span<T> values, ColumnBuilder& out) const = 0;
  virtual void finish(const StateRuns& runs, ColumnBuilder& out) const = 0;

 private:
  using UnloadingAggregate<KeptValues<T>>::at;
};

template <class T>
void append_typed(ColumnBuilder& out, const T& value) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (out.type()->is(TypeKind::kBool)) return out.append_bool(value != 0);
  }
  out.append(value);
}

template <class T>
class Quantile final : public KeptValues<T> {
 public:
  Quantile(QuantileRequest request, Blend blend, TypeRef type)
      : request_(std::move(request)),
        blend_(blend),
        result_type_(request_.as_list ? Type::list(type) : type) {}
  TypeRef result_type() const override { return result_type_; }
  void ranked_result(const RankedValues& ranked, ColumnBuilder& out) const override {
    if (ranked.count() == 0) return out.append_null();
    if (!request_.as_list)
      return append_typed(out, ranked_quantile<T>(ranked, request_.quantiles[0], blend_));
    for (const double quantile : request_.quantiles)
      append_typed(out.child(), ranked_quantile<T>(ranked, quantile, blend_));
    out.finish_list();
  }

 private:
  void finish(std::span<T> values, ColumnBuilder& out) const override {
    std::vector<T> found;
    for (double quantile : request_.quantiles)
      found.push_back(quantile_of(values, quantile, blend_));
    give(found, out);
  }
  void finish(const StateRuns& runs, ColumnBuilder& out) const override {
    give(quantiles_of<T>(runs, this->order(), request_.quantiles, blend_), out);
  }
  void give(const std::vector<T>& found, ColumnBuilder& out) const {
    if (!request_.as_list) return append_typed(out, found[0]);
    for (const T& value : found) append_typed(out.child(), value);
    out.finish_list();
  }

  const QuantileRequest request_;
  const Blend blend_;
  const TypeRef result_type_;
};

void append_ranked(const RankedValues& ranked, const QuantileRequest& request, ColumnBuilder& out) {
  const uint64_t count = ranked.count();
  if (count == 0) return out.append_null();
  const auto put = [&](double quantile, ColumnBuilder& to) {
    to.append_from(ranked.values, ranked.at(sorted_place_of(quantile, count, request.pick).low));
  };
  if (!request.as_list) return put(request.quantiles[0], out);
  for (const double quantile : request.quantiles) put(quantile, out.child());
  out.finish_list();
}

/// Booleans have no array of values to sort; they are kept as bytes.
class BoolQuantile final : public AggregateFunction {
 public:
  explicit BoolQuantile(QuantileRequest request)
      : request_(std::move(request)),
        result_type_(request_.as_list ? Type::list(Type::boolean()) : Type::boolean()) {}
  StateLayout layout() const override { return {sizeof(State), alignof(State)}; }
  void init(std::byte* state) const override { new (state) State(); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    for_each_value<bool>(arguments[0], active,
                         [&](uint32_t i, bool value) { ++at(states.states[i]).count[value]; });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    for_each_value<bool>(arguments[0], active,
                         [&](uint32_t, bool value) { ++at(state).count[value]; });
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      for (int value = 0; value < 2; ++value)
        at(into.states[i]).count[value] += at(from.states[i]).count[value];
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, sizeof(State));
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    std::memcpy(state, in.bytes(sizeof(State)).data(), sizeof(State));
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      const uint64_t all = state.count[0] + state.count[1];
      const auto value = [&](double quantile) {
        const size_t place = place_of(std::fabs(quantile), all, request_.pick).low;
        return std::signbit(quantile) ? place < state.count[1] : place >= state.count[0];
      };
      if (all == 0) {
        out.append_null();
      } else if (!request_.as_list) {
        out.append_bool(value(request_.quantiles[0]));
      } else {
        for (double quantile : request_.quantiles) out.child().append_bool(value(quantile));
        out.finish_list();
      }
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool is_ranked() const override { return true; }
  void ranked_result(const RankedValues& ranked, ColumnBuilder& out) const override {
    append_ranked(ranked, request_, out);
  }

 private:
  struct State {
    uint64_t count[2] = {0, 0};
  };
  static State& at(std::byte* state) { return *reinterpret_cast<State*>(state); }
  const QuantileRequest request_;
  const TypeRef result_type_;
};

/// Sized records of value bytes.
class BytesOrder final : public SizedOrder {
 public:
  explicit BytesOrder(TypeRef type) : type_(type) {}

 private:
  int compare_bodies(Bytes a, Bytes b) const override { return compare_value_bytes(type_, a, b); }
  const TypeRef type_;
};

/// Discrete quantiles of texts and nested values, kept as value bytes.
class BytesQuantile final : public UnloadingAggregate<BytesQuantile> {
 public:
  BytesQuantile(QuantileRequest request, TypeRef type)
      : request_(std::move(request)),
        type_(type),
        result_type_(request_.as_list ? Type::list(type) : type) {}
  static constexpr bool kKeepsTies = false;
  BytesOrder order() const { return BytesOrder(type_); }

  void result(StateSpan states, ColumnBuilder& out) const override {
    ChargedVector<const std::byte*> records;
    for (uint32_t i = 0; i < states.count; ++i) {
      if (const StateRuns* const runs = at(states.states[i]).runs) {
        finish(*runs, out);
        continue;
      }
      records.clear();
      at(states.states[i]).records.for_each_chunk([&](std::span<const std::byte> bytes) {
        for (size_t begin = 0; begin < bytes.size(); begin += order().size(&bytes[begin]))
          records.push_back(&bytes[begin]);
      });
      finish(std::span(records), out);
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool is_ranked() const override { return true; }
  void ranked_result(const RankedValues& ranked, ColumnBuilder& out) const override {
    append_ranked(ranked, request_, out);
  }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& column = arguments[0];
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (column.is_null(active[i])) continue;
      begin_record(bytes);
      append_value_bytes(bytes, column, active[i]);
      end_record(bytes);
      state_of(i).records.append(bytes, arena);
    }
  }

 private:
  void finish(std::span<const std::byte*> records, ColumnBuilder& out) const {
    if (records.empty()) return out.append_null();
    const BytesOrder by_value = order();
    give(out, [&](double quantile, ColumnBuilder& to) {
      const uint64_t place = sorted_place_of(quantile, records.size(), request_.pick).low;
      const auto found = records.begin() + static_cast<ptrdiff_t>(place);
      std::nth_element(
          records.begin(), found, records.end(),
          [&](const std::byte* a, const std::byte* b) { return by_value.compare(a, b) < 0; });
      put(*found, to);
    });
  }
  void finish(const StateRuns& runs, ColumnBuilder& out) const {
    const uint64_t count = runs.record_count();
    std::vector<uint64_t> places;
    for (const double quantile : request_.quantiles)
      places.push_back(sorted_place_of(quantile, count, request_.pick).low);
    std::map<uint64_t, std::vector<std::byte>> at;
    const BytesOrder by_value = order();
    pick_records(runs, by_value, places, [&](uint64_t place, const std::byte* record) {
      at[place].assign(record, record + by_value.size(record));
    });
    give(out, [&](double quantile, ColumnBuilder& to) {
      put(at[sorted_place_of(quantile, count, request_.pick).low].data(), to);
    });
  }
  template <class Put>
  void give(ColumnBuilder& out, Put&& put_quantile) const {
    if (!request_.as_list) return put_quantile(request_.quantiles[0], out);
    for (double quantile : request_.quantiles) put_quantile(quantile, out.child());
    out.finish_list();
  }
  static void put(const std::byte* record, ColumnBuilder& to) {
    auto bytes = BytesOrder::body(record);
    read_value_bytes(bytes, to);
  }

  const QuantileRequest request_;
  const TypeRef type_;
  const TypeRef result_type_;
};

/// The median of the distances from the median. Of instants it is an interval; `micros_per_unit`
/// says what a unit is worth (0: nanoseconds).
template <class T>
class MedianDeviation final : public KeptValues<T> {
 public:
  MedianDeviation(TypeRef type, Blend blend, int64_t micros_per_unit)
      : result_type_(type), blend_(blend), micros_per_unit_(micros_per_unit) {}
  TypeRef result_type() const override { return result_type_; }
  void ranked_result(const RankedValues& ranked, ColumnBuilder& out) const override {
    if (ranked.count() == 0) return out.append_null();
    const RankedDistances<T> distances(ranked, ranked_quantile<T>(ranked, 0.5, blend_));
    const SortedPlace place = sorted_place_of(0.5, ranked.count(), blend_);
    const T low = distances.at(place.low);
    give(place.part == 0 ? low : blended(blend_, low, distances.at(place.high), place.part), out);
  }

 private:
  static T distance(const T& a, const T& b) {
    return a < b ? static_cast<T>(b - a) : static_cast<T>(a - b);
  }
  void finish(std::span<T> values, ColumnBuilder& out) const override {
    const T middle = quantile_of(values, 0.5, blend_);
    for (T& value : values) value = distance(value, middle);
    give(quantile_of(values, 0.5, blend_), out);
  }
  void finish(const StateRuns& runs, ColumnBuilder& out) const override {
    constexpr uint64_t kInMemory = (uint64_t{1} << 20) / sizeof(T);
    const auto order = this->order();
    const T middle = quantiles_of<T>(runs, order, kHalf, blend_)[0];
    Arena values;
    Arena lists;
    UnloadingChain distances;
    const auto unload = [&] {
      distances.unload(order, *runs.spill, lists);
      values.clear();
    };
    for (auto merge = runs.merge(order); merge.record(); merge.advance()) {
      distances.records.append_value(distance(load_unaligned<T>(merge.record()), middle), values);
      if (distances.records.items == kInMemory) unload();
    }
    unload();
    give(quantiles_of<T>(*distances.runs, order, kHalf, blend_)[0], out);
  }
  void give(const T& deviation, ColumnBuilder& out) const {
    if (!result_type_->is(TypeKind::kInterval)) return out.append(deviation);
    if constexpr (std::is_same_v<T, int64_t>) {
      constexpr int64_t kDayMicros = int64_t{86'400'000'000};
      const int128_t micros = micros_per_unit_ == 0 ? int128_t{deviation} / 1000
                                                    : int128_t{deviation} * micros_per_unit_;
      out.append(Interval{0, static_cast<int32_t>(micros / kDayMicros),
                          static_cast<int64_t>(micros % kDayMicros)});
    }
  }

  static constexpr double kHalf[] = {0.5};
  const TypeRef result_type_;
  const Blend blend_;
  const int64_t micros_per_unit_;
};

QuantileRequest request_of(AggregateBinding& binding) {
  const Value& value = constant_argument(binding, 1, "the quantile");
  QuantileRequest request;
  const auto take = [&](const Value& one) {
    if (one.is_null())
      throw Error(ErrorCode::kInvalidArgument, binding.span, "the quantile must not be NULL");
    const double quantile = number_of(one);
    if (!(quantile >= -1 && quantile <= 1)) {
      throw Error(ErrorCode::kInvalidArgument, binding.span,
                  "a quantile lies between -1 and 1, not at {}", quantile);
    }
    request.quantiles.push_back(quantile);
  };
  request.as_list = value.type()->physical() == PhysicalType::kList;
  if (request.as_list) {
    for (const Value& one : value.as_nested()) take(one);
  } else {
    take(value);
  }
  return request;
}

void bind_discrete(AggregateBinding& binding, QuantileRequest request) {
  const TypeRef type = bound_type(binding, 0);
  if (type->physical() == PhysicalType::kBool) {
    binding.function = make_ref<const BoolQuantile>(std::move(request));
  } else if (type->is_nested() || type->is_string()) {
    binding.function = make_ref<const BytesQuantile>(std::move(request), type);
  } else {
    dispatch_physical(type->physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, StringView> || std::is_same_v<T, ListEntry> ||
                    std::is_same_v<T, bool>) {
        UNREACHABLE();
      } else {
        const Blend pick = request.pick;
        binding.function = make_ref<const Quantile<T>>(std::move(request), pick, type);
      }
    });
  }
}

/// The type values are interpolated in, or null where there is no interpolation.
TypeRef continuous_type(TypeRef type, bool keep_units) {
  switch (type->kind()) {
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kHugeInt:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kNull:
      return Type::float64();
    case TypeKind::kDate:
      return Type::timestamp();
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestampNs:
      return keep_units ? type : Type::timestamp();
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kDuration:
      return type;
    case TypeKind::kBool:
    case TypeKind::kInterval:
    case TypeKind::kVarchar:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return nullptr;
  }
  UNREACHABLE();
}

Blend blend_of(TypeRef type) {
  if (type->is_floating()) return Blend::kExact;
  return type->is(TypeKind::kDecimal) ? Blend::kTruncate : Blend::kRound;
}

/// Makes an Aggregate<T> of what continuous_type() gives.
template <template <class> class Aggregate, class... Arguments>
AggregateFunctionRef make_continuous(TypeRef type, Arguments&&... arguments) {
  return dispatch_physical(type->physical(), [&]<class T>() -> AggregateFunctionRef {
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, int64_t> ||
                  std::is_same_v<T, int128_t>) {
      return make_ref<const Aggregate<T>>(std::forward<Arguments>(arguments)...);
    } else {
      UNREACHABLE();
    }
  });
}

void bind_quantile_cont(AggregateBinding& binding) {
  QuantileRequest request = request_of(binding);
  const TypeRef type = continuous_type(bound_type(binding, 0), false);
  if (!type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span,
                "{} has no values in between to interpolate", bound_type(binding, 0)->name())
        .hint("quantile_disc picks one of the values");
  }
  cast_argument(binding, 0, type);
  binding.function = make_continuous<Quantile>(type, std::move(request), blend_of(type), type);
}

void bind_quantile_disc(AggregateBinding& binding) {
  QuantileRequest request{{0.5}, false};
  if (binding.argument_types.size() > 1) request = request_of(binding);
  bind_discrete(binding, std::move(request));
}

void bind_frame_quantile(AggregateBinding& binding) {
  QuantileRequest request = request_of(binding);
  const Value& said = constant_argument(binding, 2, "the interpolation");
  const std::string name = said.is_null() ? "" : said.as_text();
  if (name == "nearest") {
    request.pick = Blend::kNearest;
  } else if (name == "lower") {
    request.pick = Blend::kLower;
  } else if (name == "higher") {
    request.pick = Blend::kHigher;
  } else {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "no interpolation is called \"{}\"",
                name)
        .hint("'nearest', 'lower' or 'higher'; quantile_cont is the linear one");
  }
  bind_discrete(binding, std::move(request));
}

void bind_median(AggregateBinding& binding) {
  const TypeRef type = continuous_type(bound_type(binding, 0), true);
  if (!type) return bind_discrete(binding, {{0.5}, false});
  cast_argument(binding, 0, type);
  binding.function =
      make_continuous<Quantile>(type, QuantileRequest{{0.5}, false}, blend_of(type), type);
}

void bind_median_deviation(AggregateBinding& binding) {
  const TypeRef given = bound_type(binding, 0);
  const TypeRef type = continuous_type(given, true);
  if (!type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "{} has no distances between its values",
                given->name());
  }
  cast_argument(binding, 0, type);
  const bool instant = type->is_temporal() || type->is(TypeKind::kDuration);
  const TypeRef result = instant ? Type::interval() : type;
  int64_t unit = 1;
  if (type->is(TypeKind::kTimestampS)) unit = 1'000'000;
  if (type->is(TypeKind::kTimestampMs)) unit = 1'000;
  if (type->is(TypeKind::kTimestampNs)) unit = 0;
  binding.function = make_continuous<MedianDeviation>(type, result, blend_of(type), unit);
}

}  // namespace

void register_quantile_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "median",
      .aliases = {},
      .summary =
          "The middle value; between two middle ones where the type allows it, else the lower.",
      .example = "median(x)",
      .example_result = "2.0",
      .overloads = {{{TypePattern::any()}, {}, bind_median}},
  });
  registry.add(AggregateDeclaration{
      .name = "quantile_cont",
      .aliases = {},
      .summary =
          "The value at a quantile between -1 and 1, interpolated; for a list of quantiles a list.",
      .example = "quantile_cont(x, 0.25)",
      .example_result = "1.5",
      .overloads = {{{TypePattern::any(), TypePattern::any()}, {}, bind_quantile_cont}},
  });
  registry.add(AggregateDeclaration{
      .name = "quantile_disc",
      .aliases = {"quantile"},
      .summary = "The value at a quantile between -1 and 1, one of the values; for a list a list.",
      .example = "quantile_disc(x, 0.25)",
      .example_result = "1",
      .overloads = {{{TypePattern::any(), TypePattern::any()}, {}, bind_quantile_disc},
                    {{TypePattern::any()}, {}, bind_quantile_disc}},
  });
  registry.add(AggregateDeclaration{
      .name = "frame_quantile",
      .aliases = {},
      .summary =
          "The value at a quantile of n - 1 steps between n values: the 'nearest', 'lower' or "
          "'higher' one.",
      .example = "frame_quantile(x, 0.25, 'nearest')",
      .example_result = "2",
      .overloads = {{{TypePattern::any(), TypePattern::any(), Type::varchar()},
                     {},
                     bind_frame_quantile}},
  });
  registry.add(AggregateDeclaration{
      .name = "mad",
      .aliases = {},
      .summary = "The median of the distances from the median; of instants an interval.",
      .example = "mad(x)",
      .example_result = "1.0",
      .overloads = {{{TypePattern::any()}, {}, bind_median_deviation}},
  });
}

}  // namespace doline
