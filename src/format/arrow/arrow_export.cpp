#include "format/arrow/arrow_export.h"

#include <limits>
#include <memory>

#include "base/error.h"
#include "column/column_writer.h"
#include "column/long_text.h"
#include "memory/pinned_part.h"

namespace doline {

namespace {

/// What 32-bit offsets cannot reach; caught before it leaves this file.
struct BatchTooLarge {};

constexpr uint64_t kLargestOffset = std::numeric_limits<int32_t>::max();

/// What one exported ArrowArray owns: buffers of its own, and the columns whose memory it shares.
struct OwnedArray {
  std::vector<const void*> buffers;
  std::vector<BufferRef> own;
  std::vector<Column> shared;
  std::vector<std::unique_ptr<ArrowArray>> children;
  std::vector<ArrowArray*> child_pointers;
  std::unique_ptr<ArrowArray> dictionary;
};

void release_array(ArrowArray* array) {
  const std::unique_ptr<OwnedArray> owned(static_cast<OwnedArray*>(array->private_data));
  for (const auto& child : owned->children) {
    if (child->release) child->release(child.get());
  }
  if (owned->dictionary && owned->dictionary->release)
    owned->dictionary->release(owned->dictionary.get());
  array->release = nullptr;
}

/// Builds one array out of the same column of several chunks.
class ArrayExporter {
 public:
  /// Parts have any encoding. `out` is filled, or released when this throws.
  static void write(TypeRef type, std::span<const Column> parts, ArrowTexts texts,
                    ArrowArray* out) {
    *out = ArrowArray{};
    auto owned = std::make_unique<OwnedArray>();
    ArrayExporter exporter(*owned, texts, out);
    out->release = release_array;
    out->private_data = owned.release();
    try {
      exporter.write_column(type, parts);
    } catch (...) {
      release_array(out);
      throw;
    }
    exporter.close();
  }

  static void write_rows(const Schema& schema, std::span<const Chunk> chunks, ArrowTexts texts,
                         ArrowArray* out) {
    *out = ArrowArray{};
    auto owned = std::make_unique<OwnedArray>();
    ArrayExporter exporter(*owned, texts, out);
    out->release = release_array;
    out->private_data = owned.release();
    try {
      exporter.owned_.buffers.push_back(nullptr);
      for (const Chunk& chunk : chunks) out->length += chunk.row_count;
      std::vector<Column> parts(chunks.size());
      for (size_t i = 0; i < schema.size(); ++i) {
        for (size_t part = 0; part < chunks.size(); ++part) parts[part] = chunks[part].columns[i];
        exporter.write_child(schema[i].type, parts);
      }
    } catch (...) {
      release_array(out);
      throw;
    }
    exporter.close();
  }

 private:
  ArrayExporter(OwnedArray& owned, ArrowTexts texts, ArrowArray* out)
      : owned_(owned), texts_(texts), out_(out) {}

  void close() {
    out_->n_buffers = static_cast<int64_t>(owned_.buffers.size());
    out_->buffers = owned_.buffers.data();
    out_->n_children = static_cast<int64_t>(owned_.child_pointers.size());
    out_->children = owned_.child_pointers.empty() ? nullptr : owned_.child_pointers.data();
    out_->dictionary = owned_.dictionary.get();
  }

  void write_child(TypeRef type, std::span<const Column> parts) {
    owned_.children.push_back(std::make_unique<ArrowArray>());
    owned_.child_pointers.push_back(owned_.children.back().get());
    write(type, parts, texts_, owned_.children.back().get());
  }

  void write_column(TypeRef type, std::span<const Column> parts) {
    for (const Column& part : parts) {
      out_->length += part.size();
      flat_.push_back(part.flatten());
    }
    if (type->is(TypeKind::kNull)) {
      out_->null_count = out_->length;
      return;  // no buffers at all
    }
    write_validity();
    switch (type->kind()) {
      case TypeKind::kBool:
        return write_bits();
      case TypeKind::kDecimal:
        if (type->physical() == PhysicalType::kInt64) {
          return convert<int64_t, int128_t>([](int64_t value) { return int128_t{value}; });
        }
        return share_values();
      case TypeKind::kUuid:
        // Our order is that of signed numbers; Arrow's that of the bytes.
        return convert<int128_t, int128_t>([](int128_t value) {
          const uint128_t bits = static_cast<uint128_t>(value) ^ (uint128_t{1} << 127);
          const uint128_t swapped =
              (uint128_t{__builtin_bswap64(static_cast<uint64_t>(bits))} << 64) |
              __builtin_bswap64(static_cast<uint64_t>(bits >> 64));
          return static_cast<int128_t>(swapped);
        });
      case TypeKind::kInterval:
        return write_intervals();
      case TypeKind::kEnum:
        return write_enum(type);
      case TypeKind::kVarchar:
      case TypeKind::kBlob:
      case TypeKind::kJson:
        return texts_ == ArrowTexts::kViews ? write_views() : write_texts();
      case TypeKind::kList:
      case TypeKind::kMap:
        return write_lists(type);
      case TypeKind::kArray:
        return write_arrays(type);
      case TypeKind::kStruct:
        return write_structs(type);
      default:
        return share_values();
    }
  }

  BufferRef& add_buffer(size_t bytes) {
    owned_.own.push_back(Buffer::allocate(bytes));
    owned_.buffers.push_back(owned_.own.back()->data());
    return owned_.own.back();
  }

  void write_validity() {
    bool any = false;
    for (const Column& part : flat_) any = any || part.validity() != nullptr;
    if (!any) {
      owned_.buffers.push_back(nullptr);
      return;
    }
    size_t valid = 0;
    const auto validity = [](const Column& part) { return part.validity(); };
    if (const uint64_t* bits = bits_in_a_row(validity)) {
      share(bits);
      valid = count_bits(bits, static_cast<size_t>(out_->length));
    } else {
      BufferRef& bitmap = add_buffer(words_for_bits(static_cast<size_t>(out_->length)) * 8);
      std::memset(bitmap->data(), 0, bitmap->size_bytes());
      size_t at = 0;
      for (const Column& part : flat_) {
        append_bits(bitmap->as<uint64_t>(), at, part.validity(), part.size());
        at += part.size();
      }
      valid = count_bits(bitmap->as<uint64_t>(), at);
    }
    out_->null_count = out_->length - static_cast<int64_t>(valid);
  }

  static size_t count_bits(const uint64_t* words, size_t bits) {
    size_t count = 0;
    for (size_t word = 0; word * 64 < bits; ++word) {
      count += static_cast<size_t>(std::popcount(words[word] & low_mask(bits - word * 64)));
    }
    return count;
  }

  /// ORs `count` bits (null: all ones) into zeroed words from bit `at` on.
  static void append_bits(uint64_t* words, size_t at, const uint64_t* from, size_t count) {
    for (size_t done = 0; done < count; done += 64) {
      const uint64_t bits = (from ? from[done / 64] : ~uint64_t{0}) & low_mask(count - done);
      const size_t to = at + done;
      words[to / 64] |= bits << (to % 64);
      if (to % 64 != 0 && (bits >> (64 - to % 64)) != 0)
        words[to / 64 + 1] |= bits >> (64 - to % 64);
    }
  }

  /// What lies in the parts' memory goes out as it is.
  void share(const void* buffer) {
    if (owned_.shared.empty()) owned_.shared = flat_;
    owned_.buffers.push_back(buffer);
  }

  /// The first part's bits, where those of all others follow right behind; else null.
  template <class Bits>
  const uint64_t* bits_in_a_row(Bits&& bits) const {
    if (flat_.empty()) return nullptr;
    const uint64_t* const begin = bits(flat_[0]);
    const uint64_t* next = begin;
    for (size_t part = 0; part < flat_.size(); ++part) {
      if (bits(flat_[part]) != next || next == nullptr) return nullptr;
      if (flat_[part].size() % 64 != 0 && part + 1 < flat_.size()) return nullptr;
      next += flat_[part].size() / 64;
    }
    return begin;
  }

  /// The first part's values, where those of all others follow right behind; else null.
  const std::byte* values_in_a_row(size_t width) const {
    if (flat_.empty()) return nullptr;
    const auto* const begin = flat_[0].values<std::byte>();
    const std::byte* next = begin;
    for (const Column& part : flat_) {
      if (part.values<std::byte>() != next) return nullptr;
      next += part.size() * width;
    }
    return begin;
  }

  void write_bits() {
    if (const uint64_t* shared = bits_in_a_row([](const Column& part) { return part.bits(); }))
      return share(shared);
    BufferRef& bits = add_buffer(words_for_bits(static_cast<size_t>(out_->length)) * 8);
    std::memset(bits->data(), 0, bits->size_bytes());
    size_t at = 0;
    for (const Column& part : flat_) {
      append_bits(bits->as<uint64_t>(), at, part.bits(), part.size());
      at += part.size();
    }
  }

  /// Values that lie as Arrow wants them.
  void share_values() {
    const size_t width = flat_.empty() ? 1 : width_of(flat_[0].physical());
    if (const std::byte* shared = values_in_a_row(width)) return share(shared);
    std::byte* to = add_buffer(static_cast<size_t>(out_->length) * width)->data();
    for (const Column& part : flat_) {
      if (part.size() == 0) continue;
      std::memcpy(to, part.values<std::byte>(), part.size() * width);
      to += part.size() * width;
    }
  }

  template <class From, class To, class Body>
  void convert(Body&& body) {
    To* to = add_buffer(static_cast<size_t>(out_->length) * sizeof(To))->as<To>();
    for (const Column& part : flat_) {
      const From* from = part.values<From>();
      for (uint32_t row = 0; row < part.size(); ++row) *to++ = body(from[row]);
    }
  }

  void write_intervals() {
    struct MonthDayNano {
      int32_t months, days;
      int64_t nanos;
    };
    auto* to =
        add_buffer(static_cast<size_t>(out_->length) * sizeof(MonthDayNano))->as<MonthDayNano>();
    for (const Column& part : flat_) {
      for (uint32_t row = 0; row < part.size(); ++row, ++to) {
        *to = {};
        if (part.is_null(row)) continue;
        const Interval& value = part.values<Interval>()[row];
        *to = {value.months, value.days, 0};
        if (__builtin_mul_overflow(value.micros, int64_t{1000}, &to->nanos)) {
          throw Error(ErrorCode::kConversion,
                      "an interval of {} microseconds is beyond Arrow's nanoseconds", value.micros)
              .hint("cast it to VARCHAR first");
        }
      }
    }
  }

  template <class Code>
  void write_codes() {
    Code* to = add_buffer(static_cast<size_t>(out_->length) * sizeof(Code))->as<Code>();
    for (const Column& part : flat_) {
      for (uint32_t row = 0; row < part.size(); ++row) {
        *to++ = part.is_null(row) ? Code{0} : static_cast<Code>(part.values<uint32_t>()[row]);
      }
    }
  }

  void write_enum(TypeRef type) {
    const std::vector<std::string>& names = type->enum_values();
    if (names.size() <= 0x100) {
      write_codes<uint8_t>();
    } else if (names.size() <= 0x10000) {
      write_codes<uint16_t>();
    } else {
      write_codes<int32_t>();
    }
    ColumnWriter writer(Type::varchar(), static_cast<uint32_t>(names.size()));
    for (uint32_t i = 0; i < names.size(); ++i) writer.set_text(i, names[i]);
    const Column values = writer.seal(static_cast<uint32_t>(names.size()));
    owned_.dictionary = std::make_unique<ArrowArray>();
    write(Type::varchar(), {&values, 1}, texts_, owned_.dictionary.get());
  }

  int32_t* add_offsets(uint64_t last) {
    if (last > kLargestOffset) throw BatchTooLarge{};
    return add_buffer((static_cast<size_t>(out_->length) + 1) * sizeof(int32_t))->as<int32_t>();
  }

  void write_texts() {
    uint64_t total = 0;
    for (const Column& part : flat_) {
      const StringView* texts = part.values<StringView>();
      if (part.validity()) {
        for (uint32_t row = 0; row < part.size(); ++row)
          total += part.is_null(row) ? 0 : texts[row].size();
      } else {
        for (uint32_t row = 0; row < part.size(); ++row) total += texts[row].size();
      }
    }
    int32_t* offsets = add_offsets(total);
    char* const bytes = add_buffer(total)->as<char>();
    size_t at = 0;
    *offsets++ = 0;
    for (const Column& part : flat_) {
      const StringView* texts = part.values<StringView>();
      const bool may_be_null = part.validity() != nullptr;
      for (uint32_t row = 0; row < part.size(); ++row) {
        if (!may_be_null || !part.is_null(row)) at += put_text(bytes + at, texts[row]);
        *offsets++ = static_cast<int32_t>(at);
      }
    }
  }

  /// Copies a text to where a buffer's padding follows; its size. Which texts are short is
  /// anybody's guess: what all but the longest need is done for each, its first bytes and its last.
  static size_t put_text(char* to, const StringView& text) {
    struct Inline {
      char bytes[StringView::kInlineBytes];
    };
    static_assert(StringView::kInlineBytes <= Buffer::kPaddingBytes);
    const size_t size = text.size();
    const char* const from = text.data();
    const size_t last = size > sizeof(Inline) ? size - sizeof(Inline) : 0;
    if (size > 2 * sizeof(Inline)) {
      copy_long_text(to, from, text.size());
      return size;
    }
    const auto begin = load_unaligned<Inline>(from);
    const auto end = load_unaligned<Inline>(from + last);
    store_unaligned(to, begin);
    store_unaligned(to + last, end);
    return size;
  }

  /// Views as ours, but where we have a pointer Arrow has the number of a buffer and a place in it.
  /// Texts that lie in one block go out in it; of others long ones are copied into a buffer. The
  /// last buffer says how long those are.
  void write_views() {
    std::vector<int64_t> sizes;
    auto* to = add_buffer(static_cast<size_t>(out_->length) * sizeof(StringView))->as<StringView>();
    const std::vector<std::span<const std::byte>> blocks = shared_blocks();
    if (!blocks.empty() && point_into(blocks, to)) {
      for (const auto& block : blocks) {
        if (!sizes.empty() && owned_.buffers.back() == block.data()) continue;
        share(block.data());
        sizes.push_back(static_cast<int64_t>(block.size()));
      }
    } else if (const uint64_t total = long_text_bytes(); total > 0) {
      if (total > kLargestOffset) throw BatchTooLarge{};
      copy_long_texts(to, add_buffer(total)->as<char>());
      sizes.push_back(static_cast<int64_t>(total));
    } else {
      copy_long_texts(to, nullptr);
    }
    // Without long texts too: who reads views looks for it.
    auto* last = add_buffer(std::max<size_t>(1, sizes.size()) * sizeof(int64_t))->as<int64_t>();
    std::copy(sizes.begin(), sizes.end(), last);
  }

  /// The block in which each part's long texts lie; none where that is not known of all of them, or
  /// where more would be kept alive than is worth it.
  std::vector<std::span<const std::byte>> shared_blocks() const {
    std::vector<std::span<const std::byte>> blocks;
    size_t block_bytes = 0, used_bytes = 0;
    for (const Column& part : flat_) {
      const auto block = block_of(part.pin().get());
      if (block.empty() || block.size() > kLargestOffset) return {};
      if (blocks.empty() || blocks.back().data() != block.data()) block_bytes += block.size();
      used_bytes += std::min(part.pinned_bytes(), block.size());
      blocks.push_back(block);
    }
    if (block_bytes > 4 * used_bytes) return {};
    return blocks;
  }

  /// False where a text does not lie in its part's block.
  bool point_into(const std::vector<std::span<const std::byte>>& blocks, StringView* to) const {
    uint64_t number = 0;
    uint64_t outside = 0;
    for (size_t i = 0; i < flat_.size(); ++i) {
      const Column& part = flat_[i];
      if (i > 0 && blocks[i].data() != blocks[i - 1].data()) ++number;
      const auto begin = reinterpret_cast<uint64_t>(blocks[i].data());
      const uint64_t size = blocks[i].size();
      const StringView* texts = part.values<StringView>();
      const bool may_be_null = part.validity() != nullptr;
      for (uint32_t row = 0; row < part.size(); ++row, ++to) {
        const bool is_null = may_be_null && part.is_null(row);
        const uint64_t head = is_null ? 0 : texts[row].head();
        const uint64_t tail = is_null ? 0 : texts[row].tail();
        const uint64_t bytes = head & 0xFFFF'FFFF;
        const bool is_long = bytes > StringView::kInlineBytes;
        const uint64_t place = tail - begin;
        outside |= uint64_t{is_long} & (uint64_t{place > size} | uint64_t{bytes > size - place});
        const uint64_t words[2] = {head, is_long ? place << 32 | number : tail};
        std::memcpy(static_cast<void*>(to), words, sizeof words);
      }
    }
    return outside == 0;
  }

  static bool is_long(const Column& part, uint32_t row) {
    return !part.values<StringView>()[row].is_inline() && !part.is_null(row);
  }

  uint64_t long_text_bytes() const {
    uint64_t total = 0;
    for (const Column& part : flat_) {
      for (uint32_t row = 0; row < part.size(); ++row) {
        if (is_long(part, row)) total += part.values<StringView>()[row].size();
      }
    }
    return total;
  }

  void copy_long_texts(StringView* to, char* bytes) const {
    struct LongView {
      uint32_t size;
      char first[4];
      int32_t buffer, offset;
    };
    static_assert(sizeof(LongView) == sizeof(StringView));
    size_t at = 0;
    for (const Column& part : flat_) {
      const StringView* texts = part.values<StringView>();
      for (uint32_t row = 0; row < part.size(); ++row, ++to) {
        const StringView& text = texts[row];
        if (!is_long(part, row)) {
          *to = text.is_inline() && !part.is_null(row) ? text : StringView();
          continue;
        }
        LongView view{text.size(), {}, 0, static_cast<int32_t>(at)};
        std::memcpy(view.first, text.data(), sizeof view.first);
        std::memcpy(static_cast<void*>(to), &view, sizeof view);
        copy_long_text(bytes + at, text.data(), text.size());
        at += text.size();
      }
    }
  }

  /// Offsets, and of each part's child the rows that its entries reach, in their order.
  void write_lists(TypeRef type) {
    uint64_t total = 0;
    for (const Column& part : flat_) {
      for (uint32_t row = 0; row < part.size(); ++row) {
        if (!part.is_null(row)) total += part.values<ListEntry>()[row].size;
      }
    }
    int32_t* offsets = add_offsets(total);
    size_t at = 0;
    *offsets++ = 0;
    std::vector<Column> children;
    std::vector<uint32_t> reached;
    for (const Column& part : flat_) {
      reached.clear();
      for (uint32_t row = 0; row < part.size(); ++row) {
        const ListEntry entry = part.is_null(row) ? ListEntry{} : part.values<ListEntry>()[row];
        for (uint32_t i = 0; i < entry.size; ++i) reached.push_back(entry.begin + i);
        at += entry.size;
        *offsets++ = static_cast<int32_t>(at);
      }
      children.push_back(rows_of(part.child(), reached));
    }
    write_child(type->child(), children);
  }

  /// Every row has `array_length` child rows, NULL ones too: those get any.
  void write_arrays(TypeRef type) {
    const uint32_t length = type->array_length();
    if (static_cast<uint64_t>(out_->length) * length > kLargestOffset) throw BatchTooLarge{};
    std::vector<Column> children;
    std::vector<uint32_t> reached;
    for (const Column& part : flat_) {
      reached.clear();
      for (uint32_t row = 0; row < part.size(); ++row) {
        const bool null = part.is_null(row);
        const ListEntry entry = null ? ListEntry{} : part.values<ListEntry>()[row];
        ASSERT(null || entry.size == length);
        for (uint32_t i = 0; i < length; ++i) reached.push_back(null ? 0 : entry.begin + i);
      }
      children.push_back(part.child().size() == 0 && !reached.empty()
                             ? Column::null(type->element(), static_cast<uint32_t>(reached.size()))
                             : rows_of(part.child(), reached));
    }
    write_child(type->element(), children);
  }

  static Column rows_of(const Column& child, const std::vector<uint32_t>& rows) {
    bool all = rows.size() == child.size();
    for (uint32_t i = 0; all && i < rows.size(); ++i) all = rows[i] == i;
    return all ? child : child.gather(rows.data(), static_cast<uint32_t>(rows.size()));
  }

  void write_structs(TypeRef type) {
    std::vector<Column> parts(flat_.size());
    for (size_t i = 0; i < type->fields().size(); ++i) {
      for (size_t part = 0; part < flat_.size(); ++part) parts[part] = flat_[part].child(i);
      write_child(type->fields()[i].type, parts);
    }
  }

  OwnedArray& owned_;
  const ArrowTexts texts_;
  ArrowArray* const out_;
  std::vector<Column> flat_;
};

}  // namespace

bool lies_behind(const Chunk& before, const Chunk& next) {
  if (before.size() != before.row_count || next.size() != next.row_count) return false;
  for (size_t i = 0; i < next.columns.size(); ++i) {
    const Column& a = before.columns[i];
    const Column& b = next.columns[i];
    if (!a.is_flat() || !b.is_flat() || a.type()->is_nested()) continue;
    const size_t bytes =
        a.physical() == PhysicalType::kBool ? a.size() / 8 : a.size() * width_of(a.physical());
    return b.values<std::byte>() == a.values<std::byte>() + bytes;
  }
  return false;
}

bool export_arrow_chunks(const Schema& schema, std::span<const Chunk> chunks, ArrowArray* out,
                         ArrowTexts texts) {
  std::vector<Chunk> dense;
  size_t rows = 0;
  for (const Chunk& chunk : chunks) {
    dense.push_back(chunk.dense());
    rows += chunk.size();
  }
  try {
    ArrayExporter::write_rows(schema, dense, texts, out);
    return true;
  } catch (const BatchTooLarge&) {
    if (rows > 1) return false;
    throw Error(ErrorCode::kNotSupported,
                "one row's text or list is longer than the 2 GiB Arrow's utf8 and list reach");
  }
}

}  // namespace doline
