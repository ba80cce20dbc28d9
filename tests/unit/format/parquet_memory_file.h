#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "format/parquet/piece_reader.h"
#include "io/file.h"
#include "io/writable_file.h"

namespace doline {

/// A file in memory. With `cached` false nothing is "in memory already": readers must fetch.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string bytes, bool cached = true)
      : File("memory.parquet", {0, 0, bytes.size(), 0}),
        bytes_(std::move(bytes)),
        cached_(cached) {}

  size_t read_at(uint64_t offset, std::span<std::byte> into) const override {
    if (offset >= bytes_.size()) return 0;
    const size_t size = std::min<size_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, size);
    return size;
  }
  size_t read_cached(uint64_t offset, std::span<std::byte> into) const override {
    return cached_ ? read_at(offset, into) : 0;
  }
  void read(std::vector<ReadRequest> requests, PinRef, ReadDone done) const override {
    for (const ReadRequest& request : requests) read_at(request.offset, request.into);
    done(std::nullopt);
  }
  void will_need(ByteRange) const override {}

 private:
  const std::string bytes_;
  const bool cached_;
};

/// Collects what is written.
class MemoryTarget final : public WritableFile {
 public:
  explicit MemoryTarget(std::string& bytes) : bytes_(bytes) {}
  void append(std::span<const std::byte> bytes) override {
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  using WritableFile::append;
  void sync() override {}
  void publish() override {}
  void abandon() noexcept override { bytes_.clear(); }
  uint64_t position() const override { return bytes_.size(); }
  const std::string& path() const override { return path_; }

 private:
  std::string& bytes_;
  const std::string path_ = "memory.parquet";
};

/// Calls `body(chunk)` for every chunk of a file's rows, all columns unless `request` names some.
template <class Body>
void read_parquet(const parquet::ParquetFileRef& file, parquet::ReadRequest request, Body&& body) {
  if (request.columns.empty()) {
    for (uint32_t column = 0; column < file->schema().size(); ++column)
      request.columns.push_back(column);
  }
  const auto read = parquet::FileRead::create(file, std::move(request),
                                              std::make_shared<parquet::ReadCounters>());
  for (const parquet::Piece& piece : read->pieces()) {
    const auto reader = read->open(piece);
    Chunk chunk;
    for (;;) {
      const Poll poll = reader->read(chunk, Waker());
      if (poll == Poll::kDone) break;
      if (poll == Poll::kReady) body(chunk);
    }
  }
}

}  // namespace doline
