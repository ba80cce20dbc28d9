#pragma once

#include <atomic>

#include "memory/spill.h"

namespace doline {

/// The query's spill file as one operator sees it: counts what goes through. Thread-safe.
class AccountSpill final : public SpillWriter {
 public:
  explicit AccountSpill(SpillWriterRef file) : file_(std::move(file)) {}
  SpillExtent write(std::span<const std::byte> bytes) override {
    const SpillExtent extent = file_->write(bytes);
    written_.fetch_add(extent.size_bytes, std::memory_order_relaxed);
    return extent;
  }
  void read(SpillExtent extent, std::span<std::byte> into) override {
    file_->read(extent, into);
    read_.fetch_add(extent.size_bytes, std::memory_order_relaxed);
  }
  uint64_t written_bytes() const noexcept override {
    return written_.load(std::memory_order_relaxed);
  }
  uint64_t read_bytes() const noexcept { return read_.load(std::memory_order_relaxed); }

 private:
  const SpillWriterRef file_;
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
};

}  // namespace doline
