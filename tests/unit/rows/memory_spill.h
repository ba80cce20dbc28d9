#pragma once

#include <cstring>
#include <vector>

#include "memory/spill.h"

namespace doline {

/// A spill file in memory.
class MemorySpill final : public SpillWriter {
 public:
  MemorySpill() = default;
  MemorySpill(const MemorySpill& other) : SpillWriter(), bytes(other.bytes) {}
  SpillExtent write(std::span<const std::byte> block) override {
    const SpillExtent extent{bytes.size(), block.size()};
    bytes.insert(bytes.end(), block.begin(), block.end());
    return extent;
  }
  void read(SpillExtent extent, std::span<std::byte> into) override {
    std::memcpy(into.data(), bytes.data() + extent.position, into.size());
  }
  uint64_t written_bytes() const noexcept override { return bytes.size(); }

  std::vector<std::byte> bytes;
};

}  // namespace doline
