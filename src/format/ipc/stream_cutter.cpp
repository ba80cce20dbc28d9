#include "format/ipc/stream_cutter.h"

#include <algorithm>
#include <cstring>

#include "format/ipc/file.h"

namespace doline::ipc {

namespace {

constexpr size_t kFirstBytes = size_t{1} << 20;

}  // namespace

bool StreamCutter::fill(std::span<const std::byte>& bytes, size_t wanted) {
  while (filled_bytes_ < wanted && !bytes.empty()) {
    const size_t room = filled_ ? filled_->size_bytes() : 0;
    if (filled_bytes_ == room) {
      const size_t more = std::min(wanted, std::max({room * 2, kFirstBytes, size_t{64}}));
      const BufferRef larger = Buffer::allocate(more);
      if (filled_bytes_ > 0) std::memcpy(larger->data(), filled_->data(), filled_bytes_);
      filled_ = larger;
      continue;
    }
    const size_t size = std::min({bytes.size(), wanted - filled_bytes_, room - filled_bytes_});
    std::memcpy(filled_->data() + filled_bytes_, bytes.data(), size);
    filled_bytes_ += size;
    byte_ += size;
    bytes = bytes.subspan(size);
  }
  return filled_bytes_ == wanted;
}

BufferRef StreamCutter::take_filled() {
  BufferRef filled = filled_ ? std::move(filled_) : Buffer::allocate(0);
  filled->resize(filled_bytes_);
  filled_ = nullptr;
  filled_bytes_ = 0;
  return filled;
}

void StreamCutter::feed(std::span<const std::byte> bytes, std::deque<StreamPiece>& out) {
  for (;;) {
    switch (state_) {
      case State::kBegin:
        if (!fill(bytes, kFileBeginBytes)) return;
        if (std::memcmp(filled_->data(), kFileMagic.data(), kFileMagic.size()) == 0) {
          take_filled();
          message_byte_ = byte_;
        }
        state_ = State::kPrefix;
        break;
      case State::kPrefix: {
        auto prefix = MessagePrefix::read({filled_ ? filled_->data() : nullptr, filled_bytes_},
                                          place("message"));
        while (!prefix) {
          if (!fill(bytes, filled_bytes_ < 4 ? 4 : MessagePrefix::kMostBytes)) return;
          prefix = MessagePrefix::read({filled_->data(), filled_bytes_}, place("message"));
        }
        // What was looked at already is more than an old prefix has: the rest stays.
        const size_t after = filled_bytes_ - prefix->prefix_bytes;
        std::memmove(filled_->data(), filled_->data() + prefix->prefix_bytes, after);
        filled_bytes_ = after;
        metadata_bytes_ = prefix->metadata_bytes;
        state_ = metadata_bytes_ == 0 ? State::kEnd : State::kMetadata;
        break;
      }
      case State::kMetadata:
        if (!fill(bytes, metadata_bytes_)) return;
        message_ = Message::read(take_filled(), place("message"));
        state_ = State::kBody;
        break;
      case State::kBody: {
        if (message_->body_bytes() > (uint64_t{1} << 46))
          message_->place().broken("a body of impossible length");
        if (!fill(bytes, message_->body_bytes())) return;
        const BufferRef body = take_filled();
        out.push_back(
            {std::move(message_), body_in_memory({body->data(), body->size_bytes()}, body)});
        message_byte_ = byte_;
        state_ = State::kPrefix;
        break;
      }
      case State::kEnd:
        return;
    }
  }
}

void StreamCutter::finish() const {
  if (state_ == State::kEnd || (state_ == State::kPrefix && filled_bytes_ == 0)) return;
  if (state_ == State::kBegin)
    throw Error(ErrorCode::kFormat, "{} is no Arrow stream: it has {} bytes", path_, byte_);
  throw Error(ErrorCode::kFormat, "{}, message at byte {}: the stream is cut off at byte {}", path_,
              message_byte_, byte_);
}

}  // namespace doline::ipc
