#include "cases.h"

namespace doline {
namespace {

TEST(Operators, IntegersAreCheckedAtTheirEdges) {
  check({
      {"+", {"INTEGER:1", "INTEGER:2"}, "3"},
      {"+", {"TINYINT:127", "TINYINT:1"}, "error: 127 + 1 does not fit TINYINT"},
      {"+", {"TINYINT:-128", "TINYINT:-1"}, "error: -128 + -1 does not fit TINYINT"},
      {"+", {"UTINYINT:255", "UTINYINT:1"}, "error: 255 + 1 does not fit UTINYINT"},
      {"+",
       {"BIGINT:9223372036854775807", "BIGINT:1"},
       "error: 9223372036854775807 + 1 does not fit BIGINT"},
      {"+",
       {"HUGEINT:170141183460469231731687303715884105727", "HUGEINT:1"},
       "error: 170141183460469231731687303715884105727 + 1 does not fit HUGEINT"},
      {"-", {"UTINYINT:5", "UTINYINT:6"}, "error: 5 - 6 does not fit UTINYINT"},
      {"-", {"INTEGER:-2147483648", "INTEGER:1"}, "error: -2147483648 - 1 does not fit INTEGER"},
      {"-", {"TINYINT:-128"}, "error: -(-128) does not fit TINYINT"},
      {"-", {"UTINYINT:0"}, "0"},
      {"-", {"UTINYINT:5"}, "error: -(5) does not fit UTINYINT"},
      {"-", {"DOUBLE:1.5"}, "-1.5"},
      {"*", {"SMALLINT:256", "SMALLINT:127"}, "32512"},
      {"*", {"SMALLINT:256", "SMALLINT:128"}, "error: 256 * 128 does not fit SMALLINT"},
      {"*", {"UINTEGER:65536", "UINTEGER:65536"}, "error: 65536 * 65536 does not fit UINTEGER"},
      {"*",
       {"BIGINT:3037000500", "BIGINT:3037000500"},
       "error: 3037000500 * 3037000500 does not fit BIGINT"},
      {"*", {"DOUBLE:1e308", "DOUBLE:10"}, "inf"},
      {"+", {"INTEGER:1", "INTEGER:NULL"}, "NULL"},
      {"+", {"DECIMAL(3,1):-1.5"}, "-1.5"},
  });
}

TEST(Operators, DivisionByZeroIsAnErrorForWholeNumbersOnly) {
  check({
      {"/", {"INTEGER:7", "INTEGER:2"}, "3.5"},
      {"/", {"INTEGER:7", "INTEGER:0"}, "inf"},
      {"/", {"DOUBLE:0", "DOUBLE:0"}, "nan"},
      {"//", {"INTEGER:-7", "INTEGER:2"}, "-3"},
      {"//", {"INTEGER:7", "INTEGER:0"}, "error: division by zero: 7 // 0"},
      {"//", {"TINYINT:-128", "TINYINT:-1"}, "error: -128 // -1 does not fit TINYINT"},
      {"//", {"DOUBLE:5.5", "DOUBLE:2"}, "2.75"},
      {"//", {"DOUBLE:5.5", "DOUBLE:0"}, "error: division by zero: 5.5 // 0.0"},
      {"%", {"INTEGER:-7", "INTEGER:3"}, "-1"},
      {"%", {"INTEGER:7", "INTEGER:0"}, "error: division by zero: 7 % 0"},
      {"%",
       {"BIGINT:-9223372036854775808", "BIGINT:-1"},
       "error: -9223372036854775808 % -1 does not fit BIGINT"},
      {"%", {"DOUBLE:5.5", "DOUBLE:2"}, "1.5"},
      {"%", {"DOUBLE:5.5", "DOUBLE:0"}, "nan"},
      {"%", {"DECIMAL(2,1):5.5", "INTEGER:2"}, "1.5"},
      {"%", {"DECIMAL(2,1):5.5", "DECIMAL(2,1):0"}, "error: division by zero: 5.5 % 0.0"},
  });
}

TEST(Operators, DecimalsGrowAsTheStandardOfTheDialectSays) {
  check_types({
      {"+", {"DECIMAL(2,1):1.5", "INTEGER:1"}, "DECIMAL(12,1)"},
      {"+", {"DECIMAL(18,2):5", "DECIMAL(18,2):1"}, "DECIMAL(19,2)"},
      {"+", {"DECIMAL(38,2):5", "DECIMAL(18,2):1"}, "DECIMAL(38,2)"},
      {"-", {"DECIMAL(5,2):5", "DECIMAL(10,4):1"}, "DECIMAL(11,4)"},
      {"*", {"DECIMAL(18,2):5", "DECIMAL(18,2):1"}, "DECIMAL(18,4)"},
      {"*", {"DECIMAL(20,2):5", "DECIMAL(20,2):1"}, "DECIMAL(38,4)"},
      {"*", {"DECIMAL(10,2):5", "DECIMAL(5,2):1"}, "DECIMAL(15,4)"},
      {"*", {"DECIMAL(20,20):0", "DECIMAL(20,2):1"}, "DECIMAL(38,22)"},
      {"*", {"DECIMAL(2,1):5", "BIGINT:1"}, "DECIMAL(21,1)"},
      {"%", {"DECIMAL(18,3):1", "DECIMAL(5,1):1"}, "DECIMAL(18,3)"},
      {"/", {"DECIMAL(18,3):1", "DECIMAL(5,1):1"}, "DOUBLE"},
      {"-", {"DECIMAL(18,3):1"}, "DECIMAL(18,3)"},
      {"+", {"DECIMAL(2,1):1.5", "FLOAT:1"}, "FLOAT"},
  });
  check({
      {"+", {"DECIMAL(3,1):99.9", "DECIMAL(4,2):0.15"}, "100.05"},
      {"+", {"DECIMAL(18,0):999999999999999999", "DECIMAL(18,0):1"}, "1000000000000000000"},
      {"+",
       {"DECIMAL(38,0):99999999999999999999999999999999999999", "INTEGER:1"},
       "error: 99999999999999999999999999999999999999 + 1 does not fit DECIMAL(38,0)"},
      {"-", {"DECIMAL(4,2):1.00", "DECIMAL(15,2):0.04"}, "0.96"},
      {"*", {"DECIMAL(15,2):-901.25", "DECIMAL(16,2):0.96"}, "-865.2000"},
      {"*",
       {"DECIMAL(18,0):999999999999999999", "DECIMAL(18,0):2"},
       "error: 999999999999999999 * 2 does not fit DECIMAL(18,0)"},
      {"*",
       {"DECIMAL(20,0):99999999999999999999", "DECIMAL(20,0):99999999999999999999"},
       "error: 99999999999999999999 * 99999999999999999999 does not fit DECIMAL(38,0)"},
      {"*",
       {"DECIMAL(30,20):1", "DECIMAL(30,20):1"},
       "error: the product of DECIMAL(30,20) and DECIMAL(30,20) needs 40 digits after the point"},
  });
}

TEST(Operators, Bits) {
  check({
      {"&", {"INTEGER:6", "INTEGER:3"}, "2"},
      {"|", {"UTINYINT:6", "UTINYINT:3"}, "7"},
      {"xor", {"BIGINT:6", "BIGINT:3"}, "5"},
      {"~", {"TINYINT:5"}, "-6"},
      {"<<", {"INTEGER:1", "INTEGER:30"}, "1073741824"},
      {"<<", {"INTEGER:1", "INTEGER:31"}, "error: 1 << 31: the result is out of range"},
      {"<<", {"UTINYINT:1", "UTINYINT:7"}, "128"},
      {"<<", {"INTEGER:0", "INTEGER:1000"}, "0"},
      {"<<",
       {"INTEGER:-1", "INTEGER:1"},
       "error: -1 << 1: a negative number cannot be shifted left"},
      {"<<", {"INTEGER:1", "INTEGER:-1"}, "error: 1 << -1: the shift is negative"},
      {">>", {"INTEGER:-8", "INTEGER:1"}, "-4"},
      {">>", {"INTEGER:8", "INTEGER:100"}, "0"},
      {">>", {"INTEGER:8", "INTEGER:-1"}, "0"},
      {"bit_count", {"INTEGER:-1"}, "32"},
      {"bit_count", {"HUGEINT:-1"}, "-128"},  // 128 as TINYINT, like DuckDB
  });
}

TEST(Operators, ComparisonsConvertTheSidesToOneType) {
  check({
      {"=", {"INTEGER:1", "BIGINT:1"}, "true"},
      {"=", {"INTEGER:2", "VARCHAR:2"}, "true"},
      {"=", {"DOUBLE:nan", "DOUBLE:nan"}, "true"},
      {">", {"DOUBLE:nan", "DOUBLE:inf"}, "true"},
      {"<", {"DOUBLE:nan", "DOUBLE:inf"}, "false"},
      {"=", {"DOUBLE:-0.0", "DOUBLE:0"}, "true"},
      {"<>", {"VARCHAR:abc", "VARCHAR:abd"}, "true"},
      {"<", {"VARCHAR:ab", "VARCHAR:abc"}, "true"},
      {"<", {"VARCHAR:a long text, number one", "VARCHAR:a long text, number two"}, "true"},
      {"<=", {"VARCHAR:a long text, number one", "VARCHAR:a long text, number one"}, "true"},
      {"=", {"VARCHAR:a long text, number one", "VARCHAR:a long text, number two"}, "false"},
      {">=", {"UBIGINT:18446744073709551615", "BIGINT:-1"}, "true"},
      {"=", {"DECIMAL(4,2):1.50", "DECIMAL(2,1):1.5"}, "true"},
      {"<", {"BOOLEAN:false", "BOOLEAN:true"}, "true"},
      {"=", {"BOOLEAN:true", "BOOLEAN:true"}, "true"},
      {"=", {"INTERVAL:1 month", "INTERVAL:30 days"}, "true"},
      {"<", {"INTERVAL:29 days", "INTERVAL:1 month"}, "true"},
      {"<", {"INTEGER[]:[1, 2]", "INTEGER[]:[1, 2, 0]"}, "true"},
      {"<", {"INTEGER[]:[1, NULL]", "INTEGER[]:[1, 5]"}, "false"},
      {"=", {"INTEGER[]:[1, NULL]", "INTEGER[]:[1, NULL]"}, "true"},
      {"=", {"INTEGER:NULL", "INTEGER:1"}, "NULL"},
      {"<", {"DATE:2020-01-01", "TIMESTAMP:2020-01-01 00:00:01"}, "true"},
      {"=", {"INTEGER[]:[1]", "INTEGER:1"}, "error: INTEGER[] and INTEGER cannot be compared"},
      {"is_distinct_from", {"INTEGER:NULL", "INTEGER:1"}, "true"},
      {"is_distinct_from", {"VARCHAR:NULL", "VARCHAR:NULL"}, "false"},
      {"is_not_distinct_from", {"INTEGER:NULL", "INTEGER:NULL"}, "true"},
      {"is_not_distinct_from", {"VARCHAR:a", "VARCHAR:a"}, "true"},
      {"not", {"BOOLEAN:true"}, "false"},
      {"not", {"BOOLEAN:NULL"}, "NULL"},
  });
}

TEST(Operators, ValuesOfAnyType) {
  check({
      {"typeof", {"DECIMAL(5,2):1"}, "DECIMAL(5,2)"},
      {"greatest", {"INTEGER:1", "INTEGER:3", "INTEGER:NULL"}, "3"},
      {"greatest", {"INTEGER:1", "DECIMAL(2,1):2.5"}, "2.5"},
      {"greatest", {"DOUBLE:nan", "DOUBLE:1"}, "nan"},
      {"least", {"DOUBLE:nan", "DOUBLE:1"}, "1.0"},
      {"least", {"VARCHAR:b", "VARCHAR:a", "VARCHAR:NULL"}, "a"},
      {"least", {"INTEGER:NULL", "INTEGER:NULL"}, "NULL"},
      {"greatest", {"INTEGER[]:[1]", "INTEGER[]:[2]"}, "[2]"},
      {"ifnull", {"INTEGER:NULL", "INTEGER:2"}, "2"},
      {"ifnull", {"INTEGER:1", "DECIMAL(2,1):2.5"}, "1.0"},
      {"ifnull", {"VARCHAR:NULL", "VARCHAR:x"}, "x"},
      {"nullif", {"INTEGER:1", "INTEGER:1"}, "NULL"},
      {"nullif", {"INTEGER:1", "DECIMAL(2,1):2.5"}, "1"},
      {"nullif", {"VARCHAR:a", "VARCHAR:NULL"}, "a"},
      {"error", {"VARCHAR:oh no"}, "error: oh no"},
      {"can_cast_implicitly", {"INTEGER:1", "DOUBLE:1"}, "true"},
      {"can_cast_implicitly", {"DOUBLE:1", "INTEGER:1"}, "false"},
  });
}

}  // namespace
}  // namespace doline
