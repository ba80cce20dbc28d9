#include "format/parquet/filter_term.h"

#include <algorithm>

#include "base/bits.h"
#include "base/error.h"

namespace doline::parquet {

FilterTerm::FilterTerm(const SchemaNode& leaf, const LeafPlace& place, uint32_t position,
                       size_t column_count)
    : leaf_(leaf),
      row_count_(place.row_count),
      position_(position),
      column_count_(column_count),
      reader_(leaf, place) {}

Selection FilterTerm::evaluate(Column column, uint32_t count) {
  std::vector<Column> columns(column_count_);
  columns[position_] = std::move(column);
  Chunk chunk(std::move(columns), count);
  for (const ReadFilter* filter : filters_) {
    if (chunk.active.empty()) break;
    chunk.active = filter->program->select(chunk, scratch_);
  }
  return chunk.active;
}

/// Whether there is a dictionary, small enough to be worth deciding value by value.
bool FilterTerm::decide_dictionary() {
  if (decided_ != Decided::kNotYet) return decided_ == Decided::kYes;
  const auto page = reader_.cursor().dictionary();
  if (!page || page->size() > std::max<size_t>(kChunkRows, row_count_ / 2)) {
    decided_ = Decided::kNotWorthIt;
    return false;
  }
  const Column& values = reader_.dictionary().values->values();
  passes_.assign(values.size(), 0);
  for (uint32_t begin = 0; begin < values.size(); begin += kChunkRows) {
    const uint32_t count = std::min(kChunkRows, values.size() - begin);
    evaluate(values.slice(begin, count), count).for_each([&](uint32_t row) {
      passes_[begin + row] = 1;
      any_passes_ = true;
    });
  }
  null_passes_ = leaf_.definition > 0 && !evaluate(Column::null(leaf_.type, 1), 1).empty();
  decided_ = Decided::kYes;
  return true;
}

size_t FilterTerm::select_codes(const uint32_t* rows, size_t count, uint32_t* out) {
  FlatCursor& cursor = reader_.cursor();
  codes_.resize(std::max(codes_.size(), count));
  validity_.resize(std::max(validity_.size(), words_for_bits(count)));
  const auto base = static_cast<uint32_t>(cursor.row());
  const size_t span = rows[count - 1] - base + 1;
  auto* const codes = codes_.data();
  cursor.codes();
  const size_t nulls =
      span == count ? cursor.read(count, reinterpret_cast<std::byte*>(codes), validity_.data(), 0)
                    : cursor.read_at(rows, count, base, span, reinterpret_cast<std::byte*>(codes),
                                     validity_.data(), 0);
  const uint8_t* const passes = passes_.data();
  size_t kept = 0;
  if (nulls == 0) {
    for (size_t i = 0; i < count; ++i) {
      out[kept] = rows[i];
      kept += passes[codes[i]];
    }
    return kept;
  }
  for (size_t i = 0; i < count; ++i) {
    const bool valid = test_bit(validity_.data(), i);
    out[kept] = rows[i];
    kept += valid ? passes[codes[i]] != 0 : null_passes_;
  }
  return kept;
}

size_t FilterTerm::select_values(const uint32_t* rows, size_t count, uint32_t* out) {
  size_t kept = 0;
  for (size_t begin = 0; begin < count; begin += kChunkRows) {
    const auto here = static_cast<uint32_t>(std::min<size_t>(kChunkRows, count - begin));
    evaluate(reader_.read(rows + begin, here), here).for_each([&](uint32_t row) {
      out[kept++] = rows[begin + row];
    });
  }
  return kept;
}

size_t FilterTerm::select(uint32_t* rows, size_t count) {
  const TimePoint begin = Clock::system().now();
  FlatCursor& cursor = reader_.cursor();
  size_t kept = 0;
  for (size_t first = 0; first < count;) {
    reader_.go_to(rows[first]);
    const size_t end = cursor.row() + cursor.rows_left_in_page();
    if (end <= rows[first])
      throw Error(ErrorCode::kCorrupt, "a Parquet column ends before row {}", rows[first]);
    const auto last = static_cast<size_t>(std::lower_bound(rows + first, rows + count, end) - rows);
    if (!cursor.codes_ahead() || !decide_dictionary()) {
      kept += select_values(rows + first, last - first, rows + kept);
    } else if (any_passes_ || null_passes_) {
      kept += select_codes(rows + first, last - first, rows + kept);
    }
    first = last;
  }
  figures_.rows += count;
  figures_.kept += kept;
  figures_.time += Clock::system().now() - begin;
  return kept;
}

}  // namespace doline::parquet
