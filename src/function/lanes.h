#pragma once

#include <type_traits>

#include "column/column_writer.h"
#include "function/argument.h"
#include "function/kernel_call.h"
#include "kernel/active_rows.h"

namespace doline {

// The loops of scalar kernels. Operations on fixed-width values that cannot fail run over all
// lanes, garbage included, unless few rows are active; so they must be defined for every input
// (see kernel/wrapping.h) and the compiler can vectorise them. Operations that can fail say so per
// lane; only when a lane did are the active rows gone through one by one.

namespace lanes {

/// write(row, value(row)) for the rows of `call`; bools are packed 64 at a time.
template <class Out, class Value>
void fill(const KernelCall& call, ColumnWriter& writer, Value value) {
  if constexpr (std::is_same_v<Out, bool>) {
    uint64_t* bits = writer.bits();
    if (!prefers_dense(call.active, call.row_count)) {
      call.active.for_each(
          [&](uint32_t row) { bits[row / 64] |= uint64_t{value(row)} << (row % 64); });
      return;
    }
    for (uint32_t begin = 0; begin < call.row_count; begin += 64) {
      const uint32_t end = begin + 64 < call.row_count ? begin + 64 : call.row_count;
      uint64_t word = 0;
      for (uint32_t row = begin; row < end; ++row) word |= uint64_t{value(row)} << (row - begin);
      bits[begin / 64] = word;
    }
  } else {
    Out* out = writer.values<Out>();
    if (!prefers_dense(call.active, call.row_count)) {
      call.active.for_each([&](uint32_t row) { out[row] = value(row); });
      return;
    }
    for (uint32_t row = 0; row < call.row_count; ++row) out[row] = value(row);
  }
}

}  // namespace lanes

/// result[row] = op(a[row]).
template <class A, class Out, class Op>
Column map_lanes(const KernelCall& call, const Column& a, Op op) {
  ColumnWriter writer(call.result_type, call.row_count);
  const A* x = a.values<A>();
  if (a.is_constant()) {
    const A x0 = *x;
    lanes::fill<Out>(call, writer, [=](uint32_t) { return op(x0); });
  } else {
    lanes::fill<Out>(call, writer, [=](uint32_t row) { return op(x[row]); });
  }
  return writer.seal(call.row_count);
}

/// result[row] = op(a[row], b[row]).
template <class A, class B, class Out, class Op>
Column map_lanes(const KernelCall& call, const Column& a, const Column& b, Op op) {
  ColumnWriter writer(call.result_type, call.row_count);
  const A* x = a.values<A>();
  const B* y = b.values<B>();
  if (a.is_constant()) {
    const A x0 = *x;
    if (b.is_constant()) {
      lanes::fill<Out>(call, writer, [=](uint32_t) { return op(x0, *y); });
    } else {
      lanes::fill<Out>(call, writer, [=](uint32_t row) { return op(x0, y[row]); });
    }
  } else if (b.is_constant()) {
    const B y0 = *y;
    lanes::fill<Out>(call, writer, [=](uint32_t row) { return op(x[row], y0); });
  } else {
    lanes::fill<Out>(call, writer, [=](uint32_t row) { return op(x[row], y[row]); });
  }
  return writer.seal(call.row_count);
}

/// flag = op(a[row], b[row], result[row]); any flag that is not zero is a failure, which
/// `describe(a, b)` words. Only for overloads that declare can_fail.
template <class A, class B, class Out, class Op, class Describe>
Column check_lanes(const KernelCall& call, const Column& a, const Column& b, ErrorCode code, Op op,
                   Describe describe) {
  ColumnWriter writer(call.result_type, call.row_count);
  const A* x = a.values<A>();
  const B* y = b.values<B>();
  Out* out = writer.values<Out>();
  const uint32_t rows = call.row_count;
  using Flag = decltype(op(*x, *y, *out));
  bool failed = true;
  if (prefers_dense(call.active, rows)) {
    Flag flags{};
    if (a.is_constant() && !b.is_constant()) {
      const A x0 = *x;
      for (uint32_t row = 0; row < rows; ++row) flags |= op(x0, y[row], out[row]);
    } else if (b.is_constant() && !a.is_constant()) {
      const B y0 = *y;
      for (uint32_t row = 0; row < rows; ++row) flags |= op(x[row], y0, out[row]);
    } else if (!a.is_constant()) {
      for (uint32_t row = 0; row < rows; ++row) flags |= op(x[row], y[row], out[row]);
    } else {
      flags = Flag(1);
    }
    failed = flags != Flag{};
  }
  if (failed) {  // perhaps in lanes that do not count
    const Argument<A> left(a);
    const Argument<B> right(b);
    call.active.for_each([&](uint32_t row) {
      if (op(left[row], right[row], out[row]) == Flag{}) return;
      out[row] = Out{};
      call.errors.fail(row, code, [&] { return describe(left[row], right[row]); });
    });
  }
  return writer.seal(rows);
}

/// The same of one argument.
template <class A, class Out, class Op, class Describe>
Column check_lanes(const KernelCall& call, const Column& a, ErrorCode code, Op op,
                   Describe describe) {
  ColumnWriter writer(call.result_type, call.row_count);
  const A* x = a.values<A>();
  Out* out = writer.values<Out>();
  using Flag = decltype(op(*x, *out));
  bool failed = true;
  if (prefers_dense(call.active, call.row_count) && !a.is_constant()) {
    Flag flags{};
    for (uint32_t row = 0; row < call.row_count; ++row) flags |= op(x[row], out[row]);
    failed = flags != Flag{};
  }
  if (failed) {
    const Argument<A> argument(a);
    call.active.for_each([&](uint32_t row) {
      if (op(argument[row], out[row]) == Flag{}) return;
      out[row] = Out{};
      call.errors.fail(row, code, [&] { return describe(argument[row]); });
    });
  }
  return writer.seal(call.row_count);
}

/// Texts are looked at only where they are valid: result[row] = op(a[row]).
template <class Out, class Op>
Column map_texts(const KernelCall& call, const Column& a, Op op) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> text(a);
  for_each_valid(call.active, a, [&](uint32_t row) {
    if constexpr (std::is_same_v<Out, bool>) {
      writer.bits()[row / 64] |= uint64_t{op(text[row])} << (row % 64);  // no branch
    } else {
      writer.values<Out>()[row] = op(text[row]);
    }
  });
  return writer.seal(call.row_count);
}

template <class Out, class Op>
Column map_texts(const KernelCall& call, const Column& a, const Column& b, Op op) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> x(a);
  const Argument<StringView> y(b);
  for_each_valid(call.active, a, b, [&](uint32_t row) {
    if constexpr (std::is_same_v<Out, bool>) {
      writer.bits()[row / 64] |= uint64_t{op(x[row], y[row])} << (row % 64);
    } else {
      writer.values<Out>()[row] = op(x[row], y[row]);
    }
  });
  return writer.seal(call.row_count);
}

/// body(row) for each active row at which no argument is NULL.
template <class Body>
void for_each_valid_row(const KernelCall& call, std::span<const Column> arguments, Body&& body) {
  BufferRef validity;
  for (const Column& argument : arguments) {
    if (argument.is_null_constant()) return;
    if (const uint64_t* bits = lane_validity(argument)) {
      validity =
          intersect_bitmaps(bits, validity ? validity->as<uint64_t>() : nullptr, call.row_count);
    }
  }
  for_each_valid(call.active, validity ? validity->as<uint64_t>() : nullptr, nullptr, body);
}

/// A kernel's compiled data, as its bind hook left it; null where it left none.
template <class Data>
const Data* data_of(const KernelCall& call) {
  return static_cast<const Data*>(call.data);
}

}  // namespace doline
