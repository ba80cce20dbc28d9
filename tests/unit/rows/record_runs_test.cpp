#include "rows/record_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/bits.h"
#include "base/random.h"
#include "memory_spill.h"

namespace doline {
namespace {

/// A size, a key, and a number that does not count.
class TestOrder final : public RecordOrder {
 public:
  size_t size(const std::byte* record) const override { return load_unaligned<uint32_t>(record); }
  int compare(const std::byte* a, const std::byte* b) const override {
    const auto x = load_unaligned<uint32_t>(a + 4);
    const auto y = load_unaligned<uint32_t>(b + 4);
    return int{x > y} - int{x < y};
  }
};

struct Record {
  uint32_t key;
  uint32_t number;
  auto operator<=>(const Record&) const = default;
};

void put(std::byte* to, size_t size, const Record& record) {
  store_unaligned(to, static_cast<uint32_t>(size));
  store_unaligned(to + 4, record.key);
  store_unaligned(to + 8, record.number);
}

Record read(const std::byte* record) {
  return {load_unaligned<uint32_t>(record + 4), load_unaligned<uint32_t>(record + 8)};
}

/// Runs of records numbered in the order of their runs.
struct Runs {
  std::vector<RunBlock> blocks;
  std::vector<Record> expected;  // sorted by key, equal ones by number
};
Runs make_runs(size_t count, size_t records, size_t most_bytes, SpillWriter& spill) {
  Runs runs;
  Random random(count);
  uint32_t number = 0;
  for (size_t run = 0; run < count; ++run) {
    std::vector<uint32_t> keys;
    for (size_t i = 0; i < records; ++i) keys.push_back(static_cast<uint32_t>(random.below(1000)));
    std::sort(keys.begin(), keys.end());
    RunWriter writer(spill);
    for (const uint32_t key : keys) {
      const size_t size = 12 + random.below(most_bytes);
      runs.expected.push_back({key, number++});
      put(writer.add(size), size, runs.expected.back());
    }
    for (const RunBlock& block : writer.finish()) runs.blocks.push_back(block);
  }
  std::sort(runs.expected.begin(), runs.expected.end());
  return runs;
}

TEST(RecordRuns, MergeInOrderAndKeepEqualOnesAsTheyCame) {
  struct Case {
    size_t runs;
    size_t records;
    size_t most_bytes;
  };
  for (const Case& c :
       {Case{0, 0, 1}, Case{1, 1, 1}, Case{1, 5000, 50}, Case{2, 3, 1}, Case{3, 1000, 100'000},
        Case{7, 2000, 40}, Case{96, 20, 10}, Case{97, 20, 10}, Case{1000, 3, 10}}) {
    SCOPED_TRACE(std::to_string(c.runs) + " runs of " + std::to_string(c.records));
    const auto spill = make_ref<MemorySpill>();
    const Runs runs = make_runs(c.runs, c.records, c.most_bytes, *spill);
    EXPECT_EQ(std::count_if(runs.blocks.begin(), runs.blocks.end(),
                            [](const RunBlock& block) { return block.begins_run; }),
              static_cast<ptrdiff_t>(c.runs));
    const TestOrder order;
    RunMerge merge(open_runs(runs.blocks, *spill, order), order);
    std::vector<Record> merged;
    for (; merge.record(); merge.advance()) merged.push_back(read(merge.record()));
    EXPECT_EQ(merged, runs.expected);
  }
}

// Symptom: after one large record all blocks were as large, of each run that was merged.
TEST(RecordRuns, OneLargeRecordMakesNoLargeBlocks) {
  constexpr size_t kLarge = size_t{8} << 20;
  const auto spill = make_ref<MemorySpill>();
  const BudgetRef budget = Budget::create("runs", Budget::process());
  const BudgetScope scope(*budget);
  RunWriter writer(*spill);
  for (uint32_t i = 0; i < 10'000; ++i) {
    const size_t size = i == 10 ? kLarge : 100;
    put(writer.add(size), size, {i, i});
    if (i > 1000) ASSERT_LE(budget->used_bytes(), size_t{64} << 10);
  }
  const std::vector<RunBlock> blocks = writer.finish();
  EXPECT_GE(blocks.size(), 10'000U * 100 / (32 << 10));
  RunCursor cursor(blocks, *spill);
  for (uint32_t i = 0; i < 10'000; ++i) {
    ASSERT_EQ(read(cursor.record()).key, i);
    if (i > 1000) ASSERT_LE(budget->used_bytes(), size_t{64} << 10);
    cursor.advance(i == 10 ? kLarge : 100);
  }
  EXPECT_EQ(cursor.record(), nullptr);
  EXPECT_LE(budget->peak_bytes(), kLarge + (size_t{4} << 20));
}

TEST(RecordRuns, MergeWithRecordsInMemory) {
  const auto spill = make_ref<MemorySpill>();
  const Runs runs = make_runs(3, 100, 20, *spill);
  std::vector<Record> expected = runs.expected;
  std::vector<std::byte> memory(12 * 50);
  for (uint32_t i = 0; i < 50; ++i) {
    expected.push_back({20 * i, 1'000'000 + i});
    put(&memory[12 * i], 12, expected.back());
  }
  std::sort(expected.begin(), expected.end());
  const TestOrder order;
  std::vector<RunCursor> cursors = open_runs(runs.blocks, *spill, order);
  cursors.emplace_back(std::span<const std::byte>(memory));
  cursors.emplace_back(std::span<const std::byte>());
  RunMerge merge(std::move(cursors), order);
  std::vector<Record> merged;
  for (; merge.record(); merge.advance()) merged.push_back(read(merge.record()));
  EXPECT_EQ(merged, expected);
}

}  // namespace
}  // namespace doline
