// regexp_extract, regexp_extract_all, string_split_regex: parts of texts as views into them.
#include <fmt/format.h>

#include <algorithm>

#include "function/lanes.h"
#include "function/pattern_functions.h"
#include "function/pattern_regexp.h"
#include "function/text_rows.h"

namespace doline {

namespace {

constexpr int32_t kMaxGroup = 9999;

/// The group asked for by argument 2, or the whole match.
size_t group_of(const KernelCall& call, std::span<const Column> arguments, uint32_t row,
                bool& good) {
  const int32_t group = arguments.size() > 2 ? arguments[2].value<int32_t>(row) : 0;
  good = group >= 0 && group <= kMaxGroup;
  if (!good) {
    call.errors.fail(row, ErrorCode::kInvalidArgument,
                     [&] { return fmt::format("there is no group {}", group); });
    return 0;
  }
  return static_cast<size_t>(group);
}

/// `kNullWhereNone`: else what takes no part in a match is the empty text.
template <bool kNullWhereNone>
Column extract_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  RowRegexps regexps(call, arguments, 3);
  std::vector<std::string_view> groups;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const Regex* regex = regexps.at(row);
    bool good = regex != nullptr;
    if (!good) return;
    const size_t group = group_of(call, arguments, row, good);
    if (!good) return;
    groups.assign(group + 1, {});
    if (group <= regex->group_count() && regex->match_groups(texts[row].view(), groups) &&
        groups[group].data()) {
      writer.values<StringView>()[row] = part_of(groups[group]);
    } else if (kNullWhereNone) {
      writer.set_null(row);
    }
  });
  return writer.seal(call.row_count);
}

/// each(groups) for one match after another; after an empty one the search goes on behind the
/// next character.
template <class Each>
void for_each_match(const Regex& regex, std::string_view text, std::span<std::string_view> groups,
                    Each each) {
  for (size_t from = 0; from <= text.size();) {
    if (!regex.match_groups(text, groups, Anchor::kNone, from)) return;
    each();
    const auto end = static_cast<size_t>(groups[0].data() + groups[0].size() - text.data());
    if (!groups[0].empty()) {
      from = end;
    } else {
      from = end + (end < text.size() ? character_bytes(text[end]) : 1);
    }
  }
}

Column extract_all_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<StringView> texts(arguments[0]);
  RowRegexps regexps(call, arguments, 3);
  TextLists lists(call);
  std::vector<std::string_view> groups;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const Regex* regex = regexps.at(row);
    bool good = regex != nullptr;
    if (!good) return;
    const size_t group = group_of(call, arguments, row, good);
    if (!good) return;
    if (group > regex->group_count()) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("the pattern has {} groups; there is no group {}", regex->group_count(),
                           group);
      });
      return;
    }
    groups.assign(group + 1, {});
    for_each_match(*regex, texts[row].view(), groups, [&] {
      groups[group].data() ? lists.append(groups[group]) : lists.append_null();
    });
    lists.close(row);
  });
  return lists.seal(arguments[0]);
}

/// Names of groups, in their order, as the fields of a struct.
struct NamedGroupsData final : FunctionData {
  NamedGroupsData(Regex r, size_t c) : regex(std::move(r)), count(c) {}
  const Regex regex;
  const size_t count;
};

TypeRef bind_names(FunctionBinding& binding) {
  const auto& pattern = binding.constants[1];
  const auto& names = binding.constants[2];
  const bool has_options = binding.constants.size() > 3;
  if (!pattern || pattern->is_null() || !names || names->is_null() ||
      (has_options && (!binding.constants[3] || binding.constants[3]->is_null()))) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "pattern, names and options are constants where groups have names");
  }
  std::vector<Field> fields;
  for (const Value& name : names->as_nested()) {
    if (name.is_null())
      throw Error(ErrorCode::kInvalidArgument, binding.span, "a group's name is NULL");
    const bool taken = std::any_of(fields.begin(), fields.end(),
                                   [&](const Field& f) { return f.name == name.as_text(); });
    if (taken)
      throw Error(ErrorCode::kInvalidArgument, binding.span, "two groups are called \"{}\"",
                  name.as_text());
    fields.push_back({name.as_text(), Type::varchar()});
  }
  if (fields.empty())
    throw Error(ErrorCode::kInvalidArgument, binding.span, "no names are given for the groups");
  const RegexOptions options =
      regexp_options(has_options ? binding.constants[3]->as_text() : std::string());
  Regex regex = Regex::compile(pattern->as_text(), options);
  if (regex.group_count() < fields.size()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "the pattern has {} groups for {} names",
                regex.group_count(), fields.size());
  }
  binding.data = make_ref<const NamedGroupsData>(std::move(regex), fields.size());
  return Type::structure(std::move(fields));
}

/// A struct column of views into `text`, field by field.
Column struct_of(TypeRef type, uint32_t rows, std::vector<BufferRef> fields, const Column& text) {
  std::vector<Column> children;
  for (BufferRef& views : fields) {
    children.push_back(Column::flat(Type::varchar(), rows, std::move(views), {}, text.pin()));
  }
  return Column::structure(type, rows, std::move(children));
}

Column extract_named_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto* data = data_of<NamedGroupsData>(call);
  const Argument<StringView> texts(arguments[0]);
  std::vector<BufferRef> fields;
  std::vector<StringView*> views;
  for (size_t i = 0; i < data->count; ++i) {
    fields.push_back(Buffer::allocate(call.row_count * sizeof(StringView)));
    views.push_back(fields.back()->as<StringView>());
  }
  std::vector<std::string_view> groups(data->count + 1);
  uint32_t next = 0;  // rows before it are written
  const auto leave_empty_to = [&](uint32_t row) {
    for (; next < row; ++next) {
      for (StringView* const field : views) field[next] = StringView();
    }
  };
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    if (!data->regex.match_groups(texts[row].view(), groups)) return;
    leave_empty_to(row);
    const char* const end = groups[0].data() + groups[0].size();
    for (size_t i = 0; i < data->count; ++i) views[i][row] = part_of(groups[i + 1], end);
    next = row + 1;
  });
  leave_empty_to(call.row_count);
  return struct_of(call.result_type, call.row_count, std::move(fields), arguments[0]);
}

Column extract_all_named_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto* data = data_of<NamedGroupsData>(call);
  const Argument<StringView> texts(arguments[0]);
  std::vector<std::vector<StringView>> fields(data->count);
  std::vector<std::string_view> groups(data->count + 1);
  BufferRef entries = Buffer::allocate_zeroed(call.row_count * sizeof(ListEntry));
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const auto begin = static_cast<uint32_t>(fields[0].size());
    for_each_match(data->regex, texts[row].view(), groups, [&] {
      for (size_t i = 0; i < data->count; ++i) {
        fields[i].push_back(groups[i + 1].data() ? part_of(groups[i + 1]) : StringView());
      }
    });
    entries->as<ListEntry>()[row] =
        ListEntry{begin, static_cast<uint32_t>(fields[0].size()) - begin};
  });
  const auto count = static_cast<uint32_t>(fields[0].size());
  std::vector<BufferRef> buffers;
  for (const auto& views : fields)
    buffers.push_back(Buffer::copy_of(std::as_bytes(std::span(views))));
  Column child = struct_of(call.result_type->element(), count, std::move(buffers), arguments[0]);
  return Column::list(call.result_type, call.row_count, std::move(entries), std::move(child));
}

Column split_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<StringView> texts(arguments[0]);
  RowRegexps regexps(call, arguments, 2);
  TextLists lists(call);
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const Regex* regex = regexps.at(row);
    if (!regex) return;
    std::string_view rest = texts[row].view();
    std::string_view match;
    while (!rest.empty() && regex->match_groups(rest, {&match, 1})) {
      auto at = static_cast<size_t>(match.data() - rest.data());
      if (match.empty() && at == 0) at = character_bytes(rest[0]);  // every character by itself
      if (match.empty() && at >= rest.size()) break;
      lists.append(rest.substr(0, at));
      rest.remove_prefix(at + match.size());
    }
    lists.append(rest);
    lists.close(row);
  });
  return lists.seal(arguments[0]);
}

/// The overloads with two, three and four arguments, the third being `third`.
std::vector<ScalarOverload> extract_overloads(ScalarKernel kernel, TypeRef result,
                                              ScalarKernel named_kernel,
                                              void (*bind_named)(FunctionBinding&)) {
  const TypeRef text = Type::varchar();
  const TypeRef group = Type::int32();
  const TypeRef names = Type::list(text);
  const auto bind = [](FunctionBinding& binding) { binding.data = bind_regexp(binding, 3); };
  const auto overload = [&](std::vector<TypePattern> parameters) {
    return ScalarOverload{.parameters = std::move(parameters),
                          .result = result,
                          .kernel = kernel,
                          .bind = bind,
                          .can_fail = true,
                          .cost = 30};
  };
  const auto named = [&](std::vector<TypePattern> parameters) {
    return ScalarOverload{.parameters = std::move(parameters),
                          .kernel = named_kernel,
                          .bind = bind_named,
                          .cost = 40};
  };
  return {overload({text, text}), overload({text, text, group}),
          overload({text, text, group, text}), named({text, text, names}),
          named({text, text, names, text})};
}

}  // namespace

void register_regexp_extraction(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const char* const pattern = "pattern";
  registry.add(
      {"regexp_extract",
       {},
       pattern,
       "The first match of the regular expression, or one of its groups; a list of names gives the "
       "groups as a struct.",
       "regexp_extract('2023-04-15', '(\\d+)-(\\d+)', 2)",
       "04",
       extract_overloads(extract_kernel<false>, text, extract_named_kernel,
                         [](FunctionBinding& binding) { binding.result = bind_names(binding); })});
  registry.add({"regexp_extract_all",
                {},
                pattern,
                "Every match of the regular expression, or one of their groups, as a list; a list "
                "of names gives structs.",
                "regexp_extract_all('a1b22', '[0-9]+')",
                "[1, 22]",
                extract_overloads(extract_all_kernel, Type::list(text), extract_all_named_kernel,
                                  [](FunctionBinding& binding) {
                                    binding.result = Type::list(bind_names(binding));
                                  })});
  registry.add(
      {"frame_extract",
       {},
       "frame",
       "What a group of the regular expression matches; NULL where it takes no part in a match.",
       "frame_extract('b7', '([a-z])([0-9])?', 2)",
       "7",
       {{.parameters = {text, text, Type::int32()},
         .result = text,
         .kernel = extract_kernel<true>,
         .bind = [](FunctionBinding& binding) { binding.data = bind_regexp(binding, 3); },
         .can_fail = true,
         .cost = 30}}});
  const auto bind = [](FunctionBinding& binding) { binding.data = bind_regexp(binding, 2); };
  registry.add({"string_split_regex",
                {"str_split_regex", "regexp_split_to_array"},
                pattern,
                "The parts between matches of the regular expression, as a list.",
                "string_split_regex('hello world; 42', ';? ')",
                "[hello, world, 42]",
                {{.parameters = {text, text},
                  .result = Type::list(text),
                  .kernel = split_kernel,
                  .bind = bind,
                  .can_fail = true,
                  .cost = 30},
                 {.parameters = {text, text, text},
                  .result = Type::list(text),
                  .kernel = split_kernel,
                  .bind = bind,
                  .can_fail = true,
                  .cost = 30}}});
}

}  // namespace doline
