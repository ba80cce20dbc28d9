#include "format/parquet/codec.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy-c.h>
#include <zstd.h>

#include <cstring>
#include <memory>

#include "base/ascii.h"
#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/snappy_decode.h"

namespace doline::parquet {

namespace {

using Bytes = std::span<const std::byte>;
using Room = std::span<std::byte>;

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

[[noreturn]] void damaged(Codec codec) {
  throw Error(ErrorCode::kCorrupt, "the {} data of a Parquet page is damaged", name_of(codec));
}

[[noreturn]] void not_supported(Codec codec) {
  throw Error(ErrorCode::kNotSupported, "Parquet pages compressed with {} cannot be read",
              name_of(codec))
      .hint("write the file with snappy, zstd, gzip, brotli, lz4_raw or no compression");
}

/// Codec contexts are kept per thread: making one costs more than a small page.
template <class T, T* (*kCreate)(), auto kFree>
T* per_thread() {
  struct Deleter {
    void operator()(T* context) const { kFree(context); }
  };
  thread_local std::unique_ptr<T, Deleter> context(kCreate());
  if (!context) throw Error(ErrorCode::kMemoryLimit, "no memory for a decompressor");
  return context.get();
}

libdeflate_compressor* default_deflate() { return libdeflate_alloc_compressor(6); }

void decompress_gzip(Bytes in, Room out) {
  libdeflate_decompressor* const inflate =
      per_thread<libdeflate_decompressor, libdeflate_alloc_decompressor,
                 libdeflate_free_decompressor>();
  size_t written = 0;
  do {  // members may be concatenated
    const bool gzip = in.size() >= 2 && in[0] == std::byte{0x1F} && in[1] == std::byte{0x8B};
    size_t used = 0, made = 0;
    const auto step = gzip ? libdeflate_gzip_decompress_ex : libdeflate_zlib_decompress_ex;
    if (step(inflate, in.data(), in.size(), out.data() + written, out.size() - written, &used,
             &made) != LIBDEFLATE_SUCCESS ||
        used == 0) {
      damaged(Codec::kGzip);
    }
    in = in.subspan(used);
    written += made;
  } while (!in.empty() && written < out.size());
  if (written != out.size()) damaged(Codec::kGzip);
}

void decompress_brotli(Bytes in, Room out) {
  size_t size = out.size();
  std::byte none{};
  const auto result =
      BrotliDecoderDecompress(in.size(), reinterpret_cast<const uint8_t*>(in.data()), &size,
                              reinterpret_cast<uint8_t*>(out.empty() ? &none : out.data()));
  if (result != BROTLI_DECODER_RESULT_SUCCESS || size != out.size()) damaged(Codec::kBrotli);
}

bool decompress_lz4(Bytes in, Room out) {
  if (in.size() > LZ4_MAX_INPUT_SIZE || out.size() > LZ4_MAX_INPUT_SIZE) return false;
  return LZ4_decompress_safe(chars(in.data()), chars(out.data()), static_cast<int>(in.size()),
                             static_cast<int>(out.size())) == static_cast<int>(out.size());
}

/// Hadoop's frames: big-endian sizes (uncompressed, compressed) before each raw block.
bool decompress_hadoop_frames(Bytes in, Room out) {
  while (!in.empty()) {
    if (in.size() < 8) return false;
    const uint32_t wanted = __builtin_bswap32(load_unaligned<uint32_t>(in.data()));
    const uint32_t packed = __builtin_bswap32(load_unaligned<uint32_t>(in.data() + 4));
    if (packed > in.size() - 8 || wanted > out.size()) return false;
    if (!decompress_lz4(in.subspan(8, packed), out.first(wanted))) return false;
    in = in.subspan(8 + packed);
    out = out.subspan(wanted);
  }
  return out.empty();
}

}  // namespace

void decompress(Codec codec, Bytes in, Room out) {
  switch (codec) {
    case Codec::kUncompressed:
      if (in.size() != out.size()) damaged(codec);
      if (!in.empty()) std::memcpy(out.data(), in.data(), in.size());
      return;
    case Codec::kSnappy:
      if (!snappy_decode(in, out)) damaged(codec);
      return;
    case Codec::kGzip:
      return decompress_gzip(in, out);
    case Codec::kBrotli:
      return decompress_brotli(in, out);
    case Codec::kLz4Hadoop:
      // Old writers wrote a raw block under this number.
      if (!decompress_hadoop_frames(in, out) && !decompress_lz4(in, out)) damaged(codec);
      return;
    case Codec::kLz4Raw:
      if (!decompress_lz4(in, out)) damaged(codec);
      return;
    case Codec::kZstd: {
      ZSTD_DCtx* const context = per_thread<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx>();
      if (ZSTD_decompressDCtx(context, out.data(), out.size(), in.data(), in.size()) != out.size())
        damaged(codec);
      return;
    }
    case Codec::kLzo:
      break;
  }
  not_supported(codec);
}

bool plausible_size(Codec codec, Bytes in, size_t uncompressed) {
  switch (codec) {
    case Codec::kUncompressed:
      return in.size() == uncompressed;
    case Codec::kSnappy: {
      size_t size = 0;
      // A copy of 64 bytes takes three.
      return snappy_uncompressed_length(chars(in.data()), in.size(), &size) == SNAPPY_OK &&
             size == uncompressed && size / 22 <= in.size();
    }
    case Codec::kGzip:
      return uncompressed / 1040 <= in.size();
    case Codec::kLz4Hadoop:
    case Codec::kLz4Raw:
      return uncompressed / 256 <= in.size();
    case Codec::kZstd: {
      const unsigned long long size = ZSTD_getFrameContentSize(in.data(), in.size());
      if (size == ZSTD_CONTENTSIZE_ERROR) return uncompressed == 0 && in.empty();
      // A block of 128 KiB takes four bytes at least. More frames may follow the first.
      return (size == ZSTD_CONTENTSIZE_UNKNOWN || size <= uncompressed) &&
             uncompressed / (size_t{128} << 10) <= in.size() / 4 + 1;
    }
    case Codec::kBrotli:  // up to 16 MiB in a few bytes, so that little can be said
      return uncompressed / (size_t{16} << 20) <= in.size();
    case Codec::kLzo:
      break;
  }
  not_supported(codec);
}

void compress(Codec codec, Bytes in, int level, std::string& out) {
  switch (codec) {
    case Codec::kUncompressed:
      out.assign(chars(in.data()), in.size());
      return;
    case Codec::kSnappy: {
      size_t size = snappy_max_compressed_length(in.size());
      out.resize(size);
      if (snappy_compress(chars(in.data()), in.size(), out.data(), &size) != SNAPPY_OK) break;
      out.resize(size);
      return;
    }
    case Codec::kZstd: {
      ZSTD_CCtx* const context = per_thread<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx>();
      out.resize(ZSTD_compressBound(in.size()));
      const size_t size =
          ZSTD_compressCCtx(context, out.data(), out.size(), in.data(), in.size(), level);
      if (ZSTD_isError(size)) break;
      out.resize(size);
      return;
    }
    case Codec::kGzip: {
      libdeflate_compressor* const deflate =
          per_thread<libdeflate_compressor, default_deflate, libdeflate_free_compressor>();
      out.resize(libdeflate_gzip_compress_bound(deflate, in.size()));
      const size_t size =
          libdeflate_gzip_compress(deflate, in.data(), in.size(), out.data(), out.size());
      if (size == 0) break;
      out.resize(size);
      return;
    }
    case Codec::kBrotli: {
      size_t size = BrotliEncoderMaxCompressedSize(in.size());
      out.resize(size);
      if (!BrotliEncoderCompress(level == 0 ? 4 : level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC,
                                 in.size(), reinterpret_cast<const uint8_t*>(in.data()), &size,
                                 reinterpret_cast<uint8_t*>(out.data()))) {
        break;
      }
      out.resize(size);
      return;
    }
    case Codec::kLz4Raw: {
      out.resize(static_cast<size_t>(LZ4_compressBound(static_cast<int>(in.size()))));
      const int size = LZ4_compress_default(
          chars(in.data()), out.data(), static_cast<int>(in.size()), static_cast<int>(out.size()));
      if (size <= 0) break;
      out.resize(static_cast<size_t>(size));
      return;
    }
    case Codec::kLz4Hadoop:
    case Codec::kLzo:
      throw Error(ErrorCode::kNotSupported, "Parquet is not written with {}", name_of(codec))
          .hint("use snappy, zstd, gzip, brotli, lz4_raw or uncompressed");
  }
  throw Error(ErrorCode::kInternal, "{} failed to compress {} bytes", name_of(codec), in.size());
}

std::optional<Codec> codec_named(std::string_view name) {
  const std::string lowered = ascii_lower(name);
  constexpr std::pair<std::string_view, Codec> kNames[] = {
      {"snappy", Codec::kSnappy},     {"zstd", Codec::kZstd},
      {"gzip", Codec::kGzip},         {"brotli", Codec::kBrotli},
      {"lz4", Codec::kLz4Raw},        {"lz4_raw", Codec::kLz4Raw},
      {"none", Codec::kUncompressed}, {"uncompressed", Codec::kUncompressed}};
  for (const auto& [known, codec] : kNames) {
    if (known == lowered) return codec;
  }
  return std::nullopt;
}

}  // namespace doline::parquet
