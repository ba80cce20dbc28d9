#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ref.h"
#include "memory/budget.h"

namespace doline {

/// Anything that keeps bytes alive which others point into: a buffer, an arena of strings, a
/// decompressed page, an imported Arrow array.
class Pin : public RefCounted {
 public:
  /// Bytes held in memory by this pin, for deciding when few survivors should be copied out.
  virtual size_t held_bytes() const noexcept = 0;
};
using PinRef = Ref<const Pin>;

/// Several pins as one. Returns the only one, or null, where there is nothing to combine.
PinRef combine_pins(std::vector<PinRef> pins);

class Buffer;
using BufferRef = Ref<Buffer>;

/// A block of memory, 64-byte aligned, readable for 64 bytes past its size (padding).
/// Written by its only holder; sealed once shared. Charged to a budget while it lives.
class Buffer final : public Pin {
 public:
  static constexpr size_t kPaddingBytes = 64;

  /// Uninitialised. Charged to `budget` with Budget::grow.
  static BufferRef allocate(size_t size_bytes, Budget& budget = current_budget());
  static BufferRef allocate_zeroed(size_t size_bytes, Budget& budget = current_budget());
  static BufferRef copy_of(std::span<const std::byte> bytes, Budget& budget = current_budget());

  std::byte* data() noexcept { return data_; }
  const std::byte* data() const noexcept { return data_; }
  template <class T>
  T* as() noexcept {
    return reinterpret_cast<T*>(data_);
  }
  template <class T>
  const T* as() const noexcept {
    return reinterpret_cast<const T*>(data_);
  }
  size_t size_bytes() const noexcept { return size_; }
  size_t capacity_bytes() const noexcept { return capacity_; }
  size_t held_bytes() const noexcept override { return capacity_; }
  /// Within capacity_bytes(): never reallocates.
  void resize(size_t size_bytes);

  ~Buffer() override;

 private:
  Buffer(std::byte* data, size_t size, size_t capacity, BudgetRef budget)
      : data_(data), size_(size), capacity_(capacity), budget_(std::move(budget)) {}

  std::byte* const data_;
  size_t size_;
  const size_t capacity_;
  const BudgetRef budget_;
};

}  // namespace doline
