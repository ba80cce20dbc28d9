#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/thread_safety.h"
#include "io/disk.h"

namespace doline {

/// What the simulated disk does to its users. Rates are of calls, 0 to 1.
struct DiskFaults {
  double short_rate = 0;                  // reads and writes that do only a part
  double interrupt_rate = 0;              // calls that come back with EINTR and did nothing
  double cold_rate = 0;                   // cached reads that find nothing, or only the beginning
  std::optional<uint64_t> failing_read;   // the read of this number (from 0) and all after: EIO
  std::optional<uint64_t> failing_write;  // likewise: ENOSPC
  std::optional<uint64_t> failing_sync;   // likewise: EIO
  uint64_t capacity_bytes = UINT64_MAX;
  bool has_unnamed_files = true;
};

/// A disk in memory that plays, by seed, what real ones do at their worst: short and interrupted
/// calls, errors, no room, and the loss of what was not synced. For tests and simulations. Any
/// thread; what happens is determined by the seed and the order of calls.
///
/// Paths without a leading slash lie in the root.
class SimulatedDisk final : public Disk {
 public:
  explicit SimulatedDisk(uint64_t seed, DiskFaults faults = {});
  ~SimulatedDisk() override;

  void set_faults(DiskFaults faults);
  /// Calls of each kind since set_faults().
  uint64_t reads() const;
  uint64_t writes() const;

  /// A file with these contents, with the directories above it; changes its version if it exists.
  void put(const std::string& path, std::string contents);
  /// Something that can only be read in sequence.
  void put_pipe(const std::string& path, std::string contents);
  std::optional<std::string> contents(const std::string& path) const;
  /// All files, sorted.
  std::vector<std::string> paths() const;
  /// Bytes of all files, also of those without a name.
  uint64_t used_bytes() const;
  size_t open_handles() const;
  /// Changes one bit of the only file without a name.
  void flip_bit_of_unnamed(uint64_t byte);
  /// Power is cut: of what was written and not synced, each sector is there or not; handles and
  /// files without a name are gone.
  void crash();

  int open(const std::string& path, int flags, uint32_t mode) override;
  int open_unnamed(const std::string& directory) override;
  int duplicate(int fd) override;
  int close(int fd) override;
  int64_t pread(int fd, void* into, size_t size, uint64_t offset) override;
  int64_t pread_cached(int fd, void* into, size_t size, uint64_t offset) override;
  int64_t read(int fd, void* into, size_t size) override;
  int64_t write(int fd, const void* from, size_t size) override;
  int64_t pwritev(int fd, const iovec* parts, int count, uint64_t offset) override;
  int wait_readable(int fd, int interrupt_fd, int timeout_ms) override;
  int wait_writable(int fd, int timeout_ms) override;
  int64_t tell(int fd) override;
  void will_need(int fd, uint64_t offset, uint64_t size) override;
  int punch_hole(int fd, uint64_t offset, uint64_t size) override;
  int sync(int fd) override;
  int try_lock(int fd) override;
  int status(int fd, FileStatus& out) override;
  int status(const std::string& path, FileStatus& out) override;
  int list(const std::string& directory, std::vector<DirectoryEntry>& out) override;
  int rename(const std::string& from, const std::string& to, bool replace) override;
  int change_mode(int fd, uint32_t mode) override;
  int unlink(const std::string& path) override;
  int make_directory(const std::string& path, uint32_t mode) override;
  int remove_directory(const std::string& path) override;
  bool real_path(const std::string& path, std::string& out) override;
  uint64_t free_bytes(const std::string& path) override;
  bool is_memory(const std::string& path) override;

 private:
  struct Node;
  struct Handle;
  using NodeRef = std::shared_ptr<Node>;  // shared by its name and its handles, as an inode is

  Handle* find(int fd) REQUIRES(mutex_);
  NodeRef lookup(const std::string& path) const REQUIRES(mutex_);
  int add_handle(NodeRef node) REQUIRES(mutex_);
  NodeRef make_node(FileKind kind) REQUIRES(mutex_);
  bool happens(double rate) REQUIRES(mutex_) { return rate > 0 && random_.unit() < rate; }
  /// How many of `size` bytes this call does.
  size_t part_of(size_t size) REQUIRES(mutex_);
  int64_t read_node(Node& node, void* into, size_t size, uint64_t offset) REQUIRES(mutex_);
  int64_t write_node(Node& node, const std::byte* from, size_t size, uint64_t offset)
      REQUIRES(mutex_);
  uint64_t used() const REQUIRES(mutex_);
  void put_node(const std::string& path, std::string contents, FileKind kind) EXCLUDES(mutex_);

  mutable Mutex mutex_;
  Random random_ GUARDED_BY(mutex_);
  DiskFaults faults_ GUARDED_BY(mutex_);
  std::map<std::string, NodeRef> names_ GUARDED_BY(mutex_);  // absolute paths
  std::map<int, std::unique_ptr<Handle>> handles_ GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<Node>> unnamed_ GUARDED_BY(mutex_);
  uint64_t reads_ GUARDED_BY(mutex_) = 0;
  uint64_t writes_ GUARDED_BY(mutex_) = 0;
  uint64_t syncs_ GUARDED_BY(mutex_) = 0;
  uint64_t next_inode_ GUARDED_BY(mutex_) = 2;
  int64_t time_ns_ GUARDED_BY(mutex_) = 1;
};

}  // namespace doline
