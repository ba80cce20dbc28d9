#include "shell/screen.h"

#include <gtest/gtest.h>

namespace doline::shell {

namespace {

const Palette kPlain(false);
const Prompts kPrompts{"> ", ". "};

Drawing drawn(std::string text, size_t columns) {
  const size_t cursor = text.find('|');
  text.erase(cursor, 1);
  return lay_out(text, cursor, {}, kPrompts, columns, kPlain);
}

std::string rows_of(const Drawing& drawing) {
  std::string out;
  for (const auto& row : drawing.rows) out += row.text + "\n";
  return out;
}

TEST(Screen, LinesHavePromptsAndAreBrokenAtTheEdge) {
  const Drawing drawing = drawn("0123456789abc|\nx", 12);
  EXPECT_EQ(rows_of(drawing), "> 0123456789\nabc\n. x\n");
  EXPECT_EQ(drawing.cursor_row, 1U);
  EXPECT_EQ(drawing.cursor_column, 3U);
}

TEST(Screen, ACursorBehindAFullRowBeginsTheNext) {
  const Drawing drawing = drawn("0123456789|", 12);
  EXPECT_EQ(rows_of(drawing), "> 0123456789\n\n");
  EXPECT_EQ(drawing.cursor_row, 1U);
  EXPECT_EQ(drawing.cursor_column, 0U);
}

TEST(Screen, WideCharactersAreNotCutInTwo) {
  const Drawing drawing = drawn("012345678漢|", 12);
  EXPECT_EQ(rows_of(drawing), "> 012345678\n漢\n");
  EXPECT_EQ(drawing.cursor_column, 2U);
}

TEST(Screen, NarrowTerminalsShowTheTextWithoutPrompts) {
  EXPECT_EQ(rows_of(drawn("select|", 4)), "sele\nct\n");
}

TEST(Screen, ControlCharactersDoNotReachTheTerminal) {
  const Drawing drawing = drawn("a\x1b[2J\tb|", 40);
  EXPECT_EQ(rows_of(drawing), "> a\\x1b[2J    b\n");
  EXPECT_EQ(drawing.cursor_column, drawing.rows[0].width);
}

TEST(Screen, ColoursTakeNoColumns) {
  const Palette coloured(true);
  const Drawing drawing = lay_out("select", 6, highlight("select"), kPrompts, 40, coloured);
  EXPECT_EQ(drawing.rows[0].width, 8U);
  EXPECT_NE(drawing.rows[0].text.find("\x1b[1;34mselect\x1b[0m"), std::string::npos);
}

}  // namespace

}  // namespace doline::shell
