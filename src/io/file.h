#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ref.h"
#include "memory/buffer.h"

namespace doline {

struct ByteRange {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

/// What tells one state of a file from another.
struct FileVersion {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;
  bool operator==(const FileVersion&) const = default;
};

struct ReadRequest {
  uint64_t offset;
  std::span<std::byte> into;  // within the file: a read past its end is an error here
};

/// Called once, on an I/O thread; the error when a request failed. Must not throw or wait.
using ReadDone = std::function<void(std::optional<Error>)>;

/// An open file that can be read anywhere, in the state it had when opened. Immutable, shared.
/// A read that finds the file in another state throws Error(kIo, "... changed while being read").
class File : public RefCounted {
 public:
  const std::string& path() const { return path_; }
  uint64_t size_bytes() const { return version_.size_bytes; }
  const FileVersion& version() const { return version_; }

  /// Fills `into`; fewer bytes only at the end of the file. May wait for the disk.
  virtual size_t read_at(uint64_t offset, std::span<std::byte> into) const = 0;
  /// Like read_at, but only what is in memory already, and hence possibly fewer bytes or none.
  virtual size_t read_cached(uint64_t offset, std::span<std::byte> into) const = 0;
  /// Reads on I/O threads. `owner` keeps the memory alive until `done` was called, whatever
  /// becomes of the task that asked.
  virtual void read(std::vector<ReadRequest> requests, PinRef owner, ReadDone done) const = 0;
  /// Begins to bring a range into memory; a hint.
  virtual void will_need(ByteRange range) const = 0;

 protected:
  File(std::string path, FileVersion version) : path_(std::move(path)), version_(version) {}

 private:
  const std::string path_;
  const FileVersion version_;
};
using FileRef = Ref<const File>;

}  // namespace doline
