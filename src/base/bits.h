#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace doline {

/// Bitmaps are arrays of 64-bit words, row 0 = bit 0 of word 0.
inline constexpr size_t words_for_bits(size_t bits) { return (bits + 63) / 64; }
inline bool test_bit(const uint64_t* words, size_t index) {
  return (words[index / 64] >> (index % 64)) & 1;
}
inline void set_bit(uint64_t* words, size_t index) {
  words[index / 64] |= uint64_t{1} << (index % 64);
}
inline void clear_bit(uint64_t* words, size_t index) {
  words[index / 64] &= ~(uint64_t{1} << (index % 64));
}
inline void assign_bit(uint64_t* words, size_t index, bool value) {
  words[index / 64] =
      (words[index / 64] & ~(uint64_t{1} << (index % 64))) | (uint64_t{value} << (index % 64));
}
/// All ones below `bits` (at most 64).
inline uint64_t low_mask(size_t bits) {
  return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

template <class T>
T load_unaligned(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <class T>
void store_unaligned(void* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

inline size_t round_up(size_t value, size_t power_of_two) {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

}  // namespace doline
