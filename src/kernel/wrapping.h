#pragma once

#include <type_traits>

#include "base/int128.h"

namespace doline {

/// Integer arithmetic modulo 2^n. Kernels that compute every lane meet garbage under NULLs and in
/// inactive rows, on which plain signed arithmetic would be undefined.
template <class T>
using WrappingType = std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;

template <class T>
constexpr T wrapping_add(T a, T b) {
  return static_cast<T>(static_cast<WrappingType<T>>(a) + static_cast<WrappingType<T>>(b));
}
template <class T>
constexpr T wrapping_subtract(T a, T b) {
  return static_cast<T>(static_cast<WrappingType<T>>(a) - static_cast<WrappingType<T>>(b));
}
template <class T>
constexpr T wrapping_multiply(T a, T b) {
  return static_cast<T>(static_cast<WrappingType<T>>(a) * static_cast<WrappingType<T>>(b));
}

/// value / divisor, half away from zero; divisor > 0.
template <class T>
constexpr T divide_rounding(T value, T divisor) {
  const T half = divisor / 2;
  return wrapping_add(value, value < 0 ? static_cast<T>(-half) : half) / divisor;
}

}  // namespace doline
