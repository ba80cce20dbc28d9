#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace doline {

enum class FileKind : uint8_t {
  kRegular,
  kDirectory,
  kStream,  // pipe, socket, terminal, device: read in sequence only
};

struct FileStatus {
  FileKind kind = FileKind::kRegular;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;  // since 1970 UTC
  uint32_t mode = 0;        // permission bits
};

struct DirectoryEntry {
  enum class Kind : uint8_t { kFile, kDirectory, kLink, kUnknown };
  std::string name;
  Kind kind = Kind::kUnknown;
};

/// The system calls on files, as they are: results are non-negative or -errno, reads and writes
/// may be short or interrupted. Two implementations: the machine's, and SimulatedDisk, which
/// plays what a machine may do at its worst. All loops, checks and errors lie above. Any thread.
class Disk {
 public:
  virtual ~Disk() = default;

  /// The machine's. Lives as long as the process.
  static Disk& system();

  virtual int open(const std::string& path, int flags, uint32_t mode = 0666) = 0;
  /// A file without a name in `directory`, gone with its last handle.
  virtual int open_unnamed(const std::string& directory) = 0;
  virtual int duplicate(int fd) = 0;
  virtual int close(int fd) = 0;

  virtual int64_t pread(int fd, void* into, size_t size, uint64_t offset) = 0;
  /// Reads what is in memory already; -EAGAIN when nothing is.
  virtual int64_t pread_cached(int fd, void* into, size_t size, uint64_t offset) = 0;
  virtual int64_t read(int fd, void* into, size_t size) = 0;
  virtual int64_t write(int fd, const void* from, size_t size) = 0;
  virtual int64_t pwritev(int fd, const iovec* parts, int count, uint64_t offset) = 0;
  /// Sleeps until `fd` (1) or `interrupt_fd` (0) can be read; -EAGAIN after `timeout_ms`, which may
  /// be -1 for none.
  virtual int wait_readable(int fd, int interrupt_fd, int timeout_ms) = 0;
  /// Sleeps until `fd` takes bytes, or will not any more (1), at most so long (0).
  virtual int wait_writable(int fd, int timeout_ms) = 0;
  /// Where the next read() would begin; -ESPIPE for what cannot seek.
  virtual int64_t tell(int fd) = 0;
  /// Begins to bring a range into memory.
  virtual void will_need(int fd, uint64_t offset, uint64_t size) = 0;
  virtual int punch_hole(int fd, uint64_t offset, uint64_t size) = 0;
  virtual int sync(int fd) = 0;
  /// Takes the lock that says "in use"; -EWOULDBLOCK when another open of it has it.
  virtual int try_lock(int fd) = 0;

  virtual int status(int fd, FileStatus& out) = 0;
  virtual int status(const std::string& path, FileStatus& out) = 0;
  virtual int list(const std::string& directory, std::vector<DirectoryEntry>& out) = 0;
  /// Without `replace`, -EEXIST when `to` exists.
  virtual int rename(const std::string& from, const std::string& to, bool replace) = 0;
  virtual int change_mode(int fd, uint32_t mode) = 0;
  virtual int unlink(const std::string& path) = 0;
  virtual int make_directory(const std::string& path, uint32_t mode) = 0;
  virtual int remove_directory(const std::string& path) = 0;
  /// Absolute and without links; false when `path` does not exist.
  virtual bool real_path(const std::string& path, std::string& out) = 0;
  /// Free bytes where `path` lies.
  virtual uint64_t free_bytes(const std::string& path) = 0;
  /// True when what is written there stays in memory (tmpfs).
  virtual bool is_memory(const std::string& path) = 0;
};

/// Owns a file descriptor of a Disk.
class DiskHandle {
 public:
  DiskHandle() = default;
  DiskHandle(Disk& disk, int fd) : disk_(&disk), fd_(fd) {}
  DiskHandle(DiskHandle&& other) noexcept : disk_(other.disk_), fd_(std::exchange(other.fd_, -1)) {}
  DiskHandle& operator=(DiskHandle&& other) noexcept {
    std::swap(disk_, other.disk_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~DiskHandle() {
    if (fd_ >= 0) disk_->close(fd_);
  }

  int fd() const { return fd_; }
  Disk& disk() const { return *disk_; }
  explicit operator bool() const { return fd_ >= 0; }
  /// Closes and tells the error that close() may be the first to tell.
  int close() { return fd_ >= 0 ? disk_->close(std::exchange(fd_, -1)) : 0; }

 private:
  Disk* disk_ = nullptr;
  int fd_ = -1;
};

/// "cannot open data.csv: Permission denied", under the code that fits `error` (an errno) and
/// with a hint where there is one.
Error disk_error(std::string_view verb, std::string_view path, int error);

/// Reads until `size` bytes or the end; returns how many. Throws Error.
size_t pread_fully(Disk& disk, int fd, std::string_view path, void* into, size_t size,
                   uint64_t offset);
/// Writes all of `parts`, which it changes. Throws Error.
void pwritev_fully(Disk& disk, int fd, std::string_view path, iovec* parts, int count,
                   uint64_t offset);

}  // namespace doline
