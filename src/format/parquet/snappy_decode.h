#pragma once

#include <cstddef>
#include <span>

namespace doline::parquet {

/// Decompresses a raw snappy block into exactly `out`. False where the bytes are damaged or hold
/// another number of bytes.
///
/// Our own, unlike the other codecs: half of the time of a scan went into the library's (see
/// docs/decisions/0001-ceiling.md), because pages of integers are chains of two-byte literals and
/// six-byte copies, and its portable build takes a mispredicted branch on most of them.
bool snappy_decode(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace doline::parquet
