#include <gtest/gtest.h>

#include "round_trip.h"

namespace doline::sql {
namespace {

TEST(ParserType, ReadsTypes) {
  const Printed cases[] = {
      {"int", "INTEGER"},
      {"INTEGER", "INTEGER"},
      {"bigint", "BIGINT"},
      {"HugeInt", "HugeInt"},
      {"real", "FLOAT"},
      {"double", "DOUBLE"},
      {"double precision", "DOUBLE"},
      {"dec(10)", "DECIMAL(10)"},
      {"numeric(18, 3)", "DECIMAL(18, 3)"},
      {"character varying(5)", "VARCHAR(5)"},
      {"national character varying", "VARCHAR"},
      {"text", "text"},
      {"date", "date"},
      {"time", "TIME"},
      {"time with time zone", "TIME WITH TIME ZONE"},
      {"timestamp without time zone", "TIMESTAMP"},
      {"timestamp with time zone", "TIMESTAMP WITH TIME ZONE"},
      {"timestamp(0)", "TIMESTAMP_S"},
      {"timestamp(3)", "TIMESTAMP_MS"},
      {"timestamp(6)", "TIMESTAMP"},
      {"timestamp(9)", "TIMESTAMP_NS"},
      {"timestamptz", "timestamptz"},
      {"interval", "INTERVAL"},
      {"json", "\"json\""},
      {"\"my type\"", "\"my type\""},
      {"s.mood", "s.mood"},
      {"int[]", "INTEGER[]"},
      {"int[3]", "INTEGER[3]"},
      {"int[3][][4]", "INTEGER[3][][4]"},
      {"int array", "INTEGER[]"},
      {"int array[3]", "INTEGER[3]"},
      {"struct(a int, \"b c\" varchar[])", "STRUCT(a INTEGER, \"b c\" VARCHAR[])"},
      {"row(a int)", "STRUCT(a INTEGER)"},
      {"struct(a struct(b map(int, struct(c date))))[]",
       "STRUCT(a STRUCT(b MAP(INTEGER, STRUCT(c date))))[]"},
      {"map(varchar, int[])", "MAP(VARCHAR, INTEGER[])"},
      {"union(a int, b varchar)", "UNION(a INTEGER, b VARCHAR)"},
      {"enum('a', 'it''s')", "ENUM('a', 'it''s')"},
      {"enum ordered('low', 'high')[]", "ENUM ORDERED('low', 'high')[]"},
      {"timestamptz('Europe/Paris')", "timestamptz('Europe/Paris')"},
  };
  for (const auto& [text, sql] : cases) {
    const TypeNameRef type = parse_type(text);
    EXPECT_EQ(to_sql(*type), sql);
    EXPECT_TRUE(equal(*type, *parse_type(sql))) << sql;
    EXPECT_EQ(type->span, (SourceSpan{0, static_cast<uint32_t>(text.size())})) << text;
    round_trip("SELECT CAST(a AS " + std::string(text) + ")");
    round_trip("CREATE TABLE t (a " + std::string(text) + " NOT NULL)");
  }
}

TEST(ParserType, RefusesWhatIsNoType) {
  for (const std::string_view bad :
       {"", "1", "select", "int[", "int[a]", "int[99999999999999999999]", "struct(a)", "map(int)",
        "map(int, int, int)", "enum(a)", "timestamp(10)", "timestamp('x')", "decimal(10,",
        "timestamp with zone", "int int", "struct(a int"}) {
    EXPECT_THROW(parse_type(bad), Error) << bad;
  }
}

}  // namespace
}  // namespace doline::sql
