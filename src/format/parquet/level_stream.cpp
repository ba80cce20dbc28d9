#include "format/parquet/level_stream.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/error.h"

namespace doline::parquet {

namespace {

constexpr size_t kBatchEntries = 4096;

}  // namespace

std::byte* GrowingBuffer::extend(size_t bytes) {
  const size_t needed = size_ + bytes;
  if (!buffer_ || needed > buffer_->size_bytes()) {
    BufferRef larger = Buffer::allocate(std::max(needed, std::max<size_t>(size_ * 2, 4096)));
    if (size_ > 0) std::memcpy(larger->data(), buffer_->data(), size_);
    buffer_ = std::move(larger);
  }
  std::byte* const at = buffer_->data() + size_;
  size_ = needed;
  return at;
}

LevelStream::LevelStream(const SchemaNode& leaf, const LeafPlace& place)
    : leaf_(leaf),
      place_(place),
      stream_(place.pages),
      greatest_definition_(place.pages.greatest_definition),
      greatest_repetition_(place.pages.greatest_repetition),
      entries_left_(place.entry_count),
      batch_definition_(kBatchEntries),
      batch_repetition_(kBatchEntries),
      scratch_(kBatchEntries) {}

void LevelStream::clear() {
  definition_.clear();
  repetition_.clear();
  values_.release();
  value_count_ = 0;
  pins_.clear();
}

/// Shows the header of the next data page that has entries.
bool LevelStream::next_page() {
  while (entries_left_ > 0 && stream_.peek()) {
    const PageHeader& header = stream_.header();
    if (header.kind == PageHeader::Kind::kDictionary) {
      if (dictionary_) throw Error(ErrorCode::kCorrupt, "a Parquet column has two dictionaries");
      const auto count = static_cast<size_t>(header.value_count);
      const Page page = stream_.load();
      dictionary_ = make_ref<const PageDictionary>(leaf_.stored, page.values, count, page.pin);
      continue;
    }
    if (header.is_data() && header.value_count > 0) return true;
    stream_.skip();
  }
  return false;
}

void LevelStream::load_page() {
  const PageHeader header = stream_.header();
  page_ = stream_.load();
  page_left_ = static_cast<size_t>(header.value_count);
  if (!sought_) {
    page_left_ = static_cast<size_t>(std::min<uint64_t>(page_left_, entries_left_));
    entries_left_ -= page_left_;
  }
  const bool first_version = header.kind == PageHeader::Kind::kData;
  legacy_definition_ = first_version && header.definition_encoding == PageEncoding::kBitPacked &&
                       greatest_definition_ > 0;
  legacy_repetition_ = first_version && header.repetition_encoding == PageEncoding::kBitPacked &&
                       greatest_repetition_ > 0;
  legacy_at_ = 0;
  const auto legacy = [&](std::span<const std::byte> bytes, unsigned greatest,
                          std::vector<uint8_t>& out) {
    // As many bits as the bytes hold: what the header claims was not paid for.
    out.resize(std::min(page_left_, bytes.size() * 8));
    decode_legacy_levels(bytes, level_width(greatest), page_left_, out.data());
  };
  if (legacy_definition_) legacy(page_.definition, greatest_definition_, legacy_definitions_);
  if (legacy_repetition_) legacy(page_.repetition, greatest_repetition_, legacy_repetitions_);
  if (greatest_definition_ > 0 && !legacy_definition_) {
    definition_levels_ = HybridDecoder(page_.definition, level_width(greatest_definition_));
  }
  if (greatest_repetition_ > 0 && !legacy_repetition_) {
    repetition_levels_ = HybridDecoder(page_.repetition, level_width(greatest_repetition_));
  }
  page_values_ = PageValues(header.encoding, leaf_.stored, page_.values, page_left_, dictionary_);
}

/// Decodes more entries; false when the chunk has no more.
bool LevelStream::refill() {
  while (page_left_ == 0) {
    if (!next_page()) return false;
    load_page();
  }
  const size_t count = std::min(page_left_, kBatchEntries);
  const auto decode = [&](unsigned greatest, bool is_legacy, const std::vector<uint8_t>& legacy,
                          HybridDecoder& levels, std::vector<uint8_t>& out) {
    if (greatest == 0) return;
    if (is_legacy) {
      std::copy_n(legacy.begin() + static_cast<ptrdiff_t>(legacy_at_), count, out.begin());
      return;
    }
    levels.decode(scratch_.data(), count);
    for (size_t i = 0; i < count; ++i) {
      if (scratch_[i] > greatest) {
        throw Error(ErrorCode::kCorrupt,
                    "a Parquet page has the level {}; the greatest of its column is {}",
                    scratch_[i], greatest);
      }
      out[i] = static_cast<uint8_t>(scratch_[i]);
    }
  };
  decode(greatest_definition_, legacy_definition_, legacy_definitions_, definition_levels_,
         batch_definition_);
  decode(greatest_repetition_, legacy_repetition_, legacy_repetitions_, repetition_levels_,
         batch_repetition_);
  legacy_at_ += count;
  page_left_ -= count;
  batch_at_ = 0;
  batch_size_ = count;
  return true;
}

/// Moves the next `count` entries of the batch to what is gathered, or past it.
void LevelStream::take(size_t count, bool keep) {
  size_t present = count;
  if (greatest_definition_ > 0) {
    const uint8_t* const levels = batch_definition_.data() + batch_at_;
    present = static_cast<size_t>(
        std::count(levels, levels + count, static_cast<uint8_t>(greatest_definition_)));
    if (keep) std::memcpy(definition_.extend(count), levels, count);
  } else if (keep) {
    std::memset(definition_.extend(count), 0, count);
  }
  if (keep && greatest_repetition_ > 0) {
    std::memcpy(repetition_.extend(count), batch_repetition_.data() + batch_at_, count);
  }
  batch_at_ += count;
  if (!keep) return page_values_.skip(present);
  if (present == 0) return;
  page_values_.decode_values(values_.extend(present * leaf_.stored.width()), present);
  value_count_ += present;
  if (leaf_.stored.physical != Physical::kByteArray) return;  // others are copies
  PinRef pin =
      page_values_.codes() ? combine_pins({PinRef(dictionary_), dictionary_->page()}) : page_.pin;
  if (pins_.empty() || pins_.back() != pin) pins_.push_back(std::move(pin));
  for (PinRef& more : page_values_.take_pins()) pins_.push_back(std::move(more));
}

void LevelStream::consume(size_t rows, bool keep) {
  row_ += rows;
  bool in_row = false;
  for (;;) {
    if (rows == 0 && (!in_row || greatest_repetition_ == 0)) return;
    // Once entries are not counted, the last row ends with its page: indexed pages hold whole rows.
    const bool is_end = sought_ && rows == 0 && row_ == place_.row_count;
    if (batch_at_ == batch_size_ && (is_end || !refill())) {
      if (rows == 0) return;
      throw Error(ErrorCode::kCorrupt, "a Parquet column ends {} rows too early", rows);
    }
    if (greatest_repetition_ == 0) {
      const size_t here = std::min(rows, batch_size_ - batch_at_);
      take(here, keep);
      rows -= here;
      continue;
    }
    size_t at = batch_at_;
    bool row_ended = false;
    for (; at < batch_size_; ++at) {
      if (batch_repetition_[at] == 0) {
        if (rows == 0) {
          row_ended = true;
          break;
        }
        --rows;
        in_row = true;
      } else if (!in_row) {
        throw Error(ErrorCode::kCorrupt,
                    "a row of a Parquet column starts with the repetition level {}",
                    batch_repetition_[at]);
      }
    }
    take(at - batch_at_, keep);
    if (row_ended) return;
  }
}

/// Pages known to lie before the row that is wanted need not be decompressed. Returns the rows
/// in them.
size_t LevelStream::skip_whole_pages(size_t rows) {
  size_t skipped = 0;
  while (batch_at_ == batch_size_ && page_left_ == 0 && next_page()) {
    const PageHeader& header = stream_.header();
    const size_t here = greatest_repetition_ == 0 ? static_cast<size_t>(header.value_count)
                        : header.kind == PageHeader::Kind::kDataV2
                            ? static_cast<size_t>(header.row_count)
                            : 0;
    if (here == 0 || here > rows - skipped) break;
    if (!sought_)
      entries_left_ -= std::min<uint64_t>(entries_left_, static_cast<uint64_t>(header.value_count));
    stream_.skip();
    skipped += here;
  }
  return skipped;
}

void LevelStream::go_to(size_t row) {
  ASSERT(row >= row_);
  if (row == row_) return;
  if (place_.index) {
    const auto page = page_of_row(*place_.index, row);
    const auto first = page ? static_cast<uint64_t>(page->first_row) : 0;
    const auto offset = page ? static_cast<uint64_t>(page->offset) : 0;
    if (page && first > row_ && first <= row && offset > place_.pages.begin &&
        offset < place_.pages.end) {
      if (!dictionary_ && row_ == 0) next_page();  // the dictionary lies before the first page
      stream_.seek(offset);
      sought_ = true;
      page_left_ = batch_at_ = batch_size_ = 0;
      row_ = first;
    }
  }
  row_ += skip_whole_pages(row - row_);
  if (row > row_) consume(row - row_, false);
}

}  // namespace doline::parquet
