#include "io/spill_file.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/assert.h"
#include "base/bits.h"
#include "base/clock.h"
#include "base/fork.h"
#include "base/hash.h"
#include "io/io_queue.h"
#include "io/path.h"

namespace doline {

namespace {

constexpr std::string_view kPrefix = "doline-spill-";
/// Blocks begin at multiples of a page, so that a hole punched for one frees all of it.
constexpr uint64_t kAlignment = 4096;

struct BlockHeader {
  uint64_t magic;
  uint64_t position;
  uint64_t size_bytes;
  uint64_t checksum;
};
constexpr uint64_t kMagic = 0x314c4c4950534c44;  // "DLSPILL1"

BlockHeader header_of(SpillExtent extent, const std::byte* bytes) {
  const uint64_t hash = hash_bytes(bytes, extent.size_bytes);
  return {kMagic, extent.position, extent.size_bytes,
          hash_combine(hash_combine(hash, extent.position), extent.size_bytes)};
}

uint64_t room_of(uint64_t size_bytes) {
  return round_up(size_bytes + sizeof(BlockHeader), kAlignment);
}

/// Field 22 of /proc/PID/stat: with the process number it tells processes of one boot apart.
/// 0 when there is no such process.
uint64_t start_time_of(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             std::fclose);
  if (!file) return 0;
  std::array<char, 1024> buffer;
  const size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
  std::string_view text(buffer.data(), size);
  // The name of the program, in parentheses, may hold spaces and parentheses.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  text.remove_prefix(name_end + 1);
  for (int field = 2; field < 22; ++field) {
    const size_t space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    text.remove_prefix(space + 1);
  }
  uint64_t start = 0;
  std::from_chars(text.data(), text.data() + text.size(), start);
  return start;
}

/// Whether "doline-spill-PID-START-..." is of a process that runs.
bool owner_lives(std::string_view name) {
  name.remove_prefix(kPrefix.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || pid <= 0) return true;  // not a name of ours
  name.remove_prefix(static_cast<size_t>(end - name.data()));
  uint64_t start = 0;
  if (!name.starts_with('-') ||
      std::from_chars(name.data() + 1, name.data() + name.size(), start).ec != std::errc()) {
    return true;
  }
  return start_time_of(pid) == start;
}

std::string default_parent(Disk& disk) {
  if (const char* const chosen = std::getenv("TMPDIR"); chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  // Spilling into a tmpfs would take the very memory it is to free.
  FileStatus status;
  if (disk.is_memory("/tmp") && !disk.is_memory("/var/tmp") &&
      disk.status("/var/tmp", status) == 0) {
    return "/var/tmp";
  }
  return "/tmp";
}

std::string format_bytes(uint64_t bytes) {
  static constexpr std::string_view kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace

Ref<SpillDirectory> SpillDirectory::create(SpillOptions options, Disk& disk) {
  return make_ref<SpillDirectory, SpillOptions, Disk&>(std::move(options), disk);
}

SpillDirectory::SpillDirectory(SpillOptions options, Disk& disk)
    : disk_(disk),
      parent_(options.parent.empty() ? default_parent(disk) : std::move(options.parent)),
      born_(fork_generation()),
      most_bytes_(options.most_bytes ? *options.most_bytes : disk.free_bytes(parent_) / 10 * 9) {}

SpillDirectory::~SpillDirectory() {
  if (born_ != fork_generation()) return;
  MutexLock lock(mutex_);
  if (!path_.empty()) disk_.remove_directory(path_);
}

std::string SpillDirectory::path() const {
  MutexLock lock(mutex_);
  return path_.empty() ? parent_ : path_;
}

Ref<SpillFile> SpillDirectory::create_file() {
  refuse_after_fork(born_, "the session");
  MutexLock lock(mutex_);
  FileStatus status;
  // Made late, and made again if somebody's cleaning took it away.
  if (path_.empty() || disk_.status(path_, status) < 0) make();
  return make_ref<SpillFile, Ref<SpillDirectory>, DiskHandle>(Ref<SpillDirectory>(this),
                                                              open_file());
}

void SpillDirectory::make() {
  sweep();
  const auto pid = ::getpid();
  for (int attempt = 0;; ++attempt) {
    const auto tag = hash_combine(static_cast<uint64_t>(Clock::system().wall_us()),
                                  reinterpret_cast<uintptr_t>(this) + static_cast<size_t>(attempt));
    const std::string path =
        join_path(parent_, fmt::format("{}{}-{}-{:08x}", kPrefix, pid, start_time_of(pid),
                                       static_cast<uint32_t>(tag)));
    const int made = disk_.make_directory(path, 0700);
    if (made == -EEXIST && attempt < 100) continue;
    if (made < 0) {
      Error error = disk_error("make the directory for spilling", path, -made);
      throw std::move(error).hint("set temp_directory to a directory that can be written to");
    }
    DiskHandle handle(disk_, disk_.open(path, O_RDONLY | O_DIRECTORY));
    // A sweeper of another process-number space may have come between the two calls.
    FileStatus status;
    if (handle && disk_.try_lock(handle.fd()) == 0 && disk_.status(path, status) == 0) {
      lock_ = std::move(handle);
      path_ = path;
      return;
    }
    disk_.remove_directory(path);
    if (attempt >= 100) throw disk_error("lock", path, EBUSY);
  }
}

void SpillDirectory::sweep() const {
  std::vector<DirectoryEntry> entries;
  if (disk_.list(parent_, entries) < 0) return;  // make() will tell
  for (const auto& entry : entries) {
    if (!entry.name.starts_with(kPrefix) || owner_lives(entry.name)) continue;
    const std::string path = join_path(parent_, entry.name);
    const DiskHandle handle(disk_, disk_.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (!handle || disk_.try_lock(handle.fd()) < 0) continue;  // another user's, or alive elsewhere
    std::vector<DirectoryEntry> leftovers;
    disk_.list(path, leftovers);
    for (const auto& leftover : leftovers) disk_.unlink(join_path(path, leftover.name));
    disk_.remove_directory(path);
  }
}

DiskHandle SpillDirectory::open_file() {
  int fd = disk_.open_unnamed(path_);
  if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -EINVAL || fd == -ENOSYS) {
    // File systems without nameless files: named for as long as it takes to unlink it.
    const std::string path = join_path(path_, "spill");
    fd = disk_.open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) disk_.unlink(path);
  }
  if (fd < 0) throw disk_error("make a spill file in", path_, -fd);
  return DiskHandle(disk_, fd);
}

void SpillDirectory::reserve(uint64_t bytes) {
  const uint64_t limit = most_bytes_.load(std::memory_order_relaxed);
  const uint64_t used = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (used > limit) {
    give_back(bytes);
    throw Error(ErrorCode::kDiskLimit,
                "the query needs to spill more to disk than max_temp_directory_size allows: {}",
                format_bytes(limit))
        .note("spilling to " + path())
        .hint(
            "raise max_temp_directory_size or memory_limit, or set temp_directory to a larger "
            "disk");
  }
  uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < used && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

SpillFile::~SpillFile() { directory_->give_back(charged_.load(std::memory_order_relaxed)); }

SpillExtent SpillFile::write(std::span<const std::byte> bytes) {
  ASSERT(!bytes.empty());
  const uint64_t room = room_of(bytes.size());
  directory_->reserve(room);
  charged_.fetch_add(room, std::memory_order_relaxed);
  const SpillExtent extent{end_.fetch_add(room, std::memory_order_relaxed), bytes.size()};
  BlockHeader header = header_of(extent, bytes.data());
  iovec parts[2] = {{&header, sizeof(header)},
                    {const_cast<std::byte*>(bytes.data()), bytes.size()}};
  try {
    pwritev_fully(handle_.disk(), handle_.fd(), directory_->path(), parts, 2, extent.position);
  } catch (const Error& error) {
    discard(extent);
    if (error.code() != ErrorCode::kDiskLimit) throw;
    throw Error(ErrorCode::kDiskLimit, "the disk is full while spilling to {}", directory_->path())
        .note(error.message())
        .hint("free some space, set temp_directory to a larger disk, or raise memory_limit");
  }
  written_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return extent;
}

void SpillFile::read(SpillExtent extent, std::span<std::byte> into) {
  ASSERT(into.size() == extent.size_bytes);
  BlockHeader found;
  Disk& disk = handle_.disk();
  const std::string name = directory_->path();
  const size_t got = pread_fully(disk, handle_.fd(), name, &found, sizeof(found), extent.position) +
                     pread_fully(disk, handle_.fd(), name, into.data(), into.size(),
                                 extent.position + sizeof(found));
  const BlockHeader expected = header_of(extent, into.data());
  if (got < sizeof(found) + into.size() || std::memcmp(&found, &expected, sizeof(found)) != 0) {
    throw Error(ErrorCode::kCorrupt, "a spilled block of {} bytes at {} in {} is damaged",
                extent.size_bytes, extent.position, name)
        .hint("the disk lost or changed what was written: check it");
  }
}

void SpillFile::read(SpillExtent extent, std::span<std::byte> into, PinRef owner, ReadDone done,
                     IoQueue* queue) {
  (queue != nullptr ? *queue : IoQueue::shared())
      .post([self = Ref<SpillFile>(this), extent, into, owner = std::move(owner),
             done = std::move(done)] {
        std::optional<Error> failed;
        try {
          self->read(extent, into);
        } catch (const Error& error) {
          failed = error;
        } catch (const std::exception& other) {  // a queue's job must not throw
          failed = Error(ErrorCode::kMemoryLimit, "a spill file cannot be read: {}", other.what());
        }
        done(std::move(failed));
      });
}

bool SpillFile::read_cached(SpillExtent extent, std::span<std::byte> into) {
  ASSERT(into.size() == extent.size_bytes);
  // The header is asked for last: read() then finds it and all the rest in memory.
  const auto cached = [&](std::byte* to, size_t size, uint64_t offset) {
    while (size > 0) {
      const int64_t got = handle_.disk().pread_cached(handle_.fd(), to, size, offset);
      if (got == -EINTR) continue;
      if (got <= 0) return false;
      to += got;
      size -= static_cast<size_t>(got);
      offset += static_cast<uint64_t>(got);
    }
    return true;
  };
  BlockHeader found;
  if (!cached(into.data(), into.size(), extent.position + sizeof(found)) ||
      !cached(reinterpret_cast<std::byte*>(&found), sizeof(found), extent.position)) {
    return false;
  }
  const BlockHeader expected = header_of(extent, into.data());
  if (std::memcmp(&found, &expected, sizeof(found)) != 0) read(extent, into);  // it tells
  return true;
}

void SpillFile::discard(SpillExtent extent) noexcept {
  const uint64_t room = room_of(extent.size_bytes);
  if (handle_.disk().punch_hole(handle_.fd(), extent.position, room) < 0) return;
  charged_.fetch_sub(room, std::memory_order_relaxed);
  directory_->give_back(room);
}

}  // namespace doline
