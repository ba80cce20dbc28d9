#include "format/parquet/convert.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bits.h"
#include "base/error.h"
#include "base/half.h"
#include "column/string_view.h"

namespace doline::parquet {

namespace {

bool is_valid(const uint64_t* validity, size_t row) {
  return validity == nullptr || test_bit(validity, row);
}

[[noreturn]] void out_of_range(const SchemaNode& leaf) {
  throw Error(ErrorCode::kFormat, "a value of the Parquet column \"{}\" is outside the range of {}",
              leaf.name, leaf.type->name());
}

template <class From, class To>
void cast_all(const std::byte* in, size_t count, std::byte* out) {
  for (size_t i = 0; i < count; ++i) {
    store_unaligned(out + i * sizeof(To),
                    static_cast<To>(load_unaligned<From>(in + i * sizeof(From))));
  }
}

void narrow(const SchemaNode& leaf, const std::byte* in, size_t count, std::byte* out) {
  if (converted_width(leaf) == 1) return cast_all<uint32_t, uint8_t>(in, count, out);
  cast_all<uint32_t, uint16_t>(in, count, out);
}

void widen(const SchemaNode& leaf, const std::byte* in, size_t count, std::byte* out) {
  const bool to_128 = leaf.type->physical() == PhysicalType::kInt128;
  if (leaf.stored.physical == Physical::kInt32) {
    return to_128 ? cast_all<int32_t, int128_t>(in, count, out)
                  : cast_all<int32_t, int64_t>(in, count, out);
  }
  cast_all<int64_t, int128_t>(in, count, out);
}

std::span<const std::byte> bytes_at(const SchemaNode& leaf, const std::byte* in, size_t row) {
  if (leaf.stored.physical == Physical::kFixed)
    return {in + row * leaf.stored.type_length, leaf.stored.type_length};
  const auto& view = reinterpret_cast<const StringView*>(in)[row];
  return {reinterpret_cast<const std::byte*>(view.data()), view.size()};
}

void decimals(const SchemaNode& leaf, const std::byte* in, size_t count, const uint64_t* validity,
              std::byte* out) {
  const bool to_128 = leaf.type->physical() == PhysicalType::kInt128;
  for (size_t i = 0; i < count; ++i) {
    int128_t value = 0;
    if (is_valid(validity, i) && !decimal_of_bytes(bytes_at(leaf, in, i), value))
      out_of_range(leaf);
    if (to_128) {
      store_unaligned(out + i * 16, value);
    } else {
      if (static_cast<int64_t>(value) != value) out_of_range(leaf);
      store_unaligned(out + i * 8, static_cast<int64_t>(value));
    }
  }
}

void decimals_to_double(const SchemaNode& leaf, const std::byte* in, size_t count,
                        const uint64_t* validity, std::byte* out) {
  for (size_t i = 0; i < count; ++i) {
    double value = 0;
    if (is_valid(validity, i)) {
      const auto bytes = bytes_at(leaf, in, i);
      const bool negative = !bytes.empty() && (static_cast<uint8_t>(bytes[0]) & 0x80) != 0;
      for (const std::byte byte : bytes) {
        value = value * 256 + static_cast<double>(static_cast<uint8_t>(negative ? ~byte : byte));
      }
      value = (negative ? -value - 1 : value) / std::pow(10.0, leaf.scale);
    }
    store_unaligned(out + i * 8, value);
  }
}

void int96(const std::byte* in, size_t count, std::byte* out) {
  constexpr uint64_t kMicrosPerDay = 86'400'000'000;
  constexpr uint32_t kJulianEpoch = 2'440'588;  // 1970-01-01
  for (size_t i = 0; i < count; ++i) {
    const auto nanos = load_unaligned<int64_t>(in + i * 12);
    const auto julian = load_unaligned<uint32_t>(in + i * 12 + 8);
    const auto days = static_cast<int64_t>(julian) - kJulianEpoch;
    // Wraps where the file holds nonsense.
    store_unaligned(out + i * 8, static_cast<uint64_t>(days) * kMicrosPerDay +
                                     static_cast<uint64_t>(nanos / 1000));
  }
}

void times_thousand(const SchemaNode& leaf, const std::byte* in, size_t count,
                    const uint64_t* validity, std::byte* out) {
  const bool is_32 = leaf.stored.physical == Physical::kInt32;
  for (size_t i = 0; i < count; ++i) {
    const int64_t value =
        is_32 ? load_unaligned<int32_t>(in + i * 4) : load_unaligned<int64_t>(in + i * 8);
    int64_t product = 0;
    if (__builtin_mul_overflow(value, int64_t{1000}, &product) && is_valid(validity, i))
      out_of_range(leaf);
    store_unaligned(out + i * 8, product);
  }
}

void thousandth(const std::byte* in, size_t count, std::byte* out) {
  for (size_t i = 0; i < count; ++i) {
    const auto value = load_unaligned<int64_t>(in + i * 8);
    store_unaligned(out + i * 8, value / 1000 - (value % 1000 < 0 ? 1 : 0));  // towards the past
  }
}

/// The bits of all bytes of a text of 13 and more, ORed. Loads overlap instead of looping to the
/// end: how often a loop goes round is what a processor guesses wrongly.
uint64_t any_bits(const char* data, size_t size) {
  if (size < 16) return load_unaligned<uint64_t>(data) | load_unaligned<uint64_t>(data + size - 8);
  struct Words {
    uint64_t low, high;
  };
  uint64_t bits = 0;
  const auto see = [&](size_t at) {
    const auto words = load_unaligned<Words>(data + at);
    bits |= words.low | words.high;
  };
  const size_t last = size - 16;
  for (size_t at = 64; at < last; at += 16) see(at);
  see(0);
  see(std::min<size_t>(16, last));
  see(std::min<size_t>(32, last));
  see(std::min<size_t>(48, last));
  see(last);
  return bits;
}

bool is_utf8(const StringView& text) {
  constexpr uint64_t kNotAscii = 0x8080808080808080;
  // Of a short text, its length and the zeros behind it have no such bits.
  const uint64_t bits =
      text.is_inline() ? text.head() | text.tail() : any_bits(text.data(), text.size());
  return (bits & kNotAscii) == 0 || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace

bool decimal_of_bytes(std::span<const std::byte> bytes, int128_t& out) {
  uint128_t value =
      !bytes.empty() && (static_cast<uint8_t>(bytes[0]) & 0x80) != 0 ? ~uint128_t{0} : 0;
  const uint128_t filler = value;
  for (size_t i = 0; i < bytes.size(); ++i) {
    // What is shifted out, and the sign that stays, must be nothing but sign.
    if (bytes.size() - i > 16 && static_cast<uint8_t>(bytes[i]) != static_cast<uint8_t>(filler))
      return false;
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  if (bytes.size() > 16 && static_cast<uint8_t>(value >> 127) != static_cast<uint8_t>(filler & 1))
    return false;
  out = static_cast<int128_t>(value);
  return true;
}

size_t converted_width(const SchemaNode& leaf) { return width_of(leaf.type->physical()); }

void check_text(const SchemaNode& leaf, const std::byte* in, size_t count,
                const uint64_t* validity) {
  const auto* const views = reinterpret_cast<const StringView*>(in);
  for (size_t i = 0; i < count; ++i) {
    if (is_valid(validity, i) && !is_utf8(views[i])) {
      throw Error(
          ErrorCode::kFormat,
          "the Parquet column \"{}\" is declared as text, but holds bytes that are not UTF-8",
          leaf.name);
    }
  }
}

void convert(const SchemaNode& leaf, const std::byte* in, size_t count, const uint64_t* validity,
             std::byte* out) {
  switch (leaf.conversion) {
    case Conversion::kText:
      check_text(leaf, in, count, validity);
      [[fallthrough]];
    case Conversion::kNone:
      if (in != out && count > 0) std::memcpy(out, in, count * converted_width(leaf));
      return;
    case Conversion::kBool: {
      auto* const words = reinterpret_cast<uint64_t*>(out);
      std::memset(out, 0, words_for_bits(count) * 8);
      for (size_t i = 0; i < count; ++i)
        words[i / 64] |= static_cast<uint64_t>(in[i] != std::byte{0}) << (i % 64);
      return;
    }
    case Conversion::kNarrow:
      return narrow(leaf, in, count, out);
    case Conversion::kWiden:
      return widen(leaf, in, count, out);
    case Conversion::kDecimalBytes:
      return decimals(leaf, in, count, validity, out);
    case Conversion::kDecimalDouble:
      return decimals_to_double(leaf, in, count, validity, out);
    case Conversion::kInt96:
      return int96(in, count, out);
    case Conversion::kFloat16:
      for (size_t i = 0; i < count; ++i)
        store_unaligned(out + i * 4, half_to_float(load_unaligned<uint16_t>(in + i * 2)));
      return;
    case Conversion::kTimesThousand:
      return times_thousand(leaf, in, count, validity, out);
    case Conversion::kThousandth:
      return thousandth(in, count, out);
    case Conversion::kUuid:
      for (size_t i = 0; i < count; ++i) {
        const uint64_t high =
            __builtin_bswap64(load_unaligned<uint64_t>(in + i * 16)) ^ (uint64_t{1} << 63);
        const uint64_t low = __builtin_bswap64(load_unaligned<uint64_t>(in + i * 16 + 8));
        store_unaligned(out + i * 16, uint128_t{high} << 64 | low);
      }
      return;
    case Conversion::kInterval:
      for (size_t i = 0; i < count; ++i) {
        Interval value;
        value.months = load_unaligned<int32_t>(in + i * 12);
        value.days = load_unaligned<int32_t>(in + i * 12 + 4);
        value.micros = int64_t{load_unaligned<uint32_t>(in + i * 12 + 8)} * 1000;
        store_unaligned(out + i * sizeof(Interval), value);
      }
      return;
    case Conversion::kFixedBytes: {
      const uint32_t length = leaf.stored.type_length;
      for (size_t i = 0; i < count; ++i) {
        store_unaligned(out + i * sizeof(StringView),
                        StringView(reinterpret_cast<const char*>(in + i * length), length));
      }
      return;
    }
  }
}

}  // namespace doline::parquet
