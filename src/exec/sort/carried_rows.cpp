#include "exec/sort/carried_rows.h"

#include "column/column_writer.h"
#include "column/physical.h"

namespace doline {

namespace {

/// Bytes of a value, 0 for values that are not plain words.
uint32_t word_bytes(TypeRef type) {
  if (type->is_nested()) return 0;
  return dispatch_physical(type->physical(), [&]<class T>() -> uint32_t {
    return !std::is_same_v<T, bool> && std::is_arithmetic_v<T> && sizeof(T) <= 8 ? sizeof(T) : 0;
  });
}

template <class Body>
void dispatch_bytes(uint32_t bytes, Body&& body) {
  switch (bytes) {
    case 1:
      return body.template operator()<uint8_t>();
    case 2:
      return body.template operator()<uint16_t>();
    case 4:
      return body.template operator()<uint32_t>();
    default:
      return body.template operator()<uint64_t>();
  }
}

bool has_null(const Column& column, const uint32_t* source, uint32_t count) {
  if (!column.validity()) return false;
  bool found = false;
  for (uint32_t i = 0; i < count; ++i) found |= column.is_null(source ? source[i] : i);
  return found;
}

}  // namespace

std::optional<CarriedRows> CarriedRows::create(const std::vector<TypeRef>& types, size_t keys,
                                               const std::vector<int>& key_columns) {
  if (keys != 1 || key_columns[0] < 0) return {};
  const auto key = static_cast<uint32_t>(key_columns[0]);
  std::vector<Part> parts;
  uint32_t used = 0;
  for (uint32_t column = 0; column < types.size(); ++column) {
    const uint32_t bytes = word_bytes(types[column]);
    if (bytes == 0) return {};
    if (column == key) continue;
    if (used + bytes > sizeof(uint64_t)) return {};
    parts.push_back({column, bytes, used * 8});
    used += bytes;
  }
  return CarriedRows(types, key, std::move(parts));
}

bool CarriedRows::pack(const KeyWords& words, std::span<const Column> columns,
                       const uint32_t* source, uint32_t count, SortEntry* to) const {
  for (uint32_t column = 0; column < types_.size(); ++column) {
    if (has_null(columns[column], source, count)) return false;
  }
  ASSERT(count <= kChunkRows);
  uint64_t first[kChunkRows];
  if (!words.exact_words(columns[key_], source, count, first)) return false;
  uint64_t others[kChunkRows];
  if (parts_.empty()) std::fill_n(others, count, uint64_t{0});
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Column& column = columns[parts_[i].column];
    const Column& from = column.is_dictionary() ? column.dictionary()->values() : column;
    dispatch_bytes(parts_[i].bytes, [&]<class T>() {
      const T* values = from.values<T>();
      const auto put = [&](auto row_of) {
        for (uint32_t k = 0; k < count; ++k) {
          const uint64_t bits = uint64_t{values[row_of(k)]} << parts_[i].shift;
          others[k] = i == 0 ? bits : others[k] | bits;
        }
      };
      if (column.is_flat() && !source) {
        put([](uint32_t k) { return k; });
      } else if (column.is_flat()) {
        put([&](uint32_t k) { return source[k]; });
      } else {
        put([&](uint32_t k) { return column.index_of(source ? source[k] : k); });
      }
    });
  }
  for (uint32_t i = 0; i < count; ++i) {
    to[i] = {first[i], reinterpret_cast<const std::byte*>(others[i])};
  }
  return true;
}

std::vector<Column> CarriedRows::unpack(const KeyWords& words,
                                        std::span<const SortEntry> entries) const {
  const auto count = static_cast<uint32_t>(entries.size());
  std::vector<Column> columns(types_.size());
  ColumnWriter key(types_[key_], count);
  words.restore(entries, key.values<void>());
  columns[key_] = key.seal(count);
  for (const Part& part : parts_) {
    ColumnWriter writer(types_[part.column], count);
    dispatch_bytes(part.bytes, [&]<class T>() {
      T* values = writer.values<T>();
      for (uint32_t i = 0; i < count; ++i) {
        values[i] = static_cast<T>(reinterpret_cast<uint64_t>(entries[i].row) >> part.shift);
      }
    });
    columns[part.column] = writer.seal(count);
  }
  return columns;
}

}  // namespace doline
