#include "format/json/column_slot.h"

#include <algorithm>
#include <cstring>

namespace doline {

namespace {

size_t bytes_for(PhysicalType type, size_t rows) {
  return type == PhysicalType::kBool ? words_for_bits(rows) * 8 : width_of(type) * rows;
}

}  // namespace

ColumnSlot::ColumnSlot(TypeRef type, bool generic) : type_(type) {
  if (generic) {
    generic_ = std::make_unique<ColumnBuilder>(type);
  }
}

void ColumnSlot::grow() {
  ASSERT(capacity_ <= (uint32_t{1} << 30));
  const uint32_t next = capacity_ == 0 ? kChunkRows : capacity_ * 2;
  BufferRef bigger = Buffer::allocate(bytes_for(type_->physical(), next));
  if (size_ > 0) std::memcpy(bigger->data(), values_->data(), bytes_for(type_->physical(), size_));
  values_ = std::move(bigger);
  if (validity_) {
    BufferRef bitmap = make_full_bitmap(next);
    std::memcpy(bitmap->data(), validity_->data(), words_for_bits(size_) * 8);
    validity_ = std::move(bitmap);
  }
  capacity_ = next;
}

uint64_t* ColumnSlot::validity() {
  if (!validity_) validity_ = make_full_bitmap(capacity_);
  return validity_->as<uint64_t>();
}

void ColumnSlot::append_null() {
  if (is_left_out_) return;
  if (generic_) return generic_->append_null();
  make_room();
  clear_bit(validity(), size_);
  const PhysicalType physical = type_->physical();
  if (physical == PhysicalType::kStruct) {
    for (ColumnSlot& child : children_) child.append_null();
  } else if (physical == PhysicalType::kList) {
    list_begin_ = children_[0].size();
    values_->as<ListEntry>()[size_] = {list_begin_, 0};
  } else if (physical == PhysicalType::kBool) {
    clear_bit(values_->as<uint64_t>(), size_);
  } else {
    std::memset(values_->data() + width_of(physical) * size_, 0, width_of(physical));
  }
  ++size_;
}

void ColumnSlot::append_view(std::string_view text, const char* readable_end) {
  make_room();
  StringView& out = values_->as<StringView>()[size_++];
  if (text.size() > StringView::kInlineBytes) {
    has_views_ = true;
    out = StringView(text);
  } else if (readable_end - text.data() < 12) {
    out = StringView(text);
  } else {
    // Without a branch on the length: what lies behind the text is masked away.
    const size_t size = text.size();
    const uint64_t head = uint64_t{load_unaligned<uint32_t>(text.data())} << 32;
    const uint64_t tail = load_unaligned<uint64_t>(text.data() + 4);
    const uint64_t words[2] = {(head & (low_mask(8 * std::min<size_t>(size, 4)) << 32)) | size,
                               size <= 4 ? 0 : tail & low_mask(8 * (size - 4))};
    out = load_unaligned<StringView>(words);
  }
}

void ColumnSlot::append_copy(std::string_view text) {
  make_room();
  if (text.size() > StringView::kInlineBytes) {
    if (!heap_) heap_ = make_ref<Arena>();
    text = heap_->copy(text);
  }
  values_->as<StringView>()[size_++] = StringView(text);
}

void ColumnSlot::finish_list() {
  make_room();
  const uint32_t end = children_[0].size();
  values_->as<ListEntry>()[size_++] = {list_begin_, end - list_begin_};
  list_begin_ = end;
}

void ColumnSlot::truncate(uint32_t size) {
  if (generic_) {
    if (size < generic_->size()) generic_->truncate(size);
    return;
  }
  if (validity_) {
    for (uint32_t row = size; row < size_; ++row) set_bit(validity_->as<uint64_t>(), row);
  }
  if (type_->physical() == PhysicalType::kList) {
    const uint32_t kept = std::min(size, size_);
    const auto* entries = kept == 0 ? nullptr : values_->as<ListEntry>() + kept - 1;
    // An element that was begun may lie behind the last row's, and it is not counted anywhere.
    list_begin_ = entries == nullptr ? 0 : entries->begin + entries->size;
    children_[0].truncate(list_begin_);
  } else {
    for (ColumnSlot& child : children_) child.truncate(size);
  }
  size_ = std::min(size, size_);
}

Column ColumnSlot::seal(const PinRef& pin) {
  if (generic_) return generic_->seal();
  const uint32_t size = std::exchange(size_, 0);
  capacity_ = 0;
  list_begin_ = 0;
  const bool has_views = std::exchange(has_views_, false);
  BufferRef values = std::exchange(values_, nullptr);
  BufferRef validity = std::exchange(validity_, nullptr);
  if (!values) values = Buffer::allocate(0);
  if (type_->physical() == PhysicalType::kList) {
    return Column::list(type_, size, std::move(values), children_[0].seal(pin),
                        std::move(validity));
  }
  if (type_->physical() == PhysicalType::kStruct) {
    std::vector<Column> columns;
    for (ColumnSlot& child : children_) {
      columns.push_back(child.is_left_out() ? Column::null(child.type(), size) : child.seal(pin));
    }
    return Column::structure(type_, size, std::move(columns), std::move(validity));
  }
  std::vector<PinRef> pins;
  if (heap_) pins.push_back(std::exchange(heap_, nullptr));
  if (has_views) pins.push_back(pin);
  return Column::flat(type_, size, std::move(values), std::move(validity),
                      combine_pins(std::move(pins)));
}

}  // namespace doline
