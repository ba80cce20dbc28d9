#include "column/text_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "column/column_builder.h"
#include "column/number_format.h"

namespace doline {
namespace {

std::string text_of(const Value& value) { return value.to_string(); }

TEST(TextFormat, FloatsReadBackEqualAndShowAPoint) {
  const std::pair<double, const char*> doubles[] = {
      {1, "1.0"},
      {0.1, "0.1"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {1e20, "1e+20"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1.2345678901234568e20, "1.2345678901234568e+20"},
      {1234567890123456.8, "1234567890123456.8"},
      {5e-324, "5e-324"},
      {1.5e300, "1.5e+300"},
      {-0.0, "-0.0"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {std::nan(""), "nan"},
      {-std::nan(""), "nan"},
  };
  for (const auto& [value, expected] : doubles) EXPECT_EQ(text_of(Value::real(value)), expected);
  const std::pair<float, const char*> floats[] = {
      {0.1F, "0.1"},    {16777216.0F, "16777216.0"}, {1e10F, "10000000000.0"},
      {1e16F, "1e+16"}, {3.4e38F, "3.4e+38"},
  };
  for (const auto& [value, expected] : floats) {
    char buffer[kNumberTextBytes];
    EXPECT_EQ(std::string_view(buffer, format_float(buffer, value)), expected);
  }
}

TEST(TextFormat, IntegersAndDecimalsAtTheirEdges) {
  char buffer[kNumberTextBytes];
  const auto decimal = [&](int128_t value, int width, int scale) {
    return std::string(buffer, format_decimal(buffer, value, width, scale));
  };
  EXPECT_EQ(decimal(-150, 4, 2), "-1.50");
  EXPECT_EQ(decimal(5, 4, 2), "0.05");
  EXPECT_EQ(decimal(-5, 2, 2), "-.05");
  EXPECT_EQ(decimal(5, 3, 0), "5");
  EXPECT_EQ(decimal(0, 4, 2), "0.00");
  const int128_t nines =
      (int128_t{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000 * 100) - 1;
  EXPECT_EQ(decimal(-nines, 38, 38), "-.99999999999999999999999999999999999999");
  EXPECT_EQ(decimal(nines, 38, 1), "9999999999999999999999999999999999999.9");
  EXPECT_EQ(std::string(buffer, format_hugeint(buffer, kInt128Min)),
            "-170141183460469231731687303715884105728");
  EXPECT_EQ(std::string(buffer, format_hugeint(buffer, int128_t{1'000'000'000'000'000'000})),
            "1000000000000000000");
  EXPECT_EQ(std::string(buffer, format_integer(buffer, INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(std::string(buffer, format_unsigned(buffer, UINT64_MAX)), "18446744073709551615");
}

TEST(TextFormat, NestedValuesQuoteWhatCouldBeMisread) {
  const TypeRef text = Type::varchar();
  const auto list = [&](std::vector<std::string> values) {
    std::vector<Value> elements;
    for (auto& value : values) elements.push_back(Value::text(std::move(value)));
    return text_of(Value::nested(Type::list(text), std::move(elements)));
  };
  EXPECT_EQ(list({"a", "b, c", "", "null", "it's", " x", "x ", "a\\b", "a b", "é", "a;b", "nul"}),
            "[a, 'b, c', '', 'null', 'it\\'s', ' x', 'x ', 'a\\\\b', a b, é, a;b, nul]");
  for (const char c : std::string("\"'(),:=[]{}")) {
    EXPECT_TRUE(list({std::string(1, c)}).starts_with("['")) << c;
  }
  EXPECT_EQ(
      text_of(Value::nested(Type::list(Type::timestamp()), {Value::integer(Type::timestamp(), 0)})),
      "['1970-01-01 00:00:00']");
  EXPECT_EQ(text_of(Value::nested(Type::list(Type::date()), {Value::integer(Type::date(), 0)})),
            "[1970-01-01]");
  EXPECT_EQ(
      text_of(Value::nested(Type::list(Type::blob()), {Value(Type::blob(), std::string("\xAA"))})),
      "['\\\\xAA']");
  const TypeRef pair = Type::structure({{"a b", Type::int32()}, {"it's", text}});
  EXPECT_EQ(text_of(Value::nested(pair, {Value::integer(Type::int32(), 1), Value::null(text)})),
            "{'a b': 1, 'it\\'s': NULL}");
  const TypeRef row = Type::structure({{"", Type::int32()}, {"", text}});
  EXPECT_EQ(text_of(Value::nested(row, {Value::integer(Type::int32(), 1), Value::text("a")})),
            "(1, a)");
  const TypeRef map = Type::map(text, Type::int32());
  const Value entry =
      Value::nested(map->child(), {Value::text("x=y"), Value::integer(Type::int32(), 1)});
  EXPECT_EQ(text_of(Value::nested(map, {entry})), "{'x=y'=1}");
  EXPECT_EQ(text_of(Value::nested(map, {})), "{}");
}

TEST(TextFormat, OtherKinds) {
  EXPECT_EQ(text_of(Value(Type::blob(), std::string("a\"'\\~\x7F\xFF", 7))),
            "a\\x22\\x27\\x5C~\\x7F\\xFF");
  EXPECT_EQ(text_of(Value::integer(Type::uuid(), kInt128Min)),
            "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(text_of(Value::integer(Type::uuid(), kInt128Max)),
            "ffffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_EQ(text_of(Value::integer(Type::enumeration({"x", "y"}), 1)), "y");
  EXPECT_EQ(text_of(Value::boolean(true)), "true");
  EXPECT_EQ(text_of(Value::null(Type::int32())), "NULL");
}

TEST(TextFormat, EveryEncodingShowsTheSame) {
  ColumnBuilder builder(Type::varchar());
  builder.append_text("a longer text than fits in place");
  builder.append_text("b");
  BufferRef codes = Buffer::allocate_zeroed(3 * sizeof(uint32_t));
  codes->as<uint32_t>()[1] = 1;
  const Column dictionary = Column::dictionary(Type::varchar(), 3, codes,
                                               make_ref<const Dictionary>(builder.seal(), true));
  std::string text;
  append_text(text, dictionary, 1);
  append_text(text, dictionary, 2);
  append_text(text, Column::constant(dictionary.flatten(), 5), 4);
  EXPECT_EQ(text, "ba longer text than fits in placea longer text than fits in place");
}

}  // namespace
}  // namespace doline
