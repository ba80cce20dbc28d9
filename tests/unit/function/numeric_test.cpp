#include "cases.h"

namespace doline {
namespace {

TEST(Numeric, RoundingKeepsTheTypesOfTheDialect) {
  check({
      {"round", {"DOUBLE:2.5"}, "3.0"},
      {"round", {"DOUBLE:-0.5"}, "-1.0"},
      {"round", {"DOUBLE:1.15", "INTEGER:1"}, "1.2"},
      {"round", {"DOUBLE:1e300", "INTEGER:-2"}, "1e+300"},
      {"round", {"DOUBLE:1e300", "INTEGER:20"}, "1e+300"},
      {"round", {"DOUBLE:123.4", "INTEGER:-400"}, "0.0"},
      {"round", {"DECIMAL(10,3):1.005", "INTEGER:2"}, "1.01"},
      {"round", {"DECIMAL(10,3):-1.005", "INTEGER:2"}, "-1.01"},
      {"round", {"DECIMAL(4,2):99.99", "INTEGER:1"}, "100.0"},
      {"round", {"DECIMAL(5,2):123.45", "INTEGER:-5"}, "0"},
      {"round", {"DECIMAL(10,5):1.23456", "INTEGER:10"}, "1.23456"},
      {"round", {"INTEGER:15", "INTEGER:-1"}, "20"},
      {"round", {"INTEGER:-15", "INTEGER:-1"}, "-20"},
      {"round",
       {"TINYINT:127", "INTEGER:-1"},
       "error: 127 rounded to -1 digits does not fit TINYINT"},
      {"round", {"INTEGER:5", "INTEGER:3"}, "5"},
      {"round_even", {"DOUBLE:2.5", "INTEGER:0"}, "2.0"},
      {"round_even", {"DECIMAL(3,1):3.5", "INTEGER:0"}, "4"},
      {"round_even", {"DECIMAL(3,1):-2.5", "INTEGER:0"}, "-2"},
      {"trunc", {"DECIMAL(3,2):-1.99"}, "-1"},
      {"trunc", {"DECIMAL(4,3):1.789", "INTEGER:2"}, "1.78"},
      {"trunc", {"INTEGER:123", "INTEGER:-1"}, "120"},
      {"ceil", {"DECIMAL(2,1):1.2"}, "2"},
      {"ceil", {"DECIMAL(2,1):-1.2"}, "-1"},
      {"floor", {"DECIMAL(2,1):-1.2"}, "-2"},
      {"ceil", {"INTEGER:5"}, "5.0"},
      {"floor", {"FLOAT:1.5"}, "1.0"},
      {"abs", {"TINYINT:-128"}, "error: abs(-128) does not fit TINYINT"},
      {"abs", {"DECIMAL(20,2):-1.50"}, "1.50"},
      {"abs", {"UTINYINT:200"}, "200"},
      {"sign", {"DOUBLE:nan"}, "0"},
      {"sign", {"DECIMAL(2,1):-2.5"}, "-1"},
  });
  check_types({
      {"round", {"DECIMAL(10,3):1.005", "INTEGER:2"}, "DECIMAL(10,2)"},
      {"round", {"DECIMAL(10,3):1.005", "INTEGER:-2"}, "DECIMAL(10,0)"},
      {"floor", {"DECIMAL(20,2):1.7"}, "DECIMAL(20,0)"},
      {"round", {"INTEGER:5"}, "INTEGER"},
      {"ceil", {"INTEGER:5"}, "DOUBLE"},
      {"sign", {"DOUBLE:2.5"}, "TINYINT"},
      {"factorial", {"INTEGER:2"}, "HUGEINT"},
  });
}

TEST(Numeric, OutsideTheirDomainFunctionsGiveNaNOrInfinity) {
  check({
      {"sqrt", {"DOUBLE:-1"}, "nan"},
      {"ln", {"DOUBLE:0"}, "-inf"},
      {"log", {"DOUBLE:-1"}, "nan"},
      {"log", {"DOUBLE:2", "DOUBLE:8"}, "3.0"},
      {"asin", {"DOUBLE:2"}, "nan"},
      {"atanh", {"DOUBLE:1"}, "inf"},
      {"cot", {"DOUBLE:0"}, "inf"},
      {"sin", {"DOUBLE:inf"}, "nan"},
      {"pow", {"DOUBLE:0", "DOUBLE:-1"}, "inf"},
      {"^", {"INTEGER:2", "INTEGER:10"}, "1024.0"},
      {"exp", {"DOUBLE:1000"}, "inf"},
      {"even", {"DOUBLE:-2.1"}, "-4.0"},
      {"even", {"DOUBLE:2"}, "2.0"},
      {"gamma", {"DOUBLE:5"}, "24.0"},
      {"fmod", {"DOUBLE:-7.5", "DOUBLE:2"}, "0.5"},
      {"fdiv", {"INTEGER:7", "INTEGER:2"}, "3.0"},
      {"isnan", {"DOUBLE:nan"}, "true"},
      {"isinf", {"FLOAT:inf"}, "true"},
      {"isfinite", {"DOUBLE:nan"}, "false"},
      {"signbit", {"DOUBLE:-0.0"}, "true"},
      {"pi", {}, "3.141592653589793"},
      {"nextafter", {"FLOAT:1", "FLOAT:2"}, "1.0000001"},
  });
}

TEST(Numeric, WholeNumbers) {
  check({
      {"gcd", {"BIGINT:-12", "BIGINT:18"}, "6"},
      {"gcd", {"BIGINT:0", "BIGINT:0"}, "0"},
      {"gcd",
       {"BIGINT:-9223372036854775808", "BIGINT:0"},
       "error: gcd(-9223372036854775808, 0) does not fit BIGINT"},
      {"lcm", {"BIGINT:-4", "BIGINT:6"}, "12"},
      {"lcm", {"BIGINT:0", "BIGINT:5"}, "0"},
      {"lcm",
       {"BIGINT:9223372036854775807", "BIGINT:2"},
       "error: lcm(9223372036854775807, 2) does not fit BIGINT"},
      {"factorial", {"INTEGER:0"}, "1"},
      {"factorial", {"INTEGER:33"}, "8683317618811886495518194401280000000"},
      {"factorial", {"INTEGER:34"}, "error: factorial(34) does not fit HUGEINT"},
      {"factorial", {"INTEGER:-1"}, "error: factorial(-1): negative numbers have none"},
  });
}

TEST(Numeric, RandomValuesDiffer) {
  const Evaluator evaluate(scalar_registry());
  for (const char* name : {"random", "uuid", "uuidv7"}) {
    EXPECT_TRUE(evaluate(name, {}).starts_with("DISAGREE: rows differ")) << name;
    EXPECT_NE(evaluate(name, {}), evaluate(name, {})) << name;
  }
  const size_t version = std::string("DISAGREE: rows differ, the first is ").size() + 14;
  EXPECT_EQ(evaluate("uuid", {})[version], '4');
  EXPECT_EQ(evaluate("uuidv7", {})[version], '7');
}

}  // namespace
}  // namespace doline
