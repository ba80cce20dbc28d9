#include "exec/join/key_places.h"

#include <algorithm>

namespace doline {

namespace {

/// Physical integers of up to 64 bits.
template <class T>
constexpr bool kHasPlaces = std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, bool>;

/// Differences of these are those of the values, whatever their type.
template <class T>
uint64_t word_of(T value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value));
}

template <class T>
std::optional<std::pair<uint64_t, uint64_t>> least_and_count(const RowLayout& layout,
                                                             std::span<const RowPageRef> pages,
                                                             uint64_t most) {
  const uint32_t offset = layout.slot(0).offset;
  T low = std::numeric_limits<T>::max();
  T high = std::numeric_limits<T>::lowest();
  for (const RowPageRef& page : pages) {
    for (uint32_t i = 0; i < page->size(); ++i) {
      if (layout.is_null(page->row(i), 0)) continue;
      const auto value = load_unaligned<T>(page->row(i) + offset);
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (low <= high && word_of(high) - word_of(low) >= most) return std::nullopt;
  }
  if (low > high) return std::nullopt;
  return std::pair(word_of(low), word_of(high) - word_of(low) + 1);
}

}  // namespace

std::optional<KeyPlaces> KeyPlaces::of(const RowLayout& layout, std::span<const RowPageRef> pages,
                                       uint64_t most) {
  if (layout.key_count() != 1 || layout.slot(0).shape != RowLayout::Shape::kFixed) return {};
  return dispatch_physical(layout.type(0)->physical(), [&]<class T>() -> std::optional<KeyPlaces> {
    if constexpr (kHasPlaces<T>) {
      const auto found = least_and_count<T>(layout, pages, most);
      if (!found) return {};
      KeyPlaces places;
      std::tie(places.least_, places.count_) = *found;
      return places;
    } else {
      return {};
    }
  });
}

std::optional<KeyPlaces> KeyPlaces::between(const Value& least, const Value& greatest,
                                            uint64_t most) {
  const Column low = least.to_column(1), high = greatest.to_column(1);
  return dispatch_physical(low.physical(), [&]<class T>() -> std::optional<KeyPlaces> {
    if constexpr (kHasPlaces<T>) {
      KeyPlaces places;
      places.least_ = word_of(low.value<T>(0));
      const uint64_t beyond = word_of(high.value<T>(0)) - places.least_;
      if (beyond >= most) return {};
      places.count_ = beyond + 1;
      return places;
    } else {
      return {};
    }
  });
}

void KeyPlaces::find(const Column& key, const Selection& active, uint64_t* places) const {
  const uint32_t rows = active.size();
  const Column& from = key.is_dictionary() ? key.dictionary()->values() : key;
  if (from.size() == 0) {  // of a dictionary: every row is NULL
    std::fill_n(places, rows, count_);
    return;
  }
  dispatch_physical(key.physical(), [&]<class T>() {
    if constexpr (kHasPlaces<T>) {
      const T* values = from.values<T>();
      const auto put = [&, least = least_, count = count_](auto value_of) {
        const uint16_t* list = active.rows();
        for (uint32_t i = 0; i < rows; ++i)
          places[i] = std::min(word_of(value_of(list ? list[i] : i)) - least, count);
      };
      if (key.is_flat()) {
        put([values](uint32_t row) { return values[row]; });
      } else {
        put([&key, values](uint32_t row) { return values[key.index_of(row)]; });
      }
    } else {
      UNREACHABLE();
    }
  });
}

}  // namespace doline
