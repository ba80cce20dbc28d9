#include "exec/join/key_tests.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "column/column_builder.h"
#include "exec/join/join_build.h"

namespace doline {
namespace {

/// What a join publishes whose build side has `key` alone.
RuntimeFilterRef filter_of(const Chunk& build) {
  const TypeRef type = build.columns[0].type();
  const PlanRef values = ValuesNode::create({{"k", type}}, {}, 0);
  const ExprRef key = ColumnExpr::create(0, type, "k");
  const PlanRef plan = JoinNode::create(values, values, JoinKind::kInner, {key}, {key});
  auto& node = const_cast<JoinNode&>(static_cast<const JoinNode&>(*plan));
  node.runtime_filters = {1};
  RuntimeFilters filters;
  const auto scan = make_ref<ScanNode>();
  RuntimeFilterRef filter = filters.subscribe(1, *scan, 0);
  QueryContext context;
  context.budget = Budget::create("query", Budget::process());
  const auto state = std::make_shared<HashJoinState>(node, context, filters, std::vector<bool>());
  const std::shared_ptr<Sink> sink = make_join_build(state);
  const std::unique_ptr<LocalState> local = sink->local(context);
  EXPECT_EQ(sink->consume(build, *local, Waker()), Flow::kNeedInput);
  sink->combine(*local);
  EXPECT_TRUE(sink->finish().empty());
  return filter;
}

template <class T>
Column column_of(TypeRef type, const std::vector<std::optional<T>>& values) {
  ColumnBuilder builder(type);
  for (const std::optional<T>& value : values) {
    if (value) {
      builder.append(*value);
    } else {
      builder.append_null();
    }
  }
  return builder.seal();
}

/// Every value that the build side has passes; of others at most the share that hashes take for
/// them, or none.
template <class T>
void check(TypeRef type, T least, uint64_t range, uint32_t keys, double most_others) {
  Random random(range + keys);
  const auto any = [&]() -> std::optional<T> {
    if (random.below(10) == 0) return std::nullopt;
    return static_cast<T>(static_cast<uint64_t>(least) + random.below(range));
  };
  std::vector<std::optional<T>> build(keys), probe(kChunkRows);
  std::set<T> has;
  for (auto& value : build) {
    value = any();
    if (value) has.insert(*value);
  }
  for (auto& value : probe) value = random.below(2) ? build[random.below(keys)] : any();
  const RuntimeFilterRef filter = filter_of(Chunk({column_of(type, build)}, keys));
  const Column values = column_of(type, probe);
  const Selection odd = [] {
    BufferRef rows = Buffer::allocate(kChunkRows);
    for (uint16_t i = 0; i < kChunkRows / 2; ++i) rows->as<uint16_t>()[i] = 2 * i + 1;
    return Selection::of(std::move(rows), kChunkRows / 2);
  }();
  for (const Selection& active : {Selection::all(kChunkRows), odd}) {
    const Selection passed = filter->probe(values, active);
    std::set<uint32_t> rows;
    passed.for_each([&](uint32_t row) { rows.insert(row); });
    uint32_t others = 0, passed_others = 0;
    active.for_each([&](uint32_t row) {
      if (probe[row] && has.contains(*probe[row])) {
        ASSERT_TRUE(rows.contains(row)) << type->name() << " row " << row;
      } else if (probe[row]) {
        ++others;
        passed_others += rows.contains(row);
      }
    });
    EXPECT_LE(passed_others, most_others * others) << type->name();
  }
  const Column one = Column::constant(column_of<T>(type, {*has.begin()}), 5);
  EXPECT_EQ(filter->probe(one, Selection::all(5)).size(), 5U);
  EXPECT_TRUE(filter->probe(Column::null(type, 5), Selection::all(5)).empty());
}

TEST(KeyTests, IntegersCloseTogetherAreKnownExactly) {
  check<int8_t>(Type::int8(), -128, 256, 40, 0);
  check<uint8_t>(Type::uint8(), 0, 256, 40, 0);
  check<int16_t>(Type::int16(), -32768, 65536, 300, 0);
  check<int32_t>(Type::int32(), INT32_MIN, 100'000, 1000, 0);
  check<int64_t>(Type::int64(), INT64_MIN, 100'000, 1000, 0);
  check<int64_t>(Type::int64(), -50'000, 100'000, 1, 0);
  check<uint64_t>(Type::uint64(), ~uint64_t{0} - 100'000, 100'000, 1000, 0);
  check<int32_t>(Type::date(), -3000, 6000, 100, 0);
}

TEST(KeyTests, OtherKeysAreKnownByTheirHashes) {
  check<int64_t>(Type::int64(), INT64_MIN, ~uint64_t{0}, 1000, 0.1);
  check<uint64_t>(Type::uint64(), 0, ~uint64_t{0}, 1000, 0.1);
  check<int64_t>(Type::int64(), 0, uint64_t{1} << 40, 2000, 0.1);
}

}  // namespace
}  // namespace doline
