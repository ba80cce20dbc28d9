#include "column/column.h"

#include <algorithm>

#include "column/column_builder.h"
#include "column/column_writer.h"
#include "column/long_text.h"

namespace doline {

namespace {

const std::vector<Column> kNoChildren;

/// A value of any type, zero, and a bitmap without bits: with the padding of a buffer.
alignas(64) constexpr uint64_t kNoValue[16] = {};

std::shared_ptr<const std::vector<Column>> share(std::vector<Column> children) {
  // Children are shared because column handles are copied with every chunk.
  return std::make_shared<const std::vector<Column>>(std::move(children));
}

template <class T>
void gather_values(const T* from, const uint32_t* rows, uint32_t count, T* to) {
  for (uint32_t i = 0; i < count; ++i) to[i] = from[rows[i]];
}

BufferRef gather_bits(const uint64_t* from, const uint32_t* rows, uint32_t count) {
  BufferRef result = Buffer::allocate(words_for_bits(count) * 8);
  auto* out = result->as<uint64_t>();
  for (uint32_t word = 0; word * 64 < count; ++word) {
    const uint32_t begin = word * 64;
    const uint32_t end = std::min(count, begin + 64);
    uint64_t bits = 0;
    for (uint32_t i = begin; i < end; ++i) bits |= uint64_t{test_bit(from, rows[i])} << (i - begin);
    out[word] = bits;
  }
  return result;
}

/// Values of a width known only at run time, through fixed-size copies.
BufferRef gather_wide(const void* from, size_t width, const uint32_t* rows, uint32_t count) {
  BufferRef result = Buffer::allocate(width * count);
  switch (width) {
    case 1:
      gather_values(static_cast<const uint8_t*>(from), rows, count, result->as<uint8_t>());
      break;
    case 2:
      gather_values(static_cast<const uint16_t*>(from), rows, count, result->as<uint16_t>());
      break;
    case 4:
      gather_values(static_cast<const uint32_t*>(from), rows, count, result->as<uint32_t>());
      break;
    case 8:
      gather_values(static_cast<const uint64_t*>(from), rows, count, result->as<uint64_t>());
      break;
    case 16:
      gather_values(static_cast<const uint128_t*>(from), rows, count, result->as<uint128_t>());
      break;
    default:
      UNREACHABLE();
  }
  return result;
}

}  // namespace

const std::vector<Column>& Column::children() const { return children_ ? *children_ : kNoChildren; }

Column Column::flat(TypeRef type, uint32_t size, BufferRef values, BufferRef validity, PinRef pin) {
  Column column;
  column.type_ = type;
  column.size_ = size;
  column.values_ = values ? values->data() : nullptr;
  column.values_owner_ = std::move(values);
  if (validity) {
    column.validity_ = validity->as<uint64_t>();
    column.validity_owner_ = std::move(validity);
  }
  column.pin_ = std::move(pin);
  return column;
}

Column Column::view(TypeRef type, uint32_t size, const void* values, const uint64_t* validity,
                    PinRef owner) {
  Column column;
  column.type_ = type;
  column.size_ = size;
  column.values_ = values;
  column.validity_ = validity;
  column.pin_ = std::move(owner);
  return column;
}

Column Column::dictionary(TypeRef type, uint32_t size, BufferRef codes, DictionaryRef dictionary,
                          BufferRef validity) {
  Column column = flat(type, size, std::move(codes), std::move(validity));
  column.encoding_ = Encoding::kDictionary;
  column.pin_ = dictionary->values().pin();
  column.dictionary_ = std::move(dictionary);
  return column;
}

Column Column::list(TypeRef type, uint32_t size, BufferRef entries, Column child,
                    BufferRef validity) {
  Column column = flat(type, size, std::move(entries), std::move(validity));
  std::vector<Column> children;
  children.push_back(std::move(child));
  column.children_ = share(std::move(children));
  return column;
}

Column Column::structure(TypeRef type, uint32_t size, std::vector<Column> children,
                         BufferRef validity) {
  ASSERT(children.size() == type->fields().size());
  Column column = flat(type, size, {}, std::move(validity));
  column.children_ = share(std::move(children));
  return column;
}

Column Column::null(TypeRef type, uint32_t size) {
  if (!type->is_nested()) {
    // Asked for a chunk at a time, for columns that nobody reads: no memory of its own.
    Column column = view(type, size, kNoValue, kNoValue, nullptr);
    column.encoding_ = Encoding::kConstant;
    return column;
  }
  ColumnBuilder builder(type, 1);
  builder.append_null();
  return constant(builder.seal(), size);
}

Column Column::constant(Column value, uint32_t size) {
  ASSERT(value.size() >= 1 && !value.is_dictionary());
  value.encoding_ = Encoding::kConstant;
  value.size_ = size;
  return value;
}

const StringView& Column::string_at(uint32_t row) const {
  const Column& from = is_dictionary() ? dictionary_->values() : *this;
  return from.values<StringView>()[index_of(row)];
}

Column Column::flatten() const {
  if (is_flat()) return *this;
  std::vector<uint32_t> rows(size_);
  if (is_constant()) {
    Column one = *this;
    one.encoding_ = Encoding::kFlat;
    one.size_ = 1;
    return one.gather(rows.data(), size_);
  }
  std::copy_n(codes(), size_, rows.begin());
  if (validity_) {  // codes of NULL rows are 0, which an empty dictionary does not hold
    if (dictionary_->size() == 0) return Column::null(type_, size_).flatten();
    for (uint32_t row = 0; row < size_; ++row) rows[row] = is_null(row) ? 0 : rows[row];
  }
  Column column = dictionary_->values().gather(rows.data(), size_);
  column.type_ = type_;
  column.validity_ = validity_;
  column.validity_owner_ = validity_owner_;
  return column;
}

Column Column::with_type(TypeRef type) const {
  ASSERT(type->physical() == type_->physical());
  Column column = *this;
  column.type_ = type;
  return column;
}

Column Column::gather(const uint32_t* rows, uint32_t count) const {
  if (is_constant()) {
    Column column = *this;
    column.size_ = count;
    return column;
  }
  Column column = *this;
  column.size_ = count;
  if (validity_) {
    BufferRef bitmap = gather_bits(validity_, rows, count);
    column.validity_ = bitmap->as<uint64_t>();
    column.validity_owner_ = std::move(bitmap);
  }
  if (physical() == PhysicalType::kStruct) {
    std::vector<Column> gathered;
    for (const Column& child : children()) gathered.push_back(child.gather(rows, count));
    column.children_ = share(std::move(gathered));
    return column;
  }
  BufferRef values = is_dictionary() ? gather_wide(values_, sizeof(uint32_t), rows, count)
                     : physical() == PhysicalType::kBool
                         ? gather_bits(bits(), rows, count)
                         : gather_wide(values_, width_of(physical()), rows, count);
  // A view's owner kept the values alive as well as what they point to.
  column.values_ = values->data();
  column.values_owner_ = std::move(values);
  if (is_flat() && !type_->is_string()) column.pin_ = nullptr;  // it was the values' own
  return column;
}

Column Column::gather(const Selection& selection) const {
  if (selection.is_all() && selection.size() == size_) return *this;
  std::vector<uint32_t> rows(selection.size());
  for (uint32_t i = 0; i < selection.size(); ++i) rows[i] = selection[i];
  return gather(rows.data(), selection.size());
}

Column Column::slice(uint32_t begin, uint32_t count) const {
  ASSERT(begin <= size_ && count <= size_ - begin);
  if (begin == 0 && count == size_) return *this;
  std::vector<uint32_t> rows(count);
  for (uint32_t i = 0; i < count; ++i) rows[i] = begin + i;
  return gather(rows.data(), count);
}

Column Column::masked(BufferRef validity) const {
  if (!validity) return *this;
  Column column = is_constant() ? flatten() : *this;
  if (column.validity_)
    validity = intersect_bitmaps(column.validity_, validity->as<uint64_t>(), size_);
  column.validity_ = validity->as<uint64_t>();
  column.validity_owner_ = std::move(validity);
  return column;
}

namespace {

/// Bytes of texts that do not lie in their views.
size_t long_text_bytes(const StringView* texts, uint32_t rows, const uint64_t* validity) {
  size_t bytes = 0;
  if (validity) {
    for (uint32_t row = 0; row < rows; ++row) {
      if (test_bit(validity, row) && !texts[row].is_inline()) bytes += texts[row].size();
    }
    return bytes;
  }
  for (uint32_t row = 0; row < rows; ++row) bytes += texts[row].is_inline() ? 0 : texts[row].size();
  return bytes;
}

}  // namespace

Column Column::compact() const {
  if (is_dictionary() || (!type_->is_string() && !type_->is_nested())) return *this;
  if (type_->is_string() && !pin_) return *this;
  if (type_->is_string() && is_flat()) {
    const auto* texts = this->values<StringView>();
    BufferRef heap = Buffer::allocate(long_text_bytes(texts, size_, validity_));
    BufferRef views = Buffer::allocate(size_ * sizeof(StringView));
    char* to = heap->as<char>();
    for (uint32_t row = 0; row < size_; ++row) {
      StringView text = texts[row];
      if (is_null(row)) {
        text = StringView();
      } else if (!text.is_inline()) {
        copy_long_text(to, text.data(), text.size());
        text = StringView(to, text.size());
        to += text.size();
      }
      views->as<StringView>()[row] = text;
    }
    Column column = *this;
    column.values_ = views->data();
    column.values_owner_ = std::move(views);
    column.pin_ = heap->size_bytes() > 0 ? std::move(heap) : nullptr;
    return column;
  }
  ColumnBuilder builder(type_, is_constant() ? 1 : size_);
  if (is_constant()) {
    builder.append_from(*this, 0);
    return constant(builder.seal(), size_);
  }
  for (uint32_t row = 0; row < size_; ++row) builder.append_from(*this, row);
  return builder.seal();
}

size_t Column::data_bytes() const {
  const size_t rows = is_constant() ? 1 : size_;
  if (is_dictionary()) return rows * width_of(physical()) + long_text_bytes_by_code();
  size_t bytes =
      physical() == PhysicalType::kBool ? words_for_bits(rows) * 8 : width_of(physical()) * rows;
  if (type_->is_string()) {
    bytes += long_text_bytes(values<StringView>(), static_cast<uint32_t>(rows), validity_);
  }
  if (physical() == PhysicalType::kStruct) {
    for (const Column& child : children()) bytes += child.data_bytes();
  } else if (physical() == PhysicalType::kList && child().size() != 0) {
    uint64_t reached = 0;
    for (uint32_t row = 0; row < rows; ++row)
      reached += is_null(row) ? 0 : values<ListEntry>()[row].size;
    bytes += static_cast<size_t>(child().data_bytes() *
                                 std::min<uint64_t>(reached, child().size()) / child().size());
  }
  return bytes;
}

size_t Column::long_text_bytes_by_code() const {
  if (!type_->is_string() || dictionary_->size() == 0) return 0;
  const StringView* texts = dictionary_->values().values<StringView>();
  size_t bytes = 0;
  for (uint32_t row = 0; row < size_; ++row) {
    // Of a NULL, or a row that nobody asks for, it may be garbage.
    const uint32_t code = codes()[row];
    if (code >= dictionary_->size() || is_null(row)) continue;
    bytes += texts[code].is_inline() ? 0 : texts[code].size();
  }
  return bytes;
}

size_t Column::kept_bytes() const {
  return is_dictionary() ? size_ * sizeof(uint32_t) : data_bytes();
}

Dictionary::Dictionary(Column values, bool unique)
    : values_(std::move(values)), unique_(unique), id_([] {
        static std::atomic<uint64_t> next{1};
        return next.fetch_add(1, std::memory_order_relaxed);
      }()) {
  ASSERT(values_.is_flat() && !values_.validity());
}

const uint64_t* Dictionary::keep_hashes(std::unique_ptr<uint64_t[]> hashes) const {
  const uint64_t* kept = nullptr;
  if (hashes_.compare_exchange_strong(kept, hashes.get(), std::memory_order_acq_rel))
    return hashes.release();
  return kept;
}

}  // namespace doline
