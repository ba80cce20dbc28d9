#include "column/column_builder.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace doline {

namespace {

size_t bytes_for(PhysicalType type, size_t rows) {
  return type == PhysicalType::kBool ? words_for_bits(rows) * 8 : width_of(type) * rows;
}

BufferRef grown(const BufferRef& old, size_t used_bytes, size_t bytes) {
  BufferRef buffer = Buffer::allocate(bytes);
  if (old) std::memcpy(buffer->data(), old->data(), used_bytes);
  return buffer;
}

}  // namespace

ColumnBuilder::ColumnBuilder(TypeRef type, uint32_t expected_rows)
    : type_(type), capacity_(std::max<uint32_t>(expected_rows, 16)) {
  values_ = Buffer::allocate(bytes_for(type->physical(), capacity_));
  if (type->physical() == PhysicalType::kList) {
    children_.emplace_back(type->child(), expected_rows);
  } else if (type->physical() == PhysicalType::kStruct) {
    for (const Field& field : type->fields()) children_.emplace_back(field.type, expected_rows);
  }
}

ColumnBuilder::ColumnBuilder(ColumnBuilder&&) noexcept = default;
ColumnBuilder::~ColumnBuilder() = default;

void ColumnBuilder::make_room() {
  if (size_ < capacity_) [[likely]]
    return;
  ASSERT(capacity_ <= (uint32_t{1} << 31));
  const uint32_t next = capacity_ * 2;
  values_ = grown(values_, bytes_for(type_->physical(), size_), bytes_for(type_->physical(), next));
  if (validity_) {
    BufferRef bitmap = make_full_bitmap(next);
    std::memcpy(bitmap->data(), validity_->data(), words_for_bits(size_) * 8);
    validity_ = std::move(bitmap);
  }
  capacity_ = next;
}

uint64_t* ColumnBuilder::validity() {
  if (!validity_) validity_ = make_full_bitmap(capacity_);
  return validity_->as<uint64_t>();
}

void ColumnBuilder::append_null() {
  make_room();
  clear_bit(validity(), size_);
  const PhysicalType physical = type_->physical();
  if (physical == PhysicalType::kStruct) {
    for (auto& child : children_) child.append_null();
  } else if (physical == PhysicalType::kList) {
    list_begin_ = children_[0].size();
    values_->as<ListEntry>()[size_] = ListEntry{list_begin_, 0};
  } else if (physical == PhysicalType::kBool) {
    clear_bit(values_->as<uint64_t>(), size_);
  } else {
    std::memset(values_->data() + width_of(physical) * size_, 0, width_of(physical));
  }
  ++size_;
}

void ColumnBuilder::append_bool(bool value) {
  make_room();
  assign_bit(values_->as<uint64_t>(), size_++, value);
}

void ColumnBuilder::append_text(std::string_view text) {
  make_room();
  if (text.size() <= StringView::kInlineBytes) {
    values_->as<StringView>()[size_++] = StringView(text);
    return;
  }
  if (!heap_) heap_ = make_ref<Arena>();
  values_->as<StringView>()[size_++] = StringView(heap_->copy(text));
}

void ColumnBuilder::append_value(const Value& value) {
  if (value.is_null()) return append_null();
  switch (type_->physical()) {
    case PhysicalType::kBool:
      return append_bool(value.as_bool());
    case PhysicalType::kInt8:
      return append(static_cast<int8_t>(value.as_integer()));
    case PhysicalType::kInt16:
      return append(static_cast<int16_t>(value.as_integer()));
    case PhysicalType::kInt32:
      return append(static_cast<int32_t>(value.as_integer()));
    case PhysicalType::kInt64:
      return append(static_cast<int64_t>(value.as_integer()));
    case PhysicalType::kInt128:
      return append(value.as_integer());
    case PhysicalType::kUInt8:
      return append(static_cast<uint8_t>(value.as_integer()));
    case PhysicalType::kUInt16:
      return append(static_cast<uint16_t>(value.as_integer()));
    case PhysicalType::kUInt32:
      return append(static_cast<uint32_t>(value.as_integer()));
    case PhysicalType::kUInt64:
      return append(static_cast<uint64_t>(value.as_integer()));
    case PhysicalType::kFloat:
      return append(static_cast<float>(value.as_real()));
    case PhysicalType::kDouble:
      return append(value.as_real());
    case PhysicalType::kString:
      return append_text(value.as_text());
    case PhysicalType::kInterval:
      return append(value.as_interval());
    case PhysicalType::kList:
      for (const Value& element : value.as_nested()) children_[0].append_value(element);
      return finish_list();
    case PhysicalType::kStruct:
      ASSERT(value.as_nested().size() == children_.size());
      for (size_t i = 0; i < children_.size(); ++i) children_[i].append_value(value.as_nested()[i]);
      return finish_struct();
  }
  UNREACHABLE();
}

void ColumnBuilder::append_from(const Column& column, uint32_t row) {
  if (column.is_null(row)) return append_null();
  if (column.is_dictionary())
    return append_from(column.dictionary()->values(), column.codes()[row]);
  const uint32_t at = column.index_of(row);
  switch (type_->physical()) {
    case PhysicalType::kBool:
      return append_bool(test_bit(column.bits(), at));
    case PhysicalType::kString:
      return append_text(column.values<StringView>()[at].view());
    case PhysicalType::kList: {
      const ListEntry entry = column.values<ListEntry>()[at];
      for (uint32_t i = 0; i < entry.size; ++i)
        children_[0].append_from(column.child(), entry.begin + i);
      return finish_list();
    }
    case PhysicalType::kStruct:
      for (size_t i = 0; i < children_.size(); ++i) children_[i].append_from(column.child(i), at);
      return finish_struct();
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kInt128:
    case PhysicalType::kUInt8:
    case PhysicalType::kUInt16:
    case PhysicalType::kUInt32:
    case PhysicalType::kUInt64:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kInterval: {
      make_room();
      const size_t width = width_of(type_->physical());
      std::memcpy(values_->data() + width * size_, column.values<std::byte>() + width * at, width);
      ++size_;
      return;
    }
  }
  UNREACHABLE();
}

void ColumnBuilder::append_from(const Column& column, const Selection& rows) {
  rows.for_each([&](uint32_t row) { append_from(column, row); });
}

ColumnBuilder& ColumnBuilder::child(size_t index) { return children_[index]; }

void ColumnBuilder::finish_list() {
  make_room();
  const uint32_t end = children_[0].size();
  values_->as<ListEntry>()[size_++] = ListEntry{list_begin_, end - list_begin_};
  list_begin_ = end;
}

void ColumnBuilder::finish_struct() {
  make_room();
  ++size_;
  for (const auto& child : children_) DCHECK(child.size() == size_);
}

void ColumnBuilder::truncate(uint32_t size) {
  ASSERT(size <= size_);
  if (validity_) {
    for (uint32_t row = size; row < size_; ++row) set_bit(validity_->as<uint64_t>(), row);
  }
  if (type_->physical() == PhysicalType::kList) {
    const auto* entries = values_->as<ListEntry>();
    list_begin_ = size == 0 ? 0 : entries[size - 1].begin + entries[size - 1].size;
    children_[0].truncate(list_begin_);
  } else {
    for (auto& child : children_) child.truncate(size);
  }
  size_ = size;
}

Column ColumnBuilder::seal() {
  const uint32_t size = std::exchange(size_, 0);
  BufferRef values = std::move(values_);
  BufferRef validity = std::move(validity_);
  values_ = Buffer::allocate(bytes_for(type_->physical(), capacity_));
  validity_ = nullptr;
  list_begin_ = 0;
  const PinRef pin = std::exchange(heap_, nullptr);
  if (type_->physical() == PhysicalType::kList) {
    return Column::list(type_, size, std::move(values), children_[0].seal(), std::move(validity));
  }
  if (type_->physical() == PhysicalType::kStruct) {
    std::vector<Column> columns;
    for (auto& child : children_) columns.push_back(child.seal());
    return Column::structure(type_, size, std::move(columns), std::move(validity));
  }
  return Column::flat(type_, size, std::move(values), std::move(validity), pin);
}

size_t ColumnBuilder::data_bytes() const {
  size_t bytes = bytes_for(type_->physical(), size_) + (heap_ ? heap_->held_bytes() : 0);
  for (const auto& child : children_) bytes += child.data_bytes();
  return bytes;
}

}  // namespace doline
