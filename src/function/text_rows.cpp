#include "function/text_rows.h"

#include <utf8proc.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bits.h"

namespace doline {

TextLists::TextLists(const KernelCall& call)
    : type_(call.result_type),
      rows_(call.row_count),
      entries_(Buffer::allocate_zeroed(call.row_count * sizeof(ListEntry))) {}

Arena& TextLists::heap() {
  if (!heap_) heap_ = make_ref<Arena>();
  return *heap_;
}

void TextLists::append_null() {
  null_parts_.push_back(static_cast<uint32_t>(parts_.size()));
  parts_.emplace_back();
}

void TextLists::close(uint32_t row) {
  const auto end = static_cast<uint32_t>(parts_.size());
  entries_->as<ListEntry>()[row] = ListEntry{begin_, end - begin_};
  begin_ = end;
}

void TextLists::close_null(uint32_t row) {
  if (!validity_) validity_ = make_full_bitmap(rows_);
  clear_bit(validity_->as<uint64_t>(), row);
}

Column TextLists::seal(const Column& views_into) {
  const auto count = static_cast<uint32_t>(parts_.size());
  BufferRef values = Buffer::copy_of(std::as_bytes(std::span(parts_)));
  BufferRef validity;
  if (!null_parts_.empty()) {
    validity = make_full_bitmap(count);
    for (const uint32_t part : null_parts_) clear_bit(validity->as<uint64_t>(), part);
  }
  std::vector<PinRef> pins = {views_into.pin()};
  if (heap_) pins.emplace_back(heap_);
  Column child = Column::flat(Type::varchar(), count, std::move(values), std::move(validity),
                              combine_pins(std::move(pins)));
  return Column::list(type_, rows_, std::move(entries_), std::move(child), std::move(validity_));
}

size_t count_characters(std::string_view text) {
  // Bytes that continue a character have bit 7 set and bit 6 clear; eight are looked at at once.
  size_t continuations = 0;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const auto word = load_unaligned<uint64_t>(text.data() + at);
    continuations +=
        static_cast<size_t>(std::popcount(word & ~(word << 1) & 0x8080808080808080ULL));
  }
  for (; at < text.size(); ++at)
    continuations += (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  return text.size() - continuations;
}

size_t character_offset(std::string_view text, size_t count) {
  size_t at = 0;
  // Eight ASCII bytes at a time.
  while (count >= 8 && at + 8 <= text.size() &&
         (load_unaligned<uint64_t>(text.data() + at) & 0x8080808080808080ULL) == 0) {
    at += 8;
    count -= 8;
  }
  for (; count > 0 && at < text.size(); --count) at += character_bytes(text[at]);
  return std::min(at, text.size());
}

uint32_t decode_character(std::string_view text, size_t& bytes) {
  utf8proc_int32_t code_point = 0;
  const auto size = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size(), 4));
  const auto taken =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), size, &code_point);
  if (taken <= 0) {
    bytes = 1;
    return static_cast<unsigned char>(text[0]);
  }
  bytes = static_cast<size_t>(taken);
  return static_cast<uint32_t>(code_point);
}

size_t encode_character(uint32_t code_point, char* out) {
  return static_cast<size_t>(utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point),
                                                  reinterpret_cast<utf8proc_uint8_t*>(out)));
}

bool is_valid_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto* const end = at + text.size();
  while (at < end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t code_point = 0;
    const auto taken = utf8proc_iterate(at, std::min<utf8proc_ssize_t>(end - at, 4), &code_point);
    if (taken <= 0) return false;
    at += taken;
  }
  return true;
}

}  // namespace doline
