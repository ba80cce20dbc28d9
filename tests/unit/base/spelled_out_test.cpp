#include "base/spelled_out.h"

#include <gtest/gtest.h>

namespace doline {

namespace {

TEST(SpelledOut, ControlsAndBrokenBytesAre) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"é漢😀", "é漢😀"},
      {"a\nb\tc\x1b[0m\x7f", "a\\nb\\tc\\x1b[0m\\x7f"},
      {"\u009b"
       "2J",
       "\\u009b2J"},
      {"\xff\xc3", "\\xff\\xc3"},
      {"\xc3(", "\\xc3("},
      {"\xe6\xbc", "\\xe6\\xbc"},
      // Overlong, a surrogate, beyond the last character.
      {"\xc0\x80", "\\xc0\\x80"},
      {"\xe0\x80\x80", "\\xe0\\x80\\x80"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(spelled_out(text), shown);
  EXPECT_EQ(spelled_out(std::string_view("a\0b", 3)), "a\\x00b");
}

}  // namespace

}  // namespace doline
