// Texts cut at a separator, into lists of views or one part; paths.
#include <algorithm>

#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

/// each(part) for the parts between separators; every character alone for the empty separator.
template <class Each>
void for_each_part(std::string_view text, std::string_view separator, Each each) {
  if (separator.empty()) {
    if (text.empty()) each(text);
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = std::min(character_bytes(text[at]), text.size() - at);
      each(text.substr(at, bytes));
      at += bytes;
    }
    return;
  }
  const Needle needle(separator);
  size_t at = 0;
  for (size_t found = needle.find(text); found != std::string_view::npos;
       found = needle.find(text, at)) {
    each(text.substr(at, found - at));
    at = found + separator.size();
  }
  each(text.substr(at));
}

/// A NULL separator leaves the text in one part.
Column split_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> separators(arguments[1]);
  TextLists lists(call);
  call.active.for_each([&](uint32_t row) {
    if (texts.is_null(row)) return lists.close_null(row);
    const std::string_view text = texts[row].view();
    if (separators.is_null(row)) {
      lists.append(text);
    } else {
      for_each_part(text, separators[row].view(),
                    [&](std::string_view part) { lists.append(part); });
    }
    lists.close(row);
  });
  return lists.seal(arguments[0]);
}

std::string_view nth_part(std::string_view text, std::string_view separator, int64_t index) {
  if (index == 0) return {};
  int64_t wanted = index;
  if (index < 0) {
    int64_t count = 0;
    for_each_part(text, separator, [&](std::string_view) { ++count; });
    wanted = count + index + 1;
  }
  if (wanted <= 0) return {};
  std::string_view result;
  int64_t at = 0;
  for_each_part(text, separator, [&](std::string_view part) {
    if (++at == wanted) result = part;
  });
  return result;
}

Column split_part_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> separators(arguments[1]);
  const Argument<int64_t> indexes(arguments[2]);
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    writer.values<StringView>()[row] =
        part_of(nth_part(texts[row].view(), separators[row].view(), indexes[row]));
  });
  return writer.seal(call.row_count);
}

/// Which characters separate the steps of a path.
std::string_view separators_named(std::string_view option) {
  if (option == "forward_slash") return "/";
  if (option == "backslash") return "\\";
  if (option == "system") return "/";
  return "/\\";  // both_slash
}

bool is_option(std::string_view option) {
  return option == "forward_slash" || option == "backslash" || option == "system" ||
         option == "both_slash";
}

struct PathData final : FunctionData {
  bool trims_extension = false;
  std::string separators = "/\\";
};

/// Options are constants: a separator's name, and for parse_filename whether the extension goes.
void bind_path(FunctionBinding& binding) {
  auto data = make_ref<PathData>();
  for (size_t i = 1; i < binding.constants.size(); ++i) {
    const auto& constant = binding.constants[i];
    if (!constant || constant->is_null()) {
      throw Error(ErrorCode::kInvalidArgument, binding.span,
                  "the options of a path function are constants");
    }
    if (constant->type()->is(TypeKind::kBool)) {
      data->trims_extension = constant->as_bool();
    } else if (is_option(constant->as_text())) {
      data->separators = separators_named(constant->as_text());
    } else {
      throw Error(ErrorCode::kInvalidArgument, binding.span, "no separator is called \"{}\"",
                  constant->as_text())
          .hint("use both_slash, forward_slash, backslash or system");
    }
  }
  binding.data = data;
}

Column path_steps_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto* path = data_of<PathData>(call);
  const Argument<StringView> texts(arguments[0]);
  TextLists lists(call);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    size_t begin = 0;
    if (!text.empty() && path->separators.find(text[0]) != std::string::npos) {
      lists.append(text.substr(0, 1));  // the root
      begin = 1;
    }
    while (begin <= text.size()) {
      const size_t end = std::min(text.find_first_of(path->separators, begin), text.size());
      if (end > begin) lists.append(text.substr(begin, end - begin));
      begin = end + 1;
    }
    lists.close(row);
  });
  return lists.seal(arguments[0]);
}

enum class PathPart : uint8_t { kFilename, kFirstFolder, kFolders };

std::string_view part_of_path(std::string_view text, PathPart part, const PathData& path) {
  const size_t last = text.find_last_of(path.separators);
  switch (part) {
    case PathPart::kFilename: {
      std::string_view name = last == std::string_view::npos ? text : text.substr(last + 1);
      const size_t dot = path.trims_extension ? name.rfind('.') : std::string_view::npos;
      return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
    }
    case PathPart::kFirstFolder: {
      const size_t first = text.find_first_of(path.separators);
      if (first == std::string_view::npos) return {};
      return first == 0 ? text.substr(0, 1) : text.substr(0, first);
    }
    case PathPart::kFolders:
      if (last == std::string_view::npos) return {};
      return text.substr(0, std::max<size_t>(last, 1));  // the root is its own folder
  }
  UNREACHABLE();
}

template <PathPart kPart>
Column path_part_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto* path = data_of<PathData>(call);
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    writer.values<StringView>()[row] = part_of(part_of_path(texts[row].view(), kPart, *path));
  });
  return writer.seal(call.row_count);
}

std::vector<ScalarOverload> path_overloads(TypeRef result, ScalarKernel kernel) {
  const TypeRef text = Type::varchar();
  return {{.parameters = {text}, .result = result, .kernel = kernel, .bind = bind_path},
          {.parameters = {text, text}, .result = result, .kernel = kernel, .bind = bind_path}};
}

}  // namespace

void register_text_splits(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  registry.add({"string_split",
                {"split", "str_split", "string_to_array"},
                "string",
                "The parts between separators, as a list.",
                "split('hello-felix-world', '-')",
                "[hello, felix, world]",
                {{.parameters = {text, text},
                  .result = Type::list(text),
                  .kernel = split_kernel,
                  .nulls = Nulls::kHandled,
                  .cost = 8}}});
  registry.add({"split_part",
                {},
                "string",
                "One of the parts between separators, counted from 1, from the end where negative.",
                "split_part('a;b;c', ';', 2)",
                "b",
                {{.parameters = {text, text, Type::int64()},
                  .result = text,
                  .kernel = split_part_kernel,
                  .cost = 6}}});
  registry.add({"parse_path",
                {},
                "string",
                "The folders and the file name of a path, as a list.",
                "parse_path('path/to/file.csv')",
                "[path, to, file.csv]",
                path_overloads(Type::list(text), path_steps_kernel)});
  ScalarFunction filename{
      "parse_filename",
      {},
      "string",
      "The last step of a path; without its extension if the second argument is true.",
      "parse_filename('path/to/file.csv', true)",
      "file",
      path_overloads(text, path_part_kernel<PathPart::kFilename>)};
  filename.overloads.push_back({.parameters = {text, Type::boolean()},
                                .result = text,
                                .kernel = path_part_kernel<PathPart::kFilename>,
                                .bind = bind_path});
  filename.overloads.push_back({.parameters = {text, Type::boolean(), text},
                                .result = text,
                                .kernel = path_part_kernel<PathPart::kFilename>,
                                .bind = bind_path});
  registry.add(std::move(filename));
  registry.add({"parse_dirname",
                {},
                "string",
                "The first step of a path.",
                "parse_dirname('path/to/file.csv')",
                "path",
                path_overloads(text, path_part_kernel<PathPart::kFirstFolder>)});
  registry.add({"parse_dirpath",
                {},
                "string",
                "A path without its last step.",
                "parse_dirpath('path/to/file.csv')",
                "path/to",
                path_overloads(text, path_part_kernel<PathPart::kFolders>)});
}

}  // namespace doline
