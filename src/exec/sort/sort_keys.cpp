#include "exec/sort/sort_keys.h"

#include <bit>
#include <cstring>

namespace doline {

namespace {

template <class T>
void put_big_endian(std::vector<std::byte>& out, T value) {
  std::byte bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::byte>(value >> ((sizeof(T) - 1 - i) * 8));
  out.insert(out.end(), bytes, bytes + sizeof(T));
}

/// -0.0 as 0.0, every NaN as the greatest value.
uint64_t ordered_bits(double value) {
  if (value != value) return ~uint64_t{0};
  if (value == 0) value = 0;
  const auto bits = std::bit_cast<uint64_t>(value);
  return bits >> 63 ? ~bits : bits | (uint64_t{1} << 63);
}

class KeyWriter {
 public:
  std::vector<std::byte> bytes;

  void column(const Column& column, uint32_t row, const SortOrder& order) {
    const size_t begin = bytes.size();
    value(column, row);
    // NULL's place is said by the first byte, apart from the direction.
    if (order.descending) {
      for (size_t i = begin; i < bytes.size(); ++i) bytes[i] = ~bytes[i];
    }
    bytes[begin] = static_cast<std::byte>(column.is_null(row) ? (order.nulls_first ? 0 : 2) : 1);
  }

 private:
  /// A marker byte (1 value, 2 NULL), then the value.
  void value(const Column& column, uint32_t row) {
    if (column.is_dictionary() && !column.is_null(row)) return value(column.dictionary()->values(), column.codes()[row]);
    if (column.is_null(row)) {
      bytes.push_back(std::byte{2});
      return;
    }
    bytes.push_back(std::byte{1});
    const uint32_t at = column.index_of(row);
    switch (column.physical()) {
      case PhysicalType::kBool: bytes.push_back(std::byte{test_bit(column.bits(), at)}); return;
      case PhysicalType::kInt8: return put_big_endian(bytes, static_cast<uint8_t>(column.values<uint8_t>()[at] ^ 0x80U));
      case PhysicalType::kInt16: return put_big_endian(bytes, static_cast<uint16_t>(column.values<uint16_t>()[at] ^ 0x8000U));
      case PhysicalType::kInt32: return put_big_endian(bytes, column.values<uint32_t>()[at] ^ 0x80000000U);
      case PhysicalType::kInt64: return put_big_endian(bytes, column.values<uint64_t>()[at] ^ (uint64_t{1} << 63));
      case PhysicalType::kInt128:
        return put_big_endian(bytes, static_cast<uint128_t>(column.values<int128_t>()[at]) ^ (uint128_t{1} << 127));
      case PhysicalType::kUInt8: return put_big_endian(bytes, column.values<uint8_t>()[at]);
      case PhysicalType::kUInt16: return put_big_endian(bytes, column.values<uint16_t>()[at]);
      case PhysicalType::kUInt32: return put_big_endian(bytes, column.values<uint32_t>()[at]);
      case PhysicalType::kUInt64: return put_big_endian(bytes, column.values<uint64_t>()[at]);
      case PhysicalType::kFloat: return put_big_endian(bytes, ordered_bits(column.values<float>()[at]));
      case PhysicalType::kDouble: return put_big_endian(bytes, ordered_bits(column.values<double>()[at]));
      case PhysicalType::kString: return text(column.values<StringView>()[at].view());
      case PhysicalType::kInterval: {
        const Interval& interval = column.values<Interval>()[at];
        const int128_t micros = (int128_t{interval.months} * 30 + interval.days) * 86'400'000'000 + interval.micros;
        return put_big_endian(bytes, static_cast<uint128_t>(micros) ^ (uint128_t{1} << 127));
      }
      case PhysicalType::kList: {
        const ListEntry entry = column.values<ListEntry>()[at];
        for (uint32_t i = 0; i < entry.size; ++i) value(column.child(), entry.begin + i);
        bytes.push_back(std::byte{0});  // a list that ends comes before one that goes on
        return;
      }
      case PhysicalType::kStruct:
        for (const Column& child : column.children()) value(child, at);
        return;
    }
  }

  /// Zero bytes are escaped, so that the end sorts before any byte.
  void text(std::string_view value) {
    for (char c : value) {
      bytes.push_back(static_cast<std::byte>(c));
      if (c == 0) bytes.push_back(std::byte{0xFF});
    }
    bytes.push_back(std::byte{0});
    bytes.push_back(std::byte{0});
  }
};

uint64_t prefix_of(const std::byte* key, size_t size) {
  std::byte first[8] = {};
  std::memcpy(first, key, size < 8 ? size : 8);
  uint64_t word;
  std::memcpy(&word, first, 8);
  return __builtin_bswap64(word);
}

}  // namespace

void encode_sort_keys(const std::vector<Column>& keys, const std::vector<SortOrder>& orders, uint32_t rows,
                      const MorselSequence& sequence, uint32_t first_row, uint32_t chunk_index, Arena& arena,
                      std::vector<SortEntry>& out) {
  KeyWriter writer;
  for (uint32_t row = 0; row < rows; ++row) {
    writer.bytes.clear();
    for (size_t i = 0; i < keys.size(); ++i) writer.column(keys[i], row, orders[i]);
    put_big_endian(writer.bytes, sequence.morsel);
    put_big_endian(writer.bytes, static_cast<uint32_t>(sequence.chunk));
    put_big_endian(writer.bytes, first_row + row);
    std::byte* key = arena.allocate(writer.bytes.size(), 1);
    std::memcpy(key, writer.bytes.data(), writer.bytes.size());
    out.push_back({prefix_of(key, writer.bytes.size()), key, static_cast<uint32_t>(writer.bytes.size()),
                   chunk_index << 11 | row});
  }
}

}  // namespace doline
