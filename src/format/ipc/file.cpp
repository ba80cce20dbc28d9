#include "format/ipc/file.h"

#include <ipc_wire_generated.h>

#include <cstring>

#include "base/bits.h"
#include "format/ipc/wire_values.h"

namespace doline::ipc {

namespace {

/// Behind the footer: its length, and the magic again.
constexpr uint64_t kTailBytes = 4 + kFileMagic.size();

void read_exactly(const File& file, uint64_t offset, std::span<std::byte> into) {
  if (file.read_at(offset, into) == into.size()) return;
  throw Error(ErrorCode::kCorrupt, "{} ends at byte {}, {} bytes at {} were expected", file.path(),
              file.size_bytes(), into.size(), offset);
}

bool is_magic(const std::byte* at) {
  return std::memcmp(at, kFileMagic.data(), kFileMagic.size()) == 0;
}

std::vector<Block> blocks_in(const flatbuffers::Vector<const wire::Block*>* wire, uint64_t end,
                             const Place& place) {
  std::vector<Block> blocks;
  if (!wire) return blocks;
  for (size_t i = 0; i < wire->size(); ++i) {
    const auto from = value_at<wire::Block>(*wire, i);
    if (from.offset() < 0 || from.metadata_length() < 0 || from.body_length() < 0)
      place.broken("a block at a negative place");
    const Block block{static_cast<uint64_t>(from.offset()),
                      static_cast<uint64_t>(from.metadata_length()),
                      static_cast<uint64_t>(from.body_length())};
    if (block.offset > end || block.metadata_bytes > end - block.offset)
      place.broken(fmt::format("a block at byte {}, beyond the end", block.offset));
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace

IpcFileRef IpcFile::open(FileRef file, bool is_mapped) {
  const std::shared_ptr<IpcFile> opened(new IpcFile(std::move(file)));
  opened->read_footer_of_file();
  if (is_mapped) opened->mapping_ = MappedFile::map(*opened->file_);
  return opened;
}

void IpcFile::read_footer_of_file() {
  const uint64_t size = file_->size_bytes();
  std::byte begin[kFileBeginBytes]{};
  file_->read_at(0, begin);
  if (!is_magic(begin)) {
    throw Error(ErrorCode::kFormat, "{} is no Arrow file: it does not begin with {}", file_->path(),
                kFileMagic);
  }
  std::byte tail[kTailBytes]{};
  if (size >= kFileBeginBytes + kTailBytes) read_exactly(*file_, size - kTailBytes, tail);
  if (!is_magic(tail + 4)) {
    throw Error(ErrorCode::kFormat, "{} does not end as an Arrow file does: it is cut off",
                file_->path())
        .hint("whoever wrote it did not finish");
  }
  const auto length = load_unaligned<int32_t>(tail);
  if (length <= 0 || static_cast<uint64_t>(length) > size - kFileBeginBytes - kTailBytes ||
      static_cast<size_t>(length) > kMostMetadataBytes) {
    throw Error(ErrorCode::kFormat, "{}: its footer cannot be {} bytes long", file_->path(),
                length);
  }
  const uint64_t at = size - kTailBytes - static_cast<uint64_t>(length);
  const Place place{file_->path(), "footer", at};
  const BufferRef bytes = Buffer::allocate(static_cast<size_t>(length));
  read_exactly(*file_, at, {bytes->data(), bytes->size_bytes()});
  const wire::Footer& footer = read_footer(*bytes, place);
  schema_ = std::make_shared<const IpcSchema>(*footer.schema(), place);
  batches_ = blocks_in(footer.batches(), at, place);
  dictionaries_ = blocks_in(footer.dictionaries(), at, place);
}

MessageRef IpcFile::message(const Block& block, Message::Kind kind, std::string what) const {
  Place place{file_->path(), std::move(what), block.offset};
  std::byte begin[MessagePrefix::kMostBytes]{};
  if (block.metadata_bytes < sizeof begin) place.broken("no room for its metadata");
  const BufferRef bytes = Buffer::allocate(block.metadata_bytes);
  read_exactly(*file_, block.offset, {bytes->data(), bytes->size_bytes()});
  const auto prefix = MessagePrefix::read({bytes->data(), sizeof begin}, place);
  if (!prefix || prefix->metadata_bytes == 0 ||
      prefix->metadata_bytes > block.metadata_bytes - prefix->prefix_bytes) {
    place.broken("its metadata is longer than the footer says");
  }
  // Numbers in it are aligned to where it begins.
  MessageRef message = Message::read(
      Buffer::copy_of({bytes->data() + prefix->prefix_bytes, prefix->metadata_bytes}), place);
  if (message->kind() != kind) place.broken("a message of another kind than the footer says");
  return message;
}

BodyRef IpcFile::body(const Block& block, const Message& message) const {
  const uint64_t begin = block.offset + block.metadata_bytes;
  const uint64_t size = message.body_bytes();
  if (size > file_->size_bytes() - begin) {
    message.place().broken(fmt::format("a body of {} bytes in a file that ends {} bytes later",
                                       size, file_->size_bytes() - begin));
  }
  return mapping_ ? body_in_mapping(mapping_, begin, size) : body_in_file(file_, begin, size);
}

}  // namespace doline::ipc
