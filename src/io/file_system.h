#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/access_policy.h"
#include "io/byte_stream.h"
#include "io/file.h"
#include "io/writable_file.h"

namespace doline {

class Disk;
class IoQueue;

struct OpenOptions {
  /// Refuse a file in any other state, as seen when the query was bound.
  std::optional<FileVersion> expected;
  /// A log file may get longer while it is read: what it had when opened is read.
  bool may_grow = false;
};

/// What a path leads to; exactly one of the two.
struct OpenedFile {
  FileRef file;                        // can be read anywhere
  std::unique_ptr<ByteStream> stream;  // pipe, terminal, device: in sequence, once
};

struct ListedFile {
  std::string path;
  /// False for pipes, terminals and devices, of which the version says nothing.
  bool is_regular = true;
  FileVersion version;
};

struct ListOptions {
  size_t most_files = 1'000'000;
  /// Directory entries looked at, in all.
  size_t most_entries = 20'000'000;
};

struct CreateOptions {
  bool overwrite = true;
};

/// The one door through which what a user names is opened. Paths may begin with "~/" or
/// "file://"; "-" is standard input or output. Any thread; calls may wait for the disk.
/// Errors name the path: kFileNotFound (with the nearest name there is), kPermission from the
/// policy, kNotSupported for URLs of other kinds, kIo, kDiskLimit.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The machine's files.
  static FileSystem& local();
  /// For tests: `disk` may be simulated, `queue` too. Both outlive it and its files.
  static std::unique_ptr<FileSystem> create(Disk& disk, IoQueue& queue);

  virtual OpenedFile open(const std::string& path, const AccessPolicy& policy,
                          const OpenOptions& options = {}) = 0;
  /// open() for readers that need to go to and fro: a stream is Error(kNotSupported).
  FileRef open_file(const std::string& path, const AccessPolicy& policy,
                    const OpenOptions& options = {});
  /// open() for readers that go from start to end, decompressing.
  std::unique_ptr<ByteStream> open_stream(const std::string& path, const AccessPolicy& policy,
                                          Compression compression = Compression::kAuto,
                                          const OpenOptions& options = {});

  /// The files that `pattern` means: a file; a directory, for all files in it at any depth but
  /// those whose names begin with "." or "_"; or a glob of *, ?, [a-z], [!a-z], {a,b} and ** for
  /// any number of directories, where only a pattern that begins with "." matches such names.
  /// A path that exists means itself, whatever signs it has. Sorted by path, each file once;
  /// never empty: nothing found is Error(kFileNotFound).
  virtual std::vector<ListedFile> list(const std::string& pattern, const AccessPolicy& policy,
                                       const ListOptions& options = {}) = 0;
  /// One after the other, as `patterns` are ordered.
  std::vector<ListedFile> list(const std::vector<std::string>& patterns, const AccessPolicy& policy,
                               const ListOptions& options = {});

  virtual std::unique_ptr<WritableFile> create(const std::string& path, const AccessPolicy& policy,
                                               const CreateOptions& options = {}) = 0;
  /// All or nothing, durable; false when there is a file of that name already.
  virtual bool put_if_absent(const std::string& path, std::span<const std::byte> bytes,
                             const AccessPolicy& policy) = 0;
  /// With the directories above it; fine when it exists.
  virtual void make_directories(const std::string& path, const AccessPolicy& policy) = 0;
  virtual bool exists(const std::string& path, const AccessPolicy& policy) = 0;
  virtual void remove(const std::string& path,
                      const AccessPolicy& policy) = 0;  // a directory: empty
};

}  // namespace doline
