#include "column/chunk.h"

namespace doline {

namespace {

/// The active rows' codes of one column after the other. Columns of which a join gave the same
/// codes share them again.
class GatheredCodes {
 public:
  Column gather(const Column& column, const std::vector<uint32_t>& rows) {
    const auto count = static_cast<uint32_t>(rows.size());
    if (column.codes() != from_) {
      from_ = column.codes();
      codes_ = Buffer::allocate(count * sizeof(uint32_t));
      auto* to = codes_->as<uint32_t>();
      for (uint32_t i = 0; i < count; ++i) to[i] = from_[rows[i]];
    }
    return Column::dictionary(column.type(), count, codes_, column.dictionary());
  }

 private:
  const uint32_t* from_ = nullptr;
  BufferRef codes_;
};

}  // namespace

Chunk Chunk::dense() const {
  if (active.is_all() && active.size() == row_count) return *this;
  std::vector<uint32_t> rows(active.size());
  for (uint32_t i = 0; i < active.size(); ++i) rows[i] = active[i];
  Chunk result;
  result.columns.reserve(columns.size());
  GatheredCodes codes;
  for (const Column& column : columns) {
    result.columns.push_back(column.is_dictionary() && !column.validity()
                                 ? codes.gather(column, rows)
                                 : column.gather(rows.data(), active.size()));
  }
  result.row_count = active.size();
  result.active = Selection::all(active.size());
  result.sequence = sequence;
  return result;
}

Chunk Chunk::retain() const {
  Chunk result = dense();
  for (Column& column : result.columns) {
    const size_t pinned = column.pinned_bytes();
    const size_t views = sizeof(StringView) * (column.is_flat() ? column.size() : 1);
    if (column.type()->is_nested()) {
      column = column.compact();
    } else if (pinned > 4 * views && pinned > 4 * column.kept_bytes()) {
      // Looked at closely only where the views alone are not worth as much as is pinned.
      column = column.compact();
    }
  }
  return result;
}

Chunk Chunk::slice(uint32_t skip, uint32_t take) const {
  Chunk result = *this;
  result.active = active.slice(skip, take);
  return result;
}

size_t Chunk::kept_bytes() const {
  size_t bytes = 0;
  for (const Column& column : columns) bytes += column.kept_bytes();
  return bytes;
}

size_t Chunk::data_bytes() const {
  size_t bytes = 0;
  for (const Column& column : columns) bytes += column.data_bytes();
  return bytes;
}

}  // namespace doline
