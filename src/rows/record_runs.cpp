#include "rows/record_runs.h"

#include <algorithm>

namespace doline {

namespace {

/// With its padding a block of the page pool.
constexpr size_t kBlockBytes = (size_t{32} << 10) - Buffer::kPaddingBytes;
/// So many runs are merged at once: a block of each is in memory.
constexpr size_t kMostRunsAtOnce = 96;

std::vector<std::vector<RunBlock>> split_runs(std::span<const RunBlock> blocks) {
  std::vector<std::vector<RunBlock>> runs;
  for (const RunBlock& block : blocks) {
    if (block.begins_run || runs.empty()) runs.emplace_back();
    runs.back().push_back(block);
  }
  return runs;
}

}  // namespace

void RunWriter::begin_block(size_t least_bytes) {
  write_block();
  const size_t wanted = std::max(least_bytes, kBlockBytes);
  if (buffer_ && buffer_->size_bytes() == wanted) return;
  buffer_ = nullptr;  // first, as either may be large
  buffer_ = Buffer::allocate(wanted);
}

void RunWriter::write_block() {
  if (records_ == 0) return;
  blocks_.push_back({spill_.write({buffer_->data(), used_}), records_, blocks_.empty()});
  used_ = 0;
  records_ = 0;
}

std::vector<RunBlock> RunWriter::finish() {
  write_block();
  buffer_ = nullptr;
  return std::exchange(blocks_, {});
}

RunCursor::RunCursor(std::vector<RunBlock> run, SpillWriter& spill)
    : run_(std::move(run)), spill_(&spill) {
  if (!run_.empty()) read_block();
}

void RunCursor::read_block() {
  const SpillExtent extent = run_[next_++].extent;
  const bool fits = buffer_ && buffer_->size_bytes() >= extent.size_bytes &&
                    buffer_->size_bytes() / 2 <= std::max<size_t>(extent.size_bytes, kBlockBytes);
  if (!fits) {
    buffer_ = nullptr;
    buffer_ = Buffer::allocate(extent.size_bytes);
  }
  const std::span<std::byte> block(buffer_->data(), extent.size_bytes);
  spill_->read(extent, block);
  rest_ = block;
}

RunMerge::RunMerge(std::vector<RunCursor> cursors, const RecordOrder& order)
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

void RunMerge::advance() {
  poll_.add(1);
  cursors_[winner_].advance(order_.size(record()));
  size_t winner = winner_;
  for (size_t node = (winner + cursors_.size()) / 2; node > 0; node /= 2) {
    if (beats(losers_[node], winner)) std::swap(losers_[node], winner);
  }
  winner_ = winner;
}

bool RunMerge::beats(size_t a, size_t b) const {
  const std::byte* const left = cursors_[a].record();
  const std::byte* const right = cursors_[b].record();
  if (!left || !right) return left != nullptr;
  const int compared = order_.compare(left, right);
  return compared != 0 ? compared < 0 : a < b;
}

std::vector<RunCursor> open_runs(std::span<const RunBlock> blocks, SpillWriter& spill,
                                 const RecordOrder& order) {
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
        RunMerge merge(cursors_of(std::span(runs).subspan(begin, count)), order);
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
