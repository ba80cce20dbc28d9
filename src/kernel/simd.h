#pragma once

#include <cstdint>
#include <string_view>

#include "base/assert.h"

namespace doline {

/// Which variant of the kernels under kernel/variants runs. Each level includes the ones before.
enum class SimdLevel : uint8_t { kScalar, kAvx2, kAvx512 };

/// "scalar", "avx2", "avx512".
std::string_view name_of(SimdLevel level);

/// Whether this CPU, under this operating system, can run the level.
bool cpu_has(SimdLevel level);

/// The level named by `request`, or the best the CPU has when `request` is null or empty.
/// Throws Error(kSetting) for an unknown name and for a level the CPU lacks.
SimdLevel choose_simd_level(const char* request);

/// The process's level: choose_simd_level(getenv("DOLINE_SIMD")), decided at the first call.
SimdLevel simd_level();

/// The kernel table of `level` out of the three a variant file defines.
template <class Table>
const Table& pick_variant(SimdLevel level, const Table& scalar, const Table& avx2,
                          const Table& avx512) {
  switch (level) {
    case SimdLevel::kScalar:
      return scalar;
    case SimdLevel::kAvx2:
      return avx2;
    case SimdLevel::kAvx512:
      return avx512;
  }
  UNREACHABLE();
}

}  // namespace doline
