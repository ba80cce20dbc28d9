#include "kernel/compare.h"

#include <cstring>

#include "column/column_writer.h"
#include "column/physical.h"
#include "kernel/active_rows.h"
#include "kernel/calendar.h"
#include "kernel/simd.h"
#include "kernel/variants/compare_kernels.h"

namespace doline {

namespace {

const CompareKernels& compare_kernels() {
  static const CompareKernels& kernels = pick_variant(
      simd_level(), scalar::kCompareKernels, avx2::kCompareKernels, avx512::kCompareKernels);
  return kernels;
}

/// An order with its sides perhaps swapped and its outcome perhaps negated.
struct Plan {
  LaneOrder order;
  bool swap;
  bool negate;
};

Plan plan_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return {LaneOrder::kEqual, false, false};
    case Comparison::kNotEqual:
      return {LaneOrder::kEqual, false, true};
    case Comparison::kLess:
      return {LaneOrder::kLess, false, false};
    case Comparison::kLessEqual:
      return {LaneOrder::kLessEqual, false, false};
    case Comparison::kGreater:
      return {LaneOrder::kLess, true, false};
    case Comparison::kGreaterEqual:
      return {LaneOrder::kLessEqual, true, false};
  }
  UNREACHABLE();
}

bool holds(LaneOrder order, int compared) {
  switch (order) {
    case LaneOrder::kEqual:
      return compared == 0;
    case LaneOrder::kLess:
      return compared < 0;
    case LaneOrder::kLessEqual:
      return compared <= 0;
  }
  UNREACHABLE();
}

LaneType lane_type(PhysicalType type) {
  switch (type) {
    case PhysicalType::kInt8:
      return LaneType::kInt8;
    case PhysicalType::kInt16:
      return LaneType::kInt16;
    case PhysicalType::kInt32:
      return LaneType::kInt32;
    case PhysicalType::kInt64:
      return LaneType::kInt64;
    case PhysicalType::kInt128:
      return LaneType::kInt128;
    case PhysicalType::kUInt8:
      return LaneType::kUInt8;
    case PhysicalType::kUInt16:
      return LaneType::kUInt16;
    case PhysicalType::kUInt32:
      return LaneType::kUInt32;
    case PhysicalType::kUInt64:
      return LaneType::kUInt64;
    case PhysicalType::kFloat:
      return LaneType::kFloat;
    case PhysicalType::kDouble:
      return LaneType::kDouble;
    case PhysicalType::kBool:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

void compare_numbers(LaneOrder order, const Column& a, const Column& b, uint32_t rows,
                     uint64_t* bits) {
  const LaneShape shape = b.is_constant()   ? LaneShape::kRightConstant
                          : a.is_constant() ? LaneShape::kLeftConstant
                                            : LaneShape::kArrays;
  compare_kernels().lanes[static_cast<size_t>(lane_type(a.physical()))][static_cast<size_t>(
      order)][static_cast<size_t>(shape)](a.values<void>(), b.values<void>(), rows, bits);
}

void compare_bools(LaneOrder order, const Column& a, const Column& b, uint32_t rows,
                   uint64_t* bits) {
  const auto word_of = [](const Column& column, size_t word) {
    if (column.is_constant()) return test_bit(column.bits(), 0) ? ~uint64_t{0} : uint64_t{0};
    return column.bits()[word];
  };
  for (size_t word = 0; word < words_for_bits(rows); ++word) {
    const uint64_t x = word_of(a, word);
    const uint64_t y = word_of(b, word);
    switch (order) {
      case LaneOrder::kEqual:
        bits[word] = ~(x ^ y);
        break;
      case LaneOrder::kLess:
        bits[word] = ~x & y;
        break;
      case LaneOrder::kLessEqual:
        bits[word] = ~x | y;
        break;
    }
  }
}

/// Equality with one constant text: length and four bytes decide most rows without touching memory.
void equal_to_text(const Column& column, const StringView& text, const Selection& active,
                   uint64_t* bits) {
  const StringView* values = column.values<StringView>();
  const uint64_t head = text.head();
  if (text.is_inline()) {
    const uint64_t tail = text.tail();
    const auto same = [=](uint32_t row) {  // reads no memory behind the views: NULLs do no harm
      return uint64_t{((values[row].head() ^ head) | (values[row].tail() ^ tail)) == 0};
    };
    if (!active.is_all()) {
      active.for_each([&](uint32_t row) { bits[row / 64] |= same(row) << (row % 64); });
      return;
    }
    for (uint32_t begin = 0; begin < active.size(); begin += 64) {
      const uint32_t end = std::min(active.size(), begin + 64);
      uint64_t word = 0;
      for (uint32_t row = begin; row < end; ++row) word |= same(row) << (row - begin);
      bits[begin / 64] = word;
    }
    return;
  }
  const char* rest = text.data() + 4;
  const size_t rest_size = text.size() - 4;
  for_each_valid(active, column, [&](uint32_t row) {
    if (values[row].head() == head && std::memcmp(values[row].data() + 4, rest, rest_size) == 0) {
      set_bit(bits, row);
    }
  });
}

template <class T, class Test>
void for_pairs(const Column& a, const Column& b, const Selection& active, uint64_t* bits,
               Test test) {
  const T* x = a.values<T>();
  const T* y = b.values<T>();
  const uint32_t x_step = a.is_constant() ? 0 : 1;
  const uint32_t y_step = b.is_constant() ? 0 : 1;
  for_each_valid(active, a, b, [&](uint32_t row) {
    if (test(x[row * x_step], y[row * y_step])) set_bit(bits, row);
  });
}

void compare_texts(LaneOrder order, const Column& a, const Column& b, const Selection& active,
                   uint64_t* bits) {
  if (order == LaneOrder::kEqual) {
    if (b.is_constant() && !a.is_constant()) {
      return equal_to_text(a, b.values<StringView>()[0], active, bits);
    }
    if (a.is_constant() && !b.is_constant()) {
      return equal_to_text(b, a.values<StringView>()[0], active, bits);
    }
  }
  switch (order) {
    case LaneOrder::kEqual:
      return for_pairs<StringView>(a, b, active, bits,
                                   [](const auto& x, const auto& y) { return x == y; });
    case LaneOrder::kLess:
      return for_pairs<StringView>(a, b, active, bits,
                                   [](const auto& x, const auto& y) { return x < y; });
    case LaneOrder::kLessEqual:
      return for_pairs<StringView>(a, b, active, bits,
                                   [](const auto& x, const auto& y) { return x <= y; });
  }
}

template <class T>
int three_way(const T& a, const T& b) {
  return int{a > b} - int{a < b};
}

int compare_lists(const Column& a, ListEntry x, const Column& b, ListEntry y) {
  const uint32_t size = std::min(x.size, y.size);
  for (uint32_t i = 0; i < size; ++i) {
    if (const int order = compare_rows(a.child(), x.begin + i, b.child(), y.begin + i))
      return order;
  }
  return three_way(x.size, y.size);
}

}  // namespace

int compare_rows(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b) {
  const bool a_null = a.is_null(row_a);
  const bool b_null = b.is_null(row_b);
  if (a_null | b_null) return int{a_null} - int{b_null};
  if (a.is_dictionary()) return compare_rows(a.dictionary()->values(), a.codes()[row_a], b, row_b);
  if (b.is_dictionary()) return compare_rows(a, row_a, b.dictionary()->values(), b.codes()[row_b]);
  const uint32_t x = a.index_of(row_a);
  const uint32_t y = b.index_of(row_b);
  if (a.physical() == PhysicalType::kStruct) {
    for (size_t i = 0; i < a.children().size(); ++i) {
      if (const int order = compare_rows(a.child(i), x, b.child(i), y)) return order;
    }
    return 0;
  }
  return dispatch_physical(a.physical(), [&]<class T>() -> int {
    if constexpr (std::is_same_v<T, bool>) {
      return int{test_bit(a.bits(), x)} - int{test_bit(b.bits(), y)};
    } else {
      const T& left = a.values<T>()[x];
      const T& right = b.values<T>()[y];
      if constexpr (std::is_same_v<T, StringView>) {
        const int order = compare(left, right);
        return int{order > 0} - int{order < 0};
      } else if constexpr (std::is_same_v<T, Interval>) {
        return three_way(normalized_micros(left), normalized_micros(right));
      } else if constexpr (std::is_same_v<T, ListEntry>) {
        return compare_lists(a, left, b, right);
      } else if constexpr (std::is_floating_point_v<T>) {
        return compare_floats(left, right);
      } else {
        return three_way(left, right);
      }
    }
  });
}

bool rows_equal(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b) {
  if (a.physical() != PhysicalType::kString) return compare_rows(a, row_a, b, row_b) == 0;
  const bool a_null = a.is_null(row_a);
  if (a_null | b.is_null(row_b)) return a_null == b.is_null(row_b);
  return a.value<StringView>(row_a) == b.value<StringView>(row_b);
}

void compare_columns(Comparison comparison, const Column& a, const Column& b,
                     const Selection& active, uint64_t* bits) {
  ASSERT(!a.is_dictionary() && !b.is_dictionary() && a.physical() == b.physical());
  const uint32_t rows = a.size();
  if (a.is_constant() && b.is_constant())
    return compare_columns(comparison, a.flatten(), b, active, bits);
  const Plan plan = plan_of(comparison);
  const Column& left = plan.swap ? b : a;
  const Column& right = plan.swap ? a : b;
  const size_t words = words_for_bits(rows);
  if (a.physical() == PhysicalType::kBool) {
    compare_bools(plan.order, left, right, rows, bits);
  } else if (a.physical() == PhysicalType::kString) {
    std::memset(bits, 0, words * 8);
    compare_texts(plan.order, left, right, active, bits);
  } else if (a.physical() == PhysicalType::kInterval) {
    std::memset(bits, 0, words * 8);
    for_pairs<Interval>(left, right, active, bits, [&](const Interval& x, const Interval& y) {
      return holds(plan.order, three_way(normalized_micros(x), normalized_micros(y)));
    });
  } else if (a.type()->is_nested()) {
    std::memset(bits, 0, words * 8);
    for_each_valid(active, left, right, [&](uint32_t row) {
      if (holds(plan.order, compare_rows(left, row, right, row))) set_bit(bits, row);
    });
  } else if (prefers_dense(active, rows)) {
    compare_numbers(plan.order, left, right, rows, bits);
  } else {
    std::memset(bits, 0, words * 8);
    for_each_valid(active, left, right, [&](uint32_t row) {
      if (holds(plan.order, compare_rows(left, row, right, row))) set_bit(bits, row);
    });
  }
  if (plan.negate) {
    for (size_t word = 0; word < words; ++word) bits[word] = ~bits[word];
  }
}

void compare_not_distinct(const Column& a, const Column& b, const Selection& active,
                          uint64_t* bits) {
  compare_columns(Comparison::kEqual, a, b, active, bits);
  const BufferRef a_valid = validity_bitmap(a);
  const BufferRef b_valid = validity_bitmap(b);
  if (!a_valid && !b_valid) return;
  for (size_t word = 0; word < words_for_bits(a.size()); ++word) {
    const uint64_t x = a_valid ? a_valid->as<uint64_t>()[word] : ~uint64_t{0};
    const uint64_t y = b_valid ? b_valid->as<uint64_t>()[word] : ~uint64_t{0};
    bits[word] = (bits[word] & x & y) | (~x & ~y);
  }
}

}  // namespace doline
