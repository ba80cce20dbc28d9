#include "exec/join/asof_probe.h"

#include <algorithm>

namespace doline {

namespace {

/// Rounds of testing before the driver is let in.
constexpr uint32_t kRoundsAtOnce = 8;

}  // namespace

void AsofProbe::begin(const Chunk& left, const LoopTable& table, const AsofIndex* index) {
  table_ = &table;
  index_ = index;
  pass_matched_ = nullptr;
  is_last_pass_ = true;
  if (index_ && !segment_) segment_ = table.segment(0);
  begin(left);
}

void AsofProbe::open_segment(const LoopTable& table, LoopTable::SegmentRef segment) {
  pass_table_ = &table;
  segment_ = std::move(segment);
  own_index_.emplace(shape_, *segment_, context_);
}

void AsofProbe::close_segment() {
  own_index_.reset();
  segment_ = nullptr;
}

void AsofProbe::begin_pass(const Chunk& left, std::vector<uint64_t>& matched, bool is_last) {
  table_ = pass_table_;
  index_ = &*own_index_;
  pass_matched_ = &matched;
  is_last_pass_ = is_last;
  begin(left);
}

void AsofProbe::begin(const Chunk& left) {
  left_ = left;
  is_given_ = false;
  untested_.clear();
  matched().resize(words_for_bits(left_.row_count));
  if (!pass_matched_) std::fill(own_matched_.begin(), own_matched_.end(), 0);
  partners_.assign(left_.row_count, AsofIndex::kNone);
  if (!index_) return;
  const Selection candidates =
      shape_.left_test ? shape_.left_test->select(left_, left_scratch_) : left_.active;
  uint32_t rows[kChunkRows];
  uint32_t count = 0;
  candidates.for_each([&](uint32_t row) {
    rows[count] = row;
    count += !pass_matched_ || !test_bit(pass_matched_->data(), row);
  });
  std::vector<Column> keys, values;
  if (shape_.left_keys) shape_.left_keys->evaluate(left_, key_scratch_, keys);
  shape_.left_ranges->evaluate(left_, value_scratch_, values);
  runs_.resize(count);
  index_->find(keys, shape_.ranges[0].values.prepared(values[0]), rows, count, runs_.data());
  if (shape_.residual) {
    untested_.assign(rows, rows + count);
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (runs_[i].begin != runs_[i].end) partners_[rows[i]] = runs_[i].end - 1;
  }
}

/// Tests the nearest candidates left; those that fail make way for the next ones. True once none
/// is left.
bool AsofProbe::test_some() {
  for (uint32_t round = 0; round < kRoundsAtOnce; ++round) {
    uint32_t left_rows[kChunkRows];
    uint32_t right_rows[kChunkRows];
    uint32_t count = 0;
    for (uint32_t i = 0; i < untested_.size(); ++i) {
      if (runs_[i].begin == runs_[i].end) continue;
      untested_[count] = left_rows[count] = untested_[i];
      right_rows[count] = runs_[i].end - 1;
      runs_[count++] = runs_[i];
    }
    untested_.resize(count);
    if (count == 0) return true;
    const Selection passed = shape_.residual->select(
        shape_.pairs(left_, left_rows, segment_->columns, right_rows, count, shape_.is_tested),
        scratch_);
    for (uint32_t i = 0; i < count; ++i) --runs_[i].end;
    passed.for_each([&](uint32_t i) {
      partners_[left_rows[i]] = right_rows[i];
      runs_[i].end = runs_[i].begin;
    });
  }
  return false;
}

bool AsofProbe::next(Chunk& out, uint32_t) {
  out = Chunk();
  if (!untested_.empty() && !test_some()) return true;
  if (!is_given_) {
    is_given_ = true;
    give(out);
    if (!out.empty()) return true;
  }
  const BuildFacts facts{table_->row_count() != 0, false};
  const bool given = is_last_pass_ && leftover_rows(shape_, left_, matched(), {}, facts, out);
  table_ = nullptr;
  left_ = Chunk();
  return given;
}

/// Each left row has one partner or none: left columns come out as they are.
void AsofProbe::give(Chunk& out) {
  const uint32_t rows = left_.row_count;
  uint32_t found = 0;
  std::vector<uint64_t> bits(words_for_bits(rows));
  for (uint32_t row = 0; row < rows; ++row) {
    if (partners_[row] == AsofIndex::kNone) continue;
    set_bit(bits.data(), row);
    ++found;
    if (shape_.gives_unmatched()) table_->mark_matched(segment_->first_row + partners_[row]);
  }
  for (size_t word = 0; word < bits.size(); ++word) matched()[word] |= bits[word];
  if (!shape_.gives_pairs()) return;
  const bool with_alone =
      (shape_.kind == JoinKind::kLeft || shape_.kind == JoinKind::kFull) && !pass_matched_;
  if (found == 0) return;  // rows without a partner are left over
  if (!with_alone && found * 2 < rows) {
    uint32_t left_rows[kChunkRows];
    uint32_t right_rows[kChunkRows];
    uint32_t count = 0;
    for (uint32_t row = 0; row < rows; ++row) {
      left_rows[count] = row;
      right_rows[count] = partners_[row];
      count += partners_[row] != AsofIndex::kNone;
    }
    out = shape_.pairs(left_, left_rows, segment_->columns, right_rows, count, shape_.is_output);
    return;
  }
  BufferRef validity;
  if (found < rows && with_alone) {
    validity = Buffer::allocate(words_for_bits(rows) * sizeof(uint64_t));
    std::copy_n(bits.data(), bits.size(), validity->as<uint64_t>());
  }
  for (uint32_t& partner : partners_) partner = partner == AsofIndex::kNone ? 0 : partner;
  out.row_count = rows;
  out.columns = left_.columns;
  for (size_t i = 0; i < segment_->columns.size(); ++i) {
    const bool is_read = shape_.is_output[shape_.left_types.size() + i];
    out.columns.push_back(is_read
                              ? segment_->columns[i].gather(partners_.data(), rows).masked(validity)
                              : Column::null(shape_.right_types[i], rows));
  }
  if (with_alone) {
    out.active = left_.active;
    left_.active.for_each([&](uint32_t row) { set_bit(matched().data(), row); });
  } else {
    out.active = found == rows ? Selection::all(rows) : Selection::from_bits(bits.data(), rows);
  }
}

}  // namespace doline
