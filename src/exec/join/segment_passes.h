#pragma once

#include "column/chunk_bytes.h"
#include "exec/join/join_spill.h"
#include "exec/join/loop_table.h"

namespace doline {

/// What `Probe` gives of left chunks on disk and segments of a LoopTable, the last segment first:
/// each segment in turn meets all the chunks. Which left rows were matched is remembered from pass
/// to pass.
template <class Probe>
class SegmentPasses final : public Reader {
 public:
  /// `keep` keeps everything else alive. Segments [begin, end), perhaps none.
  SegmentPasses(std::shared_ptr<void> keep, Probe probe, const LoopTable& table,
                const JoinShape& shape, QueryContext& context, std::vector<SpillExtent> blocks,
                size_t begin, size_t end)
      : keep_(std::move(keep)),
        probe_(std::move(probe)),
        table_(table),
        shape_(shape),
        context_(context),
        blocks_(std::move(blocks)),
        begin_(begin),
        next_(end) {}

  Poll read(Chunk& out, const Waker&) override {
    while (true) {
      context_.check_cancelled();
      if (!segment_) {
        if (!start_pass()) return Poll::kDone;
      } else if (probe_.is_open()) {
        if (probe_.next(out, context_.chunk_rows)) return Poll::kReady;
      } else if (!rest_.empty()) {
        if (matched_.size() <= chunk_number_) matched_.resize(chunk_number_ + 1);
        left_ = read_chunk(shape_.left_types, rest_);
        probe_.begin_pass(left_, matched_[chunk_number_++], next_ == begin_);
      } else if (block_ < blocks_.size()) {
        const SpillExtent extent = blocks_[block_++];
        bytes_.resize(extent.size_bytes);
        context_.spill->read(extent, bytes_);
        rest_ = bytes_;
      } else if (shape_.gives_unmatched() && row_ < segment_->rows) {
        out = table_.unmatched(*segment_, row_);
        if (!out.empty()) return Poll::kReady;
      } else {
        probe_.close_segment();
        segment_ = nullptr;
      }
    }
  }

 private:
  bool start_pass() {
    if (is_started_ && next_ == begin_) return false;
    // Where there is no segment, left rows still come out on their own.
    segment_ = next_ == begin_ ? std::make_shared<LoopTable::Segment>() : table_.segment(--next_);
    is_started_ = true;
    probe_.open_segment(table_, segment_);
    block_ = 0;
    rest_ = {};
    chunk_number_ = 0;
    row_ = 0;
    return true;
  }

  const std::shared_ptr<void> keep_;
  Probe probe_;
  const LoopTable& table_;
  const JoinShape& shape_;
  QueryContext& context_;
  const std::vector<SpillExtent> blocks_;
  const size_t begin_;
  size_t next_;
  bool is_started_ = false;
  LoopTable::SegmentRef segment_;
  std::vector<std::vector<uint64_t>> matched_;  // by left chunk
  size_t block_ = 0;
  std::vector<std::byte> bytes_;
  std::span<const std::byte> rest_;
  Chunk left_;
  size_t chunk_number_ = 0;
  uint32_t row_ = 0;
};

}  // namespace doline
