#include "rows/record_runs.h"

#include <algorithm>

namespace doline {

namespace {

/// With its padding a block of the page pool.
constexpr size_t kBlockBytes = (size_t{32} << 10) - Buffer::kPaddingBytes;

}  // namespace

void RunWriter::begin_block(size_t least_bytes) {
  write_block();
  if (!buffer_ || buffer_->size_bytes() < least_bytes)
    buffer_ = Buffer::allocate(std::max(least_bytes, kBlockBytes));
}

void RunWriter::write_block() {
  if (records_ == 0) return;
  blocks_.push_back({spill_.write({buffer_->data(), used_}), records_, blocks_.empty()});
  used_ = 0;
  records_ = 0;
}

std::vector<RunBlock> RunWriter::finish() {
  write_block();
  buffer_ = nullptr;
  return std::exchange(blocks_, {});
}

RunCursor::RunCursor(std::vector<RunBlock> run, SpillWriter& spill)
    : run_(std::move(run)), spill_(&spill) {
  if (!run_.empty()) read_block();
}

void RunCursor::read_block() {
  const SpillExtent extent = run_[next_++].extent;
  if (!buffer_ || buffer_->size_bytes() < extent.size_bytes) {
    buffer_ = nullptr;
    buffer_ = Buffer::allocate(extent.size_bytes);
  }
  const std::span<std::byte> block(buffer_->data(), extent.size_bytes);
  spill_->read(extent, block);
  rest_ = block;
}

std::vector<std::vector<RunBlock>> split_runs(std::span<const RunBlock> blocks) {
  std::vector<std::vector<RunBlock>> runs;
  for (const RunBlock& block : blocks) {
    if (block.begins_run || runs.empty()) runs.emplace_back();
    runs.back().push_back(block);
  }
  return runs;
}

}  // namespace doline
