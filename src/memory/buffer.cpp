#include "memory/buffer.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "memory/page_pool.h"

namespace doline {

namespace {

class PinSet final : public Pin {
 public:
  explicit PinSet(std::vector<PinRef> pins) : pins_(std::move(pins)) {}
  size_t held_bytes() const noexcept override {
    size_t sum = 0;
    for (const auto& pin : pins_) sum += pin->held_bytes();
    return sum;
  }

 private:
  const std::vector<PinRef> pins_;
};

}  // namespace

PinRef combine_pins(std::vector<PinRef> pins) {
  std::sort(pins.begin(), pins.end(),
            [](const PinRef& a, const PinRef& b) { return a.get() < b.get(); });
  pins.erase(std::unique(pins.begin(), pins.end()), pins.end());
  std::erase(pins, PinRef());
  if (pins.empty()) return nullptr;
  if (pins.size() == 1) return pins.front();
  return make_ref<const PinSet>(std::move(pins));
}

BufferRef Buffer::allocate(size_t size_bytes, Budget& budget) {
  // A size that would wrap when padded is refused by the budget as it is.
  const size_t padded = size_bytes + kPaddingBytes;
  const size_t capacity = padded < size_bytes ? size_bytes : PagePool::rounded(padded);
  budget.grow(capacity);
  try {
    std::byte* data = PagePool::instance().allocate(padded);
    return BufferRef(new Buffer(data, size_bytes, capacity, BudgetRef(&budget)));
  } catch (...) {
    budget.shrink(capacity);
    throw;
  }
}

BufferRef Buffer::allocate_zeroed(size_t size_bytes, Budget& budget) {
  BufferRef buffer = allocate(size_bytes, budget);
  std::memset(buffer->data(), 0, size_bytes + kPaddingBytes);
  return buffer;
}

BufferRef Buffer::copy_of(std::span<const std::byte> bytes, Budget& budget) {
  BufferRef buffer = allocate(bytes.size(), budget);
  if (!bytes.empty()) std::memcpy(buffer->data(), bytes.data(), bytes.size());
  return buffer;
}

void Buffer::resize(size_t size_bytes) {
#ifndef DOLINE_SANITIZED
  ASSERT(size_bytes + kPaddingBytes <= capacity_);
#else
  ASSERT(size_bytes <= size_);
#endif
  size_ = size_bytes;
}

Buffer::~Buffer() {
  PagePool::instance().free(data_, capacity_);
  budget_->shrink(capacity_);
}

}  // namespace doline
