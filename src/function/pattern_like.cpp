#include <fmt/format.h>

#include <optional>

#include "function/lanes.h"
#include "function/pattern_functions.h"
#include "kernel/like.h"

namespace doline {

namespace {

enum class LikeKind : uint8_t { kLike, kIlike, kGlob };

struct LikeData final : FunctionData {
  explicit LikeData(LikePattern p) : pattern(std::move(p)) {}
  const LikePattern pattern;
};

std::optional<char> escape_of(std::string_view text) {
  if (text.size() > 1) {
    throw Error(ErrorCode::kSyntax, "the escape character '{}' is no single one", text);
  }
  return text.empty() ? std::nullopt : std::optional(text[0]);
}

template <LikeKind kKind>
LikePattern compile(std::string_view pattern, std::optional<char> escape) {
  if constexpr (kKind == LikeKind::kLike) return LikePattern::like(pattern, escape);
  if constexpr (kKind == LikeKind::kIlike) return LikePattern::ilike(pattern, escape);
  return LikePattern::glob(pattern);
}

/// A constant pattern, with its escape character, is compiled here.
template <LikeKind kKind>
void bind_like(FunctionBinding& binding) {
  const auto& pattern = binding.constants[1];
  if (!pattern || pattern->is_null()) return;
  std::optional<char> escape;
  if (binding.constants.size() > 2) {
    const auto& text = binding.constants[2];
    if (!text || text->is_null()) return;
    escape = escape_of(text->as_text());
  }
  try {
    binding.data = make_ref<const LikeData>(compile<kKind>(pattern->as_text(), escape));
    binding.can_fail = false;
  } catch (Error& error) {
    error.set_span_if_empty(binding.span);
    throw;
  }
}

template <LikeKind kKind, bool kNegated>
Column like_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if (const auto* data = data_of<LikeData>(call)) {
    return map_texts<bool>(call, arguments[0], [&](const StringView& text) {
      return data->pattern.matches(text) != kNegated;
    });
  }
  // A pattern a row: the last one is kept, since patterns tend to repeat.
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> patterns(arguments[1]);
  std::optional<LikePattern> pattern;
  std::string source;
  std::optional<char> last_escape;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    try {
      const auto escape = arguments.size() > 2 ? escape_of(arguments[2].text(row)) : std::nullopt;
      const std::string_view text = patterns[row].view();
      if (!pattern || source != text || escape != last_escape) {
        pattern.reset();
        pattern.emplace(compile<kKind>(text, escape));
        source = text;
        last_escape = escape;
      }
      if (pattern->matches(texts[row].view()) != kNegated) set_bit(writer.bits(), row);
    } catch (const Error& error) {
      call.errors.fail(row, error.code(), [&] { return error.message(); });
    }
  });
  return writer.seal(call.row_count);
}

template <LikeKind kKind, bool kNegated, size_t kArguments>
std::vector<ScalarOverload> overloads() {
  return {{.parameters = std::vector<TypePattern>(kArguments, Type::varchar()),
           .result = Type::boolean(),
           .kernel = like_kernel<kKind, kNegated>,
           .bind = bind_like<kKind>,
           .can_fail = true,
           .cost = 5}};
}

}  // namespace

void register_like(FunctionRegistry& registry) {
  const char* const pattern = "pattern";
  registry.add({"~~",
                {"like"},
                pattern,
                "LIKE: % stands for any characters, _ for one.",
                "'abc' LIKE 'a%'",
                "true",
                overloads<LikeKind::kLike, false, 2>()});
  registry.add({"!~~",
                {"not_like"},
                pattern,
                "NOT LIKE.",
                "'abc' NOT LIKE 'a%'",
                "false",
                overloads<LikeKind::kLike, true, 2>()});
  registry.add({"~~*",
                {"ilike"},
                pattern,
                "LIKE without regard to case.",
                "'abc' ILIKE 'A%'",
                "true",
                overloads<LikeKind::kIlike, false, 2>()});
  registry.add({"!~~*",
                {"not_ilike"},
                pattern,
                "NOT ILIKE.",
                "'abc' NOT ILIKE 'A%'",
                "false",
                overloads<LikeKind::kIlike, true, 2>()});
  registry.add({"~~~",
                {"glob"},
                pattern,
                "GLOB: * stands for any bytes, ? for one, [a-z] for one of a set.",
                "'abc' GLOB 'a[a-c]*'",
                "true",
                overloads<LikeKind::kGlob, false, 2>()});
  registry.add({"like_escape",
                {},
                pattern,
                "LIKE with a character that takes % and _ their meaning.",
                "like_escape('a%c', 'a$%c', '$')",
                "true",
                overloads<LikeKind::kLike, false, 3>()});
  registry.add({"not_like_escape",
                {},
                pattern,
                "NOT LIKE with an escape character.",
                "not_like_escape('a%c', 'a$%c', '$')",
                "false",
                overloads<LikeKind::kLike, true, 3>()});
  registry.add({"ilike_escape",
                {},
                pattern,
                "ILIKE with an escape character.",
                "ilike_escape('A%c', 'a$%C', '$')",
                "true",
                overloads<LikeKind::kIlike, false, 3>()});
  registry.add({"not_ilike_escape",
                {},
                pattern,
                "NOT ILIKE with an escape character.",
                "not_ilike_escape('A%c', 'a$%C', '$')",
                "false",
                overloads<LikeKind::kIlike, true, 3>()});
}

}  // namespace doline
