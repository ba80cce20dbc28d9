#include "column/readable_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace doline {
namespace {

TEST(ReadableText, IsTheViewOfItsBytes) {
  for (const char behind : {'\0', 'x', '\xFF'}) {
    for (uint32_t size = 0; size < 40; ++size) {
      std::string bytes = std::string(
                              "\xC3\xA9"
                              "bcdefghijklmnopqrstuvwxyz0123456789abcdefgh")
                              .substr(0, size);
      bytes.append(StringView::kInlineBytes, behind);
      const StringView view = view_of_readable(bytes.data(), size);
      const StringView expected(bytes.data(), size);
      EXPECT_EQ(view.head(), expected.head()) << size;
      EXPECT_EQ(view.tail(), expected.tail()) << size;
    }
  }
}

TEST(ReadableText, IsReadNoFurtherThanItMayBe) {
  for (uint32_t size = 0; size <= StringView::kInlineBytes; ++size) {
    const std::unique_ptr<char[]> bytes(new char[StringView::kInlineBytes]);  // for sanitizers
    std::fill_n(bytes.get(), StringView::kInlineBytes, 'a');
    EXPECT_EQ(view_of_readable(bytes.get(), size).view(), std::string(size, 'a'));
  }
}

}  // namespace
}  // namespace doline
