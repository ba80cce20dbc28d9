#include "io/glob.h"

#include "io_testing.h"

namespace doline {
namespace {

TEST(Glob, MatchesOneSegment) {
  struct Case {
    std::string_view pattern;
    std::string_view name;
    bool matches;
  };
  const Case cases[] = {
      {"*", "a", true},         {"*", "", true},          {"*", ".hidden", false},
      {".*", ".hidden", true},  {"*.csv", "a.csv", true}, {"*.csv", "a.csv.gz", false},
      {"*.csv", ".csv", false}, {"a*b*c", "aXbYc", true}, {"a*b*c", "abcbc", true},
      {"a*b*c", "abcb", false}, {"?", "a", true},         {"?", "", false},
      {"?", "ä", true},         {"??", "ä", false},       {"??.csv", "1ä.csv", true},
      {"[abc]", "b", true},     {"[abc]", "d", false},    {"[a-c]x", "bx", true},
      {"[!a-c]", "d", true},    {"[^a-c]", "a", false},   {"[]]", "]", true},
      {"[!]]", "]", false},     {"[a-]", "-", true},      {"[\\]]", "]", true},
      {"[a", "[a", true},       {"[a", "a", false},       {"\\*", "*", true},
      {"\\*", "a", false},      {"a\\", "a\\", true},     {"", "", true},
      {"", "a", false},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(glob_matches(row.pattern, row.name), row.matches)
        << row.pattern << " against " << row.name;
  }
}

TEST(Glob, TakesBoundedTimeForHostilePatterns) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(20'000, 'a')));
}

TEST(Glob, ExpandsBraces) {
  using Strings = std::vector<std::string>;
  struct Case {
    std::string_view pattern;
    Strings expanded;
  };
  const Case cases[] = {
      {"a", {"a"}},
      {"{a,b}", {"a", "b"}},
      {"x{a,b}y{1,2}", {"xay1", "xay2", "xby1", "xby2"}},
      {"a{b,c{d,e}}f", {"abf", "acdf", "acef"}},
      {"{,a}b", {"b", "ab"}},
      {"{a}", {"{a}"}},
      {"{a,b", {"{a,b"}},
      {"{{a,b}", {"{a", "{b"}},
      {"{a}{b,c}", {"{a}b", "{a}c"}},
      {"\\{a,b}", {"\\{a,b}"}},
      {"a,b}", {"a,b}"}},
  };
  for (const auto& row : cases) EXPECT_EQ(expand_braces(row.pattern), row.expanded) << row.pattern;
}

TEST(Glob, RefusesBracesThatStandForTooMuch) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "{a,b}";
  expect_error(ErrorCode::kInvalidArgument, "braces", [&] { expand_braces(pattern); });
}

TEST(Glob, KnowsItsSigns) {
  EXPECT_FALSE(has_glob_signs("plain/path-1.csv"));
  EXPECT_FALSE(has_glob_signs("a\\*b"));
  for (const char* sign : {"*", "a?b", "[a]", "{a,b}", "\\\\*"}) EXPECT_TRUE(has_glob_signs(sign));
  EXPECT_EQ(without_escapes("a\\*b\\"), "a*b\\");
}

}  // namespace
}  // namespace doline
