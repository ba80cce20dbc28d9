#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/assert.h"
#include "io/decoding_stream.h"

namespace doline {

namespace {

/// Window of 32 KiB, header and trailer in gzip's form (zlib.h, inflateInit2).
constexpr int kGzipWindow = 15 + 16;

/// Members follow each other without a mark; zeros after the last are padding (tapes have it).
class GzipStream final : public DecodingStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first)
      : DecodingStream(std::move(source), first, Compression::kGzip) {
    if (inflateInit2(&zlib_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { inflateEnd(&zlib_); }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    const size_t wanted = std::min<size_t>(into.size(), std::numeric_limits<uInt>::max());
    zlib_.next_out = reinterpret_cast<Bytef*>(into.data());
    zlib_.avail_out = static_cast<uInt>(wanted);
    while (zlib_.avail_out == wanted) {
      if (!refill()) {
        if (in_member_) fail_truncated();
        return 0;
      }
      if (!in_member_ && !begin_member()) continue;
      inflate_unread();
    }
    return wanted - zlib_.avail_out;
  }

 private:
  /// False when what lies here is padding, which it passes over.
  bool begin_member() {
    const std::byte next = unread().front();
    if (after_first_ && (next == std::byte{0} || in_padding_)) {
      if (next != std::byte{0}) fail_damaged("bytes that are no gzip member follow the last one");
      in_padding_ = true;
      consume(1);
      return false;
    }
    if (after_first_ && next != std::byte{0x1f}) {
      fail_damaged("bytes that are no gzip member follow the last one");
    }
    in_member_ = true;
    return true;
  }

  void inflate_unread() {
    const auto input = unread();
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(input.data()));
    zlib_.avail_in = static_cast<uInt>(input.size());
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    consume(input.size() - zlib_.avail_in);
    switch (status) {
      case Z_OK:
      case Z_BUF_ERROR:
        return;
      case Z_STREAM_END:
        in_member_ = false;
        after_first_ = true;
        inflateReset(&zlib_);
        return;
      case Z_MEM_ERROR:
        throw std::bad_alloc();
      default:
        fail_damaged(zlib_.msg != nullptr ? zlib_.msg : "not a gzip member");
    }
  }

  z_stream zlib_{};
  bool in_member_ = false;
  bool after_first_ = false;
  bool in_padding_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> gzip_stream(std::unique_ptr<ByteStream> source,
                                        std::span<const std::byte> first) {
  return std::make_unique<GzipStream>(std::move(source), first);
}

}  // namespace doline
