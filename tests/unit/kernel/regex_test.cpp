#include "kernel/regex/regex.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "kernel/regex/one_pass.h"
#include "kernel/simd.h"
#include "kernel/variants/regex_match.h"

namespace doline {
namespace {

using Groups = std::array<std::string_view, 16>;

std::string show(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += value >= 0x20 && value < 0x7F ? std::string(1, byte) : fmt::format("\\x{:02x}", value);
  }
  return out;
}

std::unique_ptr<RE2> reference(const std::string& pattern, const RegexOptions& options) {
  RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_case_sensitive(options.case_sensitive);
  settings.set_dot_nl(options.dot_matches_newline);
  settings.set_literal(options.literal);
  settings.set_encoding(options.encoding == TextEncoding::kUtf8 ? RE2::Options::EncodingUTF8
                                                                : RE2::Options::EncodingLatin1);
  return std::make_unique<RE2>(pattern, settings);
}

/// Every entry point gives what RE2 gives.
void expect_same(const Regex& regex, const RE2& re2, const std::string& pattern,
                 const std::string& text, size_t from = 0) {
  constexpr std::pair<Anchor, RE2::Anchor> kAnchors[] = {{Anchor::kNone, RE2::UNANCHORED},
                                                         {Anchor::kBegin, RE2::ANCHOR_START},
                                                         {Anchor::kBoth, RE2::ANCHOR_BOTH}};
  const size_t count = std::min<size_t>(re2.NumberOfCapturingGroups() + 1, 16);
  for (const auto& [anchor, re2_anchor] : kAnchors) {
    std::array<re2::StringPiece, 16> theirs;
    Groups ours;
    const bool expected =
        re2.Match(text, from, text.size(), re2_anchor, theirs.data(), static_cast<int>(count));
    const bool got = regex.match_groups(text, std::span(ours).first(count), anchor, from);
    const std::string context = fmt::format("pattern {} text \"{}\" from {} anchor {}", pattern,
                                            show(text), from, static_cast<int>(anchor));
    ASSERT_EQ(got, expected) << context;
    for (size_t i = 0; got && i < count; ++i) {
      ASSERT_EQ(static_cast<const void*>(ours[i].data()),
                static_cast<const void*>(theirs[i].data()))
          << context << " group " << i;
      ASSERT_EQ(ours[i].size(), theirs[i].size()) << context << " group " << i;
    }
  }
}

/// One row: a pattern, whether our own matcher must take it, and texts.
struct Case {
  const char* pattern;
  bool one_pass;
  std::vector<std::string> texts;
};

const char* const kCombined =
    R"re(^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "([^"]*)" "([^"]*)"$)re";

TEST(Regex, SharesItsMeaningWithRe2) {
  const std::string line =
      R"(83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /a/b.png HTTP/1.1" 200 203023 )"
      R"("http://example.org/presentations/logstash-monitorama-2013/" "Mozilla/5.0 (Mac) \xC3\xA9")";
  const Case cases[] = {
      {kCombined, true, {line, line + " ", line.substr(0, 150), "", "x", line + "\n"}},
      {R"(^(\d{4})-(\d\d)-(\d{2})$)",
       true,
       {"2024-01-31", "2024-1-31", "12024-01-31", "2024-01-3"}},
      {R"(^https?://(?:www\.)?([^/]+)/.*$)",
       true,
       {"http://www.x.org/a", "https://www./", "http://www./x/", "https://x.org/", "http://",
        "ftp"}},
      {"^(GET|POST|PUT) ", true, {"GET x", "POST x", "PUT x", "PAT x", "GE", "GET"}},
      {"^(a|ab)(c|bcd)$", true, {"abcd", "ac", "abc", "abbcd"}},
      {"^(.*?) (.*?):(.*)$", true, {"a b:c", "a  b:c:d", "no colon", " :", "\xff b:c"}},
      {"^.*x$", false, {"aax", "x", "xa", "xx"}},
      {"^(a+)(a+)$", false, {"aaa", "a"}},
      {"^(a*)(b*)(c*)", true, {"aabbcc", "ccbb", "", "d"}},
      {"^(x\\d)?(x?)", true, {"x1x", "xx", "x", ""}},
      {"(\\d+)-(\\d+)", true, {"call 555-1234 now", "12 34-5", "-", "1-"}},
      {"google", true, {"www.google.com", "goo", "gogoogle", ""}},
      {"(?i)google", false, {"GoOgle", "goo"}},
      {"foo$", true, {"foofoo", "foo ", "foo\n", "xfoo"}},
      {"^[^a-c]{2,3}$",
       true,
       {"xy", "x\xC3\xA9z", "\xC3\xA9\xC3\xA9\xC3\xA9", "\xC3", "wxyz", "x"}},
      {"^.{2}(.?)$", true, {"\xE2\x82\xAC\xE2\x82\xAC", "ab", "abc", "\xE0\x80\x80z", "\xF5z"}},
      {"^(a|)(b)?$", true, {"", "a", "b", "ab", "aab"}},
      {"^(?:(\\d{1,3})\\.){3}(\\d{1,3})$", true, {"1.2.3.4", "1.2.3", "127.0.0.1", "1234.1.1.1"}},
      {"^(?:(a)|(b)|c)x$", true, {"ax", "bx", "cx", "dx", "a"}},
      {"^(?:(a)b|(a)c)$", true, {"ab", "ac", "ad"}},
      {"^\\x41\\t[[:alpha:]_]+[^[:space:]\\d]$", false, {"A\tabc!", "A\tab"}},
      {"^[\\s--/]+$", true, {" -./", " 0", ""}},
      {"^[]a]+[^]a]$", true, {"]a]b", "]a]"}},
      {"^\xC3\xA9(\xC3\xA8)?$", true, {"\xC3\xA9", "\xC3\xA9\xC3\xA8", "\xC3\xA9\xC3"}},
      {"a|b*", true, {"ccc", "bba", "abb", ""}},
      {"^(?:ab)+$", false, {"abab", "aba"}},
      {"^(\\w+)\\b", false, {"ab c"}},
      {"^x{0}y{2,}?$", true, {"yy", "y", "yyyy"}},
      {"", true, {"", "a"}},
      // Found by fuzzing: the group of a part repeated no times had no value at all.
      {"(a|b|.|cbcd4){0}", true, {"EEEE", ""}},
      // Found by fuzzing: RE2 takes a count with a leading zero as text.
      {"(.*?a|ak)?[^x]{02}", false, {"a,btttt", "ax{02}", "ab{02}"}},
      {"()", true, {"", "a"}},
      {"^a.c$", true, {"abc", "a\nc", std::string("a\0c", 3)}},
      {"^(?P<host>\\S+) (?<size>\\d+)$", true, {"a 12", "a b"}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.pattern);
    const Regex regex = Regex::compile(each.pattern);
    std::string for_re2 = each.pattern;
    if (const size_t at = for_re2.find("(?<"); at != std::string::npos) for_re2.insert(at + 2, "P");
    const auto re2 = reference(for_re2, {});
    ASSERT_TRUE(re2->ok());
    EXPECT_EQ(regex.is_one_pass(), each.one_pass);
    for (const std::string& text : each.texts) {
      for (size_t from = 0; from <= text.size() && from < 4; ++from) {
        expect_same(regex, *re2, each.pattern, text, from);
        // The same at the end of a long text, where whole vectors are loaded.
        expect_same(regex, *re2, each.pattern, std::string(70, 'q') + " " + text, from);
      }
    }
  }
}

/// Those that are searched for literal by literal.
TEST(Regex, SearchesForLiteralsInOrderAsRe2Does) {
  const char* const texts[] = {"special requests",
                               "specialrequests",
                               "requests special",
                               "special\nrequests",
                               "special\nspecial requests",
                               "special special\nrequests",
                               "special \xC3\xA9 requests",
                               "special \xFF requests",
                               "special \xFF\nspecial requests",
                               "specialspecial",
                               "requests",
                               "special reques",
                               "",
                               "\n",
                               "aaab\nab"};
  for (const char* pattern : {"special.*requests", "special.*?requests", ".*special.*requests.*",
                              "special.*special", "sp.*e.*c.*i", "a.*b", "aa.*ab", "a.*a.*a.*b"}) {
    for (const bool crosses_lines : {false, true}) {
      RegexOptions options;
      options.dot_matches_newline = crosses_lines;
      const Regex regex = Regex::compile(pattern, options);
      const auto re2 = reference(pattern, options);
      for (const char* text : texts) {
        SCOPED_TRACE(fmt::format("{} in {} ({})", pattern, text, crosses_lines));
        EXPECT_EQ(regex.search(text), re2::RE2::PartialMatch(text, *re2));
      }
    }
  }
}

TEST(Regex, CombinedLogGroups) {
  const Regex regex = Regex::compile(kCombined);
  const std::string line =
      R"re(1.2.3.4 - bob [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 17 "-" "Mozilla (X11)")re";
  Groups groups;
  ASSERT_TRUE(regex.match_groups(line, std::span(groups).first(10)));
  const std::string_view expected[] = {line,  "1.2.3.4",      "bob", "17/May/2015:10:05:03 +0000",
                                       "GET", "/a",           "200", "17",
                                       "-",   "Mozilla (X11)"};
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(groups[i], expected[i]);
  EXPECT_EQ(regex.group_count(), 9u);
}

TEST(Regex, NamesItsGroups) {
  const Regex regex = Regex::compile(R"(^(?<host>\S+) (\d+) (?P<agent>[(?<x>]+)\Q(?<y>\E$)");
  const std::vector<std::string> expected = {"host", "", "agent"};
  EXPECT_EQ(regex.group_names(), expected);
}

TEST(Regex, RefusesABadPattern) {
  const std::pair<const char*, const char*> cases[] = {
      {"a(b", "missing )"},
      {"a**", "bad repetition operator"},
      {"[b-a]", "invalid character class range"},
      {"\\8", "invalid escape"},
      {"(?<=a)b", "invalid perl operator"},
      {"\xff", "invalid UTF-8"},
      {"((a{100}){100}){100}", "invalid repetition size"},
      {"x{1001}", "invalid repetition size"}};
  for (const auto& [pattern, reason] : cases) {
    try {
      Regex::compile(pattern);
      FAIL() << pattern;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_NE(error.message().find(reason), std::string::npos) << error.message();
    }
  }
  try {
    Regex::compile("ab[z-a]");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.render().find("at byte 3"), std::string::npos) << error.render();
  }
}

TEST(Regex, ReplacesAsRe2Does) {
  const char* const patterns[] = {"a*",  "b",    "^a", "(a)(b)?", "x*$", "",   "[^a]", ".",
                                  "b*?", "\\d+", "a|", "(.)",     "\\b", "aa", "(?i)A"};
  const char* const rewrites[] = {"", "<\\0>", "\\\\z", "é"};
  const std::string texts[] = {"",
                               "aaa",
                               "baaac",
                               "ab12ab3",
                               "\xC3\xA9t\xC3\xA9",
                               "\xE2\x82",
                               "\xffx",
                               "xyz",
                               "a\xF0\x9F\x98\x80"
                               "b",
                               "\xF4\x90\x80\x80",
                               "\xC1\xBF"};
  for (const char* pattern : patterns) {
    const Regex regex = Regex::compile(pattern);
    const auto re2 = reference(pattern, {});
    for (const char* rewrite : rewrites) {
      const Regex::Rewrite compiled = regex.compile_rewrite(rewrite);
      for (const std::string& text : texts) {
        SCOPED_TRACE(fmt::format("{} with {} in {}", pattern, rewrite, show(text)));
        std::string all = "|";
        std::string first = "|";
        std::string expected_all = text;
        std::string expected_first = text;
        const int count = RE2::GlobalReplace(&expected_all, *re2, rewrite);
        EXPECT_EQ(regex.replace_all(text, compiled, all), static_cast<size_t>(count));
        EXPECT_EQ(all, "|" + expected_all);
        EXPECT_EQ(regex.replace_first(text, compiled, first),
                  RE2::Replace(&expected_first, *re2, rewrite));
        EXPECT_EQ(first, "|" + expected_first);
      }
    }
  }
  const Regex one = Regex::compile("(a)(b)?");
  std::string out;
  EXPECT_EQ(one.replace_all("abac", one.compile_rewrite("\\2\\1."), out), 2u);
  EXPECT_EQ(out, "ba.a.c");
  for (const char* bad : {"\\3", "x\\", "\\q"})
    EXPECT_THROW(one.compile_rewrite(bad), Error) << bad;
}

TEST(Regex, EmptyGroupDiffersFromNone) {
  const Regex regex = Regex::compile("^(a*)(b)?$");
  Groups groups;
  ASSERT_TRUE(regex.match_groups({}, std::span(groups).first(4)));
  EXPECT_NE(groups[1].data(), nullptr);
  EXPECT_EQ(groups[2].data(), nullptr);
  EXPECT_EQ(groups[3].data(), nullptr);
}

// Symptom to prevent: an unanchored search that restarts at every byte of a long text.
TEST(Regex, UnanchoredSearchStaysLinear) {
  const Regex regex = Regex::compile("[a-z]+\\d");
  ASSERT_TRUE(regex.is_one_pass());
  EXPECT_FALSE(regex.search(std::string(4 << 20, 'a')));
}

/// Random patterns of the grammar our parser knows, and a little beyond.
class PatternMaker {
 public:
  explicit PatternMaker(Random& random) : random_(random) {}

  std::string make() {
    std::string out;
    if (random_.below(2) == 0) out += '^';
    out += concatenation(0);
    if (random_.below(12) == 0) out += "|" + concatenation(1);
    if (random_.below(2) == 0) out += '$';
    return out;
  }

 private:
  std::string concatenation(int depth) {
    std::string out;
    const uint64_t pieces = random_.below(4) + (depth == 0);
    for (uint64_t i = 0; i < pieces; ++i) out += atom(depth) + quantifier();
    return out;
  }
  std::string atom(int depth) {
    static const char* const kAtoms[] = {"a",    "b",     "c",      " ",           "\\.",   "ab",
                                         "\\d",  "\\S",   "\\w",    ".",           "[^a]",  "[^ab]",
                                         "[ab]", "[b-d]", "[^\\s]", "[\\da-c]",    "é",     "[^\"]",
                                         "\\D",  "\\s",   "1",      "[[:alpha:]]", "\\x61", "-"};
    if (depth < 3 && random_.below(4) == 0) {
      static const char* const kOpen[] = {"(", "(", "(?:"};
      std::string out = kOpen[random_.below(3)] + concatenation(depth + 1);
      while (random_.below(3) == 0) out += "|" + concatenation(depth + 1);
      return out + ")";
    }
    return kAtoms[random_.below(std::size(kAtoms))];
  }
  std::string quantifier() {
    static const char* const kQuantifiers[] = {"*",  "+",  "?",  "{2}",    "{1,3}",
                                               "*?", "+?", "??", "{0,2}?", "{2,}"};
    return random_.below(2) == 0 ? "" : kQuantifiers[random_.below(std::size(kQuantifiers))];
  }

  Random& random_;
};

std::string random_text(Random& random) {
  static const char* const kPieces[] = {"a",
                                        "b",
                                        "c",
                                        "d",
                                        "1",
                                        "2",
                                        " ",
                                        ".",
                                        "-",
                                        "\"",
                                        "\n",
                                        "é",
                                        "\xE2\x82\xAC",
                                        "\xF0\x9F\x98\x80",
                                        "\xff",
                                        "\xC3",
                                        "\x80",
                                        "a",
                                        "ab",
                                        "aaaa",
                                        "b",
                                        "1"};
  std::string text;
  // Now and then longer than a vector.
  const uint64_t pieces = random.below(8) == 0 ? random.below(90) : random.below(9);
  const bool plain = random.below(2) == 0;
  for (uint64_t i = 0; i < pieces; ++i) {
    text += kPieces[random.below(plain ? 11 : std::size(kPieces))];
  }
  return text;
}

TEST(Regex, RandomPatternsAgreeWithRe2) {
  Random random(20240607);
  PatternMaker maker(random);
  int one_pass = 0;
  constexpr int kPatterns = 12500;
  for (int i = 0; i < kPatterns; ++i) {
    const std::string pattern = maker.make();
    RegexOptions options;
    options.dot_matches_newline = random.below(4) == 0;
    if (random.below(6) == 0) options.encoding = TextEncoding::kLatin1;
    const auto re2 = reference(pattern, options);
    if (!re2->ok()) {
      EXPECT_THROW(Regex::compile(pattern, options), Error) << pattern;
      continue;
    }
    const Regex regex = Regex::compile(pattern, options);
    one_pass += regex.is_one_pass();
    for (int j = 0; j < 8; ++j) {
      const std::string text = random_text(random);
      ASSERT_NO_FATAL_FAILURE(expect_same(
          regex, *re2, pattern, text, random.below(4) == 0 ? random.below(text.size() + 1) : 0));
    }
  }
  // The generator must reach the matcher it is there for.
  EXPECT_GT(one_pass, kPatterns / 3);
}

TEST(Regex, VariantsAgree) {
  Random random(7);
  PatternMaker maker(random);
  const std::pair<SimdLevel, const RegexKernels*> variants[] = {
      {SimdLevel::kAvx2, &avx2::kRegexKernels}, {SimdLevel::kAvx512, &avx512::kRegexKernels}};
  for (int i = 0; i < 4000; ++i) {
    const std::string pattern = maker.make();
    if (!reference(pattern, {})->ok()) continue;
    const auto parsed = parse_pattern(pattern, {});
    if (!parsed) continue;
    const auto program = compile_one_pass(*parsed, TextEncoding::kUtf8, random.below(2) == 0);
    if (!program) continue;
    for (int j = 0; j < 8; ++j) {
      // A heap block of the text's exact size: the sanitizer sees any over-read.
      const std::string made = random_text(random);
      const auto text = std::make_unique<char[]>(made.size());
      made.copy(text.get(), made.size());
      const char* const begin = text.get();
      const char* const end = begin + made.size();
      const char* const at = begin + random.below(made.size() + 1);
      std::vector<const char*> expected(program->slot_count + 1);
      std::vector<const char*> got(program->slot_count + 1);
      const RegexResult plain =
          scalar::kRegexKernels.match(program->view(), begin, at, end, expected.data());
      for (const auto& [level, kernels] : variants) {
        if (!cpu_has(level)) continue;
        const RegexResult result = kernels->match(program->view(), begin, at, end, got.data());
        ASSERT_EQ(result.outcome, plain.outcome)
            << name_of(level) << " " << pattern << " " << show(made);
        ASSERT_EQ(kernels->find_member(program->first, at, end),
                  scalar::kRegexKernels.find_member(program->first, at, end))
            << name_of(level) << " " << pattern << " " << show(made);
        ASSERT_EQ(result.reached, plain.reached) << pattern << " " << show(made);
        if (plain.outcome == RegexOutcome::kMatch) {
          expected.back() = got.back() = nullptr;  // the slot of no meaning
          ASSERT_EQ(got, expected) << pattern;
        }
      }
    }
  }
}

TEST(Simd, RefusesALevelItDoesNotKnowOrHave) {
  EXPECT_EQ(choose_simd_level("scalar"), SimdLevel::kScalar);
  EXPECT_TRUE(cpu_has(choose_simd_level(nullptr)));
  EXPECT_THROW(choose_simd_level("sse9"), Error);
  for (const SimdLevel level : {SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    const std::string name(name_of(level));
    if (cpu_has(level)) {
      EXPECT_EQ(choose_simd_level(name.c_str()), level);
    } else {
      EXPECT_THROW(choose_simd_level(name.c_str()), Error);
    }
  }
}

}  // namespace
}  // namespace doline
