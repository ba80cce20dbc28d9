#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "column/chunk.h"
#include "format/arrow/arrow_field.h"
#include "format/ipc/body_codec.h"
#include "format/ipc/write_schema.h"
#include "io/writable_file.h"

namespace doline::ipc {

struct WriteOptions {
  bool is_stream = false;  // else a file, with a footer
  BodyCodec codec = BodyCodec::kNone;
  int level = 0;  // the codec's own; 0: its usual one
  std::string time_zone;
  KeyValues key_values;
};

/// A record batch or dictionary batch as it will be written: its message, and the parts of its
/// body, which are padded one by one.
struct EncodedMessage {
  std::string message;
  std::vector<std::span<const std::byte>> parts;
  uint64_t body_bytes = 0;
  std::deque<std::string> compressed;    // what parts point into
  std::shared_ptr<ArrowArray> exported;  // the same
};

/// Writes rows as an Arrow IPC file or stream. ENUMs are dictionaries, written before all rows.
class IpcWriter {
 public:
  IpcWriter(std::unique_ptr<WritableFile> file, const Schema& schema, WriteOptions options);

  const WritableFile& file() const { return *file_; }
  /// Any thread. More than one message where 32-bit offsets do not reach all of the rows' texts.
  std::vector<EncodedMessage> encode(std::span<const Chunk> chunks) const;
  /// In order, one thread at a time.
  void append(const EncodedMessage& batch);
  void finish();
  void abandon() noexcept { file_->abandon(); }

 private:
  /// With the first batch: until then nothing has left.
  void begin();
  WrittenBlock write(const EncodedMessage& message);
  void write_dictionaries();

  const std::unique_ptr<WritableFile> file_;
  const Schema schema_;
  const WriteOptions options_;
  const std::shared_ptr<ArrowSchema> exported_;
  const ArrowField rows_;
  bool has_begun_ = false;
  std::vector<WrittenBlock> dictionaries_, batches_;
};

}  // namespace doline::ipc
