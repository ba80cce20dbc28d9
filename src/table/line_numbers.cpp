#include "table/line_numbers.h"

#include <algorithm>

namespace doline {

namespace {

constexpr uint64_t kStrideBytes = uint64_t{1} << 20;
constexpr size_t kBlockBytes = size_t{256} << 10;

}  // namespace

LineNumbers::LineNumbers(std::function<FileRef()> open_plain, const QueryContext& context)
    : open_plain_(std::move(open_plain)), context_(context) {}
LineNumbers::LineNumbers(std::function<std::unique_ptr<ByteStream>()> open,
                         const QueryContext& context)
    : open_(std::move(open)), context_(context) {}

uint64_t LineNumbers::line_at(uint64_t byte) {
  MutexLock lock(mutex_);
  block_.resize(kBlockBytes);
  go_back(byte);
  while (at_ < byte) {
    context_.check_cancelled();
    const uint64_t stride_left = kStrideBytes - at_ % kStrideBytes;
    const auto wanted =
        static_cast<size_t>(std::min<uint64_t>({block_.size(), byte - at_, stride_left}));
    const size_t got = read(wanted);
    line_ += static_cast<uint64_t>(
        std::count(block_.begin(), block_.begin() + static_cast<ptrdiff_t>(got), std::byte{'\n'}));
    at_ += got;
    if (got < wanted) break;
    if (at_ == known_.size() * kStrideBytes) known_.push_back(line_);
  }
  return line_;
}

/// To a place at or before `byte`, the nearest whose line is known.
void LineNumbers::go_back(uint64_t byte) {
  if (open_plain_ && !plain_) plain_ = open_plain_();
  if (plain_) {
    const uint64_t stride = std::min<uint64_t>(byte / kStrideBytes, known_.size() - 1);
    if (at_ <= byte && at_ >= stride * kStrideBytes) return;
    at_ = stride * kStrideBytes;
    line_ = known_[stride];
  } else if (!stream_ || at_ > byte) {
    stream_ = open_();
    at_ = 0;
    line_ = 1;
  }
}

size_t LineNumbers::read(size_t wanted) {
  const std::span<std::byte> into(block_.data(), wanted);
  return plain_ ? plain_->read_at(at_, into) : stream_->read_fully(into);
}

}  // namespace doline
