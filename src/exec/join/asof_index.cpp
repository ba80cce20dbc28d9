#include "exec/join/asof_index.h"

#include <algorithm>
#include <bit>

#include "exec/join/loop_probe.h"
#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

constexpr uint32_t kLanes = 16;

/// Of pairs of rows whose hashes agree, those whose keys differ after all are marked.
void mark_different(const Column& left, const uint32_t* left_rows, const Column& right,
                    const uint32_t* right_rows, uint32_t count, uint8_t* differs) {
  const bool is_plain = left.is_flat() && right.is_flat() && !left.validity() &&
                        !right.validity() && !left.type()->is_nested();
  if (is_plain) {
    const bool done = dispatch_physical(left.physical(), [&]<class T>() -> bool {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        const T* a = left.values<T>();
        const T* b = right.values<T>();
        for (uint32_t i = 0; i < count; ++i) differs[i] |= a[left_rows[i]] != b[right_rows[i]];
        return true;
      }
      return false;
    });
    if (done) return;
  }
  for (uint32_t i = 0; i < count; ++i)
    differs[i] |= !rows_equal(left, left_rows[i], right, right_rows[i]);
}

}  // namespace

AsofIndex::AsofIndex(const JoinShape& shape, const LoopTable::Segment& rows, QueryContext& context)
    : shape_(shape),
      rows_(rows.rows),
      words_(Buffer::allocate(size_t{rows.rows} * sizeof(uint64_t), *context.budget)) {
  if (rows_ == 0) return;
  if (shape_.right_keys) keys_ = right_keys(shape_, rows, context);
  value_ = range_keys(shape_, rows, context)[0];
  auto* const words = words_->as<uint64_t>();
  uint32_t source[kChunkRows];
  for (uint32_t begin = 0; begin < rows_; begin += kChunkRows) {
    const uint32_t count = std::min(kChunkRows, rows_ - begin);
    for (uint32_t i = 0; i < count; ++i) source[i] = begin + i;
    shape_.ranges[0].values.words(value_, source, count, words + begin);
  }
  find_runs(context);
  if (shape_.ranges[0].values.is_exact()) value_ = Column();
}

void AsofIndex::find_runs(QueryContext& context) {
  // Zeros: without keys all rows are one run.
  const BufferRef buffer =
      Buffer::allocate_zeroed(size_t{rows_} * sizeof(uint64_t), *context.budget);
  auto* const hashes = buffer->as<uint64_t>();
  for (uint32_t begin = 0; begin < rows_; begin += kChunkRows) {
    context.check_cancelled();
    const uint32_t count = std::min(kChunkRows, rows_ - begin);
    for (size_t key = 0; key < keys_.size(); ++key) {
      hash_column(keys_[key].slice(begin, count), Selection::all(count), hashes + begin, key > 0);
    }
  }
  const auto begins_run = [&](uint32_t row) {
    if (row == 0 || hashes[row] != hashes[row - 1]) return true;
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Column& key) { return !rows_equal(key, row, key, row - 1); });
  };
  std::vector<uint64_t> run_hashes;
  for (uint32_t begin = 0; begin < rows_;) {
    uint32_t end = begin + 1;
    while (end < rows_ && !begins_run(end)) ++end;
    if (runs_.size() % (1U << 16) == 0) context.check_cancelled();
    const bool is_null =
        !shape_.nulls_equal && std::any_of(keys_.begin(), keys_.end(),
                                           [&](const Column& key) { return key.is_null(begin); });
    // NULLs, which match nothing, come last.
    uint32_t last = end;
    if (value_.validity()) {
      uint32_t first = begin;
      while (first < last) {
        const uint32_t middle = first + (last - first) / 2;
        if (value_.is_null(middle)) {
          last = middle;
        } else {
          first = middle + 1;
        }
      }
    }
    if (!is_null && last > begin) {
      runs_.push_back({begin, last});
      run_hashes.push_back(hashes[begin]);
    }
    begin = end;
  }
  if (keys_.empty()) return;
  const size_t capacity = std::bit_ceil(std::max<size_t>(16, runs_.size() * 2));
  slot_mask_ = capacity - 1;
  slots_ = Buffer::allocate(capacity * sizeof(Slot), *context.budget);
  auto* const slots = slots_->as<Slot>();
  std::fill_n(slots, capacity, Slot{0, kNone});
  for (uint32_t run = 0; run < runs_.size(); ++run) {
    uint64_t at = run_hashes[run] & slot_mask_;
    while (slots[at].run != kNone) at = (at + 1) & slot_mask_;
    slots[at] = {run_hashes[run], run};
  }
}

bool AsofIndex::same_keys(const std::vector<Column>& keys, uint32_t row, uint32_t run) const {
  for (size_t key = 0; key < keys.size(); ++key) {
    if (!rows_equal(keys[key], row, keys_[key], runs_[run].begin)) return false;
  }
  return true;
}

void AsofIndex::find_by_keys(const std::vector<Column>& keys, const uint32_t* source,
                             uint32_t count, Run* out) const {
  // Hashed by row, as that is what a selection may say; then by place among `source`.
  uint64_t hashes[kChunkRows];
  const uint32_t rows = keys[0].size();
  for (size_t key = 0; key < keys.size(); ++key)
    hash_column(keys[key], Selection::all(rows), hashes, key > 0);
  const auto* const slots = static_cast<const Buffer&>(*slots_).as<Slot>();
  uint32_t found[kChunkRows];
  uint32_t left_rows[kChunkRows];
  uint32_t right_rows[kChunkRows];
  uint32_t where[kChunkRows];
  uint8_t differs[kChunkRows];
  uint32_t pairs = 0;
  const bool is_large = slot_mask_ > (uint64_t{1} << 14);
  for (uint32_t i = 0; i < count && is_large; ++i)
    __builtin_prefetch(&slots[hashes[source[i]] & slot_mask_]);
  for (uint32_t i = 0; i < count; ++i) {
    out[i] = {};
    const uint64_t hash = hashes[source[i]];
    uint64_t at = hash & slot_mask_;
    while (slots[at].run != kNone && slots[at].hash != hash) at = (at + 1) & slot_mask_;
    found[pairs] = slots[at].run;
    where[pairs] = i;
    left_rows[pairs] = source[i];
    pairs += slots[at].run != kNone;
  }
  for (uint32_t i = 0; i < pairs; ++i) {
    right_rows[i] = runs_[found[i]].begin;
    differs[i] = 0;
  }
  for (size_t key = 0; key < keys.size(); ++key)
    mark_different(keys[key], left_rows, keys_[key], right_rows, pairs, differs);
  for (uint32_t i = 0; i < pairs; ++i) {
    if (!differs[i]) {
      out[where[i]] = runs_[found[i]];
      continue;
    }
    // Another run with the same hash may be behind it.
    const uint64_t hash = hashes[left_rows[i]];
    for (uint64_t at = hash & slot_mask_; slots[at].run != kNone; at = (at + 1) & slot_mask_) {
      if (slots[at].hash != hash || !same_keys(keys, left_rows[i], slots[at].run)) continue;
      out[where[i]] = runs_[slots[at].run];
      break;
    }
  }
  if (shape_.nulls_equal) return;
  for (const Column& key : keys) {
    if (!key.validity()) continue;
    for (uint32_t i = 0; i < count; ++i) {
      if (key.is_null(source[i])) out[i] = {};
    }
  }
}

/// Takes the rows behind the left one off each run's end.
void AsofIndex::halve(const Column& value, const uint32_t* source, uint32_t count, Run* out) const {
  const RangeOrder& order = shape_.ranges[0];
  uint64_t wanted[kChunkRows];
  order.values.words(value, source, count, wanted);
  const auto* const words = static_cast<const Buffer&>(*words_).as<uint64_t>();
  const bool or_equal = order.inclusive && order.values.is_exact();
  for (uint32_t begin = 0; begin < count; begin += kLanes) {
    const uint32_t lanes = std::min(kLanes, count - begin);
    const auto search = [&](auto before) {
      uint32_t at[kLanes];
      uint32_t length[kLanes];
      uint32_t longest = 0;
      for (uint32_t i = 0; i < lanes; ++i) {
        at[i] = out[begin + i].begin;
        length[i] = out[begin + i].end - at[i];
        longest = std::max(longest, length[i]);
      }
      for (; longest > 1; longest -= longest / 2) {
        for (uint32_t i = 0; i < lanes; ++i) {
          const uint32_t half = length[i] / 2;
          const uint32_t look = at[i] + half - (half != 0);
          uint32_t moves = before(words[look], wanted[begin + i]);
          asm("" : "+r"(moves));  // or the compiler makes a branch of it
          at[i] += half & -moves;
          length[i] -= half;
        }
      }
      for (uint32_t i = 0; i < lanes; ++i) {
        Run& run = out[begin + i];
        run.end = run.begin == run.end ? run.begin
                                       : at[i] + uint32_t{before(words[at[i]], wanted[begin + i])};
      }
    };
    // Runs may be empty, but there are rows: any place below their number may be looked at.
    if (or_equal) {
      search([](uint64_t word, uint64_t wanted_word) -> uint32_t { return word <= wanted_word; });
    } else {
      search([](uint64_t word, uint64_t wanted_word) -> uint32_t { return word < wanted_word; });
    }
  }
}

void AsofIndex::find(const std::vector<Column>& keys, const Column& value, const uint32_t* source,
                     uint32_t count, Run* out) const {
  if (runs_.empty()) {
    std::fill_n(out, count, Run{});
    return;
  }
  if (keys.empty()) {
    std::fill_n(out, count, runs_[0]);
  } else {
    find_by_keys(keys, source, count, out);
  }
  if (value.validity()) {
    for (uint32_t i = 0; i < count; ++i) {
      if (value.is_null(source[i])) out[i] = {};
    }
  }
  const RangeOrder& order = shape_.ranges[0];
  if (order.values.is_exact()) return halve(value, source, count, out);
  Run whole[kChunkRows];
  std::copy_n(out, count, whole);
  halve(value, source, count, out);
  // What shares the word is compared as it is.
  uint64_t wanted[kChunkRows];
  order.values.words(value, source, count, wanted);
  const auto* const words = static_cast<const Buffer&>(*words_).as<uint64_t>();
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t begin = out[i].end;
    uint32_t end = words_before(words, begin, whole[i].end, wanted[i], true);
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      const int compared = order.values.compare(value_, middle, value, source[i]);
      if (compared < 0 || (compared == 0 && order.inclusive)) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    out[i].end = begin;
  }
}

}  // namespace doline
