#pragma once

#include <cstdint>
#include <span>
#include <utility>

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

  std::span<const std::byte> bytes() const { return mapping_.bytes(); }
  /// Error(kIo) where the file has changed, so that what was read since may be neither old nor new.
  void check() const;
  /// None of its own: what is not touched, or not for long, the system takes back.
  size_t held_bytes() const noexcept override { return 0; }

 private:
  /// Memory, and the place in which the handler of SIGBUS finds it; both are given back in the end.
  class Mapping {
   public:
    /// Takes a place.
    Mapping();
    Mapping(Mapping&& other) noexcept
        : slot_(std::exchange(other.slot_, kNoSlot)), bytes_(std::exchange(other.bytes_, {})) {}
    ~Mapping();
    /// 0, or errno.
    int map(int fd, size_t size);
    std::span<const std::byte> bytes() const { return bytes_; }
    bool is_cut_off() const;

   private:
    static constexpr size_t kNoSlot = SIZE_MAX;

    size_t slot_;
    std::span<const std::byte> bytes_;
  };

  MappedFile(std::string path, FileVersion version, DiskHandle handle, Mapping mapping)
      : path_(std::move(path)),
        version_(version),
        handle_(std::move(handle)),
        mapping_(std::move(mapping)) {}
  Error changed() const;

  const std::string path_;
  const FileVersion version_;
  const DiskHandle handle_;
  const Mapping mapping_;
};
using MappedFileRef = Ref<const MappedFile>;

}  // namespace doline
