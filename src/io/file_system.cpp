#include "io/file_system.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "base/cancellation.h"
#include "base/thread_safety.h"
#include "io/disk.h"
#include "io/disk_writer.h"
#include "io/io_queue.h"
#include "io/listing.h"
#include "io/path.h"

namespace doline {

namespace {

/// A read() of many requests is cut into so many jobs: as many as the queue has threads.
constexpr size_t kMostJobsARead = 8;

/// How far ahead of a sequential reader the disk is kept busy.
constexpr uint64_t kAskAheadBytes = uint64_t{8} << 20;

class DiskFile final : public File {
 public:
  DiskFile(std::string path, FileVersion version, DiskHandle handle, IoQueue* queue, bool may_grow)
      : File(std::move(path), version),
        handle_(std::move(handle)),
        queue_(queue),
        may_grow_(may_grow) {}

  size_t read_at(uint64_t offset, std::span<std::byte> into) const override {
    into = within(offset, into);
    const size_t got =
        pread_fully(handle_.disk(), handle_.fd(), path(), into.data(), into.size(), offset);
    check_version();
    if (got < into.size()) throw changed();
    return got;
  }

  size_t read_cached(uint64_t offset, std::span<std::byte> into) const override {
    into = within(offset, into);
    size_t done = 0;
    while (done < into.size()) {
      const int64_t got = handle_.disk().pread_cached(handle_.fd(), into.data() + done,
                                                      into.size() - done, offset + done);
      if (got == -EINTR) continue;
      if (got == -EAGAIN) break;
      if (got < 0) throw disk_error("read", path(), static_cast<int>(-got));
      if (got == 0) throw changed();
      done += static_cast<size_t>(got);
    }
    if (done > 0) check_version();
    return done;
  }

  void read(std::vector<ReadRequest> requests, PinRef owner, ReadDone done) const override;

  void will_need(ByteRange range) const override {
    handle_.disk().will_need(handle_.fd(), range.offset, range.size_bytes);
  }

 private:
  std::span<std::byte> within(uint64_t offset, std::span<std::byte> into) const {
    const uint64_t left = size_bytes() - std::min(offset, size_bytes());
    return into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), left)));
  }

  /// Asked after a read: bytes read before the change was made are still the old ones.
  void check_version() const {
    FileStatus status;
    const int error = handle_.disk().status(handle_.fd(), status);
    if (error < 0) throw disk_error("read", path(), -error);
    if (version_of(status) == version()) return;
    if (may_grow_ && status.size_bytes >= size_bytes()) return;
    throw changed();
  }

  Error changed() const {
    return Error(ErrorCode::kIo, "{} changed while being read", path())
        .hint("run the query again once the file is complete");
  }

  const DiskHandle handle_;
  IoQueue* const queue_;  // nullptr for the shared one
  const bool may_grow_;
};

/// One File::read(): counts its jobs down and keeps the error of the earliest request.
class PendingRead final : public RefCounted {
 public:
  PendingRead(FileRef file, std::vector<ReadRequest> requests, PinRef owner, ReadDone done,
              size_t jobs)
      : file_(std::move(file)),
        requests_(std::move(requests)),
        owner_(std::move(owner)),
        done_(std::move(done)),
        left_(jobs),
        jobs_(jobs) {}

  void run_job(size_t job) {
    const size_t begin = requests_.size() * job / jobs_;
    const size_t end = requests_.size() * (job + 1) / jobs_;
    for (size_t i = begin; i < end && run_request(i); ++i) {
    }
    finish_job();
  }

  /// For a job that could not be posted.
  void fail_job(size_t job, const Error& error) {
    fail(requests_.size() * job / jobs_, error);
    finish_job();
  }

 private:
  bool run_request(size_t index) {
    try {
      const ReadRequest& request = requests_[index];
      const size_t got = file_->read_at(request.offset, request.into);
      if (got == request.into.size()) return true;
      fail(index, Error(ErrorCode::kCorrupt, "{} ends at byte {}, {} bytes at {} were expected",
                        file_->path(), file_->size_bytes(), request.into.size(), request.offset));
    } catch (const Error& error) {
      fail(index, error);
    } catch (const std::exception& other) {  // a queue's job must not throw
      fail(index,
           Error(ErrorCode::kMemoryLimit, "{} cannot be read: {}", file_->path(), other.what()));
    }
    return false;
  }

  void fail(size_t index, const Error& error) {
    MutexLock lock(mutex_);
    if (error_ && failed_index_ <= index) return;
    error_ = error;
    failed_index_ = index;
  }

  void finish_job() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    std::optional<Error> error;
    {
      MutexLock lock(mutex_);
      error = std::move(error_);
    }
    done_(std::move(error));
  }

  const FileRef file_;
  const std::vector<ReadRequest> requests_;
  const PinRef owner_;
  const ReadDone done_;
  std::atomic<size_t> left_;
  const size_t jobs_;
  Mutex mutex_;
  std::optional<Error> error_ GUARDED_BY(mutex_);
  size_t failed_index_ GUARDED_BY(mutex_) = 0;
};

void DiskFile::read(std::vector<ReadRequest> requests, PinRef owner, ReadDone done) const {
  const size_t jobs = std::clamp<size_t>(requests.size(), 1, kMostJobsARead);
  const auto pending = make_ref<PendingRead>(FileRef(this), std::move(requests), std::move(owner),
                                             std::move(done), jobs);
  IoQueue& queue = queue_ != nullptr ? *queue_ : IoQueue::shared();
  for (size_t job = 0; job < jobs; ++job) {
    try {
      queue.post([pending, job] { pending->run_job(job); });
    } catch (const Error& error) {
      pending->fail_job(job, error);
    }
  }
}

/// A whole file in sequence.
class FileStream final : public ByteStream {
 public:
  explicit FileStream(FileRef file) : ByteStream(file->path()), file_(std::move(file)) {}

  std::optional<uint64_t> source_size_bytes() const override { return file_->size_bytes(); }
  void interrupt() noexcept override { interrupted_.store(true, std::memory_order_relaxed); }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    if (interrupted_.load(std::memory_order_relaxed)) {
      throw Error(ErrorCode::kCancelled, "stopped reading {}", name());
    }
    poll_cancellation();
    if (position() + kAskAheadBytes / 2 >= asked_) {
      asked_ = position() + kAskAheadBytes;
      file_->will_need({position(), kAskAheadBytes});
    }
    return file_->read_at(position(), into);
  }

 private:
  const FileRef file_;
  uint64_t asked_ = 0;  // up to here the disk was told what will be wanted
  std::atomic<bool> interrupted_{false};
};

/// A pipe, socket, terminal or device. It waits in poll(), together with a descriptor that
/// interrupt() makes readable, and only reads when there is something.
class PipeStream final : public ByteStream {
 public:
  PipeStream(std::string name, DiskHandle handle)
      : ByteStream(std::move(name)), handle_(std::move(handle)) {
    wake_ = DiskHandle(Disk::system(), ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) throw disk_error("read", this->name(), errno);
  }

  void interrupt() noexcept override {
    const uint64_t one = 1;
    (void)!::write(wake_.fd(), &one, sizeof(one));  // stays readable: nobody takes it away
  }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    for (;;) {
      poll_cancellation();
      const int ready = handle_.disk().wait_readable(
          handle_.fd(), wake_.fd(),
          CancellationScope::asks() ? CancellationScope::kAskEveryMs : -1);
      if (ready == -EINTR || ready == -EAGAIN) continue;
      if (ready < 0) throw disk_error("read", name(), -ready);
      if (ready == 0) throw Error(ErrorCode::kCancelled, "stopped reading {}", name());
      const int64_t got = handle_.disk().read(handle_.fd(), into.data(), into.size());
      if (got == -EINTR || got == -EAGAIN) continue;
      if (got < 0) throw disk_error("read", name(), static_cast<int>(-got));
      return static_cast<size_t>(got);
    }
  }

 private:
  const DiskHandle handle_;
  DiskHandle wake_;
};

class DiskFileSystem final : public FileSystem {
 public:
  DiskFileSystem(Disk& disk, IoQueue* queue) : disk_(disk), queue_(queue) {}

  OpenedFile open(const std::string& name, const AccessPolicy& policy,
                  const OpenOptions& options) override {
    const int standard = standard_stream(name, STDIN_FILENO);
    if (standard >= 0) {
      policy.check_read(name);
      return opened(standard == 0 ? "standard input" : name, disk_.duplicate(standard), options,
                    true);
    }
    const std::string path = local_path(name);
    policy.check_read(path);
    // A pipe that nobody writes to yet must not hold up open(): reading it waits, and can be
    // interrupted.
    return opened(path, disk_.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY), options, false);
  }

  std::vector<ListedFile> list(const std::string& name, const AccessPolicy& policy,
                               const ListOptions& options) override {
    if (standard_stream(name, STDIN_FILENO) >= 0) {
      policy.check_read(name);
      return {{name, false, {}}};
    }
    const std::string pattern = local_path(name);
    if (policy.is_open()) return list_files(disk_, pattern, options);
    // A pattern of which every match may be read is fine, though it may name what may not: the
    // part before its first sign decides about looking at all.
    policy.check_read(pattern.substr(0, std::min(pattern.find_first_of("*?[{"), pattern.size())));
    auto files = list_files(disk_, pattern, options);
    for (const auto& file : files) policy.check_read(file.path);
    return files;
  }

  std::unique_ptr<WritableFile> create(const std::string& name, const AccessPolicy& policy,
                                       const CreateOptions& options) override {
    if (standard_stream(name, STDOUT_FILENO) >= 0) {
      policy.check_write(name);
      const int standard = standard_stream(name, STDOUT_FILENO);
      const int fd = disk_.duplicate(standard);
      if (fd < 0) throw disk_error("write", name, -fd);
      return write_through(standard == 1 ? "standard output" : name, DiskHandle(disk_, fd));
    }
    const std::string path = local_path(name);
    policy.check_write(path);
    return create_file(disk_, path, options);
  }

  bool put_if_absent(const std::string& name, std::span<const std::byte> bytes,
                     const AccessPolicy& policy) override {
    const std::string path = local_path(name);
    policy.check_write(path);
    try {
      const auto file = create_file(disk_, path, {.overwrite = false});
      file->append(bytes);
      file->sync();
      file->publish();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kAlreadyExists) return false;
      throw;
    }
    return true;
  }

  void make_directories(const std::string& name, const AccessPolicy& policy) override {
    const std::string path = local_path(name);
    policy.check_write(path);
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      const int error = part.empty() ? 0 : disk_.make_directory(part, 0777);
      if (error < 0 && error != -EEXIST) {
        FileStatus status;  // a parent that may not be written to, but is there
        if (disk_.status(part, status) < 0 || status.kind != FileKind::kDirectory) {
          throw disk_error("make directory", part, -error);
        }
      }
      if (end == std::string::npos) break;
    }
    FileStatus status;
    if (disk_.status(path, status) == 0 && status.kind != FileKind::kDirectory) {
      throw Error(ErrorCode::kAlreadyExists, "cannot make directory {}: it is a file", path);
    }
  }

  bool exists(const std::string& name, const AccessPolicy& policy) override {
    const std::string path = local_path(name);
    policy.check_read(path);
    FileStatus status;
    return disk_.status(path, status) == 0;
  }

  void remove(const std::string& name, const AccessPolicy& policy) override {
    const std::string path = local_path(name);
    policy.check_write(path);
    int error = disk_.unlink(path);
    if (error == -EISDIR) error = disk_.remove_directory(path);
    if (error == -ENOENT) throw not_found_error(disk_, path);
    if (error < 0) throw disk_error("remove", path, -error);
  }

 private:
  OpenedFile opened(const std::string& path, int fd, const OpenOptions& options, bool standard) {
    if (fd == -ENOENT || fd == -ENOTDIR) throw not_found_error(disk_, path);
    if (fd < 0) throw disk_error("open", path, -fd);
    DiskHandle handle(disk_, fd);
    FileStatus status;
    const int error = disk_.status(fd, status);
    if (error < 0) throw disk_error("open", path, -error);
    switch (status.kind) {
      case FileKind::kDirectory:
        throw Error(ErrorCode::kIo, "cannot open {}: it is a directory", path);
      case FileKind::kStream:
        return {nullptr, std::make_unique<PipeStream>(path, std::move(handle))};
      case FileKind::kRegular:
        break;
    }
    // Standard input that somebody has read from already goes on from there.
    if (standard && disk_.tell(fd) != 0) {
      return {nullptr, std::make_unique<PipeStream>(path, std::move(handle))};
    }
    const FileVersion version = version_of(status);
    if (options.expected) {
      const FileVersion& expected = *options.expected;
      const bool grown = options.may_grow && version.inode == expected.inode &&
                         version.device == expected.device &&
                         version.size_bytes >= expected.size_bytes;
      if (version != expected && !grown) {
        throw Error(ErrorCode::kIo, "{} changed since the query was prepared", path)
            .hint("run the query again");
      }
    }
    // A file that may grow has the size it had when first seen.
    FileVersion pinned = version;
    if (options.expected && options.may_grow) pinned.size_bytes = options.expected->size_bytes;
    return {make_ref<DiskFile>(path, pinned, std::move(handle), queue_, options.may_grow), nullptr};
  }

  Disk& disk_;
  IoQueue* const queue_;
};

}  // namespace

FileSystem& FileSystem::local() {
  static DiskFileSystem local(Disk::system(), nullptr);
  return local;
}

std::unique_ptr<FileSystem> FileSystem::create(Disk& disk, IoQueue& queue) {
  return std::make_unique<DiskFileSystem>(disk, &queue);
}

FileRef FileSystem::open_file(const std::string& path, const AccessPolicy& policy,
                              const OpenOptions& options) {
  OpenedFile opened = open(path, policy, options);
  if (opened.file) return std::move(opened.file);
  throw Error(ErrorCode::kNotSupported, "{} cannot be read to and fro, as this format needs",
              opened.stream->name())
      .hint("save it to a file first");
}

std::unique_ptr<ByteStream> FileSystem::open_stream(const std::string& path,
                                                    const AccessPolicy& policy,
                                                    Compression compression,
                                                    const OpenOptions& options) {
  OpenedFile opened = open(path, policy, options);
  return decompress(opened.file ? stream_of(std::move(opened.file)) : std::move(opened.stream),
                    compression);
}

std::vector<ListedFile> FileSystem::list(const std::vector<std::string>& patterns,
                                         const AccessPolicy& policy, const ListOptions& options) {
  std::vector<ListedFile> all;
  for (const auto& pattern : patterns) {
    auto some = list(pattern, policy, options);
    if (all.size() + some.size() > options.most_files) {
      throw Error(ErrorCode::kInvalidArgument, "the list of paths means more than {} files",
                  options.most_files);
    }
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return all;
}

std::unique_ptr<ByteStream> stream_of(FileRef file) {
  return std::make_unique<FileStream>(std::move(file));
}

}  // namespace doline
