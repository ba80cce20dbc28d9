#include "table/table_function.h"

#include <algorithm>

namespace doline {

namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

}  // namespace

const std::vector<TableFunction>& table_functions() {
  static const std::vector<TableFunction> all = [] {
    std::vector<TableFunction> made;
    register_range_functions(made);
    register_text_functions(made);
    register_csv_functions(made);
    register_json_functions(made);
    register_parquet_functions(made);
    register_catalog_functions(made);
    return made;
  }();
  return all;
}

const TableFunction* find_table_function(std::string_view name) {
  const std::string wanted = lowered(name);
  for (const TableFunction& function : table_functions()) {
    if (function.name == wanted) return &function;
    if (std::find(function.aliases.begin(), function.aliases.end(), wanted) != function.aliases.end()) return &function;
  }
  return nullptr;
}

const TableFunction* table_function_for_path(std::string_view path) {
  std::string name = lowered(path.substr(path.find_last_of('/') + 1));
  for (const std::string_view packed : {".gz", ".zst", ".lz4"}) {
    if (name.ends_with(packed)) name.resize(name.size() - packed.size());
  }
  for (const TableFunction& function : table_functions()) {
    for (const std::string& ending : function.endings) {
      if (name.ends_with(ending)) return &function;
    }
  }
  return nullptr;
}

std::vector<std::string> paths_of(const TableFunctionCall& call) {
  if (call.arguments.size() == 1 && !call.arguments[0].is_null()) {
    const Value& argument = call.arguments[0];
    if (argument.type()->is(TypeKind::kVarchar)) return {argument.as_text()};
    if (argument.type()->is(TypeKind::kList) && argument.type()->element()->is(TypeKind::kVarchar)) {
      std::vector<std::string> paths;
      for (const Value& path : argument.as_nested()) {
        if (!path.is_null()) paths.push_back(path.as_text());
      }
      if (!paths.empty()) return paths;
    }
  }
  throw Error(ErrorCode::kInvalidArgument, call.span, "{} takes a path, or a list of paths", call.name)
      .hint(call.name + "('data/*.csv')");
}

Value take_option(TableFunctionCall& call, const std::string& name) {
  const auto found = call.options.find(name);
  if (found == call.options.end()) return Value::null();
  Value value = std::move(found->second);
  call.options.erase(found);
  return value;
}

void refuse_unknown_options(const TableFunctionCall& call, const std::vector<std::string>& known) {
  if (call.options.empty()) return;
  const std::string& name = call.options.begin()->first;
  Error error(ErrorCode::kInvalidArgument, call.span, "{} has no option \"{}\"", call.name, name);
  const std::string near = nearest_name(name, known);
  throw std::move(error).hint(near.empty() ? fmt::format("its options are {}", fmt::join(known, ", "))
                                           : "did you mean " + near + "?");
}

}  // namespace doline
