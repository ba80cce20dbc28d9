#include "kernel/hash_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/hash.h"
#include "column/physical.h"
#include "kernel/calendar.h"

namespace doline {

namespace {

constexpr uint64_t kNaNBits = 0x7ff8000000000000ULL;

// A list's hash starts from its length, so that [] and NULL, [[]] and [] differ.
constexpr uint64_t kListSeed = 0x8f14e45fceea167aULL;
constexpr uint64_t kStructSeed = 0x6c8e944d1f2a7c1bULL;

/// Elements of lists are hashed in batches of about this many.
constexpr size_t kElementBatch = 4096;

uint64_t hash_double(double value) {
  if (std::isnan(value)) return hash_u64(kNaNBits);
  return hash_u64(std::bit_cast<uint64_t>(value + 0.0));  // -0.0 + 0.0 is 0.0
}

template <class T>
uint64_t hash_value(const T& value) {
  if constexpr (std::is_same_v<T, StringView>) {
    return value.hash();
  } else if constexpr (std::is_same_v<T, Interval>) {
    return hash_i128(normalized_micros(value));
  } else if constexpr (std::is_same_v<T, int128_t>) {
    return hash_i128(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return hash_double(value);
  } else if constexpr (std::is_same_v<T, ListEntry>) {
    UNREACHABLE();
  } else {
    return hash_u64(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

/// Which rows: all of the first n, 16-bit ones, or 32-bit ones (elements of lists).
struct AllRows {
  uint32_t operator[](uint32_t i) const { return i; }
};

template <class Rows>
void hash_rows(const Column& column, Rows rows, uint32_t count, uint64_t* out);

template <class T, class Rows>
void hash_flat(const Column& column, Rows rows, uint32_t count, uint64_t* out) {
  const uint64_t* validity = column.validity();
  const T* values = column.values<T>();
  if (!validity) {
    for (uint32_t i = 0; i < count; ++i) out[i] = hash_value(values[rows[i]]);
  } else {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t row = rows[i];
      if constexpr (std::is_same_v<T, StringView>) {
        out[i] = test_bit(validity, row) ? values[row].hash() : kNullHash;
      } else {
        const uint64_t hash = hash_value(values[row]);
        out[i] = test_bit(validity, row) ? hash : kNullHash;
      }
    }
  }
}

template <class Rows>
void hash_lists(const Column& column, Rows rows, uint32_t count, uint64_t* out) {
  const ListEntry* entries = column.values<ListEntry>();
  std::vector<uint32_t> elements;
  std::vector<uint64_t> hashes;
  uint32_t begin = 0;
  while (begin < count) {
    elements.clear();
    uint32_t end = begin;
    for (; end < count && elements.size() < kElementBatch; ++end) {
      const uint32_t row = rows[end];
      if (column.is_null(row)) continue;
      const ListEntry& entry = entries[row];
      for (uint32_t i = 0; i < entry.size; ++i) elements.push_back(entry.begin + i);
    }
    hashes.resize(elements.size());
    hash_rows(column.child(), elements.data(), static_cast<uint32_t>(elements.size()),
              hashes.data());
    const uint64_t* next = hashes.data();
    for (; begin < end; ++begin) {
      const uint32_t row = rows[begin];
      if (column.is_null(row)) {
        out[begin] = kNullHash;
        continue;
      }
      const uint32_t size = entries[row].size;
      uint64_t hash = hash_combine(kListSeed, size);
      for (uint32_t i = 0; i < size; ++i) hash = hash_combine(hash, *next++);
      out[begin] = hash;
    }
  }
}

template <class Rows>
void hash_structs(const Column& column, Rows rows, uint32_t count, uint64_t* out) {
  std::fill_n(out, count, kStructSeed);
  std::vector<uint64_t> field(count);
  for (const Column& child : column.children()) {
    hash_rows(child, rows, count, field.data());
    for (uint32_t i = 0; i < count; ++i) out[i] = hash_combine(out[i], field[i]);
  }
  if (!column.validity()) return;
  for (uint32_t i = 0; i < count; ++i) {
    if (column.is_null(rows[i])) out[i] = kNullHash;
  }
}

/// Each value of the dictionary once, where it is not much larger than what is asked for.
template <class Rows>
void hash_dictionary(const Column& column, Rows rows, uint32_t count, uint64_t* out) {
  const Dictionary& dictionary = *column.dictionary();
  const uint32_t* codes = column.codes();
  if (dictionary.size() == 0) {
    std::fill_n(out, count, kNullHash);
    return;
  }
  const uint64_t* hashes = dictionary.hashes();
  if (!hashes && dictionary.size() <= 32 * count) {
    std::unique_ptr<uint64_t[]> computed(new uint64_t[dictionary.size()]);
    hash_rows(dictionary.values(), AllRows(), dictionary.size(), computed.get());
    hashes = dictionary.keep_hashes(std::move(computed));
  }
  if (hashes) {
    for (uint32_t i = 0; i < count; ++i)
      out[i] = hashes[column.is_null(rows[i]) ? 0 : codes[rows[i]]];
  } else {
    std::vector<uint32_t> at(count);
    for (uint32_t i = 0; i < count; ++i) at[i] = column.is_null(rows[i]) ? 0 : codes[rows[i]];
    hash_rows(dictionary.values(), at.data(), count, out);
  }
  if (!column.validity()) return;
  for (uint32_t i = 0; i < count; ++i) {
    if (column.is_null(rows[i])) out[i] = kNullHash;
  }
}

template <class Rows>
void hash_rows(const Column& column, Rows rows, uint32_t count, uint64_t* out) {
  if (count == 0) return;
  if (column.is_constant()) {
    std::fill_n(out, count, hash_row(column, 0));
    return;
  }
  if (column.is_dictionary()) return hash_dictionary(column, rows, count, out);
  if (column.physical() == PhysicalType::kStruct) return hash_structs(column, rows, count, out);
  if (column.physical() == PhysicalType::kList) return hash_lists(column, rows, count, out);
  dispatch_physical(column.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      for (uint32_t i = 0; i < count; ++i) {
        const uint64_t hash = hash_u64(test_bit(column.bits(), rows[i]) ? 1 : 0);
        out[i] = column.is_null(rows[i]) ? kNullHash : hash;
      }
    } else {
      hash_flat<T>(column, rows, count, out);
    }
  });
}

}  // namespace

uint64_t hash_row(const Column& column, uint32_t row) {
  if (column.is_null(row)) return kNullHash;
  if (column.is_dictionary()) return hash_row(column.dictionary()->values(), column.codes()[row]);
  const uint32_t at = column.index_of(row);
  uint64_t hash = 0;
  switch (column.physical()) {
    case PhysicalType::kList: {
      const ListEntry entry = column.values<ListEntry>()[at];
      hash = hash_combine(kListSeed, entry.size);
      for (uint32_t i = 0; i < entry.size; ++i) {
        hash = hash_combine(hash, hash_row(column.child(), entry.begin + i));
      }
      return hash;
    }
    case PhysicalType::kStruct:
      hash = kStructSeed;
      for (const Column& child : column.children()) hash = hash_combine(hash, hash_row(child, at));
      return hash;
    case PhysicalType::kBool:
      return hash_u64(test_bit(column.bits(), at) ? 1 : 0);
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kInt128:
    case PhysicalType::kUInt8:
    case PhysicalType::kUInt16:
    case PhysicalType::kUInt32:
    case PhysicalType::kUInt64:
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
      return dispatch_physical(column.physical(), [&]<class T>() -> uint64_t {
        if constexpr (std::is_same_v<T, bool>) {
          UNREACHABLE();
        } else {
          return hash_value(column.values<T>()[at]);
        }
      });
  }
  UNREACHABLE();
}

void hash_column(const Column& column, const Selection& active, uint64_t* hashes, bool combine) {
  const uint32_t count = active.size();
  std::vector<uint64_t> own;
  uint64_t* out = hashes;
  if (combine) {
    own.resize(count);
    out = own.data();
  }
  if (const uint16_t* rows = active.rows()) {
    hash_rows(column, rows, count, out);
  } else {
    hash_rows(column, AllRows(), count, out);
  }
  if (combine) {
    for (uint32_t i = 0; i < count; ++i) hashes[i] = hash_combine(hashes[i], out[i]);
  }
}

}  // namespace doline
