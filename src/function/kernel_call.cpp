#include "function/kernel_call.h"

#include "column/column_writer.h"

namespace doline {

void RowErrors::mark(uint32_t row) {
  failed_ = true;
  rows_.push_back(row);
}

void RowErrors::raise(SourceSpan span) const {
  if (mode_ != Mode::kThrow || !failed_) return;
  // A message has no room for a hint but behind it.
  constexpr std::string_view kTry = "; TRY(…) makes it NULL";
  const bool says_so = message_.ends_with(kTry);
  Error error(code_, span, "{}", message_.substr(0, message_.size() - (says_so ? kTry.size() : 0)));
  if (!says_so) throw error;
  throw std::move(error).hint(std::string(kTry.substr(2)));
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
