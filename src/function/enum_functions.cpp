// What the type of an enum knows: enum_range, enum_first, enum_last, enum_code.
#include <algorithm>

#include "column/column_builder.h"
#include "function/lanes.h"
#include "function/operators.h"

namespace doline {

namespace {

void require_enum(const FunctionBinding& binding, TypeRef type) {
  if (type->is(TypeKind::kEnum)) return;
  throw Error(ErrorCode::kTypeMismatch, binding.span, "this function takes an ENUM, not {}",
              type->name())
      .hint("enum_range(NULL::ENUM ('a', 'b'))");
}

struct ValueData final : FunctionData {
  explicit ValueData(Value v) : value(std::move(v)) {}
  const Value value;
};

Column value_kernel(const KernelCall& call, std::span<const Column>) {
  return data_of<ValueData>(call)->value.to_column(call.row_count);
}

Value texts(const std::vector<std::string>& values) {
  std::vector<Value> members;
  for (const std::string& value : values) members.push_back(Value::text(value));
  return Value::nested(Type::list(Type::varchar()), std::move(members));
}

/// The argument's own value does not count, nor whether it is NULL.
template <Value (*kOf)(const std::vector<std::string>&)>
void bind_type_value(FunctionBinding& binding) {
  require_enum(binding, binding.argument_types[0]);
  binding.data = make_ref<const ValueData>(kOf(binding.argument_types[0]->enum_values()));
}

Value first_of(const std::vector<std::string>& values) {
  return values.empty() ? Value::null(Type::varchar()) : Value::text(values.front());
}

Value last_of(const std::vector<std::string>& values) {
  return values.empty() ? Value::null(Type::varchar()) : Value::text(values.back());
}

/// The values between two, both among them; NULL is the first of all and the last of all.
Column range_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const std::vector<std::string>& values = arguments[0].type()->enum_values();
  ColumnBuilder builder(call.result_type, call.row_count);
  const Argument<uint32_t> from(arguments[0]);
  const Argument<uint32_t> to(arguments[1]);
  for (uint32_t row = 0; row < call.row_count; ++row) {
    // What lies in rows that are not asked for may be no code at all.
    const size_t begin = from.is_null(row) ? 0 : from[row];
    const size_t end =
        to.is_null(row) ? values.size() : std::min<size_t>(size_t{to[row]} + 1, values.size());
    for (size_t code = begin; code < end; ++code) builder.child().append_text(values[code]);
    builder.finish_list();
  }
  return builder.seal();
}

void bind_range(FunctionBinding& binding) {
  const TypeRef from = binding.argument_types[0];
  const TypeRef to = binding.argument_types[1];
  const TypeRef type = from->is(TypeKind::kNull) ? to : from;
  require_enum(binding, type);
  if (!to->is(TypeKind::kNull) && to != type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "both ends are of one ENUM, not {} and {}",
                from->name(), to->name());
  }
  binding.cast_to = {type, type};
}

template <class Code>
Column code_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<uint32_t, Code>(call, arguments[0],
                                   [](uint32_t code) { return static_cast<Code>(code); });
}

void bind_code(FunctionBinding& binding) {
  require_enum(binding, binding.argument_types[0]);
  const size_t count = binding.argument_types[0]->enum_values().size();
  binding.result = count <= 256 ? Type::uint8() : count <= 65536 ? Type::uint16() : Type::uint32();
  binding.kernel = count <= 256     ? code_kernel<uint8_t>
                   : count <= 65536 ? code_kernel<uint16_t>
                                    : code_kernel<uint32_t>;
}

}  // namespace

void register_enum_functions(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const auto add = [&](const char* name, const char* summary, const char* example,
                       const char* result, ScalarOverload overload) {
    registry.add({name, {}, "enum", summary, example, result, {std::move(overload)}});
  };
  add("enum_range", "All values of an enum's type, in their order.",
      "enum_range(NULL::ENUM ('sad', 'ok', 'happy'))", "[sad, ok, happy]",
      {.parameters = {TypePattern::any()},
       .result = Type::list(text),
       .kernel = value_kernel,
       .bind = bind_type_value<texts>,
       .nulls = Nulls::kHandled});
  add("enum_range_boundary",
      "The values of an enum from one to another; NULL stands for the first and for the last.",
      "enum_range_boundary(NULL, 'ok'::ENUM ('sad', 'ok', 'happy'))", "[sad, ok]",
      {.parameters = {TypePattern::any(), TypePattern::any()},
       .result = Type::list(text),
       .kernel = range_kernel,
       .bind = bind_range,
       .nulls = Nulls::kHandled});
  add("enum_first", "The first value of an enum's type.",
      "enum_first(NULL::ENUM ('sad', 'ok', 'happy'))", "sad",
      {.parameters = {TypePattern::any()},
       .result = text,
       .kernel = value_kernel,
       .bind = bind_type_value<first_of>,
       .nulls = Nulls::kHandled});
  add("enum_last", "The last value of an enum's type.",
      "enum_last(NULL::ENUM ('sad', 'ok', 'happy'))", "happy",
      {.parameters = {TypePattern::any()},
       .result = text,
       .kernel = value_kernel,
       .bind = bind_type_value<last_of>,
       .nulls = Nulls::kHandled});
  add("enum_code", "Where a value stands in its enum, counted from 0.",
      "enum_code('happy'::ENUM ('sad', 'ok', 'happy'))", "2",
      {.parameters = {TypePattern::any()}, .result = TypePattern::any(), .bind = bind_code});
}

}  // namespace doline
