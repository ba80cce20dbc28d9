#pragma once

#include <algorithm>
#include <span>

#include "column/column_builder.h"
#include "function/state_bytes.h"
#include "memory/arena.h"

namespace doline {

// What aggregates of unbounded size keep: plain structures whose memory lies in the arena given
// to update, found through pointers, so that states may be moved with memcpy. A zeroed structure
// is an empty one. Nothing is freed before the arena is.

/// Bytes that are replaced now and then: the present minimum, the argument of arg_max.
struct KeptBytes {
  std::byte* data = nullptr;
  uint32_t size = 0;
  uint32_t capacity = 0;

  void assign(std::span<const std::byte> bytes, Arena& arena);
  std::span<const std::byte> view() const { return {data, size}; }
  void save(StateWriter& out) const;
  void load(StateReader& in, Arena& arena);
};

/// A list of items of any size, in chunks that grow from 32 bytes to 64 KiB. Items are not split.
struct ByteChain {
  struct Chunk {
    Chunk* next;
    uint32_t used;
    uint32_t capacity;
    std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
    const std::byte* data() const { return reinterpret_cast<const std::byte*>(this + 1); }
  };
  Chunk* first = nullptr;
  Chunk* last = nullptr;
  uint64_t items = 0;

  /// Room for one more item.
  std::byte* append(size_t size, Arena& arena);
  void append(std::span<const std::byte> bytes, Arena& arena);
  template <class T>
  void append_value(T value, Arena& arena) {
    std::memcpy(append(sizeof value, arena), &value, sizeof value);
  }
  void append_all(const ByteChain& other, Arena& arena);
  /// body(span) for each chunk's bytes: whole items, in order.
  template <class Body>
  void for_each_chunk(Body&& body) const {
    for (const Chunk* chunk = first; chunk; chunk = chunk->next) {
      body(std::span<const std::byte>(chunk->data(), chunk->used));
    }
  }
  size_t size_bytes() const;
  void save(StateWriter& out) const;
  void load(StateReader& in, Arena& arena);
};

/// Distinct byte strings, each with a count, in order of first appearance: DISTINCT, mode,
/// histogram. Open addressing; entries stay where they are. They lie in a chain of their own, so
/// that going through all of one table reads memory in its order, and a slot holds 16 bits of its
/// entry's hash above the address, so that entries of other values are not looked at.
struct ValueTable {
  struct Entry {
    uint64_t hash;
    uint64_t count;
    uint32_t size;
    uint32_t room;  // of the bytes and the tail, padded: the next entry lies behind it
    std::span<const std::byte> bytes() const {
      return {reinterpret_cast<const std::byte*>(this + 1), size};
    }
  };
  uint64_t* slots = nullptr;  // 0: free
  ByteChain entries;
  uint32_t capacity = 0;  // a power of two, or 0
  uint64_t entry_bytes = 0;

  uint32_t size() const { return static_cast<uint32_t>(entries.items); }
  /// The entry made first; null when there is none.
  const Entry* first() const {
    return entries.first ? reinterpret_cast<const Entry*>(entries.first->data()) : nullptr;
  }
  /// The entry of `bytes`, made with count 0 when absent; its hash must be a function of the bytes.
  /// Behind the bytes lie `tail_bytes` more, zero at first, for whoever keeps something by value.
  Entry& find_or_add(std::span<const std::byte> bytes, uint64_t hash, Arena& arena,
                     size_t tail_bytes = 0);
  /// body(theirs, ours) for each entry of `other`, ours made with count 0 when absent.
  template <class Body>
  void merge(const ValueTable& other, Arena& arena, size_t tail_bytes, Body&& body) {
    constexpr size_t kAhead = 16;
    const Entry* waiting[kAhead];
    size_t met = 0;
    const auto take = [&](size_t number) {
      const Entry& theirs = *waiting[number % kAhead];
      body(theirs, find_or_add(theirs.bytes(), theirs.hash, arena, tail_bytes));
    };
    other.for_each([&](const Entry& entry) {
      if (met >= kAhead) take(met - kAhead);
      if (met >= kAhead / 2) prefetch_entry(waiting[(met - kAhead / 2) % kAhead]->hash);
      prefetch_slot(entry.hash);
      waiting[met++ % kAhead] = &entry;
    });
    for (size_t left = std::min(met, kAhead); left > 0; --left) take(met - left);
  }
  /// For tables beyond the caches, in this order, each some look-ups ahead of find_or_add.
  void prefetch_slot(uint64_t hash) const {
    if (capacity != 0) __builtin_prefetch(slots + (hash & (capacity - 1)));
  }
  void prefetch_entry(uint64_t hash) const {
    if (capacity == 0) return;
    const uint64_t slot = slots[slot_of(hash, hash)];
    if (slot == 0) return;
    const auto* entry = reinterpret_cast<const std::byte*>(entry_in(slot));
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + 64);
  }
  template <class Body>
  void for_each(Body&& body) const {
    entries.for_each_chunk([&](std::span<const std::byte> chunk) {
      for (size_t at = 0; at < chunk.size();) {
        const Entry& entry = *reinterpret_cast<const Entry*>(chunk.data() + at);
        body(entry);
        at += sizeof(Entry) + entry.room;
      }
    });
  }
  void save(StateWriter& out) const;
  void load(StateReader& in, Arena& arena);
  /// In the arena, about.
  size_t held_bytes() const { return size_t{capacity} * sizeof(uint64_t) + entry_bytes; }
  /// The entries in order, in the memory of the slots. The table is empty then.
  template <class Less>
  std::span<const Entry*> take_sorted(Less less) {
    static_assert(sizeof(const Entry*) == sizeof(uint64_t));
    auto** to = reinterpret_cast<const Entry**>(slots);
    for_each([&](const Entry& entry) { *to++ = &entry; });
    const std::span<const Entry*> sorted(reinterpret_cast<const Entry**>(slots), to);
    *this = ValueTable();
    std::sort(sorted.begin(), sorted.end(),
              [&](const Entry* a, const Entry* b) { return less(*a, *b); });
    return sorted;
  }

 private:
  static constexpr uint32_t kTagShift = 48;  // addresses of a process have no more bits
  static Entry* entry_in(uint64_t slot) {
    return reinterpret_cast<Entry*>(slot & ((uint64_t{1} << kTagShift) - 1));
  }
  static uint64_t slot_for(const Entry* entry) {
    DCHECK(reinterpret_cast<uint64_t>(entry) >> kTagShift == 0);
    return (entry->hash >> kTagShift << kTagShift) | reinterpret_cast<uint64_t>(entry);
  }
  /// The first slot from `at` on that is free or has the hash's tag.
  uint64_t slot_of(uint64_t hash, uint64_t at) const {
    at &= capacity - 1;
    while (slots[at] != 0 && (slots[at] ^ hash) >> kTagShift != 0) at = (at + 1) & (capacity - 1);
    return at;
  }
  void grow(Arena& arena);
};

/// Distinct 64-bit words: DISTINCT over numbers.
struct WordSet {
  uint64_t* slots = nullptr;  // 0: free
  uint32_t capacity = 0;
  uint32_t size = 0;  // without the zero word
  uint64_t has_zero = 0;

  /// True when `word` was not there.
  bool add(uint64_t word, uint64_t hash, Arena& arena);
  /// Room for `count` more. Needed before words come in another set's order: that is the order of
  /// their places here too, and a table that is still too small would fill up from the front.
  void reserve(uint64_t count, Arena& arena);
  void prefetch(uint64_t hash) const {
    if (capacity != 0) __builtin_prefetch(slots + (hash & (capacity - 1)));
  }
  template <class Body>
  void for_each(Body&& body) const {
    if (has_zero) body(uint64_t{0});
    for (uint32_t i = 0; i < capacity; ++i) {
      if (slots[i] != 0) body(slots[i]);
    }
  }
  /// In the arena, and the zero word.
  size_t held_bytes() const { return (capacity + has_zero) * sizeof(uint64_t); }
  /// The words but the zero one in order, in the memory of the slots. The set is empty then.
  std::span<uint64_t> take_sorted();

 private:
  void grow(uint32_t new_capacity, Arena& arena);
};

}  // namespace doline
