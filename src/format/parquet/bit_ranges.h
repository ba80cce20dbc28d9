#pragma once

#include <cstddef>
#include <cstdint>

namespace doline::parquet {

/// Bits [begin, begin + count) of `words` become `value`.
void fill_bits(uint64_t* words, size_t begin, size_t count, bool value);

/// Copies `count` bits from bit `from_begin` of `from` to bit `to_begin` of `to`. Reads no byte of
/// `from` that holds none of the bits.
void copy_bits(uint64_t* to, size_t to_begin, const uint8_t* from, size_t from_begin, size_t count);

/// How many of bits [begin, begin + count) are set.
size_t count_bits(const uint64_t* words, size_t begin, size_t count);

}  // namespace doline::parquet
