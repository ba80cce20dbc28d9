#include <algorithm>

#include "base/ascii.h"
#include "function/argument.h"
#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "function/struct_access.h"

namespace doline {

namespace {

struct FieldData final : FunctionData {
  explicit FieldData(size_t f) : field(f) {}
  const size_t field;
};

/// An exact match wins over one that differs in case.
size_t field_named(TypeRef type, std::string_view name) {
  const auto& fields = type->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (equal_ignoring_case(fields[i].name, name)) return i;
  }
  return fields.size();
}

Column field_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return struct_field(arguments[0], static_cast<const FieldData*>(call.data)->field,
                      call.row_count);
}

const Value& constant_key(const FunctionBinding& binding) {
  if (!binding.constants[1] || binding.constants[1]->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "the field of a struct must be a constant");
  }
  return *binding.constants[1];
}

void set_field(FunctionBinding& binding, size_t field) {
  binding.result = binding.cast_to[0]->fields()[field].type;
  binding.data = make_ref<FieldData>(field);
}

void bind_field_by_name(FunctionBinding& binding) {
  const std::string& name = constant_key(binding).as_text();
  const TypeRef type = binding.cast_to[0];
  const size_t field = type->is(TypeKind::kStruct) ? field_named(type, name) : 0;
  if (!type->is(TypeKind::kStruct) || field == type->fields().size()) {
    std::vector<std::string> names;
    for (const Field& entry : type->fields()) names.push_back(entry.name);
    Error error(ErrorCode::kColumnNotFound, binding.span, "no field \"{}\" in {}", name,
                type->name());
    const std::string near = nearest_name(name, names);
    throw near.empty() ? std::move(error) : std::move(error).hint("did you mean \"" + near + "\"?");
  }
  set_field(binding, field);
}

void bind_field_by_position(FunctionBinding& binding) {
  const int128_t position = constant_key(binding).as_integer();
  const TypeRef type = binding.cast_to[0];
  const size_t count = type->is(TypeKind::kStruct) ? type->fields().size() : 0;
  if (count != 0 && !type->fields()[0].name.empty()) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "fields of {} have names, not positions",
                type->name())
        .hint("['" + type->fields()[0].name + "']");
  }
  if (position < 1 || position > static_cast<int128_t>(count)) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "{} has fields 1 to {}, not {}",
                type->name(), count, to_string(position));
  }
  set_field(binding, static_cast<size_t>(position - 1));
}

// Structs made of values.

Column pack_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  for (const Column& argument : arguments) fields.push_back(argument.flatten());
  return Column::structure(call.result_type, call.row_count, std::move(fields));
}

/// Adds the named argument `index` to `fields`; throws when it has no name or one that is taken.
void add_named(const FunctionBinding& binding, size_t index, std::vector<Field>& fields) {
  const std::string& name = binding.argument_names[index];
  if (name.empty()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "argument {} needs a name", index + 1)
        .hint("struct_pack(name := value)");
  }
  for (const Field& field : fields) {
    if (equal_ignoring_case(field.name, name)) {
      throw Error(ErrorCode::kInvalidArgument, binding.span, "the field \"{}\" occurs twice", name);
    }
  }
  fields.push_back({name, binding.cast_to[index]});
}

void bind_pack(FunctionBinding& binding) {
  std::vector<Field> fields;
  for (size_t i = 0; i < binding.cast_to.size(); ++i) add_named(binding, i, fields);
  binding.result = Type::structure(std::move(fields));
}

void bind_row(FunctionBinding& binding) {
  std::vector<Field> fields;
  for (const TypeRef type : binding.cast_to) fields.push_back({"", type});
  binding.result = Type::structure(std::move(fields));
}

/// Fields of a struct that may be NULL: all NULL then.
void append_fields(const Column& structure, uint32_t rows, std::vector<Column>& out) {
  for (size_t i = 0; i < structure.type()->fields().size(); ++i) {
    out.push_back(struct_field(structure, i, rows).flatten().masked(validity_bitmap(structure)));
  }
}

struct Replacements final : FunctionData {
  std::vector<size_t> field_of_argument;  // of arguments from the second on
};

Column insert_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  append_fields(arguments[0], call.row_count, fields);
  const auto& targets = static_cast<const Replacements*>(call.data)->field_of_argument;
  for (size_t i = 0; i < targets.size(); ++i) {
    Column value = arguments[i + 1].flatten();
    if (targets[i] < fields.size()) {
      fields[targets[i]] = std::move(value);
    } else {
      fields.push_back(std::move(value));
    }
  }
  return Column::structure(call.result_type, call.row_count, std::move(fields));
}

template <bool kReplace>
void bind_insert(FunctionBinding& binding) {
  std::vector<Field> fields = binding.cast_to[0]->fields();
  auto data = make_ref<Replacements>();
  for (size_t i = 1; i < binding.cast_to.size(); ++i) {
    const size_t known = field_named(Type::structure(fields), binding.argument_names[i]);
    data->field_of_argument.push_back(known);
    if (kReplace && known < fields.size() && !binding.argument_names[i].empty()) {
      fields[known].type = binding.cast_to[i];
    } else {
      add_named(binding, i, fields);
    }
  }
  binding.result = Type::structure(std::move(fields));
  binding.data = std::move(data);
}

Column concat_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  for (const Column& argument : arguments) append_fields(argument, call.row_count, fields);
  return Column::structure(call.result_type, call.row_count, std::move(fields));
}

void bind_concat(FunctionBinding& binding) {
  std::vector<Field> fields;
  for (const TypeRef type : binding.cast_to) {
    for (const Field& field : type->fields()) {
      for (const Field& other : fields) {
        if (!field.name.empty() && equal_ignoring_case(other.name, field.name)) {
          throw Error(ErrorCode::kInvalidArgument, binding.span, "the field \"{}\" occurs twice",
                      field.name);
        }
        if (field.name.empty() != other.name.empty()) {
          throw Error(ErrorCode::kTypeMismatch, binding.span,
                      "structs with and without names do not mix");
        }
      }
      fields.push_back(field);
    }
  }
  binding.result = Type::structure(std::move(fields));
}

Column keys_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Value> names;
  for (const Field& field : arguments[0].type()->fields()) names.push_back(Value::text(field.name));
  return Value::nested(call.result_type, std::move(names)).to_column(call.row_count);
}

Column values_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  append_fields(arguments[0], call.row_count, fields);
  return Column::structure(call.result_type, call.row_count, std::move(fields));
}

void bind_values(FunctionBinding& binding) {
  std::vector<Field> fields = binding.cast_to[0]->fields();
  for (Field& field : fields) field.name.clear();
  binding.result = Type::structure(std::move(fields));
}

}  // namespace

Column struct_field(const Column& structure, size_t field, uint32_t rows) {
  const Column& child = structure.child(field);
  return structure.is_constant() ? Column::constant(child.slice(0, 1).flatten(), rows) : child;
}

std::vector<ScalarOverload> struct_access_overloads() {
  const auto overload = [](TypeRef key, void (*bind)(FunctionBinding&)) {
    return ScalarOverload{.parameters = {TypePattern::structure(), key},
                          .result = TypePattern::any(),
                          .kernel = field_kernel,
                          .bind = bind};
  };
  return {overload(Type::varchar(), bind_field_by_name),
          overload(Type::int64(), bind_field_by_position)};
}

void register_struct_functions(FunctionRegistry& registry) {
  const TypePattern any = TypePattern::any();
  const TypePattern structure = TypePattern::structure();
  const auto handled = [&](std::vector<TypePattern> parameters, std::optional<TypePattern> variadic,
                           ScalarKernel kernel, void (*bind)(FunctionBinding&)) {
    return std::vector<ScalarOverload>{{.parameters = std::move(parameters),
                                        .variadic = variadic,
                                        .result = any,
                                        .kernel = kernel,
                                        .bind = bind,
                                        .nulls = Nulls::kHandled,
                                        .cost = 2}};
  };
  registry.add({"struct_extract",
                {},
                "struct",
                "The field of a struct by name, or of a row by position from 1.",
                "struct_extract({'a': 1, 'b': 'x'}, 'b')",
                "x",
                struct_access_overloads()});
  registry.add({"struct_pack",
                {},
                "struct",
                "A struct of named values; what {'a': 1} calls.",
                "struct_pack(a := 1, b := 'x')",
                "{'a': 1, 'b': x}",
                handled({any}, any, pack_kernel, bind_pack)});
  registry.add({"row",
                {},
                "struct",
                "A struct without names.",
                "row(1, 'x')",
                "(1, x)",
                handled({}, any, pack_kernel, bind_row)});
  registry.add({"struct_insert",
                {},
                "struct",
                "The struct with more fields.",
                "struct_insert({'a': 1}, b := 2)",
                "{'a': 1, 'b': 2}",
                handled({structure, any}, any, insert_kernel, bind_insert<false>)});
  registry.add({"struct_update",
                {},
                "struct",
                "The struct with fields replaced or added.",
                "struct_update({'a': 1, 'b': 2}, b := 3)",
                "{'a': 1, 'b': 3}",
                handled({structure, any}, any, insert_kernel, bind_insert<true>)});
  registry.add({"struct_concat",
                {},
                "struct",
                "One struct with the fields of all.",
                "struct_concat({'a': 1}, {'b': 2})",
                "{'a': 1, 'b': 2}",
                handled({structure}, structure, concat_kernel, bind_concat)});
  registry.add({"struct_keys",
                {},
                "struct",
                "The names of a struct's fields.",
                "struct_keys({'a': 1, 'b': 2})",
                "[a, b]",
                {{.parameters = {structure},
                  .result = Type::list(Type::varchar()),
                  .kernel = keys_kernel}}});
  registry.add(
      {"struct_values",
       {},
       "struct",
       "The struct's values as a row without names.",
       "struct_values({'a': 1, 'b': 2})",
       "(1, 2)",
       {{.parameters = {structure}, .result = any, .kernel = values_kernel, .bind = bind_values}}});
}

}  // namespace doline
