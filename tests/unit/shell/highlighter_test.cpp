#include "shell/highlighter.h"

#include <gtest/gtest.h>

namespace doline::shell {

namespace {

/// "[select] {sum}(x)": keywords in square brackets, functions in braces, the rest by letters.
std::string marked(const std::string& text) {
  std::string out;
  size_t at = 0;
  for (const StyledSpan& span : highlight(text)) {
    out += text.substr(at, span.begin - at);
    const char* marks = "??";
    switch (span.style) {
      case Style::kKeyword:
        marks = "[]";
        break;
      case Style::kFunction:
        marks = "{}";
        break;
      case Style::kString:
        marks = "<>";
        break;
      case Style::kNumber:
        marks = "##";
        break;
      case Style::kComment:
        marks = "%%";
        break;
      case Style::kError:
        marks = "!!";
        break;
      default:
        break;
    }
    out += marks[0] + text.substr(span.begin, span.end - span.begin) + marks[1];
    at = span.end;
  }
  return out + text.substr(at);
}

TEST(Highlighter, TellsKeywordsFromNames) {
  EXPECT_EQ(marked("select sum(price), name from orders"),
            "[select] {sum}(price), name [from] orders");
  EXPECT_EQ(marked("select t.order, 'it''s', 1.5, $1 -- why"),
            "[select] t.order, <'it''s'>, #1.5#, #$1# %-- why%");
  EXPECT_EQ(marked("show tables; SET threads = 2"), "[show] tables; [SET] threads = #2#");
  EXPECT_EQ(marked("select name FROM t ORDER BY year"), "[select] name [FROM] t [ORDER] [BY] year");
  EXPECT_EQ(marked("select nosuch(1)"), "[select] nosuch(#1#)");
}

TEST(Highlighter, WhatIsNotFinishedIsShownAsItBegins) {
  EXPECT_EQ(marked("select 'abc"), "[select] <'abc>");
  EXPECT_EQ(marked("select /* abc"), "[select] %/* abc%");
  EXPECT_EQ(marked("select 1abc"), "[select] !1abc!");
}

TEST(Highlighter, DotCommandsAreNotSql) {
  EXPECT_EQ(marked(".read select.sql"), "[.read] select.sql");
}

}  // namespace

}  // namespace doline::shell
