#include "format/parquet/column_encoder.h"

#include <libdeflate.h>

#include <algorithm>
#include <bit>

#include "base/bits.h"
#include "base/error.h"
#include "format/parquet/codec.h"
#include "format/parquet/hybrid_encoder.h"
#include "format/parquet/thrift.h"
#include "format/parquet/value_dictionary.h"
#include "format/parquet/write_bounds.h"

namespace doline::parquet {

namespace {

void put_u32(uint32_t value, std::string& out) {
  char bytes[4];
  store_unaligned(bytes, value);
  out.append(bytes, 4);
}

class ColumnEncoder {
 public:
  ColumnEncoder(const WriteLeaf& leaf, const LeafData& data, const WriteOptions& options)
      : leaf_(leaf), data_(data), options_(options), width_(leaf.is_text() ? 0 : leaf.width()) {}

  EncodedColumn encode() {
    if (options_.dictionaries) dictionary_ = build_dictionary(leaf_, data_);
    if (dictionary_) write_dictionary();
    out_.data_page_position = out_.bytes.size();
    const size_t entries = data_.definition.size();
    out_.value_count = entries;
    size_t entry = 0, value = 0;
    uint64_t row = 0;
    do {  // a chunk without rows has one empty page
      const Extent page = next_page(entry, value, row);
      write_page(page);
      entry = page.entry_end;
      value = page.value_end;
      row = page.row_end;
    } while (entry < entries);
    finish_bounds();
    return std::move(out_);
  }

 private:
  struct Extent {
    size_t entry_begin, entry_end;
    size_t value_begin, value_end;
    uint64_t row_begin, row_end;
  };

  size_t value_bytes(size_t value) const {
    return leaf_.is_text() ? 4 + data_.texts[value].size() : width_;
  }

  /// Up to the row at which the page is full.
  Extent next_page(size_t entry, size_t value, uint64_t row) const {
    Extent page{entry, entry, value, value, row, row};
    const bool has_lists = !data_.repetition.empty();
    size_t bytes = 0;
    while (page.entry_end < data_.definition.size()) {
      if (!has_lists || data_.repetition[page.entry_end] == 0) {
        const uint64_t rows = page.row_end - page.row_begin;
        if (rows >= options_.page_rows || (rows > 0 && bytes >= options_.page_bytes)) break;
        ++page.row_end;
      }
      if (data_.definition[page.entry_end] == leaf_.greatest_definition) {
        bytes += dictionary_ ? 4 : value_bytes(page.value_end);
        ++page.value_end;
      }
      ++page.entry_end;
    }
    return page;
  }

  void put_value(size_t value, std::string& out) const {
    if (leaf_.is_text()) {
      const std::string_view text = data_.texts[value].view();
      put_u32(static_cast<uint32_t>(text.size()), out);
      out.append(text);
    } else {
      out.append(reinterpret_cast<const char*>(data_.fixed.data()) + value * width_, width_);
    }
  }

  void put_plain(size_t begin, size_t end, std::string& out) const {
    if (leaf_.physical == Physical::kBoolean) {
      const size_t at = out.size();
      out.resize(at + (end - begin + 7) / 8);
      for (size_t i = begin; i < end; ++i) {
        out[at + (i - begin) / 8] = static_cast<char>(
            out[at + (i - begin) / 8] | static_cast<int>(data_.fixed[i]) << ((i - begin) % 8));
      }
    } else if (leaf_.is_text()) {
      for (size_t i = begin; i < end; ++i) put_value(i, out);
    } else {
      out.append(reinterpret_cast<const char*>(data_.fixed.data()) + begin * width_,
                 (end - begin) * width_);
    }
  }

  void write_dictionary() {
    raw_.clear();
    for (const uint32_t first : dictionary_->firsts) put_value(first, raw_);
    out_.has_dictionary = true;
    put_page(PageHeader::Kind::kDictionary, dictionary_->firsts.size(), PageEncoding::kPlain);
  }

  void put_levels(std::span<const uint8_t> levels, unsigned greatest) {
    if (greatest == 0) return;
    const size_t at = raw_.size();
    put_u32(0, raw_);
    encode_hybrid<uint8_t>(levels, static_cast<unsigned>(std::bit_width(greatest)), raw_);
    store_unaligned(raw_.data() + at, static_cast<uint32_t>(raw_.size() - at - 4));
  }

  void write_page(const Extent& page) {
    raw_.clear();
    const size_t entries = page.entry_end - page.entry_begin;
    if (!data_.repetition.empty()) {
      put_levels(std::span(data_.repetition).subspan(page.entry_begin, entries),
                 leaf_.greatest_repetition);
    }
    put_levels(std::span(data_.definition).subspan(page.entry_begin, entries),
               leaf_.greatest_definition);
    PageEncoding encoding = PageEncoding::kPlain;
    if (dictionary_) {
      encoding = PageEncoding::kRleDictionary;
      // Some readers take codes of no bits at all for damage.
      const auto width =
          std::max(1U, static_cast<unsigned>(std::bit_width(dictionary_->firsts.size() - 1)));
      raw_.push_back(static_cast<char>(width));
      encode_hybrid<uint32_t>(std::span(dictionary_->codes)
                                  .subspan(page.value_begin, page.value_end - page.value_begin),
                              width, raw_);
    } else {
      put_plain(page.value_begin, page.value_end, raw_);
    }
    WrittenPage written;
    written.position = out_.bytes.size();
    written.first_row = page.row_begin;
    written.null_count = entries - (page.value_end - page.value_begin);
    written.is_null = page.value_end == page.value_begin;
    put_page(PageHeader::Kind::kData, entries, encoding);
    written.size_bytes = static_cast<uint32_t>(out_.bytes.size() - written.position);
    out_.null_count += written.null_count;
    add_bounds(page, written);
    out_.pages.push_back(std::move(written));
  }

  void add_bounds(const Extent& page, WrittenPage& written) {
    if (written.is_null) return;
    const auto bounds = bounds_of_values(leaf_, data_, page.value_begin, page.value_end);
    const auto max = bounds ? cut_max(leaf_, bounds->max) : std::nullopt;
    if (!bounds) {
      out_.has_bounds = false;
      bounded_ = false;
      return;
    }
    if (max) {
      written.min = cut_min(leaf_, bounds->min).bytes;
      written.max = max->bytes;
    } else {
      out_.has_bounds = false;
    }
    if (!min_ || compare_encoded(leaf_.order, bounds->min, *min_) < 0) min_ = bounds->min;
    if (!max_ || compare_encoded(leaf_.order, *max_, bounds->max) < 0) max_ = bounds->max;
  }

  /// Bounds of the chunk; without them where a page of values has none (NaN alone).
  void finish_bounds() {
    if (!bounded_ || !min_) return;
    const CutBound min = cut_min(leaf_, *min_);
    out_.min = min.bytes;
    out_.min_exact = min.exact;
    if (const auto max = cut_max(leaf_, *max_)) {
      out_.max = max->bytes;
      out_.max_exact = max->exact;
    }
  }

  /// Header and body of the page in raw_.
  void put_page(PageHeader::Kind kind, size_t values, PageEncoding encoding) {
    if (raw_.size() > static_cast<size_t>(INT32_MAX)) {
      throw Error(ErrorCode::kNotSupported,
                  "a value of more than 2 GiB cannot be written to Parquet");
    }
    compress(options_.codec, std::as_bytes(std::span(raw_)), options_.level, packed_);
    const auto crc = libdeflate_crc32(0, packed_.data(), packed_.size());
    const size_t begin = out_.bytes.size();
    ThriftWriter header(out_.bytes);
    header.write_struct(0, [&] {
      header.i32(1, static_cast<int32_t>(kind));
      header.i32(2, static_cast<int32_t>(raw_.size()));
      header.i32(3, static_cast<int32_t>(packed_.size()));
      header.i32(4, static_cast<int32_t>(crc));
      header.write_struct(kind == PageHeader::Kind::kDictionary ? 7 : 5, [&] {
        header.i32(1, static_cast<int32_t>(values));
        header.i32(2, static_cast<int32_t>(encoding));
        if (kind == PageHeader::Kind::kDictionary) return;
        header.i32(3, static_cast<int32_t>(PageEncoding::kRle));
        header.i32(4, static_cast<int32_t>(PageEncoding::kRle));
      });
    });
    out_.uncompressed_bytes += out_.bytes.size() - begin + raw_.size();
    out_.bytes += packed_;
  }

  const WriteLeaf& leaf_;
  const LeafData& data_;
  const WriteOptions& options_;
  const size_t width_;  // of a value that is no text
  std::optional<ValueDictionary> dictionary_;
  EncodedColumn out_;
  std::string raw_, packed_;
  bool bounded_ = true;
  std::optional<std::string> min_, max_;  // not cut
};

}  // namespace

EncodedColumn encode_column(const WriteLeaf& leaf, const LeafData& data,
                            const WriteOptions& options) {
  return ColumnEncoder(leaf, data, options).encode();
}

}  // namespace doline::parquet
