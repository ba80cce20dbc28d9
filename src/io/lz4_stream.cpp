#include <lz4frame.h>

#include <new>

#include "io/decoding_stream.h"

namespace doline {

namespace {

class Lz4Stream final : public DecodingStream {
 public:
  Lz4Stream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first)
      : DecodingStream(std::move(source), first, Compression::kLz4) {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))) {
      throw std::bad_alloc();
    }
  }
  ~Lz4Stream() override { LZ4F_freeDecompressionContext(context_); }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    for (;;) {
      // A full output may have left bytes in the decoder: it is asked before the source.
      if (!pending_ && !refill()) {
        if (in_frame_) fail_truncated();
        return 0;
      }
      const auto bytes = unread();
      size_t read = bytes.size();
      size_t written = into.size();
      const size_t status =
          LZ4F_decompress(context_, into.data(), &written, bytes.data(), &read, nullptr);
      if (LZ4F_isError(status)) fail_damaged(LZ4F_getErrorName(status));
      consume(read);
      in_frame_ = status != 0;
      pending_ = in_frame_ && written == into.size();
      if (written > 0) return written;
    }
  }

 private:
  LZ4F_dctx* context_ = nullptr;
  bool in_frame_ = false;
  bool pending_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> lz4_stream(std::unique_ptr<ByteStream> source,
                                       std::span<const std::byte> first) {
  return std::make_unique<Lz4Stream>(std::move(source), first);
}

}  // namespace doline
