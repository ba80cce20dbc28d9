#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <sstream>

#include "../rows/memory_spill.h"
#include "aggregate_cases.h"
#include "base/random.h"
#include "column/column_builder.h"
#include "column/text_format.h"
#include "function/aggregate_runs.h"
#include "function/aggregate_wrappers.h"
#include "function/registry.h"
#include "kernel/cast.h"

namespace doline {
namespace {

class NoFailures final : public CastFailures {
 public:
  void fail(uint32_t, std::string message) override { ADD_FAILURE() << message; }
  bool wants_messages() const override { return true; }
};

Column cast_to(const Column& column, TypeRef type) {
  if (column.type() == type) return column;
  NoFailures failures;
  return cast(column, type, Selection::all(column.size()), nullptr, failures);
}

TypeRef type_named(const std::string& name) {
  int width = 0;
  int scale = 0;
  if (std::sscanf(name.c_str(), "DECIMAL(%d,%d)", &width, &scale) == 2)
    return Type::decimal(width, scale);
  return simple_type_named(name);
}

Column column_of(const AggregateArgument& argument) {
  ColumnBuilder builder(Type::varchar());
  std::istringstream words(argument.values);
  for (std::string word; words >> word;) {
    if (word == "NULL") {
      builder.append_null();
    } else {
      builder.append_text(word);
    }
  }
  return cast_to(builder.seal(), type_named(argument.type));
}

/// "'; '", "2", "-0.25" or "[0.25,0.5]".
Value constant_of(const std::string& text) {
  if (text[0] == '\'') return Value::text(text.substr(1, text.size() - 2));
  if (text[0] != '[') {
    return text.find('.') == std::string::npos ? Value::integer(std::stoll(text))
                                               : Value::real(std::stod(text));
  }
  std::vector<Value> items;
  std::istringstream list(text.substr(1));
  for (std::string item; std::getline(list, item, ',');)
    items.push_back(Value::real(std::stod(item)));
  return Value::nested(Type::list(Type::float64()), std::move(items));
}

struct Bound {
  AggregateFunctionRef function;
  std::vector<Column> arguments;  // cast
};

bool accepts(const TypePattern& pattern, TypeRef type) {
  if (pattern.kind == TypePattern::Kind::kExact) return pattern.type == type;
  if (pattern.kind == TypePattern::Kind::kDecimal) return type->is(TypeKind::kDecimal);
  return pattern.kind == TypePattern::Kind::kAny;
}

/// Stands in for the binder's overload resolution: an overload that takes the types as they are,
/// else the last of as many parameters, to whose types the arguments are cast.
Bound bind_call(const std::string& name, std::vector<Column> columns, const std::string& constant) {
  const AggregateDeclaration* declaration = FunctionRegistry::instance().aggregate(name);
  if (!declaration) throw Error(ErrorCode::kFunctionNotFound, "no aggregate {}", name);
  AggregateBinding binding;
  for (const Column& column : columns) {
    binding.argument_types.push_back(column.type());
    binding.constants.emplace_back();
  }
  if (!constant.empty()) {
    binding.constants.emplace_back(constant_of(constant));
    binding.argument_types.push_back(binding.constants.back()->type());
  }
  const AggregateOverload* chosen = nullptr;
  for (const AggregateOverload& overload : declaration->overloads) {
    if (overload.parameters.size() != binding.argument_types.size()) continue;
    bool fits = true;
    for (size_t i = 0; i < overload.parameters.size(); ++i) {
      fits &= accepts(overload.parameters[i], binding.argument_types[i]);
    }
    if (!chosen || fits) chosen = &overload;
    if (fits) break;
    chosen = &overload;
  }
  if (!chosen) throw Error(ErrorCode::kTypeMismatch, "{} takes other arguments", name);
  for (size_t i = 0; i < binding.argument_types.size(); ++i) {
    const TypePattern& pattern = chosen->parameters[i];
    binding.cast_to.push_back(
        pattern.kind == TypePattern::Kind::kExact ? pattern.type : binding.argument_types[i]);
  }
  chosen->bind(binding);
  Bound bound{binding.function, {}};
  for (size_t i = 0; i < std::min(columns.size(), binding.kept_arguments); ++i) {
    bound.arguments.push_back(cast_to(columns[i], binding.cast_to[i]));
  }
  return bound;
}

/// States side by side, in an arena.
class States {
 public:
  States(const AggregateFunction& function, uint32_t count) : function_(function) {
    const StateLayout layout = function.layout();
    const size_t step = round_up(layout.size_bytes, 16);
    buffer_ = Buffer::allocate(step * count);
    for (uint32_t i = 0; i < count; ++i) {
      pointers_.push_back(buffer_->data() + step * i);
      function.init(pointers_.back());
    }
  }
  std::byte* at(uint32_t index) { return pointers_[index]; }
  StateSpan span(uint32_t begin, uint32_t count) { return {pointers_.data() + begin, count}; }
  std::string text(uint32_t index) {
    ColumnBuilder builder(function_.result_type());
    function_.result(span(index, 1), builder);
    std::string out;
    append_text(out, builder.seal(), 0);
    return out;
  }
  Arena arena;

 private:
  const AggregateFunction& function_;
  BufferRef buffer_;
  std::vector<std::byte*> pointers_;
};

uint32_t rows_of(const Bound& bound) {
  return bound.arguments.empty() ? 0 : bound.arguments[0].size();
}

std::string all_at_once(const Bound& bound) {
  States states(*bound.function, 1);
  bound.function->update_one(bound.arguments, Selection::all(rows_of(bound)), states.at(0),
                             states.arena);
  return states.text(0);
}

std::string row_by_row_into(const Bound& bound) {
  States states(*bound.function, 1);
  const std::vector<std::byte*> same(rows_of(bound), states.at(0));
  bound.function->update(bound.arguments, Selection::all(rows_of(bound)),
                         {same.data(), rows_of(bound)}, states.arena);
  return states.text(0);
}

/// Rows [0, half) and [half, end) apart, the second half in an arena that dies after the merge.
std::string merged(const Bound& bound) {
  States into(*bound.function, 1);
  {
    States from(*bound.function, 2);
    const uint32_t half = rows_of(bound) / 2;
    const Selection all = Selection::all(rows_of(bound));
    bound.function->update_one(bound.arguments, all.slice(0, half), from.at(0), from.arena);
    bound.function->update_one(bound.arguments, all.slice(half, rows_of(bound) - half), from.at(1),
                               from.arena);
    for (uint32_t i = 0; i < 2; ++i)
      bound.function->merge(from.span(i, 1), into.span(0, 1), into.arena);
  }
  return into.text(0);
}

std::string saved_and_loaded(const Bound& bound) {
  std::vector<std::byte> bytes;
  {
    States states(*bound.function, 1);
    bound.function->update_one(bound.arguments, Selection::all(rows_of(bound)), states.at(0),
                               states.arena);
    StateWriter writer(bytes);
    bound.function->save(states.at(0), writer);
  }
  States loaded(*bound.function, 1);
  StateReader reader(bytes);
  bound.function->load(reader, loaded.at(0), loaded.arena);
  EXPECT_TRUE(reader.at_end());
  return loaded.text(0);
}

/// Each second row sends what is there to disk, as its own run; half of the rows in a state that is
/// saved, loaded and merged.
std::string through_runs(const Bound& bound) {
  const AggregateFunction& function = *bound.function;
  const auto spill = make_ref<MemorySpill>();
  std::vector<ArenaRef> arenas;
  const auto unload = [&](std::byte* state) {
    arenas.push_back(make_ref<Arena>());
    function.unload(state, *spill, *arenas.back());
  };
  States states(function, 3);
  const uint32_t half = rows_of(bound) / 2;
  for (uint32_t row = 0; row < rows_of(bound); ++row) {
    std::byte* state = states.at(row < half ? 0 : 1);
    function.update_one(bound.arguments, Selection::all(rows_of(bound)).slice(row, 1), state,
                        states.arena);
    if (row % 2 == 0) unload(state);
  }
  std::vector<std::byte> bytes;
  StateWriter writer(bytes);
  function.save(states.at(1), writer);
  StateReader reader(bytes, spill.get());
  function.load(reader, states.at(2), states.arena);
  EXPECT_TRUE(reader.at_end());
  function.merge(states.span(2, 1), states.span(0, 1), states.arena);
  unload(states.at(0));
  return states.text(0);
}

std::string through_dictionaries(Bound bound) {
  for (Column& column : bound.arguments) {
    if (column.type()->is_nested() || column.size() == 0) continue;
    BufferRef codes = Buffer::allocate(column.size() * sizeof(uint32_t));
    ColumnBuilder values(column.type());
    for (uint32_t row = 0; row < column.size(); ++row) {
      codes->as<uint32_t>()[row] = column.is_null(row) ? 0 : values.size();
      if (!column.is_null(row)) values.append_from(column, row);
    }
    if (values.size() == 0) continue;
    column = Column::dictionary(column.type(), column.size(), codes,
                                make_ref<const Dictionary>(values.seal(), false),
                                validity_bitmap(column));
  }
  return all_at_once(bound) + "\n" + row_by_row_into(bound);
}

bool same_result(const std::string& got, const std::string& expected) {
  if (got == expected) return true;
  char* got_end = nullptr;
  char* expected_end = nullptr;
  const double a = std::strtod(got.c_str(), &got_end);
  const double b = std::strtod(expected.c_str(), &expected_end);
  if (*got_end != 0 || *expected_end != 0 || expected.find('.') == std::string::npos) return false;
  return std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b));
}

TEST(Aggregates, GiveWhatDuckDBGivesHoweverTheirRowsComeIn) {
  for (const AggregateCase& c : kAggregateCases) {
    std::vector<Column> columns;
    std::string call = std::string(c.name) + "(";
    for (const AggregateArgument& argument : c.arguments) {
      columns.push_back(column_of(argument));
      call += std::string(argument.type) + " " + argument.values + "; ";
    }
    SCOPED_TRACE(call + c.constant + ")");
    const Bound bound = bind_call(c.name, columns, c.constant);
    EXPECT_EQ(bound.function->result_type()->name(), c.result_type);
    const std::string all = all_at_once(bound);
    EXPECT_TRUE(same_result(all, c.result)) << all << " is not " << c.result;
    EXPECT_TRUE(same_result(row_by_row_into(bound), all))
        << row_by_row_into(bound) << " is not " << all;
    EXPECT_TRUE(same_result(merged(bound), all)) << merged(bound) << " is not " << all;
    EXPECT_TRUE(same_result(saved_and_loaded(bound), all))
        << saved_and_loaded(bound) << " is not " << all;
    if (bound.function->can_unload()) {
      EXPECT_TRUE(same_result(through_runs(bound), all))
          << through_runs(bound) << " is not " << all;
    }
    const std::string encoded = through_dictionaries(bound);
    EXPECT_TRUE(same_result(encoded.substr(0, encoded.find('\n')), all))
        << encoded << " is not " << all;
    EXPECT_TRUE(same_result(encoded.substr(encoded.find('\n') + 1), all))
        << encoded << " is not " << all;
  }
}

TEST(Aggregates, EveryOneIsDocumented) {
  for (const AggregateDeclaration& declaration : FunctionRegistry::instance().aggregates()) {
    EXPECT_FALSE(declaration.summary.empty()) << declaration.name;
    EXPECT_FALSE(declaration.example.empty()) << declaration.name;
    EXPECT_FALSE(declaration.example_result.empty()) << declaration.name;
    EXPECT_FALSE(declaration.overloads.empty()) << declaration.name;
  }
}

/// A constant column stands for all its rows.
TEST(Aggregates, ConstantsCountAsOftenAsTheyStand) {
  struct Case {
    const char* name;
    Value value;
    const char* result;
  };
  const Case cases[] = {{"sum", Value::integer(7), "14000"},
                        {"sum", Value::real(0.5), "1000.0"},
                        {"avg", Value::integer(7), "7.0"},
                        {"count", Value::integer(7), "2000"},
                        {"count", Value::null(Type::int64()), "0"},
                        {"sum", Value::null(Type::int64()), "NULL"},
                        {"max", Value::text("a text that does not fit in place"),
                         "a text that does not fit in place"},
                        {"count_if", Value::boolean(true), "2000"},
                        {"bool_and", Value::boolean(false), "false"}};
  for (const Case& c : cases) {
    const Bound bound = bind_call(c.name, {c.value.to_column(2000)}, "");
    EXPECT_EQ(all_at_once(bound), c.result) << c.name;
    EXPECT_EQ(row_by_row_into(bound), c.result) << c.name;
  }
}

TEST(Aggregates, SumsBeyondHugeintAreErrors) {
  ColumnBuilder builder(Type::hugeint());
  builder.append(kInt128Max);
  builder.append(int128_t{1});
  const Bound bound = bind_call("sum", {builder.seal()}, "");
  EXPECT_THROW(all_at_once(bound), Error);
  EXPECT_THROW(row_by_row_into(bound), Error);
  EXPECT_THROW(merged(bound), Error);
}

// Symptom: the size of a record of over 4 GiB wrapped, and what followed it was read from its
// midst.
TEST(Aggregates, ValuesAreOf4GiBAtMost) {
  EXPECT_EQ(record_size(~uint32_t{0}), ~uint32_t{0});
  EXPECT_THROW(record_size(size_t{1} << 32), Error);
}

TEST(Aggregates, RetractTakesRowsOutAgain) {
  const Column column = column_of({"INTEGER", "3 1 NULL 2 1"});
  for (const auto& [name, type] :
       {std::pair("sum", "HUGEINT"), {"avg", "DOUBLE"}, {"count", "BIGINT"}}) {
    const Bound bound = bind_call(name, {column}, "");
    ASSERT_TRUE(bound.function->invertible()) << name;
    States states(*bound.function, 2);
    const Selection all = Selection::all(5);
    bound.function->update_one(bound.arguments, all, states.at(0), states.arena);
    bound.function->retract(bound.arguments, all.slice(0, 3), states.at(0), states.arena);
    bound.function->update_one(bound.arguments, all.slice(3, 2), states.at(1), states.arena);
    EXPECT_EQ(states.text(0), states.text(1)) << name;
    bound.function->retract(bound.arguments, all.slice(3, 2), states.at(0), states.arena);
    EXPECT_EQ(states.text(0), std::string(name) == "count" ? "0" : "NULL") << name;
  }
}

TEST(Aggregates, BadConstantsAreRefusedWhenBound) {
  struct Case {
    const char* name;
    const char* constant;
  };
  for (const Case& c : {Case{"quantile_cont", "1.5"},
                        {"quantile_disc", "-1.5"},
                        {"approx_quantile", "2.0"},
                        {"max", "0"},
                        {"min", "2000000"}}) {
    EXPECT_THROW(bind_call(c.name, {column_of({"INTEGER", "1 2"})}, c.constant), Error) << c.name;
  }
  EXPECT_THROW(bind_call("quantile_cont", {column_of({"VARCHAR", "a b"})}, "0.5"), Error);
}

TEST(Distinct, LooksAtEachCombinationOnce) {
  struct Case {
    const char* name;
    std::vector<AggregateArgument> arguments;
    const char* constant;
    const char* result;
  };
  const Case cases[] = {
      {"sum", {{"INTEGER", "3 1 NULL 3 1 NULL"}}, "", "4"},
      {"count", {{"DOUBLE", "0.0 -0.0 nan nan NULL 1"}}, "", "3"},
      {"count",
       {{"VARCHAR", "a b a a-text-of-more-than-twelve a-text-of-more-than-twelve NULL NULL"}},
       "",
       "3"},
      {"list", {{"INTEGER", "3 3 3"}}, "", "[3]"},
      {"string_agg", {{"VARCHAR", "b a b c a"}}, "'+'", "b+a+c"},
      {"count", {{"BOOLEAN", "true false true NULL"}}, "", "2"},
      {"sum", {{"DECIMAL(30,2)", "1.10 1.10 2.20"}}, "", "3.30"},
      {"count", {{"INTERVAL", "P1M P30D P29D"}}, "", "2"},
      {"corr", {{"DOUBLE", "1 2 1"}, {"DOUBLE", "2 4 2"}}, "", "1.0"},
      {"regr_count", {{"DOUBLE", "1 2 1"}, {"DOUBLE", "2 4 3"}}, "", "3"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.name) + " " + c.arguments[0].values);
    std::vector<Column> columns;
    for (const AggregateArgument& argument : c.arguments) {
      if (std::string(argument.type) != "INTERVAL") {
        columns.push_back(column_of(argument));
        continue;
      }
      ColumnBuilder builder(Type::interval());
      for (const Interval& interval : {Interval{1, 0, 0}, Interval{0, 30, 0}, Interval{0, 29, 0}})
        builder.append(interval);
      columns.push_back(builder.seal());
    }
    Bound bound = bind_call(c.name, columns, c.constant);
    std::vector<TypeRef> types;
    for (const Column& column : bound.arguments) types.push_back(column.type());
    const bool is_ordered = bound.function->is_order_sensitive();
    bound.function = make_distinct(bound.function, types);
    // Values come back from disk in another order.
    EXPECT_NE(bound.function->can_unload(), is_ordered);
    const std::string encoded = through_dictionaries(bound);
    for (const std::string& got :
         {all_at_once(bound), row_by_row_into(bound), merged(bound), saved_and_loaded(bound),
          bound.function->can_unload() ? through_runs(bound) : std::string(c.result),
          encoded.substr(0, encoded.find('\n')), encoded.substr(encoded.find('\n') + 1)}) {
      EXPECT_TRUE(same_result(got, c.result)) << got;
    }
  }
}

TEST(Distinct, KeepsManyValuesOfManyGroupsApart) {
  const Bound count = bind_call("count", {column_of({"BIGINT", "1"})}, "");
  const AggregateFunctionRef function = make_distinct(count.function, {Type::int64()});
  constexpr uint32_t kGroups = 50;
  States states(*function, kGroups);
  std::vector<std::set<int64_t>> expected(kGroups);
  Random random(11);
  for (int chunk = 0; chunk < 100; ++chunk) {
    ColumnBuilder values(Type::int64());
    std::vector<std::byte*> targets;
    for (uint32_t i = 0; i < kChunkRows; ++i) {
      const auto group = static_cast<uint32_t>(random.below(kGroups));
      const auto value = static_cast<int64_t>(random.below(1000 * (group + 1))) - 500;
      values.append(value);
      targets.push_back(states.at(group));
      expected[group].insert(value);
    }
    const Column column = values.seal();
    function->update({&column, 1}, Selection::all(kChunkRows), {targets.data(), kChunkRows},
                     states.arena);
  }
  for (uint32_t group = 0; group < kGroups; ++group) {
    EXPECT_EQ(states.text(group), std::to_string(expected[group].size()));
  }
}

TEST(Ordered, SortsBeforeItAggregates) {
  struct Case {
    bool descending;
    bool nulls_first;
    const char* result;
  };
  const Column values = column_of({"VARCHAR", "a b c d e"});
  const Column keys = column_of({"INTEGER", "2 1 NULL 1 3"});
  for (const Case& c : {Case{false, false, "[b, d, a, e, c]"},
                        {false, true, "[c, b, d, a, e]"},
                        {true, false, "[e, a, b, d, c]"},
                        {true, true, "[c, e, a, b, d]"}}) {
    Bound bound = bind_call("list", {values}, "");
    bound.function = make_ordered(bound.function, {Type::varchar()},
                                  {{Type::int32(), c.descending, c.nulls_first}});
    bound.arguments.push_back(keys);
    EXPECT_FALSE(bound.function->is_order_sensitive());
    for (const std::string& got : {all_at_once(bound), row_by_row_into(bound), merged(bound),
                                   saved_and_loaded(bound), through_runs(bound)}) {
      EXPECT_EQ(got, c.result);
    }
  }
}

/// Rows come in backwards; their numbers restore what the source's order would have given.
TEST(Sequenced, OrderOfArrivalDoesNotMatter) {
  const Column values = column_of({"VARCHAR", "NULL e d NULL b NULL"});
  const Column sequence = column_of({"BIGINT", "60 50 40 30 20 10"});
  for (const auto& [name, result] : {std::pair("first", "NULL"),
                                     {"last", "NULL"},
                                     {"any_value", "b"},
                                     {"string_agg", "b,d,e"},
                                     {"list", "[NULL, b, NULL, d, e, NULL]"}}) {
    Bound bound = bind_call(name, {values}, "");
    ASSERT_TRUE(bound.function->is_order_sensitive()) << name;
    bound.function = make_sequenced(bound.function, {Type::varchar()});
    bound.arguments.push_back(sequence);
    for (const std::string& got :
         {all_at_once(bound), merged(bound), saved_and_loaded(bound),
          bound.function->can_unload() ? through_runs(bound) : std::string(result)}) {
      EXPECT_EQ(got, result) << name;
    }
  }
}

TEST(Sketches, StayWithinTheirError) {
  const Bound distinct = bind_call("approx_count_distinct", {column_of({"BIGINT", "1"})}, "");
  const Bound quantile =
      bind_call("approx_quantile", {column_of({"DOUBLE", "1"})}, "[0.01,0.5,0.99]");
  for (const uint32_t many : {10U, 64U, 65U, 1000U, 200'000U}) {
    States registers(*distinct.function, 2);
    States digests(*quantile.function, 2);
    Random random(many);
    for (uint32_t begin = 0; begin < many; begin += kChunkRows) {
      const uint32_t count = std::min(kChunkRows, many - begin);
      ColumnBuilder integers(Type::int64());
      ColumnBuilder reals(Type::float64());
      for (uint32_t i = 0; i < count; ++i) {
        integers.append(static_cast<int64_t>(begin + i));
        reals.append(random.unit());
      }
      const Column both[] = {integers.seal(), reals.seal()};
      const uint32_t side = begin / kChunkRows % 2;
      for (int twice = 0; twice < 2; ++twice) {
        distinct.function->update_one({&both[0], 1}, Selection::all(count), registers.at(side),
                                      registers.arena);
      }
      quantile.function->update_one({&both[1], 1}, Selection::all(count), digests.at(side),
                                    digests.arena);
    }
    distinct.function->merge(registers.span(1, 1), registers.span(0, 1), registers.arena);
    quantile.function->merge(digests.span(1, 1), digests.span(0, 1), digests.arena);
    const double counted = std::stod(registers.text(0));
    EXPECT_NEAR(counted, many, many <= 64 ? 0 : 0.06 * many);
    if (many < 1000) continue;
    double parts[3];
    ASSERT_EQ(std::sscanf(digests.text(0).c_str(), "[%lf, %lf, %lf]", parts, parts + 1, parts + 2),
              3);
    const double wanted[] = {0.01, 0.5, 0.99};
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(parts[i], wanted[i], many == 1000 ? 0.06 : 0.01) << many;
  }
}

}  // namespace
}  // namespace doline
