#pragma once

#include <memory>
#include <span>

#include "io/mapped_file.h"
#include "memory/buffer.h"

namespace doline::ipc {

/// The bytes behind a message's metadata, wherever they are. Immutable; thread-safe.
class Body {
 public:
  struct Part {
    std::span<const std::byte> bytes;
    PinRef owner;  // keeps them
  };

  virtual ~Body() = default;
  uint64_t size_bytes() const { return size_bytes_; }
  /// Precondition: it lies within. May wait for a disk.
  virtual Part read(uint64_t offset, uint64_t size) const = 0;
  /// Error(kIo) where what was read may have changed under whoever looks at it.
  virtual void check() const {}
  /// Whether others can change the bytes after they were looked at.
  virtual bool may_change() const { return false; }

 protected:
  explicit Body(uint64_t size_bytes) : size_bytes_(size_bytes) {}

 private:
  const uint64_t size_bytes_;
};
using BodyRef = std::shared_ptr<const Body>;

BodyRef body_in_file(FileRef file, uint64_t offset, uint64_t size);
BodyRef body_in_mapping(MappedFileRef mapping, uint64_t offset, uint64_t size);
BodyRef body_in_memory(std::span<const std::byte> bytes, PinRef owner);

}  // namespace doline::ipc
