#include "shell/display.h"

#include <gtest/gtest.h>

#include "shell/progress_bar.h"

namespace doline::shell {

namespace {

TEST(Display, WidthsAreTheTerminals) {
  const std::pair<const char*, size_t> cases[] = {
      {"", 0}, {"abc", 3}, {"é", 1}, {"e\u0301", 1}, {"漢字", 4}, {"😀", 2}, {"\xff", 1}};
  for (const auto& [text, width] : cases) EXPECT_EQ(display_width(text), width) << text;
}

TEST(Display, CutsBetweenCharacters) {
  EXPECT_EQ(cut_to_width("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_width("abcdefg", 6), "abcde…");
  EXPECT_EQ(cut_to_width("漢字漢字", 6), "漢字…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
  EXPECT_EQ(padded("ab", 5, Alignment::kCentre), " ab  ");
}

TEST(Display, WrapsBetweenWords) {
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("one two three", 80, 2), "one two three");
  EXPECT_EQ(wrapped("alongword b", 4, 0), "alongword\nb");
  EXPECT_EQ(wrapped("", 4, 0), "");
}

TEST(Progress, TheLineSaysWhatThereIsRoomFor) {
  QueryProgress progress;
  progress.rows_read = 3'800'000;
  progress.elapsed_seconds = 2;
  progress.memory_bytes = uint64_t{212} << 20;
  progress.memory_limit = uint64_t{256} << 20;
  progress.spilled_bytes = uint64_t{410} << 20;
  EXPECT_EQ(progress_line(progress, 0.64, 200),
            "████████████▊         64 %  1.9 M rows/s  212/256 MiB  spill 410 MiB  2 s left");
  EXPECT_EQ(progress_line(progress, 0.64, 45), "████████████▊         64 %  1.9 M rows/s");
  EXPECT_EQ(progress_line(progress, 0.64, 10), "");
  progress.memory_limit = uint64_t{19} << 30;
  progress.spilled_bytes = 0;
  EXPECT_EQ(progress_line(progress, 1, 200),
            "████████████████████ 100 %  1.9 M rows/s  0.2/19.0 GiB  0 s left");
}

TEST(Progress, CountsAreShort) {
  EXPECT_EQ(short_count(840), "840");
  EXPECT_EQ(short_count(12'400), "12 k");
  EXPECT_EQ(short_count(1'940'000), "1.9 M");
  EXPECT_EQ(short_count(2.5e9), "2.5 G");
}

}  // namespace

}  // namespace doline::shell
