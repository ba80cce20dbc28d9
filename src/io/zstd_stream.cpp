#include <zstd.h>
#include <zstd_errors.h>

#include <bit>
#include <new>

#include "io/decoding_stream.h"

namespace doline {

namespace {

class ZstdStream final : public DecodingStream {
 public:
  ZstdStream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first)
      : DecodingStream(std::move(source), first, Compression::kZstd),
        context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           std::countr_zero(kDecoderLimitBytes));
  }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    ZSTD_outBuffer output{into.data(), into.size(), 0};
    while (output.pos == 0) {
      // A full output may have left bytes in the decoder: it is asked before the source.
      if (!pending_ && !refill()) {
        if (in_frame_) fail_truncated();
        return 0;
      }
      const auto bytes = unread();
      ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
      const size_t status = ZSTD_decompressStream(context_.get(), &output, &input);
      consume(input.pos);
      if (ZSTD_isError(status)) fail(status);
      in_frame_ = status != 0;
      pending_ = in_frame_ && output.pos == output.size;
    }
    return output.pos;
  }

 private:
  [[noreturn]] void fail(size_t status) const {
    switch (ZSTD_getErrorCode(status)) {
      case ZSTD_error_frameParameter_windowTooLarge:
        throw Error(ErrorCode::kNotSupported,
                    "{}: the frame near byte {} needs more than {} MiB to be decompressed", name(),
                    source_position(), kDecoderLimitBytes >> 20)
            .hint("compress it again without --long or --ultra");
      case ZSTD_error_memory_allocation:
        throw std::bad_alloc();
      default:
        fail_damaged(ZSTD_getErrorName(status));
    }
  }

  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  bool in_frame_ = false;
  bool pending_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> zstd_stream(std::unique_ptr<ByteStream> source,
                                        std::span<const std::byte> first) {
  return std::make_unique<ZstdStream>(std::move(source), first);
}

}  // namespace doline
