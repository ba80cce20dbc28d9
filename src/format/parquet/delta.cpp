#include "format/parquet/delta.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/error.h"
#include "base/int128.h"

namespace doline::parquet {

namespace {

[[noreturn]] void damaged(const char* what) {
  throw Error(ErrorCode::kCorrupt, "a DELTA_BINARY_PACKED Parquet page {}", what);
}

/// Value `index` of `width` (at most 64) bits; reads nothing at or past `end`.
uint64_t packed_value(const uint8_t* from, const uint8_t* end, unsigned width, uint64_t index) {
  const uint64_t bit = index * width;
  const uint8_t* const at = from + bit / 8;
  uint128_t word = 0;
  std::memcpy(&word, at, std::min<size_t>(16, static_cast<size_t>(end - at)));
  return static_cast<uint64_t>(word >> (bit % 8)) & low_mask(width);
}

}  // namespace

uint64_t DeltaDecoder::varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) damaged("ends in the middle of a number");
    const uint8_t byte = *at_++;
    if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  damaged("has a number of more than 64 bits");
}

DeltaDecoder::DeltaDecoder(std::span<const std::byte> bytes)
    : begin_(reinterpret_cast<const uint8_t*>(bytes.data())),
      at_(begin_),
      end_(begin_ + bytes.size()) {
  const uint64_t block = varint();
  miniblocks_ = varint();
  total_ = varint();
  const uint64_t first = varint();
  // Blocks hold a multiple of 128 values, miniblocks a multiple of 32.
  if (block == 0 || miniblocks_ == 0 || block > (uint64_t{1} << 31) || block % miniblocks_ != 0 ||
      (block / miniblocks_) % 8 != 0) {
    damaged("has impossible block sizes");
  }
  values_per_miniblock_ = block / miniblocks_;
  last_ = static_cast<int64_t>(first >> 1) ^ -static_cast<int64_t>(first & 1);
  left_ = total_;
  first_pending_ = total_ > 0;
}

void DeltaDecoder::next_block() {
  const uint64_t raw = varint();
  min_delta_ = static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
  if (static_cast<uint64_t>(end_ - at_) < miniblocks_) damaged("ends in the middle of a block");
  widths_ = at_;
  at_ += miniblocks_;
  miniblock_ = 0;
}

void DeltaDecoder::next_miniblock() {
  if (widths_ == nullptr || miniblock_ == miniblocks_) next_block();
  width_ = widths_[miniblock_++];
  if (width_ > 64) damaged("has values of more than 64 bits");
  packed_ = at_;
  index_ = 0;
  const uint64_t here = std::min(values_per_miniblock_, left_);
  const uint64_t have = static_cast<uint64_t>(end_ - at_);
  const uint64_t whole = values_per_miniblock_ * width_ / 8;
  // The last miniblock may lack its padding.
  if (whole > have && (here * width_ + 7) / 8 > have) damaged("ends in the middle of a block");
  at_ += std::min(whole, have);
  miniblock_left_ = here;
}

void DeltaDecoder::decode(int64_t* out, size_t count) {
  if (count > left_) damaged("has fewer values than its page header says");
  if (count == 0) return;
  size_t i = 0;
  if (first_pending_) {
    first_pending_ = false;
    out[i++] = last_;
    --left_;
  }
  while (i < count) {
    if (miniblock_left_ == 0) next_miniblock();
    const size_t here = static_cast<size_t>(std::min<uint64_t>(count - i, miniblock_left_));
    uint64_t sum = static_cast<uint64_t>(last_);
    const uint64_t step = static_cast<uint64_t>(min_delta_);
    if (width_ == 0) {
      for (size_t k = 0; k < here; ++k) out[i + k] = static_cast<int64_t>(sum += step);
    } else {
      for (size_t k = 0; k < here; ++k) {
        sum += step + packed_value(packed_, end_, width_, index_ + k);
        out[i + k] = static_cast<int64_t>(sum);
      }
    }
    last_ = static_cast<int64_t>(sum);
    index_ += here;
    miniblock_left_ -= here;
    left_ -= here;
    i += here;
  }
}

void DeltaDecoder::skip(size_t count) {
  int64_t unused[128];
  while (count > 0) {
    const size_t here = std::min(count, std::size(unused));
    decode(unused, here);
    count -= here;
  }
}

size_t DeltaDecoder::consumed() {
  if (left_ > 0) skip(static_cast<size_t>(left_));
  return static_cast<size_t>(at_ - begin_);
}

}  // namespace doline::parquet
