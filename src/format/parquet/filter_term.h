#pragma once

#include <memory>
#include <vector>

#include "format/parquet/column_reader.h"
#include "format/parquet/file_read.h"

namespace doline::parquet {

/// The filters on one flat column, evaluated in runs before any other column is read. Where pages
/// hold codes they are decided once per dictionary value; pages of which no value passes are not
/// even decompressed. Owned by one thread.
class FilterTerm {
 public:
  /// `position` of `column_count` in the request's columns. `filters` read that column alone and
  /// cannot fail.
  FilterTerm(const SchemaNode& leaf, const LeafPlace& place, uint32_t position,
             size_t column_count);

  void add(const ReadFilter& filter) { filters_.push_back(&filter); }
  uint32_t position() const { return position_; }
  FlatReader& reader() { return reader_; }
  /// Of `count` ascending rows those that pass, moved to the front; returns how many.
  size_t select(uint32_t* rows, size_t count);
  /// Of select() so far, reading the column included.
  const FilterFigures& figures() const { return figures_; }

 private:
  bool decide_dictionary();
  Selection evaluate(Column column, uint32_t count);
  size_t select_codes(const uint32_t* rows, size_t count, uint32_t* out);
  size_t select_values(const uint32_t* rows, size_t count, uint32_t* out);

  const SchemaNode& leaf_;
  const size_t row_count_;
  const uint32_t position_;
  const size_t column_count_;
  std::vector<const ReadFilter*> filters_;
  FlatReader reader_;
  Program::Scratch scratch_;
  enum class Decided : uint8_t { kNotYet, kYes, kNotWorthIt };
  Decided decided_ = Decided::kNotYet;
  std::vector<uint8_t> passes_;  // one a dictionary value
  bool any_passes_ = false;
  bool null_passes_ = false;
  std::vector<uint32_t> codes_;
  std::vector<uint64_t> validity_;
  FilterFigures figures_;
};

}  // namespace doline::parquet
