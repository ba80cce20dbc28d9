#include "exec/sort/carried_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>

#include "column/column_writer.h"
#include "column/physical.h"
#include "kernel/compare.h"

namespace doline {

namespace {

/// What a column must have beyond its first rows' needs, where it has not all its type's values.
constexpr uint32_t kFewestSpareBits = 8;

template <class T>
concept Carried = std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8;

bool may_carry(TypeRef type) {
  if (type->is_nested()) return false;
  return dispatch_physical(type->physical(),
                           []<class T>() -> bool { return Carried<T> || std::is_same_v<T, bool>; });
}

/// How a column's values are read: bools as bytes, and floats whose order is nobody's concern as
/// their bits, which keep every NaN apart.
PhysicalType carried_as(PhysicalType physical, bool is_key) {
  if (physical == PhysicalType::kBool) return PhysicalType::kUInt8;
  if (is_key) return physical;
  if (physical == PhysicalType::kFloat) return PhysicalType::kUInt32;
  return physical == PhysicalType::kDouble ? PhysicalType::kUInt64 : physical;
}

template <class Body>
decltype(auto) dispatch_carried(PhysicalType physical, Body&& body) {
  return dispatch_physical(physical, [&]<class T>() {
    if constexpr (Carried<T>) {
      return body.template operator()<T>();
    } else {
      UNREACHABLE();
      return body.template operator()<uint8_t>();
    }
  });
}

/// The value of an order_word(); where several values share it, one of them.
template <class T>
T value_of(uint64_t word) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
    const auto bits = static_cast<Bits>(word);
    if (bits == ~Bits{0}) return std::numeric_limits<T>::quiet_NaN();
    return std::bit_cast<T>(bits & kSign ? bits ^ kSign : ~bits);
  } else {
    return static_cast<T>(std::is_signed_v<T> ? word ^ (uint64_t{1} << 63) : word);
  }
}

/// The least and the greatest word of a type.
template <class T>
std::pair<uint64_t, uint64_t> words_of_type() {
  if constexpr (std::is_floating_point_v<T>) {
    return {0, sizeof(T) == 4 ? ~uint32_t{0} : ~uint64_t{0}};
  } else {
    return {order_word(std::numeric_limits<T>::min()), order_word(std::numeric_limits<T>::max())};
  }
}

/// Calls each(k, value) for the k-th of the rows, null(k) where it is NULL.
template <class T, class Each, class Null>
void for_each_value(const Column& column, const uint32_t* source, uint32_t count, Each each,
                    Null null) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    if (column.physical() == PhysicalType::kBool) {
      for (uint32_t k = 0; k < count; ++k) {
        const uint32_t row = source ? source[k] : k;
        if (column.is_null(row)) {
          null(k);
        } else {
          each(k, uint8_t{column.value<bool>(row)});
        }
      }
      return;
    }
  }
  const T* const values =
      (column.is_dictionary() ? column.dictionary()->values() : column).template values<T>();
  if (!column.validity() && column.is_flat() && !source) {
    for (uint32_t k = 0; k < count; ++k) each(k, values[k]);
  } else if (!column.validity() && column.is_flat()) {
    for (uint32_t k = 0; k < count; ++k) each(k, values[source[k]]);
  } else {
    for (uint32_t k = 0; k < count; ++k) {
      const uint32_t row = source ? source[k] : k;
      if (column.is_null(row)) {
        null(k);
      } else {
        each(k, values[column.index_of(row)]);
      }
    }
  }
}

}  // namespace

std::unique_ptr<CarriedRows> CarriedRows::create(const std::vector<TypeRef>& types,
                                                 const std::vector<SortOrder>& orders,
                                                 const std::vector<int>& key_columns) {
  if (orders.empty() || !std::all_of(types.begin(), types.end(), may_carry)) return nullptr;
  std::unique_ptr<CarriedRows> rows(new CarriedRows(types));
  std::vector<bool> is_key(types.size());
  const auto add = [&](uint32_t column, bool nulls_first, bool descending) {
    rows->parts_.push_back({column, carried_as(types[column]->physical(), is_key[column]),
                            is_key[column], nulls_first, descending ? ~uint64_t{0} : 0});
  };
  for (size_t i = 0; i < orders.size(); ++i) {
    if (key_columns[i] < 0) return nullptr;
    const auto column = static_cast<uint32_t>(key_columns[i]);
    if (!is_key[column]) {  // else rows that come to this key agree in it
      is_key[column] = true;
      add(column, orders[i].nulls_first, orders[i].descending);
    }
    rows->parts_by_key_.push_back(rows->parts_.size());
  }
  rows->key_parts_ = rows->parts_.size();
  for (uint32_t column = 0; column < types.size(); ++column) {
    if (!is_key[column]) add(column, true, false);
  }
  return rows;
}

CarriedRows::State CarriedRows::lay_out(std::span<const Column> columns, const uint32_t* source,
                                        uint32_t count) {
  MutexLock lock(mutex_);
  State state = state_.load(std::memory_order_relaxed);
  if (state != State::kOpen) return state;
  const std::span parts(parts_);
  const bool fits = share_out(parts.first(key_parts_), columns, source, count) &&
                    share_out(parts.subspan(key_parts_), columns, source, count);
  state = fits ? State::kLaidOut : State::kUnfit;
  state_.store(state, std::memory_order_release);
  return state;
}

/// What a column asks of a word, by its first rows.
struct CarriedRows::Need {
  Part* part;
  uint64_t type_least = 0;  // words
  uint64_t type_greatest = 0;
  uint64_t least = ~uint64_t{0};
  uint64_t greatest = 0;
  uint64_t reach_of_half = ~uint64_t{0};  // of the first half of the rows

  Need(Part& its_part, const Column& column, const uint32_t* source, uint32_t count)
      : part(&its_part) {
    dispatch_carried(part->physical, [&]<class T>() {
      auto [first, last] = words_of_type<T>();
      if (column.physical() == PhysicalType::kBool) last = 1;
      std::tie(type_least, type_greatest) = std::minmax({first ^ part->flip, last ^ part->flip});
      for_each_value<T>(
          column, source, count,
          [&](uint32_t k, T value) {
            const uint64_t word = order_word(value) ^ part->flip;
            least = std::min(least, word);
            greatest = std::max(greatest, word);
            if (k == count / 2) reach_of_half = reach();
          },
          [](uint32_t) {});
    });
    if (least > greatest) least = greatest = type_least;  // NULLs alone
  }
  uint64_t reach() const { return greatest - least; }
  /// The second half reaches well beyond the first, as times do in logs: so will later rows.
  bool grows() const { return reach() / 4 * 3 > reach_of_half; }
  uint32_t bits() const { return bits_for(reach()); }
  /// Bits beyond those.
  uint32_t wish() const { return bits_for(type_greatest - type_least) - bits(); }

 private:
  /// A code more than there are values, for NULL; of 64 bits one value goes without.
  static uint32_t bits_for(uint64_t reach) {
    return static_cast<uint32_t>(std::bit_width(reach + uint64_t{reach != ~uint64_t{0}}));
  }
};

bool CarriedRows::share_out(std::span<Part> parts, std::span<const Column> columns,
                            const uint32_t* source, uint32_t count) {
  std::vector<Need> needs;
  uint32_t spare = 64;
  for (Part& part : parts) {
    const Need& need = needs.emplace_back(part, columns[part.column], source, count);
    if (need.bits() > spare) return false;
    spare -= need.bits();
  }
  // What one cannot use is for those that can use more, and most for those that grow.
  const bool some_grow = std::any_of(needs.begin(), needs.end(), [](const Need& need) {
    return need.grows() && need.wish() > kFewestSpareBits;
  });
  std::sort(needs.begin(), needs.end(), [](const Need& a, const Need& b) {
    return std::pair(a.grows(), a.wish()) < std::pair(b.grows(), b.wish());
  });
  auto left = static_cast<uint32_t>(needs.size());
  for (const Need& need : needs) {
    const uint32_t share = spare / left--;
    const uint32_t more = std::min(
        need.wish(), some_grow && !need.grows() ? std::min(share, kFewestSpareBits) : share);
    if (more < std::min(need.wish(), kFewestSpareBits)) return false;
    spare -= more;
    Part& part = *need.part;
    part.bits = need.bits() + more;
    if (need.reach() > part.most()) return false;
    // As far on this side of the first rows' values as on the other, but within the type.
    const uint64_t beside = (part.most() - need.reach()) / 2;
    part.least = need.least - std::min(beside, need.least - need.type_least);
    if (need.type_greatest - part.least < part.most()) {
      part.least = need.type_greatest - std::min(part.most(), need.type_greatest - need.type_least);
    }
  }
  uint32_t shift = 0;
  for (size_t i = parts.size(); i-- > 0;) {
    parts[i].shift = shift;
    shift += parts[i].bits;
  }
  return true;
}

bool CarriedRows::put(const Part& part, const Column& column, const uint32_t* source,
                      uint32_t count, uint64_t* out) {
  return dispatch_carried(part.physical, [&]<class T>() {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    const Part at = part;  // in registers
    uint64_t farthest = 0;
    Bits differing = 0;
    for_each_value<T>(
        column, source, count,
        [&](uint32_t k, T value) {
          const uint64_t word = order_word(value);
          if constexpr (std::is_floating_point_v<T>)
            differing |= std::bit_cast<Bits>(value) ^ std::bit_cast<Bits>(value_of<T>(word));
          const uint64_t distance = (word ^ at.flip) - at.least;
          farthest = std::max(farthest, distance);
          out[k] |= (distance + uint64_t{at.nulls_first}) << at.shift;
        },
        [&](uint32_t k) { out[k] |= at.null_code() << at.shift; });
    return farthest <= at.most() && differing == 0;
  });
}

bool CarriedRows::pack(std::span<const Column> columns, const uint32_t* source, uint32_t count,
                       SortEntry* to) {
  if (count == 0) return true;
  State state = state_.load(std::memory_order_acquire);
  if (state == State::kOpen) state = lay_out(columns, source, count);
  if (state == State::kUnfit) return false;
  ASSERT(count <= kChunkRows);
  uint64_t keys[kChunkRows];
  uint64_t others[kChunkRows];
  std::memset(keys, 0, count * sizeof(uint64_t));
  std::memset(others, 0, count * sizeof(uint64_t));
  for (const Part& part : parts_) {
    if (!put(part, columns[part.column], source, count, part.is_key ? keys : others)) return false;
  }
  for (uint32_t i = 0; i < count; ++i)
    to[i] = {keys[i], reinterpret_cast<const std::byte*>(others[i])};
  return true;
}

std::vector<Column> CarriedRows::unpack(std::span<const SortEntry> entries) const {
  const auto count = static_cast<uint32_t>(entries.size());
  std::vector<Column> columns(types_.size());
  for (const Part& part : parts_) {
    ColumnWriter writer(types_[part.column], count);
    const uint64_t mask = part.mask();
    const uint64_t null_code = part.null_code();
    const auto code_of = [&, shift = part.shift, is_key = part.is_key](uint32_t i) {
      const uint64_t bits = is_key ? entries[i].word : reinterpret_cast<uint64_t>(entries[i].row);
      return bits >> shift & mask;
    };
    const bool is_bool = types_[part.column]->physical() == PhysicalType::kBool;
    bool has_null = false;
    dispatch_carried(part.physical, [&]<class T>() {
      const uint64_t base = part.least - uint64_t{part.nulls_first};
      const uint64_t flip = part.flip;
      T* const values = is_bool ? nullptr : writer.values<T>();
      for (uint32_t i = 0; i < count; ++i) {
        const uint64_t code = code_of(i);
        has_null |= code == null_code;
        const T value = value_of<T>((code + base) ^ flip);
        if (values) {
          values[i] = value;
        } else if (value != 0) {
          set_bit(writer.bits(), i);
        }
      }
    });
    for (uint32_t i = 0; i < count && has_null; ++i) {
      if (code_of(i) == null_code) writer.set_null(i);
    }
    columns[part.column] = writer.seal(count);
  }
  return columns;
}

uint64_t CarriedRows::begin_of_group(uint64_t word, size_t keys) const {
  return word >> parts_[parts_by_key_[keys - 1] - 1].shift
                     << parts_[parts_by_key_[keys - 1] - 1].shift;
}

}  // namespace doline
