#include "exec/runtime_filters.h"

#include <bit>

#include "kernel/hash_column.h"

namespace doline {

namespace {

/// A filter larger than a core's share of cache costs more than it saves.
constexpr size_t kMostBlocks = size_t{1} << 17;

/// Four bits in one 64-bit block (Putze, Sanders, Singler, WEA 2007).
uint64_t bits_of(uint64_t hash) {
  return (uint64_t{1} << (hash & 63)) | (uint64_t{1} << ((hash >> 6) & 63)) |
         (uint64_t{1} << ((hash >> 12) & 63)) | (uint64_t{1} << ((hash >> 18) & 63));
}

}  // namespace

RuntimeFilterRef RuntimeFilters::subscribe(int64_t id, uint32_t column) {
  auto filter = make_ref<PublishedFilter>();
  filter->column = column;
  by_id_[id].push_back(filter);
  return filter;
}

void PublishedFilter::publish(std::optional<Value> low, std::optional<Value> high,
                              const std::vector<uint64_t>& hashes, bool bounds_only) {
  lower = std::move(low);
  upper = std::move(high);
  const size_t blocks = std::bit_ceil(std::max<size_t>(16, hashes.size() / 5));
  if (!bounds_only && blocks <= kMostBlocks) {
    blocks_.assign(blocks, 0);
    mask_ = blocks - 1;
    for (uint64_t hash : hashes) blocks_[(hash >> 32) & mask_] |= bits_of(hash);
  }
  is_ready.store(true, std::memory_order_release);
}

Selection PublishedFilter::probe(const Column& values, const Selection& active) const {
  if (blocks_.empty() || active.empty()) return active;
  std::vector<uint64_t> hashes(active.size());
  hash_column(values, active, hashes.data(), false);
  std::vector<uint64_t> kept(words_for_bits(values.size()));
  uint32_t index = 0;
  active.for_each([&](uint32_t row) {
    const uint64_t hash = hashes[index++];
    const uint64_t bits = bits_of(hash);
    if ((blocks_[(hash >> 32) & mask_] & bits) == bits) set_bit(kept.data(), row);
  });
  return Selection::from_bits(kept.data(), active);
}

}  // namespace doline
