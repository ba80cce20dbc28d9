#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "memory/buffer.h"

namespace doline {

/// Bump allocation over blocks that grow from 4 KiB to 256 KiB (larger requests get a block of
/// their own). Freed as a whole. Owned by one thread while it is written; as a Pin it keeps
/// strings alive for any reader.
class Arena final : public Pin {
 public:
  explicit Arena(Budget& budget = current_budget(), size_t first_block_bytes = size_t{4} << 10);
  ~Arena() override;

  /// `alignment` is a power of two, at most 64. Charged with Budget::grow, a block at a time.
  std::byte* allocate(size_t bytes, size_t alignment = 8) {
    const size_t at = (position_ + alignment - 1) & ~(alignment - 1);
    if (at + bytes <= block_bytes_) [[likely]] {
      position_ = at + bytes;
      return block_ + at;
    }
    return allocate_block(bytes, alignment);
  }
  template <class T>
  T* allocate_array(size_t count) {
    return reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T)));
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    std::byte* at = allocate(text.size(), 1);
    std::memcpy(at, text.data(), text.size());
    return {reinterpret_cast<const char*>(at), text.size()};
  }
  /// Forgets everything; keeps nothing. Nobody may point into it any more.
  void clear() noexcept;

  size_t held_bytes() const noexcept override { return held_; }
  /// Of which in requests that got blocks of their own.
  size_t large_bytes() const noexcept { return large_; }
  Budget& budget() const { return *budget_; }

 private:
  struct Block {
    std::byte* data;
    size_t bytes;
  };
  std::byte* allocate_block(size_t bytes, size_t alignment);

  const BudgetRef budget_;
  std::byte* block_ = nullptr;
  size_t position_ = 0;
  size_t block_bytes_ = 0;
  size_t next_block_bytes_;
  size_t held_ = 0;
  size_t large_ = 0;
  std::vector<Block> blocks_;
};
using ArenaRef = Ref<Arena>;

}  // namespace doline
