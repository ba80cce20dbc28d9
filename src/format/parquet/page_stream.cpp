#include "format/parquet/page_stream.h"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/codec.h"

namespace doline::parquet {

namespace {

/// Headers are some 20 bytes, unless statistics with long bounds are in them.
constexpr size_t kHeaderBytes = size_t{4} << 10;
constexpr size_t kLongHeaderBytes = size_t{16} << 20;

}  // namespace

unsigned level_width(unsigned greatest) { return static_cast<unsigned>(std::bit_width(greatest)); }

const Page* PageShare::find(uint64_t position) const {
  for (const Kept& kept : kept_) {
    if (kept.position == position) return &kept.page;
  }
  return nullptr;
}

void PageShare::keep(uint64_t position, const Page& page) {
  kept_[next_] = {position, page};
  next_ = (next_ + 1) % kept_.size();
}

std::span<const std::byte> PageStream::window(uint64_t position, size_t least, bool read_ahead) {
  const uint64_t inside = position - window_begin_;
  const size_t size = window_.bytes.size();
  if (position < window_begin_ || inside > size || size - inside < least) {
    const uint64_t declared_end = place_.begin + place_.expected_bytes;
    uint64_t ahead = place_.source->at_hand(position);
    if (ahead < least) {
      ahead = read_ahead && declared_end > position
                  ? std::min<uint64_t>(declared_end - position, kWindowBytes)
                  : 0;
    }
    const size_t wanted = static_cast<size_t>(
        std::min<uint64_t>(std::max<uint64_t>(least, ahead), place_.end - position));
    window_ = place_.source->read(position, wanted);
    window_begin_ = position;
  }
  return window_.bytes.subspan(static_cast<size_t>(position - window_begin_));
}

bool PageStream::peek() {
  if (peeked_) return true;
  if (position_ >= place_.end) return false;
  const uint64_t left = place_.end - position_;
  uint64_t least = std::min<uint64_t>(left, kHeaderBytes);
  if (const size_t at_hand = place_.source->at_hand(position_))
    least = std::min<uint64_t>(least, at_hand);
  // Whoever skips pages wants headers alone.
  auto bytes = window(position_, static_cast<size_t>(least), !skipped_);
  while (true) {
    try {
      header_ = parse_page_header(bytes, header_bytes_);
      break;
    } catch (const Error&) {
      // Damaged, or longer than the window: only a longer look tells.
      if (bytes.size() >= std::min<uint64_t>(left, kLongHeaderBytes)) throw;
      const size_t longer = bytes.size() < kHeaderBytes ? kHeaderBytes : kLongHeaderBytes;
      bytes = window(position_, static_cast<size_t>(std::min<uint64_t>(left, longer)), false);
    }
  }
  if (static_cast<uint64_t>(header_.compressed_bytes) > left - header_bytes_) {
    throw Error(ErrorCode::kCorrupt, "a Parquet page of {} bytes reaches beyond its column",
                header_.compressed_bytes);
  }
  peeked_ = true;
  return true;
}

void PageStream::skip() {
  ASSERT(peeked_);
  position_ += header_bytes_ + static_cast<uint64_t>(header_.compressed_bytes);
  peeked_ = false;
  skipped_ = true;
}

void PageStream::seek(uint64_t position) {
  position_ = position;
  peeked_ = false;
}

BufferRef PageStream::decompressed(std::span<const std::byte> prefix,
                                   std::span<const std::byte> body, size_t size) const {
  // A page of NULLs alone may be compressed from nothing to nothing.
  if (size > 0 && !plausible_size(place_.codec, body, size)) {
    throw Error(ErrorCode::kCorrupt,
                "a Parquet page of {} bytes cannot hold the {} bytes its header claims",
                body.size(), size);
  }
  BufferRef out = Buffer::allocate(prefix.size() + size);
  if (!prefix.empty()) std::memcpy(out->data(), prefix.data(), prefix.size());
  if (size > 0) decompress(place_.codec, body, {out->data() + prefix.size(), size});
  return out;
}

Page PageStream::load() {
  ASSERT(peeked_);
  const uint64_t begin = position_;
  const Page* const known = shared_ ? shared_->find(begin) : nullptr;
  Page page = known != nullptr ? *known : read_page();
  if (shared_ && known == nullptr) shared_->keep(begin, page);
  skip();
  skipped_ = false;
  return page;
}

Page PageStream::read_page() {
  const auto body_bytes = static_cast<size_t>(header_.compressed_bytes);
  const auto body = window(position_ + header_bytes_, body_bytes, true).first(body_bytes);
  if (header_.crc && libdeflate_crc32(0, body.data(), body.size()) != *header_.crc) {
    throw Error(ErrorCode::kCorrupt, "the checksum of a Parquet page does not match");
  }
  const auto uncompressed = static_cast<size_t>(header_.uncompressed_bytes);
  Page page;
  if (header_.kind == PageHeader::Kind::kDataV2) {
    const size_t levels = static_cast<size_t>(header_.repetition_bytes) +
                          static_cast<size_t>(header_.definition_bytes);
    if (levels > body.size() || levels > uncompressed) {
      throw Error(ErrorCode::kCorrupt, "the levels of a Parquet page are longer than the page");
    }
    std::span<const std::byte> bytes;
    if (place_.codec == Codec::kUncompressed || !header_.is_compressed) {
      page.pin = window_.pin;
      bytes = body;
    } else {
      const BufferRef buffer =
          decompressed(body.first(levels), body.subspan(levels), uncompressed - levels);
      bytes = {buffer->data(), buffer->size_bytes()};
      page.pin = buffer;
    }
    page.repetition = bytes.first(static_cast<size_t>(header_.repetition_bytes));
    page.definition =
        bytes.subspan(page.repetition.size(), static_cast<size_t>(header_.definition_bytes));
    page.values = bytes.subspan(levels);
  } else {
    std::span<const std::byte> bytes;
    if (place_.codec == Codec::kUncompressed) {
      page.pin = window_.pin;
      bytes = body;
    } else {
      const BufferRef buffer = decompressed({}, body, uncompressed);
      bytes = {buffer->data(), buffer->size_bytes()};
      page.pin = buffer;
    }
    if (header_.kind == PageHeader::Kind::kData) {
      split_levels(page, bytes);
    } else {
      page.values = bytes;
    }
  }
  return page;
}

void PageStream::split_levels(Page& page, std::span<const std::byte> bytes) const {
  const auto take = [&](unsigned greatest, PageEncoding encoding) -> std::span<const std::byte> {
    if (greatest == 0) return {};
    size_t size = 0;
    if (encoding == PageEncoding::kBitPacked) {
      size = (static_cast<size_t>(header_.value_count) * level_width(greatest) + 7) / 8;
    } else if (encoding == PageEncoding::kRle) {
      if (bytes.size() >= 4) size = load_unaligned<uint32_t>(bytes.data());
      bytes = bytes.subspan(std::min<size_t>(4, bytes.size()));
    } else {
      throw Error(ErrorCode::kNotSupported, "Parquet levels in the encoding {} cannot be read",
                  name_of(encoding));
    }
    if (size > bytes.size())
      throw Error(ErrorCode::kCorrupt, "the levels of a Parquet page are longer than the page");
    const auto levels = bytes.first(size);
    bytes = bytes.subspan(size);
    return levels;
  };
  page.repetition = take(place_.greatest_repetition, header_.repetition_encoding);
  page.definition = take(place_.greatest_definition, header_.definition_encoding);
  page.values = bytes;
}

}  // namespace doline::parquet
