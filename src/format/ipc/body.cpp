#include "format/ipc/body.h"

namespace doline::ipc {

namespace {

class FileBody final : public Body {
 public:
  FileBody(FileRef file, uint64_t offset, uint64_t size)
      : Body(size), file_(std::move(file)), offset_(offset) {}

  Part read(uint64_t offset, uint64_t size) const override {
    // Values that are aligned in the body are aligned in memory.
    const uint64_t before = offset % 64;
    const BufferRef bytes = Buffer::allocate(before + size);
    const std::span<std::byte> into(bytes->data() + before, size);
    if (file_->read_at(offset_ + offset, into) != size) {
      throw Error(ErrorCode::kCorrupt, "{} ends at byte {}, {} bytes at {} were expected",
                  file_->path(), file_->size_bytes(), size, offset_ + offset);
    }
    return {into, bytes};
  }

 private:
  const FileRef file_;
  const uint64_t offset_;
};

class MemoryBody final : public Body {
 public:
  MemoryBody(std::span<const std::byte> bytes, PinRef owner)
      : Body(bytes.size()), bytes_(bytes), owner_(std::move(owner)) {}

  Part read(uint64_t offset, uint64_t size) const override {
    return {bytes_.subspan(offset, size), owner_};
  }

 private:
  const std::span<const std::byte> bytes_;
  const PinRef owner_;
};

class MappedBody final : public Body {
 public:
  MappedBody(MappedFileRef mapping, uint64_t offset, uint64_t size)
      : Body(size), mapping_(std::move(mapping)), offset_(offset) {}

  Part read(uint64_t offset, uint64_t size) const override {
    return {mapping_->bytes().subspan(offset_ + offset, size), mapping_};
  }
  void check() const override { mapping_->check(); }
  bool may_change() const override { return true; }

 private:
  const MappedFileRef mapping_;
  const uint64_t offset_;
};

}  // namespace

BodyRef body_in_file(FileRef file, uint64_t offset, uint64_t size) {
  return std::make_shared<FileBody>(std::move(file), offset, size);
}

BodyRef body_in_mapping(MappedFileRef mapping, uint64_t offset, uint64_t size) {
  return std::make_shared<MappedBody>(std::move(mapping), offset, size);
}

BodyRef body_in_memory(std::span<const std::byte> bytes, PinRef owner) {
  return std::make_shared<MemoryBody>(bytes, std::move(owner));
}

}  // namespace doline::ipc
