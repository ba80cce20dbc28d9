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
#include "format/arrow/arrow_check.h"
#include "format/arrow/readable_text.h"
#include "kernel/string_search.h"

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
        BufferRef bits = bits_of(array.buffers[1], array.offset + begin, count);
        return Column::flat(field.type, count, std::move(bits), validity_of(array, begin, count));
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
        return texts(field, array, begin, count, wanted, [&](uint32_t row) {
          const auto* bytes = static_cast<const char*>(array.buffers[1]);
          return std::string_view(
              bytes + static_cast<size_t>(array.offset + begin + row) * field.width_bytes,
              field.width_bytes);
        });
      case ArrowLayout::kText32:
        return offset_texts<int32_t>(field, array, begin, count, wanted);
      case ArrowLayout::kText64:
        return offset_texts<int64_t>(field, array, begin, count, wanted);
      case ArrowLayout::kTextViews:
        return view_texts(field, array, begin, count, wanted);
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
                                 validity_of(array, begin, count));
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

  /// Bits [begin, begin + count) from bit 0 on; reads only the bytes they lie in.
  static BufferRef bits_of(const void* buffer, int64_t begin, uint32_t count) {
    const size_t words = words_for_bits(count);
    BufferRef out = Buffer::allocate_zeroed(words * 8);
    const auto* bytes = static_cast<const uint8_t*>(buffer) + begin / 8;
    const auto shift = static_cast<unsigned>(begin % 8);
    const size_t byte_count = (shift + count + 7) / 8;
    auto* to = reinterpret_cast<uint8_t*>(out->data());
    if (shift == 0) {
      if (count != 0) std::memcpy(to, bytes, byte_count);
    } else {
      for (size_t i = 0; i * 8 < count; ++i) {
        const unsigned next = i + 1 < byte_count ? bytes[i + 1] : 0U;
        to[i] = static_cast<uint8_t>((bytes[i] >> shift) | (next << (8 - shift)));
      }
    }
    return out;
  }

  static BufferRef validity_of(const ArrowArray& array, int64_t begin, uint32_t count) {
    if (array.null_count == 0 || !array.buffers[0] || count == 0) return nullptr;
    BufferRef bits = bits_of(array.buffers[0], array.offset + begin, count);
    const auto* words = bits->as<uint64_t>();
    for (size_t word = 0; word * 64 < count; ++word) {
      const uint64_t mask = low_mask(count - word * 64);
      if ((words[word] & mask) != mask) return bits;
    }
    return nullptr;
  }

  /// Shared where it is aligned and our loops' habit of reading a little further stays inside;
  /// copied otherwise.
  Column plain(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
               const Selection& wanted) const {
    const size_t width = field.width_bytes;
    const auto* values = static_cast<const std::byte*>(array.buffers[1]) +
                         static_cast<size_t>(array.offset + begin) * width;
    const size_t bytes_after = static_cast<size_t>(array.length - begin - count) * width;
    BufferRef validity = validity_of(array, begin, count);
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
    const BufferRef validity = validity_of(array, begin, count);
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

  /// Views on foreign bytes. `is_valid`: no need to look at each text.
  template <class Text>
  Column texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
               const Selection& wanted, Text&& text, bool is_valid = false) const {
    ColumnWriter out(field.type, count);
    const BufferRef validity = validity_of(array, begin, count);
    const bool check = !is_valid && !field.type->is(TypeKind::kBlob);
    bool reaches_out = false;
    wanted.for_each([&](uint32_t row) {
      if (validity && !test_bit(validity->as<uint64_t>(), row)) return;
      const std::string_view value = text(row);
      if (value.size() > ~uint32_t{0}) broken(field, "a text longer than 4 GiB");
      if (check && !is_utf8(value)) broken(field, "a text that is not UTF-8");
      reaches_out = reaches_out || value.size() > StringView::kInlineBytes;
      out.values<StringView>()[row] = StringView(value);
    });
    if (validity) out.set_validity(validity);
    if (reaches_out) out.add_pin(pin_);
    return out.seal(count);
  }

  template <class Offset>
  Column offset_texts(const ArrowField& field, const ArrowArray& array, int64_t begin,
                      uint32_t count, const Selection& wanted) const {
    const auto* const all = static_cast<const std::byte*>(array.buffers[1]) +
                            static_cast<size_t>(array.offset) * sizeof(Offset);
    const auto at = [&](int64_t row) -> int64_t {
      return load_unaligned<Offset>(all + static_cast<size_t>(row) * sizeof(Offset));
    };
    const int64_t most = at(array.length);
    const int64_t first = at(begin);
    const int64_t last = at(begin + count);
    if (at(0) < 0) broken(field, "a negative offset");
    if (most > kMostArrowRows) broken(field, "an offset past the end");
    bool falls = (first < at(0)) | (last < first) | (most < last);
    if (wanted.is_all()) {  // rising from the first to the last, all lie between them
      for (uint32_t row = 0; row < count; ++row) falls |= at(begin + row + 1) < at(begin + row);
    } else {
      wanted.for_each([&](uint32_t row) {
        const int64_t from = at(begin + row);
        const int64_t to = at(begin + row + 1);
        falls |= (from < first) | (to < from) | (last < to);
      });
    }
    if (falls) broken(field, "offsets that fall");
    const auto* bytes = array.buffers[2] ? static_cast<const char*>(array.buffers[2]) : "";
    const auto between = [&](int64_t from, int64_t to) {
      return std::string_view(bytes + from, static_cast<size_t>(to - from));
    };
    // Texts of ASCII alone are valid however they are cut; of few texts each is looked at.
    const bool is_valid = field.type->is(TypeKind::kBlob) ||
                          (wanted.size() >= count / 8 && is_ascii(between(first, last)));
    if (!is_valid || last - first > int64_t{std::numeric_limits<uint32_t>::max()}) {
      return texts(
          field, array, begin, count, wanted,
          [&](uint32_t row) { return between(at(begin + row), at(begin + row + 1)); }, is_valid);
    }
    ColumnWriter out(field.type, count);
    const BufferRef validity = validity_of(array, begin, count);
    bool reaches_out = false;
    wanted.for_each([&](uint32_t row) {
      if (validity && !test_bit(validity->as<uint64_t>(), row)) return;
      const int64_t from = at(begin + row);
      const auto size = static_cast<uint32_t>(at(begin + row + 1) - from);
      reaches_out |= size > StringView::kInlineBytes;
      StringView* const to = out.values<StringView>() + row;
      if (most - from >= int64_t{StringView::kInlineBytes}) {
        put_readable(to, bytes + from, size);
      } else {
        *to = StringView(bytes + from, size);
      }
    });
    if (validity) out.set_validity(validity);
    if (reaches_out) out.add_pin(pin_);
    return out.seal(count);
  }

  static bool is_ascii(std::string_view text) {
    uint64_t high = 0;
    size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) high |= load_unaligned<uint64_t>(text.data() + at);
    for (; at < text.size(); ++at) high |= static_cast<unsigned char>(text[at]);
    return (high & 0x8080808080808080) == 0;
  }

  Column view_texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
                    const Selection& wanted) const {
    const auto* views = static_cast<const char*>(array.buffers[1]) +
                        static_cast<size_t>(array.offset + begin) * sizeof(ArrowTextView);
    const int64_t buffers = array.n_buffers - 3;
    const auto* sizes = static_cast<const std::byte*>(array.buffers[array.n_buffers - 1]);
    if (buffers > 0 && !sizes) broken(field, "a buffer is missing");
    return texts(field, array, begin, count, wanted, [&](uint32_t row) {
      const char* const at = views + row * sizeof(ArrowTextView);
      const auto view = load_unaligned<ArrowTextView>(at);
      if (view.size < 0) broken(field, "a text of negative length");
      const auto size = static_cast<size_t>(view.size);
      if (size <= 12) return std::string_view(at + 4, size);
      const int32_t index = view.buffer_index();
      if (index < 0 || index >= buffers || !array.buffers[2 + index])
        broken(field, "a text in no buffer");
      const auto held =
          load_unaligned<int64_t>(sizes + static_cast<size_t>(index) * sizeof(int64_t));
      const int64_t offset = view.buffer_offset();
      if (offset < 0 || held < 0 || offset > held || view.size > held - offset)
        broken(field, "a text outside its buffer");
      return std::string_view(static_cast<const char*>(array.buffers[2 + index]) + offset, size);
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
    BufferRef validity = validity_of(array, begin, count);
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
                        validity_of(array, begin, count));
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
    BufferRef validity = validity_of(array, begin, count);
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
