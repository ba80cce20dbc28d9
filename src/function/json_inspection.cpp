#include <map>
#include <memory>

#include "function/argument.h"
#include "function/json_functions.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

Column valid_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  JsonTree tree;
  const bool bytes = arguments[0].type()->is(TypeKind::kBlob);  // not known to be UTF-8
  call.active.for_each([&](uint32_t row) {
    if (arguments[0].is_null(row)) return;
    const std::string_view text = arguments[0].text(row);
    if (bytes ? tree.parse(text) : tree.parse_utf8(text)) set_bit(writer.bits(), row);
  });
  return writer.seal(call.row_count);
}

// json_structure: what all values in one place have in common.

class Shape {
 public:
  enum class Kind : uint8_t {
    kNull,
    kBoolean,
    kUnsigned,
    kSigned,
    kHuge,
    kDouble,
    kText,
    kMixed,
    kArray,
    kObject
  };

  void add(const JsonTree& tree, const JsonNode& node) {
    const Kind kind = kind_of(tree, node);
    kind_ = common(kind_, kind);
    if (kind == Kind::kArray) {
      if (!element_) element_ = std::make_unique<Shape>();
      tree.for_each_element(node, [&](const JsonNode& element) { element_->add(tree, element); });
    } else if (kind == Kind::kObject) {
      std::string scratch;
      tree.for_each_member(node, [&](const JsonNode& key, const JsonNode& value) {
        member(tree.string(key, scratch)).add(tree, value);
      });
    }
  }

  void append(std::string& out) const {
    if (kind_ == Kind::kArray) {
      out += '[';
      element_->append(out);
      out += ']';
    } else if (kind_ == Kind::kObject) {
      out += '{';
      for (size_t i = 0; i < members_.size(); ++i) {
        if (i != 0) out += ',';
        append_json_string(out, members_[i].first);
        out += ':';
        members_[i].second->append(out);
      }
      out += '}';
    } else {
      out += '"';
      out += name();
      out += '"';
    }
  }

 private:
  static Kind kind_of(const JsonTree& tree, const JsonNode& node) {
    switch (node.kind) {
      case JsonKind::kNull:
        return Kind::kNull;
      case JsonKind::kFalse:
      case JsonKind::kTrue:
        return Kind::kBoolean;
      case JsonKind::kReal:
        return Kind::kDouble;
      case JsonKind::kString:
        return Kind::kText;
      case JsonKind::kArray:
        return Kind::kArray;
      case JsonKind::kObject:
        return Kind::kObject;
      case JsonKind::kInteger: {
        const std::string_view text = tree.text_of(node);
        if (text.size() > 20 || (text.size() == 20 && text > "18446744073709551615"))
          return Kind::kDouble;
        return text.front() == '-' ? Kind::kSigned : Kind::kUnsigned;
      }
    }
    UNREACHABLE();
  }

  static bool is_number(Kind kind) { return kind >= Kind::kUnsigned && kind <= Kind::kDouble; }
  static Kind common(Kind a, Kind b) {
    if (a == b || b == Kind::kNull) return a;
    if (a == Kind::kNull) return b;
    if (!is_number(a) || !is_number(b)) return Kind::kMixed;
    return a == Kind::kDouble || b == Kind::kDouble ? Kind::kDouble : Kind::kHuge;
  }

  Shape& member(std::string_view name) {
    const auto [found, added] = places_.try_emplace(std::string(name), members_.size());
    if (added) members_.emplace_back(name, std::make_unique<Shape>());
    return *members_[found->second].second;
  }

  std::string_view name() const {
    switch (kind_) {
      case Kind::kNull:
        return "NULL";
      case Kind::kBoolean:
        return "BOOLEAN";
      case Kind::kUnsigned:
        return "UBIGINT";
      case Kind::kSigned:
        return "BIGINT";
      case Kind::kHuge:
        return "HUGEINT";
      case Kind::kDouble:
        return "DOUBLE";
      case Kind::kText:
        return "VARCHAR";
      case Kind::kMixed:
        return "JSON";
      case Kind::kArray:
      case Kind::kObject:
        break;
    }
    UNREACHABLE();
  }

  Kind kind_ = Kind::kNull;
  std::unique_ptr<Shape> element_;
  std::vector<std::pair<std::string, std::unique_ptr<Shape>>> members_;  // in the order met
  std::map<std::string, size_t, std::less<>> places_;
};

Column structure_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::string text;
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& tree) {
    Shape shape;
    shape.add(tree, tree.root());
    text.clear();
    shape.append(text);
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

// json_contains

/// One document within another. Work is bounded: it is charged, comparison by comparison.
class Containment {
 public:
  Containment(const JsonTree& hay, const JsonTree& needle) : hay_(hay), needle_(needle) {}

  /// Whether `needle` matches `hay` or anything in it.
  bool contains(const JsonNode& hay, const JsonNode& needle) {
    if (matches(hay, needle)) return true;
    bool found = false;
    if (hay.kind == JsonKind::kArray) {
      hay_.for_each_element(
          hay, [&](const JsonNode& element) { found = found || contains(element, needle); });
    } else if (hay.kind == JsonKind::kObject) {
      hay_.for_each_member(hay, [&](const JsonNode&, const JsonNode& value) {
        found = found || contains(value, needle);
      });
    }
    return found;
  }

 private:
  /// Arrays match when each element of the needle is contained, objects when each member is.
  bool matches(const JsonNode& hay, const JsonNode& needle) {
    constexpr uint64_t kMostComparisons = 100'000'000;
    if (++comparisons_ > kMostComparisons) {
      throw Error(ErrorCode::kInvalidArgument, "json_contains would take more than {} comparisons",
                  kMostComparisons);
    }
    if (hay.kind != needle.kind) return false;
    bool all = true;
    switch (hay.kind) {
      case JsonKind::kNull:
      case JsonKind::kFalse:
      case JsonKind::kTrue:
        return true;
      case JsonKind::kInteger:
      case JsonKind::kReal:
        return hay_.text_of(hay) == needle_.text_of(needle);
      case JsonKind::kString:
        return hay_.string(hay, hay_scratch_) == needle_.string(needle, needle_scratch_);
      case JsonKind::kArray:
        needle_.for_each_element(needle, [&](const JsonNode& wanted) {
          bool any = false;
          if (all) {
            hay_.for_each_element(
                hay, [&](const JsonNode& element) { any = any || matches(element, wanted); });
          }
          all = all && any;
        });
        return all;
      case JsonKind::kObject:
        needle_.for_each_member(needle, [&](const JsonNode& key, const JsonNode& wanted) {
          if (!all) return;
          const std::string name(needle_.string(key, needle_scratch_));
          const JsonNode* const value = hay_.member(hay, name);
          comparisons_ += hay.count;
          all = value && matches(*value, wanted);
        });
        return all;
    }
    UNREACHABLE();
  }

  const JsonTree& hay_;
  const JsonTree& needle_;
  std::string hay_scratch_;
  std::string needle_scratch_;
  uint64_t comparisons_ = 0;
};

Column contains_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  JsonTree needle;
  for_each_document(call, arguments[0], [&](uint32_t row, const JsonTree& hay) {
    if (arguments[1].is_null(row)) return;
    if (!needle.parse_utf8(arguments[1].text(row))) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [&] { return "this is not JSON: " + needle.error(); });
    }
    try {
      if (Containment(hay, needle).contains(hay.root(), needle.root())) set_bit(writer.bits(), row);
    } catch (const Error& error) {
      call.errors.fail(row, error.code(), [&] { return error.message(); });
    }
  });
  return writer.seal(call.row_count);
}

/// The text again, `write` says how.
template <class Write>
Column rewrite(const KernelCall& call, const Column& documents, Write&& write) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::string text;
  for_each_document(call, documents, [&](uint32_t row, const JsonTree& tree) {
    text.clear();
    write(text, tree);
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

Column minify_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return rewrite(call, arguments[0], [](std::string& out, const JsonTree& tree) {
    append_minified(out, tree.text_of(tree.root()));
  });
}

Column pretty_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return rewrite(call, arguments[0], [](std::string& out, const JsonTree& tree) {
    append_pretty(out, tree, tree.root());
  });
}

}  // namespace

void register_json_inspection(FunctionRegistry& registry) {
  ScalarFunction valid{"json_valid",
                       {},
                       "json",
                       "Whether a text, or a blob, is JSON, as RFC 8259 has it.",
                       "json_valid('{\"a\": [1, 2]}')",
                       "true",
                       {}};
  for (const TypeRef type : {Type::varchar(), Type::blob(), Type::json()}) {
    valid.overloads.push_back(
        {.parameters = {type}, .result = Type::boolean(), .kernel = valid_kernel, .cost = 50});
  }
  registry.add(std::move(valid));
  registry.add({"json_structure",
                {},
                "json",
                "The types of what is in a JSON value, as JSON.",
                "json_structure('{\"a\": [1, 2.5], \"b\": \"x\"}')",
                "{\"a\":[\"DOUBLE\"],\"b\":\"VARCHAR\"}",
                over_json({}, Type::json(), structure_kernel)});
  std::vector<ScalarOverload> contains =
      over_json({Type::json()}, Type::boolean(), contains_kernel);
  for (ScalarOverload& overload : over_json({Type::varchar()}, Type::boolean(), contains_kernel)) {
    contains.push_back(std::move(overload));
  }
  registry.add({"json_contains",
                {},
                "json",
                "Whether the second value is found anywhere in the first.",
                "json_contains('{\"a\": 1, \"b\": [2, 3]}', '[3]')",
                "true",
                std::move(contains)});
  registry.add({"json",
                {},
                "json",
                "The JSON text without spaces; an error where it is none.",
                "json('{\"a\" : [1, 2]}')",
                "{\"a\":[1,2]}",
                over_json({}, Type::json(), minify_kernel)});
  registry.add({"json_pretty",
                {},
                "json",
                "The JSON text over several lines.",
                "json_pretty('[1]')",
                "[\n    1\n]",
                over_json({}, Type::varchar(), pretty_kernel)});
}

}  // namespace doline
