#include "table/table_function.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "table/sniffed_pipe.h"

namespace doline {

const std::vector<TableFunction>& table_functions() {
  static const std::vector<TableFunction> all = [] {
    std::vector<TableFunction> made;
    register_range_functions(made);
    register_text_functions(made);
    register_file_functions(made);
    register_csv_functions(made);
    register_json_functions(made);
    register_parquet_functions(made);
    register_arrow_functions(made);
    register_catalog_functions(made);
    register_object_functions(made);
    return made;
  }();
  return all;
}

const TableFunction* find_table_function(std::string_view name) {
  const std::string wanted = ascii_lower(name);
  for (const TableFunction& function : table_functions()) {
    if (function.name == wanted) return &function;
    if (std::find(function.aliases.begin(), function.aliases.end(), wanted) !=
        function.aliases.end())
      return &function;
  }
  return nullptr;
}

const TableFunction* table_function_for_path(std::string_view path) {
  const std::string name =
      ascii_lower(without_compression_ending(path.substr(path.find_last_of('/') + 1)));
  for (const TableFunction& function : table_functions()) {
    for (const std::string& ending : function.endings) {
      if (name.ends_with(ending)) return &function;
    }
  }
  return nullptr;
}

namespace {

/// Of what is no text: signs that only its files begin with. Null: text, or nobody's.
const char* function_for_signs(std::string_view begin) {
  constexpr std::pair<std::string_view, const char*> kSigns[] = {
      {"PAR1", "read_parquet"}, {"ARROW1", "read_arrow"}, {"\xff\xff\xff\xff", "read_arrow"}};
  for (const auto& [signs, function] : kSigns) {
    if (begin.starts_with(signs)) return function;
  }
  return nullptr;
}

}  // namespace

const TableFunction* table_function_for_signs(FileSystem& files, const std::string& path,
                                              const AccessPolicy& policy) {
  const OpenedFile opened = files.open(path, policy);
  if (!opened.file) return nullptr;
  std::array<char, 8> begin{};
  const size_t got = opened.file->read_at(0, std::as_writable_bytes(std::span(begin)));
  const char* const function = function_for_signs({begin.data(), got});
  return function ? find_table_function(function) : nullptr;
}

const TableFunction* table_function_for_input(FileSystem& files, const std::string& path,
                                              const AccessPolicy& policy) {
  std::unique_ptr<ByteStream> stream = open_pipe(files, path, policy);
  std::string begin;
  std::string signs;  // the first two that are not blank
  while (signs.size() < 2 && begin.size() < size_t{1} << 20) {
    std::array<std::byte, 4096> block;
    const size_t got = stream->read(block);
    if (got == 0) break;
    const std::string_view text(reinterpret_cast<const char*>(block.data()), got);
    begin += text;
    for (const char c : text) {
      if (signs.size() < 2 && std::string_view(" \t\r\n").find(c) == std::string_view::npos)
        signs += c;
    }
  }
  const std::string first_bytes = begin.substr(0, 8);
  const SniffedPipe unread(path, Compression::kAuto, std::move(begin), std::move(stream));
  if (const char* const function = function_for_signs(first_bytes))
    return find_table_function(function);
  const bool is_json =
      signs.size() == 2 &&
      ((signs[0] == '{' && std::string_view("\"}").find(signs[1]) != std::string_view::npos) ||
       (signs[0] == '[' && std::string_view("{[]").find(signs[1]) != std::string_view::npos));
  return find_table_function(is_json ? "read_json" : "read_csv");
}

std::vector<std::string> paths_of(const TableFunctionCall& call) {
  if (call.arguments.size() == 1 && !call.arguments[0].is_null()) {
    const Value& argument = call.arguments[0];
    if (argument.type()->is(TypeKind::kVarchar)) return {argument.as_text()};
    if (argument.type()->is(TypeKind::kList) &&
        argument.type()->element()->is(TypeKind::kVarchar)) {
      std::vector<std::string> paths;
      for (const Value& path : argument.as_nested()) {
        if (!path.is_null()) paths.push_back(path.as_text());
      }
      if (!paths.empty()) return paths;
    }
  }
  throw Error(ErrorCode::kInvalidArgument, call.span, "{} takes a path, or a list of paths",
              call.name)
      .hint(call.name + "('data/*.csv')");
}

Value take_option(TableFunctionCall& call, const std::string& name) {
  const auto found = call.options.find(name);
  if (found == call.options.end()) return Value::null();
  Value value = std::move(found->second);
  call.options.erase(found);
  return value;
}

void refuse_options(const TableFunctionCall& call, std::initializer_list<RefusedOption> options) {
  for (const RefusedOption& option : options) {
    if (!call.options.contains(option.name)) continue;
    throw Error(ErrorCode::kNotSupported, call.span_of(option.name), "{}: {} is not supported yet",
                call.name, option.name)
        .hint(option.instead);
  }
}

void refuse_unknown_options(const TableFunctionCall& call, const std::vector<std::string>& known) {
  if (call.options.empty()) return;
  const std::string& name = call.options.begin()->first;
  Error error(ErrorCode::kInvalidArgument, call.span_of(name), "{} has no option \"{}\"", call.name,
              name);
  const std::string near = nearest_name(name, known);
  throw std::move(error).hint(near.empty()
                                  ? fmt::format("its options are {}", fmt::join(known, ", "))
                                  : "did you mean " + near + "?");
}

}  // namespace doline
