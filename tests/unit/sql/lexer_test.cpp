#include "sql/lexer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace doline::sql {
namespace {

/// "word:select integer:1": kind and text of each token, `?` behind what the text ends in.
std::string shown(std::string_view text) {
  static constexpr std::string_view kNames[] = {
      "end",   "word",      "quoted",   "string",   "blob",        "integer", "decimal",
      "float", "parameter", "position", "operator", "punctuation", "comment", "invalid"};
  std::string out;
  for (const Token& token : tokenize(text)) {
    if (token.kind == TokenKind::kEnd) return out;
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<size_t>(token.kind)];
    out += ':';
    out += token.in(text);
    if (token.unfinished) out += '?';
  }
  return out;
}

TEST(Lexer, FindsTokens) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {" \t\r\n\v\f", ""},
      {"select 1", "word:select integer:1"},
      {"1_000 0xFF 0b101 0o17 1.5 .5 5. 1e5 1.5E-3 1__0",
       "integer:1_000 integer:0xFF integer:0b101 integer:0o17 decimal:1.5 decimal:.5 decimal:5. "
       "float:1e5 float:1.5E-3 invalid:1__0"},
      {"1abc 0x 0b2 1e", "invalid:1abc invalid:0x invalid:0b2 invalid:1e"},
      {"a.b t.1", "word:a punctuation:. word:b word:t decimal:.1"},
      {"'it''s' e'a\\'b' E'\\\\' $$a'b$$ $x$a$$b$x$",
       "string:'it''s' string:e'a\\'b' string:E'\\\\' string:$$a'b$$ string:$x$a$$b$x$"},
      {"'a'\n'b' 'c'", "string:'a'\n'b' string:'c'"},
      {"x'00fF' X''", "blob:x'00fF' blob:X''"},
      {"\"a b\" \"a\"\"b\"", "quoted:\"a b\" quoted:\"a\"\"b\""},
      {"? ?2 $1 $name $1a",
       "parameter:? parameter:?2 parameter:$1 parameter:$name parameter:$1 word:a"},
      {"#1 #", "position:#1 invalid:#"},
      {"a->>'x'", "word:a operator:->> string:'x'"},
      {"a->-1", "word:a operator:-> operator:- integer:1"},
      {"1<>-1 2*-3 !~~* <=>",
       "integer:1 operator:<> operator:- integer:1 integer:2 operator:* "
       "operator:- integer:3 operator:!~~* operator:<=>"},
      {"x::int := [1:2]",
       "word:x punctuation::: word:int punctuation::= punctuation:[ integer:1 "
       "punctuation:: integer:2 punctuation:]"},
      {"1 -- one\n2", "integer:1 comment:-- one integer:2"},
      {"/* a /* b */ c */ 1", "comment:/* a /* b */ c */ integer:1"},
      {"'open", "string:'open?"},
      {"\"open", "quoted:\"open?"},
      {"/* open /* */", "comment:/* open /* */?"},
      {"$a$ open $", "string:$a$ open $?"},
      {"x'0", "blob:x'0?"},
      {"e'a\\'", "string:e'a\\'?"},
      {"größe ☃", "word:größe word:☃"},
      {"a\xC2\xA0"
       "b\xE2\x80\x83"
       "c",
       "word:a word:b word:c"},
      {"a\xFF", "word:a invalid:\xFF"},
      {"\x01", "invalid:\x01"},
      {std::string_view("a\0b", 3), std::string_view("word:a invalid:\0 word:b", 23)},
      {"`a`", "invalid:` word:a invalid:`"},
  };
  for (const auto& [text, tokens] : cases) EXPECT_EQ(shown(text), tokens) << text;
}

TEST(Lexer, KnowsKeywords) {
  const auto tokens = tokenize("SELECT lImIt foo \"select\"");
  EXPECT_EQ(tokens[0].keyword, Keyword::kSelect);
  EXPECT_EQ(tokens[1].keyword, Keyword::kLimit);
  EXPECT_EQ(tokens[2].keyword, Keyword::kNoKeyword);
  EXPECT_EQ(tokens[3].keyword, Keyword::kNoKeyword);
  EXPECT_EQ(category_of(Keyword::kSelect), KeywordCategory::kReserved);
  EXPECT_EQ(category_of(Keyword::kYear), KeywordCategory::kUnreserved);
  EXPECT_EQ(category_of(Keyword::kLeft), KeywordCategory::kFunction);
  EXPECT_EQ(category_of(Keyword::kSubstring), KeywordCategory::kColumnName);
  for (const std::string& word : keywords()) EXPECT_NE(find_keyword(word), Keyword::kNoKeyword);
  EXPECT_EQ(find_keyword("selec"), Keyword::kNoKeyword);
  EXPECT_EQ(find_keyword(""), Keyword::kNoKeyword);
  EXPECT_EQ(find_keyword(std::string(5000, 'a')), Keyword::kNoKeyword);
  EXPECT_TRUE(is_value_function("Current_Date"));
  EXPECT_FALSE(is_value_function("now"));
}

TEST(Lexer, CoversEveryByteOfAnyText) {
  Random random(7);
  const std::string_view alphabet = "'\"$-/*ex0.1_#?;:\\\n \xC3\xA4\xE2\xFF(=>~a";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (uint64_t i = random.below(40); i > 0; --i) text += alphabet[random.below(alphabet.size())];
    const auto tokens = tokenize(text);
    uint32_t end = 0;
    for (const Token& token : tokens) {
      ASSERT_GE(token.span.begin, end) << text;
      ASSERT_TRUE(token.kind == TokenKind::kEnd || token.span.end > token.span.begin) << text;
      end = token.span.end;
    }
    ASSERT_EQ(tokens.back().span.end, text.size());
    is_unfinished(text);
    for (const SourceSpan span : split_statements(text)) ASSERT_LE(span.end, text.size());
  }
}

TEST(Lexer, KnowsWhetherAStatementIsOpen) {
  const std::pair<std::string_view, bool> cases[] = {
      {"", false},
      {"  -- nothing\n", false},
      {"select 1", true},
      {"select 1;", false},
      {"select 1; -- done", false},
      {"select ';", true},
      {"select ';';", false},
      {"select 1; select", true},
      {"select 1 /* ;", true},
      {"select 1; /* open", true},
      {"select $$;", true},
      {"select \"a;", true},
  };
  for (const auto& [text, open] : cases) EXPECT_EQ(is_unfinished(text), open) << text;
}

TEST(Lexer, SplitsScripts) {
  const std::string_view text = ";; select ';' ; -- c;\n /* ; */ select 2 ;";
  std::vector<std::string> parts;
  for (const SourceSpan span : split_statements(text)) {
    parts.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"select ';'", "select 2"}));
}

TEST(Lexer, ReadsStringValues) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"''", ""},
      {"'it''s'", "it's"},
      {"''''", "'"},
      {"'a\\n'", "a\\n"},
      {"'a'\n  'b''c'", "ab'c"},
      {"e'a\\n\\t\\\\\\'b'", "a\n\t\\'b"},
      {"e'\\x41\\101\\u00e4\\U0001F600\\q'", "AA\xC3\xA4\xF0\x9F\x98\x80q"},
      {"e'\\xC3\\xA4'", "\xC3\xA4"},
      {"$$a\\n'b'$$", "a\\n'b'"},
      {"$t$ a $$ b $t$", " a $$ b "},
  };
  for (const auto& [text, value] : cases) {
    EXPECT_EQ(string_value(text, tokenize(text)[0]), value) << text;
  }
  for (const std::string_view bad :
       {"e'\\xFF'", "e'\\u12'", "e'\\uD800'", "e'\\U00110000'", "'a"}) {
    EXPECT_THROW(string_value(bad, tokenize(bad)[0]), Error) << bad;
  }
}

TEST(Lexer, ChecksUtf8) {
  EXPECT_EQ(find_invalid_utf8("aä€😀"), std::string_view::npos);
  for (const std::string_view bad :
       {"a\x80", "a\xC3", "a\xC0\xAF", "a\xE0\x80\x80", "a\xED\xA0\x80", "a\xF5\x80\x80\x80",
        "a\xF4\x90\x80\x80", "a\xF0\x80\x80\x80", "a\xE2\x82"}) {
    EXPECT_EQ(find_invalid_utf8(bad), 1u);
  }
}

}  // namespace
}  // namespace doline::sql
