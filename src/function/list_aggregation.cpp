#include <algorithm>
#include <array>
#include <utility>

#include "column/column_builder.h"
#include "function/aggregate_function.h"
#include "function/argument.h"
#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "kernel/cast.h"

namespace doline {

namespace {

struct ListAggregate final : FunctionData {
  explicit ListAggregate(AggregateFunctionRef f) : function(std::move(f)) {}
  const AggregateFunctionRef function;
};

/// One state a list; the elements of all lists are fed in order, a chunk at a time, each to the
/// state of its list.
Column aggregate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const AggregateFunction& function = *static_cast<const ListAggregate*>(call.data)->function;
  const Column& lists = arguments[0];
  const Column& child = lists.child();
  const StateLayout layout = function.layout();
  const size_t stride =
      round_up(std::max<size_t>(layout.size_bytes, 1), std::max<size_t>(layout.alignment, 1));
  Arena arena;
  std::byte* const states = arena.allocate(stride * call.row_count, 16);
  std::vector<std::byte*> by_row(call.row_count);
  for (uint32_t row = 0; row < call.row_count; ++row) {
    by_row[row] = states + stride * row;
    function.init(by_row[row]);
  }
  const ReachedElements reached = reached_elements(call, lists);
  std::vector<std::byte*> targets(kChunkRows);
  for (size_t begin = 0; begin < reached.elements.size(); begin += kChunkRows) {
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(kChunkRows, reached.elements.size() - begin));
    const Column batch = child.gather(reached.elements.data() + begin, count);
    for (uint32_t i = 0; i < count; ++i) targets[i] = by_row[reached.parents[begin + i]];
    function.update({&batch, 1}, Selection::all(count), {targets.data(), count}, arena);
  }
  ColumnBuilder builder(call.result_type, call.row_count);
  function.result({by_row.data(), call.row_count}, builder);
  return builder.seal();
}

/// What string_agg gives, but a list without elements is a text without elements.
Column join_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column joined = aggregate_kernel(call, arguments);
  const Argument<ListEntry> lists(arguments[0]);
  ColumnBuilder builder(call.result_type, call.row_count);
  for (uint32_t row = 0; row < call.row_count; ++row) {
    if (!lists.is_null(row) && lists[row].size == 0) {
      builder.append_text("");
    } else {
      builder.append_from(joined, row);
    }
  }
  return builder.seal();
}

int pattern_cost(const TypePattern& pattern, TypeRef type) {
  switch (pattern.kind) {
    case TypePattern::Kind::kExact: {
      if (pattern.type == type) return 0;
      const int cost = implicit_cast_cost(type, pattern.type);
      // Anything has a text, for aggregates that take nothing else (string_agg).
      constexpr int kTextCost = 1'000;
      return cost < 0 && pattern.type->is(TypeKind::kVarchar) ? kTextCost : cost;
    }
    case TypePattern::Kind::kAny:
    case TypePattern::Kind::kVariable:
      return 0;
    case TypePattern::Kind::kListOf:
      return type->is(TypeKind::kList) ? 0 : -1;
    case TypePattern::Kind::kMapOf:
      return type->is(TypeKind::kMap) ? 0 : -1;
    case TypePattern::Kind::kStruct:
      return type->is(TypeKind::kStruct) ? 0 : -1;
    case TypePattern::Kind::kDecimal:
      return type->is(TypeKind::kDecimal) ? 0 : -1;
    case TypePattern::Kind::kEnum:
      return type->is(TypeKind::kEnum) ? 0 : -1;
    case TypePattern::Kind::kLambda:
      return -1;
  }
  UNREACHABLE();
}

/// A constant with the type that the aggregate takes.
std::optional<Value> constant_as(const Value& value, TypeRef type, SourceSpan span) {
  if (value.type() == type) return value;
  class Failed final : public CastFailures {
   public:
    explicit Failed(SourceSpan place) : place_(place) {}
    void fail(uint32_t, std::string message) override {
      throw Error(ErrorCode::kConversion, place_, "{}", message);
    }
    bool wants_messages() const override { return true; }

   private:
    const SourceSpan place_;
  } failed(span);
  return Value::of(cast(value.to_column(1), type, Selection::all(1), nullptr, failed), 0);
}

/// The aggregate over values of `element` with further constant arguments.
AggregateBinding bind_aggregate(const AggregateDeclaration& declaration, TypeRef element,
                                std::span<const std::optional<Value>> constants, SourceSpan span) {
  const AggregateOverload* best = nullptr;
  int best_cost = 0;
  const size_t count = 1 + constants.size();
  for (const AggregateOverload& overload : declaration.overloads) {
    const size_t fixed = overload.parameters.size();
    if (fixed > count || (fixed < count && !overload.variadic)) continue;
    int cost = 0;
    for (size_t i = 0; i < count && cost >= 0; ++i) {
      const TypePattern& pattern = i < fixed ? overload.parameters[i] : *overload.variadic;
      const int one = pattern_cost(pattern, i == 0 ? element : constants[i - 1]->type());
      cost = one < 0 ? -1 : cost + one;
    }
    if (cost >= 0 && (!best || cost < best_cost)) {
      best = &overload;
      best_cost = cost;
    }
  }
  if (!best) {
    throw Error(ErrorCode::kTypeMismatch, span, "{} does not aggregate {}", declaration.name,
                element->name());
  }
  AggregateBinding binding;
  binding.span = span;
  for (size_t i = 0; i < count; ++i) {
    const TypeRef type = i == 0 ? element : constants[i - 1]->type();
    const TypePattern& pattern =
        i < best->parameters.size() ? best->parameters[i] : *best->variadic;
    binding.argument_types.push_back(type);
    const bool is_kept = pattern.kind != TypePattern::Kind::kExact ||
                         differ_in_looks(type, pattern.type);  // instants in a zone of theirs
    binding.cast_to.push_back(is_kept ? type : pattern.type);
    binding.constants.push_back(i == 0 ? std::nullopt
                                       : constant_as(*constants[i - 1], binding.cast_to[i], span));
  }
  best->bind(binding);
  if (count > 1 && binding.kept_arguments != 1) {
    throw Error(ErrorCode::kNotSupported, span, "{} over a list takes constants besides it",
                declaration.name);
  }
  return binding;
}

void bind_over_list(FunctionBinding& binding, std::string_view name, size_t first_constant) {
  const AggregateDeclaration* const declaration = FunctionRegistry::instance().aggregate(name);
  if (!declaration) {
    Error error(ErrorCode::kFunctionNotFound, binding.span, "no aggregate is called \"{}\"", name);
    std::vector<std::string> known;
    for (const auto& aggregate : FunctionRegistry::instance().aggregates())
      known.push_back(aggregate.name);
    const std::string near = nearest_name(name, known);
    throw near.empty() ? std::move(error) : std::move(error).hint("did you mean '" + near + "'?");
  }
  const std::span<const std::optional<Value>> constants =
      std::span(binding.constants).subspan(first_constant);
  for (const auto& constant : constants) {
    if (!constant) {
      throw Error(ErrorCode::kInvalidArgument, binding.span,
                  "{} over a list takes constants besides it", name);
    }
  }
  const TypeRef element = binding.cast_to[0]->element();
  const AggregateBinding inner = bind_aggregate(*declaration, element, constants, binding.span);
  binding.cast_to[0] = Type::list(inner.cast_to[0]);
  binding.data = make_ref<ListAggregate>(inner.function);
  binding.result = inner.function->result_type();
}

void bind_list_aggregate(FunctionBinding& binding) {
  if (!binding.constants[1] || binding.constants[1]->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "list_aggregate needs the name of an aggregate as a constant")
        .hint("list_aggregate([1, 2], 'sum')");
  }
  bind_over_list(binding, binding.constants[1]->as_text(), 2);
}

struct NamedAggregate {
  std::string_view aggregate;
  std::string_view example;
  std::string_view result;
};

constexpr std::array kNamed = {
    NamedAggregate{"sum", "list_sum([1, 2, NULL])", "3"},
    NamedAggregate{"avg", "list_avg([1, 2])", "1.5"},
    NamedAggregate{"min", "list_min([3, 1])", "1"},
    NamedAggregate{"max", "list_max([3, 1])", "3"},
    NamedAggregate{"count", "list_count([1, NULL])", "1"},
    NamedAggregate{"first", "list_first([3, 1])", "3"},
    NamedAggregate{"last", "list_last([3, 1])", "1"},
    NamedAggregate{"any_value", "list_any_value([NULL, 1])", "1"},
    NamedAggregate{"median", "list_median([1, 2])", "1.5"},
    NamedAggregate{"mode", "list_mode([1, 1, 2])", "1"},
    NamedAggregate{"product", "list_product([2, 3])", "6.0"},
    NamedAggregate{"string_agg", "list_string_agg(['a', 'b'])", "a,b"},
    NamedAggregate{"histogram", "list_histogram([1, 1, 2])", "{1=2, 2=1}"},
    NamedAggregate{"bool_and", "list_bool_and([true, false])", "false"},
    NamedAggregate{"bool_or", "list_bool_or([true, false])", "true"},
    NamedAggregate{"bit_and", "list_bit_and([3, 5])", "1"},
    NamedAggregate{"bit_or", "list_bit_or([3, 5])", "7"},
    NamedAggregate{"bit_xor", "list_bit_xor([3, 5])", "6"},
    NamedAggregate{"stddev_samp", "list_stddev_samp([1, 3]) > 1.41", "true"},
    NamedAggregate{"stddev_pop", "list_stddev_pop([1, 3])", "1.0"},
    NamedAggregate{"var_samp", "list_var_samp([1, 3])", "2.0"},
    NamedAggregate{"var_pop", "list_var_pop([1, 3])", "1.0"},
    NamedAggregate{"sem", "list_sem([1, 2, 9]) > 2.05", "true"},
    NamedAggregate{"mad", "list_mad([1, 2, 9])", "1.0"},
    NamedAggregate{"skewness", "list_skewness([1, 2, 9]) > 1.6", "true"},
    NamedAggregate{"kurtosis", "list_kurtosis([1, 2, 3, 9]) > 3", "true"},
    NamedAggregate{"kurtosis_pop", "list_kurtosis_pop([1, 2, 3, 9]) < 0", "true"},
    NamedAggregate{"entropy", "list_entropy([1, 2])", "1.0"},
    NamedAggregate{"approx_count_distinct", "list_approx_count_distinct([1, 2, 2])", "2"},
};

template <size_t kIndex>
void bind_named(FunctionBinding& binding) {
  bind_over_list(binding, kNamed[kIndex].aggregate, 1);
}

template <size_t... kIndexes>
void add_named(FunctionRegistry& registry, std::index_sequence<kIndexes...>) {
  const auto add = [&](const NamedAggregate& named, void (*bind)(FunctionBinding&)) {
    registry.add({"list_" + std::string(named.aggregate),
                  {},
                  "list",
                  "The aggregate " + std::string(named.aggregate) + " over a list's elements.",
                  std::string(named.example),
                  std::string(named.result),
                  {{.parameters = {TypePattern::list_of('T')},
                    .result = TypePattern::any(),
                    .kernel = aggregate_kernel,
                    .bind = bind,
                    .cost = 20}}});
  };
  (add(kNamed[kIndexes], bind_named<kIndexes>), ...);
}

}  // namespace

void register_list_aggregation(FunctionRegistry& registry) {
  registry.add({"list_aggregate",
                {"list_aggr", "array_aggregate", "array_aggr"},
                "list",
                "The named aggregate over a list's elements; its constants follow the name.",
                "list_aggregate([1, 2, NULL], 'sum')",
                "3",
                {{.parameters = {TypePattern::list_of('T'), Type::varchar()},
                  .variadic = TypePattern::any(),
                  .result = TypePattern::any(),
                  .kernel = aggregate_kernel,
                  .bind = bind_list_aggregate,
                  .cost = 20}}});
  add_named(registry, std::make_index_sequence<kNamed.size()>{});
  registry.add({"array_to_string",
                {"list_to_string"},
                "list",
                "The elements as texts with a separator between; NULLs are left out.",
                "array_to_string([1, 2, NULL], '-')",
                "1-2",
                {{.parameters = {TypePattern::list_of('T'), Type::varchar()},
                  .result = TypePattern::any(),
                  .kernel = join_kernel,
                  .bind =
                      [](FunctionBinding& binding) {
                        binding.cast_to[0] = Type::list(Type::varchar());
                        bind_over_list(binding, "string_agg", 1);
                      },
                  .cost = 20}}});
}

}  // namespace doline
