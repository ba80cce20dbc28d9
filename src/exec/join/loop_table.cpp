#include "exec/join/loop_table.h"

#include <algorithm>
#include <utility>

#include "column/chunk_bytes.h"
#include "kernel/concatenate.h"

namespace doline {

namespace {

/// With less than this left of the budget chunks go to disk.
constexpr size_t kReserveBytes = size_t{8} << 20;
/// Written before others have their turn.
constexpr size_t kWrittenAtOnceBytes = size_t{1} << 20;

}  // namespace

LoopTable::LoopTable(const JoinShape& shape, QueryContext& context)
    : shape_(shape), context_(context), enrolled_(context.arbiter, *this) {}

void LoopTable::add(Chunk chunk) {
  const Claim claim(*this);
  const size_t bytes = chunk.kept_bytes();
  const uint32_t rows = chunk.row_count;
  const MorselSequence sequence = chunk.sequence;
  chunks_.push_back({sequence, std::move(chunk), rows, bytes, {}});
  idle_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (!context_.spill) return;
  // Each chunk that comes takes at least as much with it to disk.
  if (context_.settings.force_spill || context_.budget->available_bytes() < kReserveBytes + bytes)
    spill();
}

bool LoopTable::spill() {
  std::vector<std::byte> bytes;
  for (size_t written = 0; next_to_spill_ < chunks_.size() && written < kWrittenAtOnceBytes;
       ++next_to_spill_) {
    Kept& kept = chunks_[next_to_spill_];
    bytes.clear();
    write_chunk(kept.chunk, bytes);
    kept.extent = context_.spill->write(bytes);
    kept.chunk = Chunk();
    written += bytes.size();
    idle_bytes_.fetch_sub(kept.bytes, std::memory_order_relaxed);
  }
  return next_to_spill_ == chunks_.size();
}

void LoopTable::finish(size_t bytes_per_row) {
  const Claim claim(*this);
  for (const Kept& kept : chunks_) row_count_ += kept.rows;
  if (!context_.spill || chunks_.empty()) return;
  // Rows are put side by side a column at a time.
  const size_t columns = std::max<size_t>(1, shape_.right_types.size());
  const size_t needed = idle_bytes_ / columns + row_count_ * bytes_per_row;
  const bool is_tight =
      needed > kReserveBytes && context_.budget->available_bytes() < needed + kReserveBytes;
  // What is partly on disk goes there whole.
  if (is_tight || next_to_spill_ > 0) {
    while (!spill()) context_.check_cancelled();
  }
}

void LoopTable::begin_probing(size_t segment_bytes, size_t bytes_per_row) {
  const Claim claim(*this);
  if (is_probing_) return;
  is_probing_ = true;
  idle_bytes_ = 0;
  std::sort(chunks_.begin(), chunks_.end(),
            [](const Kept& a, const Kept& b) { return a.sequence < b.sequence; });
  // In memory all rows are one segment.
  is_on_disk_ = next_to_spill_ > 0;
  uint64_t row = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (segments_.empty() || (is_on_disk_ && bytes >= segment_bytes)) {
      segments_.push_back({i, i, row});
      bytes = 0;
    }
    segments_.back().end = i + 1;
    bytes += chunks_[i].bytes + chunks_[i].rows * bytes_per_row;
    row += chunks_[i].rows;
  }
  if (!is_on_disk_ && !segments_.empty()) join_in_memory();
  if (shape_.gives_unmatched())
    matched_ = Buffer::allocate_zeroed(words_for_bits(row_count_) * 8, *context_.budget);
}

void LoopTable::release() {
  const Claim claim(*this);
  only_segment_ = nullptr;
  matched_ = nullptr;
  chunks_.clear();
}

LoopTable::SegmentRef LoopTable::segment(size_t index) const {
  return only_segment_ ? only_segment_ : load(segments_[index]);
}

Chunk LoopTable::chunk(const Kept& kept) const {
  if (kept.extent.size_bytes == 0) return kept.chunk;
  const BufferRef buffer = Buffer::allocate(kept.extent.size_bytes, *context_.budget);
  context_.spill->read(kept.extent, {buffer->data(), kept.extent.size_bytes});
  std::span<const std::byte> bytes(buffer->data(), kept.extent.size_bytes);
  return read_chunk(shape_.right_types, bytes);
}

LoopTable::SegmentRef LoopTable::load(const Range& range) const {
  std::vector<std::vector<Column>> parts(shape_.right_types.size());
  auto segment = std::make_shared<Segment>();
  segment->first_row = range.first_row;
  for (size_t i = range.begin; i < range.end; ++i) {
    context_.check_cancelled();
    Chunk chunk = this->chunk(chunks_[i]);
    segment->rows += chunk.row_count;
    for (size_t column = 0; column < parts.size(); ++column)
      parts[column].push_back(std::move(chunk.columns[column]));
  }
  for (size_t column = 0; column < parts.size(); ++column) {
    segment->columns.push_back(concatenate(shape_.right_types[column], parts[column]));
    parts[column].clear();
  }
  return segment;
}

void LoopTable::join_in_memory() {
  auto segment = std::make_shared<Segment>();
  for (const Kept& kept : chunks_) segment->rows += kept.rows;
  std::vector<Column> parts;
  for (size_t column = 0; column < shape_.right_types.size(); ++column) {
    parts.clear();
    for (Kept& kept : chunks_) parts.push_back(std::exchange(kept.chunk.columns[column], Column()));
    segment->columns.push_back(concatenate(shape_.right_types[column], parts));
  }
  only_segment_ = std::move(segment);
}

Chunk LoopTable::first_row(size_t index) const {
  return chunk(chunks_[segments_[index].begin]).slice(0, 1).dense();
}

void LoopTable::mark_matched(uint64_t row) const {
  std::atomic_ref(matched_->as<uint64_t>()[row / 64])
      .fetch_or(uint64_t{1} << (row % 64), std::memory_order_relaxed);
}

Chunk LoopTable::unmatched(const Segment& segment, uint32_t& begin) const {
  uint32_t rows[kChunkRows];
  uint32_t count = 0;
  for (; begin < segment.rows && count < kChunkRows; ++begin) {
    if (!is_matched(segment.first_row + begin)) rows[count++] = begin;
  }
  std::vector<Column> columns;
  for (const Column& column : segment.columns) columns.push_back(column.gather(rows, count));
  return with_null_left(shape_, Chunk(std::move(columns), count));
}

}  // namespace doline
