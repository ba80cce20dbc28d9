#include "exec/join/loop_probe.h"

#include <algorithm>

#include "kernel/concatenate.h"

namespace doline {

namespace {

/// The outputs of `program` over all rows of a segment; `columns_read`, unless empty, says which
/// columns of it they are.
std::vector<Column> evaluate_segment(const Program& program,
                                     const std::vector<uint32_t>& columns_read,
                                     const LoopTable::Segment& segment, QueryContext& context) {
  if (!columns_read.empty()) {
    std::vector<Column> out;
    for (const uint32_t column : columns_read) out.push_back(segment.columns[column]);
    return out;
  }
  Program::Scratch scratch;
  std::vector<std::vector<Column>> parts(program.output_count());
  std::vector<Column> columns;
  for (uint32_t begin = 0; begin < segment.rows; begin += kChunkRows) {
    context.check_cancelled();
    const uint32_t count = std::min(kChunkRows, segment.rows - begin);
    Chunk chunk;
    for (const Column& column : segment.columns)
      chunk.columns.push_back(column.slice(begin, count));
    chunk.row_count = count;
    chunk.active = Selection::all(count);
    columns.clear();
    program.evaluate(chunk, scratch, columns);
    for (size_t i = 0; i < parts.size(); ++i) parts[i].push_back(columns[i]);
  }
  std::vector<Column> out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    out.push_back(concatenate(parts[i][0].type(), parts[i]));
    parts[i].clear();
  }
  return out;
}

}  // namespace

std::vector<Column> right_keys(const JoinShape& shape, const LoopTable::Segment& segment,
                               QueryContext& context) {
  return evaluate_segment(*shape.right_keys, shape.key_columns, segment, context);
}

std::vector<Column> range_keys(const JoinShape& shape, const LoopTable::Segment& segment,
                               QueryContext& context) {
  std::vector<Column> keys =
      evaluate_segment(*shape.right_ranges, shape.range_columns, segment, context);
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = shape.ranges[i].values.prepared(keys[i]);
  return keys;
}

void LoopProbe::begin(const Chunk& left, const LoopTable& table, const RangeIndex* index) {
  table_ = &table;
  index_ = index;
  pass_matched_ = nullptr;
  is_last_pass_ = true;
  next_segment_ = 0;
  begin(left);
  candidate_ = candidates_.size();  // no segment yet
}

void LoopProbe::begin(const Chunk& left) {
  left_ = left;
  candidates_ = shape_.left_test ? shape_.left_test->select(left_, left_scratch_) : left_.active;
  candidate_ = position_ = 0;
  matched().resize(words_for_bits(left_.row_count));
  if (!pass_matched_) std::fill(own_matched_.begin(), own_matched_.end(), 0);
  if (index_) find_bounds();
}

void LoopProbe::open_segment(const LoopTable& table, LoopTable::SegmentRef segment) {
  pass_table_ = &table;
  segment_ = std::move(segment);
  if (segment_->rows == 0) return;
  own_index_ = std::make_unique<RangeIndex>(shape_.ranges, range_keys(shape_, *segment_, context_),
                                            context_);
  for (size_t i = 0; i < own_index_->order_count(); ++i) own_index_->sort(i);
  own_index_->finish();
}

void LoopProbe::close_segment() {
  own_index_ = nullptr;
  segment_ = nullptr;
}

void LoopProbe::begin_pass(const Chunk& left, std::vector<uint64_t>& matched, bool is_last) {
  table_ = pass_table_;
  index_ = own_index_.get();
  pass_matched_ = &matched;
  is_last_pass_ = is_last;
  next_segment_ = table_->segment_count();
  begin(left);
  if (!index_) candidate_ = candidates_.size();
}

void LoopProbe::find_bounds() {
  std::vector<Column> keys;
  shape_.left_ranges->evaluate(left_, range_scratch_, keys);
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = shape_.ranges[i].values.prepared(keys[i]);
  bounds_.resize(candidates_.size());
  uint32_t rows[kChunkRows];
  for (uint32_t i = 0; i < candidates_.size(); ++i) rows[i] = candidates_[i];
  index_->find(keys, rows, candidates_.size(), bounds_.data());
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
    if (!index_ && table_->row_count() == 1) {
      candidate_ = candidates_.size();
      beside_only_row(out);
    } else {
      pairs(out, std::min(most_rows, kChunkRows));
    }
    return true;  // perhaps without rows: the driver looks for cancellation in between
  }
  const BuildFacts facts{table_->row_count() != 0, false};
  const bool given = is_last_pass_ && leftover_rows(shape_, left_, matched(), {}, facts, out);
  table_ = nullptr;
  left_ = Chunk();
  return given;
}

void LoopProbe::note(const Selection& pairs, const uint32_t* left_rows, const uint32_t* positions) {
  pairs.for_each([&](uint32_t i) {
    set_bit(matched().data(), left_rows ? left_rows[i] : i);
    if (shape_.gives_unmatched())
      table_->mark_matched(segment_->first_row + (positions ? positions[i] : 0));
  });
}

/// Scalar subqueries mostly: the left columns stay as they are.
void LoopProbe::beside_only_row(Chunk& out) {
  Chunk both = left_;
  both.active = candidates_;
  for (const Column& column : segment_->columns)
    both.columns.push_back(Column::constant(column.flatten(), left_.row_count));
  if (shape_.residual) both.active = shape_.residual->select(both, scratch_);
  note(both.active, nullptr, nullptr);
  if (shape_.gives_pairs()) out = std::move(both);
}

/// Every pair in turn.
uint32_t LoopProbe::next_pairs(uint32_t* left_rows, uint32_t* positions, uint32_t most) {
  uint32_t count = 0;
  while (candidate_ < candidates_.size() && count < most) {
    const uint32_t row = candidates_[candidate_];
    // Without pairs to give and nothing more to test, the first match says it all.
    const bool is_settled =
        !shape_.gives_pairs() && (!shape_.residual || test_bit(matched().data(), row));
    if (is_settled || position_ == segment_->rows) {
      if (!shape_.residual) set_bit(matched().data(), row);
      position_ = 0;
      ++candidate_;
      continue;
    }
    left_rows[count] = row;
    positions[count++] = position_++;
  }
  return count;
}

/// The pairs that the index finds.
uint32_t LoopProbe::next_found(uint32_t* left_rows, uint32_t* positions, uint32_t most) {
  uint32_t count = 0;
  while (candidate_ < candidates_.size() && count < most) {
    const uint32_t row = candidates_[candidate_];
    const bool is_settled = !shape_.gives_pairs() && test_bit(matched().data(), row);
    const uint32_t wanted = most - count;
    const uint32_t found =
        is_settled ? 0 : index_->next(bounds_[candidate_], position_, positions + count, wanted);
    std::fill_n(left_rows + count, found, row);
    count += found;
    if (found == wanted) break;
    position_ = 0;
    ++candidate_;
  }
  return count;
}

/// Left rows alone are asked for, and nothing is tested: one match each is enough.
void LoopProbe::settle_by_index() {
  for (; candidate_ < candidates_.size(); ++candidate_) {
    uint32_t at = 0;
    uint32_t row;
    if (index_->next(bounds_[candidate_], at, &row, 1) != 0)
      set_bit(matched().data(), candidates_[candidate_]);
  }
}

void LoopProbe::pairs(Chunk& out, uint32_t most_rows) {
  const ProgramRef& test = index_ ? shape_.beside_ranges : shape_.residual;
  if (index_ && !shape_.gives_pairs() && !test) return settle_by_index();
  uint32_t left_rows[kChunkRows];
  uint32_t positions[kChunkRows];
  uint32_t count = index_ ? next_found(left_rows, positions, most_rows)
                          : next_pairs(left_rows, positions, most_rows);
  if (count == 0) return;
  if (test) {
    const Selection passed = test->select(
        shape_.pairs(left_, left_rows, segment_->columns, positions, count, shape_.is_tested),
        scratch_);
    uint32_t kept = 0;
    passed.for_each([&](uint32_t i) {
      left_rows[kept] = left_rows[i];
      positions[kept++] = positions[i];
    });
    count = kept;
  }
  note(Selection::all(count), left_rows, positions);
  if (shape_.gives_pairs() && count != 0) {
    out = shape_.pairs(left_, left_rows, segment_->columns, positions, count, shape_.is_output);
  }
}

}  // namespace doline
