#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/hash.h"

namespace doline {

/// Sixteen bytes that stand for a string: length and up to 12 bytes in place, or length, the
/// first four bytes and a pointer into memory that the column's pin keeps alive.
/// Invariant: unused inline bytes are zero, so that equal short strings are equal words.
class StringView {
 public:
  static constexpr uint32_t kInlineBytes = 12;

  StringView() : size_(0), inline_{} {}
  StringView(const char* data, uint32_t size) : size_(size), inline_{} {
    if (size <= kInlineBytes) {
      if (size != 0) std::memcpy(inline_, data, size);
    } else {
      std::memcpy(inline_, data, 4);
      std::memcpy(inline_ + 4, &data, sizeof data);
    }
  }
  explicit StringView(std::string_view text)
      : StringView(text.data(), static_cast<uint32_t>(text.size())) {}

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineBytes; }
  /// Points into this object for inline strings: valid as long as it stays where it is.
  const char* data() const {
    if (is_inline()) return inline_;
    const char* pointer;
    std::memcpy(&pointer, inline_ + 4, sizeof pointer);
    return pointer;
  }
  std::string_view view() const { return {data(), size_}; }
  /// Length and the first four bytes.
  uint64_t head() const {
    uint64_t word;
    std::memcpy(&word, this, sizeof word);
    return word;
  }
  /// Bytes 4 to 12 of an inline string; the pointer of another.
  uint64_t tail() const {
    uint64_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(this) + 8, sizeof word);
    return word;
  }

  friend bool operator==(const StringView& a, const StringView& b) {
    if (a.head() != b.head()) return false;
    if (a.is_inline()) return a.tail() == b.tail();
    return std::memcmp(a.data() + 4, b.data() + 4, a.size_ - 4) == 0;
  }
  /// Byte order, which for UTF-8 is the order of code points.
  friend int compare(const StringView& a, const StringView& b) {
    const uint32_t first = __builtin_bswap32(static_cast<uint32_t>(a.head() >> 32));
    const uint32_t second = __builtin_bswap32(static_cast<uint32_t>(b.head() >> 32));
    if (first != second) return first < second ? -1 : 1;
    return a.view().compare(b.view());
  }
  friend bool operator<(const StringView& a, const StringView& b) { return compare(a, b) < 0; }
  friend bool operator>(const StringView& a, const StringView& b) { return compare(a, b) > 0; }
  friend bool operator<=(const StringView& a, const StringView& b) { return compare(a, b) <= 0; }
  friend bool operator>=(const StringView& a, const StringView& b) { return compare(a, b) >= 0; }

  uint64_t hash() const {
    if (is_inline()) return hash_combine(head(), tail());
    return hash_bytes(data(), size_);
  }

 private:
  uint32_t size_;
  char inline_[kInlineBytes];
};
static_assert(sizeof(StringView) == 16);

}  // namespace doline
