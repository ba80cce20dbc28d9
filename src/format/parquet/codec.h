#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "format/parquet/metadata.h"

namespace doline::parquet {

/// Fills `out` exactly from the compressed `in`. Error(kCorrupt) where the bytes are damaged or
/// hold another number of bytes than `out`; Error(kNotSupported) for codecs that are not known.
void decompress(Codec codec, std::span<const std::byte> in, std::span<std::byte> out);

/// Whether `in` can hold `uncompressed` bytes, by its own header or the codec's best ratio: asked
/// before memory is taken for a size that only the page header claims.
bool plausible_size(Codec codec, std::span<const std::byte> in, size_t uncompressed);

/// Compresses `in` into `out` (replaced). `level` 0 is the codec's default.
void compress(Codec codec, std::span<const std::byte> in, int level, std::string& out);

/// "snappy", "zstd", "gzip", "brotli", "lz4_raw", "uncompressed" (any case) → codec; nullopt for
/// others.
std::optional<Codec> codec_named(std::string_view name);

}  // namespace doline::parquet
