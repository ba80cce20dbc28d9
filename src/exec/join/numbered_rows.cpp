#include "exec/join/numbered_rows.h"

#include "column/column_writer.h"

namespace doline {

namespace {

/// Their values fit a core's cache.
constexpr uint64_t kMostRows = uint64_t{1} << 14;
constexpr size_t kMostBytes = size_t{2} << 20;
/// With less than so many times their bytes left, rows stay as they are.
constexpr size_t kRoom = 4;

/// Bits are fewer than codes, and nested values are no dictionary's.
bool may_be_coded(TypeRef type) {
  return !type->is_nested() && type->physical() != PhysicalType::kBool;
}

/// Whoever copies the rows that came of one with a long text takes much more than its codes tell.
bool has_long_text(const RowLayout& layout, size_t column, const RowPage& page) {
  constexpr size_t kLongTextBytes = 128;
  const RowLayout::Slot& slot = layout.slot(column);
  if (slot.shape != RowLayout::Shape::kText) return false;
  for (uint32_t row = 0; row < page.size(); ++row) {
    if (layout.is_null(page.row(row), column)) continue;
    if (load_unaligned<StringView>(page.row(row) + slot.offset).size() > kLongTextBytes)
      return true;
  }
  return false;
}

/// A bitmap of its own to clear bits in.
BufferRef copy_of_bits(const BufferRef& validity, uint32_t count) {
  if (!validity) return make_full_bitmap(count);
  return Buffer::copy_of({validity->data(), words_for_bits(count) * sizeof(uint64_t)});
}

bool is_numbered(const JoinShape& shape, size_t column) {
  return shape.places[column] >= 0 && shape.is_output[shape.left_types.size() + column] &&
         may_be_coded(shape.right_types[column]);
}

}  // namespace

bool NumberedRows::suits(const JoinShape& shape, std::span<const RowPageRef> pages,
                         const Budget& budget) {
  uint64_t rows = 0;
  size_t bytes = 0;
  for (const RowPageRef& page : pages) {
    rows += page->size();
    bytes += size_t{page->size()} * shape.layout->row_bytes() + page->heap_bytes();
  }
  if (rows == 0 || rows > kMostRows || bytes > kMostBytes || !shape.gives_pairs() ||
      budget.available_bytes() < kRoom * bytes)
    return false;
  for (size_t i = 0; i < shape.right_types.size(); ++i) {
    if (is_numbered(shape, i)) return true;
  }
  return false;
}

// Rounded up, the reciprocal gives the quotient of every multiple below 2^32.
NumberedRows::NumberedRows(const JoinShape& shape, const RowPage& page)
    : layout_(*shape.layout),
      first_row_(page.row(0)),
      reciprocal_(((uint64_t{1} << 32) - 1) / layout_.row_bytes() + 1),
      columns_(shape.right_types.size()) {
  ASSERT(uint64_t{page.size()} * layout_.row_bytes() < uint64_t{1} << 32);
  std::vector<const std::byte*> rows;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!is_numbered(shape, i)) continue;
    const auto place = static_cast<size_t>(shape.places[i]);
    if (has_long_text(layout_, place, page)) continue;
    BufferRef codes = Buffer::allocate(page.size() * sizeof(uint32_t));
    rows.clear();
    for (uint32_t row = 0; row < page.size(); ++row) {
      const bool is_null = layout_.is_null(page.row(row), place);
      codes->as<uint32_t>()[row] = is_null ? kNull : static_cast<uint32_t>(rows.size());
      if (!is_null) rows.push_back(page.row(row));
    }
    if (rows.empty()) continue;
    const auto count = static_cast<uint32_t>(rows.size());
    columns_[i].type = shape.right_types[i];
    columns_[i].dictionary =
        make_ref<const Dictionary>(gather_column(layout_, place, rows.data(), count), false);
    if (count < page.size()) columns_[i].codes = std::move(codes);
  }
}

NumberedRows::Codes NumberedRows::codes_of(const std::byte* const* rows, uint32_t count) const {
  Codes codes{count, Buffer::allocate(count * sizeof(uint32_t)), {}};
  auto* numbers = codes.numbers->as<uint32_t>();
  const std::byte* const none = layout_.null_row();
  bool all = true;
  for (uint32_t i = 0; i < count; ++i) {
    const auto distance = static_cast<uint64_t>(rows[i] - first_row_);
    const auto number = static_cast<uint32_t>((distance * reciprocal_) >> 32);
    numbers[i] = rows[i] == none ? 0 : number;
    all &= rows[i] != none;
  }
  if (all) return codes;
  codes.validity = make_full_bitmap(count);
  for (uint32_t i = 0; i < count; ++i)
    assign_bit(codes.validity->as<uint64_t>(), i, rows[i] != none);
  return codes;
}

Column NumberedRows::column(size_t column, const Codes& codes) const {
  const OfColumn& of = columns_[column];
  BufferRef numbers = codes.numbers;
  BufferRef validity = codes.validity;
  if (of.codes) {
    numbers = Buffer::allocate(codes.count * sizeof(uint32_t));
    validity = copy_of_bits(codes.validity, codes.count);
    for (uint32_t i = 0; i < codes.count; ++i) {
      const uint32_t code = of.codes->as<uint32_t>()[codes.numbers->as<uint32_t>()[i]];
      numbers->as<uint32_t>()[i] = code == kNull ? 0 : code;
      if (code == kNull) clear_bit(validity->as<uint64_t>(), i);
    }
  }
  return Column::dictionary(of.type, codes.count, std::move(numbers), of.dictionary,
                            std::move(validity));
}

}  // namespace doline
