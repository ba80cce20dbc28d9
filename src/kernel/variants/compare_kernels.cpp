#include "kernel/variants/compare_kernels.h"

#include <immintrin.h>

namespace doline::DOLINE_TARGET {

__extension__ typedef __int128 Wide;

/// 0 or 1, so that it can be combined without branches.
template <class T>
static inline int is_nan(T value) {
  return value != value;
}

struct Equal {
  template <class T>
  static inline bool of(T a, T b) {
    if constexpr (T(0.5) != T(0)) {
      return int{a == b} | (is_nan(a) & is_nan(b));
    } else {
      return a == b;
    }
  }
};
struct Less {
  template <class T>
  static inline bool of(T a, T b) {
    if constexpr (T(0.5) != T(0)) {
      return int{a < b} | (is_nan(b) & ~is_nan(a));
    } else {
      return a < b;
    }
  }
};
struct LessEqual {
  template <class T>
  static inline bool of(T a, T b) {
    if constexpr (T(0.5) != T(0)) {
      return int{a <= b} | is_nan(b);
    } else {
      return a <= b;
    }
  }
};

#ifndef DOLINE_TARGET_scalar
/// One bit a byte of 64 bytes that are 0 or 0xFF.
static inline uint64_t pack(const uint8_t* bytes) {
#ifdef DOLINE_TARGET_avx512
  return _mm512_movepi8_mask(_mm512_loadu_si512(bytes));
#else
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
#endif
}
#endif

template <class T, class Order, LaneShape kShape>
static void compare_lanes(const void* left, const void* right, size_t rows, uint64_t* bits) {
  const T* a = static_cast<const T*>(left);
  const T* b = static_cast<const T*>(right);
  const T a0 = kShape == LaneShape::kLeftConstant ? *a : T{};
  const T b0 = kShape == LaneShape::kRightConstant ? *b : T{};
  const auto test = [&](size_t row) {
    return Order::template of<T>(kShape == LaneShape::kLeftConstant ? a0 : a[row],
                                 kShape == LaneShape::kRightConstant ? b0 : b[row]);
  };
  size_t begin = 0;
#ifndef DOLINE_TARGET_scalar
  for (; begin + 64 <= rows; begin += 64) {
    alignas(64) uint8_t bytes[64];
    for (size_t lane = 0; lane < 64; ++lane) bytes[lane] = test(begin + lane) ? 0xFF : 0;
    bits[begin / 64] = pack(bytes);
  }
#endif
  for (; begin < rows; begin += 64) {
    const size_t end = begin + 64 < rows ? begin + 64 : rows;
    uint64_t word = 0;
    for (size_t row = begin; row < end; ++row) word |= uint64_t{test(row)} << (row - begin);
    bits[begin / 64] = word;
  }
}

#define SHAPES(T, ORDER)                               \
  {compare_lanes<T, ORDER, LaneShape::kArrays>,        \
   compare_lanes<T, ORDER, LaneShape::kRightConstant>, \
   compare_lanes<T, ORDER, LaneShape::kLeftConstant>}
#define ORDERS(T) {SHAPES(T, Equal), SHAPES(T, Less), SHAPES(T, LessEqual)}

extern const CompareKernels kCompareKernels = {{ORDERS(int8_t), ORDERS(int16_t), ORDERS(int32_t),
                                                ORDERS(int64_t), ORDERS(Wide), ORDERS(uint8_t),
                                                ORDERS(uint16_t), ORDERS(uint32_t),
                                                ORDERS(uint64_t), ORDERS(float), ORDERS(double)}};

}  // namespace doline::DOLINE_TARGET
