#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace doline::parquet {

/// Appends `values`, of `width` (0 to 32) bits each, as runs: eight equal values or more as one
/// repeated value, the rest bit-packed in groups of eight.
template <class T>
void encode_hybrid(std::span<const T> values, unsigned width, std::string& out);

extern template void encode_hybrid<uint8_t>(std::span<const uint8_t>, unsigned, std::string&);
extern template void encode_hybrid<uint32_t>(std::span<const uint32_t>, unsigned, std::string&);

}  // namespace doline::parquet
