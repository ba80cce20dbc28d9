#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "format/parquet/metadata.h"
#include "memory/buffer.h"

namespace doline::parquet {

/// Bytes and what keeps them.
struct PinnedBytes {
  std::span<const std::byte> bytes;
  PinRef pin;
};

/// Bytes of a file by position. Any thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual uint64_t size_bytes() const = 0;
  /// Exactly `size` bytes; the caller has checked that they lie inside the file.
  virtual PinnedBytes read(uint64_t position, size_t size) const = 0;
  /// How many bytes from there on are in memory already.
  virtual size_t at_hand(uint64_t position) const { return 0; }
};

/// A page in memory, decompressed.
struct Page {
  PinRef pin;  // keeps the spans
  std::span<const std::byte> repetition, definition, values;
};

/// The last few pages that one reader of a column loaded, for another that follows it: columns
/// that are filtered first and read for the survivors after are not decompressed twice. For one
/// thread.
class PageShare {
 public:
  const Page* find(uint64_t position) const;
  void keep(uint64_t position, const Page& page);

 private:
  struct Kept {
    uint64_t position = ~uint64_t{0};
    Page page;
  };
  std::array<Kept, 3> kept_;
  size_t next_ = 0;
};

/// How many bits levels up to `greatest` take.
unsigned level_width(unsigned greatest);

/// Goes through the pages of one column chunk: headers first, bodies only where asked for. Reads
/// the file in windows, so that a large chunk is never in memory whole. Owned by one thread.
class PageStream {
 public:
  struct Place {
    const ByteSource* source = nullptr;
    uint64_t begin = 0;           // of the first page
    uint64_t end = 0;             // pages may not reach beyond
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
  void share(std::shared_ptr<PageShare> pages) { shared_ = std::move(pages); }

 private:
  std::span<const std::byte> window(uint64_t position, size_t least, bool read_ahead);
  Page read_page();
  BufferRef decompressed(std::span<const std::byte> prefix, std::span<const std::byte> body,
                         size_t size) const;
  void split_levels(Page& page, std::span<const std::byte> bytes) const;

  Place place_;
  uint64_t position_ = 0;
  bool peeked_ = false;
  PageHeader header_;
  size_t header_bytes_ = 0;
  PinnedBytes window_;
  uint64_t window_begin_ = 0;
  bool skipped_ = false;  // the page before was not wanted
  std::shared_ptr<PageShare> shared_;
};

}  // namespace doline::parquet
