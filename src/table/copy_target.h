#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plan/table.h"

namespace doline {

using CopyOptions = std::map<std::string, Value>;

/// Writes one file of a format.
class FormatWriter : public Writer {
 public:
  /// Bytes of what was committed, before they are compressed.
  virtual uint64_t written_bytes() const = 0;
};

struct BatchSize {
  size_t rows = 64 * size_t{kChunkRows};
  size_t bytes = size_t{8} << 20;
};

/// A format that COPY writes: what is said of its files, not of where they lie.
struct FileFormat {
  const char* name;  // "csv": the ending of files too
  /// Throws for options that are none of the format's; else what batches its files are written in.
  BatchSize (*batches)(const Schema& schema, const CopyOptions& options);
  /// Of one file, with the format's options and `overwrite`.
  std::unique_ptr<FormatWriter> (*open)(const std::string& path, const Schema& schema,
                                        const CopyOptions& options, QueryContext& context);
  /// Its `compression` is of parts of the file, not of the whole: names do not tell.
  bool compresses_parts = false;
};

/// What becomes of the files that a directory has already. They are never mixed up with the new
/// ones unless the user says so.
enum class OldFiles : uint8_t {
  kRefused,   // there must be none
  kReplaced,  // all go, once the new ones are complete
  kIgnored,   // those of the same name are replaced, the others stay
  kKept,      // all stay: new files get names of their own
};

/// Where COPY puts rows: one file, or a directory of them.
struct CopyTarget {
  bool is_directory = false;
  std::vector<uint32_t> partition_by;     // columns of the schema
  bool writes_partition_columns = false;  // into the files too
  bool has_key_directories = true;        // key=value/…, else all files lie side by side
  OldFiles old_files = OldFiles::kRefused;
  std::string name_pattern = "data_{i}";
  std::string ending;
  uint64_t file_bytes = 0;  // a file that has them is followed by another; 0: no such bound
  uint64_t batches_per_file = 0;
  bool writes_empty_file = true;
};

/// Takes the options of the target out of `options` and opens it; the others are the format's.
std::unique_ptr<Writer> open_copy_target(const std::string& path, const Schema& schema,
                                         CopyOptions options, QueryContext& context,
                                         const FileFormat& format);

/// Throws for an option that `format` ("CSV") does not take: what is only read, what is not there
/// yet with what to do instead, and what nobody knows.
struct RefusedCopyOption {
  const char* name;
  const char* instead;
};
[[noreturn]] void refuse_copy_option(const std::string& name, const char* format,
                                     const std::vector<std::string>& own,
                                     const std::vector<RefusedCopyOption>& refused);

}  // namespace doline
