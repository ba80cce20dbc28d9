#pragma once

#include <span>
#include <vector>

#include "column/column.h"
#include "rows/row_pages.h"

namespace doline {

/// Finds the row of each group: open addressing with linear probing over 64-bit slots, which hold
/// 16 bits of the hash (the salt) and the row's address; the rows, keys in front and aggregate
/// states behind, lie in RowPages. NULL equals NULL, -0.0 equals 0.0, NaN equals NaN.
///
/// A batch goes through in separate loops, so that cache misses overlap: fetch slots, walk them to
/// an empty slot or a matching salt, fetch rows, compare keys column by column; what differs after
/// all walks on. Owned by one thread.
///
/// Invariants: (1) a slot is 0 or leads to a row of this table; (2) at most five eighths of
/// the slots are taken, so every walk ends; (3) every row's stored hash is the one it was found by.
class GroupTable {
 public:
  /// The layout stores hashes and has at least one key. `hash_mask` narrows hashes: tests force
  /// collisions with it.
  GroupTable(RowLayoutRef layout, Budget& budget, uint64_t hash_mask = ~uint64_t{0});
  ~GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  /// rows[i] = the row of the group that the i-th active row belongs to, made where there is none:
  /// keys written, states initial. hashes[i] as hash_column gives them. At most kChunkRows.
  void find_or_create(std::span<const Column> keys, const Selection& active, const uint64_t* hashes,
                      std::byte** rows);

  /// For each of `candidates`, rows of the same layout in pages that outlive this table's use:
  /// found[i] = the row already known under its keys, or the candidate itself, which the table then
  /// knows. At most kChunkRows. Nothing is copied.
  void find_or_adopt(std::byte* const* candidates, uint32_t count, std::byte** found);

  size_t group_count() const { return group_count_; }
  /// Rows made by find_or_create.
  RowPages& pages() { return pages_; }
  const RowLayout& layout() const { return pages_.layout(); }
  /// Of slots and rows.
  size_t held_bytes() const { return slot_bytes() + pages_.held_bytes(); }
  size_t slot_bytes() const { return capacity_ * sizeof(uint64_t); }
  /// What `rows` more groups may need: slots if the table has to grow, and their rows.
  size_t bytes_to_grow(uint32_t rows) const;
  /// Sizes the slots for that many groups at once.
  void reserve(size_t groups);

  /// The rows so far, to be kept by the caller; the table is empty again, its slots zeroed.
  RowPages take_pages();
  void clear();

 private:
  static constexpr uint64_t kAddress = (uint64_t{1} << 48) - 1;
  static std::byte* row_of(uint64_t slot) { return reinterpret_cast<std::byte*>(slot & kAddress); }
  static bool same_salt(uint64_t slot, uint64_t hash) { return ((slot ^ hash) >> 48) == 0; }
  static uint64_t slot_for(const std::byte* row, uint64_t hash) {
    return (hash & ~kAddress) | reinterpret_cast<uint64_t>(row);
  }
  bool must_fetch() const;
  void grow_for(size_t groups);
  void write_new(std::span<const Column> keys);
  /// Keeps the positions whose keys differ at the front of `positions`; returns how many.
  uint32_t keep_different(std::span<const Column> keys, const uint32_t* source, uint32_t* positions,
                          uint32_t count, std::byte* const* rows) const;

  const uint64_t hash_mask_;
  RowPages pages_;
  size_t capacity_ = 0;  // slots, a power of two
  size_t group_count_ = 0;
  BufferRef slots_buffer_;
  uint64_t* slots_ = nullptr;
  /// Rows made in this walk whose keys are still to be written.
  std::vector<RowPages::Place> new_rows_;
  std::vector<uint32_t> new_sources_;
};

}  // namespace doline
