#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "format/ipc/stream_walker.h"

namespace doline::ipc {

/// Cuts a stream into messages as its bytes come, in blocks of any size. A file's bytes are one
/// too, once its magic is skipped, so that files can come through pipes. One thread at a time.
class StreamCutter {
 public:
  explicit StreamCutter(std::string path) : path_(std::move(path)) {}

  /// Messages that are complete now are added to `out`. What follows the stream's end is ignored.
  void feed(std::span<const std::byte> bytes, std::deque<StreamPiece>& out);
  /// No bytes follow. Error(kFormat) within a message.
  void finish() const;
  bool is_at_end() const { return state_ == State::kEnd; }

 private:
  enum class State : uint8_t { kBegin, kPrefix, kMetadata, kBody, kEnd };

  /// Takes bytes until `wanted` are there: what was claimed takes no memory until it comes.
  bool fill(std::span<const std::byte>& bytes, size_t wanted);
  BufferRef take_filled();
  Place place(std::string_view what) const { return {path_, std::string(what), message_byte_}; }

  const std::string path_;
  State state_ = State::kBegin;
  uint64_t byte_ = 0;          // of the stream, behind what was taken
  uint64_t message_byte_ = 0;  // at which the message begins
  BufferRef filled_;
  size_t filled_bytes_ = 0;
  size_t metadata_bytes_ = 0;
  MessageRef message_;
};

}  // namespace doline::ipc
