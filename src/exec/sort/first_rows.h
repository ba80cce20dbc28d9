#pragma once

#include <memory>

#include "base/thread_safety.h"
#include "exec/runtime_filters.h"
#include "exec/sort/sort_shape.h"

namespace doline {

/// What a bounded sort knows of its first rows while it takes rows in: none of them has a first
/// word greater than that of any row which has rows enough before it. Any thread.
class FirstRows final : public RowTest {
 public:
  FirstRows(std::shared_ptr<const SortShape> shape, std::optional<SortOrder> order)
      : shape_(std::move(shape)), order_(std::move(order)) {}

  uint64_t greatest_word() const { return greatest_word_.load(std::memory_order_relaxed); }
  /// Enough rows come no later than `row`, which is of a layout of the shape's, its first key in
  /// `column`.
  void narrow(uint64_t word, const RowLayout& layout, uint32_t column, const std::byte* row);

  std::optional<ValueBounds> bounds() const override;
  Selection passing(const Column& values, const Selection& active) const override;

 private:
  const std::shared_ptr<const SortShape> shape_;
  const std::optional<SortOrder> order_;  // of the first key
  std::atomic<uint64_t> greatest_word_{~uint64_t{0}};
  mutable Mutex mutex_;
  uint64_t last_word_ GUARDED_BY(mutex_) = ~uint64_t{0};
  std::optional<Value> last_ GUARDED_BY(mutex_);  // the first key of a row with that word
};

}  // namespace doline
