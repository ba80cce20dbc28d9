#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace doline::parquet {

/// Unsigned integers of a fixed number of bits in runs, each either one repeated value or
/// bit-packed: dictionary codes, levels, booleans. Views the bytes; damage is Error(kCorrupt).
///
/// The three ways to go on (decode, decode_at, skip) may be mixed freely.
class HybridDecoder {
 public:
  HybridDecoder() = default;
  /// `width` from 0 to 32 bits.
  HybridDecoder(std::span<const std::byte> bytes, unsigned width);

  void decode(uint32_t* out, size_t count);
  void skip(size_t count);
  /// Of the next `span` values those at `at[i] - base`, which ascend and lie below `span`; then
  /// goes past all of them.
  void decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span, uint32_t* out);
  /// For a width of 1: into bits [begin, begin + count) of `words`.
  void decode_bits(uint64_t* words, size_t begin, size_t count);

 private:
  void next_run();
  void require_run() {
    while (left_ == 0) next_run();
  }
  uint32_t packed_value(size_t index) const;
  void unpack(size_t index, size_t count, uint32_t* out) const;

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  unsigned width_ = 0;
  size_t left_ = 0;                  // values of the run not yet taken
  const uint8_t* packed_ = nullptr;  // of a packed run: its bytes; null: repeated
  const uint8_t* packed_end_ = nullptr;
  size_t index_ = 0;    // in the packed run
  uint32_t value_ = 0;  // of a repeated run
};

/// Levels in the deprecated BIT_PACKED form: most significant bit first, one block.
void decode_legacy_levels(std::span<const std::byte> bytes, unsigned width, size_t count,
                          uint8_t* out);

}  // namespace doline::parquet
