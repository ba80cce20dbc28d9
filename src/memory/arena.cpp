#include "memory/arena.h"

#include <algorithm>

#include "memory/page_pool.h"

namespace doline {

namespace {
constexpr size_t kLargestBlockBytes = size_t{256} << 10;
}

Arena::Arena(Budget& budget, size_t first_block_bytes)
    : budget_(&budget), next_block_bytes_(PagePool::rounded(first_block_bytes)) {}

Arena::~Arena() { clear(); }

std::byte* Arena::allocate_block(size_t bytes, size_t alignment) {
  // Blocks are aligned to 64 bytes at least, so that the first request fits whatever it asks for.
  const bool own_block = bytes + alignment > kLargestBlockBytes;
  const size_t size = PagePool::rounded(std::max(bytes, own_block ? bytes : next_block_bytes_));
  budget_->grow(size);
  std::byte* data;
  try {
    blocks_.reserve(blocks_.size() + 1);
    data = PagePool::instance().allocate(size);
  } catch (...) {
    budget_->shrink(size);
    throw;
  }
  blocks_.push_back({data, size});
  held_ += size;
  if (own_block) {
    large_ += size;
    return data;  // the open block stays open for small requests
  }
  block_ = data;
  block_bytes_ = size;
  position_ = bytes;
  next_block_bytes_ = std::min(next_block_bytes_ * 2, kLargestBlockBytes);
  return data;
}

void Arena::clear() noexcept {
  for (const Block& block : blocks_) PagePool::instance().free(block.data, block.bytes);
  budget_->shrink(held_);
  blocks_.clear();
  held_ = large_ = 0;
  block_ = nullptr;
  position_ = block_bytes_ = 0;
}

}  // namespace doline
