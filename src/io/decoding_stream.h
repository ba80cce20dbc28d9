#pragma once

#include <memory>
#include <string_view>

#include "io/byte_stream.h"

namespace doline {

/// What the decompressors share: the source's bytes in a buffer, where in it they stand, and
/// errors that say so.
class DecodingStream : public ByteStream {
 public:
  uint64_t source_position() const override { return source_->source_position() - unread().size(); }
  std::optional<uint64_t> source_size_bytes() const override {
    return source_->source_size_bytes();
  }
  Compression compression() const override { return compression_; }
  void interrupt() noexcept override { source_->interrupt(); }

 protected:
  /// `first` are the bytes already taken from `source`.
  DecodingStream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first,
                 Compression compression);

  std::span<const std::byte> unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(size_t bytes) { begin_ += bytes; }
  /// More bytes when none are left; false at the end of the source.
  bool refill();

  [[noreturn]] void fail_damaged(std::string_view reason) const;
  [[noreturn]] void fail_truncated() const;

 private:
  const std::unique_ptr<ByteStream> source_;
  const Compression compression_;
  const std::unique_ptr<std::byte[]> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

std::unique_ptr<ByteStream> gzip_stream(std::unique_ptr<ByteStream> source,
                                        std::span<const std::byte> first);
std::unique_ptr<ByteStream> zstd_stream(std::unique_ptr<ByteStream> source,
                                        std::span<const std::byte> first);
std::unique_ptr<ByteStream> lz4_stream(std::unique_ptr<ByteStream> source,
                                       std::span<const std::byte> first);

}  // namespace doline
