#include "function/aggregate_storage.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/hash.h"

namespace doline {

void KeptBytes::assign(std::span<const std::byte> bytes, Arena& arena) {
  if (bytes.size() > capacity) {
    if (bytes.size() > (uint32_t{1} << 31))
      throw Error(ErrorCode::kOverflow, "a value of over 2 GiB in an aggregate");
    capacity = static_cast<uint32_t>(std::max<size_t>(16, std::bit_ceil(bytes.size())));
    data = arena.allocate(capacity, 1);
  }
  size = static_cast<uint32_t>(bytes.size());
  if (size != 0) std::memcpy(data, bytes.data(), size);
}

void KeptBytes::save(StateWriter& out) const {
  out.text({reinterpret_cast<const char*>(data), size});
}

void KeptBytes::load(StateReader& in, Arena& arena) {
  const std::string_view text = in.text();
  assign({reinterpret_cast<const std::byte*>(text.data()), text.size()}, arena);
}

std::byte* ByteChain::append(size_t size, Arena& arena) {
  constexpr size_t kSmallest = 32;
  constexpr size_t kLargest = size_t{64} << 10;
  if (!last || last->capacity - last->used < size) {
    const size_t grown = last ? std::min<size_t>(size_t{last->capacity} * 2, kLargest) : kSmallest;
    const size_t capacity = round_up(std::max(size, grown), 8);
    if (capacity > ~uint32_t{0})
      throw Error(ErrorCode::kOverflow, "a value of over 4 GiB in an aggregate");
    auto* chunk = reinterpret_cast<Chunk*>(arena.allocate(sizeof(Chunk) + capacity));
    *chunk = Chunk{nullptr, 0, static_cast<uint32_t>(capacity)};
    (last ? last->next : first) = chunk;
    last = chunk;
  }
  std::byte* at = last->data() + last->used;
  last->used += static_cast<uint32_t>(size);
  ++items;
  return at;
}

void ByteChain::append(std::span<const std::byte> bytes, Arena& arena) {
  std::byte* at = append(bytes.size(), arena);
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
}

void ByteChain::append_all(const ByteChain& other, Arena& arena) {
  const uint64_t all = items + other.items;
  other.for_each_chunk([&](std::span<const std::byte> bytes) { append(bytes, arena); });
  items = all;
}

size_t ByteChain::size_bytes() const {
  size_t bytes = 0;
  for_each_chunk([&](std::span<const std::byte> chunk) { bytes += chunk.size(); });
  return bytes;
}

void ByteChain::save(StateWriter& out) const {
  out.put(items);
  out.put(static_cast<uint64_t>(size_bytes()));
  for_each_chunk([&](std::span<const std::byte> chunk) { out.bytes(chunk.data(), chunk.size()); });
}

void ByteChain::load(StateReader& in, Arena& arena) {
  const auto count = in.get<uint64_t>();
  const auto size = in.get<uint64_t>();
  *this = ByteChain();
  if (size != 0) append(in.bytes(size), arena);
  items = count;
}

namespace {

/// Twice as many slots, as long as 32 bits count them.
uint32_t next_capacity(uint32_t capacity) {
  if (capacity >= uint32_t{1} << 31) {
    throw Error(ErrorCode::kMemoryLimit, "more than {} different values in one group",
                capacity / 3 * 2)
        .hint("count them by a subquery: SELECT count(*) FROM (SELECT DISTINCT …)");
  }
  return capacity == 0 ? 4 : capacity * 2;
}

}  // namespace

void ValueTable::grow(Arena& arena) {
  capacity = next_capacity(capacity);
  slots = arena.allocate_array<uint64_t>(capacity);
  std::fill_n(slots, capacity, uint64_t{0});
  for_each([&](const Entry& entry) {
    uint64_t at = entry.hash & (capacity - 1);
    while (slots[at] != 0) at = (at + 1) & (capacity - 1);
    slots[at] = slot_for(&entry);
  });
}

ValueTable::Entry& ValueTable::find_or_add(std::span<const std::byte> bytes, uint64_t hash,
                                           Arena& arena, size_t tail_bytes) {
  if (size() + size() / 2 >= capacity) grow(arena);
  uint64_t at = slot_of(hash, hash);
  while (slots[at] != 0) {
    Entry* entry = entry_in(slots[at]);
    if (entry->hash == hash && entry->size == bytes.size() &&
        (bytes.empty() || std::memcmp(entry->bytes().data(), bytes.data(), bytes.size()) == 0)) {
      return *entry;
    }
    at = slot_of(hash, at + 1);
  }
  const size_t room = round_up(bytes.size() + tail_bytes, alignof(Entry));
  auto* entry = reinterpret_cast<Entry*>(entries.append(sizeof(Entry) + room, arena));
  *entry = Entry{hash, 0, static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(room)};
  auto* kept = reinterpret_cast<std::byte*>(entry + 1);
  if (!bytes.empty()) std::memcpy(kept, bytes.data(), bytes.size());
  std::memset(kept + bytes.size(), 0, room - bytes.size());
  slots[at] = slot_for(entry);
  entry_bytes += sizeof(Entry) + room;
  return *entry;
}

void ValueTable::save(StateWriter& out) const {
  out.put(size());
  for_each([&](const Entry& entry) {
    out.put(entry.hash);
    out.put(entry.count);
    out.put(entry.size);
    out.bytes(entry.bytes().data(), entry.size);
  });
}

void ValueTable::load(StateReader& in, Arena& arena) {
  const auto count = in.get<uint32_t>();
  for (uint32_t i = 0; i < count; ++i) {
    const auto hash = in.get<uint64_t>();
    const auto times = in.get<uint64_t>();
    find_or_add(in.bytes(in.get<uint32_t>()), hash, arena).count += times;
  }
}

void WordSet::reserve(uint64_t count, Arena& arena) {
  const uint64_t wanted = size + count;
  uint32_t room = capacity;
  while (wanted + wanted / 2 >= room) room = next_capacity(room);
  if (room != capacity) grow(room, arena);
}

void WordSet::grow(uint32_t new_capacity, Arena& arena) {
  const uint64_t* old = slots;
  const uint32_t old_capacity = std::exchange(capacity, new_capacity);
  slots = arena.allocate_array<uint64_t>(capacity);
  std::fill_n(slots, capacity, uint64_t{0});
  for (uint32_t i = 0; i < old_capacity; ++i) {
    if (old[i] == 0) continue;
    uint64_t at = hash_u64(old[i]) & (capacity - 1);
    while (slots[at] != 0) at = (at + 1) & (capacity - 1);
    slots[at] = old[i];
  }
}

std::span<uint64_t> WordSet::take_sorted() {
  uint64_t* to = slots;
  for (uint32_t i = 0; i < capacity; ++i) {
    if (slots[i] != 0) *to++ = slots[i];
  }
  const std::span<uint64_t> words(slots, to);
  *this = WordSet();
  std::sort(words.begin(), words.end());
  return words;
}

bool WordSet::add(uint64_t word, uint64_t hash, Arena& arena) {
  if (word == 0) return std::exchange(has_zero, 1) == 0;
  if (size + size / 2 >= capacity) grow(next_capacity(capacity), arena);
  uint64_t at = hash & (capacity - 1);
  while (slots[at] != 0) {
    if (slots[at] == word) return false;
    at = (at + 1) & (capacity - 1);
  }
  slots[at] = word;
  ++size;
  return true;
}

}  // namespace doline
