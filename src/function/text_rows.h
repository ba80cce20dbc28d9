#pragma once

#include <string_view>
#include <vector>

#include "column/column_writer.h"
#include "column/readable_text.h"
#include "function/kernel_call.h"

namespace doline {

/// The most bytes a text may have.
inline constexpr size_t kMaxTextBytes = UINT32_MAX;

/// A text of `size` bytes at `row`, which fill(char*) writes in place.
template <class Fill>
void put_text(ColumnWriter& writer, uint32_t row, size_t size, Fill fill) {
  StringView& out = writer.values<StringView>()[row];
  if (size <= StringView::kInlineBytes) {
    char buffer[StringView::kInlineBytes];
    fill(buffer);
    out = StringView(buffer, static_cast<uint32_t>(size));
  } else {
    char* const at = writer.reserve(size);
    fill(at);
    out = StringView(at, static_cast<uint32_t>(size));
  }
}

/// Part of an argument's text, in place: the result column must pin the argument's memory.
inline StringView part_of(std::string_view part) {
  return StringView(part.data(), static_cast<uint32_t>(part.size()));
}

/// The same where up to `readable_end` all bytes may be read: short texts without a branch on size.
inline StringView part_of(std::string_view part, const char* readable_end) {
  constexpr auto kInline = static_cast<ptrdiff_t>(StringView::kInlineBytes);
  if (part.data() == nullptr || readable_end - part.data() < kInline) return part_of(part);
  return view_of_readable(part.data(), static_cast<uint32_t>(part.size()));
}

/// Rows of lists of texts that are views into an argument, or copies.
class TextLists {
 public:
  explicit TextLists(const KernelCall& call);
  void append(std::string_view part) { parts_.push_back(part_of(part)); }
  void append_copy(std::string_view part) { parts_.push_back(StringView(heap().copy(part))); }
  void append_null();
  /// All parts since the last row belong to `row`. Rows not closed are empty lists.
  void close(uint32_t row);
  void close_null(uint32_t row);
  /// `views_into`: the argument whose memory parts point to.
  Column seal(const Column& views_into);

 private:
  Arena& heap();

  const TypeRef type_;
  const uint32_t rows_;
  BufferRef entries_;
  BufferRef validity_;
  std::vector<StringView> parts_;
  std::vector<uint32_t> null_parts_;
  ArenaRef heap_;
  uint32_t begin_ = 0;
};

// --- UTF-8. Texts are valid; what is not is taken byte by byte and never over-read.

/// Code points: bytes that continue none.
size_t count_characters(std::string_view text);
/// Bytes of the character whose first byte this is.
inline size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}
/// Where character number `count` (from 0) begins; the size where there are fewer.
size_t character_offset(std::string_view text, size_t count);
/// The first code point of `text`, which is not empty, and how many bytes it takes.
uint32_t decode_character(std::string_view text, size_t& bytes);
/// Writes 1 to 4 bytes; returns how many.
size_t encode_character(uint32_t code_point, char* out);
bool is_valid_utf8(std::string_view text);

}  // namespace doline
