#include "exec/window/picked_rows.h"

#include "column/column_builder.h"

namespace doline {

namespace {

/// One chunk after the other: picks that follow each other mostly lie in one.
class PickedFrom {
 public:
  PickedFrom(WindowRows& rows, uint32_t column) : rows_(rows), column_(column) {}
  /// The row within values(), which are flat.
  uint32_t find(uint64_t row) {
    if (row - begin_ >= values_.size()) {
      const size_t chunk = rows_.chunk_of(row);
      begin_ = rows_.begin_of(chunk);
      values_ = rows_.column(chunk, column_).flatten();
    }
    return static_cast<uint32_t>(row - begin_);
  }
  const Column& values() const { return values_; }

 private:
  WindowRows& rows_;
  const uint32_t column_;
  uint64_t begin_ = 0;
  Column values_;
};

/// Values of `bytes` each, whatever they are.
template <class Word>
Column picked_words(PickedFrom from, TypeRef type, std::span<const uint64_t> picks,
                    const Column* own) {
  ColumnWriter out(type, static_cast<uint32_t>(picks.size()));
  auto* const values = out.values<Word>();
  const Column flat_own = own ? own->flatten() : Column();
  for (uint32_t i = 0; i < picks.size(); ++i) {
    if (picks[i] == kNoRow) {
      values[i] = Word{};
      out.set_null(i);
      continue;
    }
    const bool is_own = picks[i] == kOwnRow;
    const uint32_t row = is_own ? i : from.find(picks[i]);
    const Column& column = is_own ? flat_own : from.values();
    values[i] = column.values<Word>()[row];
    if (column.validity() && column.is_null(row)) out.set_null(i);
  }
  return out.seal(static_cast<uint32_t>(picks.size()));
}

}  // namespace

Column picked_values(WindowRows& rows, uint32_t column, std::span<const uint64_t> picks,
                     const Column* own) {
  const TypeRef type = rows.shape().types[column];
  PickedFrom from(rows, column);
  if (!type->is_nested() && !type->is_string() && type->physical() != PhysicalType::kBool) {
    switch (width_of(type->physical())) {
      case 1:
        return picked_words<uint8_t>(from, type, picks, own);
      case 2:
        return picked_words<uint16_t>(from, type, picks, own);
      case 4:
        return picked_words<uint32_t>(from, type, picks, own);
      case 8:
        return picked_words<uint64_t>(from, type, picks, own);
      default:
        return picked_words<uint128_t>(from, type, picks, own);
    }
  }
  ColumnBuilder out(type, static_cast<uint32_t>(picks.size()));
  for (uint32_t i = 0; i < picks.size(); ++i) {
    if (picks[i] == kNoRow) {
      out.append_null();
    } else if (picks[i] == kOwnRow) {
      out.append_from(*own, i);
    } else {
      const uint32_t row = from.find(picks[i]);
      out.append_from(from.values(), row);
    }
  }
  return out.seal();
}

}  // namespace doline
