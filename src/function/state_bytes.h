#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace doline {

/// Bytes of saved states, appended.
class StateWriter {
 public:
  explicit StateWriter(std::vector<std::byte>& out) : out_(out) {}
  void bytes(const void* from, size_t size) {
    const auto* begin = static_cast<const std::byte*>(from);
    out_.insert(out_.end(), begin, begin + size);
  }
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes(&value, sizeof value);
  }
  void text(std::string_view value) {
    put(static_cast<uint64_t>(value.size()));
    bytes(value.data(), value.size());
  }

 private:
  std::vector<std::byte>& out_;
};

class SpillWriter;

/// Reads what StateWriter wrote; running over the end is Error(kCorrupt).
class StateReader {
 public:
  /// `spill`: where parts of the state were left that are not among the bytes.
  explicit StateReader(std::span<const std::byte> bytes, SpillWriter* spill = nullptr)
      : rest_(bytes), spill_(spill) {}
  SpillWriter* spill() const { return spill_; }
  std::span<const std::byte> bytes(size_t size) {
    if (size > rest_.size()) throw Error(ErrorCode::kCorrupt, "saved state ends early");
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <class T>
  T get() {
    T value;
    std::memcpy(&value, bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string_view text() {
    const auto size = get<uint64_t>();
    const auto taken = bytes(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  SpillWriter* const spill_;
};

}  // namespace doline
