// links: kernel
//
// A pattern and a text from the input: every answer of Regex must be RE2's, and every SIMD variant
// of the matcher must give what the scalar one gives.
// Input: one byte of options, the pattern up to the first newline, the text.

#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "kernel/regex/one_pass.h"
#include "kernel/regex/regex.h"
#include "kernel/simd.h"
#include "kernel/variants/regex_match.h"

namespace doline {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "differs: {}\n", what);
  std::abort();
}

void compare_matches(const Regex& regex, const RE2& re2, std::string_view text) {
  constexpr std::pair<Anchor, RE2::Anchor> kAnchors[] = {{Anchor::kNone, RE2::UNANCHORED},
                                                         {Anchor::kBegin, RE2::ANCHOR_START},
                                                         {Anchor::kBoth, RE2::ANCHOR_BOTH}};
  const size_t count = std::min<size_t>(static_cast<size_t>(re2.NumberOfCapturingGroups()) + 1, 8);
  for (const auto& [anchor, re2_anchor] : kAnchors) {
    for (const size_t from : {size_t{0}, text.size() / 3}) {
      std::array<std::string_view, 8> ours;
      std::array<re2::StringPiece, 8> theirs;
      const bool got = regex.match_groups(text, std::span(ours).first(count), anchor, from);
      const bool expected = re2.Match({text.data(), text.size()}, from, text.size(), re2_anchor,
                                      theirs.data(), static_cast<int>(count));
      require(got == expected, "match");
      for (size_t i = 0; got && i < count; ++i) {
        require(ours[i].data() == theirs[i].data() && ours[i].size() == theirs[i].size(), "group");
      }
    }
  }
}

void compare_replacement(const Regex& regex, const RE2& re2, std::string_view text) {
  std::string ours;
  std::string theirs(text);
  const size_t count = regex.replace_all(text, regex.compile_rewrite("<\\0>"), ours);
  require(count == static_cast<size_t>(RE2::GlobalReplace(&theirs, re2, "<\\0>")), "count");
  require(ours == theirs, "replacement");
}

void compare_variants(std::string_view pattern, const RegexOptions& options,
                      std::string_view text) {
  const auto parsed = parse_pattern(pattern, options);
  if (!parsed) return;
  const auto program = compile_one_pass(*parsed, options.encoding, false);
  if (!program) return;
  const std::pair<SimdLevel, const RegexKernels*> variants[] = {
      {SimdLevel::kAvx2, &avx2::kRegexKernels}, {SimdLevel::kAvx512, &avx512::kRegexKernels}};
  std::vector<const char*> expected(program->slot_count + 1);
  std::vector<const char*> got(program->slot_count + 1);
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* const at = begin + text.size() / 2;
  const RegexResult plain =
      scalar::kRegexKernels.match(program->view(), begin, at, end, expected.data());
  for (const auto& [level, kernels] : variants) {
    if (!cpu_has(level)) continue;
    const RegexResult result = kernels->match(program->view(), begin, at, end, got.data());
    require(result.outcome == plain.outcome && result.reached == plain.reached, "variant");
    if (plain.outcome != RegexOutcome::kMatch) continue;
    expected.back() = got.back() = nullptr;
    require(expected == got, "variant's groups");
  }
}

void run(std::string_view input) {
  const size_t newline = input.find('\n');
  if (newline == std::string_view::npos || newline == 0) return;
  RegexOptions options;
  options.case_sensitive = (input[0] & 1) == 0;
  options.dot_matches_newline = (input[0] & 2) != 0;
  options.literal = (input[0] & 12) == 12;
  if ((input[0] & 48) == 48) options.encoding = TextEncoding::kLatin1;
  const std::string pattern(input.substr(1, newline - 1));
  // Ours takes (?<name>, this RE2 does not; repeats multiply RE2's compile time, not ours.
  if (pattern.find("(?<") != std::string::npos || pattern.size() > 200) return;
  // A block of the text's own size, so that the sanitizer sees an over-read.
  const std::string_view rest = input.substr(newline + 1);
  const auto block = std::make_unique<char[]>(rest.size());
  rest.copy(block.get(), rest.size());
  const std::string_view text(block.get(), rest.size());

  RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_case_sensitive(options.case_sensitive);
  settings.set_dot_nl(options.dot_matches_newline);
  settings.set_literal(options.literal);
  if (options.encoding == TextEncoding::kLatin1) {
    settings.set_encoding(RE2::Options::EncodingLatin1);
  }
  const RE2 re2(pattern, settings);
  try {
    const Regex regex = Regex::compile(pattern, options);
    require(re2.ok(), "a pattern RE2 refuses");
    compare_matches(regex, re2, text);
    compare_replacement(regex, re2, text);
    compare_variants(pattern, options, text);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kInvalidArgument && !re2.ok(), error.what());
  }
}

}  // namespace
}  // namespace doline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  doline::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
