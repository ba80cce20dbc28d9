#include <optional>

#include "function/argument.h"
#include "function/json_functions.h"
#include "kernel/json/json_path.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

// What is taken from the place that a path leads to. `node` is null where there is no such place.
using Emit = void (*)(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out);

void emit_json(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out) {
  if (!node) return out.append_null();
  const std::string_view text = tree.text_of(*node);
  if (is_minified(text)) return out.append_text(text);
  std::string minified;
  append_minified(minified, text);
  out.append_text(minified);
}

void emit_string(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out) {
  if (!node || node->kind == JsonKind::kNull) return out.append_null();
  if (node->kind != JsonKind::kString) return emit_json(tree, node, out);
  std::string scratch;
  out.append_text(tree.string(*node, scratch));
}

/// Scalars only, as they are written.
void emit_value(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out) {
  if (node && (node->kind == JsonKind::kArray || node->kind == JsonKind::kObject ||
               node->kind == JsonKind::kNull))
    node = nullptr;
  emit_json(tree, node, out);
}

std::string_view type_name(const JsonTree& tree, const JsonNode& node) {
  switch (node.kind) {
    case JsonKind::kNull:
      return "NULL";
    case JsonKind::kFalse:
    case JsonKind::kTrue:
      return "BOOLEAN";
    case JsonKind::kReal:
      return "DOUBLE";
    case JsonKind::kString:
      return "VARCHAR";
    case JsonKind::kArray:
      return "ARRAY";
    case JsonKind::kObject:
      return "OBJECT";
    case JsonKind::kInteger: {
      std::string_view digits = tree.text_of(node);
      const bool negative = digits.front() == '-';
      if (negative) digits.remove_prefix(1);
      const std::string_view limit = negative ? "9223372036854775808" : "18446744073709551615";
      if (digits.size() > limit.size() || (digits.size() == limit.size() && digits > limit))
        return "DOUBLE";
      return negative ? "BIGINT" : "UBIGINT";
    }
  }
  UNREACHABLE();
}

void emit_type(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out) {
  if (!node) return out.append_null();
  out.append_text(type_name(tree, *node));
}

void emit_length(const JsonTree&, const JsonNode* node, ColumnBuilder& out) {
  if (!node) return out.append_null();
  out.append(node->kind == JsonKind::kArray ? uint64_t{node->count} : uint64_t{0});
}

void emit_keys(const JsonTree& tree, const JsonNode* node, ColumnBuilder& out) {
  if (!node) return out.append_null();
  std::string scratch;
  if (node->kind == JsonKind::kObject) {
    tree.for_each_member(*node, [&](const JsonNode& key, const JsonNode&) {
      out.child().append_text(tree.string(key, scratch));
    });
  }
  out.finish_list();
}

void emit_exists(const JsonTree&, const JsonNode* node, ColumnBuilder& out) {
  out.append_bool(node != nullptr);
}

// Paths.

struct PathData final : FunctionData {
  std::vector<JsonPath> paths;
};

/// The path of a row: compiled at bind time, or from a column that often repeats itself.
class RowPaths {
 public:
  RowPaths(const KernelCall& call, const Column& column)
      : call_(call), column_(column), compiled_(static_cast<const PathData*>(call.data)) {}

  /// Null after a failure.
  const JsonPath* at(uint32_t row) {
    if (compiled_) return &compiled_->paths[0];
    if (column_.physical() == PhysicalType::kInt64) {
      own_ = JsonPath::element(column_.value<int64_t>(row));
      return &*own_;
    }
    const std::string_view text = column_.text(row);
    if (own_ && text == text_) return &*own_;
    try {
      own_ = JsonPath::parse(text);
      text_ = text;
    } catch (const Error& error) {
      call_.errors.fail(row, error.code(), [&] { return error.message(); });
      own_.reset();
      return nullptr;
    }
    if (own_->has_wildcard()) {
      call_.errors.fail(row, ErrorCode::kNotSupported,
                        [] { return "a JSON path with wildcards must be a constant"; });
      own_.reset();
      return nullptr;
    }
    return &*own_;
  }

 private:
  const KernelCall& call_;
  const Column& column_;
  const PathData* const compiled_;
  std::optional<JsonPath> own_;
  std::string text_;
};

template <Emit kEmit>
Column whole_kernel(const KernelCall& call, std::span<const Column> arguments) {
  AscendingRows rows(call.result_type, call.row_count);
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& tree) {
    kEmit(tree, &tree.root(), rows.at(row));
  });
  return rows.seal();
}

template <Emit kEmit>
Column at_path_kernel(const KernelCall& call, std::span<const Column> arguments) {
  AscendingRows rows(call.result_type, call.row_count);
  RowPaths paths(call, arguments[1]);
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& tree) {
    if (const JsonPath* path = paths.at(row)) kEmit(tree, path->find(tree), rows.at(row));
  });
  return rows.seal();
}

template <Emit kEmit>
Column wildcard_kernel(const KernelCall& call, std::span<const Column> arguments) {
  AscendingRows rows(call.result_type, call.row_count);
  const JsonPath& path = static_cast<const PathData*>(call.data)->paths[0];
  std::vector<uint32_t> nodes;
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& tree) {
    nodes.clear();
    path.find_all(tree, nodes);
    ColumnBuilder& list = rows.at(row);
    for (const uint32_t node : nodes) kEmit(tree, &tree.node(node), list.child());
    list.finish_list();
  });
  return rows.seal();
}

template <Emit kEmit>
Column path_list_kernel(const KernelCall& call, std::span<const Column> arguments) {
  AscendingRows rows(call.result_type, call.row_count);
  const auto& paths = static_cast<const PathData*>(call.data)->paths;
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& tree) {
    ColumnBuilder& list = rows.at(row);
    for (const JsonPath& path : paths) kEmit(tree, path.find(tree), list.child());
    list.finish_list();
  });
  return rows.seal();
}

/// One value by path, without wildcards: results are views of the documents wherever the text
/// is already what is wanted.
template <bool kAsString>
Column view_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Column& documents = arguments[0];
  writer.add_pin(documents.pin());
  RowPaths paths(call, arguments[1]);
  StringView* const out = writer.values<StringView>();
  std::string scratch;
  for_each_document(call, documents, [&](uint32_t row, const JsonTree& tree) {
    const JsonPath* const path = paths.at(row);
    if (!path) return;
    const JsonNode* const node = path->find(tree);
    if (!node || (kAsString && node->kind == JsonKind::kNull)) return writer.set_null(row);
    if (kAsString && node->kind == JsonKind::kString) {
      // Short documents lie within the column's own values, but so short results are copied.
      if (!node->escaped) {
        out[row] = StringView(tree.raw_string(*node));
      } else {
        writer.set_text(row, tree.string(*node, scratch));
      }
      return;
    }
    const std::string_view text = tree.text_of(*node);
    if (is_minified(text)) {
      out[row] = StringView(text);
    } else {
      scratch.clear();
      append_minified(scratch, text);
      writer.set_text(row, scratch);
    }
  });
  return writer.seal(call.row_count);
}

JsonPath parse_at(std::string_view text, SourceSpan span) {
  try {
    return JsonPath::parse(text);
  } catch (Error& error) {
    error.set_span_if_empty(span);
    throw;
  }
}

template <Emit kEmit>
void bind_path(FunctionBinding& binding) {
  const auto& constant = binding.constants[1];
  if (!constant || constant->is_null()) return;
  auto data = make_ref<PathData>();
  if (binding.cast_to[1]->is(TypeKind::kVarchar)) {
    data->paths.push_back(parse_at(constant->as_text(), binding.span));
    if (data->paths[0].has_wildcard()) {
      binding.result = Type::list(binding.result);
      binding.kernel = wildcard_kernel<kEmit>;
    }
  } else {
    data->paths.push_back(JsonPath::element(static_cast<int64_t>(constant->as_integer())));
  }
  binding.data = std::move(data);
}

void bind_path_list(FunctionBinding& binding) {
  const auto& constant = binding.constants[1];
  if (!constant || constant->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "a list of JSON paths must be a constant");
  }
  auto data = make_ref<PathData>();
  for (const Value& path : constant->as_nested()) {
    data->paths.push_back(parse_at(path.is_null() ? "" : path.as_text(), binding.span));
    if (data->paths.back().has_wildcard()) {
      throw Error(ErrorCode::kNotSupported, binding.span,
                  "a list of JSON paths cannot have wildcards");
    }
  }
  binding.data = std::move(data);
}

template <Emit kEmit>
void add_paths(std::vector<ScalarOverload>& overloads, TypeRef result, ScalarKernel kernel,
               bool by_index) {
  const auto add = [&](std::vector<ScalarOverload> more) {
    for (ScalarOverload& overload : more) overloads.push_back(std::move(overload));
  };
  add(over_json({Type::varchar()}, result, kernel, bind_path<kEmit>));
  if (by_index) add(over_json({Type::int64()}, result, kernel, bind_path<kEmit>));
  add(over_json({Type::list(Type::varchar())}, Type::list(result), path_list_kernel<kEmit>,
                bind_path_list));
}

/// name(json), name(json, path) and name(json, [paths]).
template <Emit kEmit>
std::vector<ScalarOverload> with_optional_path(TypeRef result) {
  std::vector<ScalarOverload> overloads = over_json({}, result, whole_kernel<kEmit>);
  add_paths<kEmit>(overloads, result, at_path_kernel<kEmit>, false);
  return overloads;
}

template <Emit kEmit>
std::vector<ScalarOverload> with_path(TypeRef result, ScalarKernel kernel, bool by_index) {
  std::vector<ScalarOverload> overloads;
  add_paths<kEmit>(overloads, result, kernel, by_index);
  return overloads;
}

}  // namespace

void register_json_extraction(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  registry.add({"json_extract",
                {"json_extract_path", "->"},
                "json",
                "The JSON at a path, a member's name or an element's place; a path with wildcards "
                "gives a list.",
                "json_extract('{\"a\": [1, {\"b\": 2}]}', '$.a[1].b')",
                "2",
                with_path<emit_json>(Type::json(), view_kernel<false>, true)});
  registry.add({"json_extract_string",
                {"json_extract_path_text", "->>"},
                "json",
                "As json_extract, strings without their quotes and null as NULL.",
                "json_extract_string('{\"a\": \"x\"}', '$.a')",
                "x",
                with_path<emit_string>(text, view_kernel<true>, true)});
  registry.add({"json_value",
                {},
                "json",
                "As json_extract, NULL for null, arrays and objects.",
                "json_value('{\"a\": 1}', '$.a')",
                "1",
                with_path<emit_value>(text, at_path_kernel<emit_value>, true)});
  registry.add({"json_exists",
                {},
                "json",
                "Whether there is anything at the path, null included.",
                "json_exists('{\"a\": null}', '$.a')",
                "true",
                with_path<emit_exists>(Type::boolean(), at_path_kernel<emit_exists>, true)});
  registry.add({"json_type",
                {},
                "json",
                "OBJECT, ARRAY, VARCHAR, UBIGINT, BIGINT, DOUBLE, BOOLEAN or NULL; of the value at "
                "a path, if given.",
                "json_type('[1, 2]')",
                "ARRAY",
                with_optional_path<emit_type>(text)});
  registry.add({"json_keys",
                {},
                "json",
                "The names of an object's members.",
                "json_keys('{\"a\": 1, \"b\": 2}')",
                "[a, b]",
                with_optional_path<emit_keys>(Type::list(text))});
  registry.add({"json_array_length",
                {},
                "json",
                "How many elements an array has; 0 for other values.",
                "json_array_length('[1, 2, 3]')",
                "3",
                with_optional_path<emit_length>(Type::uint64())});
}

}  // namespace doline
