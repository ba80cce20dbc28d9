#include "format/text/log_rows.h"

namespace doline {

LogRows::LogRows(const std::vector<Field>& columns, std::span<const uint32_t> wanted, PinRef pin,
                 uint32_t capacity)
    : capacity_(capacity), slots_(columns.size()) {
  for (const uint32_t column : wanted) {
    ASSERT(column < columns.size() && !wants(column));
    const TypeRef type = columns[column].type;
    writers_.push_back(std::make_unique<ColumnWriter>(type, capacity));
    ColumnWriter& writer = *writers_.back();
    if (type->is_string()) writer.add_pin(pin);
    slots_[column] = {&writer, writer.values<void>()};
  }
}

std::vector<Column> LogRows::seal() {
  std::vector<Column> columns;
  columns.reserve(writers_.size());
  for (auto& writer : writers_) columns.push_back(writer->seal(size_));
  slots_.assign(slots_.size(), Slot{});
  return columns;
}

}  // namespace doline
