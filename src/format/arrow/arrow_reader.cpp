#include "format/arrow/arrow_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "base/bits.h"
#include "base/error.h"
#include "base/half.h"
#include "column/column_builder.h"
#include "column/column_writer.h"
#include "format/arrow/arrow_bits.h"
#include "format/arrow/arrow_check.h"
#include "format/arrow/arrow_texts.h"

namespace doline {

namespace {

[[noreturn]] void broken(const ArrowField& field, std::string_view what) {
  throw Error(ErrorCode::kFormat, "Arrow data, column \"{}\": {}", field.name, what);
}

/// Texts as values of the field's enum, which has them in an order of its own.
Column enum_values(const ArrowField& field, const Column& texts) {
  ColumnWriter out(field.type, texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i) {
    if (texts.is_null(i)) {
      out.set_null(i);
      continue;
    }
    const int64_t position = field.type->enum_position(texts.text(i));
    if (position < 0) broken(field, "a dictionary value that its ENUM does not have");
    out.values<uint32_t>()[i] = static_cast<uint32_t>(position);
  }
  return out.seal(texts.size());
}

bool is_unique(const Column& texts) {
  std::unordered_set<std::string_view> seen;
  for (uint32_t i = 0; i < texts.size(); ++i) {
    if (!seen.insert(texts.values<StringView>()[i].view()).second) return false;
  }
  return true;
}

class ArrayReader {
 public:
  ArrayReader(PinRef pin, ArrowDictionaries& dictionaries)
      : pin_(std::move(pin)), dictionaries_(dictionaries) {}

  /// Rows [begin, begin + count) of the array, from its offset on, as a column of `count` rows.
  Column read(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count) {
    return read(field, array, begin, count, Selection::all(count));
  }
  Column read(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
              const Selection& wanted) {
    if (count == 0) return ColumnBuilder(field.type, 1).seal();  // there may be no buffers then
    switch (field.layout) {
      case ArrowLayout::kNull:
        return Column::null(field.type, count).flatten();
      case ArrowLayout::kBits: {
        BufferRef bits = arrow_bits(array.buffers[1], array.offset + begin, count);
        return Column::flat(field.type, count, std::move(bits),
                            arrow_validity(array, begin, count));
      }
      case ArrowLayout::kByteBool:
        return convert<int8_t>(field, array, begin, count,
                               [](ColumnWriter& out, uint32_t row, int8_t value) {
                                 assign_bit(out.bits(), row, value != 0);
                               });
      case ArrowLayout::kPlain:
        return plain(field, array, begin, count, wanted);
      case ArrowLayout::kHalf:
        return convert<uint16_t>(field, array, begin, count,
                                 [](ColumnWriter& out, uint32_t row, uint16_t value) {
                                   out.values<float>()[row] = half_to_float(value);
                                 });
      case ArrowLayout::kScaled:
        return scaled(field, array, begin, count);
      case ArrowLayout::kDecimal:
        return decimal(field, array, begin, count);
      case ArrowLayout::kUuid:
        return convert<uint128_t>(
            field, array, begin, count, [](ColumnWriter& out, uint32_t row, uint128_t bytes) {
              const uint128_t value =
                  (uint128_t{__builtin_bswap64(static_cast<uint64_t>(bytes))} << 64) |
                  __builtin_bswap64(static_cast<uint64_t>(bytes >> 64));
              out.values<int128_t>()[row] = static_cast<int128_t>(value ^ (uint128_t{1} << 127));
            });
      case ArrowLayout::kMonths:
        return convert<int32_t>(field, array, begin, count,
                                [](ColumnWriter& out, uint32_t row, int32_t months) {
                                  out.values<Interval>()[row] = {months, 0, 0};
                                });
      case ArrowLayout::kDayTime:
        return convert<std::array<int32_t, 2>>(
            field, array, begin, count,
            [](ColumnWriter& out, uint32_t row, const std::array<int32_t, 2>& value) {
              out.values<Interval>()[row] = {0, value[0], int64_t{value[1]} * 1000};
            });
      case ArrowLayout::kMonthDayNano:
        return convert<MonthDayNano>(
            field, array, begin, count,
            [&](ColumnWriter& out, uint32_t row, const MonthDayNano& value) {
              if (value.nanos % 1000 != 0) not_exact(field, value.nanos);
              out.values<Interval>()[row] = {value.months, value.days, value.nanos / 1000};
            });
      case ArrowLayout::kFixedBinary:
      case ArrowLayout::kText32:
      case ArrowLayout::kText64:
      case ArrowLayout::kTextViews:
        return read_arrow_texts(field, array, begin, count, wanted, pin_);
      case ArrowLayout::kList32:
        return lists<int32_t>(field, array, begin, count, false);
      case ArrowLayout::kList64:
        return lists<int64_t>(field, array, begin, count, false);
      case ArrowLayout::kListViews32:
        return lists<int32_t>(field, array, begin, count, true);
      case ArrowLayout::kListViews64:
        return lists<int64_t>(field, array, begin, count, true);
      case ArrowLayout::kFixedList:
        return fixed_lists(field, array, begin, count);
      case ArrowLayout::kStruct: {
        std::vector<Column> children;
        for (size_t i = 0; i < field.children.size(); ++i) {
          children.push_back(
              read(field.children[i], *array.children[i], array.offset + begin, count));
        }
        return Column::structure(field.type, count, std::move(children),
                                 arrow_validity(array, begin, count));
      }
      case ArrowLayout::kRunEnds:
        return runs(field, array, begin, count);
      case ArrowLayout::kDictionary:
        return dictionary(field, array, begin, count);
    }
    UNREACHABLE();
  }

 private:
  struct MonthDayNano {
    int32_t months, days;
    int64_t nanos;
  };

  [[noreturn]] static void not_exact(const ArrowField& field, int64_t value) {
    throw Error(ErrorCode::kConversion, "Arrow column \"{}\": {} is no exact value of {}",
                field.name, value, field.type->name())
        .hint("cast the column before it is registered");
  }

  [[noreturn]] static void too_wide(const ArrowField& field) {
    throw Error(ErrorCode::kConversion, "Arrow column \"{}\": a decimal of more digits than {} has",
                field.name, field.type->name())
        .hint("cast the column before it is registered");
  }

  /// Shared where it is aligned and our loops' habit of reading a little further stays inside;
  /// copied otherwise.
  Column plain(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
               const Selection& wanted) const {
    const size_t width = field.width_bytes;
    const auto* values = static_cast<const std::byte*>(array.buffers[1]) +
                         static_cast<size_t>(array.offset + begin) * width;
    const size_t bytes_after = static_cast<size_t>(array.length - begin - count) * width;
    BufferRef validity = arrow_validity(array, begin, count);
    if (field.nan_is_null) {
      validity = width == 4 ? numbers_among<float>(values, count, wanted, std::move(validity))
                            : numbers_among<double>(values, count, wanted, std::move(validity));
    }
    if (reinterpret_cast<uintptr_t>(values) % width == 0 && bytes_after >= Buffer::kPaddingBytes) {
      return Column::view(field.type, count, values, nullptr, pin_).masked(std::move(validity));
    }
    return Column::flat(field.type, count, Buffer::copy_of({values, count * width}),
                        std::move(validity));
  }

  /// The bitmap of the rows that are neither NULL already nor NaN, as far as they are wanted; the
  /// one that there is, or null, where all of those are numbers.
  template <class T>
  static BufferRef numbers_among(const std::byte* values, uint32_t count, const Selection& wanted,
                                 BufferRef validity) {
    const auto is_number = [&](uint32_t row) {
      const T value = load_unaligned<T>(values + row * sizeof(T));
      return value == value;
    };
    bool all = true;
    wanted.for_each([&](uint32_t row) { all &= is_number(row); });
    if (all) return validity;
    BufferRef bits = Buffer::allocate_zeroed(words_for_bits(count) * 8);
    auto* const words = bits->as<uint64_t>();
    for (uint32_t row = 0; row < count; ++row)
      words[row / 64] |= uint64_t{is_number(row)} << (row % 64);
    for (size_t word = 0; validity && word < words_for_bits(count); ++word)
      words[word] &= validity->as<uint64_t>()[word];
    return bits;
  }

  template <class From, class Body>
  Column convert(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
                 Body&& body) const {
    const auto* values = static_cast<const std::byte*>(array.buffers[1]) +
                         static_cast<size_t>(array.offset + begin) * sizeof(From);
    ColumnWriter out(field.type, count);
    const BufferRef validity = arrow_validity(array, begin, count);
    for (uint32_t row = 0; row < count; ++row) {
      if (validity && !test_bit(validity->as<uint64_t>(), row)) continue;
      body(out, row, load_unaligned<From>(values + row * sizeof(From)));
    }
    if (validity) out.set_validity(validity);
    return out.seal(count);
  }

  Column scaled(const ArrowField& field, const ArrowArray& array, int64_t begin,
                uint32_t count) const {
    const auto write = [&](ColumnWriter& out, uint32_t row, int64_t value) {
      int64_t result;
      if (__builtin_mul_overflow(value, field.multiplier, &result) || result % field.divisor != 0)
        not_exact(field, value);
      result /= field.divisor;
      if (field.type->physical() == PhysicalType::kInt32) {
        if (result != static_cast<int32_t>(result)) not_exact(field, value);
        out.values<int32_t>()[row] = static_cast<int32_t>(result);
      } else {
        out.values<int64_t>()[row] = result;
      }
    };
    return field.width_bytes == 4 ? convert<int32_t>(field, array, begin, count, write)
                                  : convert<int64_t>(field, array, begin, count, write);
  }

  Column decimal(const ArrowField& field, const ArrowArray& array, int64_t begin,
                 uint32_t count) const {
    uint128_t bound = 1;  // 10^width
    for (int i = 0; i < field.type->width(); ++i) bound *= 10;
    const auto write = [&](ColumnWriter& out, uint32_t row, int128_t value) {
      const uint128_t size =
          value < 0 ? -static_cast<uint128_t>(value) : static_cast<uint128_t>(value);
      if (size >= bound) too_wide(field);
      if (field.type->physical() == PhysicalType::kInt64) {
        out.values<int64_t>()[row] = static_cast<int64_t>(value);
      } else {
        out.values<int128_t>()[row] = value;
      }
    };
    switch (field.width_bytes) {
      case 4:
        return convert<int32_t>(field, array, begin, count, write);
      case 8:
        return convert<int64_t>(field, array, begin, count, write);
      case 16:
        return convert<int128_t>(field, array, begin, count, write);
    }
    return convert<std::array<int128_t, 2>>(
        field, array, begin, count,
        [&](ColumnWriter& out, uint32_t row, const std::array<int128_t, 2>& halves) {
          if (halves[1] != (halves[0] < 0 ? -1 : 0)) {
            too_wide(field);
          }
          write(out, row, halves[0]);
        });
  }

  /// A child of as many rows as these lists reach, and entries into it.
  template <class Offset>
  Column lists(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
               bool views) {
    const auto value = [&](int buffer, int64_t row) {
      return int64_t{
          load_unaligned<Offset>(static_cast<const std::byte*>(array.buffers[buffer]) +
                                 static_cast<size_t>(array.offset + row) * sizeof(Offset))};
    };
    BufferRef validity = arrow_validity(array, begin, count);
    const auto is_null = [&](uint32_t row) {
      return validity && !test_bit(validity->as<uint64_t>(), row);
    };
    int64_t first = std::numeric_limits<int64_t>::max();
    int64_t last = 0;
    for (uint32_t row = 0; row < count; ++row) {
      if (is_null(row)) continue;
      const int64_t from = value(1, begin + row);
      const int64_t to = views ? from + value(2, begin + row) : value(1, begin + row + 1);
      if (from == to) continue;
      first = std::min(first, from);
      last = std::max(last, to);
    }
    first = std::min(first, last);
    const auto child_rows = rows_in_chunk(field, last - first);
    BufferRef entries = Buffer::allocate(count * sizeof(ListEntry));
    for (uint32_t row = 0; row < count; ++row) {
      ListEntry& entry = entries->as<ListEntry>()[row];
      entry = {};
      if (is_null(row)) continue;
      const int64_t from = value(1, begin + row);
      const int64_t size = views ? value(2, begin + row) : value(1, begin + row + 1) - from;
      if (size != 0) entry = {static_cast<uint32_t>(from - first), static_cast<uint32_t>(size)};
    }
    return Column::list(field.type, count, std::move(entries),
                        read(field.children[0], *array.children[0], first, child_rows),
                        std::move(validity));
  }

  Column fixed_lists(const ArrowField& field, const ArrowArray& array, int64_t begin,
                     uint32_t count) {
    const auto length = static_cast<uint32_t>(field.width_bytes);
    const uint32_t child_rows = rows_in_chunk(field, int64_t{count} * length);
    BufferRef entries = Buffer::allocate(count * sizeof(ListEntry));
    for (uint32_t row = 0; row < count; ++row)
      entries->as<ListEntry>()[row] = {row * length, length};
    const int64_t first = (array.offset + begin) * length;
    return Column::list(field.type, count, std::move(entries),
                        read(field.children[0], *array.children[0], first, child_rows),
                        arrow_validity(array, begin, count));
  }

  static uint32_t rows_in_chunk(const ArrowField& field, int64_t rows) {
    if (rows > (int64_t{1} << 31)) {
      throw Error(ErrorCode::kNotSupported,
                  "Arrow column \"{}\": {} values in {} rows are too many", field.name, rows,
                  kChunkRows);
    }
    return static_cast<uint32_t>(rows);
  }

  Column runs(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count) {
    const ArrowField& end_field = field.children[0];
    const ArrowArray& ends = *array.children[0];
    const auto end_of = [&](int64_t run) -> int64_t {
      const auto* at = static_cast<const std::byte*>(ends.buffers[1]) +
                       static_cast<size_t>(ends.offset + run) * end_field.width_bytes;
      if (end_field.width_bytes == 2) return load_unaligned<int16_t>(at);
      if (end_field.width_bytes == 4) return load_unaligned<int32_t>(at);
      return load_unaligned<int64_t>(at);
    };
    int64_t low = 0;  // the first run that ends beyond the first row
    for (int64_t high = ends.length; low < high;) {
      const int64_t middle = low + (high - low) / 2;
      if (end_of(middle) > array.offset + begin) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    std::vector<uint32_t> rows(count);
    int64_t run = low;
    for (uint32_t row = 0; row < count; ++row) {
      while (end_of(run) <= array.offset + begin + row) ++run;
      rows[row] = static_cast<uint32_t>(run - low);
    }
    return read(field.children[1], *array.children[1], low, static_cast<uint32_t>(run - low + 1))
        .gather(rows.data(), count);
  }

  const ArrowDictionary& values_of(const ArrowField& field, const ArrowArray& array) {
    const auto known = dictionaries_.find(array.dictionary);
    if (known != dictionaries_.end()) return *known->second;
    const ArrowArray& from = *array.dictionary;
    if (from.length >= (int64_t{1} << 31)) broken(field, "a dictionary of too many values");
    const Column values = read(field.children[0], from, 0, static_cast<uint32_t>(from.length));
    // Looking pays where there are fewer values than rows.
    const auto made = make_arrow_dictionary(field, values, values.size() <= array.length);
    return *dictionaries_.emplace(array.dictionary, made).first->second;
  }

  Column dictionary(const ArrowField& field, const ArrowArray& array, int64_t begin,
                    uint32_t count) {
    const ArrowDictionary& values = values_of(field, array);
    BufferRef validity = arrow_validity(array, begin, count);
    BufferRef codes = Buffer::allocate(count * sizeof(uint32_t));
    const auto* from = static_cast<const std::byte*>(array.buffers[1]) +
                       static_cast<size_t>(array.offset + begin) * field.width_bytes;
    for (uint32_t row = 0; row < count; ++row) {
      uint64_t code = 0;
      if (!validity || test_bit(validity->as<uint64_t>(), row)) {
        // Negative ones become huge, and are refused with those past the end.
        const std::byte* at = from + row * field.width_bytes;
        switch (field.width_bytes) {
          case 1:
            code = field.is_signed ? static_cast<uint64_t>(load_unaligned<int8_t>(at))
                                   : load_unaligned<uint8_t>(at);
            break;
          case 2:
            code = field.is_signed ? static_cast<uint64_t>(load_unaligned<int16_t>(at))
                                   : load_unaligned<uint16_t>(at);
            break;
          case 4:
            code = field.is_signed ? static_cast<uint64_t>(load_unaligned<int32_t>(at))
                                   : load_unaligned<uint32_t>(at);
            break;
          default:
            code = load_unaligned<uint64_t>(at);
            break;
        }
        if (code >= values.values.size()) broken(field, "a dictionary code without a value");
      }
      codes->as<uint32_t>()[row] = static_cast<uint32_t>(code);
    }
    if (values.codes)
      return Column::dictionary(field.type, count, std::move(codes), values.codes,
                                std::move(validity));
    if (values.values.size() == 0)
      return Column::null(field.type, count).flatten();  // no code could be valid
    return values.values.gather(codes->as<uint32_t>(), count).masked(std::move(validity));
  }

  const PinRef pin_;
  ArrowDictionaries& dictionaries_;
};

}  // namespace

ArrowDictionaryRef make_arrow_dictionary(const ArrowField& field, const Column& given,
                                         bool looks_for_repeats) {
  Column values = given.flatten();
  values = field.type->is(TypeKind::kEnum) && values.size() > 0 ? enum_values(field, values)
                                                                : values.with_type(field.type);
  DictionaryRef codes;
  if (field.type->is_string() && !values.validity() && values.size() > 0)
    codes = make_ref<const Dictionary>(values, looks_for_repeats && is_unique(values));
  return make_ref<const ArrowDictionary>(std::move(values), std::move(codes));
}

Column read_arrow_rows(const ArrowField& field, const ArrowArray& array, int64_t begin,
                       uint32_t count, const PinRef& owner, ArrowDictionaries& dictionaries,
                       const Selection& wanted) {
  return ArrayReader(owner, dictionaries).read(field, array, begin, count, wanted);
}

}  // namespace doline
