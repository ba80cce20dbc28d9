#include "io/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace doline {

namespace {

int result(int value) { return value < 0 ? -errno : value; }
int64_t result64(ssize_t value) { return value < 0 ? -errno : value; }

/// One call never asks for more than the kernel would do.
constexpr size_t kMostBytesACall = size_t{1} << 30;

void convert(const struct stat& from, FileStatus& out) {
  out.kind = S_ISREG(from.st_mode)   ? FileKind::kRegular
             : S_ISDIR(from.st_mode) ? FileKind::kDirectory
                                     : FileKind::kStream;
  out.device = from.st_dev;
  out.inode = from.st_ino;
  out.size_bytes = static_cast<uint64_t>(from.st_size);
  out.modified_ns = int64_t{from.st_mtim.tv_sec} * 1'000'000'000 + from.st_mtim.tv_nsec;
  out.mode = from.st_mode & 07777;
}

bool is_memory_magic(const struct statfs& info) {
  return info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
}

class SystemDisk final : public Disk {
 public:
  int open(const std::string& path, int flags, uint32_t mode) override {
    return result(::open(path.c_str(), flags | O_CLOEXEC, mode));
  }
  int open_unnamed(const std::string& directory) override {
    return result(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  }
  int duplicate(int fd) override { return result(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }
  int close(int fd) override { return result(::close(fd)); }

  int64_t pread(int fd, void* into, size_t size, uint64_t offset) override {
    return result64(::pread(fd, into, std::min(size, kMostBytesACall), static_cast<off_t>(offset)));
  }
  int64_t pread_cached(int fd, void* into, size_t size, uint64_t offset) override {
    const iovec part{into, std::min(size, kMostBytesACall)};
    const ssize_t got = ::preadv2(fd, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    if (got >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return result64(got);
    struct statfs info;
    if (::fstatfs(fd, &info) == 0 && is_memory_magic(info)) return pread(fd, into, size, offset);
    return -EAGAIN;
  }
  int64_t read(int fd, void* into, size_t size) override {
    return result64(::read(fd, into, std::min(size, kMostBytesACall)));
  }
  int64_t write(int fd, const void* from, size_t size) override {
    return result64(::write(fd, from, std::min(size, kMostBytesACall)));
  }
  int64_t pwritev(int fd, const iovec* parts, int count, uint64_t offset) override {
    return result64(::pwritev(fd, parts, count, static_cast<off_t>(offset)));
  }
  int wait_readable(int fd, int interrupt_fd, int timeout_ms) override {
    pollfd waits[2] = {{fd, POLLIN, 0}, {interrupt_fd, POLLIN, 0}};
    const int ready = ::poll(waits, 2, timeout_ms);
    if (ready <= 0) return ready < 0 ? -errno : -EAGAIN;
    return waits[1].revents != 0 ? 0 : 1;
  }
  int wait_writable(int fd, int timeout_ms) override {
    pollfd wait{fd, POLLOUT, 0};
    return result(::poll(&wait, 1, timeout_ms));
  }
  int64_t tell(int fd) override { return result64(::lseek(fd, 0, SEEK_CUR)); }
  void will_need(int fd, uint64_t offset, uint64_t size) override {
    (void)::posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(size),
                          POSIX_FADV_WILLNEED);
  }
  int punch_hole(int fd, uint64_t offset, uint64_t size) override {
    return result(::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                              static_cast<off_t>(offset), static_cast<off_t>(size)));
  }
  int sync(int fd) override { return result(::fsync(fd)); }
  int try_lock(int fd) override { return result(::flock(fd, LOCK_EX | LOCK_NB)); }

  int status(int fd, FileStatus& out) override {
    struct stat info;
    if (::fstat(fd, &info) < 0) return -errno;
    convert(info, out);
    return 0;
  }
  int status(const std::string& path, FileStatus& out) override {
    struct stat info;
    if (::stat(path.c_str(), &info) < 0) return -errno;
    convert(info, out);
    return 0;
  }
  int list(const std::string& directory, std::vector<DirectoryEntry>& out) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (!stream) return -errno;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(stream.get());
      if (entry == nullptr) return -errno;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      using Kind = DirectoryEntry::Kind;
      const Kind kind = entry->d_type == DT_DIR       ? Kind::kDirectory
                        : entry->d_type == DT_LNK     ? Kind::kLink
                        : entry->d_type == DT_UNKNOWN ? Kind::kUnknown
                                                      : Kind::kFile;
      out.push_back({std::string(name), kind});
    }
  }
  int rename(const std::string& from, const std::string& to, bool replace) override {
    if (replace) return result(::rename(from.c_str(), to.c_str()));
    const int moved =
        result(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE));
    if (moved != -EINVAL && moved != -ENOSYS) return moved;
    const int linked = result(::link(from.c_str(), to.c_str()));  // file systems without it
    return linked < 0 ? linked : result(::unlink(from.c_str()));
  }
  int change_mode(int fd, uint32_t mode) override { return result(::fchmod(fd, mode)); }
  int unlink(const std::string& path) override { return result(::unlink(path.c_str())); }
  int make_directory(const std::string& path, uint32_t mode) override {
    return result(::mkdir(path.c_str(), mode));
  }
  int remove_directory(const std::string& path) override { return result(::rmdir(path.c_str())); }
  bool real_path(const std::string& path, std::string& out) override {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real) return false;
    out = real.get();
    return true;
  }
  uint64_t free_bytes(const std::string& path) override {
    struct statvfs info;
    if (::statvfs(path.c_str(), &info) < 0) return 0;
    return uint64_t{info.f_bavail} * info.f_frsize;
  }
  bool is_memory(const std::string& path) override {
    struct statfs info;
    return ::statfs(path.c_str(), &info) == 0 && is_memory_magic(info);
  }
};

}  // namespace

Disk& Disk::system() {
  static SystemDisk disk;
  return disk;
}

Error disk_error(std::string_view verb, std::string_view path, int error) {
  const auto make = [&](ErrorCode code, const char* hint) {
    const char* const reason = ::strerrordesc_np(error);
    Error made(code, "cannot {} {}: {}", verb, path, reason != nullptr ? reason : "unknown reason");
    return hint == nullptr ? made : std::move(made).hint(hint);
  };
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return make(ErrorCode::kFileNotFound, nullptr);
    case ENOSPC:
    case EDQUOT:
      return make(ErrorCode::kDiskLimit, "free some space, or write to another disk");
    case EFBIG:
      return make(ErrorCode::kDiskLimit, "the file system or ulimit -f allows no larger files");
    case EMFILE:
    case ENFILE:
      return make(ErrorCode::kIo, "raise the limit of open files (ulimit -n)");
    case EACCES:
      return make(ErrorCode::kIo, "the user who runs this has no right to do so");
    default:
      return make(ErrorCode::kIo, nullptr);
  }
}

size_t pread_fully(Disk& disk, int fd, std::string_view path, void* into, size_t size,
                   uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const int64_t got =
        disk.pread(fd, static_cast<std::byte*>(into) + done, size - done, offset + done);
    if (got == -EINTR) continue;
    if (got < 0) throw disk_error("read", path, static_cast<int>(-got));
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

void pwritev_fully(Disk& disk, int fd, std::string_view path, iovec* parts, int count,
                   uint64_t offset) {
  while (count > 0) {
    if (parts->iov_len == 0) {
      ++parts;
      --count;
      continue;
    }
    const int64_t put = disk.pwritev(fd, parts, count, offset);
    if (put == -EINTR) continue;
    if (put < 0) throw disk_error("write", path, static_cast<int>(-put));
    // A disk that takes nothing and says nothing would be asked for ever.
    if (put == 0) throw disk_error("write", path, ENOSPC);
    offset += static_cast<uint64_t>(put);
    for (size_t left = static_cast<size_t>(put); left > 0;) {
      const size_t taken = std::min(left, parts->iov_len);
      parts->iov_base = static_cast<std::byte*>(parts->iov_base) + taken;
      parts->iov_len -= taken;
      left -= taken;
      if (parts->iov_len == 0) {
        ++parts;
        --count;
      }
    }
  }
}

}  // namespace doline
