// Functions of values of any type: typeof, ifnull, nullif, greatest, least, error.
#include <algorithm>

#include "column/column_builder.h"
#include "function/lanes.h"
#include "function/operators.h"
#include "function/session_constants.h"
#include "kernel/cast.h"
#include "kernel/compare.h"

namespace doline {

namespace {

struct NameData final : FunctionData {
  explicit NameData(std::string n) : name(std::move(n)) {}
  const std::string name;
};

Column name_kernel(const KernelCall& call, std::span<const Column>) {
  return Value::text(data_of<NameData>(call)->name).to_column(call.row_count);
}

/// Row by row, from the columns the choice names: result[row] = arguments[choice[row]][row].
Column blend(const KernelCall& call, std::span<const Column> arguments,
             const std::vector<uint8_t>& choice) {
  ColumnBuilder builder(call.result_type, call.row_count);
  for (uint32_t row = 0; row < call.row_count; ++row) {
    choice[row] == arguments.size() ? builder.append_null()
                                    : builder.append_from(arguments[choice[row]], row);
  }
  return builder.seal();
}

/// Of each active row the argument that beats the others; NULLs never do.
template <bool kGreatest>
Column extreme_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto none = static_cast<uint8_t>(arguments.size());
  std::vector<uint8_t> choice(call.row_count, none);
  call.active.for_each([&](uint32_t row) {
    for (uint8_t i = 0; i < none; ++i) {
      if (arguments[i].is_null(row)) continue;
      if (choice[row] == none) {
        choice[row] = i;
        continue;
      }
      const int order = compare_rows(arguments[i], row, arguments[choice[row]], row);
      if (kGreatest ? order > 0 : order < 0) choice[row] = i;
    }
  });
  return blend(call, arguments, choice);
}

template <bool kGreatest, class T>
Column extreme_numbers_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto better = [](T candidate, T best) {
    if constexpr (std::is_floating_point_v<T>) {
      return kGreatest ? compare_floats(candidate, best) > 0 : compare_floats(candidate, best) < 0;
    } else {
      return kGreatest ? candidate > best : candidate < best;
    }
  };
  ColumnWriter writer(call.result_type, call.row_count);
  T* out = writer.values<T>();
  std::vector<uint8_t> found(call.row_count, 0);
  for (const Column& column : arguments) {
    const Argument<T> argument(column);
    call.active.for_each([&](uint32_t row) {
      if (argument.is_null(row)) return;
      const T value = argument[row];
      if (!found[row] || better(value, out[row])) out[row] = value;
      found[row] = 1;
    });
  }
  call.active.for_each([&](uint32_t row) {
    if (found[row]) return;
    out[row] = T{};
    writer.set_null(row);
  });
  return writer.seal(call.row_count);
}

template <bool kGreatest>
void bind_extreme(FunctionBinding& binding) {
  if (binding.cast_to.size() > 255) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "at most 255 values are compared at once");
  }
  TypeRef type = Type::null();
  bool any_text = false;
  for (size_t i = 0; i < binding.argument_types.size(); ++i) {
    const TypeRef other = binding.argument_types[i];
    if (binding.constants[i] && other->is(TypeKind::kVarchar)) {
      any_text = true;  // a constant: it takes the type of the others
      continue;
    }
    const TypeRef common = ordering_type(type, other);
    if (!common) {
      throw Error(ErrorCode::kTypeMismatch, binding.span, "{} and {} cannot be compared",
                  type->name(), other->name())
          .hint("cast the one to the type of the other: x::TYPE");
    }
    type = common;
  }
  if (any_text && (type->is(TypeKind::kNull) || type->is(TypeKind::kEnum))) type = Type::varchar();
  // Of whole numbers the overload has found the common type, to which those written in the query
  // bend.
  if (std::all_of(binding.cast_to.begin(), binding.cast_to.end(),
                  [&](TypeRef to) { return to->is_integer() && to == binding.cast_to[0]; })) {
    type = binding.cast_to[0];
  }
  std::fill(binding.cast_to.begin(), binding.cast_to.end(), type);
  binding.result = type;
  binding.kernel = extreme_kernel<kGreatest>;
  if (type->is_numeric() || type->is_temporal()) {
    binding.kernel = dispatch_numeric(type->physical(), []<class T>() -> ScalarKernel {
      return extreme_numbers_kernel<kGreatest, T>;
    });
  }
}

Column ifnull_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if (!arguments[0].validity()) return arguments[0];
  std::vector<uint8_t> choice(call.row_count, 2);
  call.active.for_each([&](uint32_t row) { choice[row] = arguments[0].is_null(row) ? 1 : 0; });
  return blend(call, arguments, choice);
}

void bind_ifnull(FunctionBinding& binding) {
  const TypeRef type = common_type(binding.argument_types[0], binding.argument_types[1]);
  if (!type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "{} and {} have no type in common",
                binding.argument_types[0]->name(), binding.argument_types[1]->name());
  }
  binding.cast_to = {type, type};
  binding.result = type;
}

/// The first argument, as it came, is kept; two copies of it and the second in their common type
/// are compared.
Column nullif_kernel(const KernelCall& call, std::span<const Column> arguments) {
  class NoFailures final : public CastFailures {
   public:
    void fail(uint32_t, std::string) override {}
    bool wants_messages() const override { return false; }
  } ignored;
  const TypeRef type = arguments[1].type();
  const Column compared = arguments[0].type() == type
                              ? arguments[0]
                              : cast(arguments[0], type, call.active, call.session.zone, ignored);
  BufferRef equal = Buffer::allocate(words_for_bits(call.row_count) * 8);
  compare_columns(Comparison::kEqual, compared, arguments[1], call.active, equal->as<uint64_t>());
  const BufferRef valid = validity_bitmap(compared);
  const BufferRef other_valid = validity_bitmap(arguments[1]);
  for (size_t word = 0; word < words_for_bits(call.row_count); ++word) {
    uint64_t both = ~uint64_t{0};
    if (valid) both &= valid->as<uint64_t>()[word];
    if (other_valid) both &= other_valid->as<uint64_t>()[word];
    equal->as<uint64_t>()[word] = ~(equal->as<uint64_t>()[word] & both);
  }
  return arguments[0].masked(std::move(equal));
}

void bind_nullif(FunctionBinding& binding) {
  const TypeRef type = comparison_type(binding.argument_types[0], binding.argument_types[1]);
  if (!type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "{} and {} cannot be compared",
                binding.argument_types[0]->name(), binding.argument_types[1]->name());
  }
  binding.cast_to = {binding.argument_types[0], type};
  binding.result = binding.argument_types[0];
}

Column error_kernel(const KernelCall& call, std::span<const Column> arguments) {
  call.active.for_each([&](uint32_t row) {
    call.errors.fail(row, ErrorCode::kInvalidArgument,
                     [&] { return std::string(arguments[0].text(row)); });
  });
  return Column::null(call.result_type, call.row_count);
}

Column constraint_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column& holds = arguments[1];
  const uint64_t* const bits = holds.bits();
  call.active.for_each([&](uint32_t row) {
    // An unknown condition is no broken one.
    if (holds.is_null(row) || test_bit(bits, holds.is_constant() ? 0 : row)) return;
    call.errors.fail(row, ErrorCode::kConstraint,
                     [&] { return std::string(arguments[2].text(row)); });
  });
  return arguments[0];
}

}  // namespace

void register_value_functions(FunctionRegistry& registry) {
  registry.add({"typeof",
                {"pg_typeof"},
                "value",
                "The name of the argument's type.",
                "typeof(1.5)",
                "DECIMAL(2,1)",
                {{.parameters = {TypePattern::any()},
                  .result = Type::varchar(),
                  .kernel = name_kernel,
                  .bind =
                      [](FunctionBinding& b) {
                        b.data = make_ref<const NameData>(b.argument_types[0]->name());
                      },
                  .nulls = Nulls::kHandled}}});
  registry.add({"can_cast_implicitly",
                {},
                "value",
                "Whether the first argument's type becomes the second's without a CAST.",
                "can_cast_implicitly(1::INTEGER, 2::BIGINT)",
                "true",
                {{.parameters = {TypePattern::any(), TypePattern::any()},
                  .result = Type::boolean(),
                  .kernel =
                      [](const KernelCall& call, std::span<const Column> arguments) {
                        const bool can =
                            implicit_cast_cost(arguments[0].type(), arguments[1].type()) >= 0;
                        return Value::boolean(can).to_column(call.row_count);
                      },
                  .nulls = Nulls::kHandled}}});
  const auto extreme = [](void (*bind)(FunctionBinding&)) {
    const auto overload = [&](const TypePattern& pattern) {
      return ScalarOverload{
          .parameters = {pattern}, .variadic = pattern, .bind = bind, .nulls = Nulls::kHandled};
    };
    return std::vector{overload(TypePattern::variable('T')), overload(TypePattern::any())};
  };
  registry.add({"greatest",
                {},
                "value",
                "The greatest of the arguments; NULLs are passed over.",
                "greatest(1, 3, 2)",
                "3",
                extreme(bind_extreme<true>)});
  registry.add({"least",
                {},
                "value",
                "The least of the arguments; NULLs are passed over.",
                "least('b', 'a', NULL)",
                "a",
                extreme(bind_extreme<false>)});
  registry.add({"ifnull",
                {"nvl"},
                "value",
                "The second argument where the first is NULL.",
                "ifnull(NULL, 2)",
                "2",
                {{.parameters = {TypePattern::any(), TypePattern::any()},
                  .kernel = ifnull_kernel,
                  .bind = bind_ifnull,
                  .nulls = Nulls::kHandled}}});
  registry.add({"nullif",
                {},
                "value",
                "The first argument, or NULL where it equals the second.",
                "nullif(1, 1)",
                "NULL",
                {{.parameters = {TypePattern::any(), TypePattern::any()},
                  .kernel = nullif_kernel,
                  .bind = bind_nullif,
                  .nulls = Nulls::kHandled}}});
  registry.add({"constraint_or_error",
                {},
                "value",
                "The value; ends the query with the message where the condition is false.",
                "constraint_or_error(4, 4 > 3, 'too small')",
                "4",
                {{.parameters = {TypePattern::variable('T'), Type::boolean(), Type::varchar()},
                  .result = TypePattern::variable('T'),
                  .kernel = constraint_kernel,
                  .nulls = Nulls::kHandled,
                  .can_fail = true}}});
  registry.add({"error",
                {},
                "value",
                "Ends the query with that message when it is evaluated.",
                "TRY(error('no such thing'))",
                "NULL",
                {{.parameters = {Type::varchar()},
                  .result = Type::null(),
                  .kernel = error_kernel,
                  .can_fail = true,
                  .is_volatile = true}}});
}

}  // namespace doline
