#include "exec/join/range_index.h"

#include <algorithm>

namespace doline {

namespace {

uint32_t* words_of(const BufferRef& buffer) { return buffer->as<uint32_t>(); }

}  // namespace

RangeIndex::RangeIndex(const std::vector<RangeOrder>& orders, std::vector<Column> keys,
                       QueryContext& context)
    : orders_(orders), context_(context), keys_(std::move(keys)), ordered_(orders.size()) {
  const uint32_t rows = keys_[0].size();
  counted_ = Buffer::allocate(size_t{rows} * sizeof(uint32_t), *context.budget);
  for (uint32_t row = 0; row < rows; ++row) {
    words_of(counted_)[size_] = row;
    bool is_null = false;
    for (const Column& key : keys_) is_null |= key.is_null(row);
    size_ += !is_null;
  }
}

size_t RangeIndex::bytes_for(uint64_t rows, size_t orders) {
  return rows * (orders * OrderedValues::kBytesPerRow + 2 * sizeof(uint32_t));
}

void RangeIndex::sort(size_t order) {
  ordered_[order].emplace(orders_[order].values, keys_[order],
                          std::span<const uint32_t>(words_of(counted_), size_), context_);
}

void RangeIndex::finish() {
  if (orders_.size() > 1) {
    const uint32_t blocks = (size_ + kFanout - 1) / kFanout;
    // In place of the rows that counted, by row: the rank; then by place in the first order.
    const uint32_t rows = keys_[0].size();
    const BufferRef by_row = Buffer::allocate(size_t{rows} * sizeof(uint32_t), *context_.budget);
    for (uint32_t i = 0; i < size_; ++i) words_of(by_row)[ordered_[1]->rows()[i]] = i;
    ranks_ = Buffer::allocate(size_t{blocks} * kFanout * sizeof(uint32_t), *context_.budget);
    uint32_t* const ranks = words_of(ranks_);
    for (uint32_t i = 0; i < size_; ++i) ranks[i] = words_of(by_row)[ordered_[0]->rows()[i]];
    std::fill(ranks + size_, ranks + size_t{blocks} * kFanout, ~uint32_t{0});
    context_.check_cancelled();
    const uint32_t* below = ranks;
    for (uint32_t length = blocks; length > 0; length = (length + kFanout - 1) / kFanout) {
      const uint32_t padded = (length + kFanout - 1) / kFanout * kFanout;
      minima_.push_back(Buffer::allocate(size_t{padded} * sizeof(uint32_t), *context_.budget));
      lengths_.push_back(length);
      uint32_t* const level = words_of(minima_.back());
      for (uint32_t i = 0; i < length; ++i)
        level[i] = *std::min_element(below + size_t{i} * kFanout, below + size_t{i + 1} * kFanout);
      std::fill(level + length, level + padded, ~uint32_t{0});
      below = level;
      if (length == 1) break;
    }
  }
  counted_ = nullptr;
  keys_.clear();
}

void RangeIndex::find(const std::vector<Column>& keys, const uint32_t* rows, uint32_t count,
                      Bounds* out) const {
  uint32_t counts[kChunkRows];
  for (size_t order = 0; order < orders_.size(); ++order) {
    ordered_[order]->count_before(keys[order], rows, count, orders_[order].inclusive, counts);
    for (uint32_t i = 0; i < count; ++i) (order == 0 ? out[i].end : out[i].rank) = counts[i];
  }
  for (const Column& key : keys) {
    if (!key.validity()) continue;
    for (uint32_t i = 0; i < count; ++i) {
      if (key.is_null(rows[i])) out[i] = {0, 0};
    }
  }
}

/// The first block from `block` on, before `end`, with a rank below the bound; else `end`.
uint32_t RangeIndex::next_block(uint32_t block, uint32_t end, uint32_t rank) const {
  size_t level = 0;
  uint64_t at = block;
  while (true) {
    // In blocks of the lowest level: at << 4 * level.
    if ((at << (4 * level)) >= end || at >= lengths_[level]) return end;
    if (words_of(minima_[level])[at] < rank) {
      if (level == 0) return static_cast<uint32_t>(at);
      --level;
      at *= kFanout;
      continue;
    }
    ++at;
    while (at % kFanout == 0 && level + 1 < minima_.size()) {
      at /= kFanout;
      ++level;
    }
  }
}

uint32_t RangeIndex::next(const Bounds& bounds, uint32_t& at, uint32_t* rows, uint32_t most) const {
  const uint32_t* const in_order = ordered_[0]->rows();
  if (orders_.size() == 1) {
    const uint32_t count = at < bounds.end ? std::min(most, bounds.end - at) : 0;
    std::copy_n(in_order + at, count, rows);
    at += count;
    return count;
  }
  if (bounds.rank == 0) return 0;
  const uint32_t* const ranks = words_of(ranks_);
  const uint32_t end_block = (bounds.end + kFanout - 1) / kFanout;
  uint32_t count = 0;
  while (at < bounds.end) {
    if (at % kFanout == 0) {
      const uint32_t block = next_block(at / kFanout, end_block, bounds.rank);
      if (block == end_block) {
        at = bounds.end;
        break;
      }
      at = block * kFanout;
    }
    const uint32_t end = std::min(bounds.end, (at / kFanout + 1) * kFanout);
    for (; at < end; ++at) {
      if (ranks[at] >= bounds.rank) continue;
      if (count == most) return count;
      rows[count++] = in_order[at];
    }
  }
  return count;
}

}  // namespace doline
