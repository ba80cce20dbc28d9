#include "shell/keys.h"

#include <gtest/gtest.h>

#include <vector>

namespace doline::shell {

namespace {

/// All keys of the bytes, given piece by piece.
std::vector<Key> keys_of(const std::vector<std::string>& pieces) {
  KeyDecoder decoder;
  std::vector<Key> keys;
  for (const std::string& piece : pieces) {
    decoder.feed(piece);
    while (auto key = decoder.next(false)) keys.push_back(*key);
  }
  while (auto key = decoder.next(true)) keys.push_back(*key);
  return keys;
}

TEST(Keys, AreToldByTheBytesThatTerminalsSend) {
  const std::pair<std::string, KeyCode> cases[] = {{"\r", KeyCode::kEnter},
                                                   {"\t", KeyCode::kTab},
                                                   {"\x7f", KeyCode::kBackspace},
                                                   {"\x08", KeyCode::kBackspace},
                                                   {"\x1b[A", KeyCode::kUp},
                                                   {"\x1bOA", KeyCode::kUp},
                                                   {"\x1b[B", KeyCode::kDown},
                                                   {"\x1b[C", KeyCode::kRight},
                                                   {"\x1b[D", KeyCode::kLeft},
                                                   {"\x1b[1;5C", KeyCode::kWordRight},
                                                   {"\x1b[1;3D", KeyCode::kWordLeft},
                                                   {"\x1b[1;2C", KeyCode::kRight},
                                                   {"\x1b[H", KeyCode::kHome},
                                                   {"\x1bOF", KeyCode::kEnd},
                                                   {"\x1b[1~", KeyCode::kHome},
                                                   {"\x1b[4~", KeyCode::kEnd},
                                                   {"\x1b[7~", KeyCode::kHome},
                                                   {"\x1b[3~", KeyCode::kDelete},
                                                   {"\x1b[5~", KeyCode::kPageUp},
                                                   {"\x1b[6~", KeyCode::kPageDown},
                                                   {"\x1b[Z", KeyCode::kBackTab},
                                                   {"\x1b\r", KeyCode::kMetaEnter},
                                                   {"\x1b\x7f", KeyCode::kMetaBackspace},
                                                   {"\x1b", KeyCode::kEscape},
                                                   {"\x1b[99~", KeyCode::kUnknown},
                                                   {"\x1b[?1;2c", KeyCode::kUnknown},
                                                   {"\xff", KeyCode::kUnknown}};
  for (const auto& [bytes, code] : cases) {
    const auto keys = keys_of({bytes});
    ASSERT_EQ(keys.size(), 1U) << testing::PrintToString(bytes);
    EXPECT_EQ(keys[0].code, code) << testing::PrintToString(bytes);
  }
}

TEST(Keys, ControlAndMetaCarryTheirLetter) {
  const auto keys =
      keys_of({"\x01\x12\x1b"
               "f"});
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].code, KeyCode::kControl);
  EXPECT_EQ(keys[0].text, "a");
  EXPECT_EQ(keys[1].text, "r");
  EXPECT_EQ(keys[2].code, KeyCode::kMeta);
  EXPECT_EQ(keys[2].text, "f");
}

TEST(Keys, ComeWholeWhereverTheirBytesAreCut) {
  const std::string bytes = "aé漢😀\x1b[1;5D\x1b[200~one\r\ntwo\x1b[A\x1b[201~z";
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    std::string text, pasted;
    size_t jumps = 0;
    for (const Key& key : keys_of({bytes.substr(0, cut), bytes.substr(cut)})) {
      if (key.code == KeyCode::kText) text += key.text;
      if (key.code == KeyCode::kPaste) pasted += key.text;
      if (key.code == KeyCode::kWordLeft) ++jumps;
    }
    EXPECT_EQ(text, "aé漢😀z") << cut;
    EXPECT_EQ(pasted, "one\ntwo\x1b[A") << cut;
    EXPECT_EQ(jumps, 1U) << cut;
  }
}

TEST(Keys, AnyBytesEndInKeys) {
  uint32_t random = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) {
      random = random * 1664525 + 1013904223;
      const char choices[] = {'\x1b', '[',    'O',    ';',  '5',    '~',
                              'a',    '\xc3', '\xa9', '\r', '\xf0', '?'};
      bytes += choices[(random >> 16) % sizeof choices];
    }
    KeyDecoder decoder;
    decoder.feed(bytes);
    while (decoder.next(true)) {
    }
    EXPECT_FALSE(decoder.has_pending()) << testing::PrintToString(bytes);
  }
}

}  // namespace

}  // namespace doline::shell
