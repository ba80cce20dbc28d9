#include "format/arrow/arrow_pairs.h"

#include "base/bits.h"

namespace doline {

namespace {

constexpr int32_t kLongestMetadata = 1 << 24;

}  // namespace

std::string packed_arrow_pairs(const ArrowPairs& pairs) {
  std::string out;
  const auto put_number = [&](size_t number) {
    const auto value = static_cast<int32_t>(number);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  put_number(pairs.size());
  for (const auto& [key, value] : pairs) {
    put_number(key.size());
    out += key;
    put_number(value.size());
    out += value;
  }
  return out;
}

std::optional<ArrowPairs> arrow_pairs_in(const char* packed) {
  ArrowPairs pairs;
  if (!packed) return pairs;
  bool fits = true;
  const auto number = [&] {
    const auto value = load_unaligned<int32_t>(packed);
    packed += sizeof value;
    fits = fits && value >= 0 && value <= kLongestMetadata;
    return fits ? value : 0;
  };
  const auto text = [&] {
    const auto size = static_cast<size_t>(number());
    const std::string_view found(packed, size);
    packed += size;
    return found;
  };
  const int32_t count = number();
  for (int32_t i = 0; i < count && fits; ++i) {
    const std::string_view key = text();
    if (fits) pairs.emplace_back(key, text());
  }
  if (!fits) return std::nullopt;
  return pairs;
}

}  // namespace doline
