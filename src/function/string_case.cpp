// Functions that change characters: case, order, accents, normal form.
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/ascii.h"
#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

/// Unicode's simple mapping, one code point to one.
template <bool kUpper>
void map_characters(std::string_view text, std::string& out) {
  out.clear();
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const uint32_t code = decode_character(text.substr(at), bytes);
    const auto point = static_cast<utf8proc_int32_t>(code);
    char encoded[4];
    const auto mapped =
        static_cast<uint32_t>(kUpper ? utf8proc_toupper(point) : utf8proc_tolower(point));
    out.append(encoded, encode_character(mapped, encoded));
  }
}

template <bool kUpper>
Column case_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  std::string mapped;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    if (!is_ascii(text)) {
      map_characters<kUpper>(text, mapped);
      writer.set_text(row, mapped);
      return;
    }
    put_text(writer, row, text.size(), [&](char* out) {
      if constexpr (kUpper) {
        for (size_t i = 0; i < text.size(); ++i) out[i] = ascii_upper(text[i]);
      } else {
        string_kernels().lower_ascii(text.data(), text.data() + text.size(), out);
      }
    });
  });
  return writer.seal(call.row_count);
}

/// Grapheme clusters stay whole: an accent remains on its letter.
void reverse_clusters(std::string_view text, char* out) {
  char* end = out + text.size();
  utf8proc_int32_t state = 0;
  uint32_t previous = 0;
  size_t cluster = 0;
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const uint32_t next = decode_character(text.substr(at), bytes);
    if (at != 0 && utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                    static_cast<utf8proc_int32_t>(next), &state)) {
      end -= at - cluster;
      std::copy(text.begin() + static_cast<ptrdiff_t>(cluster),
                text.begin() + static_cast<ptrdiff_t>(at), end);
      cluster = at;
    }
    previous = next;
  }
  std::copy(text.begin() + static_cast<ptrdiff_t>(cluster), text.end(), out);
}

Column reverse_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    put_text(writer, row, text.size(), [&](char* out) {
      is_ascii(text) ? void(std::reverse_copy(text.begin(), text.end(), out))
                     : reverse_clusters(text, out);
    });
  });
  return writer.seal(call.row_count);
}

/// The text in another normal form; invalid UTF-8 stays as it is.
template <int kOptions>
Column normalize_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    StringView& out = writer.values<StringView>()[row];
    out = texts[row];
    if (is_ascii(text)) return;
    utf8proc_uint8_t* normal = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &normal,
                                   static_cast<utf8proc_option_t>(kOptions));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(normal, &std::free);
    if (size >= 0)
      out = writer.keep({reinterpret_cast<const char*>(normal), static_cast<size_t>(size)});
  });
  return writer.seal(call.row_count);
}

std::vector<ScalarOverload> text_to_text(ScalarKernel kernel, float cost = 4) {
  return {
      {.parameters = {Type::varchar()}, .result = Type::varchar(), .kernel = kernel, .cost = cost}};
}

}  // namespace

void register_text_case(FunctionRegistry& registry) {
  registry.add({"upper",
                {"ucase"},
                "string",
                "The text in upper case.",
                "upper('Hello')",
                "HELLO",
                text_to_text(case_kernel<true>)});
  registry.add({"lower",
                {"lcase"},
                "string",
                "The text in lower case.",
                "lower('Hello')",
                "hello",
                text_to_text(case_kernel<false>)});
  registry.add({"reverse",
                {},
                "string",
                "The text from its end to its begin.",
                "reverse('hello')",
                "olleh",
                text_to_text(reverse_kernel)});
  registry.add(
      {"strip_accents",
       {},
       "string",
       "The text without accents.",
       "strip_accents('mühleisen')",
       "muhleisen",
       text_to_text(normalize_kernel < UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK >,
                    20)});
  registry.add({"nfc_normalize",
                {},
                "string",
                "The text with accents joined to their letters (Unicode's normal form C).",
                "length(nfc_normalize('e' || chr(769)))",
                "1",
                text_to_text(normalize_kernel < UTF8PROC_STABLE | UTF8PROC_COMPOSE >, 20)});
}

}  // namespace doline
