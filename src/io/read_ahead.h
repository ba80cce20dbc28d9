#pragma once

#include <memory>

#include "base/waker.h"
#include "io/byte_stream.h"
#include "memory/buffer.h"

namespace doline {

/// Reads (and with that decompresses) a stream on a thread of its own, some blocks ahead, so
/// that tasks, which must not wait, can have it block by block, and so that decompressing and
/// parsing go on at once. One task takes the blocks.
class ReadAhead {
 public:
  /// Blocks of `block_bytes` (the last may be shorter), at most `depth` waiting; memory is charged
  /// to `budget`.
  ReadAhead(std::unique_ptr<ByteStream> stream, size_t block_bytes, size_t depth, Budget& budget);
  /// Interrupts the stream and waits for its thread.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next block in sequence. Throws what reading threw, after the blocks before it.
  Poll next(BufferRef& out, const Waker& waker);

  /// How far the source is read, and its size when that is known. Any thread.
  uint64_t source_position() const;
  std::optional<uint64_t> source_size_bytes() const { return source_size_bytes_; }

 private:
  struct State;
  const std::optional<uint64_t> source_size_bytes_;
  std::unique_ptr<State> state_;
};

}  // namespace doline
