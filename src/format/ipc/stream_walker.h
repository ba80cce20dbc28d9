#pragma once

#include <optional>

#include "format/ipc/body.h"
#include "format/ipc/message.h"

namespace doline::ipc {

/// A message of a stream, and where its body is.
struct StreamPiece {
  MessageRef message;
  BodyRef body;
};

/// Goes through a stream that lies in a file, from message to message: bodies are not read but by
/// who looks at them. One thread at a time.
class StreamWalker {
 public:
  /// `mapping` may be null: then bodies are read.
  StreamWalker(FileRef file, MappedFileRef mapping)
      : file_(std::move(file)), mapping_(std::move(mapping)) {}

  /// nullopt at the end. Error(kFormat) where the file ends within a message.
  std::optional<StreamPiece> next();

 private:
  const FileRef file_;
  const MappedFileRef mapping_;
  uint64_t at_ = 0;
};

}  // namespace doline::ipc
