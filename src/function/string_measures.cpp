// Lengths and code points.
#include <fmt/format.h>
#include <utf8proc.h>

#include "function/graphemes.h"
#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"

namespace doline {

namespace {

/// Where clusters begin, front to back, until begins(offset) says that it is enough.
template <class Begins>
void for_each_grapheme(std::string_view text, Begins&& begins) {
  utf8proc_int32_t state = 0;
  uint32_t previous = 0;
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const uint32_t next = decode_character(text.substr(at), bytes);
    if (at == 0 || utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                    static_cast<utf8proc_int32_t>(next), &state)) {
      if (begins(at)) return;
    }
    previous = next;
  }
}

}  // namespace

int64_t count_graphemes(std::string_view text) {
  int64_t count = 0;
  for_each_grapheme(text, [&](size_t) { return ++count, false; });
  return count;
}

size_t grapheme_offset(std::string_view text, size_t count) {
  size_t offset = text.size();
  for_each_grapheme(text, [&](size_t at) {
    if (count-- != 0) return false;
    offset = at;
    return true;
  });
  return offset;
}

namespace {

Column length_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<int64_t>(call, arguments[0], [](const StringView& text) {
    return static_cast<int64_t>(count_characters(text.view()));
  });
}

/// `kUnit` bits a byte, or 1.
template <int64_t kUnit>
Column byte_length_kernel(const KernelCall& call, std::span<const Column> arguments) {
  // The length lies in the view itself: NULL or not, nothing else is read.
  return map_lanes<StringView, int64_t>(
      call, arguments[0], [](const StringView& text) { return int64_t{text.size()} * kUnit; });
}

Column grapheme_length_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<int64_t>(call, arguments[0],
                            [](const StringView& text) { return count_graphemes(text.view()); });
}

/// `kOfEmpty`: what the empty text gives.
template <int32_t kOfEmpty>
Column code_point_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<int32_t>(call, arguments[0], [](const StringView& text) {
    size_t bytes = 0;
    return text.size() == 0 ? kOfEmpty : static_cast<int32_t>(decode_character(text.view(), bytes));
  });
}

Column chr_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int32_t> code_point(arguments[0]);
  call.active.for_each([&](uint32_t row) {
    const int32_t code = code_point[row];
    if (code < 0 || !utf8proc_codepoint_valid(code)) {
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [&] { return fmt::format("{} is no Unicode code point", code); });
      return;
    }
    char bytes[4];
    writer.set_text(row, {bytes, encode_character(static_cast<uint32_t>(code), bytes)});
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_text_measures(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const TypeRef blob = Type::blob();
  const TypeRef integer = Type::int64();
  registry.add({"length",
                {"len", "char_length", "character_length"},
                "string",
                "How many characters (code points) the text has.",
                "length('Hello')",
                "5",
                {{.parameters = {text}, .result = integer, .kernel = length_kernel}}});
  registry.add(
      {"length_grapheme",
       {},
       "string",
       "How many characters as people count them (grapheme clusters) the text has.",
       "length_grapheme('e' || chr(769))",
       "1",
       {{.parameters = {text}, .result = integer, .kernel = grapheme_length_kernel, .cost = 20}}});
  registry.add({"strlen",
                {},
                "string",
                "How many bytes the text has.",
                "strlen('ä')",
                "2",
                {{.parameters = {text}, .result = integer, .kernel = byte_length_kernel<1>}}});
  registry.add({"octet_length",
                {},
                "string",
                "How many bytes the blob has.",
                "octet_length('\\xAA\\xBB'::BLOB)",
                "2",
                {{.parameters = {blob}, .result = integer, .kernel = byte_length_kernel<1>}}});
  registry.add({"bit_length",
                {},
                "string",
                "How many bits the text has.",
                "bit_length('abc')",
                "24",
                {{.parameters = {text}, .result = integer, .kernel = byte_length_kernel<8>}}});
  registry.add({"ascii",
                {},
                "string",
                "The code point of the first character; 0 of the empty text.",
                "ascii('A')",
                "65",
                {{.parameters = {text}, .result = Type::int32(), .kernel = code_point_kernel<0>}}});
  registry.add(
      {"unicode",
       {"ord"},
       "string",
       "The code point of the first character; -1 of the empty text.",
       "unicode('ä')",
       "228",
       {{.parameters = {text}, .result = Type::int32(), .kernel = code_point_kernel<-1>}}});
  registry.add(
      {"chr",
       {},
       "string",
       "The character of a code point.",
       "chr(65)",
       "A",
       {{.parameters = {Type::int32()}, .result = text, .kernel = chr_kernel, .can_fail = true}}});
}

}  // namespace doline
