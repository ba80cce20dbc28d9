#pragma once

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
/// histogram. Open addressing; entries stay where they are.
struct ValueTable {
  struct Entry {
    uint64_t hash;
    uint64_t count;
    Entry* next;
    uint32_t size;
    std::span<const std::byte> bytes() const {
      return {reinterpret_cast<const std::byte*>(this + 1), size};
    }
  };
  Entry** slots = nullptr;
  Entry* first = nullptr;
  Entry* last = nullptr;
  uint32_t capacity = 0;  // a power of two, or 0
  uint32_t size = 0;

  /// The entry of `bytes`, made with count 0 when absent; its hash must be a function of the bytes.
  /// Behind the bytes lie `tail_bytes` more, zero at first, for whoever keeps something by value.
  Entry& find_or_add(std::span<const std::byte> bytes, uint64_t hash, Arena& arena,
                     size_t tail_bytes = 0);
  /// For tables beyond the caches, in this order, each some look-ups ahead of find_or_add.
  void prefetch_slot(uint64_t hash) const {
    if (capacity != 0) __builtin_prefetch(slots + (hash & (capacity - 1)));
  }
  void prefetch_entry(uint64_t hash) const {
    if (capacity == 0) return;
    const auto* entry = reinterpret_cast<const std::byte*>(slots[hash & (capacity - 1)]);
    if (!entry) return;
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + 64);
  }
  template <class Body>
  void for_each(Body&& body) const {
    for (const Entry* entry = first; entry; entry = entry->next) body(*entry);
  }
  void save(StateWriter& out) const;
  void load(StateReader& in, Arena& arena);

 private:
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

 private:
  void grow(uint32_t new_capacity, Arena& arena);
};

}  // namespace doline
