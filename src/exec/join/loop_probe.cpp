#include "exec/join/loop_probe.h"

#include <algorithm>

#include "exec/gather_rows.h"

namespace doline {

void LoopTable::add(Chunk chunk) {
  for (uint32_t row = 0; row < chunk.row_count; ++row) rows_.push_back(static_cast<uint32_t>(chunks_.size()) << 11 | row);
  chunks_.push_back(std::move(chunk));
}

void LoopTable::finish() {
  for (const Chunk& chunk : chunks_) chunk_pointers_.push_back(&chunk);
  if (shape_.gives_unmatched()) matched_ = std::vector<std::atomic<bool>>(rows_.size());
}

std::vector<Column> LoopTable::gather(const uint32_t* positions, uint32_t count) const {
  uint32_t rows[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) rows[i] = rows_[positions[i]];
  return gather_rows(shape_.right_types, chunk_pointers_, rows, count).columns;
}

std::vector<Column> LoopTable::only_row(uint32_t count) const {
  const uint32_t first = 0;
  std::vector<Column> columns = gather(&first, 1);
  for (Column& column : columns) column = Column::constant(column.flatten(), count);
  return columns;
}

void LoopProbe::begin(const Chunk& left, const LoopTable& table) {
  left_ = left;
  table_ = &table;
  row_ = position_ = 0;
  matched_.assign(words_for_bits(left_.row_count), 0);
}

bool LoopProbe::next(Chunk& out, uint32_t most_rows) {
  out = Chunk();
  if (row_ < left_.row_count && table_->row_count() == 1) {
    row_ = left_.row_count;
    beside_only_row(out);
    return true;
  }
  if (row_ < left_.row_count && table_->row_count() != 0) {
    pairs(out, std::min(most_rows, kChunkRows));
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
    if (shape_.gives_unmatched()) table_->mark_matched(positions ? positions[i] : 0);
  });
}

/// Scalar subqueries mostly: the left columns stay as they are.
void LoopProbe::beside_only_row(Chunk& out) {
  Chunk both = left_;
  for (Column& column : table_->only_row(left_.row_count)) both.columns.push_back(std::move(column));
  if (shape_.residual) both.active = shape_.residual->select(both, scratch_);
  note(both, nullptr, nullptr);
  if (shape_.gives_pairs()) out = std::move(both);
}

void LoopProbe::pairs(Chunk& out, uint32_t most_rows) {
  uint32_t left_rows[kChunkRows];
  uint32_t positions[kChunkRows];
  uint32_t count = 0;
  while (row_ < left_.row_count && count < most_rows) {
    // Without pairs to give and nothing more to test, the first match says it all.
    const bool is_settled = !shape_.gives_pairs() && (!shape_.residual || test_bit(matched_.data(), row_));
    if (is_settled || position_ == table_->row_count()) {
      if (!shape_.residual) set_bit(matched_.data(), row_);
      position_ = 0;
      ++row_;
      continue;
    }
    left_rows[count] = row_;
    positions[count++] = position_++;
  }
  if (count == 0) return;
  Chunk both;
  both.row_count = count;
  both.active = Selection::all(count);
  for (const Column& column : left_.columns) both.columns.push_back(column.gather(left_rows, count));
  for (Column& column : table_->gather(positions, count)) both.columns.push_back(std::move(column));
  if (shape_.residual) both.active = shape_.residual->select(both, scratch_);
  note(both, left_rows, positions);
  if (shape_.gives_pairs() && !both.active.empty()) out = std::move(both);
}

}  // namespace doline
