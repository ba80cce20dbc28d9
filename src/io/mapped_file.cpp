#include "io/mapped_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "io/listing.h"

namespace doline {

namespace {

/// What a signal handler can look at: which memory is a file's, and whether the file was cut off.
struct MappedRange {
  std::atomic<bool> is_taken{false};
  std::atomic<uintptr_t> begin{0}, end{0};
  std::atomic<bool> is_cut_off{false};
};
constinit std::array<MappedRange, 1024> ranges;
struct sigaction handler_before;

/// Puts zeros in place of the pages that the file lost. All it calls may be called in a handler.
void fill_lost_pages(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  const auto place = reinterpret_cast<uintptr_t>(info->si_addr);
  for (MappedRange& range : ranges) {
    // Another thread may be putting the range away, or setting it up: both ends are of one mapping
    // where the end is still the same behind the begin.
    const uintptr_t end = range.end.load();
    const uintptr_t begin = range.begin.load();
    if (begin == 0 || place < begin || place >= end || range.end.load() != end) continue;
    range.is_cut_off.store(true, std::memory_order_release);
    const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    const uintptr_t from = place / page * page;
    void* const filled = ::mmap(reinterpret_cast<void*>(from), end - from, PROT_READ,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (filled == MAP_FAILED) break;
    errno = error;
    return;
  }
  if ((handler_before.sa_flags & SA_SIGINFO) != 0)
    return handler_before.sa_sigaction(signal, info, context);
  if (handler_before.sa_handler != SIG_DFL && handler_before.sa_handler != SIG_IGN)
    return handler_before.sa_handler(signal);
  // The instruction is tried again, and then ends the process as it always would.
  ::sigaction(SIGBUS, &handler_before, nullptr);
  if (info->si_code <= 0) ::raise(signal);  // somebody sent it
}

void install_handler() {
  static const bool installed = [] {
    struct sigaction action{};
    action.sa_sigaction = &fill_lost_pages;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, &handler_before) == 0;
  }();
  if (!installed) throw Error(ErrorCode::kIo, "a handler of SIGBUS could not be set");
}

size_t take_range() {
  for (size_t i = 0; i < ranges.size(); ++i) {
    bool is_taken = false;
    if (ranges[i].is_taken.compare_exchange_strong(is_taken, true)) return i;
  }
  throw Error(ErrorCode::kNotSupported, "more than {} files cannot be mapped at once",
              ranges.size())
      .hint("without mmap they are read as well");
}

}  // namespace

MappedFile::Mapping::Mapping() : slot_(take_range()) {}

int MappedFile::Mapping::map(int fd, size_t size) {
  void* const memory = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return errno;
  bytes_ = {static_cast<const std::byte*>(memory), size};
  MappedRange& range = ranges[slot_];
  range.is_cut_off = false;
  range.begin = reinterpret_cast<uintptr_t>(memory);
  range.end = reinterpret_cast<uintptr_t>(memory) + size;
  return 0;
}

MappedFile::Mapping::~Mapping() {
  if (slot_ == kNoSlot) return;
  MappedRange& range = ranges[slot_];
  range.end = 0;
  range.begin = 0;
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  range.is_taken = false;
}

bool MappedFile::Mapping::is_cut_off() const {
  return ranges[slot_].is_cut_off.load(std::memory_order_acquire);
}

MappedFileRef MappedFile::map(const File& file) {
  install_handler();
  Disk& disk = Disk::system();
  DiskHandle handle(disk, disk.open(file.path(), O_RDONLY | O_CLOEXEC));
  if (handle.fd() < 0) throw disk_error("open", file.path(), -handle.fd());
  Mapping mapping;
  if (const int error = mapping.map(handle.fd(), file.size_bytes()))
    throw disk_error("map", file.path(), error);
  const MappedFileRef mapped(
      new MappedFile(file.path(), file.version(), std::move(handle), std::move(mapping)));
  mapped->check();
  return mapped;
}

void MappedFile::check() const {
  FileStatus status;
  const int error = handle_.disk().status(handle_.fd(), status);
  if (error < 0) throw disk_error("read", path_, -error);
  if (mapping_.is_cut_off() || version_of(status) != version_) throw changed();
}

Error MappedFile::changed() const {
  return Error(ErrorCode::kIo, "{} changed while being read", path_)
      .hint("run the query again once the file is complete");
}

}  // namespace doline
