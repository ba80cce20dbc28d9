#pragma once

#include <cstddef>
#include <cstdint>

namespace doline {

/// How lanes are compared. The other two orders are these with the sides swapped.
enum class LaneOrder : uint8_t { kEqual, kLess, kLessEqual };
inline constexpr size_t kLaneOrders = 3;

/// Lane types, narrowest first. Floats compare as SQL orders them: NaN equals itself and is
/// greater than everything else.
enum class LaneType : uint8_t {
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kInt128,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat,
  kDouble,
};
inline constexpr size_t kLaneTypes = 11;

/// What stands on each side: an array of `rows` values, or one value for all rows.
enum class LaneShape : uint8_t { kArrays, kRightConstant, kLeftConstant };
inline constexpr size_t kLaneShapes = 3;

/// Bit r of `bits` = (a[r] order b[r]), for all `rows`; bits of the last word past `rows` are 0.
/// Reads nothing past `rows` values.
using CompareLanes = void (*)(const void* a, const void* b, size_t rows, uint64_t* bits);

struct CompareKernels {
  CompareLanes lanes[kLaneTypes][kLaneOrders][kLaneShapes];
};

namespace scalar {
extern const CompareKernels kCompareKernels;
}
namespace avx2 {
extern const CompareKernels kCompareKernels;
}
namespace avx512 {
extern const CompareKernels kCompareKernels;
}

}  // namespace doline
