#include "format/parquet/write_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/bits.h"

namespace doline::parquet {

namespace {

constexpr size_t kMostTextBytes = 64;
/// Of the texts they are cut from, several copies are held for a while.
constexpr size_t kMostBoundedBytes = size_t{1} << 20;

template <class T>
std::string encoded(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
std::optional<WrittenBounds> number_bounds(const LeafData& data, size_t begin, size_t end) {
  const auto value_at = [&](size_t i) {
    return load_unaligned<T>(data.fixed.data() + i * sizeof(T));
  };
  bool found = false;
  T min{}, max{};
  for (size_t i = begin; i < end; ++i) {
    const T value = value_at(i);
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(value)) continue;
    }
    if (!found || value < min) min = value;
    if (!found || max < value) max = value;
    found = true;
  }
  if (!found) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    if (min == 0) min = -T{0};
    if (max == 0) max = T{0};
  }
  return WrittenBounds{encoded(min), encoded(max)};
}

std::optional<WrittenBounds> text_bounds(const LeafData& data, size_t begin, size_t end) {
  if (begin == end) return std::nullopt;
  size_t min = begin, max = begin;
  for (size_t i = begin + 1; i < end; ++i) {
    if (data.texts[i] < data.texts[min]) min = i;
    if (data.texts[max] < data.texts[i]) max = i;
  }
  if (std::max(data.texts[min].size(), data.texts[max].size()) > kMostBoundedBytes)
    return std::nullopt;
  return WrittenBounds{std::string(data.texts[min].view()), std::string(data.texts[max].view())};
}

std::optional<WrittenBounds> fixed_bounds(const WriteLeaf& leaf, const LeafData& data, size_t begin,
                                          size_t end) {
  if (begin == end) return std::nullopt;
  const auto at = [&](size_t i) {
    return std::string(reinterpret_cast<const char*>(data.fixed.data()) + i * leaf.type_length,
                       leaf.type_length);
  };
  WrittenBounds bounds{at(begin), at(begin)};
  for (size_t i = begin + 1; i < end; ++i) {
    const std::string value = at(i);
    if (compare_encoded(leaf.order, value, bounds.min) < 0) bounds.min = value;
    if (compare_encoded(leaf.order, bounds.max, value) < 0) bounds.max = value;
  }
  return bounds;
}

template <class T>
int compare_as(const std::string& a, const std::string& b) {
  const T x = load_unaligned<T>(a.data()), y = load_unaligned<T>(b.data());
  return x < y ? -1 : y < x ? 1 : 0;
}

}  // namespace

std::optional<WrittenBounds> bounds_of_values(const WriteLeaf& leaf, const LeafData& data,
                                              size_t begin, size_t end) {
  switch (leaf.order) {
    case LeafOrder::kNone:
      return std::nullopt;
    case LeafOrder::kBool:
      return number_bounds<uint8_t>(data, begin, end);
    case LeafOrder::kSigned32:
      return number_bounds<int32_t>(data, begin, end);
    case LeafOrder::kUnsigned32:
      return number_bounds<uint32_t>(data, begin, end);
    case LeafOrder::kSigned64:
      return number_bounds<int64_t>(data, begin, end);
    case LeafOrder::kUnsigned64:
      return number_bounds<uint64_t>(data, begin, end);
    case LeafOrder::kFloat:
      return number_bounds<float>(data, begin, end);
    case LeafOrder::kDouble:
      return number_bounds<double>(data, begin, end);
    case LeafOrder::kBytes:
      return leaf.is_text() ? text_bounds(data, begin, end) : fixed_bounds(leaf, data, begin, end);
    case LeafOrder::kBigEndianSigned:
      return fixed_bounds(leaf, data, begin, end);
  }
  UNREACHABLE();
}

int compare_encoded(LeafOrder order, const std::string& a, const std::string& b) {
  switch (order) {
    case LeafOrder::kNone:
      return 0;
    case LeafOrder::kBool:
      return compare_as<uint8_t>(a, b);
    case LeafOrder::kSigned32:
      return compare_as<int32_t>(a, b);
    case LeafOrder::kUnsigned32:
      return compare_as<uint32_t>(a, b);
    case LeafOrder::kSigned64:
      return compare_as<int64_t>(a, b);
    case LeafOrder::kUnsigned64:
      return compare_as<uint64_t>(a, b);
    case LeafOrder::kFloat:
      return compare_as<float>(a, b);
    case LeafOrder::kDouble:
      return compare_as<double>(a, b);
    case LeafOrder::kBytes:
      return a.compare(b);
    case LeafOrder::kBigEndianSigned: {
      const bool negative = static_cast<uint8_t>(a[0]) >= 0x80,
                 other = static_cast<uint8_t>(b[0]) >= 0x80;
      if (negative != other) return negative ? -1 : 1;
      return a.compare(b);
    }
  }
  UNREACHABLE();
}

CutBound cut_min(const WriteLeaf& leaf, const std::string& value) {
  if (!leaf.is_text() || value.size() <= kMostTextBytes) return {value, true};
  size_t size = kMostTextBytes;
  // Not in the middle of a code point.
  while (size > 0 && (static_cast<uint8_t>(value[size]) & 0xC0) == 0x80) --size;
  return {value.substr(0, size == 0 ? kMostTextBytes : size), false};
}

std::optional<CutBound> cut_max(const WriteLeaf& leaf, const std::string& value) {
  if (!leaf.is_text() || value.size() <= kMostTextBytes) return CutBound{value, true};
  std::string bytes = value.substr(0, kMostTextBytes);
  // Raised at the last byte that stays ASCII, so that text stays text; for blobs at any byte.
  const bool is_text = !leaf.type->is(TypeKind::kBlob);
  while (!bytes.empty()) {
    const auto last = static_cast<uint8_t>(bytes.back());
    if (last < (is_text ? 0x7F : 0xFF)) {
      bytes.back() = static_cast<char>(last + 1);
      return CutBound{bytes, false};
    }
    bytes.pop_back();
  }
  return std::nullopt;
}

}  // namespace doline::parquet
