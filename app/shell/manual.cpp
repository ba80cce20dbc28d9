#include "shell/manual.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "function/registry.h"
#include "shell/display.h"
#include "table/table_function.h"

namespace doline::shell {

namespace {

std::string pattern_text(const TypePattern& pattern) {
  switch (pattern.kind) {
    case TypePattern::Kind::kExact:
      return pattern.type->name();
    case TypePattern::Kind::kVariable:
      return std::string(1, pattern.letter);
    case TypePattern::Kind::kListOf:
      return std::string(1, pattern.letter) + "[]";
    case TypePattern::Kind::kMapOf:
      return "MAP";
    case TypePattern::Kind::kStruct:
      return "STRUCT";
    case TypePattern::Kind::kDecimal:
      return "DECIMAL";
    case TypePattern::Kind::kEnum:
      return "ENUM";
    case TypePattern::Kind::kLambda:
      return "LAMBDA";
    case TypePattern::Kind::kAny:
      return "ANY";
  }
  UNREACHABLE();
}

std::string signature(const std::string& name, const std::vector<TypePattern>& parameters,
                      const std::optional<TypePattern>& variadic) {
  std::string text = name + "(";
  for (size_t i = 0; i < parameters.size(); ++i)
    text += (i ? ", " : "") + pattern_text(parameters[i]);
  if (variadic) text += (parameters.empty() ? "" : ", ") + pattern_text(*variadic) + " …";
  return text + ")";
}

/// Two spaces, then `text` broken into lines of at most `columns`; those after the first are
/// indented.
std::string indented(std::string_view text, size_t columns, size_t indent) {
  return "  " + wrapped(text, std::max<size_t>(columns, 20) - 2, indent);
}

/// The lines of the forms a function has, each once.
std::string forms(std::vector<std::string> lines, size_t columns) {
  std::string text;
  std::vector<std::string> seen;
  for (std::string& line : lines) {
    if (std::find(seen.begin(), seen.end(), line) != seen.end()) continue;
    text += indented(line, columns, 6) + "\n";
    seen.push_back(std::move(line));
  }
  return text;
}

std::string page(const std::string& name, const std::string& kind,
                 const std::vector<std::string>& aliases, const std::string& summary,
                 const std::string& all_forms, const std::string& example,
                 const std::string& result, const Palette& palette, size_t columns) {
  std::string text = palette.paint(Style::kStrong, name) +
                     palette.paint(Style::kFaint, "  " + kind) + "\n" +
                     indented(summary, columns, 2) + "\n";
  if (!aliases.empty())
    text += indented(fmt::format("also called {}", fmt::join(aliases, ", ")), columns, 4) + "\n";
  if (!all_forms.empty()) text += "\n" + all_forms;
  if (!example.empty()) {
    constexpr size_t kLabelColumns = 9;  // "example" and two spaces
    const std::string shown = example + (result.empty() ? "" : "  →  " + result);
    text += "\n  " + palette.paint(Style::kFaint, "example") + "  " +
            wrapped(shown, std::max(columns, kLabelColumns + 20) - 2 - kLabelColumns, 4) + "\n";
  }
  return text;
}

}  // namespace

std::string manual_page(std::string_view name, const Palette& palette, size_t columns) {
  const FunctionRegistry& registry = FunctionRegistry::instance();
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "\n") + more; };
  if (const ScalarFunction* function = registry.scalar(name)) {
    std::vector<std::string> lines;
    for (const ScalarOverload& overload : function->overloads) {
      lines.push_back(signature(function->name, overload.parameters, overload.variadic) + " → " +
                      pattern_text(overload.result));
    }
    add(page(function->name, function->category, function->aliases, function->summary,
             forms(lines, columns), function->example, function->example_result, palette, columns));
  }
  if (const AggregateDeclaration* function = registry.aggregate(name)) {
    std::vector<std::string> lines;
    for (const AggregateOverload& overload : function->overloads) {
      lines.push_back(signature(function->name, overload.parameters, overload.variadic));
    }
    const std::string over =
        function->example.empty() ? "" : function->example + "  over x = 1, 2, 3";
    add(page(function->name, "aggregate", function->aliases, function->summary,
             forms(lines, columns), over, function->example_result, palette, columns));
  }
  if (const TableFunction* function = find_table_function(name)) {
    const std::string options =
        function->options.empty()
            ? ""
            : "  " + palette.paint(Style::kFaint, "options") + "\n" +
                  indented(fmt::format("{}", fmt::join(function->options, ", ")), columns, 4) +
                  "\n";
    add(page(function->name, "table function", function->aliases, function->summary, options,
             function->example, "", palette, columns));
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
