#include "format/parquet/bit_ranges.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bits.h"

namespace doline::parquet {

void fill_bits(uint64_t* words, size_t begin, size_t count, bool value) {
  while (count > 0) {
    const size_t shift = begin % 64;
    const size_t here = std::min(count, 64 - shift);
    const uint64_t mask = low_mask(here) << shift;
    uint64_t& word = words[begin / 64];
    word = value ? word | mask : word & ~mask;
    begin += here;
    count -= here;
  }
}

void copy_bits(uint64_t* to, size_t to_begin, const uint8_t* from, size_t from_begin,
               size_t count) {
  while (count > 0) {
    const size_t shift = to_begin % 64;
    const size_t here = std::min<size_t>(count, 64 - shift);
    const size_t first_bit = from_begin % 8;
    const size_t bytes = (first_bit + here + 7) / 8;  // at most 9
    uint64_t low = 0;
    std::memcpy(&low, from + from_begin / 8, std::min<size_t>(bytes, 8));
    uint64_t bits = low >> first_bit;
    if (bytes == 9) bits |= uint64_t{from[from_begin / 8 + 8]} << (64 - first_bit);
    const uint64_t mask = low_mask(here) << shift;
    uint64_t& word = to[to_begin / 64];
    word = (word & ~mask) | ((bits << shift) & mask);
    to_begin += here;
    from_begin += here;
    count -= here;
  }
}

size_t count_bits(const uint64_t* words, size_t begin, size_t count) {
  size_t sum = 0;
  while (count > 0) {
    const size_t shift = begin % 64;
    const size_t here = std::min(count, 64 - shift);
    sum += static_cast<size_t>(std::popcount((words[begin / 64] >> shift) & low_mask(here)));
    begin += here;
    count -= here;
  }
  return sum;
}

}  // namespace doline::parquet
