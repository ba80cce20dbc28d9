#include "base/error.h"

#include <gtest/gtest.h>

namespace doline {
namespace {

TEST(Error, RendersTheLineWithCaretsNotesAndHint) {
  const std::string_view source = "SELECT 1;\nSELECT pric FROM orders";
  const Error error =
      Error(ErrorCode::kColumnNotFound, SourceSpan{17, 21}, "no column \"{}\" in orders", "pric")
          .note("orders has columns id, price, placed_at")
          .hint("did you mean \"price\"?");
  EXPECT_EQ(error.render(source),
            "error[column_not_found]: no column \"pric\" in orders\n"
            " 2 | SELECT pric FROM orders\n"
            "   |        ^^^^\n"
            " note: orders has columns id, price, placed_at\n"
            " hint: did you mean \"price\"?");
}

TEST(Error, CaretsCountCharactersNotBytes) {
  const std::string_view source = "SELECT 'ä', xyz";
  const Error error(ErrorCode::kColumnNotFound, SourceSpan{13, 16}, "no column");
  EXPECT_EQ(error.render(source),
            "error[column_not_found]: no column\n 1 | SELECT 'ä', xyz\n   |             ^^^");
}

TEST(Error, ALongLineIsShownAroundItsPlace) {
  const std::string before(300, 'a');
  const std::string after(300, 'b');
  const Error error(ErrorCode::kColumnNotFound, SourceSpan{300, 304}, "no column");
  EXPECT_EQ(error.render(before + "pric" + after),
            "error[column_not_found]: no column\n 1 | …" + std::string(50, 'a') + "pric" +
                std::string(66, 'b') + "…\n   |  " + std::string(50, ' ') + "^^^^");
  // Not within a character.
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  const std::string shown =
      Error(ErrorCode::kSyntax, SourceSpan{201, 202}, "x").render("x" + umlauts);
  EXPECT_EQ(shown.find("\n   | " + std::string(26, ' ') + "^"), shown.rfind('\n')) << shown;
}

TEST(Error, KeepsTheInnermostSpan) {
  Error error(ErrorCode::kBind, SourceSpan{3, 5}, "x");
  error.set_span_if_empty(SourceSpan{0, 9});
  EXPECT_EQ(error.span(), (SourceSpan{3, 5}));
}

TEST(NearestName, FindsTyposAndRefusesStrangers) {
  const std::vector<std::string> columns = {"id", "price", "placed_at"};
  EXPECT_EQ(nearest_name("pric", columns), "price");
  EXPECT_EQ(nearest_name("PRICE", columns), "price");
  EXPECT_EQ(nearest_name("customer", columns), "");
}

}  // namespace
}  // namespace doline
