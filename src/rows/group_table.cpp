#include "rows/group_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rows/row_compare.h"

namespace doline {

namespace {

constexpr size_t kFewestSlots = 1024;
/// Slots within this much stay in a core's cache by themselves: fetching ahead only costs.
constexpr size_t kCachedSlotBytes = size_t{128} << 10;

/// Groups a number of slots has room for.
size_t limit_of(size_t slots) { return slots / 2 + slots / 8; }

}  // namespace

GroupTable::GroupTable(RowLayoutRef layout, Budget& budget, uint64_t hash_mask)
    : hash_mask_(hash_mask), pages_(std::move(layout), budget) {
  ASSERT(pages_.layout().stores_hash() && pages_.layout().key_count() > 0);
}

GroupTable::~GroupTable() = default;

bool GroupTable::must_fetch() const { return slot_bytes() > kCachedSlotBytes; }

size_t GroupTable::bytes_to_grow(uint32_t rows) const {
  const size_t row_bytes = size_t{rows} * layout().row_bytes();
  size_t capacity = std::max(capacity_, kFewestSlots);
  while (limit_of(capacity) < group_count_ + rows) capacity *= 2;
  // The old slots live until the new ones are filled.
  return row_bytes + (capacity > capacity_ ? capacity * sizeof(uint64_t) : 0);
}

void GroupTable::reserve(size_t groups) {
  grow_for(groups > group_count_ ? groups - group_count_ : 0);
}

void GroupTable::grow_for(size_t groups) {
  if (group_count_ + groups <= limit_of(capacity_)) [[likely]]
    return;
  size_t capacity = std::max(capacity_, kFewestSlots);
  while (limit_of(capacity) < group_count_ + groups) capacity *= 2;
  BufferRef buffer = Buffer::allocate_zeroed(capacity * sizeof(uint64_t), pages_.budget());
  auto* slots = buffer->as<uint64_t>();
  const uint64_t mask = capacity - 1;
  // Hashes come from the rows; they are fetched ahead as the old slots are read.
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < capacity_; ++i) {
    if (i + kAhead < capacity_ && slots_[i + kAhead] != 0)
      __builtin_prefetch(row_of(slots_[i + kAhead]));
    if (slots_[i] == 0) continue;
    uint64_t at = (stored_hash(row_of(slots_[i])) & hash_mask_) & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = slots_[i];
  }
  slots_buffer_ = std::move(buffer);
  slots_ = slots;
  capacity_ = capacity;
}

void GroupTable::write_new(std::span<const Column> keys) {
  if (new_rows_.empty()) return;
  const auto count = static_cast<uint32_t>(new_rows_.size());
  for (size_t key = 0; key < keys.size(); ++key) {
    RowPages::write_column(layout(), key, keys[key], new_sources_.data(), count, new_rows_.data());
  }
  new_rows_.clear();
  new_sources_.clear();
}

uint32_t GroupTable::keep_different(std::span<const Column> keys, const uint32_t* source,
                                    uint32_t* positions, uint32_t count,
                                    std::byte* const* rows) const {
  uint32_t same[kChunkRows];
  std::copy_n(positions, count, same);
  uint32_t same_count = count;
  uint32_t different = 0;
  for (size_t key = 0; key < keys.size() && same_count != 0; ++key) {
    same_count = split_by_key(layout(), key, keys[key], source, rows, same, same_count, positions,
                              different);
  }
  return different;
}

void GroupTable::find_or_create(std::span<const Column> keys, const Selection& active,
                                const uint64_t* hashes, std::byte** rows) {
  const uint32_t count = active.size();
  ASSERT(count <= kChunkRows && keys.size() == layout().key_count());
  grow_for(count);
  const uint64_t mask = capacity_ - 1;
  if (must_fetch()) {
    for (uint32_t i = 0; i < count; ++i)
      __builtin_prefetch(slots_ + (hashes[i] & hash_mask_ & mask));
  }
  uint32_t source[kChunkRows];
  if (const uint16_t* list = active.rows()) {
    for (uint32_t i = 0; i < count; ++i) source[i] = list[i];
  } else {
    for (uint32_t i = 0; i < count; ++i) source[i] = i;
  }
  uint64_t places[kChunkRows];
  uint32_t walking[kChunkRows];
  uint32_t walking_count = count;
  for (uint32_t i = 0; i < count; ++i) {
    places[i] = hashes[i] & hash_mask_ & mask;
    walking[i] = i;
  }
  while (walking_count != 0) {
    uint32_t met = 0;
    for (uint32_t k = 0; k < walking_count; ++k) {
      const uint32_t i = walking[k];
      const uint64_t hash = hashes[i] & hash_mask_;
      uint64_t at = places[i];
      uint64_t slot = slots_[at];
      while (slot != 0 && !same_salt(slot, hash)) {
        at = (at + 1) & mask;
        slot = slots_[at];
      }
      if (slot == 0) {
        const RowPages::Place place = pages_.allocate_row();
        std::memcpy(place.row, &hashes[i], sizeof(uint64_t));
        slots_[at] = slot_for(place.row, hash);
        ++group_count_;
        new_rows_.push_back(place);
        new_sources_.push_back(source[i]);
        rows[i] = place.row;
      } else {
        rows[i] = row_of(slot);
        __builtin_prefetch(rows[i]);
        walking[met++] = i;
      }
      places[i] = at;
    }
    write_new(keys);  // rows met later in this walk may be these
    walking_count = keep_different(keys, source, walking, met, rows);
    for (uint32_t k = 0; k < walking_count; ++k)
      places[walking[k]] = (places[walking[k]] + 1) & mask;
  }
}

void GroupTable::find_or_adopt(std::byte* const* candidates, uint32_t count, std::byte** found) {
  ASSERT(count <= kChunkRows);
  grow_for(count);
  const uint64_t mask = capacity_ - 1;
  uint64_t hashes[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) hashes[i] = stored_hash(candidates[i]) & hash_mask_;
  if (must_fetch()) {
    for (uint32_t i = 0; i < count; ++i) __builtin_prefetch(slots_ + (hashes[i] & mask), 1);
  }
  uint64_t places[kChunkRows];
  uint32_t walking[kChunkRows];
  uint32_t walking_count = count;
  for (uint32_t i = 0; i < count; ++i) {
    places[i] = hashes[i] & mask;
    walking[i] = i;
  }
  while (walking_count != 0) {
    uint32_t met = 0;
    for (uint32_t k = 0; k < walking_count; ++k) {
      const uint32_t i = walking[k];
      uint64_t at = places[i];
      uint64_t slot = slots_[at];
      while (slot != 0 && !same_salt(slot, hashes[i])) {
        at = (at + 1) & mask;
        slot = slots_[at];
      }
      if (slot == 0) {
        slots_[at] = slot_for(candidates[i], hashes[i]);
        ++group_count_;
        found[i] = candidates[i];
      } else {
        found[i] = row_of(slot);
        __builtin_prefetch(found[i]);
        walking[met++] = i;
      }
      places[i] = at;
    }
    walking_count = 0;
    for (uint32_t k = 0; k < met; ++k) {
      const uint32_t i = walking[k];
      if (same_keys(layout(), candidates[i], found[i])) continue;
      places[i] = (places[i] + 1) & mask;
      walking[walking_count++] = i;
    }
  }
}

RowPages GroupTable::take_pages() {
  RowPages taken(pages_.layout_ref(), pages_.budget());
  std::swap(taken, pages_);
  clear();
  return taken;
}

void GroupTable::clear() {
  pages_.clear();
  group_count_ = 0;
  if (capacity_ != 0) std::memset(slots_, 0, slot_bytes());
}

}  // namespace doline
