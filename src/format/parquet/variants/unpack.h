#pragma once

#include <stddef.h>
#include <stdint.h>

namespace doline::parquet {

/// Loops over the bytes of pages. See kernel/variants/README.md for the rules.
struct UnpackKernels {
  /// `count` values of `width` bits (0 to 32), least significant bit first, from `in`.
  /// Reads nothing at or past `end`; the caller has checked that the bits of `count` values lie
  /// before it.
  void (*unpack)(const uint8_t* in, const uint8_t* end, unsigned width, size_t count,
                 uint32_t* out);
  /// The greatest of `count` values; 0 for none.
  uint32_t (*greatest)(const uint32_t* values, size_t count);
};

namespace scalar {
extern const UnpackKernels kUnpackKernels;
}
namespace avx2 {
extern const UnpackKernels kUnpackKernels;
}
namespace avx512 {
extern const UnpackKernels kUnpackKernels;
}

}  // namespace doline::parquet
