#include "format/arrow/arrow_check.h"

#include <cstring>

#include "base/bits.h"
#include "base/error.h"

namespace doline {

int32_t ArrowTextView::buffer_index() const { return load_unaligned<int32_t>(inlined + 4); }
int32_t ArrowTextView::buffer_offset() const { return load_unaligned<int32_t>(inlined + 8); }

namespace {

constexpr int64_t kMostBuffers = int64_t{1} << 24;

class ArrayCheck {
 public:
  /// `rows`: whether each row is looked at.
  ArrayCheck(const ArrowField& field, const ArrowArray& array, bool rows)
      : field_(field), array_(array), rows_(rows) {}

  void run() const {
    if (array_.length < 0 || array_.offset < 0 || array_.length > kMostArrowRows ||
        array_.offset > kMostArrowRows) {
      broken("a length or offset out of range");
    }
    check_buffers();
    check_children();
    if (!rows_ && field_.layout != ArrowLayout::kFixedList && field_.layout != ArrowLayout::kStruct)
      return;
    switch (field_.layout) {
      case ArrowLayout::kList32:
        return check_offsets<int32_t>(array_.children[0]->length);
      case ArrowLayout::kList64:
        return check_offsets<int64_t>(array_.children[0]->length);
      case ArrowLayout::kListViews32:
        return check_list_views<int32_t>();
      case ArrowLayout::kListViews64:
        return check_list_views<int64_t>();
      case ArrowLayout::kFixedList:
        return child_has(0, static_cast<uint128_t>(end()) * field_.width_bytes);
      case ArrowLayout::kStruct:
        for (size_t i = 0; i < field_.children.size(); ++i)
          child_has(i, static_cast<uint128_t>(end()));
        return;
      case ArrowLayout::kRunEnds:
        return check_run_ends();
      default:
        return;  // values of a fixed width, texts, dictionaries: nothing to follow yet
    }
  }

 private:
  [[noreturn]] void broken(std::string_view what) const {
    throw Error(ErrorCode::kFormat, "Arrow data, column \"{}\": {}", field_.name, what);
  }

  int64_t end() const { return array_.offset + array_.length; }

  template <class T>
  T at(int buffer, int64_t index) const {
    return load_unaligned<T>(static_cast<const std::byte*>(array_.buffers[buffer]) +
                             static_cast<size_t>(index) * sizeof(T));
  }

  void check_buffers() const {
    // Nothing is read of them, so that the bitmap which Polars adds does no harm.
    if (field_.layout == ArrowLayout::kNull) return;
    const int64_t expected = field_.buffer_count();
    const bool fits = expected >= 0 ? array_.n_buffers == expected
                                    : array_.n_buffers >= 3 && array_.n_buffers < kMostBuffers;
    if (!fits) broken("the wrong number of buffers");
    if (array_.n_buffers > 0 && !array_.buffers) broken("no buffers");
    if (array_.length == 0) return;
    if (field_.layout == ArrowLayout::kText32 || field_.layout == ArrowLayout::kText64) {
      // A producer may leave the bytes out where all texts are empty.
      if (!array_.buffers[1]) broken("a buffer is missing");
      const bool wide = field_.layout == ArrowLayout::kText64;
      const int64_t first = wide ? at<int64_t>(1, array_.offset) : at<int32_t>(1, array_.offset);
      const int64_t last = wide ? at<int64_t>(1, end()) : at<int32_t>(1, end());
      if (first != last && !array_.buffers[2]) broken("a buffer is missing");
      return;
    }
    const int64_t needed = expected < 0 ? 2 : expected;
    for (int64_t i = 1; i < needed; ++i) {
      if (!array_.buffers[i]) broken("a buffer is missing");
    }
  }

  void check_children() const {
    if (array_.n_children != static_cast<int64_t>(field_.child_count()))
      broken("the wrong number of children");
    if (array_.n_children > 0 && !array_.children) broken("no children");
    for (size_t i = 0; i < field_.child_count(); ++i) {
      if (!array_.children[i]) broken("a child is missing");
      ArrayCheck(field_.children[i], *array_.children[i], rows_).run();
    }
    if ((field_.layout == ArrowLayout::kDictionary) != (array_.dictionary != nullptr)) {
      broken("a dictionary where none belongs, or none where one does");
    }
    if (array_.dictionary) ArrayCheck(field_.children[0], *array_.dictionary, rows_).run();
  }

  void child_has(size_t index, uint128_t rows) const {
    if (static_cast<uint128_t>(array_.children[index]->length) < rows)
      broken("a child with too few rows");
  }

  template <class Offset>
  void check_offsets(int64_t most) const {
    if (array_.length == 0) return;
    Offset before = at<Offset>(1, array_.offset);
    if (before < 0) broken("a negative offset");
    for (int64_t row = array_.offset; row < end(); ++row) {
      const Offset next = at<Offset>(1, row + 1);
      if (next < before) broken("offsets that fall");
      before = next;
    }
    if (before > most) broken("an offset past the end");
  }

  template <class Offset>
  void check_list_views() const {
    const int64_t child_rows = array_.children[0]->length;
    for (int64_t row = 0; row < array_.length; ++row) {
      if (arrow_is_null(array_, row)) continue;
      const int64_t begin = at<Offset>(1, array_.offset + row);
      const int64_t size = at<Offset>(2, array_.offset + row);
      if (begin < 0 || size < 0 || begin > child_rows || size > child_rows - begin)
        broken("a list outside its child");
    }
  }

  void check_run_ends() const {
    const ArrowArray& ends = *array_.children[0];
    child_has(1, static_cast<uint128_t>(ends.length));
    int64_t before = 0;
    for (int64_t run = 0; run < ends.length; ++run) {
      if (arrow_is_null(ends, run)) broken("a run end that is NULL");
      const int64_t at = arrow_run_end(ends, run);
      if (at <= before) broken("run ends that do not rise");
      before = at;
    }
    if (before < end()) broken("runs that end early");
  }

  int64_t arrow_run_end(const ArrowArray& ends, int64_t run) const {
    const auto* values = static_cast<const std::byte*>(ends.buffers[1]);
    const auto index = static_cast<size_t>(ends.offset + run);
    switch (field_.children[0].width_bytes) {
      case 2:
        return load_unaligned<int16_t>(values + index * 2);
      case 4:
        return load_unaligned<int32_t>(values + index * 4);
      default:
        return load_unaligned<int64_t>(values + index * 8);
    }
  }

  const ArrowField& field_;
  const ArrowArray& array_;
  const bool rows_;
};

}  // namespace

void check_arrow_array(const ArrowField& field, const ArrowArray& array) {
  ArrayCheck(field, array, true).run();
}

void check_arrow_shape(const ArrowField& field, const ArrowArray& array) {
  ArrayCheck(field, array, false).run();
}

}  // namespace doline
