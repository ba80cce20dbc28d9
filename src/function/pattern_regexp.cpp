#include "function/pattern_regexp.h"

#include "function/lanes.h"
#include "function/pattern_functions.h"
#include "function/text_rows.h"

namespace doline {

RegexOptions regexp_options(std::string_view letters, bool* global) {
  RegexOptions options;
  for (const char letter : letters) {
    switch (letter) {
      case 'c':
        options.case_sensitive = true;
        break;
      case 'i':
        options.case_sensitive = false;
        break;
      case 'l':
        options.literal = true;
        break;
      case 's':
        options.dot_matches_newline = true;
        break;
      case 'm':
      case 'n':
      case 'p':
        options.dot_matches_newline = false;
        break;
      case ' ':
      case '\t':
      case '\n':
        break;
      default:
        if (letter == 'g' && global) {
          *global = true;
          break;
        }
        throw Error(ErrorCode::kInvalidArgument, "'{}' is no option of a regular expression",
                    letter)
            .hint("options are c, i, l, m, n, p and s, for regexp_replace also g");
    }
  }
  return options;
}

Ref<const RegexpData> bind_regexp(const FunctionBinding& binding, size_t options,
                                  bool takes_global) {
  const auto& pattern = binding.constants[1];
  if (!pattern || pattern->is_null()) return nullptr;
  std::string letters;
  if (options < binding.constants.size()) {
    const auto& text = binding.constants[options];
    if (!text || text->is_null()) return nullptr;
    letters = text->as_text();
  }
  try {
    bool global = false;
    const RegexOptions parsed = regexp_options(letters, takes_global ? &global : nullptr);
    return make_ref<const RegexpData>(Regex::compile(pattern->as_text(), parsed), global);
  } catch (Error& error) {
    error.set_span_if_empty(binding.span);
    throw;
  }
}

RowRegexps::RowRegexps(const KernelCall& call, std::span<const Column> arguments, size_t options)
    : call_(call), arguments_(arguments), options_(options), bound_(data_of<RegexpData>(call)) {
  if (bound_) global_ = bound_->global;
}

const Regex* RowRegexps::at(uint32_t row) {
  if (bound_) return &bound_->regex;
  const std::string_view pattern = arguments_[1].text(row);
  const std::string_view letters =
      options_ < arguments_.size() ? arguments_[options_].text(row) : std::string_view();
  if (regex_ && pattern == pattern_ && letters == letters_) return &*regex_;
  try {
    regex_.reset();
    global_ = false;
    const RegexOptions options = regexp_options(letters, &global_);
    regex_.emplace(Regex::compile(pattern, options));
    pattern_ = pattern;
    letters_ = letters;
    return &*regex_;
  } catch (const Error& error) {
    call_.errors.fail(row, error.code(), [&] { return error.message(); });
    return nullptr;
  }
}

namespace {

template <bool kFull, bool kNegated>
Column match_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  RowRegexps regexps(call, arguments, 2);
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const Regex* regex = regexps.at(row);
    if (!regex) return;
    const std::string_view text = texts[row].view();
    if ((kFull ? regex->full_match(text) : regex->search(text)) != kNegated)
      set_bit(writer.bits(), row);
  });
  return writer.seal(call.row_count);
}

/// With the replacement, when it is a constant too.
struct ReplaceData final : RegexpData {
  ReplaceData(Regex r, bool g, std::optional<Regex::Rewrite> w)
      : RegexpData(std::move(r), g), rewrite(std::move(w)) {}
  const std::optional<Regex::Rewrite> rewrite;
};

void bind_replace(FunctionBinding& binding) {
  const auto& pattern = binding.constants[1];
  const auto& rewrite = binding.constants[2];
  if (!pattern || pattern->is_null() || !rewrite || rewrite->is_null()) return;
  std::string letters;
  if (binding.constants.size() > 3) {
    if (!binding.constants[3] || binding.constants[3]->is_null()) return;
    letters = binding.constants[3]->as_text();
  }
  try {
    bool global = false;
    const RegexOptions options = regexp_options(letters, &global);
    Regex regex = Regex::compile(pattern->as_text(), options);
    Regex::Rewrite compiled = regex.compile_rewrite(rewrite->as_text());
    binding.data = make_ref<const ReplaceData>(std::move(regex), global, std::move(compiled));
  } catch (Error& error) {
    error.set_span_if_empty(binding.span);
    throw;
  }
}

Column replace_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  const Argument<StringView> rewrites(arguments[2]);
  const auto* bound = data_of<ReplaceData>(call);
  RowRegexps regexps(call, arguments, 3);
  std::string replaced;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const Regex* regex = regexps.at(row);
    if (!regex) return;
    replaced.clear();
    const std::string_view text = texts[row].view();
    try {
      std::optional<Regex::Rewrite> own;
      if (!bound) own = regex->compile_rewrite(rewrites[row].view());
      const Regex::Rewrite& rewrite = bound ? *bound->rewrite : *own;
      const bool changed = regexps.global() ? regex->replace_all(text, rewrite, replaced) != 0
                                            : regex->replace_first(text, rewrite, replaced);
      changed ? writer.set_text(row, replaced)
              : void(writer.values<StringView>()[row] = texts[row]);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCancelled) throw;
      call.errors.fail(row, error.code(), [&] { return error.message(); });
    }
  });
  return writer.seal(call.row_count);
}

Column escape_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  std::string escaped;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    escaped.clear();
    for (const char c : arguments[0].text(row)) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 128;
      if (c == '\0') {
        escaped += "\\x00";  // a backslash before it would end the pattern
      } else {
        if (!plain) escaped += '\\';
        escaped += c;
      }
    }
    writer.set_text(row, escaped);
  });
  return writer.seal(call.row_count);
}

template <bool kFull, bool kNegated>
std::vector<ScalarOverload> match_overloads(bool with_options) {
  const TypeRef text = Type::varchar();
  const auto bind = [](FunctionBinding& binding) {
    binding.data = bind_regexp(binding, 2);
    binding.can_fail = binding.data == nullptr;
  };
  const ScalarOverload plain{.parameters = {text, text},
                             .result = Type::boolean(),
                             .kernel = match_kernel<kFull, kNegated>,
                             .bind = bind,
                             .can_fail = true,
                             .cost = 20};
  ScalarOverload optioned = plain;
  optioned.parameters.push_back(text);
  return with_options ? std::vector{plain, optioned} : std::vector{plain};
}

}  // namespace

void register_regexp_matching(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const char* const pattern = "pattern";
  registry.add({"regexp_matches",
                {"regexp_like", "rlike"},
                pattern,
                "Whether the regular expression matches somewhere in the text.",
                "regexp_matches('anabanana', '(an)*')",
                "true",
                match_overloads<false, false>(true)});
  registry.add({"regexp_full_match",
                {"similar_to"},
                pattern,
                "Whether the regular expression matches the whole text.",
                "regexp_full_match('anabanana', '(an)*')",
                "false",
                match_overloads<true, false>(true)});
  registry.extend("~", match_overloads<true, false>(false));
  registry.add({"!~",
                {"not_similar_to"},
                pattern,
                "Whether the regular expression does not match the whole text.",
                "'abc' !~ 'b'",
                "true",
                match_overloads<true, true>(false)});
  const ScalarOverload replace{.parameters = {text, text, text},
                               .result = text,
                               .kernel = replace_kernel,
                               .bind = bind_replace,
                               .can_fail = true,
                               .cost = 30};
  ScalarOverload optioned = replace;
  optioned.parameters.push_back(text);
  registry.add({"regexp_replace",
                {},
                pattern,
                "The text with the first match of the regular expression replaced, with option 'g' "
                "every one; \\1 stands for a group.",
                "regexp_replace('hello', '[lo]', '-', 'g')",
                "he---",
                {replace, optioned}});
  registry.add({"regexp_escape",
                {},
                pattern,
                "A regular expression that matches just the text.",
                "regexp_escape('a.b')",
                "a\\.b",
                {{.parameters = {text}, .result = text, .kernel = escape_kernel, .cost = 4}}});
}

}  // namespace doline
