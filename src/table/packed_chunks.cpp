#include "table/packed_chunks.h"

#include <algorithm>
#include <cstring>

#include "column/column_builder.h"
#include "column/long_text.h"
#include "memory/page_pool.h"
#include "memory/pinned_part.h"

namespace doline {

namespace {

/// A block of texts is no larger, unless one text is: larger ones are not reused.
constexpr size_t kMostHeapBytes = PagePool::kSlabBytes - Buffer::kPaddingBytes;

/// One column of all chunks on its way to be cut again.
class PackedColumn {
 public:
  PackedColumn(const std::vector<Chunk>& chunks, size_t column, TypeRef type, uint32_t rows)
      : chunks_(chunks), column_(column), type_(type), rows_(rows) {}

  std::vector<Column> cut() {
    const bool is_plain =
        !type_->is_nested() && std::all_of(chunks_.begin(), chunks_.end(), [&](const Chunk& chunk) {
          return chunk.columns[column_].is_flat();
        });
    if (!is_plain) return cut_by_rows();
    gather_validity();
    if (type_->is_string()) return cut_texts();
    const bool is_bool = type_->physical() == PhysicalType::kBool;
    if (is_bool) {
      gather_bits();
    } else {
      gather_values();
    }
    std::vector<Column> cut;
    const PinRef owner = combine_pins({PinRef(values_), PinRef(validity_)});
    for (uint32_t begin = 0; begin < rows_; begin += kChunkRows) {
      const size_t bytes = is_bool ? begin / 8 : begin * width_of(type_->physical());
      cut.push_back(Column::view(type_, count_from(begin), values_->data() + bytes,
                                 validity_from(begin), owner));
    }
    return cut;
  }

 private:
  uint32_t count_from(uint32_t begin) const { return std::min(kChunkRows, rows_ - begin); }
  const uint64_t* validity_from(uint32_t begin) const {
    return validity_ ? validity_->as<uint64_t>() + begin / 64 : nullptr;
  }

  std::vector<Column> cut_by_rows() const {
    std::vector<Column> cut;
    ColumnBuilder builder(type_);
    for (const Chunk& chunk : chunks_) {
      for (uint32_t begin = 0; begin < chunk.size();) {
        const uint32_t take = std::min(kChunkRows - builder.size(), chunk.size() - begin);
        builder.append_from(chunk.columns[column_], chunk.active.slice(begin, take));
        begin += take;
        if (builder.size() == kChunkRows) cut.push_back(builder.seal());
      }
    }
    if (builder.size() > 0) cut.push_back(builder.seal());
    return cut;
  }

  void gather_validity() {
    uint32_t row = 0;
    for (const Chunk& chunk : chunks_) {
      const Column& column = chunk.columns[column_];
      if (column.validity() != nullptr) {
        if (!validity_) validity_ = make_full_bitmap(rows_);
        auto* const words = validity_->as<uint64_t>();
        uint32_t at = row;
        chunk.active.for_each([&](uint32_t from) {
          if (!test_bit(column.validity(), from)) clear_bit(words, at);
          ++at;
        });
      }
      row += chunk.size();
    }
  }

  void gather_bits() {
    values_ = Buffer::allocate_zeroed(words_for_bits(rows_) * 8);
    auto* const words = values_->as<uint64_t>();
    uint32_t at = 0;
    for (const Chunk& chunk : chunks_) {
      const uint64_t* bits = chunk.columns[column_].bits();
      chunk.active.for_each([&](uint32_t from) { assign_bit(words, at++, test_bit(bits, from)); });
    }
  }

  template <class T>
  void gather_as() {
    T* to = values_->as<T>();
    for (const Chunk& chunk : chunks_) {
      const T* from = chunk.columns[column_].values<T>();
      if (chunk.active.is_all()) {
        std::memcpy(static_cast<void*>(to), from, chunk.size() * sizeof(T));
      } else {
        const uint16_t* rows = chunk.active.rows();
        for (uint32_t i = 0; i < chunk.size(); ++i) to[i] = from[rows[i]];
      }
      to += chunk.size();
    }
  }

  void gather_values() {
    const size_t width = width_of(type_->physical());
    values_ = Buffer::allocate(rows_ * width);
    switch (width) {
      case 1:
        return gather_as<uint8_t>();
      case 2:
        return gather_as<uint16_t>();
      case 4:
        return gather_as<uint32_t>();
      case 8:
        return gather_as<uint64_t>();
      default:
        ASSERT(width == 16);
        return gather_as<uint128_t>();
    }
  }

  std::vector<Column> cut_texts() {
    gather_values();
    auto* const views = values_->as<StringView>();
    std::vector<size_t> long_bytes;  // of each chunk to be
    for (uint32_t begin = 0; begin < rows_; begin += kChunkRows) {
      size_t bytes = 0;
      for (uint32_t row = begin; row < begin + count_from(begin); ++row) {
        if (validity_ && !test_bit(validity_->as<uint64_t>(), row)) views[row] = StringView();
        bytes += views[row].is_inline() ? 0 : views[row].size();
      }
      long_bytes.push_back(bytes);
    }
    std::vector<Column> cut;
    BufferRef heap;
    size_t used = 0;
    for (uint32_t chunk = 0; chunk < long_bytes.size(); ++chunk) {
      if (!heap || long_bytes[chunk] > heap->size_bytes() - used) {
        heap = Buffer::allocate(heap_bytes(long_bytes, chunk));
        used = 0;
      }
      const uint32_t begin = chunk * kChunkRows;
      const uint32_t count = count_from(begin);
      copy_long(views + begin, count, heap->as<char>() + used);
      used += long_bytes[chunk];
      PinRef owner = make_ref<const PinnedPart>(
          combine_pins({PinRef(values_), PinRef(heap), PinRef(validity_)}),
          std::span<const std::byte>(heap->data(), heap->size_bytes()),
          long_bytes[chunk] + count * sizeof(StringView));
      cut.push_back(
          Column::view(type_, count, views + begin, validity_from(begin), std::move(owner)));
    }
    return cut;
  }

  /// Of the chunks from `first` on, as many as are not too much: at least one.
  static size_t heap_bytes(const std::vector<size_t>& long_bytes, size_t first) {
    size_t bytes = long_bytes[first];
    for (size_t next = first + 1;
         next < long_bytes.size() && bytes + long_bytes[next] <= kMostHeapBytes; ++next) {
      bytes += long_bytes[next];
    }
    return bytes;
  }

  static void copy_long(StringView* views, uint32_t count, char* to) {
    for (uint32_t row = 0; row < count; ++row) {
      const StringView text = views[row];
      if (text.is_inline()) continue;
      copy_long_text(to, text.data(), text.size());
      views[row] = StringView(to, text.size());
      to += text.size();
    }
  }

  const std::vector<Chunk>& chunks_;
  const size_t column_;
  const TypeRef type_;
  const uint32_t rows_;
  BufferRef values_;
  BufferRef validity_;
};

}  // namespace

std::vector<Chunk> packed_chunks(const std::vector<Chunk>& chunks, const Schema& schema) {
  uint32_t rows = 0;
  for (const Chunk& chunk : chunks) rows += chunk.size();
  std::vector<Chunk> packed((rows + kChunkRows - 1) / kChunkRows);
  for (size_t column = 0; column < schema.size(); ++column) {
    std::vector<Column> cut = PackedColumn(chunks, column, schema[column].type, rows).cut();
    for (size_t i = 0; i < packed.size(); ++i) packed[i].columns.push_back(std::move(cut[i]));
  }
  for (size_t i = 0; i < packed.size(); ++i) {
    packed[i].row_count =
        std::min<uint32_t>(kChunkRows, rows - static_cast<uint32_t>(i) * kChunkRows);
    packed[i].active = Selection::all(packed[i].row_count);
  }
  return packed;
}

}  // namespace doline
