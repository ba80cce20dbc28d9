#include "format/parquet/snappy_decode.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace doline::parquet {

namespace {

/// Per copy tag: length in the low byte, the tag's part of the offset above it.
constexpr std::array<uint16_t, 256> kCopies = [] {
  std::array<uint16_t, 256> table{};
  for (unsigned tag = 0; tag < 256; ++tag) {
    table[tag] = (tag & 3) == 1 ? static_cast<uint16_t>((((tag >> 2) & 7) + 4) | ((tag >> 5) << 8))
                                : static_cast<uint16_t>((tag >> 2) + 1);
  }
  return table;
}();
/// Per kind of tag: which bits of the four bytes behind it are offset, and how many bytes those
/// are.
constexpr uint32_t kOffsetMask[4] = {0, 0xFF, 0xFFFF, 0xFFFFFFFF};
constexpr uint8_t kOffsetBytes[4] = {0, 1, 2, 4};

uint32_t load32(const uint8_t* from) {
  uint32_t value;
  std::memcpy(&value, from, 4);
  return value;
}
uint64_t load64(const uint8_t* from) {
  uint64_t value;
  std::memcpy(&value, from, 8);
  return value;
}
void copy8(uint8_t* to, const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, 8);
  std::memcpy(to, &word, 8);
}
void copy16(uint8_t* to, const uint8_t* from) {
  uint64_t low, high;
  std::memcpy(&low, from, 8);
  std::memcpy(&high, from + 8, 8);
  std::memcpy(to, &low, 8);
  std::memcpy(to + 8, &high, 8);
}

/// A copy whose source overlaps its target, or that comes near the end: byte by byte.
void copy_bytes(uint8_t* to, size_t offset, size_t size) {
  const uint8_t* const from = to - offset;
  for (size_t i = 0; i < size; ++i) to[i] = from[i];
}

constexpr ptrdiff_t kInputMargin = 32;   // a literal of 16, its tag, a copy's five bytes
constexpr ptrdiff_t kOutputMargin = 96;  // a literal of 16 and a copy of 64, in blocks of 16

/// So many pairs in a row are taken for the beginning of numbers.
constexpr uint32_t kPairsOfNumbers = 4;

/// What columns of eight-byte numbers are, whose upper bytes are alike: literals of a few bytes, a
/// short copy behind each. A pair's two tags come out of one load, so that it waits for the place
/// of the next only. Goes on until something else comes, with `at` at a tag and the margins of the
/// main loop. False: the bytes are damaged.
///
/// `is_near`: each number is like the one before. Its bytes are kept in a register, as they could
/// not be read back before the two stores that make them are done.
template <bool is_near>
bool copy_numbers(const uint8_t*& at, const uint8_t* end, const uint8_t* begin, uint8_t*& to,
                  const uint8_t* limit) {
  uint64_t last = is_near ? load64(to - 8) : 0;
  while (end - at >= kInputMargin && limit - to >= kOutputMargin) {
    const uint64_t word = load64(at);
    const auto tag = static_cast<uint32_t>(word & 0xFF);
    if ((tag & 3) != 0 || tag > 3 << 2) return true;
    const uint32_t bits = (tag << 1) + 8;  // of the literal
    const auto copy = static_cast<uint32_t>(word >> 8 >> bits);
    const uint32_t kind = copy & 3;
    if (kind == 0 || kind == 3) return true;
    const uint32_t entry = kCopies[copy & 0xFF];
    const size_t offset = (entry & 0x700) + ((copy >> 8) & kOffsetMask[kind]);
    const size_t length = entry & 0xFF;
    if (length > 8 || (is_near ? offset != 8 : offset < 8)) return true;
    uint8_t* const behind = to + bits / 8;
    if (offset > static_cast<size_t>(behind - begin)) return false;
    const uint64_t literal = word >> 8;
    std::memcpy(to, &literal, 8);
    if constexpr (is_near) {
      last = last >> bits | literal << (64 - bits);
      std::memcpy(behind, &last, 8);
      last = std::rotr(last, static_cast<int>(length * 8));
    } else {
      copy8(behind, behind - offset);
    }
    to = behind + length;
    at += bits / 8 + 2 + kind;
  }
  return true;
}

}  // namespace

bool snappy_decode(std::span<const std::byte> in, std::span<std::byte> out) {
  const auto* at = reinterpret_cast<const uint8_t*>(in.data());
  const uint8_t* const end = at + in.size();
  auto* const begin = reinterpret_cast<uint8_t*>(out.data());
  uint8_t* to = begin;
  uint8_t* const limit = begin + out.size();

  uint64_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (at == end || shift > 28) return false;
    size |= static_cast<uint64_t>(*at & 0x7F) << shift;
    if (*at++ < 0x80) break;
  }
  if (size != out.size()) return false;

  uint32_t pairs = 0;  // of a short literal and a copy, one behind the other
  while (at != end) {
    // Far from both ends: no length needs a check, and blocks of 16 may be copied whole.
    while (end - at >= kInputMargin && limit - to >= kOutputMargin) {
      uint32_t tag = *at;
      if ((tag & 3) == 0) {
        if (tag >= 16 << 2) break;
        copy16(to, at + 1);
        to += (tag >> 2) + 1;
        at += (tag >> 2) + 2;
        pairs = tag <= 3 << 2 ? pairs + 1 : 0;
        tag = *at;
        if ((tag & 3) == 0) continue;
      } else {
        pairs = 0;
      }
      const uint32_t kind = tag & 3;
      const uint32_t entry = kCopies[tag];
      const size_t offset = (entry & 0x700) + (load32(at + 1) & kOffsetMask[kind]);
      const size_t length = entry & 0xFF;
      // 1, 2 or 4 bytes of offset, without a look-up: every tag waits for the place of the next.
      at += 1 + kind;
      if (kind == 3) [[unlikely]]
        ++at;
      if (offset - 1 >= static_cast<size_t>(to - begin)) return false;  // zero too
      if (offset >= 16) [[likely]] {
        copy16(to, to - offset);
        if (length > 16) {
          copy16(to + 16, to + 16 - offset);
          copy16(to + 32, to + 32 - offset);
          copy16(to + 48, to + 48 - offset);
        }
      } else if (offset >= 8) {  // neighbours of sorted integers
        for (size_t i = 0; i < length; i += 8) copy8(to + i, to + i - offset);
      } else {
        copy_bytes(to, offset, length);
      }
      to += length;
      if (pairs >= kPairsOfNumbers) {
        if (!(offset == 8 ? copy_numbers<true>(at, end, begin, to, limit)
                          : copy_numbers<false>(at, end, begin, to, limit)))
          return false;
        pairs = 0;
      }
    }
    if (at == end) break;
    const uint32_t tag = *at++;
    const uint32_t kind = tag & 3;
    if (kind == 0) {
      size_t length = (tag >> 2) + 1;
      if (length > 60) {
        const size_t bytes = length - 60;
        if (static_cast<size_t>(end - at) < bytes) return false;
        length = 0;
        for (size_t i = 0; i < bytes; ++i) length |= static_cast<size_t>(at[i]) << (8 * i);
        length += 1;
        at += bytes;
      }
      if (length > static_cast<size_t>(end - at) || length > static_cast<size_t>(limit - to))
        return false;
      std::memcpy(to, at, length);
      at += length;
      to += length;
      continue;
    }
    if (end - at < kOffsetBytes[kind]) return false;
    size_t offset = kCopies[tag] & 0x700;
    for (size_t i = 0; i < kOffsetBytes[kind]; ++i) offset += static_cast<size_t>(at[i]) << (8 * i);
    at += kOffsetBytes[kind];
    const size_t length = kCopies[tag] & 0xFF;
    if (offset - 1 >= static_cast<size_t>(to - begin) || length > static_cast<size_t>(limit - to))
      return false;
    copy_bytes(to, offset, length);
    to += length;
  }
  return to == limit;
}

}  // namespace doline::parquet
