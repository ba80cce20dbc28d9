#include "exec/sort/key_words.h"

#include <cstring>

#include "base/bits.h"
#include "column/column_writer.h"
#include "column/physical.h"
#include "kernel/compare.h"

namespace doline {

namespace {

template <class T>
concept Narrow = std::is_same_v<T, bool> || std::is_same_v<T, float> ||
                 (std::is_integral_v<T> && sizeof(T) <= 4);
template <class T>
concept Wide = std::is_same_v<T, double> || (std::is_integral_v<T> && sizeof(T) == 8);

/// From 1 on, so that NULL has 0 to itself, and all ones as well.
template <Narrow T>
uint64_t word_of(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return uint64_t{ordered_bits<uint32_t>(value)} + 1;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(value) + (int64_t{1} << 31)) + 1;
  } else {
    return uint64_t{value} + 1;
  }
}

template <Wide T>
uint64_t word_of(T value) {
  return order_word(value);
}

uint128_t bits_of(int128_t value) { return static_cast<uint128_t>(value) ^ (uint128_t{1} << 127); }
uint128_t bits_of(const Interval& interval) {
  return bits_of((int128_t{interval.months} * 30 + interval.days) * 86'400'000'000 +
                 interval.micros);
}

constexpr uint32_t kStepBytes = 7;
constexpr uint64_t kGoesOn = 9;

/// Seven bytes, then 1 + how many bytes there are from here on, 9 for more than seven.
uint64_t text_word(const char* data, uint32_t size, uint32_t step) {
  const size_t begin = size_t{step} * kStepBytes;
  const size_t left = size > begin ? size - begin : 0;
  uint64_t word = 0;
  if (left >= 8) {
    std::memcpy(&word, data + begin, 8);
    return (__builtin_bswap64(word) & ~uint64_t{0xFF}) | kGoesOn;
  }
  // Not more than is there, and without a call for a few bytes.
  const char* at = data + begin;
  if (left >= 4) {
    uint32_t front;
    uint32_t back;
    std::memcpy(&front, at, 4);
    std::memcpy(&back, at + left - 4, 4);
    word = uint64_t{__builtin_bswap32(front)} << 32 | uint64_t{__builtin_bswap32(back)}
                                                          << (64 - left * 8);
  } else if (left > 0) {
    word = uint64_t{static_cast<uint8_t>(at[0])} << 56 |
           uint64_t{static_cast<uint8_t>(at[left / 2])} << (56 - left / 2 * 8) |
           uint64_t{static_cast<uint8_t>(at[left - 1])} << (56 - (left - 1) * 8);
  }
  return word | (left + 1);
}

}  // namespace

KeyWords::KeyWords(RowLayoutRef layout, std::vector<SortOrder> orders,
                   std::vector<uint32_t> columns, uint32_t sequence)
    : layout_(std::move(layout)), sequence_offset_(layout_->slot(sequence).offset) {
  for (size_t i = 0; i < orders.size(); ++i) {
    const PhysicalType physical = layout_->type(columns[i])->physical();
    Form form = Form::kText;
    if (physical != PhysicalType::kString) {
      dispatch_physical(physical, [&]<class T>() {
        form = Narrow<T> ? Form::kNarrow : Wide<T> ? Form::kWide : Form::kDouble;
      });
    }
    keys_.push_back({physical, form, columns[i], layout_->slot(columns[i]).offset,
                     orders[i].descending ? ~uint64_t{0} : 0,
                     orders[i].nulls_first ? 0 : ~uint64_t{0}});
  }
}

void KeyWords::first_words(const Column& key, const uint32_t* source, uint32_t count,
                           uint64_t* out) const {
  const Key& first = keys_[0];
  const auto row_of = [&](uint32_t i) { return source ? source[i] : i; };
  dispatch_physical(first.physical, [&]<class T>() {
    if constexpr (std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else {
      const auto word = [&](const T& value) -> uint64_t {
        if constexpr (Narrow<T> || Wide<T>) {
          return word_of(value);
        } else if constexpr (std::is_same_v<T, StringView>) {
          return text_word(value.data(), value.size(), 0);
        } else {
          return static_cast<uint64_t>(bits_of(value) >> 64);
        }
      };
      if constexpr (!std::is_same_v<T, bool>) {
        if (key.is_flat() && !key.validity()) {
          const T* values = key.values<T>();
          for (uint32_t i = 0; i < count; ++i) out[i] = word(values[row_of(i)]) ^ first.flip;
          return;
        }
      }
      for (uint32_t i = 0; i < count; ++i) {
        out[i] =
            key.is_null(row_of(i)) ? first.null_word : word(key.value<T>(row_of(i))) ^ first.flip;
      }
    }
  });
}

template <class Body>
void KeyWords::with_reader(KeyLevel level, Body&& body) const {
  if (level.column == keys_.size()) {
    return body([offset = sequence_offset_](const std::byte* row) {
      return load_unaligned<uint64_t>(row + offset);
    });
  }
  const Key& key = keys_[level.column];
  const uint32_t step = level.step;
  const auto or_null = [&](auto value) {
    return [this, &key, value](const std::byte* row) {
      return layout_->is_null(row, key.column) ? key.null_word : value(row);
    };
  };
  if (step == 1 && (key.form == Form::kWide || key.form == Form::kDouble)) {
    return body(
        or_null([other = uint64_t{key.null_word == 0}](const std::byte*) { return other; }));
  }
  dispatch_physical(key.physical, [&]<class T>() {
    if constexpr (std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else if constexpr (std::is_same_v<T, bool>) {
      body(or_null([&key](const std::byte* row) {
        return word_of(static_cast<uint8_t>(row[key.offset])) ^ key.flip;
      }));
    } else if constexpr (std::is_same_v<T, StringView>) {
      body(or_null([&key, step](const std::byte* row) {
        const auto text = load_unaligned<StringView>(row + key.offset);
        return text_word(text.data(), text.size(), step) ^ key.flip;
      }));
    } else if constexpr (Narrow<T> || Wide<T>) {
      body(or_null([&key](const std::byte* row) {
        return word_of(load_unaligned<T>(row + key.offset)) ^ key.flip;
      }));
    } else {
      body(or_null([&key, step](const std::byte* row) {
        const uint128_t bits = bits_of(load_unaligned<T>(row + key.offset));
        return (step == 0 ? static_cast<uint64_t>(bits >> 64) : static_cast<uint64_t>(bits)) ^
               key.flip;
      }));
    }
  });
}

uint64_t KeyWords::word(KeyLevel level, const std::byte* row) const {
  uint64_t word = 0;
  with_reader(level, [&](auto&& read) { word = read(row); });
  return word;
}

void KeyWords::fill(KeyLevel level, std::span<SortEntry> entries) const {
  constexpr size_t kAhead = 16;
  const bool in_heap = level.column < keys_.size() && keys_[level.column].form == Form::kText;
  const uint32_t offset =
      level.column < keys_.size() ? keys_[level.column].offset : sequence_offset_;
  with_reader(level, [&](auto&& read) {
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i + kAhead < entries.size()) __builtin_prefetch(entries[i + kAhead].row + offset);
      if (in_heap && i + kAhead / 2 < entries.size()) {
        const auto text = load_unaligned<StringView>(entries[i + kAhead / 2].row + offset);
        __builtin_prefetch(text.is_inline() ? entries[i].row
                                            : reinterpret_cast<const std::byte*>(text.tail()) +
                                                  level.step * kStepBytes);
      }
      entries[i].word = read(entries[i].row);
    }
  });
}

KeyLevel KeyWords::next(KeyLevel level, uint64_t word) const {
  const KeyLevel next_column{level.column + 1, 0};
  if (level.column == keys_.size()) return next_column;
  const Key& key = keys_[level.column];
  const bool may_be_null = word == key.null_word;
  switch (key.form) {
    case Form::kNarrow:
      return next_column;
    case Form::kWide:
      return level.step == 0 && may_be_null ? KeyLevel{level.column, 1} : next_column;
    case Form::kDouble:
      if (level.step == 0) return {level.column, may_be_null ? 1U : 2U};
      return level.step == 1 && !may_be_null ? KeyLevel{level.column, 2} : next_column;
    case Form::kText:
      return !may_be_null && ((word ^ key.flip) & 0xFF) == kGoesOn
                 ? KeyLevel{level.column, level.step + 1}
                 : next_column;
  }
  UNREACHABLE();
}

int KeyWords::compare(const std::byte* row, const KeyWords& other, const std::byte* other_row,
                      KeyLevel level, size_t columns) const {
  while (!is_end(level, columns)) {
    const uint64_t mine = word(level, row);
    const uint64_t its = other.word(level, other_row);
    if (mine != its) return mine < its ? -1 : 1;
    if (level.column < keys_.size() && keys_[level.column].form == Form::kText &&
        mine != keys_[level.column].null_word) {
      // The rest of two long texts in one go.
      const Key& key = keys_[level.column];
      // Short texts lie in the views themselves, which must outlive the comparison.
      const auto a = load_unaligned<StringView>(row + key.offset);
      const auto b = load_unaligned<StringView>(other_row + other.keys_[level.column].offset);
      if (const int order = a.view().compare(b.view()))
        return (order < 0) == (key.flip == 0) ? -1 : 1;
      level = {level.column + 1, 0};
    } else {
      level = next(level, mine);
    }
  }
  return 0;
}

namespace {

template <class T>
void put_big_endian(std::vector<std::byte>& out, T value) {
  for (size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<std::byte>(value >> (i * 8)));
}

/// A marker byte (1 value, 2 NULL), then the value; where a list or text ends is less than any
/// byte that could follow.
class OrderBytes {
 public:
  std::vector<std::byte> bytes;

  void value(const Column& column, uint32_t row) {
    if (column.is_null(row)) {
      bytes.push_back(std::byte{2});
      return;
    }
    if (column.is_dictionary()) return value(column.dictionary()->values(), column.codes()[row]);
    bytes.push_back(std::byte{1});
    const uint32_t at = column.index_of(row);
    if (column.physical() == PhysicalType::kStruct) {
      for (const Column& child : column.children()) value(child, at);
      return;
    }
    dispatch_physical(column.physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, ListEntry>) {
        const ListEntry entry = column.values<ListEntry>()[at];
        for (uint32_t i = 0; i < entry.size; ++i) value(column.child(), entry.begin + i);
        bytes.push_back(std::byte{0});
      } else if constexpr (std::is_same_v<T, StringView>) {
        for (char c : column.values<StringView>()[at].view()) {
          bytes.push_back(static_cast<std::byte>(c));
          if (c == 0) bytes.push_back(std::byte{0xFF});
        }
        bytes.push_back(std::byte{0});
        bytes.push_back(std::byte{0});
      } else if constexpr (std::is_same_v<T, bool>) {
        bytes.push_back(std::byte{test_bit(column.bits(), at)});
      } else if constexpr (Narrow<T> || Wide<T>) {
        put_big_endian(bytes, word_of(column.values<T>()[at]));
      } else {
        put_big_endian(bytes, bits_of(column.values<T>()[at]));
      }
    });
  }
};

}  // namespace

Column order_bytes(const Column& column, uint32_t rows) {
  ColumnWriter writer(Type::blob(), rows);
  OrderBytes order;
  for (uint32_t row = 0; row < rows; ++row) {
    if (column.is_null(row)) {
      writer.set_null(row);
      continue;
    }
    order.bytes.clear();
    order.value(column, row);
    writer.set_text(row, {reinterpret_cast<const char*>(order.bytes.data()), order.bytes.size()});
  }
  return writer.seal(rows);
}

}  // namespace doline
