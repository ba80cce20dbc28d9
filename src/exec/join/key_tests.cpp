#include "exec/join/key_tests.h"

#include <algorithm>
#include <bit>

#include "kernel/hash_column.h"

namespace doline {

namespace {

/// A filter larger than a core's share of cache costs more than it saves.
constexpr size_t kMostBlocks = size_t{1} << 17;
/// More keys than this make a Bloom filter that costs more than it spares.
constexpr uint64_t kMostHashed = uint64_t{1} << 20;
/// Bits need no hash, and values that lie in order find theirs in the same cache line: they may be
/// more. All of them together take 8 MiB, and one core sets them while others may wait.
constexpr uint64_t kMostBits = uint64_t{1} << 26;
constexpr uint64_t kMostKeys = uint64_t{1} << 22;
/// Few keys far apart are better hashed: their blocks stay in the nearest cache.
constexpr uint64_t kMostBitsPerKey = 256;
constexpr uint64_t kFewBits = uint64_t{1} << 16;
/// Of the memory that is left a filter takes this share at most.
constexpr size_t kShareOfMemory = 16;

/// Calls body(rows, count) for all rows of the table.
template <class Body>
void for_each_batch(const JoinTable& table, Body&& body) {
  const std::byte* rows[kChunkRows];
  for (const RowPageRef& page : table.pages()) {
    for (uint32_t begin = 0; begin < page->size(); begin += kChunkRows) {
      const uint32_t count = std::min(kChunkRows, page->size() - begin);
      for (uint32_t i = 0; i < count; ++i) rows[i] = page->row(begin + i);
      body(rows, count);
    }
  }
}

/// The active rows of which passes(index among the active ones) says so.
template <class Passes>
Selection passing_rows(const Selection& active, Passes&& passes) {
  uint16_t rows[kChunkRows];
  uint32_t kept = 0, index = 0;
  active.for_each([&](uint32_t row) {
    rows[kept] = static_cast<uint16_t>(row);  // written always, kept if it passes: no branch
    kept += passes(index++);
  });
  if (kept == active.size()) return active;
  BufferRef list = Buffer::allocate(kept * sizeof(uint16_t));
  std::copy_n(rows, kept, list->as<uint16_t>());
  return Selection::of(std::move(list), kept);
}

class BoundsTest : public RowTest {
 public:
  explicit BoundsTest(ValueBounds bounds) : bounds_(std::move(bounds)) {}
  std::optional<ValueBounds> bounds() const override { return bounds_; }
  bool looks_at_rows() const override { return false; }
  Selection passing(const Column&, const Selection& active) const override { return active; }

 private:
  const ValueBounds bounds_;
};

class BitsTest final : public BoundsTest {
 public:
  BitsTest(ValueBounds bounds, KeyPlaces places, const JoinTable& table, size_t key, Budget& budget)
      : BoundsTest(std::move(bounds)),
        places_(places),
        // One more, never set: the place of all other values.
        bits_(Buffer::allocate_zeroed(words_for_bits(places.count() + 1) * 8, budget)) {
    const RowLayout& layout = *table.shape().layout;
    auto* const words = bits_->as<uint64_t>();
    for_each_batch(table, [&](const std::byte* const* rows, uint32_t count) {
      uint64_t found[kChunkRows];
      places_.find(gather_column(layout, key, rows, count), Selection::all(count), found);
      for (uint32_t i = 0; i < count; ++i) {
        if (!layout.is_null(rows[i], key)) set_bit(words, found[i]);
      }
    });
  }

  bool looks_at_rows() const override { return true; }
  Selection passing(const Column& values, const Selection& active) const override {
    uint64_t found[kChunkRows];
    places_.find(values, active, found);
    return passing_rows(active, [&, words = bits_->as<uint64_t>()](uint32_t i) {
      return test_bit(words, found[i]);
    });
  }

 private:
  const KeyPlaces places_;
  const BufferRef bits_;
};

/// Four bits in one 64-bit block (Putze, Sanders, Singler, WEA 2007).
uint64_t bits_of(uint64_t hash) {
  return (uint64_t{1} << (hash & 63)) | (uint64_t{1} << ((hash >> 6) & 63)) |
         (uint64_t{1} << ((hash >> 12) & 63)) | (uint64_t{1} << ((hash >> 18) & 63));
}

class BloomTest final : public BoundsTest {
 public:
  BloomTest(ValueBounds bounds, size_t blocks, const JoinTable& table, size_t key, Budget& budget)
      : BoundsTest(std::move(bounds)),
        blocks_(Buffer::allocate_zeroed(blocks * 8, budget)),
        mask_(blocks - 1) {
    const RowLayout& layout = *table.shape().layout;
    auto* const words = blocks_->as<uint64_t>();
    for_each_batch(table, [&](const std::byte* const* rows, uint32_t count) {
      uint64_t hashes[kChunkRows];
      if (layout.key_count() == 1) {
        for (uint32_t i = 0; i < count; ++i) hashes[i] = stored_hash(rows[i]);
      } else {
        hash_column(gather_column(layout, key, rows, count), Selection::all(count), hashes, false);
      }
      for (uint32_t i = 0; i < count; ++i) words[place_of(hashes[i])] |= bits_of(hashes[i]);
    });
  }

  bool looks_at_rows() const override { return true; }
  Selection passing(const Column& values, const Selection& active) const override {
    uint64_t hashes[kChunkRows];
    hash_column(values, active, hashes, false);
    return passing_rows(active, [&, words = blocks_->as<uint64_t>()](uint32_t i) {
      const uint64_t bits = bits_of(hashes[i]);
      return (words[place_of(hashes[i])] & bits) == bits;
    });
  }

 private:
  size_t place_of(uint64_t hash) const { return (hash >> 32) & mask_; }

  const BufferRef blocks_;
  const uint64_t mask_;
};

}  // namespace

std::shared_ptr<const RowTest> test_of_keys(ValueBounds bounds, const JoinTable& table, size_t key,
                                            Budget& budget) {
  const uint64_t keys = table.row_count();
  const size_t most_bytes = budget.available_bytes() / kShareOfMemory;
  if (bounds.lower && bounds.upper && keys <= kMostKeys) {
    const uint64_t most = std::max(kFewBits, std::min(kMostBits, keys * kMostBitsPerKey));
    const auto places =
        KeyPlaces::between(*bounds.lower, *bounds.upper, std::min(most, most_bytes * 8));
    if (places) return std::make_shared<BitsTest>(std::move(bounds), *places, table, key, budget);
  }
  const size_t blocks = std::bit_ceil(std::max<uint64_t>(16, keys / 5));
  if (keys <= kMostHashed && blocks <= std::min(kMostBlocks, most_bytes / 8))
    return std::make_shared<BloomTest>(std::move(bounds), blocks, table, key, budget);
  return std::make_shared<BoundsTest>(std::move(bounds));
}

}  // namespace doline
