#include "io/byte_stream.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.h"
#include "io/decoding_stream.h"

namespace doline {

namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

/// What is not compressed: the bytes that detection took, then the source's own.
class PlainStream final : public ByteStream {
 public:
  PlainStream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first)
      : ByteStream(source->name()), source_(std::move(source)), first_size_(first.size()) {
    std::copy(first.begin(), first.end(), first_.begin());
  }

  uint64_t source_position() const override { return position(); }
  std::optional<uint64_t> source_size_bytes() const override {
    return source_->source_size_bytes();
  }
  void interrupt() noexcept override { source_->interrupt(); }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    if (position() >= first_size_) return source_->read(into);
    const auto begin = static_cast<size_t>(position());
    const size_t taken = std::min(into.size(), first_size_ - begin);
    std::memcpy(into.data(), first_.data() + begin, taken);
    return taken;
  }

 private:
  const std::unique_ptr<ByteStream> source_;
  std::array<std::byte, kMagicBytes> first_;
  const size_t first_size_;
};

/// Whether a compressed file may begin so: a person at a terminal is not made to type ten bytes
/// before the first is looked at.
bool may_begin_magic(std::byte first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte == 0x1f || byte == 0x28 || byte == 0x04 || (byte & 0xf0) == 0x50 || byte == 0xfd ||
         byte == 'B';
}

}  // namespace

size_t ByteStream::read(std::span<std::byte> into) {
  ASSERT(!into.empty());
  const size_t got = read_some(into);
  position_ += got;
  return got;
}

size_t ByteStream::read_fully(std::span<std::byte> into) {
  size_t done = 0;
  while (done < into.size()) {
    const size_t got = read(into.subspan(done));
    if (got == 0) break;
    done += got;
  }
  return done;
}

std::unique_ptr<ByteStream> decompress(std::unique_ptr<ByteStream> source,
                                       Compression compression) {
  std::array<std::byte, kMagicBytes> buffer;
  std::span<const std::byte> first;
  if (compression == Compression::kAuto) {
    size_t size = source->read(buffer);
    while (size > 0 && size < buffer.size() && may_begin_magic(buffer[0])) {
      const size_t got = source->read(std::span(buffer).subspan(size));
      if (got == 0) break;
      size += got;
    }
    first = std::span(buffer).first(size);
    compression = detect_compression(first, source->name());
  }
  switch (compression) {
    case Compression::kAuto:
      UNREACHABLE();
    case Compression::kNone:
      if (first.empty()) return source;
      return std::make_unique<PlainStream>(std::move(source), first);
    case Compression::kGzip:
      return gzip_stream(std::move(source), first);
    case Compression::kZstd:
      return zstd_stream(std::move(source), first);
    case Compression::kLz4:
      return lz4_stream(std::move(source), first);
  }
  UNREACHABLE();
}

DecodingStream::DecodingStream(std::unique_ptr<ByteStream> source, std::span<const std::byte> first,
                               Compression compression)
    : ByteStream(source->name()),
      source_(std::move(source)),
      compression_(compression),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferBytes)),
      end_(first.size()) {
  std::copy(first.begin(), first.end(), buffer_.get());
}

bool DecodingStream::refill() {
  if (begin_ < end_) return true;
  begin_ = 0;
  end_ = source_->read({buffer_.get(), kBufferBytes});
  return end_ > 0;
}

void DecodingStream::fail_damaged(std::string_view reason) const {
  throw Error(ErrorCode::kCorrupt, "{}: damaged {} data near byte {}: {}", name(),
              name_of(compression_), source_position(), reason);
}

void DecodingStream::fail_truncated() const {
  throw Error(ErrorCode::kCorrupt, "{} ends in the middle of its {} data, at byte {}", name(),
              name_of(compression_), source_position())
      .hint("the file was cut off: fetch or write it again");
}

}  // namespace doline
