#include "format/parquet/flat_cursor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/bit_ranges.h"

namespace doline::parquet {

namespace {

/// Moves the `dense` values packed at the front to the rows whose bit is set, from the end so that
/// none is overwritten before it moved; the other rows get zeros.
template <size_t kWidth>
void spread_fixed(std::byte* out, const uint64_t* validity, size_t begin, size_t count,
                  size_t dense) {
  for (size_t row = count; row > dense; --row) {
    std::byte* const to = out + (row - 1) * kWidth;
    if (test_bit(validity, begin + row - 1)) {
      std::memcpy(to, out + --dense * kWidth, kWidth);
    } else {
      std::memset(to, 0, kWidth);
    }
  }
}

void spread(std::byte* out, size_t width, const uint64_t* validity, size_t begin, size_t count,
            size_t dense) {
  switch (width) {
    case 1:
      return spread_fixed<1>(out, validity, begin, count, dense);
    case 4:
      return spread_fixed<4>(out, validity, begin, count, dense);
    case 8:
      return spread_fixed<8>(out, validity, begin, count, dense);
    case 12:
      return spread_fixed<12>(out, validity, begin, count, dense);
    case 16:
      return spread_fixed<16>(out, validity, begin, count, dense);
    default:
      break;
  }
  for (size_t row = count; row > dense; --row) {
    std::byte* const to = out + (row - 1) * width;
    if (test_bit(validity, begin + row - 1)) {
      std::memcpy(to, out + --dense * width, width);
    } else {
      std::memset(to, 0, width);
    }
  }
}

/// Rows whose definition levels are decoded at once.
constexpr size_t kStretchRows = size_t{64} << 10;

}  // namespace

FlatCursor::FlatCursor(PageStream stream, LeafType type, bool optional, size_t row_count)
    : stream_(std::move(stream)), type_(type), optional_(optional), row_count_(row_count) {}

bool FlatCursor::next_header() {
  while (stream_.peek()) {
    const PageHeader& header = stream_.header();
    if (header.kind == PageHeader::Kind::kDictionary) {
      if (dictionary_given_) {
        stream_.skip();
        continue;
      }
      if (dictionary_seen_)
        throw Error(ErrorCode::kCorrupt, "a Parquet column has two dictionaries");
      if (header.encoding != PageEncoding::kPlain &&
          header.encoding != PageEncoding::kPlainDictionary) {
        throw Error(ErrorCode::kNotSupported,
                    "a Parquet dictionary in the encoding {} cannot be read",
                    name_of(header.encoding));
      }
      const auto count = static_cast<size_t>(header.value_count);
      Page page = stream_.load();
      dictionary_ = make_ref<const PageDictionary>(type_, page.values, count, page.pin);
      dictionary_seen_ = true;
      continue;
    }
    if (!header.is_data() || header.value_count == 0) {
      stream_.skip();
      continue;
    }
    page_rows_ = page_left_ = static_cast<size_t>(header.value_count);
    page_row_ = stretch_begin_ = stretch_end_ = 0;
    page_codes_ = is_dictionary_encoding(header.encoding);
    has_page_ = true;
    loaded_ = false;
    pending_skip_ = 0;
    return true;
  }
  return false;
}

size_t FlatCursor::rows_left_in_page() {
  while (page_left_ == 0) {
    if (row_ >= row_count_) return 0;
    if (has_page_ && !loaded_) stream_.skip();
    has_page_ = false;
    if (!next_header()) {
      throw Error(ErrorCode::kCorrupt, "a Parquet column ends after {} of {} rows", row_,
                  row_count_);
    }
  }
  const size_t left = std::min(page_left_, row_count_ - row_);
  if (!optional_) return left;
  // What there will be once the page is loaded.
  if (!loaded_) return std::min(left, kStretchRows - page_row_ % kStretchRows);
  if (page_row_ == stretch_end_) next_stretch();
  return std::min(left, stretch_end_ - page_row_);
}

void FlatCursor::next_stretch() {
  stretch_begin_ = stretch_end_;
  stretch_end_ = std::min(page_rows_, stretch_begin_ + kStretchRows);
  const size_t count = stretch_end_ - stretch_begin_;
  present_.resize(words_for_bits(count));
  if (!legacy_levels_.empty()) {
    copy_bits(present_.data(), 0, reinterpret_cast<const uint8_t*>(legacy_levels_.data()),
              stretch_begin_, count);
  } else {
    levels_.decode_bits(present_.data(), 0, count);
  }
  stretch_has_nulls_ = count_bits(present_.data(), 0, count) < count;
}

void FlatCursor::load() {
  if (loaded_) return;
  ASSERT(rows_left_in_page() > 0);
  const PageHeader header = stream_.header();
  page_ = stream_.load();
  loaded_ = true;
  legacy_levels_.clear();
  if (optional_) {
    if (header.definition_encoding == PageEncoding::kBitPacked &&
        header.kind == PageHeader::Kind::kData) {
      std::vector<uint8_t> levels(std::min(page_rows_, page_.definition.size() * 8));
      decode_legacy_levels(page_.definition, 1, page_rows_, levels.data());
      legacy_levels_.resize(words_for_bits(page_rows_));
      for (size_t i = 0; i < page_rows_; ++i) assign_bit(legacy_levels_.data(), i, levels[i] != 0);
    } else {
      levels_ = HybridDecoder(page_.definition, 1);
    }
  }
  values_ = PageValues(header.encoding, type_, page_.values, page_rows_, dictionary_);
  if (pending_skip_ == 0) return;
  size_t left = std::exchange(pending_skip_, 0);
  page_row_ -= left;
  while (left > 0) {
    if (optional_ && page_row_ == stretch_end_) next_stretch();
    const size_t here = optional_ ? std::min(left, stretch_end_ - page_row_) : left;
    skip_present(here);
    page_row_ += here;
    left -= here;
  }
}

/// Goes past the values of the next `count` rows of the stretch.
void FlatCursor::skip_present(size_t count) {
  const bool has_nulls = optional_ && stretch_has_nulls_;
  values_.skip(has_nulls ? count_bits(present_.data(), page_row_ - stretch_begin_, count) : count);
}

bool FlatCursor::codes() {
  rows_left_in_page();
  load();
  return values_.codes();
}

bool FlatCursor::codes_ahead() {
  rows_left_in_page();
  return page_codes_;
}

const PageDictionaryRef& FlatCursor::dictionary() {
  rows_left_in_page();
  return dictionary_;
}

void FlatCursor::set_dictionary(PageDictionaryRef dictionary) {
  dictionary_ = std::move(dictionary);
  dictionary_given_ = true;
}

size_t FlatCursor::read(size_t count, std::byte* out, uint64_t* validity, size_t validity_begin) {
  load();
  ASSERT(count <= rows_left_in_page());
  size_t present = count;
  if (!optional_) {
    values_.decode(out, count);
  } else if (!stretch_has_nulls_) {
    values_.decode(out, count);
    fill_bits(validity, validity_begin, count, true);
  } else {
    const size_t at = page_row_ - stretch_begin_;
    copy_bits(validity, validity_begin, reinterpret_cast<const uint8_t*>(present_.data()), at,
              count);
    present = count_bits(present_.data(), at, count);
    values_.decode(out, present);
    if (present < count) spread(out, out_width(), validity, validity_begin, count, present);
  }
  page_row_ += count;
  page_left_ -= count;
  row_ += count;
  return count - present;
}

size_t FlatCursor::read_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                           std::byte* out, uint64_t* validity, size_t validity_begin) {
  load();
  ASSERT(span <= rows_left_in_page() && count <= span);
  size_t present = count;
  if (!optional_) {
    values_.decode_at(at, count, base, span, out);
  } else if (!stretch_has_nulls_) {
    values_.decode_at(at, count, base, span, out);
    fill_bits(validity, validity_begin, count, true);
  } else {
    const size_t begin = page_row_ - stretch_begin_;
    positions_.clear();
    size_t passed = 0, rank = 0;
    for (size_t i = 0; i < count; ++i) {
      const size_t wanted = at[i] - base;
      rank += count_bits(present_.data(), begin + passed, wanted - passed);
      passed = wanted;
      const bool valid = test_bit(present_.data(), begin + wanted);
      assign_bit(validity, validity_begin + i, valid);
      if (valid) positions_.push_back(static_cast<uint32_t>(rank));
    }
    rank += count_bits(present_.data(), begin + passed, span - passed);
    present = positions_.size();
    values_.decode_at(positions_.data(), present, 0, rank, out);
    if (present < count) spread(out, out_width(), validity, validity_begin, count, present);
  }
  page_row_ += span;
  page_left_ -= span;
  row_ += span;
  return count - present;
}

void FlatCursor::skip(size_t count) {
  ASSERT(count <= row_count_ - row_);
  while (count > 0) {
    const size_t here = std::min(count, rows_left_in_page());
    if (loaded_) {
      skip_present(here);
    } else {
      pending_skip_ += here;
    }
    page_row_ += here;
    page_left_ -= here;
    row_ += here;
    count -= here;
  }
}

void FlatCursor::seek(uint64_t position, size_t first_row) {
  // The dictionary lies before the first page: seeing that page's header loads it.
  if (!dictionary_seen_ && !dictionary_given_ && row_ == 0 && !has_page_) rows_left_in_page();
  stream_.seek(position);
  has_page_ = loaded_ = false;
  page_left_ = 0;
  row_ = first_row;
}

}  // namespace doline::parquet
