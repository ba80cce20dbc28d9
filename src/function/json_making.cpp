#include <unordered_map>

#include "function/argument.h"
#include "function/json_functions.h"
#include "function/session_constants.h"
#include "kernel/json/json_cast.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

Column to_json_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return column_to_json(arguments[0], call.active, call.session.zone);
}

/// Names and values in turn.
Column object_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::string text;
  call.active.for_each([&](uint32_t row) {
    text = "{";
    for (size_t i = 0; i < arguments.size(); i += 2) {
      if (arguments[i].is_null(row)) {
        return call.errors.fail(row, ErrorCode::kInvalidArgument,
                                [] { return "a name in json_object is NULL"; });
      }
      if (i != 0) text += ',';
      append_json_string(text, arguments[i].text(row));
      text += ':';
      append_json(text, arguments[i + 1], row, call.session.zone);
    }
    text += '}';
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

void bind_object(FunctionBinding& binding) {
  if (binding.cast_to.size() % 2 != 0) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "json_object takes names and values in turn")
        .hint("json_object('a', 1, 'b', 2)");
  }
  for (size_t i = 0; i < binding.cast_to.size(); i += 2) binding.cast_to[i] = Type::varchar();
}

Column array_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::string text;
  call.active.for_each([&](uint32_t row) {
    text = "[";
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (i != 0) text += ',';
      append_json(text, arguments[i], row, call.session.zone);
    }
    text += ']';
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

// json_merge_patch, RFC 7396.

/// The members of an object by name, the first of each.
using Members = std::unordered_map<std::string, const JsonNode*>;

Members members_of(const JsonTree& tree, const JsonNode& object) {
  Members members;
  std::string scratch;
  tree.for_each_member(object, [&](const JsonNode& key, const JsonNode& value) {
    members.try_emplace(std::string(tree.string(key, scratch)), &value);
  });
  return members;
}

class Patch {
 public:
  Patch(const JsonTree& target, const JsonTree& patch, std::string& out)
      : target_(target), patch_(patch), out_(out) {}

  /// `target` is null where there is nothing to patch.
  void merge(const JsonNode* target, const JsonNode& patch) {
    if (patch.kind != JsonKind::kObject) return append_minified(out_, patch_.text_of(patch));
    const Members changes = members_of(patch_, patch);
    const bool patched = target && target->kind == JsonKind::kObject;
    const Members old = patched ? members_of(target_, *target) : Members{};
    bool first = true;
    std::string scratch;
    const auto name = [&](std::string_view text) {
      out_ += first ? "{" : ",";
      first = false;
      append_json_string(out_, text);
      out_ += ':';
    };
    if (patched) {
      target_.for_each_member(*target, [&](const JsonNode& key, const JsonNode& value) {
        const std::string member(target_.string(key, scratch));
        if (old.at(member) != &value) return;
        const auto change = changes.find(member);
        if (change == changes.end()) {
          name(member);
          append_minified(out_, target_.text_of(value));
        } else if (change->second->kind != JsonKind::kNull) {
          name(member);
          merge(&value, *change->second);
        }
      });
    }
    patch_.for_each_member(patch, [&](const JsonNode& key, const JsonNode& value) {
      const std::string member(patch_.string(key, scratch));
      if (value.kind == JsonKind::kNull || changes.at(member) != &value || old.contains(member))
        return;
      name(member);
      merge(nullptr, value);
    });
    out_ += first ? "{}" : "}";
  }

 private:
  const JsonTree& target_;
  const JsonTree& patch_;
  std::string& out_;
};

Column merge_patch_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  JsonTree target;
  JsonTree patch;
  std::string merged;
  std::string next;
  call.active.for_each([&](uint32_t row) {
    const auto parse = [&](JsonTree& tree, std::string_view text) {
      if (tree.parse_utf8(text)) return true;
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [&] { return "this is not JSON: " + tree.error(); });
      return false;
    };
    bool is_null = arguments[0].is_null(row);
    if (!is_null) merged = arguments[0].text(row);
    for (size_t i = 1; i < arguments.size(); ++i) {
      // A NULL wipes out what there was; what is patched onto it stands as it is.
      if (arguments[i].is_null(row) || is_null) {
        is_null = arguments[i].is_null(row);
        if (!is_null) merged = arguments[i].text(row);
        continue;
      }
      if (!parse(target, merged) || !parse(patch, arguments[i].text(row))) return;
      next.clear();
      Patch(target, patch, next).merge(&target.root(), patch.root());
      std::swap(merged, next);
    }
    if (is_null) return writer.set_null(row);
    // Nothing was merged into the last value: it is not yet known to be JSON.
    if (!parse(target, merged)) return;
    next.clear();
    append_minified(next, target.text());
    writer.set_text(row, next);
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_json_making(FunctionRegistry& registry) {
  const TypePattern any = TypePattern::any();
  registry.add(
      {"to_json",
       {"row_to_json", "array_to_json", "json_quote"},
       "json",
       "Any value as JSON.",
       "to_json({'a': 1, 'b': ['x', NULL]})",
       "{\"a\":1,\"b\":[\"x\",null]}",
       {{.parameters = {any}, .result = Type::json(), .kernel = to_json_kernel, .cost = 30}}});
  registry.add({"json_object",
                {},
                "json",
                "An object of names and values in turn.",
                "json_object('a', 1, 'b', [2, 3])",
                "{\"a\":1,\"b\":[2,3]}",
                {{.parameters = {},
                  .variadic = any,
                  .result = Type::json(),
                  .kernel = object_kernel,
                  .bind = bind_object,
                  .nulls = Nulls::kHandled,
                  .can_fail = true,
                  .cost = 40}}});
  registry.add({"json_array",
                {},
                "json",
                "An array of its arguments.",
                "json_array(1, 'a', NULL)",
                "[1,\"a\",null]",
                {{.parameters = {},
                  .variadic = any,
                  .result = Type::json(),
                  .kernel = array_kernel,
                  .nulls = Nulls::kHandled,
                  .cost = 40}}});
  ScalarFunction merge{"json_merge_patch",
                       {},
                       "json",
                       "The first value changed by the others: members replaced or added, removed "
                       "by null (RFC 7396).",
                       "json_merge_patch('{\"a\": 1, \"b\": 2}', '{\"b\": null, \"c\": 3}')",
                       "{\"a\":1,\"c\":3}",
                       {}};
  for (const TypeRef type : {Type::json(), Type::varchar()}) {
    merge.overloads.push_back({.parameters = {type, type},
                               .variadic = TypePattern(type),
                               .result = Type::json(),
                               .kernel = merge_patch_kernel,
                               .nulls = Nulls::kHandled,
                               .can_fail = true,
                               .cost = 100});
  }
  registry.add(std::move(merge));
}

}  // namespace doline
