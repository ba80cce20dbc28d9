#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/compression.h"

namespace doline {

/// A file that is being written, from its first byte to its last. It appears under its name only
/// when published, complete; until then, and if it never is, nothing is seen of it. Pipes,
/// terminals and /dev/stdout get the bytes as they come. One thread at a time.
///
/// A full disk is Error(kDiskLimit). After any error the file can only be abandoned.
class WritableFile {
 public:
  /// Abandons what was not published.
  virtual ~WritableFile() = default;
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;

  /// Buffered (1 MiB): an error of these bytes may come with later calls.
  virtual void append(std::span<const std::byte> bytes) = 0;
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }
  /// What was appended is with the disk, and survives a power cut once published.
  virtual void sync() = 0;
  /// Complete and under its name, for every process to see. Durable only after sync().
  virtual void publish() = 0;
  /// Takes it back; nothing is left behind.
  virtual void abandon() noexcept = 0;

  /// What is appended leaves at once, to a pipe or a terminal: nobody can take it back.
  virtual bool is_through() const { return false; }
  /// Bytes appended.
  virtual uint64_t position() const = 0;
  virtual const std::string& path() const = 0;

 protected:
  WritableFile() = default;
};

/// A file that compresses what is appended and writes it to `target`. kAuto goes by the ending of
/// its path; kNone gives `target` back. `level` is the codec's own (gzip 1..9, zstd 1..19,
/// lz4 0..12). publish() ends the frame first.
std::unique_ptr<WritableFile> compress(std::unique_ptr<WritableFile> target,
                                       Compression compression,
                                       std::optional<int> level = std::nullopt);

}  // namespace doline
