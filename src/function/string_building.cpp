// Functions that put texts together.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>

#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

char* append(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// False, and the row fails, where a text would be longer than any may be.
bool check_size(const KernelCall& call, uint32_t row, uint64_t bytes) {
  if (bytes <= kMaxTextBytes) return true;
  call.errors.fail(row, ErrorCode::kOverflow,
                   [] { return std::string("the text would be longer than 4 GiB"); });
  return false;
}

/// Operator ||: NULL wherever an argument is.
Column join_two_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> a(arguments[0]);
  const Argument<StringView> b(arguments[1]);
  for_each_valid(call.active, arguments[0], arguments[1], [&](uint32_t row) {
    const uint64_t size = uint64_t{a[row].size()} + b[row].size();
    if (!check_size(call, row, size)) return;
    put_text(writer, row, size,
             [&](char* out) { append(append(out, a[row].view()), b[row].view()); });
  });
  return writer.seal(call.row_count);
}

void bind_to_texts(FunctionBinding& binding) {
  for (TypeRef& type : binding.cast_to) type = Type::varchar();
}

/// The text with `length` characters from `begin` on replaced, as many as the other text has
/// where it is not given.
Column overlay_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> others(arguments[1]);
  const Argument<int64_t> begins(arguments[2]);
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    const std::string_view other = others[row].view();
    constexpr int64_t kFar = int64_t{UINT32_MAX} * 2;
    int64_t given = arguments.size() > 3 ? Argument<int64_t>(arguments[3])[row] : -1;
    if (given < 0) given = static_cast<int64_t>(count_characters(other));
    const int64_t begin = std::clamp(begins[row], -kFar, kFar) - 1;
    const int64_t end = begin + std::clamp(given, -kFar, kFar);
    const std::string_view head =
        text.substr(0, character_offset(text, static_cast<size_t>(std::max<int64_t>(begin, 0))));
    const std::string_view tail =
        text.substr(character_offset(text, static_cast<size_t>(std::max<int64_t>(end, 0))));
    const uint64_t size = uint64_t{head.size()} + other.size() + tail.size();
    if (!check_size(call, row, size)) return;
    put_text(writer, row, size, [&](char* out) { append(append(append(out, head), other), tail); });
  });
  return writer.seal(call.row_count);
}

Column null_kernel(const KernelCall& call, std::span<const Column>) {
  return Column::null(call.result_type, call.row_count);
}

void bind_join(FunctionBinding& binding) {
  const auto is_null = [](TypeRef type) { return type->is(TypeKind::kNull); };
  const auto is_nested = [](TypeRef type) { return type->is_nested(); };
  const auto& types = binding.argument_types;
  if (std::any_of(types.begin(), types.end(), is_null) &&
      std::any_of(types.begin(), types.end(), is_nested)) {
    // A list || NULL: NULL, of no type.
    binding.result = Type::null();
    binding.kernel = null_kernel;
    return;
  }
  for (const TypeRef type : binding.argument_types) {
    if (type->is_nested()) {
      throw Error(ErrorCode::kTypeMismatch, binding.span, "{} || {}: a {} is joined with no text",
                  binding.argument_types[0]->name(), binding.argument_types[1]->name(),
                  type->name())
          .hint("cast it: x::VARCHAR");
    }
  }
  bind_to_texts(binding);
}

/// All texts of a row behind each other; NULLs are passed over. `kSeparated`: the first argument
/// stands between them, and the row is NULL where it is.
template <bool kSeparated>
Column concat_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::vector<Argument<StringView>> texts(arguments.begin(), arguments.end());
  constexpr size_t kFirst = kSeparated ? 1 : 0;
  call.active.for_each([&](uint32_t row) {
    std::string_view separator;
    if constexpr (kSeparated) {
      if (texts[0].is_null(row)) {
        writer.set_null(row);
        return;
      }
      separator = texts[0][row].view();
    }
    uint64_t size = 0;
    size_t count = 0;
    for (size_t i = kFirst; i < texts.size(); ++i) {
      if (texts[i].is_null(row)) continue;
      size += texts[i][row].size() + (count++ == 0 ? 0 : separator.size());
    }
    if (!check_size(call, row, size)) return;
    put_text(writer, row, size, [&](char* out) {
      bool first = true;
      for (size_t i = kFirst; i < texts.size(); ++i) {
        if (texts[i].is_null(row)) continue;
        if (!first) out = append(out, separator);
        first = false;
        out = append(out, texts[i][row].view());
      }
    });
  });
  return writer.seal(call.row_count);
}

Column repeat_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const Argument<int64_t> counts(arguments[1]);
  for_each_valid(call.active, arguments[0], arguments[1], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    const uint64_t count =
        text.empty() ? 0 : static_cast<uint64_t>(std::max<int64_t>(counts[row], 0));
    uint64_t size = 0;
    if (__builtin_mul_overflow(count, text.size(), &size)) size = UINT64_MAX;
    if (!check_size(call, row, size)) return;
    put_text(writer, row, size, [&](char* out) {
      for (uint64_t i = 0; i < count; ++i) out = append(out, text);
    });
  });
  return writer.seal(call.row_count);
}

/// Filled with another text, or cut, to so many characters.
template <bool kLeft>
Column pad_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const Argument<int32_t> widths(arguments[1]);
  const Argument<StringView> fills(arguments[2]);
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    const std::string_view fill = fills[row].view();
    const auto width = static_cast<size_t>(std::max(widths[row], 0));
    const size_t has = count_characters(text);
    if (has >= width) {
      writer.set_text(row, text.substr(0, character_offset(text, width)));
      return;
    }
    if (fill.empty()) {
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [] { return std::string("there is no text to fill with"); });
      return;
    }
    const size_t fill_characters = count_characters(fill);
    const size_t whole = (width - has) / fill_characters;
    const std::string_view rest =
        fill.substr(0, character_offset(fill, (width - has) % fill_characters));
    const uint64_t size = text.size() + uint64_t{whole} * fill.size() + rest.size();
    if (!check_size(call, row, size)) return;
    put_text(writer, row, size, [&](char* out) {
      if (!kLeft) out = append(out, text);
      for (size_t i = 0; i < whole; ++i) out = append(out, fill);
      out = append(out, rest);
      if (kLeft) append(out, text);
    });
  });
  return writer.seal(call.row_count);
}

Column replace_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> needles(arguments[1]);
  const Argument<StringView> replacements(arguments[2]);
  std::string replaced;
  std::optional<Needle> needle;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    const std::string_view wanted = needles[row].view();
    if (!needle || needle->text() != wanted) needle.emplace(wanted);
    size_t found = wanted.empty() ? std::string_view::npos : needle->find(text);
    if (found == std::string_view::npos) {
      writer.values<StringView>()[row] = texts[row];
      return;
    }
    replaced.clear();
    size_t at = 0;
    for (; found != std::string_view::npos; found = needle->find(text, at)) {
      replaced.append(text.substr(at, found - at)).append(replacements[row].view());
      at = found + wanted.size();
    }
    replaced.append(text.substr(at));
    if (check_size(call, row, replaced.size())) writer.set_text(row, replaced);
  });
  return writer.seal(call.row_count);
}

/// Each character of `from` becomes the one at its place in `to`, or nothing where there is none.
std::unordered_map<uint32_t, std::string> translation(std::string_view from, std::string_view to) {
  std::unordered_map<uint32_t, std::string> map;
  while (!from.empty()) {
    size_t bytes = 0;
    const uint32_t character = decode_character(from, bytes);
    from.remove_prefix(bytes);
    const size_t to_bytes = to.empty() ? 0 : std::min(character_bytes(to[0]), to.size());
    map.try_emplace(character, to.substr(0, to_bytes));  // the first of two equal ones counts
    to.remove_prefix(to_bytes);
  }
  return map;
}

Column translate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> froms(arguments[1]);
  const Argument<StringView> tos(arguments[2]);
  std::unordered_map<uint32_t, std::string> map;
  const bool fixed = arguments[1].is_constant() && arguments[2].is_constant();
  bool made = false;
  std::string translated;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    if (!fixed || !made) map = translation(froms[row].view(), tos[row].view());
    made = true;
    translated.clear();
    const std::string_view text = texts[row].view();
    for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
      const auto found = map.find(decode_character(text.substr(at), bytes));
      found == map.end() ? translated.append(text.substr(at, bytes))
                         : translated.append(found->second);
    }
    writer.set_text(row, translated);
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_text_building(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const TypeRef blob = Type::blob();
  const TypeRef integer = Type::int64();
  const TypePattern any = TypePattern::any();
  registry.add({"||",
                {},
                "operator",
                "The two texts, blobs or lists behind each other.",
                "'Doli' || 'ne'",
                "Doline",
                {{.parameters = {text, text},
                  .result = text,
                  .kernel = join_two_kernel,
                  .can_fail = true,
                  .cost = 3},
                 {.parameters = {blob, blob},
                  .result = blob,
                  .kernel = join_two_kernel,
                  .can_fail = true,
                  .cost = 3},
                 {.parameters = {any, any},
                  .result = text,
                  .kernel = join_two_kernel,
                  .bind = bind_join,
                  .can_fail = true,
                  .cost = 3}}});
  registry.add({"concat",
                {},
                "string",
                "All arguments as texts behind each other; NULLs are passed over.",
                "concat('Hello', ' ', NULL, 5)",
                "Hello 5",
                {{.parameters = {any},
                  .variadic = any,
                  .result = text,
                  .kernel = concat_kernel<false>,
                  .bind = bind_to_texts,
                  .nulls = Nulls::kHandled,
                  .can_fail = true,
                  .cost = 4}}});
  registry.add(
      {"concat_ws",
       {},
       "string",
       "All arguments but the first as texts, the first between them; NULLs are passed over.",
       "concat_ws(', ', 'Banana', NULL, 'Apple')",
       "Banana, Apple",
       {{.parameters = {any, any},
         .variadic = any,
         .result = text,
         .kernel = concat_kernel<true>,
         .bind = bind_to_texts,
         .nulls = Nulls::kHandled,
         .can_fail = true,
         .cost = 4}}});
  registry.add({"repeat",
                {},
                "string",
                "The text or blob so many times.",
                "repeat('A', 5)",
                "AAAAA",
                {{.parameters = {text, integer},
                  .result = text,
                  .kernel = repeat_kernel,
                  .can_fail = true,
                  .cost = 3},
                 {.parameters = {blob, integer},
                  .result = blob,
                  .kernel = repeat_kernel,
                  .can_fail = true,
                  .cost = 3}}});
  registry.add({"lpad",
                {},
                "string",
                "The text filled at its begin, or cut at its end, to so many characters.",
                "lpad('hello', 8, '>')",
                ">>>hello",
                {{.parameters = {text, Type::int32(), text},
                  .result = text,
                  .kernel = pad_kernel<true>,
                  .can_fail = true,
                  .cost = 4}}});
  registry.add({"rpad",
                {},
                "string",
                "The text filled, or cut, at its end to so many characters.",
                "rpad('hello', 8, '<')",
                "hello<<<",
                {{.parameters = {text, Type::int32(), text},
                  .result = text,
                  .kernel = pad_kernel<false>,
                  .can_fail = true,
                  .cost = 4}}});
  registry.add({"replace",
                {},
                "string",
                "Every occurrence of the second text replaced by the third.",
                "replace('hello', 'l', '-')",
                "he--o",
                {{.parameters = {text, text, text},
                  .result = text,
                  .kernel = replace_kernel,
                  .can_fail = true,
                  .cost = 6}}});
  registry.add({"translate",
                {},
                "string",
                "Every character of the second text replaced by the one at its place in the third, "
                "or dropped.",
                "translate('12345', '143', 'ax')",
                "a2x5",
                {{.parameters = {text, text, text},
                  .result = text,
                  .kernel = translate_kernel,
                  .cost = 12}}});
  const TypeRef position = Type::int64();
  registry.add({"overlay",
                {},
                "string",
                "The text with another in place of the characters from a position on: as many as "
                "the other has, or as are said.",
                "overlay('abcdef', 'XX', 2, 3)",
                "aXXef",
                {{.parameters = {Type::varchar(), Type::varchar(), position},
                  .result = Type::varchar(),
                  .kernel = overlay_kernel,
                  .can_fail = true,
                  .cost = 5},
                 {.parameters = {Type::varchar(), Type::varchar(), position, position},
                  .result = Type::varchar(),
                  .kernel = overlay_kernel,
                  .can_fail = true,
                  .cost = 5}}});
}

}  // namespace doline
