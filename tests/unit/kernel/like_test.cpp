#include "kernel/like.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "kernel/simd.h"

namespace doline {
namespace {

/// LIKE by trying everything, as the SQL standard words it; valid UTF-8 only.
bool naive_like(std::string_view text, std::string_view pattern, char escape) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (naive_like(text.substr(i), pattern.substr(1), escape)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '_') {
    size_t size = 1;
    while (size < text.size() && (text[size] & 0xC0) == 0x80) ++size;
    return naive_like(text.substr(size), pattern.substr(1), escape);
  }
  if (pattern[0] == escape) pattern.remove_prefix(1);
  return text[0] == pattern[0] && naive_like(text.substr(1), pattern.substr(1), escape);
}

bool naive_glob(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (naive_glob(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '?') return naive_glob(text.substr(1), pattern.substr(1));
  if (pattern[0] == '[') {
    const size_t close = pattern.find(']', 2);
    bool inside = false;
    std::string_view set = pattern.substr(1, close - 1);
    const bool inverse = set[0] == '!';
    if (inverse) set.remove_prefix(1);
    for (size_t i = 0; i < set.size(); ++i) {
      const bool range = i + 2 < set.size() && set[i + 1] == '-';
      inside |= text[0] >= set[i] && text[0] <= set[range ? i + 2 : i];
      i += range ? 2 : 0;
    }
    return inside != inverse && naive_glob(text.substr(1), pattern.substr(close + 1));
  }
  return text[0] == pattern[0] && naive_glob(text.substr(1), pattern.substr(1));
}

std::string pick(Random& random, const std::vector<std::string>& pieces, uint64_t most) {
  std::string out;
  for (uint64_t left = random.below(most + 1); left > 0; --left) {
    out += pieces[random.below(pieces.size())];
  }
  return out;
}

TEST(Like, RandomPatternsAgreeWithTheNaiveMatcher) {
  Random random(11);
  int matches = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string pattern =
        pick(random, {"%", "%", "_", "a", "b", "ab", "é", "$%", "$_", "$$", "aab"}, 7);
    const std::string text = pick(random, {"a", "b", "é", "€", "aa", "%", "_", "$"}, 10);
    const bool expected = naive_like(text, pattern, '$');
    ASSERT_EQ(LikePattern::like(pattern, '$').matches(text), expected)
        << '"' << text << "\" LIKE \"" << pattern << '"';
    matches += expected;
  }
  EXPECT_GT(matches, 3000);
}

TEST(Like, RandomGlobsAgreeWithTheNaiveMatcher) {
  Random random(12);
  int matches = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string pattern =
        pick(random, {"*", "*", "?", "a", "b", "ab", "[ab]", "[!a]", "[a-c]", "é"}, 6);
    const std::string text = pick(random, {"a", "b", "c", "d", "é", "aa"}, 9);
    const bool expected = naive_glob(text, pattern);
    ASSERT_EQ(LikePattern::glob(pattern).matches(text), expected)
        << '"' << text << "\" GLOB \"" << pattern << '"';
    matches += expected;
  }
  EXPECT_GT(matches, 5000);
}

TEST(Like, KnowsTheShapesThatRunWithoutSegments) {
  using Shape = LikePattern::Shape;
  const std::tuple<const char*, Shape, const char*> cases[] = {
      {"abc", Shape::kExact, "abc"},    {"", Shape::kExact, ""},
      {"abc%", Shape::kPrefix, "abc"},  {"abc%%", Shape::kPrefix, "abc"},
      {"%abc", Shape::kSuffix, "abc"},  {"%abc%", Shape::kContains, "abc"},
      {"%", Shape::kAnything, ""},      {"%%%", Shape::kAnything, ""},
      {"a$%%", Shape::kPrefix, "a%"},   {"a%b", Shape::kSegments, ""},
      {"%a%b%", Shape::kSegments, ""},  {"_", Shape::kSegments, ""},
      {"%%a%%b", Shape::kSegments, ""}, {"a$$", Shape::kExact, "a$"},
  };
  for (const auto& [pattern, shape, literal] : cases) {
    const LikePattern compiled = LikePattern::like(pattern, '$');
    EXPECT_EQ(compiled.shape(), shape) << pattern;
    EXPECT_EQ(compiled.literal(), literal) << pattern;
  }
}

TEST(Like, SingleCases) {
  const std::tuple<LikePattern, std::string, bool> cases[] = {
      {LikePattern::ilike("É%"), "élan", true},
      {LikePattern::ilike("%MOZILLA%"), std::string(300, 'x') + "mozilla/5.0", true},
      {LikePattern::ilike("%MOZILLA%"), std::string(300, 'x') + "mozila/5.0", false},
      {LikePattern::ilike("ß"), "SS", false},
      {LikePattern::ilike("k"), "\xE2\x84\xAA", true},  // the Kelvin sign
      {LikePattern::ilike("aA%Zé", 'A'), "a%zÉ", true},
      {LikePattern::ilike("aA%Zé", 'A'), "aaxzé", false},
      {LikePattern::like("a\\%c"), "a\\xc", true},
      {LikePattern::like("_"), "é", true},
      {LikePattern::like("__"), "é", false},
      {LikePattern::like("_%_"), "é", false},
      {LikePattern::like("%_"), "\xF0\x9F\x98\x80", true},
      {LikePattern::glob("?"), "é", false},
      {LikePattern::glob("a[]]"), "a]", true},
      {LikePattern::glob("[a"), "a", false},
      {LikePattern::glob("[a-]"), "a", false},
      {LikePattern::glob("a\\*"), "a*", true},
      {LikePattern::glob("a\\*"), "ab", false},
      {LikePattern::glob("a\\"), "a", false},
      {LikePattern::glob("*.log"), "x.y.log", true},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    const auto& [pattern, text, expected] = cases[i];
    EXPECT_EQ(pattern.matches(text), expected) << "case " << i;
  }
  EXPECT_THROW(LikePattern::like("a$", '$'), Error);
}

// Symptom to prevent: minutes on a pattern of many wildcards, as backtracking takes.
TEST(Like, StaysLinearOnHostilePatterns) {
  std::string pattern = "%";
  for (int i = 0; i < 50; ++i) pattern += "a%";
  const std::string text(100000, 'a');
  EXPECT_TRUE(LikePattern::like(pattern).matches(text));
  EXPECT_FALSE(LikePattern::like(pattern + "b").matches(text));
  EXPECT_FALSE(LikePattern::like("%" + std::string(5000, 'a') + "b%").matches(text));
}

TEST(StringSearch, FindsWhatTheStandardLibraryFinds) {
  Random random(13);
  const std::pair<SimdLevel, const StringKernels*> variants[] = {
      {SimdLevel::kScalar, &scalar::kStringKernels},
      {SimdLevel::kAvx2, &avx2::kStringKernels},
      {SimdLevel::kAvx512, &avx512::kStringKernels}};
  for (int i = 0; i < 20000; ++i) {
    const std::string made = pick(random, {"a", "b", "ab", "aaaaaaaa", "\x80", "Q"}, 40);
    const std::string needle = "a" + pick(random, {"a", "b", "ab"}, random.below(3) == 0 ? 40 : 4);
    // A block of the exact size, so that the sanitizer sees an over-read.
    const auto block = std::make_unique<char[]>(made.size());
    made.copy(block.get(), made.size());
    const std::string_view text(block.get(), made.size());
    const size_t from = random.below(made.size() + 1);
    const size_t expected = made.find(needle, from);
    EXPECT_EQ(Needle(needle).find(text, from), expected);
    EXPECT_EQ(find_text(text, needle, from), expected);
    EXPECT_EQ(is_ascii(text), made.find('\x80') == std::string::npos);
    const char* const end = text.data() + text.size();
    const size_t probe = random.below(needle.size());
    for (const auto& [level, kernels] : variants) {
      if (!cpu_has(level)) continue;
      const char* found =
          kernels->find(text.data() + from, end, needle.data(), needle.size(), probe / 2, probe);
      ASSERT_EQ(found, expected == std::string::npos ? nullptr : text.data() + expected)
          << name_of(level) << ' ' << made << ' ' << needle;
      std::vector<unsigned> places(made.size() + 1);
      const size_t capacity = random.below(made.size() + 2);
      const size_t count = kernels->find_all(text.data(), end, 'b', places.data(), capacity);
      size_t at = 0;
      for (size_t k = 0; k < count; ++k) {
        at = made.find('b', k == 0 ? 0 : at + 1);
        ASSERT_EQ(places[k], at);
      }
      const auto all = static_cast<size_t>(std::count(made.begin(), made.end(), 'b'));
      ASSERT_EQ(count, std::min(all, capacity));
      const size_t either = std::min(made.find_first_of("b\x80", from), made.size());
      ASSERT_EQ(kernels->find_either(text.data() + from, end, 'b', '\x80'), text.data() + either);
      std::string lowered(made.size(), '?');
      kernels->lower_ascii(text.data(), end, lowered.data());
      for (size_t k = 0; k < made.size(); ++k) {
        ASSERT_EQ(lowered[k], made[k] == 'Q' ? 'q' : made[k]);
      }
      const size_t beyond = std::min(made.find('\x80', from), made.size());
      ASSERT_EQ(kernels->find_non_ascii(text.data() + from, end), text.data() + beyond);
    }
  }
  EXPECT_EQ(find_text("abc", "", 3), 3u);
  EXPECT_EQ(find_text("abc", "", 4), std::string_view::npos);
  EXPECT_TRUE(contains("abc", "c") && starts_with("abc", "ab") && ends_with("abc", "bc"));
}

TEST(StringSearch, EveryLevelLowersEveryByteAlike) {
  Random random(14);
  for (int i = 0; i < 500; ++i) {
    std::string text(random.below(200), '\0');
    for (char& byte : text) byte = static_cast<char>(random.below(256));
    std::string expected(text.size(), '?');
    scalar::kStringKernels.lower_ascii(text.data(), text.data() + text.size(), expected.data());
    for (const auto& [level, kernels] : {std::pair(SimdLevel::kAvx2, &avx2::kStringKernels),
                                         std::pair(SimdLevel::kAvx512, &avx512::kStringKernels)}) {
      if (!cpu_has(level)) continue;
      std::string lowered(text.size(), '?');
      kernels->lower_ascii(text.data(), text.data() + text.size(), lowered.data());
      ASSERT_EQ(lowered, expected) << name_of(level);
    }
  }
}

TEST(StringSearch, KnowsWellFormedUtf8) {
  const std::string padding(100, 'x');
  for (const char* good :
       {"", "a", "é", "€", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(padding + good + "z")) << good;
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xFF", "\xC3\xA9\x80"}) {
    EXPECT_FALSE(is_utf8(padding + bad)) << bad;
    EXPECT_FALSE(is_utf8(padding + bad + "z")) << bad;
  }
}

}  // namespace
}  // namespace doline
