#include "shell/history.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/ascii.h"

namespace doline::shell {

namespace {

std::string escaped(std::string_view entry) {
  std::string out;
  for (char c : entry) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string unescaped(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      out += line[i] == 'n' ? '\n' : line[i];
    } else {
      out += line[i];
    }
  }
  return out;
}

bool contains(std::string_view entry, std::string_view text) {
  return std::search(entry.begin(), entry.end(), text.begin(), text.end(), [](char a, char b) {
           return ascii_lower(a) == ascii_lower(b);
         }) != entry.end();
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

/// A descriptor that is locked, where it could be opened.
class LockedFile {
 public:
  LockedFile(const std::string& path, int flags, int lock)
      : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (file_ >= 0) ::flock(file_, lock);
  }
  ~LockedFile() {
    if (file_ >= 0) ::close(file_);
  }
  LockedFile(const LockedFile&) = delete;
  int get() const { return file_; }

 private:
  const int file_;
};

void make_folder_of(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    ::mkdir(path.substr(0, slash).c_str(), 0700);
  }
}

}  // namespace

std::string History::default_path() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::string(state) + "/doline/history";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::string(home) + "/.local/state/doline/history";
  }
  return {};
}

History::History(std::string path) : path_(std::move(path)) {
  if (!path_.empty()) load();
}

void History::load() {
  const LockedFile file(path_, O_RDWR, LOCK_EX);
  if (file.get() < 0) return;
  std::string bytes;
  char block[65536];
  for (ssize_t got; (got = ::read(file.get(), block, sizeof block)) > 0;)
    bytes.append(block, static_cast<size_t>(got));
  size_t lines = 0;
  for (size_t begin = 0; begin < bytes.size();) {
    size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) end = bytes.size();
    if (end > begin) {
      entries_.push_back(unescaped(std::string_view(bytes).substr(begin, end - begin)));
      ++lines;
    }
    begin = end + 1;
  }
  if (entries_.size() > kMostEntries) {
    entries_.erase(entries_.begin(), entries_.end() - static_cast<ptrdiff_t>(kMostEntries));
  }
  // Now and then the file is cut to what is remembered.
  if (lines > 2 * kMostEntries) {
    std::string kept;
    for (const std::string& entry : entries_) kept += escaped(entry) + "\n";
    if (::ftruncate(file.get(), 0) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0)
      write_all(file.get(), kept);
  }
}

void History::add(std::string_view given) {
  const size_t first = given.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return;
  std::string entry(given.substr(first, given.find_last_not_of(" \t\n") + 1 - first));
  if (!entries_.empty() && entries_.back() == entry) return;
  if (!path_.empty()) append_to_file(entry);
  entries_.push_back(std::move(entry));
  if (entries_.size() > kMostEntries) entries_.erase(entries_.begin());
}

void History::append_to_file(const std::string& entry) {
  make_folder_of(path_);
  const LockedFile file(path_, O_WRONLY | O_CREAT | O_APPEND, LOCK_EX);
  if (file.get() >= 0) write_all(file.get(), escaped(entry) + "\n");
}

std::optional<size_t> History::find_older(std::string_view text, size_t before) const {
  for (size_t i = std::min(before, entries_.size()); i-- > 0;) {
    if (contains(entries_[i], text)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> History::find_newer(std::string_view text, size_t after) const {
  for (size_t i = after + 1; i < entries_.size(); ++i) {
    if (contains(entries_[i], text)) return i;
  }
  return std::nullopt;
}

}  // namespace doline::shell
