#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "io/compression.h"
#include "io/file.h"

namespace doline {

/// Bytes that come in sequence: a pipe, a whole file, or what a decompressor makes of either.
/// One thread at a time, which may have to wait; only interrupt() comes from others.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// At least one byte, or 0 at the end (and ever after). Throws Error.
  size_t read(std::span<std::byte> into);
  /// Fills `into`; fewer bytes only at the end.
  size_t read_fully(std::span<std::byte> into);

  /// Bytes handed out.
  uint64_t position() const { return position_; }
  /// Bytes taken from the source, and how many it has when that is known: progress.
  virtual uint64_t source_position() const { return position_; }
  virtual std::optional<uint64_t> source_size_bytes() const { return std::nullopt; }
  /// What to call it in errors.
  const std::string& name() const { return name_; }
  virtual Compression compression() const { return Compression::kNone; }

  /// From any thread: a read that waits, and every later one, throws Error(kCancelled).
  virtual void interrupt() noexcept {}

 protected:
  explicit ByteStream(std::string name) : name_(std::move(name)) {}
  virtual size_t read_some(std::span<std::byte> into) = 0;

 private:
  const std::string name_;
  uint64_t position_ = 0;
};

/// The file from its first byte to its last, without looking into it.
std::unique_ptr<ByteStream> stream_of(FileRef file);

/// `source` decompressed. kAuto goes by the first bytes, not by the name, and hands out what is
/// not compressed as it is; formats it knows but cannot read (xz, bzip2, zip) are
/// Error(kNotSupported). Members and frames that follow each other are one stream. Damaged or
/// truncated data is Error(kCorrupt), naming the file and the byte in it. A decoder takes at most
/// kDecoderLimitBytes, whatever its input claims.
std::unique_ptr<ByteStream> decompress(std::unique_ptr<ByteStream> source,
                                       Compression compression = Compression::kAuto);

inline constexpr size_t kDecoderLimitBytes = size_t{128} << 20;

}  // namespace doline
