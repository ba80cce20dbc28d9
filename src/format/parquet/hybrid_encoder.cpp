#include "format/parquet/hybrid_encoder.h"

#include <algorithm>

namespace doline::parquet {

namespace {

void put_varint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Groups of eight; those past the end are zeros.
template <class T>
void put_packed(std::span<const T> values, unsigned width, std::string& out) {
  if (values.empty()) return;
  const size_t groups = (values.size() + 7) / 8;
  put_varint(groups << 1 | 1, out);
  uint64_t bits = 0;
  unsigned held = 0;
  for (size_t i = 0; i < groups * 8; ++i) {
    bits |= static_cast<uint64_t>(i < values.size() ? values[i] : T{0}) << held;
    for (held += width; held >= 8; held -= 8, bits >>= 8) out.push_back(static_cast<char>(bits));
  }
}

}  // namespace

template <class T>
void encode_hybrid(std::span<const T> values, unsigned width, std::string& out) {
  size_t packed_begin = 0;  // values not yet written, all to be packed
  for (size_t i = 0; i < values.size();) {
    size_t run = 1;
    while (i + run < values.size() && values[i + run] == values[i]) ++run;
    // A packed run holds whole groups: the first of the repeated values fill its last one.
    const size_t fill = (8 - (i - packed_begin) % 8) % 8;
    if (run >= fill + 8) {
      put_packed(values.subspan(packed_begin, i + fill - packed_begin), width, out);
      put_varint((run - fill) << 1, out);
      for (unsigned byte = 0; byte < (width + 7) / 8; ++byte) {
        out.push_back(static_cast<char>(static_cast<uint32_t>(values[i]) >> (8 * byte)));
      }
      packed_begin = i + run;
    }
    i += run;
  }
  put_packed(values.subspan(packed_begin), width, out);
}

template void encode_hybrid<uint8_t>(std::span<const uint8_t>, unsigned, std::string&);
template void encode_hybrid<uint32_t>(std::span<const uint32_t>, unsigned, std::string&);

}  // namespace doline::parquet
