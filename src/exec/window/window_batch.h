#pragma once

#include <cstdint>
#include <span>

namespace doline {

/// Rows [begin, end) in WindowRows' numbering.
struct RowRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

/// Rows [begin, end) of a batch that are of one partition.
struct PartitionRun {
  RowRange partition;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// The rows of one chunk, which are answered together.
struct WindowBatch {
  size_t chunk = 0;
  uint64_t row = 0;  // of the first one
  uint32_t count = 0;
  std::span<const PartitionRun> runs;
  /// By row, what the call at hand asked for: those that sort equal, and the frame, without what
  /// EXCLUDE takes out of it.
  const RowRange* peers = nullptr;
  const RowRange* frames = nullptr;
};

}  // namespace doline
