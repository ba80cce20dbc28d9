#include "exec/aggregate/aggregation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "../rows/memory_spill.h"
#include "base/random.h"
#include "column/column_builder.h"
#include "column/text_format.h"
#include "function/registry.h"
#include "plan/plan_node.h"

namespace doline {
namespace {

/// How an aggregation is run; every way must give the same rows.
struct Way {
  const char* name;
  const char* forced;
  uint32_t tasks;
  bool force_spill;
  size_t memory_limit = Budget::kNoLimit;
  bool first_task_alone = false;  // spills; the others and the readers have room
};

constexpr Way kWays[] = {
    {"one task", "", 1, false},
    {"one task, array", "array", 1, false},
    {"three tasks", "", 3, false},
    {"three tasks, local", "local", 3, false},
    {"three tasks, partitioned", "partitioned", 3, false},
    {"one task, partitioned, spilling", "partitioned", 1, true},
    {"two tasks, spilling", "", 2, true},
    // Symptom: rows read past a page where a bucket had pages on disk and in memory.
    {"two tasks, one of them spilling", "partitioned", 2, true, Budget::kNoLimit, true},
};

struct Call {
  const char* name;
  std::vector<uint32_t> columns;
  bool distinct = false;
  int filter_column = -1;
};

class Aggregation {
 public:
  Aggregation(Schema input, std::vector<uint32_t> keys, std::vector<Call> calls) {
    const auto column = [&](uint32_t index) {
      return ColumnExpr::create(index, input[index].type, input[index].name);
    };
    std::vector<ExprRef> key_exprs;
    std::vector<std::string> key_names;
    for (uint32_t key : keys) {
      key_exprs.push_back(column(key));
      key_names.push_back(input[key].name);
    }
    std::vector<AggregateExprRef> aggregates;
    std::vector<std::string> names;
    for (const Call& call : calls) {
      std::vector<ExprRef> arguments;
      for (uint32_t argument : call.columns) arguments.push_back(column(argument));
      if (std::string(call.name) == "quantile_disc")
        arguments.push_back(ConstantExpr::create(Value::real(0.5)));
      ExprRef filter;
      if (call.filter_column >= 0) filter = column(static_cast<uint32_t>(call.filter_column));
      aggregates.push_back(AggregateExpr::create(*FunctionRegistry::instance().aggregate(call.name),
                                                 arguments, call.distinct, {}, filter, {}));
      names.emplace_back(call.name);
    }
    node_ = AggregationNode::create(ValuesNode::create(input, {}, 0), key_exprs, key_names,
                                    aggregates, names);
  }

  /// Result rows as texts, sorted: groups come in any order.
  std::vector<std::string> run(const std::vector<Chunk>& chunks, const Way& way) {
    QueryContext context;
    context.budget = Budget::create("query", Budget::process(), way.memory_limit);
    context.settings.force_aggregate = way.forced;
    context.settings.force_spill = way.force_spill;
    context.threads = way.tasks;
    context.spill = make_ref<MemorySpill>();
    std::vector<std::string> rows;
    {
      BudgetScope scope(*context.budget);
      KeptRows kept = make_aggregation(static_cast<const AggregationNode&>(*node_), context);
      kept.sink->begin_input(0, true);
      const auto spills = [&](size_t task) {
        return way.force_spill && (task == 0 || !way.first_task_alone);
      };
      std::vector<std::unique_ptr<LocalState>> locals;
      for (uint32_t task = 0; task < way.tasks; ++task) locals.push_back(kept.sink->local(context));
      // Four chunks a morsel; morsels go to tasks in turn, backwards, as if later ones were faster.
      const size_t morsels = (chunks.size() + 3) / 4;
      for (size_t i = 0; i < morsels; ++i) {
        const size_t morsel = way.tasks == 1 ? i : morsels - 1 - i;
        LocalState& local = *locals[morsel % way.tasks];
        context.settings.force_spill = spills(morsel % way.tasks);
        for (size_t c = 4 * morsel; c < std::min(chunks.size(), 4 * morsel + 4); ++c) {
          Chunk chunk = chunks[c];
          chunk.sequence = {morsel, c - 4 * morsel};
          Flow flow = Flow::kHaveOutput;  // spilling goes step by step: the same chunk again
          while (flow == Flow::kHaveOutput) flow = kept.sink->consume(chunk, local, Waker());
          EXPECT_EQ(flow, Flow::kNeedInput);
        }
        kept.sink->end_morsel(morsel, local, Waker());
      }
      for (size_t task = 0; task < locals.size(); ++task) {
        context.settings.force_spill = spills(task);
        kept.sink->combine(*locals[task]);
      }
      context.settings.force_spill = way.force_spill && !way.first_task_alone;
      locals.clear();
      EXPECT_TRUE(kept.sink->finish().empty());
      note_ = fmt::format("{}", fmt::join(kept.sink->metrics.notes(), "; "));
      spilled_ = context.spill->written_bytes();
      const std::unique_ptr<Source> source = kept.make_source();
      Morsel morsel;
      while (source->next_morsel(morsel, Waker()) == Poll::kReady) {
        const auto reader = source->open(morsel);
        Chunk out;
        while (reader->read(out, Waker()) == Poll::kReady) {
          for (uint32_t i = 0; i < out.size(); ++i) {
            std::string text;
            for (const Column& column : out.columns) {
              append_text(text, column, out.active[i]);
              text += '|';
            }
            rows.push_back(std::move(text));
          }
        }
      }
    }
    peak_ = context.budget->peak_bytes();
    EXPECT_EQ(context.budget->used_bytes(), 0U) << "memory was left behind";
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  std::string note_;
  uint64_t spilled_ = 0;
  size_t peak_ = 0;

 private:
  PlanRef node_;
};

Schema test_schema() {
  return {{"small", Type::int32()},
          {"text", Type::varchar()},
          {"big", Type::int64()},
          {"value", Type::float64()},
          {"flag", Type::boolean()}};
}

std::vector<Chunk> test_chunks(uint32_t count, uint64_t texts, Random& random) {
  std::vector<Chunk> chunks;
  for (uint32_t c = 0; c < count; ++c) {
    std::vector<ColumnBuilder> builders;
    for (const Field& field : test_schema()) builders.emplace_back(field.type);
    const uint32_t rows = 1 + static_cast<uint32_t>(random.below(kChunkRows));
    for (uint32_t i = 0; i < rows; ++i) {
      if (random.below(10) == 0) {
        builders[0].append_null();
      } else {
        builders[0].append(static_cast<int32_t>(random.below(20)) - 10);
      }
      const uint64_t text = random.below(texts);
      if (text == 0) {
        builders[1].append_null();
      } else {
        builders[1].append_text((text % 2 ? "t" : "a text that lies in the heap of its page: ") +
                                std::to_string(text));
      }
      builders[2].append(static_cast<int64_t>(random.next() >> 40));
      builders[3].append(static_cast<double>(random.below(1000)) / 4);
      if (random.below(3) == 0) {
        builders[4].append_null();
      } else {
        builders[4].append_bool(random.below(2) == 0);
      }
    }
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.seal());
    Chunk chunk(std::move(columns), rows);
    if (c % 3 == 1) {  // some rows were filtered out
      std::vector<uint64_t> bits(words_for_bits(rows));
      for (uint64_t& word : bits) word = random.next();
      chunk.active = Selection::from_bits(bits.data(), rows);
    }
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

const std::vector<Call> kCalls = {
    {"count", {}},  {"count", {0}}, {"sum", {2}},           {"avg", {3}},
    {"min", {1}},   {"max", {3}},   {"sum", {2}, false, 4}, {"count", {1}, true},
    {"first", {1}}, {"last", {2}},  {"string_agg", {1}},    {"median", {3}},
    {"list", {0}},  {"min", {4}},
};

/// What the rows should be, the slow way.
std::vector<std::string> by_hand(const std::vector<Chunk>& chunks,
                                 const std::vector<uint32_t>& keys) {
  struct Group {
    std::string key;
    int64_t rows = 0;
    int128_t sum = 0;
    int64_t filtered = 0;
  };
  std::map<std::string, Group> groups;
  for (const Chunk& chunk : chunks) {
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      const uint32_t row = chunk.active[i];
      std::string key;
      for (uint32_t column : keys) {
        append_text(key, chunk.columns[column], row);
        key += '|';
      }
      Group& group = groups[key];
      ++group.rows;
      group.sum += chunk.columns[2].value<int64_t>(row);
      group.filtered += !chunk.columns[4].is_null(row) && chunk.columns[4].value<bool>(row);
    }
  }
  std::vector<std::string> rows;
  for (const auto& [key, group] : groups) {
    rows.push_back(key + std::to_string(group.rows) + "|" + to_string(group.sum) + "|" +
                   std::to_string(group.filtered) + "|");
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Aggregation, CountsAndSumsAreThoseByHandInEveryForm) {
  Random random(1);
  const std::vector<Chunk> chunks = test_chunks(40, 500, random);
  for (const std::vector<uint32_t>& keys : {std::vector<uint32_t>{0}, {1}, {0, 1}, {2}, {4, 0}}) {
    Aggregation aggregation(test_schema(), keys,
                            {{"count", {}}, {"sum", {2}}, {"count", {}, false, 4}});
    const auto expected = by_hand(chunks, keys);
    for (const Way& way : kWays) {
      EXPECT_EQ(aggregation.run(chunks, way), expected)
          << way.name << ", " << keys.size() << " keys: " << aggregation.note_;
      EXPECT_EQ(aggregation.spilled_ > 0, way.force_spill) << way.name;
    }
  }
}

TEST(Aggregation, EveryKindOfStateSurvivesEveryForm) {
  Random random(2);
  const std::vector<Chunk> chunks = test_chunks(24, 300, random);
  for (const std::vector<uint32_t>& keys : {std::vector<uint32_t>{}, {0}, {0, 4}, {1}}) {
    Aggregation aggregation(test_schema(), keys, kCalls);
    const auto expected = aggregation.run(chunks, kWays[0]);
    ASSERT_FALSE(expected.empty());
    for (const Way& way : kWays) {
      const auto got = aggregation.run(chunks, way);
      ASSERT_EQ(got.size(), expected.size()) << way.name;
      for (size_t i = 0; i < got.size(); ++i)
        ASSERT_EQ(got[i], expected[i]) << way.name << ", " << keys.size() << " keys";
    }
  }
}

TEST(Aggregation, WithoutRowsGivesNoGroupsButOneRowWithoutKeys) {
  for (const Way& way : kWays) {
    EXPECT_TRUE(Aggregation(test_schema(), {0}, kCalls).run({}, way).empty()) << way.name;
    EXPECT_EQ(
        Aggregation(test_schema(), {}, {{"count", {}}, {"sum", {2}}, {"list", {1}}}).run({}, way),
        std::vector<std::string>{"0|NULL|NULL|"})
        << way.name;
  }
}

TEST(Aggregation, KeysAloneAreDistinctRows) {
  Random random(3);
  const std::vector<Chunk> chunks = test_chunks(10, 40, random);
  for (const Way& way : kWays)
    EXPECT_EQ(Aggregation(test_schema(), {1}, {}).run(chunks, way).size(), 40U) << way.name;
}

std::vector<Chunk> distinct_chunks(uint64_t rows) {
  std::vector<Chunk> chunks;
  for (uint64_t begin = 0; begin < rows; begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(kChunkRows, rows - begin));
    std::vector<ColumnBuilder> builders;
    for (const Field& field : test_schema()) builders.emplace_back(field.type);
    for (uint32_t i = 0; i < count; ++i) {
      builders[0].append(static_cast<int32_t>(i));
      builders[1].append_text("key number " + std::to_string((begin + i) * 7919 % rows));
      builders[2].append(static_cast<int64_t>((begin + i) * 7919 % rows));
      builders[3].append(1.0);
      builders[4].append_bool(true);
    }
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.seal());
    chunks.emplace_back(std::move(columns), count);
  }
  return chunks;
}

/// Knows who can spill, and counts who says that it does.
class CountingArbiter final : public Arbiter {
 public:
  void enroll(Spillable& state) override { states.push_back(&state); }
  void withdraw(Spillable& state) override { std::erase(states, &state); }
  Room make_room(Budget&, size_t, const Waker&) override { return Room::kEnough; }
  bool spill_idle() override { return false; }
  void spilling_begins() noexcept override { ++spilling; }
  void spilling_ends() noexcept override { --spilling; }

  std::vector<Spillable*> states;
  int spilling = 0;
};

/// Symptom: where another task wrote the rest, the others waited for this one as if it still did.
TEST(Aggregation, SpillingIsOverWhoeverWritesTheRest) {
  const std::vector<Chunk> chunks = distinct_chunks(300'000);
  CountingArbiter arbiter;
  QueryContext context;
  context.budget = Budget::create("query", Budget::process(), size_t{16} << 20);
  context.arbiter = &arbiter;
  context.spill = make_ref<MemorySpill>();
  const PlanRef input = ValuesNode::create(test_schema(), {}, 0);
  const PlanRef node = AggregationNode::create(
      input, {ColumnExpr::create(1, Type::varchar(), "text")}, {"text"}, {}, {});
  KeptRows kept = make_aggregation(static_cast<const AggregationNode&>(*node), context);
  const std::unique_ptr<LocalState> local = kept.sink->local(context);
  int steps = 0;
  for (const Chunk& chunk : chunks) {
    while (kept.sink->consume(chunk, *local, Waker()) == Flow::kHaveOutput) {
      if (arbiter.spilling == 0) continue;
      ++steps;
      for (Spillable* state : arbiter.states) {
        const Claim claim(*state);
        while (!state->spill()) {
        }
      }
    }
    EXPECT_EQ(arbiter.spilling, 0);
  }
  EXPECT_GT(steps, 0);
  kept.sink->combine(*local);
  EXPECT_EQ(arbiter.spilling, 0);
}

/// What the states of one row keep is more than the limit: without GROUP BY, and of a single group.
TEST(Aggregation, StatesThatOutgrowTheLimitGoToDisk) {
  constexpr uint64_t kRows = 600'000;
  constexpr size_t kLimitBytes = size_t{32} << 20;
  const std::vector<Chunk> chunks = distinct_chunks(kRows);
  const std::vector<Call> calls = {{"count", {2}, true},  {"count", {1}, true}, {"sum", {2}, true},
                                   {"median", {2}},       {"mad", {2}},         {"mode", {2}},
                                   {"quantile_disc", {1}}};
  for (const std::vector<uint32_t>& keys : {std::vector<uint32_t>{}, {4}}) {
    const std::string expected = std::string(keys.empty() ? "" : "true|") +
                                 "600000|600000|179999700000|299999.5|150000.0|0|"
                                 "key number 369998|";
    Aggregation aggregation(test_schema(), keys, calls);
    const Way many{keys.empty() ? "three tasks" : "three tasks, buckets",
                   keys.empty() ? "" : "partitioned", 3, false, kLimitBytes};
    for (const Way& way : {Way{"one task", "", 1, false, kLimitBytes}, many}) {
      EXPECT_EQ(aggregation.run(chunks, way), std::vector<std::string>{expected})
          << way.name << ", " << keys.size() << " keys";
      EXPECT_GT(aggregation.spilled_, kLimitBytes) << way.name;
      EXPECT_LE(aggregation.peak_, kLimitBytes) << way.name;
    }
  }
}

TEST(Aggregation, ManyGroupsChangeTheFormAndPassTheTableBy) {
  constexpr uint64_t kRows = 1'000'000;
  const std::vector<Chunk> chunks = distinct_chunks(kRows);
  Aggregation aggregation(test_schema(), {2, 1}, {{"count", {}}, {"sum", {3}}});
  for (const uint32_t tasks : {1U, 2U}) {
    const auto rows = aggregation.run(chunks, {"", "", tasks, false});
    EXPECT_EQ(rows.size(), kRows);
    EXPECT_TRUE(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
    EXPECT_TRUE(rows.front().ends_with("|1|1.0|")) << rows.front();
    EXPECT_NE(aggregation.note_.find("buckets"), std::string::npos) << aggregation.note_;
    EXPECT_EQ(aggregation.spilled_, 0U);
  }
}

TEST(Aggregation, SpillsWhereItsBudgetEndsAndSplitsBucketsThatDoNotFit) {
  constexpr uint64_t kRows = 600'000;
  std::vector<Chunk> chunks = distinct_chunks(kRows);
  for (const size_t limit : {size_t{40} << 20, size_t{24} << 20}) {
    for (const bool variable : {false, true}) {
      std::vector<Call> calls = {{"count", {}}, {"sum", {3}}};
      if (variable) calls.push_back({"string_agg", {1}});
      Aggregation aggregation(test_schema(), {1}, calls);
      const auto rows = aggregation.run(chunks, {"", "", 2, false, limit});
      EXPECT_EQ(rows.size(), kRows);
      EXPECT_TRUE(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
      EXPECT_GT(aggregation.spilled_, 0U);
      EXPECT_LE(aggregation.peak_, limit);
    }
  }
}

}  // namespace
}  // namespace doline
