#include "exec/gather_rows.h"

#include "column/column_builder.h"

namespace doline {

namespace {

Column gather_column(TypeRef type, size_t index, const std::vector<const Chunk*>& chunks,
                     const uint32_t* rows, uint32_t count) {
  if (type->is_nested()) {
    ColumnBuilder builder(type, count);
    for (uint32_t i = 0; i < count; ++i)
      builder.append_from(chunks[rows[i] >> 11]->columns[index], rows[i] & 2047);
    return builder.seal();
  }
  ColumnWriter writer(type, count);
  std::vector<bool> pinned(chunks.size(), false);
  dispatch_physical(type->physical(), [&]<class T>() {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t chunk = rows[i] >> 11;
      const uint32_t row = rows[i] & 2047;
      const Column& column = chunks[chunk]->columns[index];
      if (column.is_null(row)) {
        writer.set_null(i);
        continue;
      }
      if constexpr (std::is_same_v<T, bool>) {
        if (column.value<bool>(row)) set_bit(writer.bits(), i);
      } else {
        writer.values<T>()[i] = column.value<T>(row);
        if constexpr (std::is_same_v<T, StringView>) {
          if (!pinned[chunk]) {
            pinned[chunk] = true;
            writer.add_pin(column.pin());
          }
        }
      }
    }
  });
  return writer.seal(count);
}

}  // namespace

Chunk gather_rows(const std::vector<TypeRef>& types, const std::vector<const Chunk*>& chunks,
                  const uint32_t* rows, uint32_t count) {
  std::vector<Column> columns;
  for (size_t i = 0; i < types.size(); ++i)
    columns.push_back(gather_column(types[i], i, chunks, rows, count));
  return Chunk(std::move(columns), count);
}

}  // namespace doline
