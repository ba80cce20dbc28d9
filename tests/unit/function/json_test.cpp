#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cases.h"
#include "column/column_builder.h"
#include "column/column_writer.h"
#include "column/value.h"
#include "function/session_constants.h"
#include "kernel/json/json_cast.h"
#include "kernel/json/json_path.h"
#include "kernel/json/json_text.h"

namespace doline {
namespace {

const FunctionRegistry& json_registry() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry all;
    register_json_functions(all);
    return all;
  }();
  return registry;
}

void check_json(const std::vector<Case>& cases) {
  const Evaluator evaluate(json_registry());
  for (const Case& c : cases) {
    std::string call = std::string(c.name) + "(";
    for (const auto& argument : c.arguments) call += argument + "; ";
    EXPECT_EQ(evaluate(c.name, c.arguments), c.expected) << call << ")";
  }
}

bool valid(std::string_view text) {
  ColumnBuilder builder(Type::blob());
  builder.append_text(text);
  const Column column = builder.seal();
  const ScalarFunction* function = json_registry().scalar("json_valid");
  const SessionConstants session;
  RowErrors errors(RowErrors::Mode::kThrow);
  const KernelCall call{Selection::all(1), 1, Type::boolean(), nullptr, session, {}, errors};
  return function->overloads[0].kernel(call, {&column, 1}).value<bool>(0);
}

TEST(Json, ValidityFollowsTheTestSuite) {
  const char* corpora = std::getenv("DOLINE_CORPORA");
  if (!corpora) GTEST_SKIP() << "DOLINE_CORPORA is not set";
  int accepted = 0;
  int refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(corpora) / "json_test_suite")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() ||
        (!name.starts_with("y_") && !name.starts_with("n_") && !name.starts_with("i_")))
      continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    const bool is_valid = valid(content.str());
    if (name[0] == 'i') continue;  // either answer will do, a crash will not
    EXPECT_EQ(is_valid, name[0] == 'y') << name;
    ++(name[0] == 'y' ? accepted : refused);
  }
  EXPECT_GT(accepted, 90);
  EXPECT_GT(refused, 180);
}

TEST(Json, DepthIsLimited) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(valid(nested(JsonTree::kDeepest)));
  EXPECT_FALSE(valid(nested(JsonTree::kDeepest + 1)));
  EXPECT_FALSE(valid(std::string(10'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(valid(objects));
}

TEST(Json, EveryPrefixOfATextIsRefused) {
  const std::string text = R"({"a": [1, -2.5e+3, true, false, null, "x\u00e4\\"], "b": {}})";
  EXPECT_TRUE(valid(text));
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(valid(text.substr(0, size))) << size;
}

TEST(Json, Extraction) {
  const std::string document = R"({"a": [1, 2, {"b": "x"}], "c.d": null, "e": {"a": 7}})";
  check_json({
      {"json_extract", {"JSON:" + document, "VARCHAR:$.a"}, R"([1,2,{"b":"x"}])"},
      {"->", {"JSON:" + document, "VARCHAR:a"}, R"([1,2,{"b":"x"}])"},
      {"json_extract", {"VARCHAR:" + document, "VARCHAR:$.a[2].b"}, "\"x\""},
      {"->>", {"JSON:" + document, "VARCHAR:$.a[2].b"}, "x"},
      {"->>", {"JSON:" + document, "VARCHAR:c.d"}, "NULL"},
      {"->", {"JSON:" + document, "VARCHAR:c.d"}, "null"},
      {"->", {"JSON:" + document, "VARCHAR:$.\"c.d\""}, "null"},
      {"->", {"JSON:" + document, "VARCHAR:$.nothing"}, "NULL"},
      {"->", {"JSON:" + document, "VARCHAR:$.a[-3]"}, "1"},
      {"->", {"JSON:" + document, "VARCHAR:$.a[#-1].b"}, "\"x\""},
      {"->", {"JSON:" + document, "VARCHAR:$.a[#]"}, "NULL"},
      {"->", {"JSON:" + document, "VARCHAR:/a/2/b"}, "\"x\""},
      {"->", {"JSON:" + document, "VARCHAR:/a/-1"}, "NULL"},
      {"->", {"JSON:{\"a/b\": 1}", "VARCHAR:/a~1b"}, "1"},
      {"->", {"JSON:[1, 2, 3]", "BIGINT:1"}, "2"},
      {"->", {"JSON:[1, 2, 3]", "BIGINT:-1"}, "3"},
      {"->", {"JSON:[1, 2, 3]", "BIGINT:5"}, "NULL"},
      {"->", {"JSON:" + document, "VARCHAR:$.a[*]"}, R"([1, 2, {"b":"x"}])"},
      {"->", {"JSON:" + document, "VARCHAR:$.e.*"}, "[7]"},
      {"->", {"JSON:{\"a\": {\"b\": {\"c\": 1}}, \"c\": 2}", "VARCHAR:$..c"}, "[2, 1]"},
      {"->>", {"JSON:[{\"a\":\"x\"},{\"a\":null}]", "VARCHAR:$[*].a"}, "[x, NULL]"},
      {"->", {"JSON:" + document, "VARCHAR[]:[$.e.a, $.x]"}, "[7, NULL]"},
      {"->>",
       {"JSON:{\"a\":\"x\\ny\\u00e4\\ud83d\\ude80\\ud83d\"}", "VARCHAR:a"},
       "x\nyä🚀\xEF\xBF\xBD"},
      {"->", {"JSON:[\"\\u00e4\\/ \\n\"]", "VARCHAR:$"}, "[\"ä/ \\n\"]"},
      {"->", {"JSON:" + document, "VARCHAR:$x"}, "error: the JSON path '$x' breaks off at 'x'"},
      {"->", {"JSON:" + document, "VARCHAR:$."}, "error: the JSON path '$.' breaks off at '.'"},
      {"->", {"JSON:" + document, "VARCHAR:$[1"}, "error: the JSON path '$[1' breaks off at '[1'"},
      {"->",
       {"VARCHAR:{bad", "VARCHAR:$.a"},
       "error: this is not JSON: a member without a name at byte 1"},
      {"json_value", {"JSON:" + document, "VARCHAR:$.a"}, "NULL"},
      {"json_exists", {"JSON:" + document, "VARCHAR:c.d"}, "true"},
      {"json_exists", {"JSON:" + document, "VARCHAR:x"}, "false"},
      {"->",
       {"JSON:123456789012345678901234567890", "VARCHAR:$"},
       "123456789012345678901234567890"},
  });
}

TEST(Json, Inspection) {
  check_json({
      {"json_valid", {"VARCHAR:[1,]"}, "false"},
      {"json_valid", {"VARCHAR:NaN"}, "false"},
      {"json_valid", {"VARCHAR:{\"a\": [1, 2]}"}, "true"},
      {"json_type", {"VARCHAR:1"}, "UBIGINT"},
      {"json_type", {"VARCHAR:-1"}, "BIGINT"},
      {"json_type", {"VARCHAR:18446744073709551616"}, "DOUBLE"},
      {"json_type", {"VARCHAR:null"}, "NULL"},
      {"json_type", {"JSON:{\"a\": [1.5]}", "VARCHAR:$.a[0]"}, "DOUBLE"},
      {"json_type", {"JSON:{\"a\": [1.5]}", "VARCHAR[]:[$.a, $.b]"}, "[ARRAY, NULL]"},
      {"json_keys", {"JSON:{\"a\":1,\"b\":2}"}, "[a, b]"},
      {"json_keys", {"JSON:[1]"}, "[]"},
      {"json_array_length", {"JSON:{\"a\":[1, 2]}", "VARCHAR:$.a"}, "2"},
      {"json_array_length", {"JSON:1"}, "0"},
      {"json_structure",
       {"JSON:{\"a\":[1,2.5],\"b\":\"x\",\"c\":null,\"d\":{\"e\":true}}"},
       R"({"a":["DOUBLE"],"b":"VARCHAR","c":"NULL","d":{"e":"BOOLEAN"}})"},
      {"json_structure", {"JSON:[1, -1]"}, "[\"HUGEINT\"]"},
      {"json_structure", {"JSON:[{\"a\":1},{\"b\":2}]"}, R"([{"a":"UBIGINT","b":"UBIGINT"}])"},
      {"json_structure", {"JSON:[[1],[\"a\"]]"}, "[[\"JSON\"]]"},
      {"json_contains", {"JSON:[1,2,[3]]", "JSON:3"}, "true"},
      {"json_contains", {"JSON:{\"a\":[1,2],\"b\":1}", "JSON:{\"a\":[2]}"}, "true"},
      {"json_contains", {"JSON:[1,2,3]", "JSON:[1,4]"}, "false"},
      {"json_contains", {"JSON:1", "JSON:1.0"}, "false"},
      {"json", {"VARCHAR:{\"a\" : \"x y\"}"}, "{\"a\":\"x y\"}"},
      {"json_pretty",
       {"VARCHAR:{\"a\":[1,2],\"b\":{}}"},
       "{\n    \"a\": [\n        1,\n        2\n    ],\n    \"b\": {}\n}"},
  });
}

TEST(Json, Making) {
  check_json({
      {"to_json", {"STRUCT(a INTEGER, b VARCHAR):{'a': 1, 'b': x}"}, R"({"a":1,"b":"x"})"},
      {"to_json", {"VARCHAR:x\"y\\z"}, R"("x\"y\\z")"},
      {"to_json", {"VARCHAR[]:[a, NULL]"}, "[\"a\",null]"},
      {"to_json", {"MAP(INTEGER, BOOLEAN):{1=true}"}, "{\"1\":true}"},
      {"to_json", {"DECIMAL(2,2):0.05"}, "0.05"},
      {"to_json", {"DOUBLE:nan"}, "\"nan\""},
      {"to_json", {"DATE:2020-01-01"}, "\"2020-01-01\""},
      {"to_json", {"JSON:{\"a\" : 1}"}, "{\"a\":1}"},
      {"json_object", {"VARCHAR:NULL", "INTEGER:1"}, "error: a name in json_object is NULL"},
      {"json_object", {"VARCHAR:a"}, "error: json_object takes names and values in turn"},
      {"json_array", {"INTEGER:1", "VARCHAR:a\tb", "INTEGER:NULL"}, R"([1,"a\tb",null])"},
      {"json_array", {}, "[]"},
      {"json_merge_patch",
       {"JSON:{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", "JSON:{\"b\":{\"c\":null},\"e\":3}"},
       R"({"a":1,"b":{"d":2},"e":3})"},
      {"json_merge_patch", {"JSON:{\"a\":1}", "JSON:[1]"}, "[1]"},
      {"json_merge_patch", {"JSON:1", "JSON:{\"a\":null}", "JSON:{\"b\":2}"}, "{\"b\":2}"},
  });
}

TEST(Json, ObjectsOfConstantNamesAndColumns) {
  ColumnBuilder values(Type::int32());
  values.append(int32_t{7});
  values.append_null();
  const Column arguments[] = {Value::text("a").to_column(2), values.seal(),
                              Value::text("b").to_column(2), Value::boolean(true).to_column(2)};
  const SessionConstants session;
  RowErrors errors(RowErrors::Mode::kThrow);
  const KernelCall call{Selection::all(2), 2, Type::json(), nullptr, session, {}, errors};
  const Column result = json_registry()
                            .scalar("json_object")
                            ->overloads[0]
                            .kernel(call, std::span<const Column>(arguments));
  errors.raise({});
  EXPECT_EQ(result.text(0), R"({"a":7,"b":true})");
  EXPECT_EQ(result.text(1), R"({"a":null,"b":true})");
}

TEST(Json, Transformation) {
  check_json({
      {"json_transform",
       {"JSON:{\"a\":1,\"c\":2}", "VARCHAR:{\"a\":\"INTEGER\",\"b\":[\"DECIMAL(5,2)\"]}"},
       "{'a': 1, 'b': NULL}"},
      {"json_transform",
       {"JSON:{\"a\":\"x\",\"b\":[1.005, null]}",
        "VARCHAR:{\"a\":\"INTEGER\",\"b\":\"DECIMAL(5,2)[]\"}"},
       "{'a': NULL, 'b': [1.01, NULL]}"},
      {"json_transform_strict",
       {"JSON:{\"a\":\"x\"}", "VARCHAR:{\"a\":\"INTEGER\"}"},
       "error: \"x\" is not INTEGER"},
      {"json_transform_strict",
       {"JSON:{\"a\":1,\"b\":2}", "VARCHAR:{\"a\":\"INTEGER\"}"},
       "error: the member \"b\" is not in STRUCT(a INTEGER)"},
      {"json_transform_strict",
       {"JSON:{}", "VARCHAR:{\"a\":\"INTEGER\"}"},
       "error: the member \"a\" of STRUCT(a INTEGER) is missing"},
      {"json_transform",
       {"JSON:1", "VARCHAR:\"INTEGERR\""},
       "error: \"INTEGERR\" in the structure is not a type"},
  });
}

class Collected final : public CastFailures {
 public:
  void fail(uint32_t, std::string m) override { message = std::move(m); }
  bool wants_messages() const override { return true; }
  std::string message;
};

TEST(Json, CastsBothWays) {
  struct CastCase {
    const char* json;
    const char* type;
    const char* expected;
  };
  constexpr CastCase kCases[] = {
      {"{\"a\":1}", "STRUCT(a INTEGER)", "{'a': 1}"},
      {"[1, null]", "INTEGER[]", "[1, NULL]"},
      {"\"1\"", "INTEGER", "1"},
      {"1.5", "INTEGER", "2"},
      {"1e3", "INTEGER", "1000"},
      {"true", "INTEGER", "1"},
      {"1", "BOOLEAN", "true"},
      {"null", "INTEGER", "NULL"},
      {"\"2020-01-01\"", "DATE", "2020-01-01"},
      {"\"2020-01-01 00:00:00.5\"", "TIMESTAMP_S", "2020-01-01 00:00:01"},
      {"\"1 day\"", "INTERVAL", "1 day"},
      {"{\"b\":1,\"a\":2,\"b\":3}", "MAP(VARCHAR, INTEGER)", "{b=1, a=2}"},
      {"123456789012345678901234567890", "HUGEINT", "123456789012345678901234567890"},
      {"1.555", "DECIMAL(5,2)", "1.56"},
      {"[1, 2]", "INTEGER[2]", "[1, 2]"},
      {"[{\"a\": [ \"x y\" ]}]", "JSON[]", "[{\"a\":[\"x y\"]}]"},
      {"{\"a\":\"x\\ty\"}", "STRUCT(a VARCHAR)", "{'a': x\ty}"},
      {"300", "TINYINT", "error: 300 is not TINYINT"},
      {"[1, 2, 3]", "INTEGER[2]", "error: [1, 2, 3] is not INTEGER[2]"},
      {"{\"a\":1}", "INTEGER[]", "error: {\"a\":1} is not INTEGER[]"},
      {"[1, \"x\"]", "INTEGER[]", "error: \"x\" is not INTEGER"},
      {"{bad", "INTEGER", "error: this is not JSON: a member without a name at byte 1"},
  };
  for (const CastCase& c : kCases) {
    ColumnBuilder builder(Type::json());
    builder.append_null();
    builder.append_text(c.json);
    Collected failures;
    const Column result =
        json_to_column(builder.seal(), type_named(c.type), Selection::all(2), nullptr, failures);
    std::string text = failures.message.empty() ? "" : "error: " + failures.message;
    if (text.empty()) append_text(text, result, 1);
    EXPECT_EQ(text, c.expected) << c.json << "::" << c.type;
    EXPECT_TRUE(result.is_null(0));
    EXPECT_EQ(result.size(), 2U);
  }
}

TEST(Json, StringsSurviveTheRoundTrip) {
  std::string every;
  for (int c = 0; c < 128; ++c) every += static_cast<char>(c);
  every += "ä€🚀";
  std::string quoted;
  append_json_string(quoted, every);
  JsonTree tree;
  ASSERT_TRUE(tree.parse(quoted)) << tree.error();
  std::string scratch;
  EXPECT_EQ(tree.string(tree.root(), scratch), every);
}

}  // namespace
}  // namespace doline
