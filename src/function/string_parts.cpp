// Functions that give a part of their text, as a view into it: nothing is copied.
#include <algorithm>

#include "function/graphemes.h"
#include "function/lanes.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

/// result[row] = the part of the first argument that part(text, row) gives.
template <class Part>
Column part_kernel(const KernelCall& call, std::span<const Column> arguments, Part part) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  StringView* out = writer.values<StringView>();
  for_each_valid_row(call, arguments,
                     [&](uint32_t row) { out[row] = part_of(part(texts[row].view(), row)); });
  return writer.seal(call.row_count);
}

/// Parts are counted in characters, or in what people see as such.
struct Characters {
  static size_t offset(std::string_view text, size_t count) {
    return character_offset(text, count);
  }
  static int64_t count(std::string_view text) {
    return static_cast<int64_t>(count_characters(text));
  }
};
struct Graphemes {
  static size_t offset(std::string_view text, size_t count) { return grapheme_offset(text, count); }
  static int64_t count(std::string_view text) { return count_graphemes(text); }
};

/// Characters [begin, end) of a text of which only the length may be asked if need be.
template <class Unit>
std::string_view characters(std::string_view text, int64_t begin, int64_t end) {
  if (end <= begin) return {};
  const size_t from = Unit::offset(text, static_cast<size_t>(begin));
  const std::string_view rest = text.substr(from);
  return rest.substr(
      0, Unit::offset(rest, static_cast<size_t>(std::min(end - begin, int64_t{UINT32_MAX}))));
}

/// SQL's substring, from 1. A negative begin counts from the end, a negative length goes back.
template <class Unit>
std::string_view substring(std::string_view text, int64_t begin, int64_t length) {
  int64_t from = begin > 0 ? begin - 1 : begin;
  if (begin < 0) {
    from = Unit::count(text) + begin;
  } else if (begin == 0) {
    from = -1;  // position 0 lies before the first character and counts
  }
  int64_t to = 0;
  if (length < 0) {
    to = from;
    if (__builtin_add_overflow(from, length, &from)) from = 0;
  } else if (__builtin_add_overflow(from, length, &to)) {
    to = INT64_MAX;
  }
  return characters<Unit>(text, std::max<int64_t>(from, 0), std::max<int64_t>(to, 0));
}

template <class Unit>
Column substring_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<int64_t> begin(arguments[1]);
  if (arguments.size() == 2) {
    return part_kernel(call, arguments, [&](std::string_view text, uint32_t row) {
      return substring<Unit>(text, begin[row], INT64_MAX / 2);
    });
  }
  const Argument<int64_t> length(arguments[2]);
  return part_kernel(call, arguments, [&](std::string_view text, uint32_t row) {
    return substring<Unit>(text, begin[row], length[row]);
  });
}

template <class Unit>
Column left_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<int64_t> count(arguments[1]);
  return part_kernel(call, arguments, [&](std::string_view text, uint32_t row) {
    const int64_t wanted = count[row];
    return characters<Unit>(
        text, 0,
        wanted >= 0
            ? wanted
            : std::max<int64_t>(0, Unit::count(text) + std::max(wanted, -int64_t{UINT32_MAX})));
  });
}

template <class Unit>
Column right_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<int64_t> count(arguments[1]);
  return part_kernel(call, arguments, [&](std::string_view text, uint32_t row) {
    const int64_t wanted = std::clamp(count[row], -int64_t{UINT32_MAX}, int64_t{UINT32_MAX});
    const int64_t dropped =
        wanted >= 0 ? std::max<int64_t>(0, Unit::count(text) - wanted) : -wanted;
    return text.substr(Unit::offset(text, static_cast<size_t>(dropped)));
  });
}

enum class Side : uint8_t { kLeft, kRight, kBoth };

/// `in(text, at, bytes)`: whether the character at `at` is taken off.
template <Side kSide, class In>
std::string_view trimmed(std::string_view text, In in) {
  if constexpr (kSide != Side::kRight) {
    while (!text.empty()) {
      const size_t bytes = std::min(character_bytes(text.front()), text.size());
      if (!in(text.substr(0, bytes))) break;
      text.remove_prefix(bytes);
    }
  }
  if constexpr (kSide != Side::kLeft) {
    while (!text.empty()) {
      size_t at = text.size() - 1;
      while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
      if (!in(text.substr(at))) break;
      text = text.substr(0, at);
    }
  }
  return text;
}

template <Side kSide>
Column trim_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if (arguments.size() == 1) {
    return part_kernel(call, arguments, [](std::string_view text, uint32_t) {
      return trimmed<kSide>(text, [](std::string_view c) { return c == " "; });
    });
  }
  const Argument<StringView> sets(arguments[1]);
  return part_kernel(call, arguments, [&](std::string_view text, uint32_t row) {
    const std::string_view set = sets[row].view();
    if (is_ascii(set)) {
      return trimmed<kSide>(
          text, [&](std::string_view c) { return c.size() == 1 && set.find(c[0]) != set.npos; });
    }
    return trimmed<kSide>(text, [&](std::string_view c) {
      for (size_t at = 0; at < set.size(); at += character_bytes(set[at])) {
        if (set.substr(at, character_bytes(set[at])) == c) return true;
      }
      return false;
    });
  });
}

template <Side kSide>
std::vector<ScalarOverload> trims() {
  const TypeRef text = Type::varchar();
  return {{.parameters = {text}, .result = text, .kernel = trim_kernel<kSide>},
          {.parameters = {text, text}, .result = text, .kernel = trim_kernel<kSide>, .cost = 2}};
}

}  // namespace

void register_text_parts(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const TypeRef integer = Type::int64();
  registry.add(
      {"substring",
       {"substr"},
       "string",
       "So many characters from a position on, counted from 1; from the end where it is negative.",
       "substring('Hello', 2, 3)",
       "ell",
       {{.parameters = {text, integer, integer},
         .result = text,
         .kernel = substring_kernel<Characters>,
         .cost = 2},
        {.parameters = {text, integer},
         .result = text,
         .kernel = substring_kernel<Characters>,
         .cost = 2}}});
  registry.add({"left",
                {},
                "string",
                "The first so many characters; all but the last so many where negative.",
                "left('Hello', 2)",
                "He",
                {{.parameters = {text, integer},
                  .result = text,
                  .kernel = left_kernel<Characters>,
                  .cost = 2}}});
  registry.add({"right",
                {},
                "string",
                "The last so many characters; all but the first so many where negative.",
                "right('Hello', 2)",
                "lo",
                {{.parameters = {text, integer},
                  .result = text,
                  .kernel = right_kernel<Characters>,
                  .cost = 2}}});
  registry.add({"trim",
                {},
                "string",
                "The text without the spaces, or the given characters, at both ends.",
                "trim('>><hello<<', '<>')",
                "hello",
                trims<Side::kBoth>()});
  registry.add({"ltrim",
                {},
                "string",
                "The text without the spaces, or the given characters, at its begin.",
                "ltrim('>>hello', '>')",
                "hello",
                trims<Side::kLeft>()});
  registry.add({"rtrim",
                {},
                "string",
                "The text without the spaces, or the given characters, at its end.",
                "rtrim('hello  ')",
                "hello",
                trims<Side::kRight>()});
  registry.add({"substring_grapheme",
                {},
                "string",
                "As substring, counted in characters as people see them (grapheme clusters).",
                "substring_grapheme('Hello', 2, 3)",
                "ell",
                {{.parameters = {text, integer, integer},
                  .result = text,
                  .kernel = substring_kernel<Graphemes>,
                  .cost = 20},
                 {.parameters = {text, integer},
                  .result = text,
                  .kernel = substring_kernel<Graphemes>,
                  .cost = 20}}});
  registry.add({"left_grapheme",
                {},
                "string",
                "As left, counted in characters as people see them (grapheme clusters).",
                "left_grapheme('Hello', 2)",
                "He",
                {{.parameters = {text, integer},
                  .result = text,
                  .kernel = left_kernel<Graphemes>,
                  .cost = 20}}});
  registry.add({"right_grapheme",
                {},
                "string",
                "As right, counted in characters as people see them (grapheme clusters).",
                "right_grapheme('Hello', 2)",
                "lo",
                {{.parameters = {text, integer},
                  .result = text,
                  .kernel = right_kernel<Graphemes>,
                  .cost = 20}}});
}

}  // namespace doline
