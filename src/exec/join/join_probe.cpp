#include "exec/join/join_probe.h"

#include <algorithm>

#include "rows/row_compare.h"

namespace doline {

namespace {

constexpr uint32_t kFirstLook = 4;
/// Batches without a row to give before the driver is let in.
constexpr uint32_t kQuietBatches = 8;
/// Entries of runs that are looked at in one go, however few of them are candidates.
constexpr uint32_t kMostEntries = 64 * kChunkRows;
/// Output keeps the left columns as they are where this share of their rows comes out.
constexpr uint32_t kWorthAligning = 2;

bool is_plain_integer(PhysicalType type) {
  return type == PhysicalType::kInt8 || type == PhysicalType::kInt16 ||
         type == PhysicalType::kInt32 || type == PhysicalType::kInt64 ||
         type == PhysicalType::kUInt8 || type == PhysicalType::kUInt16 ||
         type == PhysicalType::kUInt32 || type == PhysicalType::kUInt64;
}

}  // namespace

void JoinProbe::begin(const Chunk& left, const JoinTable& table, Pass pass) {
  left_ = left;
  table_ = &table;
  pass_ = pass;
  pairs_done_ = false;
  is_first_batch_ = true;
  matched().resize(words_for_bits(left_.row_count));
  if (!pass_.matched) std::fill(own_matched_.begin(), own_matched_.end(), 0);
  keys_.clear();
  shape_.left_keys->evaluate(left_, key_scratch_, keys_);
  first_look_ = shape_.asks_for_partner() ? kFirstLook : 0;
  find_candidates();
}

void JoinProbe::find_candidates() {
  const uint32_t count = left_.active.size();
  candidates_.resize(count);
  later_.clear();
  next_candidate_ = 0;
  if (table_->row_count() == 0) return candidates_.clear();
  Candidate* const found = candidates_.data();
  uint32_t kept = 0;
  const uint64_t* const by_code = code_rows_.of(*table_, keys_, count);
  is_exact_ = by_code != nullptr || table_->is_exact();
  is_single_ = by_code != nullptr || !table_->has_runs();
  const auto find = [&](auto word_of, auto leads) {
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t word = word_of(i);
      found[kept] = {word, i, 0};
      kept += leads(i, word);  // without a branch: most or few may pass
    }
  };
  const auto of_directory = [&](uint32_t i) { return *table_->word_of(hashes_[i]); };
  const auto leads_exactly = [](uint32_t, uint64_t word) { return word != 0; };
  if (by_code) {
    find([&, codes = keys_[0].codes()](uint32_t i) { return by_code[codes[left_.active[i]]]; },
         leads_exactly);
  } else {
    table_->hash_keys(keys_, left_.active, hashes_);
    if (table_->must_fetch()) {
      for (uint32_t i = 0; i < count; ++i) __builtin_prefetch(table_->word_of(hashes_[i]));
    }
    if (is_exact_) {
      find(of_directory, leads_exactly);
    } else {
      find(of_directory, [&](uint32_t i, uint64_t word) {
        const uint64_t tag = JoinTable::tag_of(hashes_[i]);
        return (word & tag) == tag;
      });
    }
  }
  if (!shape_.nulls_equal) {
    for (const Column& key : keys_) {
      if (!key.validity()) continue;
      const uint32_t before = kept;
      kept = 0;
      for (uint32_t k = 0; k < before; ++k) {
        found[kept] = found[k];
        kept += !key.is_null(left_.active[found[k].index]);
      }
    }
  }
  // What one pass settled, later ones need not ask again.
  if (pass_.matched && shape_.asks_for_partner()) {
    const uint32_t before = kept;
    kept = 0;
    for (uint32_t k = 0; k < before; ++k) {
      found[kept] = found[k];
      kept += !is_matched(left_.active[found[k].index]);
    }
  }
  candidates_.resize(kept);
  if (table_->must_fetch()) {
    for (uint32_t k = 0; k < kept; ++k)
      __builtin_prefetch(reinterpret_cast<const void*>(found[k].word & JoinTable::kAddress));
  }
}

/// The next pairs of left rows and build rows that share a directory word.
uint32_t JoinProbe::take_candidates(uint32_t most) {
  uint32_t count = 0, entries = 0;
  const auto put = [&](const Candidate& candidate, uint64_t address) {
    pair_index_[count] = candidate.index;
    pair_rows_[count++] = reinterpret_cast<std::byte*>(address);
  };
  if (is_single_) {
    const size_t end = std::min(candidates_.size(), next_candidate_ + most);
    for (; next_candidate_ < end; ++next_candidate_) {
      const Candidate& candidate = candidates_[next_candidate_];
      put(candidate, candidate.word & JoinTable::kAddress);
    }
  }
  while (!is_single_ && count < most && entries < kMostEntries) {
    if (next_candidate_ == candidates_.size()) {
      if (later_.empty()) break;
      candidates_.swap(later_);
      later_.clear();
      next_candidate_ = 0;
      first_look_ = 0;
      continue;
    }
    Candidate& candidate = candidates_[next_candidate_];
    if (!(candidate.word & JoinTable::kIsRun)) {
      put(candidate, candidate.word & JoinTable::kAddress);
      ++next_candidate_;
      continue;
    }
    if (candidate.from != 0 && shape_.asks_for_partner() &&
        is_matched(left_.active[candidate.index])) {
      ++next_candidate_;
      continue;
    }
    const auto* run = reinterpret_cast<const uint64_t*>(candidate.word & JoinTable::kAddress);
    uint64_t take = std::min<uint64_t>(run[0] - candidate.from, most - count);
    if (first_look_ != 0) take = std::min<uint64_t>(take, first_look_);
    const uint64_t hash = hashes_[candidate.index];
    for (uint64_t i = 0; i < take; ++i) {
      const uint64_t entry = run[1 + candidate.from + i];
      if (!JoinTable::may_be(entry, hash)) continue;
      const uint64_t row = entry & JoinTable::kAddress;
      __builtin_prefetch(reinterpret_cast<const void*>(row));
      put(candidate, row);
    }
    candidate.from += static_cast<uint32_t>(take);
    entries += static_cast<uint32_t>(take);
    if (candidate.from == run[0]) {
      ++next_candidate_;
    } else if (first_look_ != 0 || shape_.asks_for_partner()) {
      later_.push_back(candidate);
      ++next_candidate_;
    }
  }
  const Selection& active = left_.active;
  if (const uint16_t* rows = active.rows()) {
    for (uint32_t i = 0; i < count; ++i) pair_left_[i] = rows[pair_index_[i]];
  } else {
    std::copy_n(pair_index_, count, pair_left_);
  }
  return count;
}

/// Pairs whose keys are equal are left in `equal_`, ascending.
uint32_t JoinProbe::keep_equal(uint32_t count) {
  const RowLayout& layout = *shape_.layout;
  uint32_t different[kChunkRows];
  uint32_t kept = count;
  for (uint32_t i = 0; i < count; ++i) equal_[i] = i;
  // Of a build row that comes out by whether it has a partner, one is enough.
  if (shape_.keeps_build()) {
    kept = 0;
    for (uint32_t i = 0; i < count; ++i) {
      equal_[kept] = i;
      kept += !JoinTable::is_matched(shape_, pair_rows_[i]);
    }
  }
  if (is_exact_) return kept;
  // Where looking at the keys is more than a look, hashes go first.
  if (keys_.size() > 1 || !is_plain_integer(keys_[0].physical())) {
    const uint32_t before = kept;
    kept = 0;
    for (uint32_t k = 0; k < before; ++k) {
      const uint32_t i = equal_[k];
      equal_[kept] = i;
      kept += stored_hash(pair_rows_[i]) == hashes_[pair_index_[i]];
    }
  }
  for (size_t key = 0; key < keys_.size() && kept != 0; ++key) {
    uint32_t different_count = 0;
    kept = split_by_key(layout, key, keys_[key], pair_left_, pair_rows_, equal_, kept, different,
                        different_count);
  }
  return kept;
}

bool JoinProbe::next(Chunk& out, uint32_t most_rows) {
  out = Chunk();
  // Where pairs are only tested they need not fit a chunk of output.
  most_rows = shape_.gives_pairs() ? std::min(most_rows, kChunkRows) : kChunkRows;
  for (uint32_t quiet = 0; !pairs_done_; ++quiet) {
    // In the first batch a chunk's rows may meet one build row each, and stay where they are.
    const uint32_t taken = take_candidates(
        is_first_batch_ ? std::max(most_rows, static_cast<uint32_t>(candidates_.size()))
                        : most_rows);
    const bool is_all = is_first_batch_ && next_candidate_ == candidates_.size() && later_.empty();
    const uint32_t count = keep_equal(taken);
    if (shape_.asks_for_partner() && !shape_.residual) {
      for (uint32_t k = 0; k < count; ++k) set_bit(matched().data(), pair_left_[equal_[k]]);
    } else {
      give_pairs(count, is_all, out);
    }
    is_first_batch_ = false;
    pairs_done_ |= next_candidate_ == candidates_.size() && later_.empty();
    if (!out.empty() || quiet == kQuietBatches) return true;
  }
  const bool given =
      !pass_.is_last ? false : leftover_rows(shape_, left_, matched(), keys_, table_->facts, out);
  table_ = nullptr;
  left_ = Chunk();
  return given;
}

/// Of both sides what the residual reads, for `count` pairs.
Chunk JoinProbe::tested_pairs(uint32_t count, const uint32_t* left_rows) const {
  Chunk pairs;
  pairs.row_count = count;
  pairs.active = Selection::all(count);
  for (size_t i = 0; i < left_.columns.size(); ++i) {
    pairs.columns.push_back(shape_.is_tested[i] ? left_.columns[i].gather(left_rows, count)
                                                : Column::null(shape_.left_types[i], count));
  }
  std::byte* rows[kChunkRows];
  for (uint32_t k = 0; k < count; ++k) rows[k] = pair_rows_[equal_[k]];
  for (Column& column : gather_right(*table_, shape_.is_tested, rows, count))
    pairs.columns.push_back(std::move(column));
  return pairs;
}

void JoinProbe::give_pairs(uint32_t count, bool is_all, Chunk& out) {
  if (shape_.residual && count != 0) {
    uint32_t left_rows[kChunkRows];
    for (uint32_t k = 0; k < count; ++k) left_rows[k] = pair_left_[equal_[k]];
    const Selection passed =
        shape_.residual->select(tested_pairs(count, left_rows), residual_scratch_);
    uint32_t kept = 0;
    passed.for_each([&](uint32_t k) { equal_[kept++] = equal_[k]; });
    count = kept;
  }
  if (shape_.gives_leftovers()) {
    for (uint32_t k = 0; k < count; ++k) set_bit(matched().data(), pair_left_[equal_[k]]);
  }
  if (shape_.marks_build()) {
    for (uint32_t k = 0; k < count; ++k) JoinTable::mark_matched(shape_, pair_rows_[equal_[k]]);
  }
  if (!shape_.gives_pairs()) return;
  if (is_all && give_aligned(count, out)) return;
  if (count != 0) give_gathered(count, out);
}

/// Where each left row meets one build row at most, and many do, the left columns come out as they
/// are and the right ones are put beside them. The left rows of a left join without a partner too.
bool JoinProbe::give_aligned(uint32_t count, Chunk& out) {
  const bool with_alone = (shape_.kind == JoinKind::kLeft || shape_.kind == JoinKind::kFull) &&
                          pass_.is_last && !pass_.matched;
  if (!with_alone && (count == 0 || count * kWorthAligning < left_.row_count)) return false;
  for (uint32_t k = 1; k < count && !is_single_; ++k) {
    if (pair_index_[equal_[k - 1]] == pair_index_[equal_[k]]) return false;
  }
  const std::byte* rows[kChunkRows];
  std::fill_n(rows, left_.row_count,
              with_alone ? shape_.layout->null_row() : pair_rows_[equal_[0]]);
  for (uint32_t k = 0; k < count; ++k) rows[pair_left_[equal_[k]]] = pair_rows_[equal_[k]];
  out.row_count = left_.row_count;
  out.columns = left_.columns;
  for (Column& column : right_output(*table_, rows, left_.row_count))
    out.columns.push_back(std::move(column));
  if (with_alone || count == left_.active.size()) {
    out.active = left_.active;
  } else {
    BufferRef matched_rows = Buffer::allocate(count * sizeof(uint16_t));
    auto* const to = matched_rows->as<uint16_t>();
    for (uint32_t k = 0; k < count; ++k) to[k] = static_cast<uint16_t>(pair_left_[equal_[k]]);
    out.active = Selection::of(std::move(matched_rows), count);
  }
  // Nothing is left over.
  if (with_alone) left_.active.for_each([&](uint32_t row) { set_bit(matched().data(), row); });
  return true;
}

void JoinProbe::give_gathered(uint32_t count, Chunk& out) {
  uint32_t left_rows[kChunkRows];
  std::byte* rows[kChunkRows];
  for (uint32_t k = 0; k < count; ++k) {
    left_rows[k] = pair_left_[equal_[k]];
    rows[k] = pair_rows_[equal_[k]];
  }
  out.row_count = count;
  out.active = Selection::all(count);
  for (size_t i = 0; i < left_.columns.size(); ++i) {
    out.columns.push_back(shape_.is_output[i] ? left_.columns[i].gather(left_rows, count)
                                              : Column::null(shape_.left_types[i], count));
  }
  for (Column& column : right_output(*table_, rows, count))
    out.columns.push_back(std::move(column));
}

}  // namespace doline
