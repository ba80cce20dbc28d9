// What SQL cannot reach of the JSON reader: tokens, cuts at every byte, and the window's edges.
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "column/text_format.h"
#include "format/json/record_decoder.h"
#include "format/json/sniffer.h"
#include "format/json/value_cutter.h"

namespace doline {
namespace {

BufferRef block_of(std::string_view bytes) {
  BufferRef block = Buffer::allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(block->data(), bytes.data(), bytes.size());
  return block;
}

/// The values that a cutter finds in a file of blocks of that size.
std::vector<std::string> values_of(JsonFormat format, std::string_view file, size_t block_bytes) {
  JsonOptions options;
  JsonCutter cutter(format, options, "file");
  std::vector<JsonPiece> pieces;
  for (size_t at = 0; at < file.size(); at += block_bytes)
    cutter.feed(block_of(file.substr(at, block_bytes)), pieces);
  cutter.finish(pieces);
  std::vector<std::string> values;
  for (const JsonPiece& piece : pieces) {
    if (piece.by_lines) values.emplace_back(piece.text);
    for (const JsonPiece::Span span : piece.values) {
      EXPECT_EQ(file.substr(piece.byte + span.begin, span.end - span.begin),
                piece.text.substr(span.begin, span.end - span.begin));
      values.emplace_back(piece.text.substr(span.begin, span.end - span.begin));
    }
  }
  return values;
}

TEST(JsonCutter, FindsTheSameValuesWhereverBlocksEnd) {
  const std::string_view array = "\n[ {\"a\": \"]\\\"}\"}, [1, [2]],3 , \"x,\\\\\",null,{}\n]\n";
  const std::string_view loose = " {\"a\": \"]\\\"}\"}[1, [2]]3 \"x,\\\\\"null\n{}true";
  const std::vector<std::string> in_array = {"{\"a\": \"]\\\"}\"}", "[1, [2]]", "3",
                                             "\"x,\\\\\"",          "null",     "{}"};
  std::vector<std::string> in_loose = in_array;
  in_loose.push_back("true");
  for (size_t block = 1; block < 60; ++block) {
    EXPECT_EQ(values_of(JsonFormat::kArray, array, block), in_array) << block;
    EXPECT_EQ(values_of(JsonFormat::kUnstructured, loose, block), in_loose) << block;
  }
}

// Symptom: a byte order mark that came in two blocks of a pipe was read as a value.
TEST(JsonCutter, KnowsAByteOrderMarkWhereverBlocksEnd) {
  const std::vector<std::string> one = {"1"};
  for (size_t block = 1; block < 6; ++block) {
    EXPECT_EQ(values_of(JsonFormat::kUnstructured, "\xEF\xBB\xBF 1", block), one) << block;
    EXPECT_EQ(values_of(JsonFormat::kLines,
                        "\xEF\xBB\xBF"
                        "1",
                        block),
              one)
        << block;
    const std::vector<std::string> half = {"\xEF\xBB"};
    EXPECT_EQ(values_of(JsonFormat::kUnstructured, "\xEF\xBB 1", block).front(), half.front());
    EXPECT_EQ(values_of(JsonFormat::kLines, "\xEF\xBB", block), half) << block;
  }
}

TEST(JsonCutter, GivesAllBytesOfLines) {
  const std::string_view file = "{\"a\":1}\n\n{\"b\":\"\\n\"}\r\n3";
  for (size_t block = 1; block < 30; ++block) {
    std::string all;
    for (const std::string& piece : values_of(JsonFormat::kLines, file, block)) all += piece;
    EXPECT_EQ(all, file);
  }
}

TEST(JsonFormatDetection, GoesByTheFirstLine) {
  const std::pair<std::string_view, JsonFormat> cases[] = {
      {"", JsonFormat::kLines},
      {"{\"a\":1}\n{\"a\":2}\n", JsonFormat::kLines},
      {"\xEF\xBB\xBF\n {\"a\":1}\n", JsonFormat::kLines},
      {"{\"a\":1}", JsonFormat::kUnstructured},
      {"{\n\"a\":1}\n", JsonFormat::kUnstructured},
      {"[1,2]", JsonFormat::kArray},
      {"[1,2]\n", JsonFormat::kArray},
      {"[1,2]\n[3]\n", JsonFormat::kLines},
      {"[\n1]\n[2]", JsonFormat::kUnstructured},
      {"[\n1,\n", JsonFormat::kArray},
  };
  for (const auto& [text, format] : cases)
    EXPECT_EQ(detect_json_format(text, true), format) << text;
  EXPECT_EQ(detect_json_format("[1,2]\n[3", false), JsonFormat::kLines);
}

TEST(JsonCursor, SkipsJustWhatIsJson) {
  const std::string good[] = {"{}",        "[]",
                              "[[],{}]",   "{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\n\"}",
                              "-0.5e+3",   "true",
                              "\"\"",      "NaN",
                              "-Infinity", std::string(999, '[') + std::string(999, ']')};
  const std::string bad[] = {
      "{",          "[1,]",      "{\"a\"}",
      "{\"a\":1,}", "{1:2}",     "[1 2]",
      "01",         "1.",        ".5",
      "+1",         "-",         "1e",
      "tru",        "\"\\x\"",   "\"\\u12\"",
      "[1}",        "{\"a\":1]", "nul",
      "1x",         "\"a\"b",    std::string(1001, '[') + std::string(1001, ']')};
  JsonCursor cursor;
  const auto is_value = [&](const std::string& text) {
    const BufferRef block = block_of(text + std::string(1, '\0'));
    std::string_view value;
    return cursor.index({block->as<char>(), text.size()}) && !cursor.at_end() &&
           cursor.skip(value) && cursor.at_end() && value == text;
  };
  for (const std::string& text : good) EXPECT_TRUE(is_value(text)) << text.substr(0, 40);
  for (const std::string& text : bad) EXPECT_FALSE(is_value(text)) << text.substr(0, 40);
}

TEST(JsonCursor, NumbersAreTheNearestDoubles) {
  JsonCursor cursor;
  for (const char* text : {"0.1", "123456789012345678", "9007199254740993", "1e22", "1e23",
                           "4.9e-324", "1.7976931348623157e308", "0.000001", "-12.5e-7",
                           "18446744073709551615", "123456789.123456789e10"}) {
    const BufferRef block = block_of(std::string(text) + '\0');
    JsonNumber number;
    ASSERT_TRUE(cursor.index({block->as<char>(), std::strlen(text)}));
    ASSERT_TRUE(cursor.take_number(number)) << text;
    EXPECT_EQ(double_of(number), std::strtod(text, nullptr)) << text;
  }
}

TEST(RecordDecoder, ADamagedLineSpoilsNoOther) {
  // More lines than a window holds; each hundredth has a quote too many, which upsets the tokens of
  // all behind it.
  std::string file;
  uint64_t good = 0;
  for (int i = 0; i < 5000; ++i) {
    const bool damaged = i % 100 == 50;
    file += "{\"id\":" + std::to_string(i) + ",\"text\":\"" +
            std::string(static_cast<size_t>(i % 60), 'x') + (damaged ? "\"\"}\n" : "\"}\n");
    good += !damaged;
  }
  JsonOptions options;
  JsonLayout layout;
  layout.fields = {{"id", Type::int64(), true, {}}, {"text", Type::varchar(), true, {}}};
  RecordDecoder decoder(options, layout, nullptr);
  const BufferRef block = block_of(file);
  JsonPiece piece;
  piece.text = {block->as<char>(), file.size()};
  piece.pin = block;
  decoder.begin(piece);
  uint64_t found = 0;
  uint64_t failed = 0;
  for (uint32_t rows; decoder.next(kChunkRows, rows);) {
    const Column ids = decoder.column(0);
    const Column texts = decoder.column(1);
    for (uint32_t row = 0; row < rows; ++row) {
      EXPECT_EQ(texts.text(row).size(), static_cast<size_t>(ids.value<int64_t>(row) % 60));
    }
    found += rows;
    failed += decoder.failures().size();
  }
  EXPECT_EQ(found, good);
  EXPECT_EQ(failed, 50u);
}

TEST(JsonTypes, WidenToWhatHoldsBoth) {
  const TypeRef a = Type::structure({{"x", Type::int64()}, {"y", Type::date()}});
  const TypeRef b = Type::structure({{"y", Type::timestamp()}, {"z", Type::list(Type::null())}});
  EXPECT_EQ(wider_json_type(a, b),
            Type::structure(
                {{"x", Type::int64()}, {"y", Type::timestamp()}, {"z", Type::list(Type::null())}}));
  EXPECT_EQ(wider_json_type(Type::int64(), Type::float64()), Type::float64());
  EXPECT_EQ(wider_json_type(Type::int64(), Type::hugeint()), Type::hugeint());
  EXPECT_EQ(wider_json_type(Type::int64(), Type::varchar()), Type::json());
  EXPECT_EQ(wider_json_type(Type::time(), Type::uuid()), Type::varchar());
  EXPECT_EQ(wider_json_type(Type::list(Type::null()), Type::list(Type::boolean())),
            Type::list(Type::boolean()));
  EXPECT_EQ(wider_json_type(Type::map(Type::varchar(), Type::int64()), a),
            Type::map(Type::varchar(), Type::json()));
}

}  // namespace
}  // namespace doline
