#pragma once

#include "column/column_writer.h"
#include "function/kernel_call.h"

namespace doline {

/// A flat or constant argument, read by row.
template <class T>
class Argument {
 public:
  explicit Argument(const Column& column)
      : values_(column.values<T>()),
        validity_(column.validity()),
        stride_(column.is_constant() ? 0 : 1) {}
  const T& operator[](uint32_t row) const { return values_[row * stride_]; }
  bool is_null(uint32_t row) const { return validity_ && !test_bit(validity_, row * stride_); }

 private:
  const T* const values_;
  const uint64_t* const validity_;
  const uint32_t stride_;
};

/// out[row] = map(in[row]) for the active rows, NULL or not: `map` must take garbage.
template <class In, class Out, class Map>
Column map_rows(const KernelCall& call, const Column& input, Map&& map) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<In> in(input);
  Out* const out = writer.values<Out>();
  call.active.for_each([&](uint32_t row) { out[row] = map(in[row]); });
  return writer.seal(call.row_count);
}

/// map(in[row], out[row]) says whether there is a result; otherwise the row fails with what
/// `describe(row)` says. Only for functions that declare can_fail.
template <class In, class Out, class Map, class Describe>
Column try_map_rows(const KernelCall& call, const Column& input, ErrorCode code, Map&& map,
                    Describe&& describe) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<In> in(input);
  Out* const out = writer.values<Out>();
  call.active.for_each([&](uint32_t row) {
    if (!map(in[row], out[row])) {
      out[row] = Out{};
      call.errors.fail(row, code, [&] { return describe(in[row]); });
    }
  });
  return writer.seal(call.row_count);
}

/// As above, of two arguments.
template <class A, class B, class Out, class Map, class Describe>
Column try_map_rows(const KernelCall& call, const Column& first, const Column& second,
                    ErrorCode code, Map&& map, Describe&& describe) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<A> a(first);
  const Argument<B> b(second);
  Out* const out = writer.values<Out>();
  call.active.for_each([&](uint32_t row) {
    if (!map(a[row], b[row], out[row])) {
      out[row] = Out{};
      call.errors.fail(row, code, [&] { return describe(a[row], b[row]); });
    }
  });
  return writer.seal(call.row_count);
}

}  // namespace doline
