#include "column/chunk_bytes.h"

#include <cstring>

#include "base/error.h"
#include "memory/arena.h"

namespace doline {

namespace {

void put(std::vector<std::byte>& out, const void* from, size_t size) {
  const auto* begin = static_cast<const std::byte*>(from);
  out.insert(out.end(), begin, begin + size);
}

template <class T>
void put(std::vector<std::byte>& out, T value) {
  put(out, &value, sizeof value);
}

size_t value_bytes(PhysicalType type, uint32_t rows) {
  return type == PhysicalType::kBool ? words_for_bits(rows) * 8 : width_of(type) * rows;
}

void write_column(const Column& given, std::vector<std::byte>& out) {
  const Column column = given.is_dictionary() ? given.flatten() : given;
  const uint32_t rows = column.is_constant() ? 1 : column.size();
  put(out, static_cast<uint8_t>(column.is_constant()));
  put(out, column.size());
  put(out, static_cast<uint8_t>(column.validity() != nullptr));
  if (column.validity()) put(out, column.validity(), words_for_bits(rows) * 8);
  const PhysicalType physical = column.physical();
  if (physical == PhysicalType::kString) {
    const auto* texts = column.values<StringView>();
    for (uint32_t row = 0; row < rows; ++row) {
      const bool null = column.is_null(row);
      put(out, null ? uint32_t{0} : texts[row].size());
      if (!null) put(out, texts[row].data(), texts[row].size());
    }
    return;
  }
  if (physical == PhysicalType::kList) {
    // Children are written row by row, so that nothing unreached goes along.
    std::vector<uint32_t> reached;
    for (uint32_t row = 0; row < rows; ++row) {
      const ListEntry entry = column.is_null(row) ? ListEntry{} : column.values<ListEntry>()[row];
      put(out, entry.size);
      for (uint32_t i = 0; i < entry.size; ++i) reached.push_back(entry.begin + i);
    }
    write_column(column.child().gather(reached.data(), static_cast<uint32_t>(reached.size())), out);
    return;
  }
  if (physical == PhysicalType::kStruct) {
    for (const Column& child : column.children()) write_column(child, out);
    return;
  }
  put(out, column.values<std::byte>(), value_bytes(physical, rows));
}

class Bytes {
 public:
  explicit Bytes(std::span<const std::byte>& rest) : rest_(rest) {}
  const std::byte* take(size_t size) {
    if (size > rest_.size()) throw Error(ErrorCode::kCorrupt, "spilled rows end early");
    const std::byte* at = rest_.data();
    rest_ = rest_.subspan(size);
    return at;
  }
  template <class T>
  T get() {
    return load_unaligned<T>(take(sizeof(T)));
  }
  BufferRef buffer(size_t size) { return Buffer::copy_of({take(size), size}); }

 private:
  std::span<const std::byte>& rest_;
};

Column read_column(TypeRef type, Bytes& bytes) {
  const bool constant = bytes.get<uint8_t>() != 0;
  const auto size = bytes.get<uint32_t>();
  const uint32_t rows = constant ? 1 : size;
  BufferRef validity;
  if (bytes.get<uint8_t>() != 0) validity = bytes.buffer(words_for_bits(rows) * 8);
  const auto done = [&](Column column) {
    return constant ? Column::constant(std::move(column), size) : column;
  };
  const PhysicalType physical = type->physical();
  if (physical == PhysicalType::kString) {
    BufferRef views = Buffer::allocate(rows * sizeof(StringView));
    ArenaRef heap = make_ref<Arena>();
    for (uint32_t row = 0; row < rows; ++row) {
      const auto length = bytes.get<uint32_t>();
      const std::string_view text(reinterpret_cast<const char*>(bytes.take(length)), length);
      views->as<StringView>()[row] =
          length <= StringView::kInlineBytes ? StringView(text) : StringView(heap->copy(text));
    }
    return done(Column::flat(type, rows, std::move(views), std::move(validity), heap));
  }
  if (physical == PhysicalType::kList) {
    BufferRef entries = Buffer::allocate(rows * sizeof(ListEntry));
    uint32_t begin = 0;
    for (uint32_t row = 0; row < rows; ++row) {
      const auto length = bytes.get<uint32_t>();
      entries->as<ListEntry>()[row] = {begin, length};
      begin += length;
    }
    Column child = read_column(type->child(), bytes);
    if (child.size() < begin) throw Error(ErrorCode::kCorrupt, "spilled lists reach too far");
    if (child.is_constant()) child = child.flatten();
    return done(
        Column::list(type, rows, std::move(entries), std::move(child), std::move(validity)));
  }
  if (physical == PhysicalType::kStruct) {
    std::vector<Column> children;
    for (const Field& field : type->fields()) children.push_back(read_column(field.type, bytes));
    return done(Column::structure(type, rows, std::move(children), std::move(validity)));
  }
  BufferRef values = bytes.buffer(value_bytes(physical, rows));
  return done(Column::flat(type, rows, std::move(values), std::move(validity)));
}

}  // namespace

void write_chunk(const Chunk& chunk, std::vector<std::byte>& out) {
  ASSERT(chunk.active.is_all());
  put(out, chunk.row_count);
  put(out, chunk.sequence.morsel);
  put(out, chunk.sequence.chunk);
  for (const Column& column : chunk.columns) write_column(column, out);
}

Chunk read_chunk(const std::vector<TypeRef>& types, std::span<const std::byte>& rest) {
  Bytes bytes(rest);
  Chunk chunk;
  chunk.row_count = bytes.get<uint32_t>();
  chunk.active = Selection::all(chunk.row_count);
  chunk.sequence.morsel = bytes.get<uint64_t>();
  chunk.sequence.chunk = bytes.get<uint64_t>();
  for (TypeRef type : types) {
    chunk.columns.push_back(read_column(type, bytes));
    if (chunk.columns.back().size() != chunk.row_count)
      throw Error(ErrorCode::kCorrupt, "spilled rows do not fit");
  }
  return chunk;
}

}  // namespace doline
