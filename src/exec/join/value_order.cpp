#include "exec/join/value_order.h"

#include <algorithm>

#include "exec/sort/entry_sort.h"
#include "kernel/compare.h"

namespace doline {

namespace {

/// Sorted before it is asked whether to go on.
constexpr size_t kSortedAtOnce = size_t{1} << 20;
constexpr uint32_t kLanes = 16;

bool words_tell_all(TypeRef type) {
  if (type->is_nested()) return false;
  return dispatch_physical(type->physical(), [&]<class T>() -> bool {
    return std::is_same_v<T, bool> || (std::is_arithmetic_v<T> && sizeof(T) <= 8);
  });
}

RowLayoutRef layout_of(TypeRef type) {
  return RowLayout::create({type->is_nested() ? Type::blob() : type, Type::uint64()});
}

const std::byte* as_place(uint32_t row) {
  return reinterpret_cast<const std::byte*>(static_cast<uintptr_t>(row));
}
uint32_t place_of(const SortEntry& entry) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(entry.row));
}

/// Sorts pieces, then merges neighbours until one is left; `entries` is as large as `scratch`.
void sort_by_words(std::span<SortEntry> entries, std::span<SortEntry> scratch,
                   QueryContext& context) {
  const size_t count = entries.size();
  for (size_t begin = 0; begin < count; begin += kSortedAtOnce) {
    context.check_cancelled();
    const size_t size = std::min(kSortedAtOnce, count - begin);
    sort_by_word(entries.subspan(begin, size), scratch.subspan(begin, size));
  }
  SortEntry* from = entries.data();
  SortEntry* to = scratch.data();
  const auto less = [](const SortEntry& a, const SortEntry& b) { return a.word < b.word; };
  for (size_t width = kSortedAtOnce; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      context.check_cancelled();
      const size_t middle = std::min(begin + width, count);
      const size_t end = std::min(begin + 2 * width, count);
      std::merge(from + begin, from + middle, from + middle, from + end, to + begin, less);
    }
    std::swap(from, to);
  }
  if (from != entries.data()) std::copy_n(from, count, entries.data());
}

}  // namespace

ValueOrder::ValueOrder(TypeRef type, bool descending)
    : type_(type),
      descending_(descending),
      is_exact_(words_tell_all(type)),
      words_(layout_of(type),
             {{type->is_nested() ? Type::blob() : type, descending, /*nulls_first=*/false}}, {0},
             1) {}

Column ValueOrder::prepared(const Column& column) const {
  return type_->is_nested() ? order_bytes(column, column.size()) : column;
}

void ValueOrder::words(const Column& prepared, const uint32_t* source, uint32_t count,
                       uint64_t* out) const {
  words_.first_words(prepared, source, count, out);
}

int ValueOrder::compare(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b) const {
  const int order = compare_rows(a, row_a, b, row_b);
  return descending_ ? -order : order;
}

uint32_t words_before(const uint64_t* words, uint32_t begin, uint32_t end, uint64_t word,
                      bool inclusive) {
  const uint64_t* const found = inclusive ? std::upper_bound(words + begin, words + end, word)
                                          : std::lower_bound(words + begin, words + end, word);
  return static_cast<uint32_t>(found - words);
}

OrderedValues::OrderedValues(const ValueOrder& order, Column column, std::span<const uint32_t> rows,
                             QueryContext& context)
    : order_(order),
      column_(std::move(column)),
      size_(static_cast<uint32_t>(rows.size())),
      rows_(Buffer::allocate(rows.size() * sizeof(uint32_t), *context.budget)),
      words_(Buffer::allocate(rows.size() * sizeof(uint64_t), *context.budget)) {
  const BufferRef buffer =
      Buffer::allocate(std::max<size_t>(1, rows.size()) * 2 * sizeof(SortEntry), *context.budget);
  const std::span entries(buffer->as<SortEntry>(), rows.size());
  const std::span scratch(buffer->as<SortEntry>() + rows.size(), rows.size());
  uint64_t words[kChunkRows];
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, rows.size() - begin));
    order_.words(column_, rows.data() + begin, count, words);
    for (uint32_t i = 0; i < count; ++i) entries[begin + i] = {words[i], as_place(rows[begin + i])};
  }
  sort_by_words(entries, scratch, context);
  if (!order_.is_exact()) {
    size_t since_check = 0;
    for (size_t first = 0; first < entries.size();) {
      size_t last = first + 1;
      while (last < entries.size() && entries[last].word == entries[first].word) ++last;
      if (last - first > 1) {
        std::sort(entries.begin() + static_cast<ptrdiff_t>(first),
                  entries.begin() + static_cast<ptrdiff_t>(last),
                  [&](const SortEntry& a, const SortEntry& b) {
                    if (++since_check % (1U << 16) == 0) context.check_cancelled();
                    return order_.compare(column_, place_of(a), column_, place_of(b)) < 0;
                  });
      }
      first = last;
    }
  }
  for (uint32_t i = 0; i < size_; ++i) {
    rows_->as<uint32_t>()[i] = place_of(entries[i]);
    words_->as<uint64_t>()[i] = entries[i].word;
  }
  if (order_.is_exact()) column_ = Column();
}

void OrderedValues::count_before(const Column& values, const uint32_t* source, uint32_t count,
                                 bool inclusive, uint32_t* out) const {
  if (size_ == 0) return std::fill_n(out, count, 0U), void();
  uint64_t wanted[kChunkRows];
  order_.words(values, source, count, wanted);
  const auto* const words = static_cast<const Buffer&>(*words_).as<uint64_t>();
  // Several at a time and without branches, as each outcome is anybody's guess.
  const bool or_equal = inclusive && order_.is_exact();
  for (uint32_t begin = 0; begin < count; begin += kLanes) {
    const uint32_t lanes = std::min(kLanes, count - begin);
    const auto search = [&](auto before) {
      uint32_t at[kLanes] = {};
      for (uint32_t length = size_; length > 1; length -= length / 2) {
        const uint32_t half = length / 2;
        for (uint32_t i = 0; i < lanes; ++i) {
          uint32_t moves = before(words[at[i] + half - 1], wanted[begin + i]);
          asm("" : "+r"(moves));  // or the compiler makes a branch of it
          at[i] += half & -moves;
        }
      }
      for (uint32_t i = 0; i < lanes; ++i)
        out[begin + i] = at[i] + before(words[at[i]], wanted[begin + i]);
    };
    if (or_equal) {
      search([](uint64_t word, uint64_t wanted_word) -> uint32_t { return word <= wanted_word; });
    } else {
      search([](uint64_t word, uint64_t wanted_word) -> uint32_t { return word < wanted_word; });
    }
  }
  if (order_.is_exact()) return;
  const uint32_t* const rows_in_order = static_cast<const Buffer&>(*rows_).as<uint32_t>();
  for (uint32_t i = 0; i < count; ++i) {
    if (out[i] == size_ || words[out[i]] != wanted[i]) continue;
    const uint32_t row = source ? source[i] : i;
    uint32_t begin = out[i];
    uint32_t end = words_before(words, begin, size_, wanted[i], true);
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      const int compared = order_.compare(column_, rows_in_order[middle], values, row);
      if (compared < 0 || (compared == 0 && inclusive)) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    out[i] = begin;
  }
}

}  // namespace doline
