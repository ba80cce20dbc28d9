#pragma once

#include <vector>

#include "format/ipc/body.h"
#include "format/ipc/schema.h"
#include "io/file.h"

namespace doline::ipc {

inline constexpr std::string_view kFileMagic = "ARROW1";
/// What stands before the first message of a file: the magic, padded.
inline constexpr size_t kFileBeginBytes = 8;

/// Where a message of a file is, as its footer says.
struct Block {
  uint64_t offset = 0;
  uint64_t metadata_bytes = 0;  // with the prefix
  uint64_t body_bytes = 0;
};

/// An Arrow IPC file (Feather's second version is the same): its footer, read and checked; its
/// messages are read one by one, in any order. Immutable, shared; thread-safe.
class IpcFile {
 public:
  /// Error(kFormat) for what is no such file or is cut off.
  /// `is_mapped`: bodies are not read, but looked at in memory that the system keeps.
  static std::shared_ptr<const IpcFile> open(FileRef file, bool is_mapped = false);

  const FileRef& file() const { return file_; }
  const IpcSchemaRef& schema() const { return schema_; }
  const std::vector<Block>& batches() const { return batches_; }
  const std::vector<Block>& dictionaries() const { return dictionaries_; }

  /// The metadata of a block's message; `what`: "record batch 3".
  MessageRef message(const Block& block, Message::Kind kind, std::string what) const;
  BodyRef body(const Block& block, const Message& message) const;

 private:
  explicit IpcFile(FileRef file) : file_(std::move(file)) {}
  void read_footer_of_file();

  const FileRef file_;
  MappedFileRef mapping_;  // null: read
  IpcSchemaRef schema_;
  std::vector<Block> batches_, dictionaries_;
};
using IpcFileRef = std::shared_ptr<const IpcFile>;

}  // namespace doline::ipc
