#include "format/arrow/arrow_texts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/error.h"
#include "column/column_writer.h"
#include "column/readable_text.h"
#include "format/arrow/arrow_bits.h"
#include "format/arrow/arrow_check.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

[[noreturn]] void broken(const ArrowField& field, std::string_view what) {
  throw Error(ErrorCode::kFormat, "Arrow data, column \"{}\": {}", field.name, what);
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
                        (wanted.size() >= count / 8 && is_ascii(between(first, last)));
  if (!is_valid || last - first > int64_t{std::numeric_limits<uint32_t>::max()}) {
    return texts(
        field, array, begin, count, wanted, owner,
        [&](uint32_t row) { return between(at(begin + row), at(begin + row + 1)); }, is_valid);
  }
  ColumnWriter out(field.type, count);
  StringView* const to = out.values<StringView>();
  uint32_t longest = 0;
  // What lies under NULL is a text like others.
  const auto put = [&](uint32_t row, int64_t from, int64_t end, bool is_readable) {
    const auto size = static_cast<uint32_t>(end - from);
    longest = std::max(longest, size);
    to[row] = is_readable ? view_of_readable(bytes + from, size) : StringView(bytes + from, size);
  };
  if (most - last < int64_t{StringView::kInlineBytes}) {
    wanted.for_each([&](uint32_t row) {
      const int64_t from = at(begin + row);
      put(row, from, at(begin + row + 1), most - from >= int64_t{StringView::kInlineBytes});
    });
  } else if (wanted.is_all()) {
    int64_t from = first;
    for (uint32_t row = 0; row < count; ++row) {
      const int64_t end = at(begin + row + 1);
      put(row, from, end, true);
      from = end;
    }
  } else {
    wanted.for_each([&](uint32_t row) { put(row, at(begin + row), at(begin + row + 1), true); });
  }
  if (BufferRef validity = arrow_validity(array, begin, count))
    out.set_validity(std::move(validity));
  if (longest > StringView::kInlineBytes) out.add_pin(owner);
  return out.seal(count);
}

/// The text of a view, wherever it lies.
std::string_view text_of(const char* at, const ArrowField& field, const ArrowArray& array) {
  const auto view = load_unaligned<ArrowTextView>(at);
  if (view.size < 0) broken(field, "a text of negative length");
  const auto size = static_cast<size_t>(view.size);
  if (size <= StringView::kInlineBytes) return {at + sizeof view.size, size};
  const int32_t index = view.buffer_index();
  if (index < 0 || index >= array.n_buffers - 3 || !array.buffers[2 + index])
    broken(field, "a text in no buffer");
  const auto* sizes = static_cast<const std::byte*>(array.buffers[array.n_buffers - 1]);
  const auto held = load_unaligned<int64_t>(sizes + static_cast<size_t>(index) * sizeof(int64_t));
  const int64_t offset = view.buffer_offset();
  if (offset < 0 || held < 0 || offset > held || view.size > held - offset)
    broken(field, "a text outside its buffer");
  return {static_cast<const char*>(array.buffers[2 + index]) + offset, size};
}

/// Views that point into few buffers, all at once: whether a text is in its view or in a buffer is
/// anybody's guess, so nothing branches on it. Nothing where a view is broken, or a text not of
/// ASCII alone: who looks at each by itself finds which, and whether it is valid.
class FewBuffers {
 public:
  static constexpr int64_t kMost = 32;
  static constexpr uint32_t kMostBytes = std::numeric_limits<int32_t>::max();  // of a text

  explicit FewBuffers(const ArrowArray& array) : count_(array.n_buffers - 3) {
    const auto* sizes = static_cast<const std::byte*>(array.buffers[array.n_buffers - 1]);
    for (size_t i = 0; i < count_; ++i) {
      const auto size = load_unaligned<int64_t>(sizes + i * sizeof(int64_t));
      const auto* data = static_cast<const char*>(array.buffers[2 + i]);
      if (data && size > 0) buffers_[i] = {data, static_cast<uint64_t>(size)};
    }
  }

  std::optional<Column> read(const ArrowField& field, const char* views, uint32_t count,
                             const Selection& wanted, BufferRef validity, const PinRef& owner) {
    ColumnWriter out(field.type, count);
    StringView* const to = out.values<StringView>();
    const uint64_t* const valid = validity ? validity->as<uint64_t>() : nullptr;
    uint64_t is_broken = 0, high = 0;
    uint32_t longest = 0;
    const uint16_t* const rows = wanted.rows();
    for (uint32_t i = 0; i < wanted.size(); ++i) {
      const uint32_t row = rows ? rows[i] : i;
      const char* const at = views + row * sizeof(StringView);
      const auto tail = load_unaligned<uint64_t>(at + 8);
      const uint64_t size = valid && !test_bit(valid, row) ? 0 : load_unaligned<uint32_t>(at);
      uint64_t is_long = size > StringView::kInlineBytes;
      asm("" : "+r"(is_long));  // or the compiler makes branches of it
      const uint64_t number = std::min<uint64_t>(tail & 0xFFFF'FFFF, count_);
      const Held& held = buffers_[count_ - ((count_ - number) & -is_long)];
      const uint64_t offset = tail >> 32;
      uint64_t fits = uint64_t{offset <= held.size} & uint64_t{size <= held.size - offset} &
                      uint64_t{size <= kMostBytes};
      asm("" : "+r"(fits));
      is_broken |= is_long & ~fits;
      const uint64_t is_behind = -(is_long & fits);
      const auto own = reinterpret_cast<uint64_t>(at + sizeof(uint32_t));
      const auto behind = reinterpret_cast<uint64_t>(held.data) + offset;
      const auto* const text = reinterpret_cast<const char*>(own ^ ((own ^ behind) & is_behind));
      to[row] = view_of_readable(text, static_cast<uint32_t>(size));
      longest = std::max(longest, static_cast<uint32_t>(size));
      // Of a text in its view the bytes behind it too: where these are no zeros, it is looked at.
      const uint64_t last = 4 + ((size - StringView::kInlineBytes) & is_behind);
      high |= load_unaligned<uint64_t>(text) | load_unaligned<uint64_t>(text + last);
      if ((size & is_behind) > 16) {
        for (uint64_t done = 8; done + 8 < size; done += 8)
          high |= load_unaligned<uint64_t>(text + done);
      }
    }
    const bool is_valid = field.type->is(TypeKind::kBlob) || (high & 0x8080808080808080) == 0;
    if (is_broken != 0 || !is_valid) return std::nullopt;
    if (validity) out.set_validity(std::move(validity));
    if (longest > StringView::kInlineBytes) out.add_pin(owner);
    return out.seal(count);
  }

 private:
  struct Held {
    const char* data = nullptr;
    uint64_t size = 0;
  };
  const size_t count_;
  std::array<Held, kMost + 1> buffers_;  // empty where one is missing, and behind the last
};

Column view_texts(const ArrowField& field, const ArrowArray& array, int64_t begin, uint32_t count,
                  const Selection& wanted, const PinRef& owner) {
  const auto* views = static_cast<const char*>(array.buffers[1]) +
                      static_cast<size_t>(array.offset + begin) * sizeof(ArrowTextView);
  const int64_t buffers = array.n_buffers - 3;
  if (buffers > 0 && !array.buffers[array.n_buffers - 1]) broken(field, "a buffer is missing");
  if (buffers <= FewBuffers::kMost) {
    auto column = FewBuffers(array).read(field, views, count, wanted,
                                         arrow_validity(array, begin, count), owner);
    if (column) return *std::move(column);
  }
  return texts(field, array, begin, count, wanted, owner, [&](uint32_t row) {
    return text_of(views + row * sizeof(ArrowTextView), field, array);
  });
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
