#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace doline::parquet {

/// DELTA_BINARY_PACKED: blocks of bit-packed differences. Sums wrap at 64 bits, which for 32-bit
/// columns gives the right low half. Views the bytes; damage is Error(kCorrupt).
class DeltaDecoder {
 public:
  DeltaDecoder() = default;
  explicit DeltaDecoder(std::span<const std::byte> bytes);

  uint64_t total_count() const { return total_; }
  void decode(int64_t* out, size_t count);
  void skip(size_t count);
  /// After the last value: where the encoded integers end within the bytes.
  size_t consumed();

 private:
  uint64_t varint();
  void next_block();
  void next_miniblock();

  const uint8_t* begin_ = nullptr;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint64_t values_per_miniblock_ = 0;
  uint64_t miniblocks_ = 0;
  uint64_t total_ = 0;
  uint64_t left_ = 0;           // values not yet given
  bool first_pending_ = false;  // the header's first value
  int64_t last_ = 0;
  int64_t min_delta_ = 0;
  const uint8_t* widths_ = nullptr;
  uint64_t miniblock_ = 0;  // next one of the block
  const uint8_t* packed_ = nullptr;
  unsigned width_ = 0;
  uint64_t index_ = 0;  // in the miniblock
  uint64_t miniblock_left_ = 0;
};

}  // namespace doline::parquet
