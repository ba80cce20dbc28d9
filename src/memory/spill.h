#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ref.h"
#include "memory/budget.h"

namespace doline {

/// Where a block of spilled bytes lies; given by SpillWriter::write, taken by SpillWriter::read.
struct SpillExtent {
  uint64_t position = 0;
  uint64_t size_bytes = 0;
};

/// One query's spill file. Blocks carry checksums; a damaged one is Error(kCorrupt), a full disk
/// or limit Error(kDiskLimit). Thread-safe.
class SpillWriter : public RefCounted {
 public:
  virtual SpillExtent write(std::span<const std::byte> bytes) = 0;
  /// `into` has exactly extent.size_bytes.
  virtual void read(SpillExtent extent, std::span<std::byte> into) = 0;
  virtual uint64_t written_bytes() const noexcept = 0;
};
using SpillWriterRef = Ref<SpillWriter>;

/// State of an operator that can move to disk.
class Spillable {
 public:
  virtual ~Spillable() = default;
  /// O(1), approximate.
  virtual size_t spillable_bytes() const = 0;
  /// Frees about `wanted` bytes or more; returns what it freed. Called by the thread that owns
  /// the state, or while its owner is paused.
  virtual size_t spill(size_t wanted, SpillWriter& writer) = 0;
};

enum class Grant : uint8_t {
  kGranted,   // the bytes are charged
  kOverdraft, // nothing was left to spill: charged beyond the soft limit
};

/// Decides who makes room. One a query. Called at chunk boundaries, with no locks held.
class Arbiter {
 public:
  virtual ~Arbiter() = default;
  /// Charges `bytes` to `budget`, spilling `self` first where there is no room. Throws
  /// Error(kMemoryLimit) when even spilling makes none.
  virtual Grant ensure(Budget& budget, size_t bytes, Spillable& self) = 0;
};

}  // namespace doline
