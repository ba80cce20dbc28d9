#include <algorithm>

#include "column/chunk_bytes.h"
#include "exec/gather_rows.h"
#include "exec/join/loop_probe.h"

namespace doline {

namespace {

/// Of chunks on disk, read at once.
constexpr size_t kSegmentBytes = size_t{4} << 20;
/// With less than this left of the budget chunks go to disk.
constexpr size_t kReserveBytes = size_t{8} << 20;
/// Written before others have their turn.
constexpr size_t kWrittenAtOnceBytes = size_t{1} << 20;

}  // namespace

LoopTable::LoopTable(const JoinShape& shape, QueryContext& context)
    : shape_(shape), context_(context), enrolled_(context.arbiter, *this) {}

void LoopTable::add(Chunk chunk) {
  const Claim claim(*this);
  const size_t bytes = chunk.data_bytes();
  const uint32_t rows = chunk.row_count;
  const MorselSequence sequence = chunk.sequence;
  chunks_.push_back({sequence, std::move(chunk), rows, bytes, {}});
  idle_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (!context_.spill) return;
  // Each chunk that comes takes at least as much with it to disk.
  if (context_.settings.force_spill || context_.budget->available_bytes() < kReserveBytes + bytes)
    spill(*context_.spill);
}

bool LoopTable::spill(SpillWriter& writer) {
  std::vector<std::byte> bytes;
  for (size_t written = 0; next_to_spill_ < chunks_.size() && written < kWrittenAtOnceBytes;
       ++next_to_spill_) {
    Kept& kept = chunks_[next_to_spill_];
    bytes.clear();
    write_chunk(kept.chunk, bytes);
    kept.extent = writer.write(bytes);
    kept.chunk = Chunk();
    written += bytes.size();
    spilled_bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
    idle_bytes_.fetch_sub(kept.bytes, std::memory_order_relaxed);
  }
  return next_to_spill_ == chunks_.size();
}

void LoopTable::finish() {
  const Claim claim(*this);
  for (const Kept& kept : chunks_) row_count_ += kept.rows;
}

void LoopTable::begin_probing() {
  const Claim claim(*this);
  if (is_probing_) return;
  is_probing_ = true;
  idle_bytes_ = 0;
  std::sort(chunks_.begin(), chunks_.end(),
            [](const Kept& a, const Kept& b) { return a.sequence < b.sequence; });
  // In memory all rows are one segment.
  const bool is_on_disk = next_to_spill_ > 0;
  uint64_t row = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (segments_.empty() || (is_on_disk && bytes >= kSegmentBytes)) {
      segments_.push_back({i, i, row});
      bytes = 0;
    }
    segments_.back().end = i + 1;
    bytes += chunks_[i].bytes;
    row += chunks_[i].rows;
  }
  if (!is_on_disk && !segments_.empty()) only_segment_ = load(segments_[0]);
  if (shape_.gives_unmatched())
    matched_ = Buffer::allocate_zeroed(words_for_bits(row_count_) * 8, *context_.budget);
}

LoopTable::SegmentRef LoopTable::segment(size_t index) const {
  return only_segment_ ? only_segment_ : load(segments_[index]);
}

LoopTable::SegmentRef LoopTable::load(const Range& range) const {
  auto segment = std::make_shared<Segment>();
  segment->first_row = range.first_row;
  for (size_t i = range.begin; i < range.end; ++i) {
    const Kept& kept = chunks_[i];
    if (kept.extent.size_bytes == 0) {
      segment->chunks.push_back(kept.chunk);
      continue;
    }
    const BufferRef buffer = Buffer::allocate(kept.extent.size_bytes, *context_.budget);
    context_.spill->read(kept.extent, {buffer->data(), kept.extent.size_bytes});
    std::span<const std::byte> bytes(buffer->data(), kept.extent.size_bytes);
    segment->chunks.push_back(read_chunk(shape_.right_types, bytes));
  }
  for (size_t i = 0; i < segment->chunks.size(); ++i) {
    segment->pointers.push_back(&segment->chunks[i]);
    for (uint32_t row = 0; row < segment->chunks[i].row_count; ++row) {
      segment->rows.push_back(static_cast<uint32_t>(i) << 11 | row);
    }
  }
  return segment;
}

std::vector<Column> LoopTable::gather(const Segment& segment, const uint32_t* positions,
                                      uint32_t count) const {
  uint32_t rows[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) rows[i] = segment.rows[positions[i]];
  return gather_rows(shape_.right_types, segment.pointers, rows, count).columns;
}

void LoopTable::mark_matched(uint64_t row) const {
  std::atomic_ref(matched_->as<uint64_t>()[row / 64])
      .fetch_or(uint64_t{1} << (row % 64), std::memory_order_relaxed);
}

}  // namespace doline
