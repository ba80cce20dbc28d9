#include "exec/ordered_gate.h"

#include <gtest/gtest.h>

#include "column/column.h"

namespace doline {
namespace {

/// Counts how often it is woken.
class CountingTarget final : public WakeTarget {
 public:
  void wake() noexcept override { ++count; }
  int count = 0;
};

Chunk numbers(uint64_t morsel, uint64_t chunk) {
  BufferRef values = Buffer::allocate_zeroed(100 * sizeof(int64_t));
  Chunk made;
  made.columns.push_back(Column::flat(Type::int64(), 100, std::move(values)));
  made.row_count = 100;
  made.active = Selection::all(100);
  made.sequence = {morsel, chunk};
  return made;
}

class OrderedGateTest : public testing::Test {
 protected:
  OrderedGate gate_{[this](const Chunk& chunk) {
                      taken_.push_back(chunk.sequence.morsel);
                      return taken_.size() < most_;
                    },
                    1};
  size_t most_ = 100;
  std::vector<uint64_t> taken_;
  std::shared_ptr<CountingTarget> target_ = std::make_shared<CountingTarget>();
  const Waker waker_{target_};

  /// Two chunks of a later morsel: the first is held, the second has to wait.
  void block_one() {
    ASSERT_EQ(gate_.push(numbers(1, 0), waker_), OrderedGate::Answer::kTaken);
    ASSERT_EQ(gate_.push(numbers(1, 1), waker_), OrderedGate::Answer::kBlocked);
  }
};

TEST_F(OrderedGateTest, HeldRowsFollowTheMorselBeforeThem) {
  block_one();
  EXPECT_EQ(gate_.push(numbers(0, 0), waker_), OrderedGate::Answer::kTaken);
  EXPECT_EQ(gate_.end_morsel(0), OrderedGate::Answer::kTaken);
  EXPECT_EQ(target_->count, 1);
  EXPECT_EQ(gate_.push(numbers(1, 1), waker_), OrderedGate::Answer::kTaken);
  EXPECT_EQ(taken_, (std::vector<uint64_t>{0, 1, 1}));
}

// Symptom: a query with LIMIT hung: the task that waited in the gate was not told that no more is
// wanted when another task's chunk filled the limit.
TEST_F(OrderedGateTest, WhoWaitsHearsThatNoMoreIsWanted) {
  most_ = 1;
  block_one();
  EXPECT_EQ(gate_.push(numbers(0, 0), waker_), OrderedGate::Answer::kDone);
  EXPECT_EQ(target_->count, 1);
  EXPECT_EQ(gate_.push(numbers(1, 1), waker_), OrderedGate::Answer::kDone);
  EXPECT_TRUE(gate_.is_done());
}

TEST_F(OrderedGateTest, WhoWaitsHearsItFromTheEndOfAMorselToo) {
  most_ = 2;
  block_one();
  EXPECT_EQ(gate_.push(numbers(0, 0), waker_), OrderedGate::Answer::kTaken);
  EXPECT_EQ(gate_.end_morsel(0), OrderedGate::Answer::kDone);
  EXPECT_EQ(target_->count, 1);
}

}  // namespace
}  // namespace doline
