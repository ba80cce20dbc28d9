#include "rows/row_layout.h"

#include <algorithm>
#include <numeric>

#include "base/bits.h"

namespace doline {

namespace {

RowLayout::Slot slot_for(TypeRef type) {
  RowLayout::Slot slot{type, RowLayout::Shape::kFixed, 0,
                       static_cast<uint32_t>(width_of(type->physical()))};
  if (type->is_nested()) {
    slot.shape = RowLayout::Shape::kNested;
    slot.width = 16;
  } else if (type->is_string()) {
    slot.shape = RowLayout::Shape::kText;
  } else if (type->physical() == PhysicalType::kBool) {
    slot.width = 1;
  }
  return slot;
}

}  // namespace

RowLayoutRef RowLayout::create(std::vector<TypeRef> columns, Options options) {
  return RowLayoutRef(new RowLayout(std::move(columns), std::move(options)));
}

RowLayout::~RowLayout() = default;

RowLayout::RowLayout(std::vector<TypeRef> columns, Options options)
    : key_count_(options.key_count),
      stores_hash_(options.stores_hash),
      initial_states_(std::move(options.initial_states)) {
  ASSERT(key_count_ <= columns.size());
  ASSERT(options.state_alignment <= 16);
  for (TypeRef type : columns) {
    slots_.push_back(slot_for(type));
    has_heap_ |= slots_.back().shape != Shape::kFixed;
  }
  // Wide columns first: no padding between them, and keys of one width keep their order.
  std::vector<size_t> order(slots_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return slots_[a].width != slots_[b].width ? slots_[a].width > slots_[b].width : a < b;
  });
  uint32_t at = stores_hash_ ? 8 : 0;
  for (size_t column : order) {
    slots_[column].offset = at;
    at += slots_[column].width;
  }
  validity_offset_ = at;
  at += validity_bytes();
  const uint32_t alignment =
      initial_states_.empty() ? 8 : std::max<uint32_t>(8, options.state_alignment);
  state_offset_ = static_cast<uint32_t>(round_up(at, alignment));
  row_bytes_ = static_cast<uint32_t>(round_up(state_offset_ + initial_states_.size(), alignment));
  null_row_.resize(row_bytes_);
  blank_offset_ = validity_offset_ & ~uint32_t{7};
  blank_row_.resize(row_bytes_);
  std::fill_n(blank_row_.begin() + validity_offset_, validity_bytes(), std::byte{0xFF});
  std::copy(initial_states_.begin(), initial_states_.end(), blank_row_.begin() + state_offset_);
}

}  // namespace doline
