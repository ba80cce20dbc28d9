#include "shell/manual.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "function/registry.h"
#include "table/table_function.h"

namespace doline::shell {

namespace {

std::string pattern_text(const TypePattern& pattern) {
  switch (pattern.kind) {
    case TypePattern::Kind::kExact: return pattern.type->name();
    case TypePattern::Kind::kVariable: return std::string(1, pattern.letter);
    case TypePattern::Kind::kListOf: return std::string(1, pattern.letter) + "[]";
    case TypePattern::Kind::kMapOf: return "MAP";
    case TypePattern::Kind::kStruct: return "STRUCT";
    case TypePattern::Kind::kDecimal: return "DECIMAL";
    case TypePattern::Kind::kEnum: return "ENUM";
    case TypePattern::Kind::kLambda: return "LAMBDA";
    case TypePattern::Kind::kAny: return "ANY";
  }
  UNREACHABLE();
}

std::string signature(const std::string& name, const std::vector<TypePattern>& parameters,
                      const std::optional<TypePattern>& variadic) {
  std::string text = name + "(";
  for (size_t i = 0; i < parameters.size(); ++i) text += (i ? ", " : "") + pattern_text(parameters[i]);
  if (variadic) text += (parameters.empty() ? "" : ", ") + pattern_text(*variadic) + " …";
  return text + ")";
}

/// The lines of the forms a function has, each once.
std::string forms(std::vector<std::string> lines) {
  std::string text;
  std::vector<std::string> seen;
  for (std::string& line : lines) {
    if (std::find(seen.begin(), seen.end(), line) != seen.end()) continue;
    text += "  " + line + "\n";
    seen.push_back(std::move(line));
  }
  return text;
}

std::string page(const std::string& name, const std::string& kind, const std::vector<std::string>& aliases,
                 const std::string& summary, const std::string& all_forms, const std::string& example,
                 const std::string& result, const Palette& palette) {
  std::string text = palette.paint(Style::kStrong, name) + palette.paint(Style::kFaint, "  " + kind) + "\n  " + summary + "\n";
  if (!aliases.empty()) text += fmt::format("  also called {}\n", fmt::join(aliases, ", "));
  if (!all_forms.empty()) text += "\n" + all_forms;
  if (!example.empty()) {
    text += "\n  " + palette.paint(Style::kFaint, "example") + "  " + example + (result.empty() ? "" : "  →  " + result) + "\n";
  }
  return text;
}

}  // namespace

std::string manual_page(std::string_view name, const Palette& palette) {
  const FunctionRegistry& registry = FunctionRegistry::instance();
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "\n") + more; };
  if (const ScalarFunction* function = registry.scalar(name)) {
    std::vector<std::string> lines;
    for (const ScalarOverload& overload : function->overloads) {
      lines.push_back(signature(function->name, overload.parameters, overload.variadic) + " → " + pattern_text(overload.result));
    }
    add(page(function->name, function->category, function->aliases, function->summary, forms(lines), function->example,
             function->example_result, palette));
  }
  if (const AggregateDeclaration* function = registry.aggregate(name)) {
    std::vector<std::string> lines;
    for (const AggregateOverload& overload : function->overloads) {
      lines.push_back(signature(function->name, overload.parameters, overload.variadic));
    }
    const std::string over = function->example.empty() ? "" : function->example + "  over x = 1, 2, 3";
    add(page(function->name, "aggregate", function->aliases, function->summary, forms(lines), over,
             function->example_result, palette));
  }
  if (const TableFunction* function = find_table_function(name)) {
    add(page(function->name, "table function", function->aliases, function->summary, "", function->example, "", palette));
  }
  return text;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names = FunctionRegistry::instance().names();
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> table_function_names() {
  std::vector<std::string> names;
  for (const TableFunction& function : table_functions()) {
    names.push_back(function.name);
    names.insert(names.end(), function.aliases.begin(), function.aliases.end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace doline::shell
