#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace doline {

/// Compression of whole files and streams. Pages inside Parquet files have codecs of their own.
enum class Compression : uint8_t {
  kAuto,  // readers: by the first bytes; writers: by the name's ending
  kNone,
  kGzip,
  kZstd,
  kLz4,  // the frame format, as the lz4 program writes it
};

/// "gzip" for kGzip.
std::string_view name_of(Compression compression);
/// From an option's value: auto, none, uncompressed, gzip, gz, zstd, zst, lz4, any case.
std::optional<Compression> compression_from_name(std::string_view name);
/// From ".gz", ".zst", ".lz4" at the end of a path; kNone otherwise.
Compression compression_from_path(std::string_view path);
/// "data.csv" for "data.csv.gz"; the path itself when nothing is to be taken away.
std::string_view without_compression_ending(std::string_view path);

/// As many bytes as detection wants to see.
inline constexpr size_t kMagicBytes = 10;
/// By the first bytes of a file. Throws Error(kNotSupported) naming `path` for xz, bzip2, zip.
Compression detect_compression(std::span<const std::byte> first, std::string_view path);

}  // namespace doline
