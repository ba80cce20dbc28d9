#pragma once

#include <span>

#include "io/disk.h"
#include "io/file.h"

namespace doline {

/// A file's bytes as memory that the system reads when it is touched. What somebody cuts off the
/// file meanwhile would end the process (SIGBUS); here it reads as zeros, and check() tells. For
/// that the process gets a handler of SIGBUS with the first mapping; faults elsewhere go to whoever
/// handled them before. Thread-safe.
class MappedFile final : public Pin {
 public:
  /// In the state it was opened in, else Error(kIo).
  static Ref<const MappedFile> map(const File& file);
  ~MappedFile() override;

  std::span<const std::byte> bytes() const { return bytes_; }
  /// Error(kIo) where the file has changed, so that what was read since may be neither old nor new.
  void check() const;
  /// None of its own: what is not touched, or not for long, the system takes back.
  size_t held_bytes() const noexcept override { return 0; }

 private:
  MappedFile(std::string path, FileVersion version, DiskHandle handle,
             std::span<const std::byte> bytes, size_t slot)
      : path_(std::move(path)),
        version_(version),
        handle_(std::move(handle)),
        bytes_(bytes),
        slot_(slot) {}
  Error changed() const;

  const std::string path_;
  const FileVersion version_;
  const DiskHandle handle_;
  const std::span<const std::byte> bytes_;
  const size_t slot_;
};
using MappedFileRef = Ref<const MappedFile>;

}  // namespace doline
