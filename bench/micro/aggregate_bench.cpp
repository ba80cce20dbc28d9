// aggregate_bench [MILLION_ROWS [THREADS [QUERY]]]: milliseconds of the H2O group-by queries (and
// of five groups, and of none) over generated columns in memory, through the aggregation operator
// alone: by the clock, and of processor time, which other programs on the machine disturb less.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "base/random.h"
#include "exec/aggregate/aggregation.h"
#include "function/registry.h"
#include "plan/plan_node.h"

namespace doline {
namespace {

constexpr int kRuns = 3;
constexpr uint64_t kMorselRows = 64 * kChunkRows;

struct Call {
  const char* name;
  std::vector<uint32_t> columns;
  bool distinct = false;
};
struct Query {
  const char* name;
  std::vector<uint32_t> keys;
  std::vector<Call> calls;
};

Schema table_schema() {
  return {{"id1", Type::varchar()}, {"id2", Type::varchar()}, {"id3", Type::varchar()},
          {"id4", Type::int64()},   {"id5", Type::int64()},   {"id6", Type::int64()},
          {"v1", Type::int64()},    {"v2", Type::int64()},    {"v3", Type::float64()}};
}

struct Rows {
  uint64_t rows;
  std::vector<BufferRef> columns;

  Chunk chunk(uint64_t begin) const {
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(kChunkRows, rows - begin));
    std::vector<Column> views;
    const Schema schema = table_schema();
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::byte* values = columns[i]->data() + begin * width_of(schema[i].type->physical());
      views.push_back(Column::view(schema[i].type, count, values, nullptr, columns[i]));
    }
    return Chunk(std::move(views), count);
  }
};

Rows make_rows(uint64_t rows) {
  Rows table{rows, {}};
  Random random(108);
  const uint64_t few = 100;
  const uint64_t many = std::max<uint64_t>(1, rows / few);
  const auto texts = [&](uint64_t distinct, int digits) {
    BufferRef buffer = Buffer::allocate(rows * sizeof(StringView));
    for (uint64_t i = 0; i < rows; ++i) {
      char text[16];
      const auto end =
          fmt::format_to_n(text, sizeof text, "id{:0{}}", random.below(distinct) + 1, digits);
      buffer->as<StringView>()[i] = StringView(text, static_cast<uint32_t>(end.size));
    }
    table.columns.push_back(std::move(buffer));
  };
  const auto integers = [&](uint64_t distinct) {
    BufferRef buffer = Buffer::allocate(rows * sizeof(int64_t));
    for (uint64_t i = 0; i < rows; ++i)
      buffer->as<int64_t>()[i] = static_cast<int64_t>(random.below(distinct)) + 1;
    table.columns.push_back(std::move(buffer));
  };
  texts(few, 3);
  texts(few, 3);
  texts(many, 10);
  integers(few);
  integers(few);
  integers(many);
  integers(5);
  integers(15);
  BufferRef reals = Buffer::allocate(rows * sizeof(double));
  for (uint64_t i = 0; i < rows; ++i) reals->as<double>()[i] = random.unit() * 100;
  table.columns.push_back(std::move(reals));
  return table;
}

PlanRef plan_of(const Query& query) {
  const Schema schema = table_schema();
  const auto column = [&](uint32_t index) {
    return ColumnExpr::create(index, schema[index].type, schema[index].name);
  };
  std::vector<ExprRef> keys;
  std::vector<std::string> key_names;
  for (uint32_t key : query.keys) {
    keys.push_back(column(key));
    key_names.push_back(schema[key].name);
  }
  std::vector<AggregateExprRef> aggregates;
  std::vector<std::string> names;
  for (const Call& call : query.calls) {
    std::vector<ExprRef> arguments;
    for (uint32_t argument : call.columns) arguments.push_back(column(argument));
    aggregates.push_back(AggregateExpr::create(*FunctionRegistry::instance().aggregate(call.name),
                                               arguments, call.distinct, {}, {}, {}));
    names.emplace_back(call.name);
  }
  return AggregationNode::create(ValuesNode::create(schema, {}, 0), keys, key_names, aggregates,
                                 names);
}

double processor_ms() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

struct Outcome {
  double input_ms;
  double output_ms;
  double processor_ms;
  uint64_t groups;
  std::string note;
};

Outcome run(const Rows& table, const PlanRef& plan, uint32_t threads) {
  using Clock = std::chrono::steady_clock;
  QueryContext context;
  context.budget = Budget::create("query", Budget::process());
  context.threads = threads;
  const auto in_parallel = [&](auto&& work) {
    std::vector<std::thread> workers;
    for (uint32_t i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        BudgetScope scope(*context.budget);
        work();
      });
    }
    for (std::thread& worker : workers) worker.join();
  };
  KeptRows kept = make_aggregation(static_cast<const AggregationNode&>(*plan), context);
  kept.sink->begin_input(0, true);
  const double processor_begin = processor_ms();
  const auto begin = Clock::now();
  std::atomic<uint64_t> next{0};
  in_parallel([&] {
    const auto local = kept.sink->local(context);
    while (true) {
      const uint64_t morsel = next.fetch_add(1);
      if (morsel * kMorselRows >= table.rows) break;
      const uint64_t end = std::min(table.rows, (morsel + 1) * kMorselRows);
      for (uint64_t at = morsel * kMorselRows; at < end; at += kChunkRows) {
        Chunk chunk = table.chunk(at);
        chunk.sequence = {morsel, (at - morsel * kMorselRows) / kChunkRows};
        kept.sink->consume(chunk, *local, Waker());
      }
    }
    kept.sink->combine(*local);
  });
  kept.sink->finish();
  const auto between = Clock::now();
  const auto source = kept.make_source();
  std::atomic<uint64_t> groups{0};
  Mutex mutex;
  in_parallel([&] {
    while (true) {
      std::unique_ptr<Reader> reader;
      {
        MutexLock lock(mutex);
        Morsel morsel;
        if (source->next_morsel(morsel, Waker()) != Poll::kReady) break;
        reader = source->open(morsel);
      }
      Chunk out;
      while (reader->read(out, Waker()) == Poll::kReady) groups += out.size();
    }
  });
  const auto end = Clock::now();
  const auto ms = [](auto from, auto to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  return {ms(begin, between), ms(between, end), processor_ms() - processor_begin, groups,
          fmt::to_string(fmt::join(kept.sink->metrics.notes(), "; "))};
}

}  // namespace
}  // namespace doline

int main(int argc, char** argv) {
  using namespace doline;
  const uint64_t rows = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10) * 1'000'000;
  const auto threads = static_cast<uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2);
  const Query queries[] = {
      {"q1", {0}, {{"sum", {6}}}},
      {"q2", {0, 1}, {{"sum", {6}}}},
      {"q3", {2}, {{"sum", {6}}, {"avg", {8}}}},
      {"q4", {3}, {{"avg", {6}}, {"avg", {7}}, {"avg", {8}}}},
      {"q5", {5}, {{"sum", {6}}, {"sum", {7}}, {"sum", {8}}}},
      {"q7", {2}, {{"max", {6}}, {"min", {7}}}},
      {"few",
       {6},
       {{"sum", {7}}, {"sum", {8}}, {"avg", {7}}, {"avg", {8}}, {"sum", {5}}, {"count", {}}}},
      {"all",
       {},
       {{"sum", {7}}, {"sum", {8}}, {"avg", {7}}, {"avg", {8}}, {"min", {5}}, {"count", {}}}},
      {"few texts", {}, {{"count", {0}, true}}},
      {"texts", {}, {{"count", {2}, true}}},
      {"texts by", {3}, {{"count", {2}, true}}},
      {"integers", {}, {{"count", {5}, true}}},
      {"integers by", {3}, {{"count", {5}, true}}},
      {"q10", {0, 1, 2, 3, 4, 5}, {{"sum", {8}}, {"count", {}}}},
  };
  const Rows table = make_rows(rows);
  for (const Query& query : queries) {
    if (argc > 3 && std::string_view(argv[3]) != query.name) continue;
    const PlanRef plan = plan_of(query);
    Outcome best{1e300, 1e300, 1e300, 0, {}};
    for (int i = 0; i < kRuns; ++i) {
      Outcome outcome = run(table, plan, threads);
      if (outcome.processor_ms < best.processor_ms) best = std::move(outcome);
    }
    fmt::print(
        "{:11} {:8.1f} ms = {:7.1f} in + {:7.1f} out, processor {:7.1f} ms, {:9} groups, {}\n",
        query.name, best.input_ms + best.output_ms, best.input_ms, best.output_ms,
        best.processor_ms, best.groups, best.note);
  }
  return 0;
}
