#include "rows/direct_index.h"

#include <algorithm>

#include "column/physical.h"

namespace doline {

namespace {

/// Physical integers of up to 64 bits.
template <class T>
constexpr bool kCodable = std::is_integral_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, bool>;

bool is_codable(TypeRef type) {
  return !type->is_nested() && dispatch_physical(type->physical(), []<class T>() {
    return kCodable<T> || std::is_same_v<T, bool>;
  });
}

/// Least and greatest of the active values that are not NULL; false when there is none.
template <class T>
bool range_of(const Column& column, const Selection& active, int64_t& least, int64_t& greatest) {
  T low = std::numeric_limits<T>::max();
  T high = std::numeric_limits<T>::lowest();
  const T* values = column.values<T>();
  bool any = false;
  if (column.is_constant()) {
    if (column.is_null(0) || active.empty()) return false;
    low = high = values[0];
    any = true;
  } else if (active.is_all() && !column.validity()) {
    for (uint32_t row = 0; row < active.size(); ++row) {
      low = std::min(low, values[row]);
      high = std::max(high, values[row]);
    }
    any = !active.empty();
  } else {
    active.for_each([&](uint32_t row) {
      if (column.is_null(row)) return;
      low = std::min(low, values[row]);
      high = std::max(high, values[row]);
      any = true;
    });
  }
  // Unsigned 64-bit values beyond the signed range are no narrow range worth an index.
  if constexpr (std::is_same_v<T, uint64_t>) {
    if (any && high > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      least = std::numeric_limits<int64_t>::min();
      greatest = std::numeric_limits<int64_t>::max();
      return true;
    }
  }
  least = static_cast<int64_t>(low);
  greatest = static_cast<int64_t>(high);
  return any;
}

}  // namespace

DirectIndex::DirectIndex(std::vector<TypeRef> key_types) : coders_(key_types.size()) {
  for (TypeRef type : key_types) {
    // A text may yet come as codes of a dictionary.
    if (!is_codable(type) && !type->is_string()) active_ = false;
  }
}

bool DirectIndex::fit(const Column& column, const Selection& active, Coder& coder) {
  if (column.is_dictionary()) {
    const Dictionary& dictionary = *column.dictionary();
    if (coder.dictionary == dictionary.id()) return true;
    coder = Coder{0, uint64_t{dictionary.size()} + 1, dictionary.id()};
    has_changed_ = true;
    return true;
  }
  if (!is_codable(column.type())) return false;  // texts as they are
  if (coder.dictionary != 0) {
    coder = Coder();
    has_changed_ = true;
  }
  if (column.physical() == PhysicalType::kBool) {
    has_changed_ |= coder.size != 3;
    coder.size = 3;
    return true;
  }
  int64_t least = 0;
  int64_t greatest = 0;
  const bool any = dispatch_numeric(column.physical(), [&]<class T>() -> bool {
    if constexpr (kCodable<T>) return range_of<T>(column, active, least, greatest);
    UNREACHABLE();
  });
  if (!any) {  // NULLs alone
    has_changed_ |= coder.size == 0;
    coder.size = std::max<uint64_t>(coder.size, 1);
    return true;
  }
  const bool seen = coder.size > 1;
  const int64_t last = seen ? coder.base + static_cast<int64_t>(coder.size) - 2 : 0;
  if (seen && least >= coder.base && greatest <= last) return true;
  const int64_t low = seen ? std::min(least, coder.base) : least;
  const int64_t high = seen ? std::max(greatest, last) : greatest;
  uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  if (span >= kMostPlaces) {
    coder.size = kMostPlaces + 1;
    return true;  // the product tells
  }
  // A quarter more than seen, at the side that grew, so that a creeping range changes seldom.
  coder.base = low;
  if (seen) {
    const uint64_t slack = span / 4;
    if (least < low + static_cast<int64_t>(slack) &&
        low >= std::numeric_limits<int64_t>::min() + int64_t{kMostPlaces}) {
      coder.base -= static_cast<int64_t>(slack);
      span += slack;
    }
    span += slack;
  }
  coder.size = span + 2;
  has_changed_ = true;
  return true;
}

bool DirectIndex::place(std::span<const Column> keys, const Selection& active, uint32_t* places) {
  uint64_t all = 1;
  for (size_t key = 0; key < keys.size(); ++key) {
    if (!fit(keys[key], active, coders_[key])) {
      if (!keys[key].is_constant()) active_ = false;
      return false;
    }
    all *= coders_[key].size;
    if (all > kMostPlaces) {
      active_ = false;
      return false;
    }
  }
  if (has_changed_) {
    has_changed_ = false;
    places_cleared_ += all;
    rows_.assign(all, nullptr);
    // Dictionaries that change with every few chunks: filling the array anew costs more than it
    // saves.
    if (places_cleared_ > 4 * kMostPlaces && places_cleared_ > rows_placed_) {
      active_ = false;
      return false;
    }
  }
  rows_placed_ += active.size();
  const uint32_t count = active.size();
  uint32_t stride = 1;
  for (size_t key = 0; key < keys.size(); ++key) {
    const Column& column = keys[key];
    const uint16_t* rows = active.rows();
    const auto put = [&](auto code) {
      for (uint32_t i = 0; i < count; ++i) {
        const uint32_t row = rows ? rows[i] : i;
        const uint32_t value = stride * code(row);
        places[i] = key == 0 ? value : places[i] + value;
      }
    };
    const bool nulls = column.validity() != nullptr;
    if (column.is_dictionary()) {
      const uint32_t* codes = column.codes();
      if (nulls) {
        put([&](uint32_t row) { return column.is_null(row) ? 0 : codes[row] + 1; });
      } else {
        put([&](uint32_t row) { return codes[row] + 1; });
      }
    } else if (column.physical() == PhysicalType::kBool) {
      put([&](uint32_t row) {
        return column.is_null(row) ? 0U : 1U + test_bit(column.bits(), column.index_of(row));
      });
    } else {
      const int64_t base = coders_[key].base;
      dispatch_numeric(column.physical(), [&]<class T>() {
        if constexpr (kCodable<T>) {
          const T* values = column.values<T>();
          const auto code = [=](T value) {
            return static_cast<uint32_t>(static_cast<int64_t>(value) - base) + 1;
          };
          if (column.is_flat() && !nulls) {
            put([&](uint32_t row) { return code(values[row]); });
          } else {
            put([&](uint32_t row) {
              return column.is_null(row) ? 0 : code(values[column.index_of(row)]);
            });
          }
        }
      });
    }
    stride *= static_cast<uint32_t>(coders_[key].size);
  }
  return true;
}

void DirectIndex::forget() { std::fill(rows_.begin(), rows_.end(), nullptr); }

}  // namespace doline
