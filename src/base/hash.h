#pragma once

#include <cstdint>
#include <string_view>

#include "base/int128.h"

namespace doline {

/// 64-bit hashes. They are free of seeds and never change within a format version: exchanges
/// and checkpoints may persist the buckets they lead to.

/// A xor-shift-multiply finaliser (constants: Mulvey, "Hash functions"): every input bit reaches
/// every output bit.
inline uint64_t hash_u64(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  x ^= x >> 32;
  return x;
}

/// Order matters: hash_combine(a, b) != hash_combine(b, a).
inline uint64_t hash_combine(uint64_t first, uint64_t second) {
  return hash_u64(first * 0x9e3779b97f4a7c15ULL + second);
}

inline uint64_t hash_i128(int128_t value) {
  const auto bits = static_cast<uint128_t>(value);
  return hash_combine(static_cast<uint64_t>(bits >> 64), hash_u64(static_cast<uint64_t>(bits)));
}

/// XXH3 of the bytes.
uint64_t hash_bytes(const void* bytes, size_t size);
inline uint64_t hash_string(std::string_view text) { return hash_bytes(text.data(), text.size()); }

inline constexpr uint64_t kNullHash = 0x5bd1e9955bd1e995ULL;

}  // namespace doline
