#include "format/parquet/hybrid.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/bit_ranges.h"
#include "format/parquet/variants/unpack.h"
#include "kernel/simd.h"

namespace doline::parquet {

namespace {

const UnpackKernels& kernels() {
  static const UnpackKernels& table = pick_variant(simd_level(), scalar::kUnpackKernels,
                                                   avx2::kUnpackKernels, avx512::kUnpackKernels);
  return table;
}

/// One value wanted of this many or fewer: unpack them all.
constexpr size_t kDense = 6;
constexpr size_t kBlock = 512;

[[noreturn]] void too_few() {
  throw Error(ErrorCode::kCorrupt, "a Parquet page has fewer values than its header says");
}

}  // namespace

HybridDecoder::HybridDecoder(std::span<const std::byte> bytes, unsigned width)
    : at_(reinterpret_cast<const uint8_t*>(bytes.data())), end_(at_ + bytes.size()), width_(width) {
  if (width > 32)
    throw Error(ErrorCode::kCorrupt, "a Parquet page has values of {} bits, more than 32", width);
}

void HybridDecoder::next_run() {
  uint64_t head = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (at_ == end_ || shift > 35) too_few();
    const uint8_t byte = *at_++;
    head |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  if ((head & 1) == 0) {
    packed_ = nullptr;
    left_ = head >> 1;
    const size_t bytes = (width_ + 7) / 8;
    if (static_cast<size_t>(end_ - at_) < bytes) too_few();
    value_ = 0;
    std::memcpy(&value_, at_, bytes);
    if (width_ < 32 && (value_ >> width_) != 0) {
      throw Error(ErrorCode::kCorrupt, "a Parquet page repeats a value of more than {} bits",
                  width_);
    }
    at_ += bytes;
    return;
  }
  packed_ = at_;
  index_ = 0;
  left_ = (head >> 1) * 8;
  const uint64_t wanted = (head >> 1) * width_;
  const uint64_t have = static_cast<uint64_t>(end_ - at_);
  if (wanted > have) {
    // Some writers cut the padding of the last group.
    if (width_ != 0) left_ = std::min<uint64_t>(left_, have * 8 / width_);
    if (left_ == 0) too_few();
    at_ = end_;
  } else {
    at_ += wanted;
  }
  packed_end_ = at_;
}

uint32_t HybridDecoder::packed_value(size_t index) const {
  const size_t bit = index * width_;
  const uint8_t* const from = packed_ + bit / 8;
  uint64_t word = 0;
  // The end of the page's bytes, not of the run: what lies between may be read.
  std::memcpy(&word, from, std::min<size_t>(8, static_cast<size_t>(end_ - from)));
  return static_cast<uint32_t>((word >> (bit % 8)) & low_mask(width_));
}

void HybridDecoder::unpack(size_t index, size_t count, uint32_t* out) const {
  while (index % 8 != 0 && count > 0) {
    *out++ = packed_value(index++);
    --count;
  }
  if (count > 0) kernels().unpack(packed_ + index / 8 * width_, end_, width_, count, out);
}

void HybridDecoder::decode(uint32_t* out, size_t count) {
  while (count > 0) {
    require_run();
    const size_t here = std::min(count, left_);
    if (packed_ == nullptr) {
      std::fill_n(out, here, value_);
    } else {
      unpack(index_, here, out);
      index_ += here;
    }
    out += here;
    left_ -= here;
    count -= here;
  }
}

void HybridDecoder::skip(size_t count) {
  while (count > 0) {
    require_run();
    const size_t here = std::min(count, left_);
    index_ += here;
    left_ -= here;
    count -= here;
  }
}

void HybridDecoder::decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                              uint32_t* out) {
  const uint32_t* const end = at + count;
  size_t passed = 0;  // values gone past
  while (at != end) {
    require_run();
    const size_t wanted = *at - base;
    if (wanted - passed >= left_) {
      passed += left_;
      left_ = 0;
      continue;
    }
    const size_t here = std::min(left_, span - passed);
    const uint32_t limit = static_cast<uint32_t>(base + passed + here);
    if (packed_ == nullptr) {
      for (; at != end && *at < limit; ++at) *out++ = value_;
    } else {
      const uint32_t* last = at;
      while (last != end && *last < limit) ++last;
      const size_t wanted_here = static_cast<size_t>(last - at);
      const size_t origin = index_ - passed - base;  // wraps; adding *at unwraps it
      if (const size_t reach = last[-1] - *at + 1; wanted_here * kDense < reach) {
        for (; at != last; ++at) *out++ = packed_value(origin + *at);
      } else {
        // Unpacking all is faster than picking many.
        uint32_t all[kBlock];
        for (size_t begin = origin + *at; at != last;) {
          const size_t end_of_block = std::min(begin + kBlock, origin + last[-1] + 1);
          unpack(begin, end_of_block - begin, all);
          const uint32_t* const stop =
              std::lower_bound(at, last, static_cast<uint32_t>(end_of_block - origin));
          const size_t here_count = static_cast<size_t>(stop - at), shift = origin - begin;
          for (size_t i = 0; i < here_count; ++i) out[i] = all[shift + at[i]];
          out += here_count;
          at = stop;
          begin = end_of_block;
        }
      }
    }
    index_ += here;
    left_ -= here;
    passed += here;
  }
  skip(span - passed);
}

void HybridDecoder::decode_bits(uint64_t* words, size_t begin, size_t count) {
  while (count > 0) {
    require_run();
    const size_t here = std::min(count, left_);
    if (packed_ == nullptr) {
      fill_bits(words, begin, here, value_ != 0);
    } else {
      copy_bits(words, begin, packed_, index_, here);
      index_ += here;
    }
    begin += here;
    left_ -= here;
    count -= here;
  }
}

void decode_legacy_levels(std::span<const std::byte> bytes, unsigned width, size_t count,
                          uint8_t* out) {
  if (bytes.size() < (count * width + 7) / 8) too_few();
  size_t bit = 0;
  for (size_t i = 0; i < count; ++i) {
    unsigned value = 0;
    for (unsigned b = 0; b < width; ++b, ++bit) {
      value = value << 1 | ((static_cast<unsigned>(bytes[bit / 8]) >> (7 - bit % 8)) & 1);
    }
    out[i] = static_cast<uint8_t>(value);
  }
}

}  // namespace doline::parquet
