#pragma once

#include <vector>

#include "memory/budget.h"
#include "memory/page_pool.h"

namespace doline {

/// Charges a budget for what a standard container holds: for results that grow with their input
/// before they become a buffer. Error(kMemoryLimit) where it does not fit. Large pieces come from
/// the page pool, where those that others gave back need no first touch.
template <class T>
class ChargedAllocator {
 public:
  using value_type = T;

  explicit ChargedAllocator(Budget& budget = current_budget()) : budget_(&budget) {}
  template <class U>
  ChargedAllocator(const ChargedAllocator<U>& other) : budget_(other.budget()) {}

  T* allocate(size_t count) {
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_array_new_length();
    const size_t bytes = charged(count);
    budget_->grow(bytes);
    try {
      if (bytes < kPooledBytes) return std::allocator<T>().allocate(count);
      return reinterpret_cast<T*>(PagePool::instance().allocate(bytes));
    } catch (...) {
      budget_->shrink(bytes);
      throw;
    }
  }
  void deallocate(T* data, size_t count) noexcept {
    const size_t bytes = charged(count);
    if (bytes < kPooledBytes) {
      std::allocator<T>().deallocate(data, count);
    } else {
      PagePool::instance().free(reinterpret_cast<std::byte*>(data), bytes);
    }
    budget_->shrink(bytes);
  }
  const BudgetRef& budget() const { return budget_; }

  friend bool operator==(const ChargedAllocator& a, const ChargedAllocator& b) {
    return a.budget_ == b.budget_;
  }

 private:
  static constexpr size_t kPooledBytes = size_t{64} << 10;
  static size_t charged(size_t count) {
    const size_t bytes = count * sizeof(T);
    return bytes < kPooledBytes ? bytes : PagePool::rounded(bytes);
  }

  BudgetRef budget_;
};

template <class T>
using ChargedVector = std::vector<T, ChargedAllocator<T>>;

}  // namespace doline
