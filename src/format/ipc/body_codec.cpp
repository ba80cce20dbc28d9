#include "format/ipc/body_codec.h"

#include <lz4frame.h>
#include <zstd.h>

#include <cstring>
#include <memory>
#include <new>

#include "base/assert.h"
#include "base/error.h"

namespace doline::ipc {

namespace {

/// Contexts are kept per thread: making one costs more than a small buffer.
ZSTD_DCtx* zstd_decoder() {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return context.get();
}

LZ4F_dctx* lz4_decoder() {
  struct Free {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  };
  thread_local const std::unique_ptr<LZ4F_dctx, Free> context([] {
    LZ4F_dctx* made = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION))) throw std::bad_alloc();
    return made;
  }());
  LZ4F_resetDecompressionContext(context.get());
  return context.get();
}

/// Frames may follow each other.
bool decompress_lz4(std::span<const std::byte> in, std::span<std::byte> out) {
  LZ4F_dctx* const context = lz4_decoder();
  size_t wanted = 1;  // 0: a frame is complete
  while (!in.empty()) {
    size_t read = in.size();
    size_t written = out.size();
    wanted = LZ4F_decompress(context, out.data(), &written, in.data(), &read, nullptr);
    if (LZ4F_isError(wanted) || (read == 0 && written == 0)) return false;
    in = in.subspan(read);
    out = out.subspan(written);
  }
  return wanted == 0 && out.empty();
}

}  // namespace

bool plausible_size(BodyCodec codec, std::span<const std::byte> in, uint64_t uncompressed) {
  switch (codec) {
    case BodyCodec::kNone:
      return in.size() == uncompressed;
    case BodyCodec::kLz4Frame:
      return uncompressed / 256 <= in.size();
    case BodyCodec::kZstd:
      // A block of 128 KiB takes four bytes at least.
      return uncompressed / (uint64_t{128} << 10) <= in.size() / 4 + 1;
  }
  UNREACHABLE();
}

bool decompress(BodyCodec codec, std::span<const std::byte> in, std::span<std::byte> out) {
  switch (codec) {
    case BodyCodec::kNone:
      if (in.size() != out.size()) return false;
      if (!in.empty()) std::memcpy(out.data(), in.data(), in.size());
      return true;
    case BodyCodec::kLz4Frame:
      return decompress_lz4(in, out);
    case BodyCodec::kZstd:
      return ZSTD_decompressDCtx(zstd_decoder(), out.data(), out.size(), in.data(), in.size()) ==
             out.size();
  }
  UNREACHABLE();
}

void compress(BodyCodec codec, std::span<const std::byte> in, int level, std::string& out) {
  switch (codec) {
    case BodyCodec::kNone:
      out.assign(reinterpret_cast<const char*>(in.data()), in.size());
      return;
    case BodyCodec::kLz4Frame: {
      LZ4F_preferences_t preferences{};
      preferences.compressionLevel = level;
      preferences.frameInfo.contentSize = in.size();
      out.resize(LZ4F_compressFrameBound(in.size(), &preferences));
      const size_t size =
          LZ4F_compressFrame(out.data(), out.size(), in.data(), in.size(), &preferences);
      if (LZ4F_isError(size)) break;
      out.resize(size);
      return;
    }
    case BodyCodec::kZstd: {
      out.resize(ZSTD_compressBound(in.size()));
      const size_t size = ZSTD_compress(out.data(), out.size(), in.data(), in.size(),
                                        level == 0 ? ZSTD_CLEVEL_DEFAULT : level);
      if (ZSTD_isError(size)) break;
      out.resize(size);
      return;
    }
  }
  throw Error(ErrorCode::kInternal, "{} bytes of an Arrow body could not be compressed", in.size());
}

}  // namespace doline::ipc
