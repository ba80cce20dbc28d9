#include "format/parquet/value_dictionary.h"

#include <algorithm>
#include <bit>

#include "base/bits.h"
#include "base/hash.h"

namespace doline::parquet {

namespace {

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr uint32_t kFree = ~uint32_t{0};

/// Open addressing over codes; grows by doubling. `bytes_of` is what a value takes in the
/// dictionary. Gives up once most of the values seen are distinct, which a dictionary cannot help.
template <class Hash, class Equal, class BytesOf>
std::optional<ValueDictionary> build(size_t count, Hash hash, Equal equal, BytesOf bytes_of) {
  ValueDictionary dictionary;
  dictionary.codes.resize(count);
  ChargedVector<uint32_t> slots(1024, kFree);
  size_t mask = slots.size() - 1, bytes = 0, plain_bytes = 0;
  ChargedVector<uint64_t> hashes;  // of each code, for growing
  for (size_t i = 0; i < count; ++i) {
    const uint64_t h = hash(i);
    plain_bytes += bytes_of(i);
    size_t slot = h & mask;
    while (slots[slot] != kFree &&
           !(hashes[slots[slot]] == h && equal(dictionary.firsts[slots[slot]], i)))
      slot = (slot + 1) & mask;
    if (slots[slot] != kFree) {
      dictionary.codes[i] = slots[slot];
      continue;
    }
    const auto code = static_cast<uint32_t>(dictionary.firsts.size());
    slots[slot] = code;
    dictionary.codes[i] = code;
    dictionary.firsts.push_back(static_cast<uint32_t>(i));
    hashes.push_back(h);
    bytes += bytes_of(i);
    if (bytes > kMostBytes || (i >= 8192 && dictionary.firsts.size() * 4 > i * 3))
      return std::nullopt;
    if (dictionary.firsts.size() * 2 > slots.size()) {
      slots.assign(slots.size() * 2, kFree);
      mask = slots.size() - 1;
      for (uint32_t known = 0; known < dictionary.firsts.size(); ++known) {
        size_t to = hashes[known] & mask;
        while (slots[to] != kFree) to = (to + 1) & mask;
        slots[to] = known;
      }
    }
  }
  const size_t width = dictionary.firsts.empty()
                           ? 0
                           : static_cast<size_t>(std::bit_width(dictionary.firsts.size() - 1));
  const size_t coded_bytes = bytes + count * width / 8;
  if (coded_bytes * 5 > plain_bytes * 4) return std::nullopt;
  return dictionary;
}

template <class T>
std::optional<ValueDictionary> build_numbers(const LeafData& data, size_t count) {
  const auto at = [&](size_t i) { return load_unaligned<T>(data.fixed.data() + i * sizeof(T)); };
  return build(
      count, [&](size_t i) { return hash_u64(at(i)); },
      [&](size_t a, size_t b) { return at(a) == at(b); }, [](size_t) { return sizeof(T); });
}

}  // namespace

std::optional<ValueDictionary> build_dictionary(const WriteLeaf& leaf, const LeafData& data) {
  const size_t count = data.value_count(leaf);
  if (count == 0 || leaf.physical == Physical::kBoolean) return std::nullopt;
  if (leaf.is_text()) {
    return build(
        count, [&](size_t i) { return data.texts[i].hash(); },
        [&](size_t a, size_t b) { return data.texts[a] == data.texts[b]; },
        [&](size_t i) { return size_t{4} + data.texts[i].size(); });
  }
  const size_t width = leaf.width();
  if (width == 4) return build_numbers<uint32_t>(data, count);
  if (width == 8) return build_numbers<uint64_t>(data, count);
  const auto at = [&](size_t i) {
    return std::string_view(reinterpret_cast<const char*>(data.fixed.data()) + i * width, width);
  };
  return build(
      count, [&](size_t i) { return hash_string(at(i)); },
      [&](size_t a, size_t b) { return at(a) == at(b); }, [=](size_t) { return width; });
}

}  // namespace doline::parquet
