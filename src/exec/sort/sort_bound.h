#pragma once

#include <memory>

#include "base/thread_safety.h"
#include "exec/runtime_filters.h"
#include "exec/sort/sort_shape.h"

namespace doline {

/// How far a bounded sort looks, as known while it takes rows in: what comes after a row that has
/// rows enough before it is not among the first. Any thread.
class SortBound final : public RowTest {
 public:
  /// `order`: of the first key, where scans ask for its values.
  SortBound(std::shared_ptr<const SortShape> shape, std::optional<SortOrder> order)
      : shape_(std::move(shape)), order_(std::move(order)) {}

  /// Rows of a greater first word come after the bound.
  uint64_t greatest_word() const { return greatest_word_.load(std::memory_order_relaxed); }
  /// Enough rows come no later than `last`, whose row is of `layout` and has its first key in
  /// `column`.
  void narrow(const SortEntry& last, const RowLayout& layout, uint32_t column);

  std::optional<ValueBounds> bounds() const override;
  Selection passing(const Column& values, const Selection& active) const override;

 private:
  bool is_nearer(const Value& value) const REQUIRES(mutex_);

  const std::shared_ptr<const SortShape> shape_;
  const std::optional<SortOrder> order_;
  std::atomic<uint64_t> greatest_word_{~uint64_t{0}};
  mutable Mutex mutex_;
  std::optional<Value> last_ GUARDED_BY(mutex_);  // the first key of a row with that word
};

}  // namespace doline
