#include <algorithm>

#include "cases.h"
#include "column/column_builder.h"
#include "function/session_constants.h"

namespace doline {
namespace {

const FunctionRegistry& nested_registry() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry all;
    register_operators(all);
    register_numeric_functions(all);
    register_string_functions(all);
    register_nested_functions(all);
    register_lambda_functions(all);
    return all;
  }();
  return registry;
}

void check_nested(const std::vector<Case>& cases) {
  const Evaluator evaluate(nested_registry());
  for (const Case& c : cases) {
    std::string call = std::string(c.name) + "(";
    for (const auto& argument : c.arguments) call += argument + "; ";
    EXPECT_EQ(evaluate(c.name, c.arguments), c.expected) << call << ")";
  }
}

TEST(Lists, ElementsAndSlices) {
  check_nested({
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:1"}, "1"},
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:-1"}, "3"},
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:0"}, "NULL"},
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:4"}, "NULL"},
      {"list_extract", {"INTEGER[]:[]", "BIGINT:1"}, "NULL"},
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:-9223372036854775808"}, "NULL"},
      {"list_extract", {"INTEGER[]:[1, 2, 3]", "BIGINT:9223372036854775807"}, "NULL"},
      {"list_extract",
       {"VARCHAR[]:[a, a text kept elsewhere]", "BIGINT:2"},
       "a text kept elsewhere"},
      {"list_extract", {"VARCHAR:äöü", "BIGINT:2"}, "ö"},
      {"list_extract", {"VARCHAR:abc", "BIGINT:-1"}, "c"},
      {"list_extract", {"VARCHAR:abc", "BIGINT:5"}, ""},
      {"array_extract", {"INTEGER[2]:[1, 2]", "BIGINT:2"}, "2"},
      {"list_slice", {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:2", "BIGINT:3"}, "[2, 3]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:-2", "BIGINT:5"}, "[4, 5]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:0", "BIGINT:2"}, "[1, 2]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:4", "BIGINT:2"}, "[]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3]", "BIGINT:-10", "BIGINT:2"}, "[1, 2]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3]", "BIGINT:2", "BIGINT:9223372036854775807"}, "[2, 3]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3]", "BIGINT:-9223372036854775808", "BIGINT:2"}, "[1, 2]"},
      {"list_slice",
       {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:1", "BIGINT:5", "BIGINT:2"},
       "[1, 3, 5]"},
      {"list_slice",
       {"INTEGER[]:[1, 2, 3, 4, 5]", "BIGINT:5", "BIGINT:1", "BIGINT:-2"},
       "[5, 3, 1]"},
      {"list_slice", {"INTEGER[]:[1, 2, 3, 4]", "BIGINT:4", "BIGINT:2", "BIGINT:-1"}, "[4, 3, 2]"},
      {"list_slice",
       {"INTEGER[]:[1, 2, 3]", "BIGINT:1", "BIGINT:3", "BIGINT:9223372036854775807"},
       "[1]"},
      {"list_slice",
       {"INTEGER[]:[1, 2]", "BIGINT:1", "BIGINT:2", "BIGINT:0"},
       "error: the step of a slice is zero"},
      {"array_slice", {"VARCHAR:äöü", "BIGINT:-2", "BIGINT:-1"}, "öü"},
      {"array_slice", {"VARCHAR:hello", "BIGINT:2", "BIGINT:5"}, "ello"},
      {"array_length", {"INTEGER[]:[1, 2]"}, "2"},
      {"length", {"INTEGER[]:[1, NULL]"}, "2"},
      {"array_length", {"INTEGER[]:[1, 2]", "BIGINT:2"}, "error: the length of dimension 2"},
  });
}

TEST(Lists, OnlyTheGreatestBoundLeavesASliceOpen) {
  const ScalarOverload& overload = nested_registry().scalar("list_slice")->overloads[0];
  const Column list = column_of(Type::list(Type::int64()), "[1, 2, 3]");
  ColumnBuilder low(Type::int64());
  low.append(int64_t{2});
  low.append_null();
  const Column lows = low.seal();
  const Column arguments[] = {Column::constant(list, 2), lows,
                              Value::integer(INT64_MAX).to_column(2)};
  FunctionBinding binding;
  binding.constants = {std::nullopt, std::nullopt, Value::integer(INT64_MAX)};
  overload.bind(binding);
  const SessionConstants session;
  RowErrors errors(RowErrors::Mode::kThrow);
  const KernelCall call{Selection::all(2), 2, list.type(), binding.data.get(), session, {}, errors};
  const Column result = overload.kernel(call, std::span<const Column>(arguments));
  std::string text;
  append_text(text, result, 0);
  EXPECT_EQ(text, "[2, 3]");
  EXPECT_TRUE(result.is_null(1));
}

TEST(Lists, FewRowsOfALargeSharedChild) {
  // As a chunk of a table: its entries reach a small part of what all chunks share.
  ColumnBuilder numbers(Type::int64());
  for (int64_t i = 0; i < 10'000; ++i) numbers.append(i % 100);
  BufferRef entries = Buffer::allocate(3 * sizeof(ListEntry));
  entries->as<ListEntry>()[0] = {5'000, 2};
  entries->as<ListEntry>()[1] = {9'998, 2};
  entries->as<ListEntry>()[2] = {0, 0};
  const Column lists = Column::list(Type::list(Type::int64()), 3, entries, numbers.seal());
  const Column one = Value::integer(Type::int64(), 1).to_column(3);
  struct SharedCase {
    const char* name;
    std::vector<Column> arguments;
    TypeRef result;
    const char* expected;
  };
  const SharedCase cases[] = {
      {"list_concat", {lists, lists}, lists.type(), "[0, 1, 0, 1] | [98, 99, 98, 99] | []"},
      {"list_append", {lists, one}, lists.type(), "[0, 1, 1] | [98, 99, 1] | [1]"},
      {"list_distinct", {lists}, lists.type(), "[0, 1] | [98, 99] | []"},
      {"list_unique", {lists}, Type::uint64(), "2 | 2 | 0"},
      {"list_has_any", {lists, lists}, Type::boolean(), "true | true | false"},
      {"list_intersect", {lists, lists}, lists.type(), "[0, 1] | [98, 99] | []"},
      {"map",
       {lists, lists},
       Type::map(Type::int64(), Type::int64()),
       "{0=0, 1=1} | {98=98, 99=99} | {}"},
  };
  for (const SharedCase& c : cases) {
    const SessionConstants session;
    RowErrors errors(RowErrors::Mode::kThrow);
    const KernelCall call{Selection::all(3), 3, c.result, nullptr, session, {}, errors};
    const auto& overloads = nested_registry().scalar(c.name)->overloads;
    const auto found =
        std::find_if(overloads.begin(), overloads.end(), [&](const ScalarOverload& overload) {
          return overload.parameters.size() == c.arguments.size() || overload.variadic;
        });
    const Column result = found->kernel(call, c.arguments);
    errors.raise({});
    std::string text;
    for (uint32_t row = 0; row < 3; ++row) {
      if (row != 0) text += " | ";
      append_text(text, result, row);
    }
    EXPECT_EQ(text, c.expected) << c.name;
  }
}

TEST(Lists, Searching) {
  check_nested({
      {"list_contains", {"INTEGER[]:[1, 2, NULL]", "INTEGER:2"}, "true"},
      {"list_contains", {"INTEGER[]:[1, 2, NULL]", "INTEGER:3"}, "false"},
      {"list_contains", {"INTEGER[]:[1, 2, NULL]", "INTEGER:NULL"}, "NULL"},
      {"list_contains",
       {"VARCHAR[]:[a, a text kept elsewhere]", "VARCHAR:a text kept elsewhere"},
       "true"},
      {"contains", {"DOUBLE[]:[1.5, nan]", "DOUBLE:nan"}, "true"},
      {"list_contains", {"INTEGER[][]:[[1], [2, NULL]]", "INTEGER[]:[2, NULL]"}, "true"},
      {"list_position", {"INTEGER[]:[1, 2, NULL]", "INTEGER:2"}, "2"},
      {"list_position", {"INTEGER[]:[1, 2, NULL]", "INTEGER:5"}, "NULL"},
      {"list_position", {"INTEGER[]:[1, 2, NULL]", "INTEGER:NULL"}, "3"},
      {"list_has_any", {"INTEGER[]:[1, 2]", "INTEGER[]:[2, 5]"}, "true"},
      {"list_has_any", {"INTEGER[]:[1, NULL]", "INTEGER[]:[NULL]"}, "false"},
      {"list_has_all", {"INTEGER[]:[1, NULL]", "INTEGER[]:[NULL]"}, "true"},
      {"list_has_all", {"INTEGER[]:[1, 2]", "INTEGER[]:[2, 3]"}, "false"},
      {"<@", {"INTEGER[]:[2]", "INTEGER[]:[1, 2]"}, "true"},
      {"list_intersect", {"INTEGER[]:[1, 2, 3, 3]", "INTEGER[]:[3, 2, 5]"}, "[2, 3]"},
      {"list_intersect", {"VARCHAR[]:[b, NULL]", "VARCHAR[]:[NULL, b]"}, "[b]"},
  });
}

TEST(Lists, Building) {
  check_nested({
      {"list_value", {"INTEGER:1", "INTEGER:2", "INTEGER:NULL"}, "[1, 2, NULL]"},
      {"list_value", {"VARCHAR:a", "VARCHAR:a text kept elsewhere"}, "[a, a text kept elsewhere]"},
      {"list_value", {}, "[]"},
      {"array_value", {"INTEGER:1", "INTEGER:2"}, "[1, 2]"},
      {"list_concat", {"INTEGER[]:[1, 2]", "INTEGER[]:[3]", "INTEGER[]:[]"}, "[1, 2, 3]"},
      {"list_concat", {"INTEGER[]:[1]", "INTEGER[]:NULL"}, "[1]"},
      {"||", {"INTEGER[]:[1]", "INTEGER[]:NULL"}, "NULL"},
      {"||", {"BOOLEAN[]:[true, NULL]", "BOOLEAN[]:[false]"}, "[true, NULL, false]"},
      {"||", {"INTEGER[][]:[[1]]", "INTEGER[][]:[[2, 3], NULL]"}, "[[1], [2, 3], NULL]"},
      {"list_append", {"INTEGER[]:[1]", "INTEGER:NULL"}, "[1, NULL]"},
      {"list_append", {"INTEGER[]:NULL", "INTEGER:2"}, "[2]"},
      {"list_prepend", {"VARCHAR:a", "VARCHAR[]:[b]"}, "[a, b]"},
      {"array_push_front", {"VARCHAR[]:[b]", "VARCHAR:a"}, "[a, b]"},
      {"array_pop_back", {"INTEGER[]:[1, 2]"}, "[1]"},
      {"array_pop_front", {"INTEGER[]:[]"}, "[]"},
      {"list_reverse", {"INTEGER[]:[1, 2, NULL]"}, "[NULL, 2, 1]"},
      {"list_resize", {"INTEGER[]:[1, 2]", "BIGINT:4"}, "[1, 2, NULL, NULL]"},
      {"list_resize", {"INTEGER[]:[1, 2]", "BIGINT:4", "INTEGER:9"}, "[1, 2, 9, 9]"},
      {"list_resize", {"INTEGER[]:[1, 2, 3]", "BIGINT:1"}, "[1]"},
      {"list_resize", {"INTEGER[]:[1]", "BIGINT:-1"}, "error: a list cannot have -1 elements"},
      {"list_resize",
       {"INTEGER[]:[1]", "BIGINT:9223372036854775807"},
       "error: a list cannot have 9223372036854775807 elements"},
      {"repeat", {"INTEGER[]:[1, 2]", "BIGINT:2"}, "[1, 2, 1, 2]"},
      {"repeat",
       {"INTEGER[]:[1, 2]", "BIGINT:9223372036854775807"},
       "error: 2 elements repeated 9223372036854775807 times are too many"},
      {"list_select", {"INTEGER[]:[1, 2, 3]", "BIGINT[]:[3, 1, 5, -1]"}, "[3, 1, NULL, NULL]"},
      {"list_select",
       {"INTEGER[]:[1, 2, 3]", "BIGINT[]:[NULL]"},
       "error: a position to select is NULL"},
      {"list_where",
       {"INTEGER[]:[1, 2, 3]", "BOOLEAN[]:[true, false, true, true]"},
       "[1, 3, NULL]"},
      {"flatten", {"INTEGER[][]:[[1, 2], [3], NULL, []]"}, "[1, 2, 3]"},
      {"list_zip", {"INTEGER[]:[1, 2]", "VARCHAR[]:[a]"}, "[(1, a), (2, NULL)]"},
      {"list_zip", {"INTEGER[]:[1, 2]", "VARCHAR[]:[a]", "BOOLEAN:true"}, "[(1, a)]"},
      {"list_zip", {"INTEGER[]:[1]", "VARCHAR[]:NULL"}, "[(1, NULL)]"},
      {"range", {"BIGINT:3"}, "[0, 1, 2]"},
      {"range", {"BIGINT:5", "BIGINT:1", "BIGINT:-2"}, "[5, 3]"},
      {"range", {"BIGINT:1", "BIGINT:5", "BIGINT:0"}, "[]"},
      {"range",
       {"BIGINT:9223372036854775806", "BIGINT:9223372036854775807"},
       "[9223372036854775806]"},
      {"range",
       {"BIGINT:-9223372036854775808", "BIGINT:9223372036854775807"},
       "error: a list cannot have 18446744073709551615 elements"},
      {"generate_series", {"BIGINT:1", "BIGINT:5", "BIGINT:2"}, "[1, 3, 5]"},
      {"generate_series", {"BIGINT:10", "BIGINT:1", "BIGINT:-3"}, "[10, 7, 4, 1]"},
      {"generate_series",
       {"TIMESTAMP:2020-01-31", "TIMESTAMP:2020-02-01", "INTERVAL:1 day"},
       "['2020-01-31 00:00:00', '2020-02-01 00:00:00']"},
      {"range",
       {"TIMESTAMP:2020-01-01", "TIMESTAMP:2019-12-30", "INTERVAL:-1 day"},
       "['2020-01-01 00:00:00', '2019-12-31 00:00:00']"},
      {"range",
       {"TIMESTAMP:2020-01-01", "TIMESTAMP:2020-01-03", "INTERVAL:1 month -1 day"},
       "error: the step of a range goes both forward and back"},
      {"range",
       {"TIMESTAMP:2020-01-01", "TIMESTAMP:infinity", "INTERVAL:1 day"},
       "error: a range from or to infinity has no end"},
  });
}

TEST(Lists, Order) {
  check_nested({
      {"list_sort", {"INTEGER[]:[3, 1, NULL, 2]"}, "[1, 2, 3, NULL]"},
      {"list_sort", {"INTEGER[]:[3, 1, NULL, 2]", "VARCHAR:desc"}, "[3, 2, 1, NULL]"},
      {"list_sort",
       {"INTEGER[]:[3, 1, NULL, 2]", "VARCHAR:ASC", "VARCHAR:NULLS FIRST"},
       "[NULL, 1, 2, 3]"},
      {"list_sort", {"DOUBLE[]:[1.5, nan, NULL, -1.0]"}, "[-1.0, 1.5, nan, NULL]"},
      {"list_sort", {"VARCHAR[]:[b, a text kept elsewhere, a]"}, "[a, a text kept elsewhere, b]"},
      {"list_sort", {"INTEGER[][]:[[2], [1, 2], [1]]"}, "[[1], [1, 2], [2]]"},
      {"list_sort", {"INTEGER[]:[1]", "VARCHAR:up"}, "error: no sort order is called \"UP\""},
      {"list_reverse_sort", {"INTEGER[]:[3, 1, NULL, 2]"}, "[3, 2, 1, NULL]"},
      {"list_grade_up", {"INTEGER[]:[3, 1, NULL, 2]"}, "[2, 4, 1, 3]"},
      {"list_distinct", {"INTEGER[]:[3, 1, NULL, 3]"}, "[3, 1]"},
      {"list_distinct", {"INTEGER[][]:[[1], [1], [2]]"}, "[[1], [2]]"},
      {"list_unique", {"VARCHAR[]:[a, b, NULL, a]"}, "2"},
  });
}

TEST(Lists, Distances) {
  check_nested({
      {"list_distance", {"DOUBLE[]:[1, 2, 3]", "DOUBLE[]:[2, 3, 4]"}, "1.7320508075688772"},
      {"list_inner_product", {"DOUBLE[]:[1, 2, 3, 4, 5]", "DOUBLE[]:[1, 1, 1, 1, 1]"}, "15.0"},
      {"list_cosine_similarity", {"DOUBLE[]:[1, 2]", "DOUBLE[]:[0, 0]"}, "nan"},
      {"list_cosine_similarity", {"DOUBLE[]:[]", "DOUBLE[]:[]"}, "NULL"},
      {"list_distance", {"DOUBLE[]:[]", "DOUBLE[]:[]"}, "0.0"},
      {"list_distance",
       {"DOUBLE[]:[1, 2, 3]", "DOUBLE[]:[2, 3]"},
       "error: the lists have 3 and 2 elements, not equally many"},
      {"list_distance", {"DOUBLE[]:[1, NULL]", "DOUBLE[]:[2, 3]"}, "error: an element is NULL"},
      {"array_cross_product", {"DOUBLE[]:[1, 2, 3]", "DOUBLE[]:[2, 3, 4]"}, "[-1.0, 2.0, -1.0]"},
  });
}

TEST(Structs, FieldsAndCopies) {
  check_nested({
      {"struct_extract", {"STRUCT(a INTEGER, b VARCHAR):{'a': 1, 'b': x}", "VARCHAR:b"}, "x"},
      {"struct_extract", {"STRUCT(A INTEGER):{'A': 1}", "VARCHAR:a"}, "1"},
      {"struct_extract",
       {"STRUCT(a INTEGER):{'a': 1}", "VARCHAR:c"},
       "error: no field \"c\" in STRUCT(a INTEGER)"},
      {"array_extract", {"STRUCT(a INTEGER):{'a': 1}", "VARCHAR:a"}, "1"},
      {"struct_concat",
       {"STRUCT(a INTEGER):{'a': 1}", "STRUCT(b INTEGER):{'b': 2}"},
       "{'a': 1, 'b': 2}"},
      {"struct_concat",
       {"STRUCT(a INTEGER):{'a': 1}", "STRUCT(b INTEGER):NULL"},
       "{'a': 1, 'b': NULL}"},
      {"struct_concat",
       {"STRUCT(a INTEGER):{'a': 1}", "STRUCT(a INTEGER):{'a': 2}"},
       "error: the field \"a\" occurs twice"},
      {"struct_keys", {"STRUCT(a INTEGER, b VARCHAR):{'a': 1, 'b': x}"}, "[a, b]"},
      {"struct_values", {"STRUCT(a INTEGER, b VARCHAR):{'a': 1, 'b': x}"}, "(1, x)"},
      {"row", {"INTEGER:1", "VARCHAR:x"}, "(1, x)"},
      {"struct_pack", {"INTEGER:1"}, "error: argument 1 needs a name"},
  });
}

TEST(Maps, MakingAndReading) {
  check_nested({
      {"map", {"VARCHAR[]:[a, b]", "INTEGER[]:[1, NULL]"}, "{a=1, b=NULL}"},
      {"map", {"VARCHAR[]:[a, a]", "INTEGER[]:[1, 2]"}, "error: a key of a map occurs twice"},
      {"map", {"VARCHAR[]:[NULL]", "INTEGER[]:[1]"}, "error: a key of a map is NULL"},
      {"map", {"VARCHAR[]:[a]", "INTEGER[]:[1, 2]"}, "error: a map has as many keys as values"},
      {"map", {}, "{}"},
      {"map_from_entries",
       {"STRUCT(k VARCHAR, v INTEGER)[]:[{'k': a, 'v': 1}, {'k': b, 'v': 2}]"},
       "{a=1, b=2}"},
      {"map_from_entries",
       {"STRUCT(k VARCHAR, v INTEGER)[]:[NULL]"},
       "error: a key of a map is NULL"},
      {"map_keys", {"MAP(VARCHAR, INTEGER):{a=1, b=2}"}, "[a, b]"},
      {"map_values", {"MAP(VARCHAR, INTEGER):{a=1, b=2}"}, "[1, 2]"},
      {"map_entries", {"MAP(VARCHAR, INTEGER):{a=1}"}, "[{'key': a, 'value': 1}]"},
      {"cardinality", {"MAP(VARCHAR, INTEGER):{a=1, b=2}"}, "2"},
      {"map_extract_value", {"MAP(VARCHAR, INTEGER):{a=1, b=2}", "VARCHAR:b"}, "2"},
      {"map_extract_value", {"MAP(VARCHAR, INTEGER):{a=1, b=2}", "VARCHAR:c"}, "NULL"},
      {"map_extract", {"MAP(VARCHAR, INTEGER):{a=1, b=2}", "VARCHAR:b"}, "[2]"},
      {"map_extract", {"MAP(VARCHAR, INTEGER):{a=1, b=2}", "VARCHAR:NULL"}, "[]"},
      {"map_extract", {"MAP(VARCHAR, INTEGER):NULL", "VARCHAR:b"}, "NULL"},
      {"map_contains", {"MAP(INTEGER, INTEGER):{1=2}", "INTEGER:1"}, "true"},
      {"map_contains_value", {"MAP(INTEGER, INTEGER):{1=2}", "INTEGER:1"}, "false"},
      {"map_contains_entry", {"MAP(INTEGER, INTEGER):{1=2}", "INTEGER:1", "INTEGER:2"}, "true"},
      {"map_concat",
       {"MAP(INTEGER, VARCHAR):{1=a, 2=b}", "MAP(INTEGER, VARCHAR):{2=c, 3=d}"},
       "{1=a, 2=c, 3=d}"},
      {"map_concat", {"MAP(INTEGER, VARCHAR):{1=a}", "MAP(INTEGER, VARCHAR):NULL"}, "{1=a}"},
  });
}

/// x -> captured[parent] + x * position, over columns of BIGINT; counts its calls.
class SumOfProducts final : public LambdaEvaluator {
 public:
  explicit SumOfProducts(std::vector<int64_t> captured) : captured_(std::move(captured)) {}
  Column evaluate(std::vector<Column> parameters, uint32_t rows,
                  const uint32_t* parents) const override {
    ColumnBuilder out(Type::int64(), rows);
    for (uint32_t row = 0; row < rows; ++row) {
      const int64_t position = parameters.back().value<int64_t>(row);
      const int64_t folded = parameters.size() == 3 ? parameters[0].value<int64_t>(row) : 0;
      const Column& element = parameters[parameters.size() - 2];
      if (element.is_null(row)) {
        out.append_null();
      } else {
        out.append(folded + captured_[parents[row]] + element.value<int64_t>(row) * position);
      }
    }
    return out.seal();
  }

 private:
  const std::vector<int64_t> captured_;
};

/// x -> x is odd.
class IsOdd final : public LambdaEvaluator {
 public:
  Column evaluate(std::vector<Column> parameters, uint32_t rows, const uint32_t*) const override {
    ColumnBuilder out(Type::boolean(), rows);
    for (uint32_t row = 0; row < rows; ++row) {
      if (parameters[0].is_null(row)) {
        out.append_null();
      } else {
        out.append_bool(parameters[0].value<int64_t>(row) % 2 != 0);
      }
    }
    return out.seal();
  }
};

/// Three rows: a list, NULL, an empty list, one with a NULL in it.
Column lists_of_numbers() {
  ColumnBuilder lists(Type::list(Type::int64()));
  for (const int64_t value : {5, 6, 7}) lists.child().append(value);
  lists.finish_list();
  lists.append_null();
  lists.finish_list();
  lists.child().append(int64_t{9});
  lists.child().append_null();
  lists.finish_list();
  return lists.seal();
}

std::string call_with_lambda(const char* name, const LambdaEvaluator& lambda, TypeRef body,
                             std::vector<Column> arguments) {
  const ScalarOverload& overload = nested_registry().scalar(name)->overloads[arguments.size() - 1];
  FunctionBinding binding;
  binding.argument_types = {arguments[0].type(), nullptr};
  if (arguments.size() == 2) binding.argument_types.push_back(arguments[1].type());
  binding.cast_to = binding.argument_types;
  binding.constants.resize(binding.cast_to.size());
  binding.lambda_parameters.resize(binding.cast_to.size());
  binding.lambda_results.resize(binding.cast_to.size());
  binding.kernel = overload.kernel;
  binding.result = arguments[0].type();
  overload.bind(binding);
  binding.lambda_results[1] = body;
  overload.bind(binding);
  const LambdaEvaluator* const lambdas[] = {nullptr, &lambda};
  const SessionConstants session;
  RowErrors errors(RowErrors::Mode::kNull);
  const uint32_t rows = arguments[0].size();
  // Rows that are NULL are left out, as the caller of functions that can fail does.
  Selection active = arguments[0].validity() ? Selection::from_bits(arguments[0].validity(), rows)
                                             : Selection::all(rows);
  const KernelCall call{active, rows, binding.result, binding.data.get(), session, lambdas, errors};
  Column result = binding.kernel(call, arguments);
  if (BufferRef survivors = errors.take_survivors(rows)) result = result.masked(survivors);
  std::string text;
  for (uint32_t row = 0; row < rows; ++row) {
    if (row != 0) text += " | ";
    if (arguments[0].is_null(row)) {
      text += "NULL";
    } else {
      append_text(text, result, row);
    }
  }
  return text;
}

TEST(Lambdas, SeeElementsPositionsAndWhatTheyCaptured) {
  const SumOfProducts sums({100, 200, 300, 400});
  EXPECT_EQ(call_with_lambda("list_transform", sums, Type::int64(), {lists_of_numbers()}),
            "[105, 112, 121] | NULL | [] | [409, NULL]");
  EXPECT_EQ(call_with_lambda("list_filter", IsOdd(), Type::boolean(), {lists_of_numbers()}),
            "[5, 7] | NULL | [] | [9]");
  // 5, then + 100 + 6 * 2, then + 100 + 7 * 3; an empty list fails without an initial value.
  EXPECT_EQ(call_with_lambda("list_reduce", sums, Type::int64(), {lists_of_numbers()}),
            "238 | NULL | NULL | NULL");
  const Column one = Value::integer(Type::int64(), 1).to_column(4);
  EXPECT_EQ(call_with_lambda("list_reduce", sums, Type::int64(), {lists_of_numbers(), one}),
            "339 | NULL | 1 | NULL");
}

}  // namespace
}  // namespace doline
