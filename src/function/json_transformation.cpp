#include <charconv>

#include "base/ascii.h"
#include "function/argument.h"
#include "function/json_functions.h"
#include "function/session_constants.h"
#include "kernel/json/json_cast.h"

namespace doline {

namespace {

class RowFailures final : public CastFailures {
 public:
  explicit RowFailures(RowErrors& errors) : errors_(errors) {}
  void fail(uint32_t row, std::string message) override {
    errors_.fail(row, ErrorCode::kConversion, [&] { return std::move(message); });
  }
  bool wants_messages() const override { return errors_.mode() == RowErrors::Mode::kThrow; }

 private:
  RowErrors& errors_;
};

template <JsonStrictness kStrictness>
Column transform_kernel(const KernelCall& call, std::span<const Column> arguments) {
  RowFailures failures(call.errors);
  return json_to_column(arguments[0], call.result_type, call.active, call.session.zone, failures,
                        kStrictness);
}

/// A type's name in a structure: "INTEGER", "DECIMAL(10,2)", "VARCHAR[]".
TypeRef type_named(std::string_view name, SourceSpan span) {
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  if (name.ends_with("[]")) return Type::list(type_named(name.substr(0, name.size() - 2), span));
  if (const TypeRef type = simple_type_named(name)) return type;
  int width = 18;
  int scale = 3;
  const std::string lowered = ascii_lower(name);
  if (lowered == "decimal" || lowered == "numeric") return Type::decimal(width, scale);
  if (lowered.starts_with("decimal(") && lowered.ends_with(")")) {
    const char* const end = lowered.data() + lowered.size() - 1;
    auto at = std::from_chars(lowered.data() + 8, end, width);
    scale = 0;
    if (at.ec == std::errc() && at.ptr != end && *at.ptr == ',') {
      const char* from = at.ptr + 1;
      while (from != end && *from == ' ') ++from;
      at = std::from_chars(from, end, scale);
    }
    if (at.ec == std::errc() && at.ptr == end) return Type::decimal(width, scale);
  }
  Error error(ErrorCode::kInvalidArgument, span, "\"{}\" in the structure is not a type", name);
  const std::string near = nearest_name(lowered, simple_type_names());
  throw near.empty() ? std::move(error) : std::move(error).hint("did you mean \"" + near + "\"?");
}

TypeRef type_of(const JsonTree& tree, const JsonNode& node, SourceSpan span) {
  std::string scratch;
  if (node.kind == JsonKind::kString) return type_named(tree.string(node, scratch), span);
  if (node.kind == JsonKind::kArray && node.count == 1) {
    return Type::list(type_of(tree, *tree.element(node, 0), span));
  }
  if (node.kind != JsonKind::kObject || node.count == 0) {
    throw Error(ErrorCode::kInvalidArgument, span, "{} is not a structure", tree.text_of(node))
        .hint("types by name, [\"TYPE\"] for lists, {\"name\": \"TYPE\"} for structs");
  }
  std::vector<Field> fields;
  tree.for_each_member(node, [&](const JsonNode& key, const JsonNode& value) {
    fields.push_back({std::string(tree.string(key, scratch)), type_of(tree, value, span)});
  });
  return Type::structure(std::move(fields));
}

void bind_transform(FunctionBinding& binding) {
  const auto& structure = binding.constants[1];
  if (!structure || structure->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "the structure of json_transform must be a constant");
  }
  JsonTree tree;
  if (!tree.parse_utf8(structure->as_text())) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "the structure is not JSON: {}",
                tree.error());
  }
  binding.result = type_of(tree, tree.root(), binding.span);
}

std::vector<ScalarOverload> overloads(ScalarKernel kernel) {
  std::vector<ScalarOverload> all =
      over_json({Type::varchar()}, TypePattern::any(), kernel, bind_transform);
  for (ScalarOverload& overload :
       over_json({Type::json()}, TypePattern::any(), kernel, bind_transform)) {
    all.push_back(std::move(overload));
  }
  return all;
}

}  // namespace

void register_json_transformation(FunctionRegistry& registry) {
  registry.add({"json_transform",
                {"from_json"},
                "json",
                "The JSON as structs, lists and scalars of a given structure; NULL where a value "
                "does not fit.",
                "json_transform('{\"a\": [1, 2], \"b\": \"x\"}', '{\"a\": [\"INTEGER\"], \"b\": "
                "\"VARCHAR\"}')",
                "{'a': [1, 2], 'b': x}",
                overloads(transform_kernel<JsonStrictness::kLenient>)});
  registry.add({"json_transform_strict",
                {"from_json_strict"},
                "json",
                "As json_transform, an error where a value does not fit, is missing or is not in "
                "the structure.",
                "json_transform_strict('{\"a\": 1}', '{\"a\": \"INTEGER\"}')",
                "{'a': 1}",
                overloads(transform_kernel<JsonStrictness::kExact>)});
}

}  // namespace doline
