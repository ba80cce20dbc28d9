#include "io/simulated_disk.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/path.h"

namespace doline {

namespace {

/// Far from real descriptors, so that one used by mistake on the real disk fails.
constexpr int kFirstHandle = 1 << 20;
constexpr size_t kSectorBytes = 512;

/// "./a//b/" as "/a/b", "" and "." as "/".
std::string absolute(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") out += '/' + std::string(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out.empty() ? "/" : out;
}

}  // namespace

struct SimulatedDisk::Node {
  FileKind kind = FileKind::kRegular;
  uint64_t inode = 0;
  uint32_t mode = 0644;
  int64_t modified_ns = 0;
  bool locked = false;
  std::string data;
  std::string synced;  // what a crash cannot take
};

struct SimulatedDisk::Handle {
  NodeRef node;
  uint64_t position = 0;
  bool holds_lock = false;
};

SimulatedDisk::SimulatedDisk(uint64_t seed, DiskFaults faults) : random_(seed), faults_(faults) {
  MutexLock lock(mutex_);
  names_["/"] = make_node(FileKind::kDirectory);
}

SimulatedDisk::~SimulatedDisk() = default;

void SimulatedDisk::set_faults(DiskFaults faults) {
  MutexLock lock(mutex_);
  faults_ = faults;
  reads_ = writes_ = syncs_ = 0;
}

uint64_t SimulatedDisk::reads() const {
  MutexLock lock(mutex_);
  return reads_;
}

uint64_t SimulatedDisk::writes() const {
  MutexLock lock(mutex_);
  return writes_;
}

void SimulatedDisk::put(const std::string& path, std::string contents) {
  put_node(path, std::move(contents), FileKind::kRegular);
}

void SimulatedDisk::put_pipe(const std::string& path, std::string contents) {
  put_node(path, std::move(contents), FileKind::kStream);
}

void SimulatedDisk::put_node(const std::string& path, std::string contents, FileKind kind) {
  MutexLock lock(mutex_);
  const std::string name = absolute(path);
  for (size_t slash = name.find('/', 1); slash != std::string::npos;
       slash = name.find('/', slash + 1)) {
    auto& directory = names_[name.substr(0, slash)];
    if (!directory) directory = make_node(FileKind::kDirectory);
  }
  auto& node = names_[name];
  if (!node) node = make_node(kind);
  node->data = node->synced = std::move(contents);
  node->modified_ns = ++time_ns_;
}

std::optional<std::string> SimulatedDisk::contents(const std::string& path) const {
  MutexLock lock(mutex_);
  const NodeRef node = lookup(path);
  if (!node || node->kind == FileKind::kDirectory) return std::nullopt;
  return node->data;
}

std::vector<std::string> SimulatedDisk::paths() const {
  MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, node] : names_) {
    if (node->kind != FileKind::kDirectory) out.push_back(name);
  }
  return out;
}

uint64_t SimulatedDisk::used() const {
  uint64_t sum = 0;
  for (const auto& [name, node] : names_) sum += node->data.size();
  for (const auto& weak : unnamed_) {
    if (const NodeRef node = weak.lock()) sum += node->data.size();
  }
  return sum;
}

uint64_t SimulatedDisk::used_bytes() const {
  MutexLock lock(mutex_);
  return used();
}

size_t SimulatedDisk::open_handles() const {
  MutexLock lock(mutex_);
  return handles_.size();
}

void SimulatedDisk::flip_bit_of_unnamed(uint64_t byte) {
  MutexLock lock(mutex_);
  for (const auto& weak : unnamed_) {
    if (const NodeRef node = weak.lock()) node->data.at(byte) ^= 1;
  }
}

void SimulatedDisk::crash() {
  MutexLock lock(mutex_);
  handles_.clear();
  for (const auto& [name, node] : names_) {
    node->locked = false;
    std::string& data = node->data;
    std::string& synced = node->synced;
    if (data == synced) continue;
    // The size may have reached the disk without the bytes: zeros then.
    if (random_.below(2) == 0) data.resize(synced.size());
    synced.resize(data.size());
    for (size_t at = 0; at < data.size(); at += kSectorBytes) {
      if (random_.below(2) == 0) {
        const size_t size = std::min(kSectorBytes, data.size() - at);
        std::memcpy(data.data() + at, synced.data() + at, size);
      }
    }
    synced = data;
  }
}

SimulatedDisk::Handle* SimulatedDisk::find(int fd) {
  const auto place = handles_.find(fd);
  return place == handles_.end() ? nullptr : place->second.get();
}

SimulatedDisk::NodeRef SimulatedDisk::lookup(const std::string& path) const {
  const auto place = names_.find(absolute(path));
  return place == names_.end() ? nullptr : place->second;
}

SimulatedDisk::NodeRef SimulatedDisk::make_node(FileKind kind) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->inode = next_inode_++;
  node->modified_ns = ++time_ns_;
  return node;
}

int SimulatedDisk::add_handle(NodeRef node) {
  const int fd = handles_.empty() ? kFirstHandle : handles_.rbegin()->first + 1;
  handles_[fd] = std::make_unique<Handle>(Handle{std::move(node)});
  return fd;
}

size_t SimulatedDisk::part_of(size_t size) {
  return size > 1 && happens(faults_.short_rate) ? 1 + random_.below(size - 1) : size;
}

int SimulatedDisk::open(const std::string& path, int flags, uint32_t mode) {
  MutexLock lock(mutex_);
  NodeRef node = lookup(path);
  if (node) {
    if ((flags & O_CREAT) && (flags & O_EXCL)) return -EEXIST;
    if ((flags & O_DIRECTORY) && node->kind != FileKind::kDirectory) return -ENOTDIR;
    if ((flags & O_ACCMODE) != O_RDONLY && node->kind == FileKind::kDirectory) return -EISDIR;
    return add_handle(std::move(node));
  }
  const NodeRef parent = lookup(std::string(parent_path(absolute(path))));
  if (!(flags & O_CREAT) || !parent) return -ENOENT;
  if (parent->kind != FileKind::kDirectory) return -ENOTDIR;
  node = make_node(FileKind::kRegular);
  node->mode = mode & ~022u;
  names_[absolute(path)] = node;
  return add_handle(std::move(node));
}

int SimulatedDisk::open_unnamed(const std::string& directory) {
  MutexLock lock(mutex_);
  if (!faults_.has_unnamed_files) return -EOPNOTSUPP;
  if (!lookup(directory)) return -ENOENT;
  NodeRef node = make_node(FileKind::kRegular);
  unnamed_.push_back(node);
  return add_handle(std::move(node));
}

int SimulatedDisk::duplicate(int fd) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  return handle == nullptr ? -EBADF : add_handle(handle->node);
}

int SimulatedDisk::close(int fd) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  if (handle->holds_lock) handle->node->locked = false;
  handles_.erase(fd);
  return 0;
}

int64_t SimulatedDisk::read_node(Node& node, void* into, size_t size, uint64_t offset) {
  if (happens(faults_.interrupt_rate)) return -EINTR;
  const uint64_t number = reads_++;
  if (faults_.failing_read && number >= *faults_.failing_read) return -EIO;
  if (offset >= node.data.size()) return 0;
  const size_t part = part_of(std::min<uint64_t>(size, node.data.size() - offset));
  std::memcpy(into, node.data.data() + offset, part);
  return static_cast<int64_t>(part);
}

int64_t SimulatedDisk::write_node(Node& node, const std::byte* from, size_t size, uint64_t offset) {
  if (happens(faults_.interrupt_rate)) return -EINTR;
  const uint64_t number = writes_++;
  if (faults_.failing_write && number >= *faults_.failing_write) return -ENOSPC;
  size_t part = part_of(size);
  const uint64_t grows = offset + part - std::min<uint64_t>(node.data.size(), offset + part);
  const uint64_t taken = used();
  const uint64_t room = faults_.capacity_bytes - std::min(faults_.capacity_bytes, taken);
  if (grows > room) {
    const uint64_t excess = grows - room;
    if (excess >= part) return -ENOSPC;
    part -= excess;  // as much as fits; the next call is told
  }
  if (node.data.size() < offset + part) node.data.resize(offset + part);
  std::memcpy(node.data.data() + offset, from, part);
  node.modified_ns = ++time_ns_;
  return static_cast<int64_t>(part);
}

int64_t SimulatedDisk::pread(int fd, void* into, size_t size, uint64_t offset) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  if (handle->node->kind == FileKind::kStream) return -ESPIPE;
  return read_node(*handle->node, into, size, offset);
}

int64_t SimulatedDisk::pread_cached(int fd, void* into, size_t size, uint64_t offset) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  if (happens(faults_.cold_rate)) {
    size = random_.below(size + 1);
    if (size == 0) return -EAGAIN;
  }
  return read_node(*handle->node, into, size, offset);
}

int64_t SimulatedDisk::read(int fd, void* into, size_t size) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  const int64_t got = read_node(*handle->node, into, size, handle->position);
  if (got > 0) handle->position += static_cast<uint64_t>(got);
  return got;
}

int64_t SimulatedDisk::write(int fd, const void* from, size_t size) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  const int64_t put =
      write_node(*handle->node, static_cast<const std::byte*>(from), size, handle->position);
  if (put > 0) handle->position += static_cast<uint64_t>(put);
  return put;
}

int64_t SimulatedDisk::pwritev(int fd, const iovec* parts, int count, uint64_t offset) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  std::string joined;
  for (int i = 0; i < count; ++i) {
    joined.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return write_node(*handle->node, reinterpret_cast<const std::byte*>(joined.data()), joined.size(),
                    offset);
}

int SimulatedDisk::wait_readable(int, int, int) { return 1; }

int SimulatedDisk::wait_writable(int, int) { return 1; }

int64_t SimulatedDisk::tell(int fd) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  if (handle->node->kind == FileKind::kStream) return -ESPIPE;
  return static_cast<int64_t>(handle->position);
}

void SimulatedDisk::will_need(int, uint64_t, uint64_t) {}

int SimulatedDisk::punch_hole(int fd, uint64_t offset, uint64_t size) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  std::string& data = handle->node->data;
  const uint64_t begin = std::min<uint64_t>(offset, data.size());
  std::fill_n(data.begin() + static_cast<ptrdiff_t>(begin),
              std::min<uint64_t>(size, data.size() - begin), '\0');
  return 0;
}

int SimulatedDisk::sync(int fd) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  const uint64_t number = syncs_++;
  if (faults_.failing_sync && number >= *faults_.failing_sync) return -EIO;
  handle->node->synced = handle->node->data;
  return 0;
}

int SimulatedDisk::try_lock(int fd) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  if (handle->node->locked && !handle->holds_lock) return -EWOULDBLOCK;
  handle->node->locked = handle->holds_lock = true;
  return 0;
}

int SimulatedDisk::status(int fd, FileStatus& out) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  const Node& node = *handle->node;
  out = {node.kind, 1, node.inode, node.data.size(), node.modified_ns, node.mode};
  return 0;
}

int SimulatedDisk::status(const std::string& path, FileStatus& out) {
  MutexLock lock(mutex_);
  const NodeRef node = lookup(path);
  if (!node) return -ENOENT;
  out = {node->kind, 1, node->inode, node->data.size(), node->modified_ns, node->mode};
  return 0;
}

int SimulatedDisk::list(const std::string& directory, std::vector<DirectoryEntry>& out) {
  MutexLock lock(mutex_);
  const NodeRef node = lookup(directory);
  if (!node) return -ENOENT;
  if (node->kind != FileKind::kDirectory) return -ENOTDIR;
  const std::string name = absolute(directory);
  const std::string prefix = name == "/" ? name : name + '/';
  for (const auto& [path, entry] : names_) {
    if (path.size() <= prefix.size() || !path.starts_with(prefix)) continue;
    if (path.find('/', prefix.size()) != std::string::npos) continue;
    out.push_back({path.substr(prefix.size()), entry->kind == FileKind::kDirectory
                                                   ? DirectoryEntry::Kind::kDirectory
                                                   : DirectoryEntry::Kind::kUnknown});
  }
  return 0;
}

int SimulatedDisk::rename(const std::string& from, const std::string& to, bool replace) {
  MutexLock lock(mutex_);
  const NodeRef node = lookup(from);
  if (!node) return -ENOENT;
  if (!replace && lookup(to)) return -EEXIST;
  names_.erase(absolute(from));
  names_[absolute(to)] = node;
  return 0;
}

int SimulatedDisk::change_mode(int fd, uint32_t mode) {
  MutexLock lock(mutex_);
  Handle* const handle = find(fd);
  if (handle == nullptr) return -EBADF;
  handle->node->mode = mode;
  return 0;
}

int SimulatedDisk::unlink(const std::string& path) {
  MutexLock lock(mutex_);
  const NodeRef node = lookup(path);
  if (!node) return -ENOENT;
  if (node->kind == FileKind::kDirectory) return -EISDIR;
  names_.erase(absolute(path));
  unnamed_.push_back(node);  // as long as a handle holds it
  return 0;
}

int SimulatedDisk::make_directory(const std::string& path, uint32_t mode) {
  MutexLock lock(mutex_);
  const std::string name = absolute(path);
  if (names_.contains(name)) return -EEXIST;
  if (!lookup(std::string(parent_path(name)))) return -ENOENT;
  auto& node = names_[name] = make_node(FileKind::kDirectory);
  node->mode = mode;
  return 0;
}

int SimulatedDisk::remove_directory(const std::string& path) {
  MutexLock lock(mutex_);
  const std::string name = absolute(path);
  const NodeRef node = lookup(name);
  if (!node) return -ENOENT;
  const auto next = names_.upper_bound(name + '/');
  if (next != names_.end() && next->first.starts_with(name + '/')) return -ENOTEMPTY;
  names_.erase(name);
  return 0;
}

bool SimulatedDisk::real_path(const std::string& path, std::string& out) {
  MutexLock lock(mutex_);
  if (!lookup(path)) return false;
  out = absolute(path);
  return true;
}

uint64_t SimulatedDisk::free_bytes(const std::string&) {
  MutexLock lock(mutex_);
  return faults_.capacity_bytes - std::min(faults_.capacity_bytes, used());
}

bool SimulatedDisk::is_memory(const std::string&) { return false; }

}  // namespace doline
