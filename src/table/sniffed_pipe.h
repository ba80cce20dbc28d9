#pragma once

#include <memory>
#include <string>

#include "base/thread_safety.h"
#include "io/file_system.h"

namespace doline {

/// `begin`, then what is left of `rest`.
std::unique_ptr<ByteStream> resumed_stream(std::string begin, std::unique_ptr<ByteStream> rest);

/// Opens what `path` leads to, to be read from start to end and decompressed. Standard input that
/// was only sniffed begins at its first byte again.
std::unique_ptr<ByteStream> open_pipe(FileSystem& files, const std::string& path,
                                      const AccessPolicy& policy,
                                      Compression compression = Compression::kAuto);

/// Input that can be read once, of which the begin was read to find out what it is. Shared by a
/// table and its only scan; given back when there was none (DESCRIBE, CREATE VIEW). Thread-safe.
class SniffedPipe {
 public:
  SniffedPipe(std::string path, Compression compression, std::string begin,
              std::unique_ptr<ByteStream> rest)
      : path_(std::move(path)),
        compression_(compression),
        begin_(std::move(begin)),
        rest_(std::move(rest)) {}
  ~SniffedPipe();
  SniffedPipe(const SniffedPipe&) = delete;
  SniffedPipe& operator=(const SniffedPipe&) = delete;

  /// From its first byte; Error(kNotSupported) from the second call on. `function`: for the hint.
  std::unique_ptr<ByteStream> take(const char* function);

 private:
  const std::string path_;
  const Compression compression_;  // as it was opened
  Mutex mutex_;
  std::string begin_ GUARDED_BY(mutex_);
  std::unique_ptr<ByteStream> rest_ GUARDED_BY(mutex_);  // null once taken
};

}  // namespace doline
