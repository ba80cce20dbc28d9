#include "kernel/type_text.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

TEST(TypeText, ReadsEveryTypesOwnName) {
  const TypeRef types[] = {Type::int64(),
                           Type::timestamp_tz(),
                           zoned_timestamp("Europe/Paris"),
                           zoned_timestamp("+05:30"),
                           Type::timestamp_ns(),
                           Type::decimal(38, 10),
                           Type::null(),
                           Type::json(),
                           Type::list(Type::list(Type::varchar())),
                           Type::array(Type::float32(), 3),
                           Type::enumeration({"a", "it's", ""}),
                           Type::enumeration({"a", "it's", ""}, true),
                           Type::map(Type::varchar(), Type::list(Type::date())),
                           Type::structure({{"a b", Type::uuid()},
                                            {"select", Type::boolean()},
                                            {"\"", Type::structure({{"x", Type::null()}})}}),
                           Type::structure({{"", Type::int8()}, {"", Type::blob()}})};
  for (const TypeRef type : types) EXPECT_EQ(type_from_text(type->name()), type) << type->name();
}

TEST(TypeText, ReadsWhatPeopleWrite) {
  EXPECT_EQ(type_from_text(" int [] "), Type::list(Type::int32()));
  EXPECT_EQ(type_from_text("numeric(9)"), Type::decimal(9, 0));
  EXPECT_EQ(type_from_text("Decimal"), Type::decimal(18, 3));
  EXPECT_EQ(type_from_text("double precision"), Type::float64());
  EXPECT_EQ(type_from_text("varchar(20)"), Type::varchar());
  EXPECT_EQ(type_from_text("timestamptz ( 'europe/PARIS' )"), zoned_timestamp("Europe/Paris"));
  EXPECT_EQ(type_from_text("timestamptz('UTC+2')[]"), Type::list(zoned_timestamp("+02:00")));
  EXPECT_EQ(type_from_text("row(a text, b timestamp without time zone)"),
            Type::structure({{"a", Type::varchar()}, {"b", Type::timestamp()}}));
}

TEST(TypeText, RefusesTheRest) {
  for (const char* text :
       {"", "whole", "int]", "int[", "int[x]", "struct(a)", "struct(a int", "map(int)",
        "decimal(99, 1)", "enum()", "enum('a", "enum sorted('a')", "timestamptz('Nowhere')",
        "timestamptz(3)", "int int", "\"int", "int[99999999999]"}) {
    EXPECT_THROW(type_from_text(text), Error) << text;
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "struct(a ";
  EXPECT_THROW(type_from_text(deep), Error);
}

}  // namespace
}  // namespace doline
