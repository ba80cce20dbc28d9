#include "shell/line_buffer.h"

#include <gtest/gtest.h>

namespace doline::shell {

namespace {

/// A buffer of the text, the cursor where "|" stands.
LineBuffer buffer_of(std::string text) {
  const size_t cursor = text.find('|');
  text.erase(cursor, 1);
  LineBuffer buffer;
  buffer.insert(text);
  buffer.begin();
  while (buffer.cursor() < cursor) buffer.right();
  return buffer;
}

std::string shown(const LineBuffer& buffer) {
  std::string text = buffer.text();
  text.insert(buffer.cursor(), "|");
  return text;
}

using Edit = void (*)(LineBuffer&);
struct Case {
  const char* before;
  Edit edit;
  const char* after;
};

TEST(LineBuffer, EditsAsReadlineDoes) {
  const Case cases[] = {
      {"ab|c", [](LineBuffer& b) { b.insert("x"); }, "abx|c"},
      {"ab|c", [](LineBuffer& b) { b.erase_left(); }, "a|c"},
      {"ab|c", [](LineBuffer& b) { b.erase_right(); }, "ab|"},
      {"|abc", [](LineBuffer& b) { b.erase_left(); }, "|abc"},
      {"one two| three", [](LineBuffer& b) { b.word_left(); }, "one |two three"},
      {"one |two three", [](LineBuffer& b) { b.word_right(); }, "one two| three"},
      {"sum(a_b|)", [](LineBuffer& b) { b.word_left(); }, "sum(|a_b)"},
      {"one two| three", [](LineBuffer& b) { b.cut_word_left(); }, "one | three"},
      {"one a.b| three", [](LineBuffer& b) { b.cut_argument_left(); }, "one | three"},
      {"one| two three", [](LineBuffer& b) { b.cut_word_right(); }, "one| three"},
      {"a\nbc|d\ne", [](LineBuffer& b) { b.line_begin(); }, "a\n|bcd\ne"},
      {"a\nbc|d\ne", [](LineBuffer& b) { b.line_end(); }, "a\nbcd|\ne"},
      {"a\nbc|d\ne", [](LineBuffer& b) { b.cut_to_line_end(); }, "a\nbc|\ne"},
      {"a\nbc|\ne", [](LineBuffer& b) { b.cut_to_line_end(); }, "a\nbc|e"},
      {"a\nbc|d\ne", [](LineBuffer& b) { b.cut_to_line_begin(); }, "a\n|d\ne"},
      {"ab|c", [](LineBuffer& b) { b.transpose(); }, "acb|"},
      {"abc|", [](LineBuffer& b) { b.transpose(); }, "acb|"},
      {"|one two", [](LineBuffer& b) { b.change_word_case(LineBuffer::Case::kUpper); }, "ONE| two"},
      {"one| tWO", [](LineBuffer& b) { b.change_word_case(LineBuffer::Case::kCapital); },
       "one Two|"},
      {"abc\nde|f", [](LineBuffer& b) { b.up(); }, "ab|c\ndef"},
      {"a\ndef|", [](LineBuffer& b) { b.up(); }, "a|\ndef"},
      {"ab|c\nd\nef", [](LineBuffer& b) { b.down(); }, "abc\nd|\nef"},
  };
  for (const Case& one : cases) {
    LineBuffer buffer = buffer_of(one.before);
    one.edit(buffer);
    EXPECT_EQ(shown(buffer), one.after) << one.before;
  }
}

TEST(LineBuffer, CharactersAreWhatPeopleSee) {
  const std::string family = "\U0001F468‍\U0001F469‍\U0001F467";
  for (const std::string& character :
       {std::string("e\u0301"), std::string("漢"), family, std::string("\U0001F1E9\U0001F1EA")}) {
    LineBuffer buffer;
    buffer.insert("a" + character + "b");
    buffer.left();
    EXPECT_EQ(buffer.cursor(), 1 + character.size());
    buffer.left();
    EXPECT_EQ(buffer.cursor(), 1U);
    buffer.right();
    buffer.erase_left();
    EXPECT_EQ(shown(buffer), "a|b");
  }
}

TEST(LineBuffer, UpAndDownKeepTheDisplayColumn) {
  LineBuffer buffer = buffer_of("漢字x\nabcd|e");
  buffer.up();
  EXPECT_EQ(shown(buffer), "漢字|x\nabcde");
}

TEST(LineBuffer, BytesThatAreNoTextCanBeEdited) {
  LineBuffer buffer;
  buffer.insert(
      "a\xff\xfe"
      "b");
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(buffer.erase_left());
  EXPECT_FALSE(buffer.erase_left());
  EXPECT_TRUE(buffer.empty());
}

TEST(LineBuffer, CutsInARowComeBackTogether) {
  LineBuffer buffer = buffer_of("one two three|");
  buffer.cut_word_left();
  buffer.cut_word_left();
  EXPECT_EQ(shown(buffer), "one |");
  buffer.paste();
  EXPECT_EQ(shown(buffer), "one two three|");
  buffer.line_begin();
  buffer.cut_word_right();  // a cut of its own: the cursor moved
  buffer.end();
  buffer.paste();
  EXPECT_EQ(shown(buffer), " two threeone|");
}

TEST(LineBuffer, UndoTakesTypingBackAtOnceAndEditsOneByOne) {
  LineBuffer buffer;
  for (const char* letter : {"a", "b", "c"}) buffer.insert(letter);
  buffer.cut_to_line_begin();
  buffer.insert("x");
  EXPECT_TRUE(buffer.undo());
  EXPECT_EQ(shown(buffer), "|");
  EXPECT_TRUE(buffer.undo());
  EXPECT_EQ(shown(buffer), "abc|");
  EXPECT_TRUE(buffer.undo());
  EXPECT_EQ(shown(buffer), "|");
  EXPECT_FALSE(buffer.undo());
}

}  // namespace

}  // namespace doline::shell
