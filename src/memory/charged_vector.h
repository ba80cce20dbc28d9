#pragma once

#include <vector>

#include "memory/budget.h"

namespace doline {

/// Charges a budget for what a standard container holds: for results that grow with their input
/// before they become a buffer. Error(kMemoryLimit) where it does not fit.
template <class T>
class ChargedAllocator {
 public:
  using value_type = T;

  explicit ChargedAllocator(Budget& budget = current_budget()) : budget_(&budget) {}
  template <class U>
  ChargedAllocator(const ChargedAllocator<U>& other) : budget_(other.budget()) {}

  T* allocate(size_t count) {
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_array_new_length();
    budget_->grow(count * sizeof(T));
    try {
      return std::allocator<T>().allocate(count);
    } catch (...) {
      budget_->shrink(count * sizeof(T));
      throw;
    }
  }
  void deallocate(T* data, size_t count) noexcept {
    std::allocator<T>().deallocate(data, count);
    budget_->shrink(count * sizeof(T));
  }
  const BudgetRef& budget() const { return budget_; }

  friend bool operator==(const ChargedAllocator& a, const ChargedAllocator& b) {
    return a.budget_ == b.budget_;
  }

 private:
  BudgetRef budget_;
};

template <class T>
using ChargedVector = std::vector<T, ChargedAllocator<T>>;

}  // namespace doline
