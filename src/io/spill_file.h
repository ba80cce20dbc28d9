#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "base/thread_safety.h"
#include "io/disk.h"
#include "io/file.h"
#include "memory/spill.h"

namespace doline {

class IoQueue;
class SpillFile;

struct SpillOptions {
  /// Where the private directory is made; empty for the system's place for temporary files
  /// (TMPDIR, /tmp, or /var/tmp where /tmp is memory).
  std::string parent;
  /// Largest number of bytes on disk at any moment; unset for 90 % of what is free.
  std::optional<uint64_t> most_bytes;
};

/// The private directory of spill files and the account of their bytes; one per session or
/// process, shared by its queries. Any thread.
///
/// Made with the first file, removed with the last holder. Its files have no names, so that
/// nothing is left whatever ends the process, but the empty directory: directories of dead
/// processes are swept away when one is made. A directory in use is locked (flock), which also
/// holds between containers that share the disk but not their process numbers.
class SpillDirectory final : public RefCounted {
 public:
  static Ref<SpillDirectory> create(SpillOptions options, Disk& disk = Disk::system());
  ~SpillDirectory() override;

  Ref<SpillFile> create_file();

  void set_most_bytes(uint64_t bytes) { most_bytes_.store(bytes, std::memory_order_relaxed); }
  uint64_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
  uint64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }
  /// Where it is, or will be.
  std::string path() const;

 private:
  friend class SpillFile;
  SpillDirectory(SpillOptions options, Disk& disk);
  friend Ref<SpillDirectory> make_ref<SpillDirectory>(SpillOptions&&, Disk&);

  void make() REQUIRES(mutex_);
  void sweep() const;
  DiskHandle open_file() REQUIRES(mutex_);
  /// Error(kDiskLimit) when the account is full.
  void reserve(uint64_t bytes);
  void give_back(uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  Disk& disk_;
  const std::string parent_;
  const uint64_t born_;  // fork generation: a child must not remove its parent's directory
  std::atomic<uint64_t> most_bytes_;
  std::atomic<uint64_t> used_{0};
  std::atomic<uint64_t> peak_{0};
  mutable Mutex mutex_;
  std::string path_ GUARDED_BY(mutex_);  // empty until made
  DiskHandle lock_ GUARDED_BY(mutex_);
};

/// A file without a name for what operators keep on disk. Blocks are appended and read back
/// whole, by any thread, at once. Each has a header with its place, size and XXH3 checksum: a
/// block that is not what was written, or not where, is Error(kCorrupt).
class SpillFile final : public SpillWriter {
 public:
  ~SpillFile() override;

  SpillExtent write(std::span<const std::byte> bytes) override;
  void read(SpillExtent extent, std::span<std::byte> into) override;
  /// Reads on an I/O thread; `owner` keeps `into` alive. For steps, which must not wait.
  void read(SpillExtent extent, std::span<std::byte> into, PinRef owner, ReadDone done,
            IoQueue* queue = nullptr);
  /// Reads when all of it is in memory anyway; false otherwise, and `into` is garbage.
  bool read_cached(SpillExtent extent, std::span<std::byte> into);
  /// The block is not read again: its room on disk and in the account is free.
  void discard(SpillExtent extent) noexcept;

  /// Bytes appended over the file's life.
  uint64_t written_bytes() const noexcept override {
    return written_.load(std::memory_order_relaxed);
  }

 private:
  friend class SpillDirectory;
  SpillFile(Ref<SpillDirectory> directory, DiskHandle handle)
      : directory_(std::move(directory)), handle_(std::move(handle)) {}
  friend Ref<SpillFile> make_ref<SpillFile>(Ref<SpillDirectory>&&, DiskHandle&&);

  const Ref<SpillDirectory> directory_;
  const DiskHandle handle_;
  std::atomic<uint64_t> end_{0};      // where the next block goes
  std::atomic<uint64_t> charged_{0};  // bytes of the account that are this file's
  std::atomic<uint64_t> written_{0};
};

}  // namespace doline
