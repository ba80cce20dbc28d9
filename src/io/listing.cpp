#include "io/listing.h"

#include <algorithm>
#include <cerrno>

#include "io/disk.h"
#include "io/glob.h"
#include "io/path.h"

namespace doline {

namespace {

constexpr size_t kMostDirectoriesDeep = 128;
constexpr size_t kMostPatternBytes = 32 * 1024;
/// For the nearest name only so many neighbours are looked at.
constexpr size_t kMostCandidates = 10'000;

using EntryKind = DirectoryEntry::Kind;

/// One listing under its bounds.
class Walk {
 public:
  Walk(Disk& disk, const std::string& pattern, const ListOptions& options)
      : disk_(disk), pattern_(pattern), options_(options) {}

  /// `segments[index]` and what follows, below `prefix` ("" or ending in a slash).
  void match(const std::string& prefix, const std::vector<std::string>& segments, size_t index,
             size_t depth) {
    if (depth > kMostDirectoriesDeep) return;
    const std::string& segment = segments[index];
    const bool last = index + 1 == segments.size();
    if (!has_glob_signs(segment)) {
      const std::string path = prefix + without_escapes(segment);
      if (!last) {
        match(path + '/', segments, index + 1, depth + 1);
      } else {
        add(path);
      }
      return;
    }
    std::vector<DirectoryEntry> entries;
    if (segment == "**") {
      // No directory, or one more. Links to directories are not followed: they may lead round.
      if (!last) match(prefix, segments, index + 1, depth + 1);
      list(prefix, entries);
      for (const auto& entry : entries) {
        if (entry.name.starts_with('.')) continue;
        if (is_directory(prefix, entry, false)) {
          match(prefix + entry.name + '/', segments, index, depth + 1);
        } else if (last) {
          add(prefix + entry.name);
        }
      }
      return;
    }
    list(prefix, entries);
    for (const auto& entry : entries) {
      if (!glob_matches(segment, entry.name)) continue;
      if (last) {
        if (entry.kind != EntryKind::kDirectory) add(prefix + entry.name);
      } else if (is_directory(prefix, entry, true)) {
        match(prefix + entry.name + '/', segments, index + 1, depth + 1);
      }
    }
  }

  /// Everything below a directory that looks like data.
  void descend(const std::string& prefix, size_t depth) {
    if (depth > kMostDirectoriesDeep) return;
    std::vector<DirectoryEntry> entries;
    list(prefix, entries);
    for (const auto& entry : entries) {
      if (entry.name.starts_with('.') || entry.name.starts_with('_')) continue;
      if (is_directory(prefix, entry, false)) {
        descend(prefix + entry.name + '/', depth + 1);
      } else {
        add(prefix + entry.name);
      }
    }
  }

  /// Takes up a file; what is gone meanwhile or a directory is passed over.
  void add(const std::string& path) {
    FileStatus status;
    if (disk_.status(path, status) < 0 || status.kind == FileKind::kDirectory) return;
    if (found.size() >= options_.most_files) {
      throw Error(ErrorCode::kInvalidArgument, "\"{}\" means more than {} files", pattern_,
                  options_.most_files)
          .hint("narrow the pattern");
    }
    found.push_back({path, status.kind == FileKind::kRegular, version_of(status)});
  }

  std::vector<ListedFile> found;

 private:
  void list(const std::string& prefix, std::vector<DirectoryEntry>& entries) {
    const int error = disk_.list(prefix.empty() ? "." : prefix, entries);
    // A pattern may lead through what is no directory, or is gone by now.
    if (error == -ENOENT || error == -ENOTDIR) return;
    if (error < 0) throw disk_error("list", prefix.empty() ? "." : prefix, -error);
    looked_at_ += entries.size();
    if (looked_at_ > options_.most_entries) {
      throw Error(ErrorCode::kInvalidArgument,
                  "looking for \"{}\" led through more than {} directory entries", pattern_,
                  options_.most_entries)
          .hint("narrow the pattern");
    }
  }

  bool is_directory(const std::string& prefix, const DirectoryEntry& entry, bool through_links) {
    if (entry.kind == EntryKind::kDirectory) return true;
    if (entry.kind == EntryKind::kFile) return false;
    if (entry.kind == EntryKind::kLink && !through_links) return false;
    FileStatus status;
    return disk_.status(prefix + entry.name, status) == 0 && status.kind == FileKind::kDirectory;
  }

  Disk& disk_;
  const std::string& pattern_;
  const ListOptions& options_;
  size_t looked_at_ = 0;
};

/// "/a/b*/c" as prefix "/" and segments a, b*, c.
std::vector<std::string> split(std::string_view pattern, std::string& prefix) {
  prefix = pattern.starts_with('/') ? "/" : "";
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    const size_t end = std::min(pattern.find('/'), pattern.size());
    if (end > 0) segments.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return segments;
}

/// The directories in front of the first that is a pattern; empty where there are none.
std::string directory_of_glob(const std::string& pattern) {
  const size_t sign = pattern.find_first_of("*?[{\\");
  const size_t slash = pattern.rfind('/', sign);
  return slash == std::string::npos ? "" : pattern.substr(0, std::max<size_t>(slash, 1));
}

}  // namespace

FileVersion version_of(const FileStatus& status) {
  return {status.device, status.inode, status.size_bytes, status.modified_ns};
}

std::vector<ListedFile> list_files(Disk& disk, const std::string& pattern,
                                   const ListOptions& options) {
  if (pattern.size() > kMostPatternBytes) {
    throw Error(ErrorCode::kInvalidArgument, "a path of {} bytes is too long", pattern.size());
  }
  Walk walk(disk, pattern, options);
  FileStatus status;
  const int error = disk.status(pattern, status);
  if (error == 0) {
    if (status.kind != FileKind::kDirectory) {
      return {{pattern, status.kind == FileKind::kRegular, version_of(status)}};
    }
    walk.descend(pattern.ends_with('/') ? pattern : pattern + '/', 0);
    if (walk.found.empty()) {
      throw Error(ErrorCode::kFileNotFound, "the directory {} has no files in it", pattern)
          .note("files whose names begin with \".\" or \"_\" do not count");
    }
  } else if (!has_glob_signs(pattern)) {
    if (error != -ENOENT && error != -ENOTDIR) throw disk_error("open", pattern, -error);
    throw not_found_error(disk, pattern);
  } else {
    for (const auto& alternative : expand_braces(pattern)) {
      std::string prefix;
      const auto segments = split(alternative, prefix);
      if (!segments.empty()) walk.match(prefix, segments, 0, 0);
    }
    if (walk.found.empty()) {
      const std::string directory = directory_of_glob(pattern);
      if (!directory.empty() && disk.status(directory, status) < 0)
        throw not_found_error(disk, pattern);
      Error none(ErrorCode::kFileNotFound, "no file matches \"{}\"", pattern);
      if (pattern.find("**") != std::string::npos) throw none;
      throw std::move(none).hint("* stays within one directory; ** goes into those below");
    }
  }
  auto& found = walk.found;
  std::sort(found.begin(), found.end(),
            [](const ListedFile& a, const ListedFile& b) { return a.path < b.path; });
  found.erase(
      std::unique(found.begin(), found.end(),
                  [](const ListedFile& a, const ListedFile& b) { return a.path == b.path; }),
      found.end());
  return std::move(found);
}

Error not_found_error(Disk& disk, const std::string& path) {
  // Up to the first directory that exists: what is missing in it is what went wrong.
  std::string missing = path;
  std::string parent(parent_path(missing));
  FileStatus status;
  while (disk.status(parent, status) < 0 && parent != "." && parent != "/") {
    missing = parent;
    parent = parent_path(missing);
  }
  Error error = missing == path ? Error(ErrorCode::kFileNotFound, "no file {}", path)
                                : Error(ErrorCode::kFileNotFound,
                                        "no file {}: there is no directory {}", path, missing);
  std::vector<DirectoryEntry> entries;
  if (disk.list(parent, entries) < 0) return error;
  const std::string wanted(file_name(missing));
  std::vector<std::string> names;
  std::string nearest;
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  for (const auto& entry : entries) {
    if (names.size() >= kMostCandidates) break;
    // "data.csv" where there is "data.csv.gz", and the other way round.
    if (nearest.empty() &&
        (entry.name.starts_with(wanted + '.') || wanted.starts_with(entry.name + '.'))) {
      nearest = entry.name;
    }
    names.push_back(entry.name);
  }
  if (nearest.empty()) nearest = nearest_name(wanted, names);
  if (nearest.empty()) return error;
  const std::string rest = path.substr(missing.size());
  const std::string shown = missing.find('/') == std::string::npos ? std::string() : parent;
  return std::move(error).hint("did you mean \"" + join_path(shown, nearest) + rest + "\"?");
}

}  // namespace doline
