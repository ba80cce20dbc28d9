#include "function/kernel_call.h"

#include "column/column_writer.h"

namespace doline {

void RowErrors::mark(uint32_t row) {
  failed_ = true;
  rows_.push_back(row);
}

void RowErrors::raise(SourceSpan span) const {
  if (mode_ == Mode::kThrow && failed_) throw Error(code_, span, "{}", message_);
}

BufferRef RowErrors::take_survivors(uint32_t rows) {
  if (rows_.empty()) return {};
  BufferRef survivors = make_full_bitmap(rows);
  for (const uint32_t row : rows_) clear_bit(survivors->as<uint64_t>(), row);
  rows_.clear();
  failed_ = false;
  return survivors;
}

}  // namespace doline
