// Prints doline/_nodes.py: for every node and struct of the unresolved tree a Python function that
// gives its bytes as sql/tree_bytes.h describes them, for every enumerator a constant, and of what
// the fields are, for those who read such bytes. All of it comes from the nodes' own declarations,
// so the two languages cannot disagree. Building trees is what frames do most, so the functions are
// straight lines.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sql/tree_bytes.h"
#include "sql/visit.h"

namespace doline::sql {
namespace {

/// The part of a compiler's spelling of a template argument that is its unqualified name.
constexpr std::string_view unqualified(std::string_view pretty) {
  const size_t end = pretty.find_last_of("];");
  std::string_view name = pretty.substr(0, pretty.find_first_of(";]", pretty.find('=')));
  if (name.empty()) name = pretty.substr(0, end);
  return name.substr(name.find_last_of(": ") + 1);
}
template <class T>
constexpr std::string_view type_name() {
  return unqualified(__PRETTY_FUNCTION__);
}
template <auto kValue>
constexpr std::string_view value_name() {
  return unqualified(__PRETTY_FUNCTION__);
}

/// FunctionCall → function_call, or with `upper` FUNCTION_CALL.
std::string snake_case(std::string_view name, bool upper = false) {
  std::string out;
  for (const char c : name) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !out.empty()) out += '_';
    const char lower = static_cast<char>(capital ? c - 'A' + 'a' : c);
    out += upper && lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : lower;
  }
  return out;
}

/// A name that Python lets be a function or a parameter.
std::string python_name(std::string name) {
  static const std::set<std::string> taken = {"and",  "as",    "from",   "in",    "is",    "lambda",
                                              "not",  "or",    "try",    "with",  "set",   "filter",
                                              "type", "slice", "object", "input", "range", "all"};
  return taken.contains(name) ? name + "_" : name;
}

std::string byte_escape(uint64_t number) {
  ASSERT(number < 128);
  return fmt::format("\\x{:02x}", number);
}

/// What was found so far; the printed module is this, in order of names.
struct Module {
  std::map<std::string, std::string> constants;
  std::map<std::string, std::string> functions;
  std::map<std::string, std::string> structs;             // without a kind: their fields
  std::map<char, std::map<uint64_t, std::string>> nodes;  // by family and tag: their fields
};

template <class E, size_t... kIndex>
void add_enumerators(Module& module, std::index_sequence<kIndex...>) {
  const std::string prefix = snake_case(type_name<E>(), true);
  const auto add = [&](size_t value, std::string_view name) {
    std::string text = snake_case(name.substr(1), true);  // without its k
    module.constants[fmt::format("{}_{}", prefix, text)] = fmt::format("{}", value);
  };
  (add(kIndex, value_name<static_cast<E>(kIndex)>()), ...);
}

template <class T>
void add_struct(Module& module);

/// What a field is: a letter for what stands by itself, one before another kind or a struct's name.
template <class T>
std::string layout_of() {
  if constexpr (ReferenceField<T>) {
    using Target = typename ReferenceTrait<T>::Target;
    if constexpr (std::same_as<Target, TypeName>) return "T" + snake_case(type_name<Target>());
    if constexpr (std::same_as<Target, Expression>) return "e";
    if constexpr (std::same_as<Target, Relation>) return "r";
    if constexpr (std::same_as<Target, Query>) return "q";
    if constexpr (std::same_as<Target, Statement>) return "s";
    return "W" + snake_case(type_name<Target>());
  } else if constexpr (ListField<T>) {
    return "[" + layout_of<typename T::value_type>();
  } else if constexpr (NumberField<T>) {
    return "n";
  } else if constexpr (std::same_as<T, std::string>) {
    return "t";
  } else if constexpr (std::same_as<T, Identifier>) {
    return "i";
  } else if constexpr (std::same_as<T, SourceSpan>) {
    return "p";
  } else {
    return "{" + snake_case(type_name<T>());
  }
}

/// Visits a node's fields and writes what they are.
struct LayoutWriter {
  std::string fields;

  template <class T>
  void operator()(int number, const char*, const T&) {
    fields += fmt::format("{}: \"{}\", ", number, layout_of<T>());
  }
  template <class T>
  void some(int number, const char* name, const T& value) {
    (*this)(number, name, value);
  }
  template <class T>
  void optional(int number, const char* name, const T& value) {
    (*this)(number, name, value);
  }
};

template <class T>
std::string layout() {
  LayoutWriter writer;
  const T value{};
  T::fields(value, writer);
  return writer.fields;
}

/// The Python expression for the bytes of `value`, a value of type T.
template <class T>
std::string encoded(Module& module, const std::string& value) {
  if constexpr (ReferenceField<T>) {
    using Target = typename ReferenceTrait<T>::Target;
    if constexpr (std::same_as<Target, TypeName> || std::same_as<Target, WindowSpecification> ||
                  std::same_as<Target, Sample>) {
      add_struct<Target>(module);
    }
    return value;
  } else if constexpr (ListField<T>) {
    using Element = typename T::value_type;
    const std::string element = encoded<Element>(module, "element");
    if (element == "element") return fmt::format("_number(len({0})) + b\"\".join({0})", value);
    return fmt::format("_number(len({0})) + b\"\".join([{1} for element in {0}])", value, element);
  } else if constexpr (NumberField<T>) {
    if constexpr (std::is_enum_v<T>) {
      add_enumerators<T>(module, std::make_index_sequence<static_cast<size_t>(last_of(T{})) + 1>());
    }
    return fmt::format("_number({})", value);
  } else if constexpr (std::same_as<T, std::string>) {
    return fmt::format("_text({})", value);
  } else if constexpr (std::same_as<T, Identifier>) {
    return fmt::format("_identifier({})", value);
  } else {
    add_struct<T>(module);
    return value;
  }
}

/// Visits a node's fields and writes its function's parameters and body.
class FunctionWriter {
 public:
  explicit FunctionWriter(Module& module) : module_(module) {}

  template <class T>
  void operator()(int number, const char* name, const T& value) {
    field(number, name, value, ReferenceField<T>);
  }
  template <class T>
  void some(int number, const char* name, const T& value) {
    field(number, name, value, true);
  }
  template <class T>
  void optional(int number, const char* name, const T& value) {
    field(number, name, value, false);
  }

  /// `head`: the escapes that stand before the fields.
  std::string function(const std::string& name, const std::string& head) const {
    const std::string required = always_.empty() ? "" : " + " + always_;
    return fmt::format("def {}({}{}{}):\n    out = b\"{}\"{}\n{}    return out + b\"\\0\"\n", name,
                       required_, required_.empty() || given_.empty() ? "" : ", ", given_, head,
                       required, optional_);
  }

 private:
  template <class T>
  void field(int number, const char* name, const T& value, bool required) {
    if constexpr (!std::same_as<T, SourceSpan>) {  // trees from Python have no text
      const std::string variable = python_name(name);
      const std::string tag = fmt::format("b\"{}\"", byte_escape(static_cast<uint64_t>(number)));
      const std::string bytes = encoded<T>(module_, variable);
      // Fields are in rising order, so one that must be there can only go in front as long as no
      // other came before it.
      if (required && optional_.empty()) {
        always_ += fmt::format("{}{} + {}", always_.empty() ? "" : " + ", tag, bytes);
      } else {
        optional_ +=
            required ? fmt::format("    out += {} + {}\n", tag, bytes)
                     : fmt::format("    if {}:\n        out += {} + {}\n", variable, tag, bytes);
      }
      std::string& list = required ? required_ : given_;
      if (!list.empty()) list += ", ";
      list += variable;
      if (!required) list += "=" + default_of(value);
    }
  }

  template <class T>
  static std::string default_of(const T& value) {
    if constexpr (std::same_as<T, bool>)
      return value ? "True" : "False";
    else if constexpr (NumberField<T>)
      return fmt::format("{}", static_cast<uint64_t>(value));
    else if constexpr (ListField<T>)
      return "()";
    else if constexpr (std::same_as<T, std::string> || std::same_as<T, Identifier>)
      return "\"\"";
    else
      return "None";
  }

  Module& module_;
  std::string required_;
  std::string given_;
  std::string always_;
  std::string optional_;
};

template <class T>
void add_function(Module& module, const std::string& head) {
  const std::string name = python_name(snake_case(type_name<T>()));
  if (module.functions.contains(name)) return;
  module.functions[name] = "";  // a struct may hold structs of its own kind
  FunctionWriter writer(module);
  const T value{};
  T::fields(value, writer);
  module.functions[name] = writer.function(name, head);
}

/// A struct without a kind: inline as its fields alone; a reference as tag 1, types with a span.
template <class T>
void add_struct(Module& module) {
  module.structs[snake_case(type_name<T>())] = layout<T>();
  if constexpr (std::same_as<T, TypeName>) {
    add_function<T>(module, "\\x01\\0\\0");
  } else if constexpr (std::same_as<T, WindowSpecification> || std::same_as<T, Sample>) {
    add_function<T>(module, "\\x01");
  } else {
    add_function<T>(module, "");
  }
}

template <class T>
void add_node(Module& module, char family, uint64_t tag) {
  module.nodes[family][tag] = layout<T>();
  add_function<T>(module, byte_escape(tag) + "\\0\\0");
}

void print_module() {
  Module module;
  char family = 'e';
#define X(tag, name) add_node<name>(module, family, tag);
  DOLINE_SQL_EXPRESSIONS(X)
  family = 'r';
  DOLINE_SQL_RELATIONS(X)
  family = 'q';
  DOLINE_SQL_QUERIES(X)
  family = 's';
  DOLINE_SQL_STATEMENTS(X)
#undef X
  fmt::print(
      R"("""The nodes of the unresolved tree as bytes. Generated by python/generate/write_nodes.cpp; not edited.

Each function gives the bytes of one node or struct; what stands in it is bytes already, names and
texts are `str`. `sql/tree_bytes.h` describes the form.
"""

_SMALL = [bytes([value]) for value in range(128)]


def _number(value):
    if value < 128:
        return _SMALL[value]
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(value):
    raw = value.encode()
    return _number(len(raw)) + raw


def _identifier(value):
    raw = value.encode()
    return _number(len(raw)) + raw + b"\0\0"


def statement_message(statement):
    return b"DLST\x{0:02x}\x01" + statement


def query_message(query):
    return b"DLST\x{0:02x}\x02" + query


def expression_message(expression):
    return b"DLST\x{0:02x}\x03" + expression


)",
      kTreeFormatVersion);
  for (const auto& [name, value] : module.constants) fmt::print("{} = {}\n", name, value);
  fmt::print("\n# family → tag → number of a field → what it is; see sql_text.py.\nNODES = {{\n");
  for (const auto& [letter, nodes] : module.nodes) {
    fmt::print("    \"{}\": {{\n", letter);
    for (const auto& [tag, fields] : nodes) fmt::print("        {}: {{{}}},\n", tag, fields);
    fmt::print("    }},\n");
  }
  fmt::print("}}\nSTRUCTS = {{\n");
  for (const auto& [name, fields] : module.structs)
    fmt::print("    \"{}\": {{{}}},\n", name, fields);
  fmt::print("}}\n");
  for (const auto& [name, code] : module.functions) fmt::print("\n\n{}", code);
}

}  // namespace
}  // namespace doline::sql

int main() {
  doline::sql::print_module();
  return std::fflush(stdout) == 0 ? 0 : 1;
}
