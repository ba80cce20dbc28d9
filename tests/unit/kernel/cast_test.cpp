#include "kernel/cast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "kernel/parse_number.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

/// What happened to each row.
class Recorder final : public CastFailures {
 public:
  explicit Recorder(bool wants_messages) : wants_messages_(wants_messages) {}
  void fail(uint32_t row, std::string message) override { messages[row] = std::move(message); }
  bool wants_messages() const override { return wants_messages_; }
  std::map<uint32_t, std::string> messages;

 private:
  const bool wants_messages_;
};

std::string text_of(const Column& column, uint32_t row) {
  std::string text;
  append_text(text, column, row);
  return text;
}

Column must_cast(const Column& column, TypeRef type) {
  Recorder recorder(true);
  Column result = cast(column, type, Selection::all(column.size()), nullptr, recorder);
  EXPECT_TRUE(recorder.messages.empty()) << recorder.messages.begin()->second;
  return result;
}

constexpr uint32_t kRows = 70;

/// The value as a column whose other rows are NULL or not active, cast in each layout.
std::string cast_text(TypeRef from, const std::string& text, TypeRef to) {
  Column constant = Value::text(text).to_column(kRows);
  if (from != Type::varchar()) constant = must_cast(constant, from);
  ColumnBuilder builder(from);
  for (uint32_t row = 0; row < kRows; ++row)
    row % 5 == 2 ? builder.append_null() : builder.append_from(constant, 0);
  const Column flat = builder.seal();
  std::string outcome;
  for (const Column& input : {flat, constant}) {
    for (const bool wants_messages : {true, false}) {
      for (const bool sparse : {false, true}) {
        BufferRef rows = Buffer::allocate(sizeof(uint16_t));
        rows->as<uint16_t>()[0] = 66;
        const Selection active = sparse ? Selection::of(rows, 1) : Selection::all(kRows);
        Recorder recorder(wants_messages);
        const Column result = cast(input, to, active, nullptr, recorder);
        EXPECT_EQ(result.type(), to);
        EXPECT_EQ(result.size(), kRows);
        std::string one = text_of(result, 66);
        if (wants_messages && !recorder.messages.empty()) {
          EXPECT_TRUE(result.is_null(active[0])) << "a failed row must be NULL";
          one = "error: " + recorder.messages.begin()->second;
        }
        if (outcome.empty()) outcome = one;
        if (wants_messages) {
          EXPECT_EQ(one, outcome) << from->name() << " " << text;
        } else if (outcome.starts_with("error") && !to->is_nested()) {
          EXPECT_TRUE(result.is_null(66)) << "TRY makes it NULL";
        }
        if (input.is_flat() && !sparse) {
          EXPECT_TRUE(result.is_null(2)) << "NULL stays NULL";
        }
      }
    }
  }
  return outcome;
}

struct CastCase {
  TypeRef from;
  std::string text;
  TypeRef to;
  std::string expected;
};

void check(const std::vector<CastCase>& cases) {
  for (const CastCase& c : cases) {
    EXPECT_EQ(cast_text(c.from, c.text, c.to), c.expected)
        << c.from->name() << " '" << c.text << "' -> " << c.to->name();
  }
}

const TypeRef kText = Type::varchar();

TEST(CastText, ToWholeNumbers) {
  const TypeRef integer = Type::int32();
  check({
      {kText, "1.5", integer, "2"},
      {kText, "-2.5", integer, "-3"},
      {kText, "1e3", integer, "1000"},
      {kText, "15e-1", integer, "2"},
      {kText, "1_000", integer, "1000"},
      {kText, " 12 ", integer, "12"},
      {kText, "+5", integer, "5"},
      {kText, ".5", integer, "1"},
      {kText, "1.", integer, "1"},
      {kText, "0x1F", integer, "31"},
      {kText, "0b11", integer, "3"},
      {kText, "0x1_F", integer, "31"},
      {kText, "0e1000", integer, "0"},
      {kText, "1e-50", integer, "0"},
      {kText, "000000000000000000000000000000000000000000000001", integer, "1"},
      {kText, "1.0000000000000000000000000000000000000000000000009", integer, "1"},
      {kText, "2147483647", integer, "2147483647"},
      {kText, "2147483648", integer, "error: cannot cast '2147483648' to INTEGER"},
      {kText, "-2147483648", integer, "-2147483648"},
      {kText, "", integer, "error: cannot cast '' to INTEGER"},
      {kText, "abc", integer, "error: cannot cast 'abc' to INTEGER"},
      {kText, "1__0", integer, "error: cannot cast '1__0' to INTEGER"},
      {kText, "1_", integer, "error: cannot cast '1_' to INTEGER"},
      {kText, "_1", integer, "error: cannot cast '_1' to INTEGER"},
      {kText, "0x", integer, "error: cannot cast '0x' to INTEGER"},
      {kText, "-0x1f", integer, "error: cannot cast '-0x1f' to INTEGER"},
      {kText, "1e2.5", integer, "error: cannot cast '1e2.5' to INTEGER"},
      {kText, "1e", integer, "error: cannot cast '1e' to INTEGER"},
      {kText, "1e99999999999999999999", integer,
       "error: cannot cast '1e99999999999999999999' to INTEGER"},
      {kText, "12345678x", integer, "error: cannot cast '12345678x' to INTEGER"},
      {kText, "128", Type::int8(), "error: cannot cast '128' to TINYINT"},
      {kText, "-1", Type::uint64(), "error: cannot cast '-1' to UBIGINT"},
      {kText, "-0", Type::uint8(), "0"},
      {kText, "-0.4", Type::uint8(), "error: cannot cast '-0.4' to UTINYINT"},
      {kText, "18446744073709551615", Type::uint64(), "18446744073709551615"},
      {kText, "123456789012345678", Type::int64(), "123456789012345678"},
      {kText, "-9223372036854775808", Type::int64(), "-9223372036854775808"},
      {kText, "170141183460469231731687303715884105727", Type::hugeint(),
       "170141183460469231731687303715884105727"},
      {kText, "-170141183460469231731687303715884105728", Type::hugeint(),
       "-170141183460469231731687303715884105728"},
      {kText, "170141183460469231731687303715884105728", Type::hugeint(),
       "error: cannot cast '170141183460469231731687303715884105728' to HUGEINT"},
      {kText, "1e38", Type::hugeint(), "100000000000000000000000000000000000000"},
      {kText, "1e39", Type::hugeint(), "error: cannot cast '1e39' to HUGEINT"},
  });
}

TEST(CastText, ToFractions) {
  check({
      {kText, " 1.5 ", Type::float64(), "1.5"},
      {kText, "+1", Type::float64(), "1.0"},
      {kText, "-.5", Type::float64(), "-0.5"},
      {kText, "1.", Type::float64(), "1.0"},
      {kText, "1_000.5", Type::float64(), "1000.5"},
      {kText, "1e400", Type::float64(), "inf"},
      {kText, "1e-400", Type::float64(), "0.0"},
      {kText, "Infinity", Type::float64(), "inf"},
      {kText, "-inf", Type::float64(), "-inf"},
      {kText, "NaN", Type::float32(), "nan"},
      {kText, "1e", Type::float64(), "error: cannot cast '1e' to DOUBLE"},
      {kText, "1d", Type::float64(), "error: cannot cast '1d' to DOUBLE"},
      {kText, ".", Type::float64(), "error: cannot cast '.' to DOUBLE"},
      {kText, "+-1", Type::float64(), "error: cannot cast '+-1' to DOUBLE"},
      {kText, "1.5 2", Type::float64(), "error: cannot cast '1.5 2' to DOUBLE"},
      {kText, "0.1", Type::float32(), "0.1"},
      {kText, "1.255", Type::decimal(5, 2), "1.26"},
      {kText, "-1.255", Type::decimal(5, 2), "-1.26"},
      {kText, "1e2", Type::decimal(5, 2), "100.00"},
      {kText, ".5", Type::decimal(5, 2), "0.50"},
      {kText, "999.995", Type::decimal(5, 2), "error: cannot cast '999.995' to DECIMAL(5,2)"},
      {kText, "99999999999999999999999999999999999999", Type::decimal(38, 0),
       "99999999999999999999999999999999999999"},
      {kText, "0.12345678901234567890123456789012345678", Type::decimal(38, 38),
       ".12345678901234567890123456789012345678"},
      {kText, "abc", Type::decimal(5, 2), "error: cannot cast 'abc' to DECIMAL(5,2)"},
  });
}

TEST(CastText, ToOtherKinds) {
  const TypeRef size = Type::enumeration({"small", "large"});
  check({
      {kText, "TRUE", Type::boolean(), "true"},
      {kText, "no", Type::boolean(), "false"},
      {kText, "on", Type::boolean(), "error: cannot cast 'on' to BOOLEAN"},
      {kText, " true", Type::boolean(), "error: cannot cast ' true' to BOOLEAN"},
      {kText, "{550E8400e29b-41d4a716446655440000}", Type::uuid(),
       "550e8400-e29b-41d4-a716-446655440000"},
      {kText, "550e8400", Type::uuid(), "error: cannot cast '550e8400' to UUID"},
      {kText, "large", size, "large"},
      {kText, "huge", size, "error: cannot cast 'huge' to ENUM('small', 'large')"},
      {kText, "ab\\xAA\\x00", Type::blob(), "ab\\xAA\\x00"},
      {kText, "ä", Type::blob(),
       "error: cannot cast 'ä' to BLOB: bytes outside ASCII are written \\xAB"},
      {kText, "a\\b", Type::blob(),
       "error: cannot cast 'a\\b' to BLOB: a backslash begins \\x and two hex digits"},
      {kText, "a\\x1", Type::blob(),
       "error: cannot cast 'a\\x1' to BLOB: a backslash begins \\x and two hex digits"},
      {kText, "2020-02-30", Type::date(), "error: cannot cast '2020-02-30' to DATE"},
      {kText, "2020-01-01 10:00:00.5", Type::timestamp(), "2020-01-01 10:00:00.5"},
      {kText, "2020-01-01 10:00:00.5", Type::timestamp_s(), "2020-01-01 10:00:01"},
      {kText, "1 day 02:00:00", Type::interval(), "1 day 02:00:00"},
  });
}

TEST(CastNumbers, RoundOrFailAndNeverWrap) {
  const TypeRef real = Type::float64();
  check({
      {real, "0.5", Type::int32(), "0"},
      {real, "1.5", Type::int32(), "2"},
      {real, "2.5", Type::int32(), "2"},
      {real, "-1.5", Type::int32(), "-2"},
      {real, "1e30", Type::int32(), "error: DOUBLE value 1e+30 is out of range for INTEGER"},
      {real, "nan", Type::int32(), "error: DOUBLE value nan is out of range for INTEGER"},
      {real, "9223372036854775807", Type::int64(),
       "error: DOUBLE value 9.223372036854776e+18 is out of range for BIGINT"},
      {real, "9223372036854774784", Type::int64(), "9223372036854774784"},
      {real, "-9223372036854775808", Type::int64(), "-9223372036854775808"},
      {real, "-0.5", Type::uint8(), "0"},
      {real, "255.4", Type::uint8(), "255"},
      {real, "255.5", Type::uint8(), "error: DOUBLE value 255.5 is out of range for UTINYINT"},
      {real, "1e38", Type::hugeint(), "99999999999999997748809823456034029568"},
      {real, "1e39", Type::float32(), "error: DOUBLE value 1e+39 is out of range for FLOAT"},
      {real, "inf", Type::float32(), "inf"},
      {real, "0.125", Type::decimal(5, 2), "0.13"},
      {real, "1e10", Type::decimal(5, 0),
       "error: DOUBLE value 10000000000.0 is out of range for DECIMAL(5,0)"},
      {real, "nan", Type::decimal(5, 0),
       "error: DOUBLE value nan is out of range for DECIMAL(5,0)"},
      {real, "nan", Type::boolean(), "true"},
      {real, "0", Type::boolean(), "false"},
      {Type::int32(), "300", Type::int8(), "error: INTEGER value 300 is out of range for TINYINT"},
      {Type::int32(), "-1", Type::uint64(), "error: INTEGER value -1 is out of range for UBIGINT"},
      {Type::uint64(), "18446744073709551615", Type::int64(),
       "error: UBIGINT value 18446744073709551615 is out of range for BIGINT"},
      {Type::uint64(), "18446744073709551615", Type::hugeint(), "18446744073709551615"},
      {Type::uint64(), "18446744073709551615", Type::decimal(18, 0),
       "error: UBIGINT value 18446744073709551615 is out of range for DECIMAL(18,0)"},
      {Type::int32(), "123456789", Type::float32(), "123456790.0"},
      {Type::int32(), "99", Type::decimal(3, 1), "99.0"},
      {Type::int32(), "100", Type::decimal(3, 1),
       "error: INTEGER value 100 is out of range for DECIMAL(3,1)"},
      {Type::int32(), "-100", Type::decimal(3, 1),
       "error: INTEGER value -100 is out of range for DECIMAL(3,1)"},
      {Type::int8(), "-7", Type::decimal(38, 10), "-7.0000000000"},
      {Type::boolean(), "true", Type::decimal(3, 1), "1.0"},
      {Type::boolean(), "true", Type::decimal(2, 2),
       "error: BOOLEAN value true is out of range for DECIMAL(2,2)"},
      {Type::boolean(), "true", Type::float64(), "1.0"},
      {Type::decimal(3, 1), "2.5", Type::int32(), "3"},
      {Type::decimal(3, 1), "-2.5", Type::int32(), "-3"},
      {Type::decimal(3, 1), "-0.4", Type::uint8(), "0"},
      {Type::decimal(4, 1), "300.0", Type::int8(),
       "error: DECIMAL(4,1) value 300.0 is out of range for TINYINT"},
      {Type::decimal(3, 2), "-1.25", Type::decimal(3, 1), "-1.3"},
      {Type::decimal(4, 2), "99.99", Type::decimal(3, 1),
       "error: DECIMAL(4,2) value 99.99 is out of range for DECIMAL(3,1)"},
      {Type::decimal(18, 0), "3", Type::decimal(38, 20), "3.00000000000000000000"},
      {Type::decimal(38, 20), "3.5", Type::decimal(5, 0), "4"},
      {Type::decimal(2, 1), "0.4", Type::boolean(), "true"},
      {Type::decimal(18, 3), "123456789012345.678", Type::float64(), "123456789012345.67"},
  });
}

TEST(CastTemporal, MovesBetweenUnitsAndPartsOfTime) {
  check({
      {Type::date(), "2020-01-01", Type::timestamp(), "2020-01-01 00:00:00"},
      {Type::date(), "infinity", Type::timestamp(), "infinity"},
      {Type::timestamp(), "1969-12-31 23:59:59.5", Type::date(), "1969-12-31"},
      {Type::timestamp(), "1969-12-31 23:59:59.5", Type::time(), "23:59:59.5"},
      {Type::timestamp(), "1969-12-31 23:59:59.5", Type::timestamp_s(), "1969-12-31 23:59:59"},
      {Type::timestamp(), "2020-01-01 10:00:00.7", Type::timestamp_s(), "2020-01-01 10:00:01"},
      {Type::timestamp_ns(), "1960-01-01 10:00:00.000000999", Type::timestamp(),
       "1960-01-01 10:00:00.000001"},
      {Type::timestamp_ns(), "2020-01-01 10:00:00.123456789", Type::time(), "10:00:00.123457"},
      {Type::timestamp_ns(), "2020-01-01 23:59:59.999999999", Type::time(), "00:00:00"},
      {Type::timestamp(), "9999-01-01", Type::timestamp_ns(),
       "error: TIMESTAMP value 9999-01-01 00:00:00 is out of range for TIMESTAMP_NS"},
      {Type::timestamp(), "infinity", Type::time(),
       "error: TIMESTAMP value infinity is out of range for TIME"},
      {Type::timestamp(), "infinity", Type::date(), "infinity"},
      {Type::interval(), "1 day 01:00:00", Type::duration(), "25:00:00"},
      {Type::interval(), "1 month", Type::duration(),
       "error: INTERVAL value 1 month is out of range for DURATION"},
  });
}

TEST(CastNested, ElementByElement) {
  const TypeRef integers = Type::list(Type::int32());
  const TypeRef texts = Type::list(kText);
  const TypeRef pair = Type::structure({{"a", Type::int32()}, {"b", kText}});
  const TypeRef map = Type::map(kText, Type::int32());
  check({
      {kText, "[1, NULL, 3]", integers, "[1, NULL, 3]"},
      {kText, " [ ] ", integers, "[]"},
      {kText, "[[1, 2], [3]]", Type::list(integers), "[[1, 2], [3]]"},
      {kText, "[\"a, b\", 'it\\'s', [x], {y}, NULL, \"NULL\", a b ]", texts,
       "['a, b', 'it\\'s', '[x]', '{y}', NULL, 'NULL', a b]"},
      {kText, "[ , ]", texts, "['', '']"},
      {kText, "[1, 2", integers, "error: cannot cast '[1, 2' to INTEGER[]"},
      {kText, "[1] x", integers, "error: cannot cast '[1] x' to INTEGER[]"},
      {kText, "[a\"b, c]", texts, "error: cannot cast '[a\"b, c]' to VARCHAR[]"},
      {kText, "[1, x]", integers, "error: cannot cast 'x' to INTEGER"},
      {kText, "[1, 2]", Type::array(Type::int32(), 2), "[1, 2]"},
      {kText, "[1, 2]", Type::array(Type::int32(), 3),
       "error: cannot cast '[1, 2]' to INTEGER[3]: the length differs"},
      {kText, "{'a': 1, b: x y}", pair, "{'a': 1, 'b': x y}"},
      {kText, "{a: 1}", pair, "{'a': 1, 'b': NULL}"},
      {kText, "(1, q)", pair, "{'a': 1, 'b': q}"},
      {kText, "{c: 1}", pair, "error: cannot cast '{c: 1}' to STRUCT(a INTEGER, b VARCHAR)"},
      {kText, "{k=1, \"z y\"=NULL}", map, "{k=1, z y=NULL}"},
      {kText, "{}", map, "{}"},
      {kText, "{k: 1}", map, "error: cannot cast '{k: 1}' to MAP(VARCHAR, INTEGER)"},
      {kText, "{null=1}", map, "error: cannot cast '{null=1}' to MAP(VARCHAR, INTEGER)"},
      {integers, "[1, 300]", Type::list(Type::int64()), "[1, 300]"},
      {integers, "[1, 300]", Type::list(Type::int8()),
       "error: INTEGER value 300 is out of range for TINYINT"},
      {integers, "[1, 2]", texts, "[1, 2]"},
      {integers, "[1, 2]", Type::array(Type::int32(), 2), "[1, 2]"},
      {integers, "[1, 2]", Type::array(Type::int32(), 1),
       "error: cannot cast '[1, 2]' to INTEGER[1]: the length differs"},
      {Type::array(Type::int32(), 2), "[1, 2]", integers, "[1, 2]"},
      {pair, "{a: 1, b: 2}", Type::structure({{"b", Type::int32()}, {"A", Type::int64()}}),
       "{'b': 2, 'A': 1}"},
      {pair, "{a: 1, b: 2}", Type::structure({{"a", Type::int64()}, {"c", Type::int64()}}),
       "{'a': 1, 'c': NULL}"},
      {pair, "{a: 1, b: x}", Type::structure({{"b", Type::int32()}}),
       "error: cannot cast 'x' to INTEGER"},
      {map, "{k=1}", Type::map(kText, Type::float64()), "{k=1.0}"},
      {map, "{k=1}", Type::map(Type::int32(), Type::int32()), "error: cannot cast 'k' to INTEGER"},
  });
}

TEST(CastNested, UnderTryAnElementIsLostAndNotItsList) {
  Recorder quiet(false);
  const Column text = Value::text("[1, x, 3]").to_column(4);
  const Column list = cast(text, Type::list(Type::int32()), Selection::all(4), nullptr, quiet);
  EXPECT_EQ(text_of(list, 3), "[1, NULL, 3]");
  EXPECT_TRUE(quiet.messages.empty());
  // A map cannot lose a key.
  const Column map =
      must_cast(Value::text("{k=1}").to_column(4), Type::map(Type::varchar(), Type::int32()));
  const Column keyless =
      cast(map, Type::map(Type::int32(), Type::int32()), Selection::all(4), nullptr, quiet);
  EXPECT_TRUE(keyless.is_null(3));
}

TEST(Cast, RefusesPairsThatMeanNothing) {
  Recorder recorder(true);
  const Column number = Value::integer(1).to_column(3);
  EXPECT_THROW(cast(number, Type::date(), Selection::all(3), nullptr, recorder), Error);
  const std::pair<TypeRef, TypeRef> none[] = {
      {Type::int32(), Type::date()},
      {Type::date(), Type::int32()},
      {Type::blob(), Type::int32()},
      {Type::int32(), Type::uuid()},
      {Type::time(), Type::timestamp()},
      {Type::list(Type::int32()), Type::int32()},
      {Type::interval(), Type::time()},
      {Type::array(Type::int32(), 2), Type::array(Type::int32(), 3)},
      {Type::structure({{"a", Type::int32()}}), Type::structure({{"b", Type::int32()}})},
  };
  for (const auto& [from, to] : none)
    EXPECT_FALSE(can_cast(from, to)) << from->name() << " " << to->name();
  EXPECT_TRUE(can_cast(Type::varchar(), Type::list(Type::date())));
  EXPECT_TRUE(can_cast(Type::list(Type::date()), Type::varchar()));
}

TEST(CastRules, CommonTypes) {
  struct Rule {
    TypeRef a, b, common, compared;
  };
  const TypeRef date = Type::date();
  const TypeRef paris = zoned_timestamp("Europe/Paris");
  const Rule rules[] = {
      {Type::int8(), Type::uint8(), Type::int16(), Type::int16()},
      {Type::int32(), Type::uint64(), Type::hugeint(), Type::hugeint()},
      {Type::uint16(), Type::uint64(), Type::uint64(), Type::uint64()},
      {Type::hugeint(), Type::float32(), Type::float32(), Type::float32()},
      {Type::int32(), Type::decimal(4, 1), Type::decimal(11, 1), Type::decimal(11, 1)},
      {Type::uint64(), Type::decimal(4, 1), Type::decimal(21, 1), Type::decimal(21, 1)},
      {Type::decimal(38, 0), Type::decimal(4, 1), Type::decimal(38, 1), Type::decimal(38, 1)},
      {Type::decimal(4, 1), Type::float64(), Type::float64(), Type::float64()},
      {Type::varchar(), Type::int32(), Type::varchar(), Type::int32()},
      {Type::varchar(), date, Type::varchar(), date},
      {Type::varchar(), Type::blob(), Type::blob(), Type::blob()},
      {date, Type::timestamp_s(), Type::timestamp_s(), Type::timestamp_s()},
      {Type::timestamp_ms(), Type::timestamp(), Type::timestamp(), Type::timestamp()},
      {Type::timestamp_ns(), Type::timestamp_tz(), Type::timestamp_ns(), Type::timestamp_ns()},
      {paris, Type::timestamp_tz(), paris, paris},
      {paris, zoned_timestamp("Asia/Tokyo"), Type::timestamp_tz(), Type::timestamp_tz()},
      {Type::list(date), Type::list(paris), Type::list(paris), Type::list(paris)},
      {Type::timestamp(), paris, paris, paris},
      {Type::enumeration({"a"}, true), Type::enumeration({"a"}), Type::enumeration({"a"}),
       Type::enumeration({"a"})},
      {Type::null(), date, date, date},
      {Type::boolean(), Type::int32(), Type::int32(), Type::int32()},
      {Type::list(Type::int32()), Type::list(Type::varchar()), Type::list(Type::varchar()),
       Type::list(Type::int32())},
      {Type::array(Type::int32(), 2), Type::list(Type::int32()), Type::list(Type::int32()),
       Type::list(Type::int32())},
      {date, Type::int32(), nullptr, nullptr},
      {Type::list(Type::int32()), Type::int32(), nullptr, nullptr},
  };
  for (const Rule& rule : rules) {
    EXPECT_EQ(common_type(rule.a, rule.b), rule.common) << rule.a->name() << " " << rule.b->name();
    EXPECT_EQ(common_type(rule.b, rule.a), rule.common) << rule.b->name() << " " << rule.a->name();
    EXPECT_EQ(comparison_type(rule.a, rule.b), rule.compared)
        << rule.a->name() << " " << rule.b->name();
    EXPECT_EQ(comparison_type(rule.b, rule.a), rule.compared)
        << rule.b->name() << " " << rule.a->name();
  }
}

TEST(CastRules, TextHasNoOrderWithOtherTypes) {
  const TypeRef text = Type::varchar();
  const TypeRef word = Type::enumeration({"a"});
  for (const TypeRef other : {Type::int32(), Type::decimal(4, 1), Type::float64(), Type::boolean(),
                              Type::date(), Type::timestamp(), Type::interval(), Type::blob()}) {
    EXPECT_EQ(ordering_type(text, other), nullptr) << other->name();
    EXPECT_EQ(ordering_type(other, word), nullptr) << other->name();
    EXPECT_EQ(ordering_type(other, other), other) << other->name();
  }
  EXPECT_EQ(ordering_type(text, word), text);
  EXPECT_EQ(ordering_type(text, Type::json()), Type::json());
  EXPECT_EQ(ordering_type(Type::null(), text), text);
  EXPECT_EQ(ordering_type(Type::int32(), Type::float64()), Type::float64());
  EXPECT_EQ(ordering_type(Type::list(text), Type::list(Type::int32())), Type::list(Type::int32()));
}

TEST(CastRules, WhatAlwaysFitsIsWiderOrText) {
  const std::pair<TypeRef, TypeRef> always[] = {
      {Type::int32(), Type::int32()},
      {Type::null(), Type::date()},
      {Type::int32(), Type::int64()},
      {Type::uint32(), Type::int64()},
      {Type::int64(), Type::float32()},
      {Type::decimal(38, 10), Type::float64()},
      {Type::int32(), Type::decimal(10, 0)},
      {Type::uint64(), Type::decimal(22, 2)},
      {Type::decimal(7, 2), Type::decimal(12, 2)},
      {Type::decimal(7, 2), Type::decimal(9, 4)},
      {Type::timestamp(), Type::varchar()},
      {Type::blob(), Type::varchar()},
  };
  for (const auto& [from, to] : always)
    EXPECT_TRUE(cast_always_fits(from, to)) << from->name() << " " << to->name();
  const std::pair<TypeRef, TypeRef> not_always[] = {
      {Type::int64(), Type::int32()},
      {Type::int8(), Type::uint64()},
      {Type::uint64(), Type::int64()},
      {Type::int32(), Type::decimal(9, 0)},
      {Type::hugeint(), Type::decimal(38, 0)},
      {Type::decimal(7, 2), Type::decimal(8, 4)},
      {Type::decimal(7, 2), Type::decimal(7, 1)},
      {Type::decimal(7, 2), Type::int64()},
      {Type::float64(), Type::float32()},
      {Type::varchar(), Type::int32()},
      {Type::date(), Type::timestamp()},
      {Type::boolean(), Type::decimal(3, 0)},
  };
  for (const auto& [from, to] : not_always)
    EXPECT_FALSE(cast_always_fits(from, to)) << from->name() << " " << to->name();
}

TEST(CastRules, ImplicitCastsOnlyWiden) {
  EXPECT_EQ(implicit_cast_cost(Type::int32(), Type::int32()), 0);
  EXPECT_LT(implicit_cast_cost(Type::int32(), Type::int64()),
            implicit_cast_cost(Type::int32(), Type::float64()));
  EXPECT_LT(implicit_cast_cost(Type::int32(), Type::float64()),
            implicit_cast_cost(Type::int32(), Type::float32()));
  const std::pair<TypeRef, TypeRef> never[] = {
      {Type::int64(), Type::int32()},
      {Type::float64(), Type::float32()},
      {Type::int32(), Type::varchar()},
      {Type::varchar(), Type::int32()},
      {Type::boolean(), Type::int32()},
      {Type::int8(), Type::uint8()},
      {Type::timestamp(), Type::date()},
      {Type::float64(), Type::decimal(18, 3)},
      {Type::list(Type::int32()), Type::array(Type::int32(), 2)},
  };
  for (const auto& [from, to] : never)
    EXPECT_LT(implicit_cast_cost(from, to), 0) << from->name() << " " << to->name();
  const std::pair<TypeRef, TypeRef> fine[] = {
      {Type::uint8(), Type::int16()},
      {Type::int64(), Type::decimal(18, 3)},
      {Type::decimal(5, 1), Type::float64()},
      {Type::date(), Type::timestamp()},
      {Type::null(), Type::blob()},
      {Type::list(Type::int8()), Type::list(Type::int64())},
      {Type::array(Type::int32(), 2), Type::list(Type::int32())},
  };
  for (const auto& [from, to] : fine)
    EXPECT_GE(implicit_cast_cost(from, to), 0) << from->name() << " " << to->name();
}

TEST(ParseNumber, ReadsNothingPastTheEnd) {
  // Exact-size heap copies, so that a sanitiser sees any over-read.
  for (const std::string_view text :
       {"12345678", "1234567", "-123456789", "9", "1.5e10", "0x1F", "12_3"}) {
    const std::vector<char> exact(text.begin(), text.end());
    int64_t value = 0;
    EXPECT_TRUE(parse_integer(std::string_view(exact.data(), exact.size()), value)) << text;
    double real = 0;
    if (text[1] != 'x') {
      EXPECT_TRUE(parse_double(std::string_view(exact.data(), exact.size()), real)) << text;
    }
  }
}

}  // namespace
}  // namespace doline
