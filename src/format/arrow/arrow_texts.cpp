#include "format/arrow/arrow_texts.h"

#include <limits>

#include "base/error.h"
#include "column/column_writer.h"
#include "format/arrow/arrow_bits.h"
#include "format/arrow/arrow_check.h"
#include "format/arrow/readable_text.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

[[noreturn]] void broken(const ArrowField& field, std::string_view what) {
  throw Error(ErrorCode::kFormat, "Arrow data, column \"{}\": {}", field.name, what);
}

/// The high bits of all bytes: none is set where all of them are ASCII.
uint64_t high_bits(std::string_view text) {
  uint64_t high = 0;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) high |= load_unaligned<uint64_t>(text.data() + at);
  for (; at < text.size(); ++at) high |= static_cast<unsigned char>(text[at]);
  return high & 0x8080808080808080;
}

/// Views on foreign bytes. `is_valid`: no need to look at each text.
template <class Text>
Column texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
             const Selection& wanted, const PinRef& owner, Text&& text, bool is_valid = false) {
  ColumnWriter out(field.type, count);
  const BufferRef validity = arrow_validity(array, begin, count);
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
  if (reaches_out) out.add_pin(owner);
  return out.seal(count);
}

template <class Offset>
Column offset_texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
                    const Selection& wanted, const PinRef& owner) {
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
                        (wanted.size() >= count / 8 && high_bits(between(first, last)) == 0);
  if (!is_valid || last - first > int64_t{std::numeric_limits<uint32_t>::max()}) {
    return texts(
        field, array, begin, count, wanted, owner,
        [&](uint32_t row) { return between(at(begin + row), at(begin + row + 1)); }, is_valid);
  }
  ColumnWriter out(field.type, count);
  const BufferRef validity = arrow_validity(array, begin, count);
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
  if (reaches_out) out.add_pin(owner);
  return out.seal(count);
}

/// The text of a view that does not hold it itself.
std::string_view text_behind(const ArrowTextView& view, const ArrowField& field,
                             const ArrowArray& array) {
  if (view.size < 0) broken(field, "a text of negative length");
  const int32_t index = view.buffer_index();
  if (index < 0 || index >= array.n_buffers - 3 || !array.buffers[2 + index])
    broken(field, "a text in no buffer");
  const auto* sizes = static_cast<const std::byte*>(array.buffers[array.n_buffers - 1]);
  const auto held = load_unaligned<int64_t>(sizes + static_cast<size_t>(index) * sizeof(int64_t));
  const int64_t offset = view.buffer_offset();
  if (offset < 0 || held < 0 || offset > held || view.size > held - offset)
    broken(field, "a text outside its buffer");
  return {static_cast<const char*>(array.buffers[2 + index]) + offset,
          static_cast<size_t>(view.size)};
}

Column view_texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
                  const Selection& wanted, const PinRef& owner) {
  const auto* views = static_cast<const char*>(array.buffers[1]) +
                      static_cast<size_t>(array.offset + begin) * sizeof(ArrowTextView);
  if (array.n_buffers > 3 && !array.buffers[array.n_buffers - 1])
    broken(field, "a buffer is missing");
  ColumnWriter out(field.type, count);
  auto* const to = out.values<StringView>();
  const BufferRef validity = arrow_validity(array, begin, count);
  bool reaches_out = false;
  uint64_t high = 0;
  wanted.for_each([&](uint32_t row) {
    if (validity && !test_bit(validity->as<uint64_t>(), row)) return;
    const char* const at = views + row * sizeof(ArrowTextView);
    const auto view = load_unaligned<ArrowTextView>(at);
    const auto size = static_cast<uint32_t>(view.size);
    if (size <= StringView::kInlineBytes) {
      put_readable(to + row, at + sizeof view.size, size);
      high |= to[row].head() >> 32 | to[row].tail();
    } else {
      const std::string_view text = text_behind(view, field, array);
      to[row] = StringView(text);
      high |= high_bits(text);
      reaches_out = true;
    }
  });
  // Texts of ASCII alone are valid; else each is looked at.
  if ((high & 0x8080808080808080) != 0 && !field.type->is(TypeKind::kBlob)) {
    wanted.for_each([&](uint32_t row) {
      if (!is_utf8(to[row].view())) broken(field, "a text that is not UTF-8");
    });
  }
  if (validity) out.set_validity(validity);
  if (reaches_out) out.add_pin(owner);
  return out.seal(count);
}

}  // namespace

Column read_arrow_texts(const ArrowField& field, const ArrowArray& array, int64_t begin,
                        uint32_t count, const Selection& wanted, const PinRef& owner) {
  if (field.layout == ArrowLayout::kText32)
    return offset_texts<int32_t>(field, array, begin, count, wanted, owner);
  if (field.layout == ArrowLayout::kText64)
    return offset_texts<int64_t>(field, array, begin, count, wanted, owner);
  if (field.layout == ArrowLayout::kTextViews)
    return view_texts(field, array, begin, count, wanted, owner);
  ASSERT(field.layout == ArrowLayout::kFixedBinary);
  return texts(field, array, begin, count, wanted, owner, [&](uint32_t row) {
    const auto* bytes = static_cast<const char*>(array.buffers[1]);
    return std::string_view(
        bytes + static_cast<size_t>(array.offset + begin + row) * field.width_bytes,
        field.width_bytes);
  });
}

}  // namespace doline
