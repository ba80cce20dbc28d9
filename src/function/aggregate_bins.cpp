// histogram(x, bins) and histogram_exact(x, bins): how many values lie in each of the given bins.
#include <algorithm>
#include <limits>

#include "column/civil_time.h"
#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "kernel/cast.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

using Bytes = std::vector<std::byte>;

int compare(TypeRef type, const Bytes& a, const Bytes& b) {
  std::span<const std::byte> x = a;
  std::span<const std::byte> y = b;
  return compare_value_bytes(type, x, y);
}

/// Counts by bin; a bin reaches from behind the one before it up to its own value, or with
/// `exact` holds that value alone. What lies in no bin is counted behind the last.
class BinCounts final : public AggregateFunction {
 public:
  BinCounts(TypeRef type, std::vector<Bytes> bins, Bytes rest, bool exact)
      : type_(type),
        result_type_(Type::map(type, Type::uint64())),
        bins_(std::move(bins)),
        rest_(std::move(rest)),
        exact_(exact) {}

  StateLayout layout() const override {
    return {static_cast<uint32_t>((bins_.size() + 1) * sizeof(uint64_t)), alignof(uint64_t)};
  }
  void init(std::byte* state) const override { std::memset(state, 0, layout().size_bytes); }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena&) const override {
    update_each(arguments[0], active, [&](uint32_t i) { return states.states[i]; });
  }
  void update_one(std::span<const Column> arguments, const Selection& active, std::byte* state,
                  Arena&) const override {
    update_each(arguments[0], active, [&](uint32_t) { return state; });
  }
  void merge(StateSpan from, StateSpan into, Arena&) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      for (size_t bin = 0; bin <= bins_.size(); ++bin)
        counts(into.states[i])[bin] += counts(from.states[i])[bin];
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    out.bytes(state, layout().size_bytes);
  }
  void load(StateReader& in, std::byte* state, Arena&) const override {
    std::memcpy(state, in.bytes(layout().size_bytes).data(), layout().size_bytes);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const uint64_t* const all = counts(states.states[i]);
      if (std::all_of(all, all + bins_.size() + 1, [](uint64_t count) { return count == 0; })) {
        out.append_null();
        continue;
      }
      ColumnBuilder& pair = out.child();
      const auto append = [&](const Bytes& key, uint64_t count) {
        std::span<const std::byte> bytes = key;
        read_value_bytes(bytes, pair.child(0));
        pair.child(1).append(count);
        pair.finish_struct();
      };
      for (size_t bin = 0; bin < bins_.size(); ++bin) append(bins_[bin], all[bin]);
      if (all[bins_.size()] != 0) append(rest_, all[bins_.size()]);
      out.finish_list();
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool invertible() const override { return true; }
  void retract(std::span<const Column> arguments, const Selection& active, std::byte* state,
               Arena&) const override {
    for_each_bin(arguments[0], active, [&](uint32_t, size_t bin) { --counts(state)[bin]; });
  }

 private:
  static uint64_t* counts(std::byte* state) { return reinterpret_cast<uint64_t*>(state); }
  template <class Body>
  void for_each_bin(const Column& column, const Selection& active, Body&& body) const {
    Bytes value;
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (column.is_null(active[i])) continue;
      value.clear();
      append_value_bytes(value, column, active[i]);
      const auto at = std::lower_bound(
          bins_.begin(), bins_.end(), value,
          [&](const Bytes& bin, const Bytes& wanted) { return compare(type_, bin, wanted) < 0; });
      const bool misses = exact_ && at != bins_.end() && compare(type_, *at, value) != 0;
      body(i, misses ? bins_.size() : static_cast<size_t>(at - bins_.begin()));
    }
  }
  template <class StateOf>
  void update_each(const Column& column, const Selection& active, StateOf state_of) const {
    for_each_bin(column, active, [&](uint32_t i, size_t bin) { ++counts(state_of(i))[bin]; });
  }

  const TypeRef type_;
  const TypeRef result_type_;
  const std::vector<Bytes> bins_;  // rising, each once
  const Bytes rest_;               // what the rest is called
  const bool exact_;
};

/// What values in no bin are counted under: the greatest value there is.
Value rest_of(TypeRef type) {
  if (type->is_floating()) return Value::real(std::numeric_limits<double>::infinity());
  if (type->is_string()) return Value::text("");
  if (type->is(TypeKind::kBool)) return Value::boolean(false);
  if (type->is(TypeKind::kDate)) return Value::integer(type, kInfiniteDate);
  if (type->is(TypeKind::kTime)) return Value::integer(type, int64_t{86'400'000'000});
  if (type->is_timestamp()) return Value::integer(type, kInfiniteTimestamp);
  const auto bits = static_cast<int>(width_of(type->physical()) * 8);
  if (bits == 128) return Value::integer(type, kInt128Max);
  return Value::integer(type, (int128_t{1} << (type->is_signed_integer() ? bits - 1 : bits)) - 1);
}

class Refused final : public CastFailures {
 public:
  explicit Refused(SourceSpan span) : span_(span) {}
  void fail(uint32_t, std::string message) override {
    throw Error(ErrorCode::kConversion, span_, "{}", message);
  }
  bool wants_messages() const override { return true; }

 private:
  const SourceSpan span_;
};

void bind(AggregateBinding& binding, bool exact) {
  constexpr size_t kMostBins = 100'000;
  TypeRef type = bound_type(binding, 0);
  if (type->is(TypeKind::kDecimal)) type = Type::float64();
  const bool plain = type->is_numeric() || type->is(TypeKind::kBool) ||
                     type->is(TypeKind::kVarchar) || type->is(TypeKind::kDate) ||
                     type->is(TypeKind::kTime) || type->is_timestamp();
  if (!plain) throw Error(ErrorCode::kTypeMismatch, binding.span, "{} has no bins", type->name());
  cast_argument(binding, 0, type);
  const Value& given = constant_argument(binding, 1, "the list of bins");
  if (given.type()->physical() != PhysicalType::kList) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "the bins are a list, not {}",
                given.type()->name());
  }
  if (given.as_nested().size() > kMostBins) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "a histogram has at most {} bins",
                kMostBins);
  }
  const auto bytes_of = [&](const Value& value) {
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, binding.span, "a bin must not be NULL");
    Refused refused(binding.span);
    const Column column = cast(value.to_column(1), type, Selection::all(1), nullptr, refused);
    Bytes bytes;
    append_value_bytes(bytes, column, 0);
    return bytes;
  };
  std::vector<Bytes> bins;
  for (const Value& value : given.as_nested()) bins.push_back(bytes_of(value));
  std::sort(bins.begin(), bins.end(),
            [&](const Bytes& a, const Bytes& b) { return compare(type, a, b) < 0; });
  bins.erase(std::unique(bins.begin(), bins.end(),
                         [&](const Bytes& a, const Bytes& b) { return compare(type, a, b) == 0; }),
             bins.end());
  binding.function =
      make_ref<const BinCounts>(type, std::move(bins), bytes_of(rest_of(type)), exact);
}

}  // namespace

void bind_bins(AggregateBinding& binding) { bind(binding, false); }

void register_bin_aggregates(FunctionRegistry& registry) {
  registry.add(AggregateDeclaration{
      .name = "histogram_exact",
      .aliases = {},
      .summary = "A map from each of the listed values to how often it occurs; the rest under the "
                 "greatest value of the type.",
      .example = "histogram_exact(x, [1, 2])",
      .example_result = "{1=1, 2=1, 2147483647=1}",
      .overloads = {{{TypePattern::any(), TypePattern::list_of('B')},
                     {},
                     [](AggregateBinding& binding) { bind(binding, true); }}},
  });
}

}  // namespace doline
