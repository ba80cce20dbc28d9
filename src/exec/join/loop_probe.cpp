#include "exec/join/loop_probe.h"

#include <algorithm>

namespace doline {

void LoopProbe::begin(const Chunk& left, const LoopTable& table) {
  left_ = left;
  table_ = &table;
  next_segment_ = 0;
  candidates_ = shape_.left_test ? shape_.left_test->select(left_, left_scratch_) : left_.active;
  candidate_ = candidates_.size();  // no segment yet
  position_ = 0;
  matched_.assign(words_for_bits(left_.row_count), 0);
}

/// Begins with the first candidate again; false when all segments were walked through.
bool LoopProbe::next_segment() {
  if (next_segment_ == table_->segment_count() || candidates_.empty()) return false;
  // Where there is one it serves the next left chunk as well.
  if (!segment_ || table_->segment_count() > 1) {
    segment_ = nullptr;
    segment_ = table_->segment(next_segment_);
  }
  ++next_segment_;
  candidate_ = position_ = 0;
  return true;
}

bool LoopProbe::next(Chunk& out, uint32_t most_rows) {
  out = Chunk();
  if (candidate_ < candidates_.size() || next_segment()) {
    if (table_->row_count() == 1) {
      candidate_ = candidates_.size();
      beside_only_row(out);
    } else {
      pairs(out, std::min(most_rows, kChunkRows));
    }
    return true;  // perhaps without rows: the driver looks for cancellation in between
  }
  const BuildFacts facts{table_->row_count() != 0, false};
  const bool given = leftover_rows(shape_, left_, matched_, {}, facts, out);
  table_ = nullptr;
  left_ = Chunk();
  return given;
}

void LoopProbe::note(const Chunk& pairs, const uint32_t* left_rows, const uint32_t* positions) {
  pairs.active.for_each([&](uint32_t i) {
    set_bit(matched_.data(), left_rows ? left_rows[i] : i);
    if (shape_.gives_unmatched())
      table_->mark_matched(segment_->first_row + (positions ? positions[i] : 0));
  });
}

/// Scalar subqueries mostly: the left columns stay as they are.
void LoopProbe::beside_only_row(Chunk& out) {
  Chunk both = left_;
  both.active = candidates_;
  const uint32_t first = 0;
  for (Column& column : table_->gather(*segment_, &first, 1)) {
    both.columns.push_back(Column::constant(column.flatten(), left_.row_count));
  }
  if (shape_.residual) both.active = shape_.residual->select(both, scratch_);
  note(both, nullptr, nullptr);
  if (shape_.gives_pairs()) out = std::move(both);
}

void LoopProbe::pairs(Chunk& out, uint32_t most_rows) {
  uint32_t left_rows[kChunkRows];
  uint32_t positions[kChunkRows];
  uint32_t count = 0;
  const auto segment_rows = static_cast<uint32_t>(segment_->rows.size());
  while (candidate_ < candidates_.size() && count < most_rows) {
    const uint32_t row = candidates_[candidate_];
    // Without pairs to give and nothing more to test, the first match says it all.
    const bool is_settled =
        !shape_.gives_pairs() && (!shape_.residual || test_bit(matched_.data(), row));
    if (is_settled || position_ == segment_rows) {
      if (!shape_.residual) set_bit(matched_.data(), row);
      position_ = 0;
      ++candidate_;
      continue;
    }
    left_rows[count] = row;
    positions[count++] = position_++;
  }
  if (count == 0) return;
  Chunk both;
  both.row_count = count;
  both.active = Selection::all(count);
  for (const Column& column : left_.columns)
    both.columns.push_back(column.gather(left_rows, count));
  for (Column& column : table_->gather(*segment_, positions, count))
    both.columns.push_back(std::move(column));
  if (shape_.residual) both.active = shape_.residual->select(both, scratch_);
  note(both, left_rows, positions);
  if (shape_.gives_pairs() && !both.active.empty()) out = std::move(both);
}

}  // namespace doline
