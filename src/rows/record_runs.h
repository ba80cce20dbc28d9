#pragma once

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "memory/buffer.h"
#include "memory/spill.h"

namespace doline {

// Records in sorted runs on disk, and their merge: where what an operator keeps of its input is
// not rows. A record is bytes that say their own size and hold no pointers. An `Order` has
//
//   size_t size(const std::byte* record) const;                             // of all of it
//   int compare(const std::byte* a, const std::byte* b) const;              // as memcmp

/// Whole records of a run. Saved as it lies.
struct RunBlock {
  SpillExtent extent;
  uint32_t records = 0;
  uint32_t begins_run = 0;
};

/// Writes one run; its records come in order. Used by one thread.
class RunWriter {
 public:
  explicit RunWriter(SpillWriter& spill) : spill_(spill) {}

  /// Room for one more record, to be filled before the next call.
  std::byte* add(size_t size_bytes) {
    if (!buffer_ || buffer_->size_bytes() - used_ < size_bytes) begin_block(size_bytes);
    std::byte* at = buffer_->data() + used_;
    used_ += size_bytes;
    ++records_;
    return at;
  }
  void add(std::span<const std::byte> record) {
    std::memcpy(add(record.size()), record.data(), record.size());
  }
  std::vector<RunBlock> finish();

 private:
  void begin_block(size_t least_bytes);
  void write_block();

  SpillWriter& spill_;
  BufferRef buffer_;
  size_t used_ = 0;
  uint32_t records_ = 0;
  std::vector<RunBlock> blocks_;
};

/// Goes through records that lie in order: in memory, or in a run, of which a block at a time is.
class RunCursor {
 public:
  explicit RunCursor(std::span<const std::byte> records) : rest_(records) {}
  RunCursor(std::vector<RunBlock> run, SpillWriter& spill);

  /// Null at the end; stays where it is until the cursor moves.
  const std::byte* record() const { return rest_.empty() ? nullptr : rest_.data(); }
  /// Steps over the record, of `size_bytes`.
  void advance(size_t size_bytes) {
    rest_ = rest_.subspan(size_bytes);
    if (rest_.empty() && next_ < run_.size()) [[unlikely]]
      read_block();
  }

 private:
  void read_block();

  std::span<const std::byte> rest_;
  std::vector<RunBlock> run_;
  SpillWriter* spill_ = nullptr;
  size_t next_ = 0;
  BufferRef buffer_;
};

/// The records of several cursors as one sequence in order; of equal ones those of earlier cursors
/// come first. A tree of losers: each step plays the matches on the way from one leaf to the root.
template <class Order>
class RunMerge {
 public:
  RunMerge(std::vector<RunCursor> cursors, const Order& order)
      : cursors_(std::move(cursors)), order_(order), losers_(cursors_.size()) {
    const size_t count = cursors_.size();
    std::vector<size_t> winners(2 * count);
    for (size_t i = 0; i < count; ++i) winners[count + i] = i;
    for (size_t node = count; node-- > 1;) {
      size_t winner = winners[2 * node];
      size_t loser = winners[2 * node + 1];
      if (beats(loser, winner)) std::swap(winner, loser);
      winners[node] = winner;
      losers_[node] = loser;
    }
    if (count > 1) winner_ = winners[1];
  }

  /// The least that is left; null: none is.
  const std::byte* record() const {
    return cursors_.empty() ? nullptr : cursors_[winner_].record();
  }
  std::span<const std::byte> bytes() const { return {record(), order_.size(record())}; }
  void advance() {
    poll_.add(1);
    cursors_[winner_].advance(order_.size(record()));
    size_t winner = winner_;
    for (size_t node = (winner + cursors_.size()) / 2; node > 0; node /= 2) {
      if (beats(losers_[node], winner)) std::swap(losers_[node], winner);
    }
    winner_ = winner;
  }

 private:
  bool beats(size_t a, size_t b) const {
    const std::byte* const left = cursors_[a].record();
    const std::byte* const right = cursors_[b].record();
    if (!left || !right) return left != nullptr;
    const int compared = order_.compare(left, right);
    return compared != 0 ? compared < 0 : a < b;
  }

  std::vector<RunCursor> cursors_;
  const Order& order_;
  std::vector<size_t> losers_;  // by node; the leaves are those from cursors_.size() on
  size_t winner_ = 0;
  CancellationPoll poll_;
};

/// So many runs are merged at once: a block of each is in memory.
constexpr size_t kMostRunsAtOnce = 96;

std::vector<std::vector<RunBlock>> split_runs(std::span<const RunBlock> blocks);

/// Cursors of the runs whose blocks follow one another; where they are many, neighbours are merged
/// on disk before.
template <class Order>
std::vector<RunCursor> open_runs(std::span<const RunBlock> blocks, SpillWriter& spill,
                                 const Order& order) {
  const auto cursors_of = [&](std::span<std::vector<RunBlock>> runs) {
    std::vector<RunCursor> cursors;
    cursors.reserve(runs.size());
    for (std::vector<RunBlock>& run : runs) cursors.emplace_back(std::move(run), spill);
    return cursors;
  };
  std::vector<std::vector<RunBlock>> runs = split_runs(blocks);
  while (runs.size() > kMostRunsAtOnce) {
    size_t too_many = runs.size() - kMostRunsAtOnce;
    std::vector<std::vector<RunBlock>> fewer;
    for (size_t begin = 0; begin < runs.size();) {
      const size_t count = std::min({kMostRunsAtOnce, too_many + 1, runs.size() - begin});
      if (count == 1) {
        fewer.push_back(std::move(runs[begin]));
      } else {
        RunMerge<Order> merge(cursors_of(std::span(runs).subspan(begin, count)), order);
        RunWriter writer(spill);
        for (; merge.record(); merge.advance()) writer.add(merge.bytes());
        fewer.push_back(writer.finish());
      }
      too_many -= count - 1;
      begin += count;
    }
    runs = std::move(fewer);
  }
  return cursors_of(runs);
}

}  // namespace doline
