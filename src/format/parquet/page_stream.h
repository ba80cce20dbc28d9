#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "format/parquet/metadata.h"
#include "memory/buffer.h"

namespace doline::parquet {

/// Bytes of a file by position. Reads are counted in no order and from any thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size_bytes() const = 0;
  /// Exactly `size` bytes; the caller has checked that they lie inside the file.
  virtual BufferRef read(uint64_t position, size_t size) const = 0;
};

/// A page in memory, decompressed.
struct Page {
  PinRef pin;  // keeps the spans
  std::span<const std::byte> repetition, definition, values;
};

/// How many bits levels up to `greatest` take.
unsigned level_width(unsigned greatest);

/// Goes through the pages of one column chunk: headers first, bodies only where asked for. Reads
/// the file in windows, so that a large chunk is never in memory whole. Owned by one thread.
class PageStream {
 public:
  struct Place {
    const ByteSource* source = nullptr;
    uint64_t begin = 0;  // of the first page
    uint64_t end = 0;    // pages may not reach beyond
    uint64_t expected_bytes = 0;  // the chunk's compressed size as declared; read ahead up to it
    Codec codec = Codec::kUncompressed;
    unsigned greatest_repetition = 0;
    unsigned greatest_definition = 0;
  };

  static constexpr size_t kWindowBytes = size_t{1} << 20;

  PageStream() = default;
  explicit PageStream(const Place& place) : place_(place), position_(place.begin) {}

  /// Reads the header of the next page, unless that was done. False at the end of the chunk's
  /// bytes.
  bool peek();
  const PageHeader& header() const { return header_; }
  /// Where the page that peek() showed starts, header included.
  uint64_t position() const { return position_; }
  /// The page's contents, checksum verified; goes on to the next page.
  Page load();
  void skip();
  /// Continues at another page of the chunk.
  void seek(uint64_t position);

 private:
  std::span<const std::byte> window(uint64_t position, size_t least);
  BufferRef decompressed(std::span<const std::byte> prefix, std::span<const std::byte> body, size_t size) const;
  void split_levels(Page& page, std::span<const std::byte> bytes) const;

  Place place_;
  uint64_t position_ = 0;
  bool peeked_ = false;
  PageHeader header_;
  size_t header_bytes_ = 0;
  BufferRef window_;
  uint64_t window_begin_ = 0;
};

}  // namespace doline::parquet
