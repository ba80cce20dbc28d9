#include "format/ipc/stream_walker.h"

#include <algorithm>

namespace doline::ipc {

std::optional<StreamPiece> StreamWalker::next() {
  Place place{file_->path(), "message", at_};
  const uint64_t size = file_->size_bytes();
  if (at_ >= size) return std::nullopt;
  const auto cut_off = [&] {
    return Error(ErrorCode::kFormat, "{}: the stream is cut off at byte {}", place.text(), size);
  };
  std::byte begin[MessagePrefix::kMostBytes];
  const size_t got = file_->read_at(at_, begin);
  const auto prefix = MessagePrefix::read({begin, got}, place);
  if (!prefix) throw cut_off();
  if (prefix->metadata_bytes == 0) {
    at_ = size;
    return std::nullopt;
  }
  at_ += prefix->prefix_bytes;
  if (prefix->metadata_bytes > size - std::min(at_, size)) throw cut_off();
  const BufferRef metadata = Buffer::allocate(prefix->metadata_bytes);
  if (file_->read_at(at_, {metadata->data(), metadata->size_bytes()}) != metadata->size_bytes())
    throw cut_off();
  at_ += prefix->metadata_bytes;
  StreamPiece piece{Message::read(metadata, place), nullptr};
  const uint64_t body_bytes = piece.message->body_bytes();
  if (body_bytes > size - at_) throw cut_off();
  piece.body =
      mapping_ ? body_in_mapping(mapping_, at_, body_bytes) : body_in_file(file_, at_, body_bytes);
  at_ += body_bytes;
  return piece;
}

}  // namespace doline::ipc
