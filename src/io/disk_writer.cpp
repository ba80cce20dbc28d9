#include "io/disk_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "base/cancellation.h"
#include "base/clock.h"
#include "base/hash.h"
#include "io/path.h"

namespace doline {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
/// What a pipe that poll() calls writable takes without waiting (PIPE_BUF).
constexpr size_t kPipeBytes = 4096;

/// Collects what is appended into large writes; where they go is for the subclasses to say.
class BufferedWriter : public WritableFile {
 public:
  using WritableFile::append;

  void append(std::span<const std::byte> bytes) override {
    position_ += bytes.size();
    if (used_ == 0 && bytes.size() >= kBufferBytes) {
      write_out(bytes);
      return;
    }
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(kBufferBytes);
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), kBufferBytes - used_);
      std::memcpy(buffer_.get() + used_, bytes.data(), taken);
      used_ += taken;
      bytes = bytes.subspan(taken);
      if (used_ == kBufferBytes) flush();
    }
  }

  void sync() override {
    flush();
    prepare();
    const int error = handle_.disk().sync(handle_.fd());
    // Pipes and terminals have nothing to sync.
    if (error < 0 && error != -EINVAL && error != -EROFS) throw disk_error("sync", path_, -error);
  }

  uint64_t position() const override { return position_; }
  const std::string& path() const override { return path_; }

 protected:
  BufferedWriter(std::string path, DiskHandle handle)
      : path_(std::move(path)), handle_(std::move(handle)) {}

  void flush() {
    const size_t size = std::exchange(used_, 0);
    write_out({buffer_.get(), size});
  }

  void close() {
    const int error = handle_.close();
    if (error < 0 && error != -EINTR) throw disk_error("write", path_, -error);
  }

  void forget() noexcept {
    used_ = 0;
    handle_.close();
  }

  /// Before the handle is used.
  virtual void prepare() { ASSERT(handle_); }
  /// Waits until some bytes can be written, and says how many without waiting more.
  virtual size_t wait_for_room() { return SIZE_MAX; }
  void set_handle(DiskHandle handle) { handle_ = std::move(handle); }
  Disk& disk() const { return handle_.disk(); }
  int fd() const { return handle_.fd(); }
  bool is_open() const { return bool(handle_); }

 private:
  void write_out(std::span<const std::byte> bytes) {
    prepare();
    while (!bytes.empty()) {
      const size_t size = std::min(bytes.size(), wait_for_room());
      const int64_t put = handle_.disk().write(handle_.fd(), bytes.data(), size);
      if (put == -EINTR || put == -EAGAIN) continue;
      if (put == 0) throw disk_error("write", path_, ENOSPC);
      if (put < 0) {
        Error error = disk_error("write", path_, static_cast<int>(-put));
        if (put == -EPIPE) throw std::move(error).hint("the program reading it has ended");
        throw error;
      }
      bytes = bytes.subspan(static_cast<size_t>(put));
    }
  }

  const std::string path_;
  DiskHandle handle_;
  std::unique_ptr<std::byte[]> buffer_;
  size_t used_ = 0;
  uint64_t position_ = 0;
};

/// A pipe, a terminal, a device, or whatever standard output is. Only writes where there is room,
/// so that it can be stopped while nobody reads. One that has a name is opened with its first
/// bytes, since a pipe without a reader makes its writer wait too.
class ThroughWriter final : public BufferedWriter {
 public:
  ThroughWriter(std::string name, DiskHandle handle)
      : BufferedWriter(std::move(name), std::move(handle)) {
    FileStatus status;
    is_stream_ = disk().status(fd(), status) < 0 || status.kind == FileKind::kStream;
  }
  ThroughWriter(Disk& disk, std::string name)
      : BufferedWriter(std::move(name), {}), unopened_(&disk) {}
  ~ThroughWriter() override { forget(); }

  void publish() override {
    flush();
    prepare();
    close();
  }
  void abandon() noexcept override { forget(); }
  bool is_through() const override { return true; }

 private:
  void prepare() override {
    if (is_open()) return;
    ASSERT(unopened_ != nullptr);
    for (;;) {
      poll_cancellation();
      const int opened = unopened_->open(path(), O_WRONLY | O_NONBLOCK | O_NOCTTY);
      if (opened >= 0) {
        set_handle(DiskHandle(*std::exchange(unopened_, nullptr), opened));
        return;
      }
      if (opened != -ENXIO && opened != -EINTR) throw disk_error("write", path(), -opened);
      ::usleep(CancellationScope::kAskEveryMs * 1000);  // nobody reads it yet
    }
  }
  size_t wait_for_room() override {
    if (!is_stream_) return SIZE_MAX;
    for (;;) {
      poll_cancellation();
      const int room = disk().wait_writable(fd(), CancellationScope::kAskEveryMs);
      if (room > 0) return kPipeBytes;
      if (room < 0 && room != -EINTR) throw disk_error("write", path(), -room);
    }
  }

  Disk* unopened_ = nullptr;  // until it is opened
  bool is_stream_ = true;
};

class NewFileWriter final : public BufferedWriter {
 public:
  NewFileWriter(std::string path, std::string temporary, DiskHandle handle, bool overwrite)
      : BufferedWriter(std::move(path), std::move(handle)),
        disk_(disk()),
        temporary_(std::move(temporary)),
        overwrite_(overwrite) {}
  ~NewFileWriter() override { take_back(); }

  void sync() override {
    BufferedWriter::sync();
    sync_directory_ = true;
  }

  void publish() override {
    flush();
    FileStatus old;
    if (overwrite_ && disk_.status(path(), old) == 0) disk_.change_mode(fd(), old.mode);
    close();
    const int error = disk_.rename(temporary_, path(), overwrite_);
    if (error == -EEXIST) {
      throw Error(ErrorCode::kAlreadyExists, "cannot write {}: it exists already", path());
    }
    if (error < 0) throw disk_error("write", path(), -error);
    temporary_.clear();
    if (!sync_directory_) return;
    const std::string parent(parent_path(path()));
    const DiskHandle directory(disk_, disk_.open(parent, O_RDONLY | O_DIRECTORY));
    if (!directory || disk_.sync(directory.fd()) < 0) throw disk_error("sync", parent, EIO);
  }

  void abandon() noexcept override { take_back(); }

 private:
  void take_back() noexcept {
    forget();
    if (!temporary_.empty()) disk_.unlink(std::exchange(temporary_, {}));
  }

  Disk& disk_;
  std::string temporary_;  // empty once published or taken back
  const bool overwrite_;
  bool sync_directory_ = false;
};

/// A hidden name beside `path` that nobody else uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<uint64_t> counter{0};
  const auto now = static_cast<uint64_t>(Clock::system().wall_us());
  const uint64_t tag =
      hash_combine(hash_combine(now, static_cast<uint64_t>(::getpid())), ++counter);
  // Names have at most 255 bytes; the tag alone makes this one unique.
  const std::string_view name = file_name(path).substr(0, 200);
  return join_path(parent_path(path), fmt::format(".{}.{:016x}.part", name, tag));
}

}  // namespace

std::unique_ptr<WritableFile> write_through(std::string name, DiskHandle handle) {
  return std::make_unique<ThroughWriter>(std::move(name), std::move(handle));
}

std::unique_ptr<WritableFile> create_file(Disk& disk, const std::string& path,
                                          const CreateOptions& options) {
  FileStatus status;
  std::string target = path;
  if (disk.status(path, status) == 0) {
    switch (status.kind) {
      case FileKind::kDirectory:
        throw Error(ErrorCode::kIo, "cannot write {}: it is a directory", path)
            .hint("name a file in it");
      case FileKind::kStream:
        return std::make_unique<ThroughWriter>(disk, path);
      case FileKind::kRegular:
        if (!options.overwrite) {
          throw Error(ErrorCode::kAlreadyExists, "cannot write {}: it exists already", path);
        }
        disk.real_path(path, target);  // what a link leads to is replaced, not the link
        break;
    }
  }
  std::string temporary = temporary_name(target);
  const int fd = disk.open(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (fd == -ENOENT || fd == -ENOTDIR) {
    throw Error(ErrorCode::kFileNotFound, "cannot write {}: there is no directory {}", path,
                parent_path(target))
        .hint("make the directory first");
  }
  if (fd < 0) throw disk_error("write", path, -fd);
  return std::make_unique<NewFileWriter>(std::move(target), std::move(temporary),
                                         DiskHandle(disk, fd), options.overwrite);
}

}  // namespace doline
