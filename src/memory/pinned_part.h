#pragma once

#include <span>

#include "memory/buffer.h"

namespace doline {

/// What many keep together, as a pin that counts only the share of one of them: who keeps few of
/// that one's rows shall not copy them because the others' lie in the same block.
class PinnedPart final : public Pin {
 public:
  /// `block`: where `whole` has everything that views into it reach.
  PinnedPart(PinRef whole, std::span<const std::byte> block, size_t share_bytes)
      : whole_(std::move(whole)), block_(block), share_bytes_(share_bytes) {}
  size_t held_bytes() const noexcept override { return share_bytes_; }
  std::span<const std::byte> block() const { return block_; }

 private:
  const PinRef whole_;
  const std::span<const std::byte> block_;
  const size_t share_bytes_;
};

/// The one block of memory that a pin keeps for views; empty where it is null or keeps several.
std::span<const std::byte> block_of(const Pin* pin);

}  // namespace doline
